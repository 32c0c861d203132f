"""What was typed into a search box of the roster, kept in the session: an address carries only a key that says nothing.

A pupil's name in an address would stand in logs, in the history of a shared machine and in whatever a link is pasted
into (house.md, personal data). The key works for this session only; a colleague who gets the address sees the list
without the search.
"""

import secrets

from django.http import HttpRequest

from students.pupil.forms import searched

_SESSION = "roster_searches"
_KEPT = 5


def keep(request: HttpRequest, text: str) -> str:
    """A key for the text, or nothing for a text that cannot be searched; the oldest of five is forgotten."""
    text = searched(text)
    if not text:
        return ""
    kept = dict(list(request.session.get(_SESSION, {}).items())[-(_KEPT - 1) :])
    key = secrets.token_urlsafe(6)
    request.session[_SESSION] = kept | {key: text}
    return key


def key_of(request: HttpRequest) -> str:
    """The key in the address, when this session knows it; anything else is dropped and never repeated."""
    key = request.GET.get("q", "")
    return key if key in request.session.get(_SESSION, {}) else ""


def text_of(request: HttpRequest) -> str:
    """The text that was typed, or an empty one."""
    return request.session.get(_SESSION, {}).get(key_of(request), "")


def forgotten(request: HttpRequest) -> bool:
    """Whether the address names a search that this session does not know (any more)."""
    return bool(request.GET.get("q")) and not key_of(request)
