"""Every address of the program."""

from django.contrib import admin
from django.urls import include, path

from xueji.health import health

urlpatterns = [
    path("health/", health, name="health"),
    path("admin/", admin.site.urls),
    path("", include("orgs.urls")),
    path("", include("reviews.urls")),
    path("", include("students.urls")),
    path("", include("transfers.urls")),
]
