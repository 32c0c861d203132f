"""The program's addresses, and one page that says only hello to whoever is signed in: what any page costs at least."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from xueji.urls import handler500
from xueji.urls import urlpatterns as of_the_program

__all__ = ["handler500", "urlpatterns"]


def hello(request: HttpRequest) -> HttpResponse:
    """Greets the account by name: session and account are read as for every page, nothing else is."""
    return HttpResponse(f"<!doctype html><title>hello</title><p>{request.user.display_name}")


urlpatterns = [*of_the_program, path("bench/hello/", hello)]
