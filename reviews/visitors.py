"""How often somebody who is not signed in may ask: by address, and by what is asked about."""

from hashlib import sha256

from django.http import HttpRequest
from rest_framework.throttling import SimpleRateThrottle


class _Asked(SimpleRateThrottle):
    """So many times, by the rate of its name in the settings."""

    def __init__(self, scope: str, subject: str = ""):
        self.scope, self.subject = scope, subject
        super().__init__()

    def get_cache_key(self, request, view) -> str:
        """The subject where one is named, else the visitor's address, as our own proxies saw it; neither in clear."""
        told = self.subject or self.get_ident(request)
        return f"{self.scope.replace(' ', '-')}:{sha256(told.encode()).hexdigest()[:32]}"


def too_often(request: HttpRequest, scope: str, subject: str = "") -> bool:
    """Whether this request is one too many; it is counted."""
    return not _Asked(scope, subject).allow_request(request, None)
