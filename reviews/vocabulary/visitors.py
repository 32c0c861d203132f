"""How often somebody who is not signed in may ask: by address, and by what is asked about."""

from typing import cast

from django.http import HttpRequest
from rest_framework.request import Request

from ledger.tally import Counted, Try


class _Asked(Counted):
    """So many times, by the rate of its name in the settings."""

    def __init__(self, scope: str):
        self.scope = scope
        super().__init__()


def tried(request: HttpRequest, scope: str, *subjects: str) -> Try:
    """Count one question from the visitor's address, as our own proxies saw it, about the subjects."""
    asked = _Asked(scope)
    # Only its headers are read, which a page's request has as well.
    return asked.counted(asked.get_ident(cast(Request, request)), *subjects)


def too_often(request: HttpRequest, scope: str) -> bool:
    """Whether this request is one too many; it is counted."""
    return tried(request, scope).exceeds
