"""Who reads in English: chosen with a button, kept in a cookie of its own, never guessed from the browser."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.messages.storage.fallback import FallbackStorage
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from web.words import ENGLISH, in_english

# Where the answer is the same page in another language nothing is decided: pages kept by a browser need no token.
choose = csrf_exempt(login_not_required(require_POST(set_language)))


class Asked(HttpRequest):
    """A request that passed :class:`Reader`."""

    reads_english: bool


class Reader:
    """Middleware: ``request.reads_english``; pages that a browser may keep are kept for each language."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: Asked) -> HttpResponse:
        request.reads_english = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) == ENGLISH
        response = self.get_response(request)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            patch_vary_headers(response, ("Cookie",))
            response.headers["Content-Language"] = ENGLISH if request.reads_english else "zh-CN"
        return response


class Messages(FallbackStorage):
    """What an act answers on the next page, in the language of who acted."""

    def add(self, level, message, extra_tags=""):
        if self.request.reads_english:
            with in_english():
                message = str(message)
        super().add(level, message, extra_tags)
