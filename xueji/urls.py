"""Every address of the program."""

from django.contrib import admin
from django.urls import include, path

from xueji.english.reading import choose
from xueji.health import health

urlpatterns = [
    path("health/", health, name="health"),
    path("language/", choose, name="language"),
    path("admin/", admin.site.urls),
    path("api/", include("xueji.api")),
    path("", include("orgs.urls")),
    path("", include("reviews.urls")),
    path("", include("students.urls")),
    path("", include("transfers.urls")),
    path("", include("tickets.urls")),
]

# A database that is away or locked is told as such, wherever it was noticed.
handler500 = "xueji.errors.server_error"
