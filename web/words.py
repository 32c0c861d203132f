"""Chinese text that can also be read in English.

The law, the record and every sentence of the program are Chinese. :class:`Words` is that text, an ordinary ``str``:
it is stored, compared, sent and printed in Chinese. It also knows its line in the catalogue, so that a page rendered
for an English reader shows the English; what has no line there is read in Chinese (ADR 28).
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from typing import Any, Self

from django.conf import settings
from django.utils import translation
from django.utils.html import escape

ENGLISH = "en"
# Asked for every sentence of every page: Django's own get_language takes a hundred times as long.
_rendering: ContextVar[bool] = ContextVar("english", default=False)


def reads_english() -> bool:
    """Whether a page is being rendered for an English reader; never true outside of the rendering."""
    return _rendering.get()


@contextmanager
def in_english() -> Iterator[None]:
    """What is shown within is English, Django's own sentences as well."""
    token = _rendering.set(True)
    try:
        with translation.override(ENGLISH):
            yield
    finally:
        _rendering.reset(token)


@contextmanager
def in_chinese() -> Iterator[None]:
    """What is shown within is Chinese, whatever the language of the page: the official papers."""
    token = _rendering.set(False)
    try:
        with translation.override(settings.LANGUAGE_CODE):
            yield
    finally:
        _rendering.reset(token)


class Words(str):
    """Chinese text; while a page is rendered in English, what is shown in its place comes from ``english``."""

    __slots__ = ("_english",)
    _english: Callable[[], str]

    def __new__(cls, text: str, english: Callable[[], str]) -> Self:
        made = super().__new__(cls, text)
        made._english = english
        return made

    @property
    def english(self) -> str:
        """The same in English, from the catalogue of the active language."""
        return self._english()

    def __str__(self) -> str:
        return self._english() if _rendering.get() else str.__str__(self)

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __html__(self) -> str:
        return escape(str(self))

    def __add__(self, other: str) -> str:
        return joined("", (self, other)) if isinstance(other, str) else NotImplemented

    def __radd__(self, other: str) -> str:
        return joined("", (other, self)) if isinstance(other, str) else NotImplemented

    def __mod__(self, given: Any) -> "Words":
        return Words(str.__mod__(self, given), lambda: str.__mod__(self.english, given))

    def rstrip(self, characters: str | None = None) -> "Words":
        """As ``str.rstrip``; where the Chinese stop goes, the English one goes too."""
        both = characters + "." if characters and "。" in characters else characters
        return Words(str.rstrip(self, characters), lambda: self.english.rstrip(both))

    def format(self, *given: object, **named: object) -> "Words":
        """As ``str.format``, in both languages."""
        return Words(
            str.format(str.__str__(self), *given, **named), lambda: self.english.format(*given, **named)
        )

    # Kept and sent as the Chinese text it is.
    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        return str, (str.__str__(self),)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, seen: dict) -> Self:
        return self


def zh(text: str, **named: object) -> str:
    """``text`` with its line in the catalogue. With ``named``, the braces are filled in both languages."""
    if isinstance(text, Words):
        return text.format(**named) if named else text
    if named:
        return Words(text.format(**named), lambda: translation.gettext(text).format(**named))
    return Words(text, lambda: translation.gettext(text) if text else "")


def joined(between: str, parts: Iterable[str]) -> str:
    """``between.join(parts)``, in both languages."""
    kept = tuple(parts)
    return Words(
        between.join(kept), lambda: str(zh(between) if between else "").join(str(part) for part in kept)
    )


def beside(*parts: object) -> str:
    """What is told in one line, a blank between: who　when."""
    return joined("　", [part if isinstance(part, str) else str(part) for part in parts])


def dated(text: str, day: date) -> str:
    """``text``, a date as Chinese people write it, and ``day`` as English readers do: 23 November 2026."""
    return Words(text, lambda: f"{day.day} {day:%B} {day.year}")
