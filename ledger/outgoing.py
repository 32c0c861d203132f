"""Calls to other machines: to the one that was named, over TLS, past no proxy."""

import ssl
import urllib.request

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A machine that sends us elsewhere is not the one that was named: what was to be told stays here."""

    def redirect_request(self, *args, **kwargs):
        """Never."""
        return


def checked(name: str) -> str:
    """The address in the setting ``name``. Raises ImproperlyConfigured for one that is not https, outside the trial."""
    url = getattr(settings, name)
    if not url.startswith("https://") and not (settings.TRIAL and url.startswith("http://")):
        raise ImproperlyConfigured(
            f"{name} 应为 https:// 开头的地址，请改正。（{name} must be an https address.）"
        )
    return url


def opener() -> urllib.request.OpenerDirector:
    """What opens such an address."""
    return urllib.request.build_opener(
        _NoRedirects,
        urllib.request.ProxyHandler({}),
        urllib.request.HTTPSHandler(context=ssl.create_default_context()),
    )
