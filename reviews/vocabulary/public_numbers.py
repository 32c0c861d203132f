"""Public numbers: random, so that they tell nothing and cannot be guessed on; and their part of an address."""

import re
import secrets

from django.urls import register_converter
from django.urls.converters import StringConverter

from web.text import plain_characters

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 20
# Letters that paper and eye confuse, read as what was printed.
CONFUSED = str.maketrans("OIL", "011")


def public_number(prefix: str, year: int) -> str:
    """A number such as ``ZX-2026-7K3M9QXP``: ZX a case, GZ a fault, XX an offline transfer."""
    return f"{prefix}-{year}-" + "".join(secrets.choice(ALPHABET) for _ in range(8))


_DASHES = re.compile(r"[-\u2010-\u2015\u2212\u30fc_]")
_TYPED = re.compile(r"([A-Z]{2})([0-9]{4})([0-9A-Z]{8})")


def typed_number(text: str) -> str:
    """A public number as people type it, as it is stored: with or without hyphens and blanks, in small or full-width
    letters, with O, I, L for the digits they look like. Anything else comes back folded and cut, and fits no number."""
    folded = _DASHES.sub("", plain_characters(text)).upper()
    number = _TYPED.fullmatch(folded[:2] + folded[2:].translate(CONFUSED))
    return "-".join(number.groups()) if number else folded[:LENGTH]


class PublicNumber(StringConverter):
    """``<public:number>``: what :func:`public_number` may give; nothing else gets as far as the database."""

    regex = "[A-Z]{2}-[0-9]{4}-[0-9A-Z]{8}"


register_converter(PublicNumber, "public")


class CheckCode(StringConverter):
    """``<check:code>``: the 26 characters that a printed paper bears."""

    regex = "[0-9A-HJKMNP-TV-Z]{26}"


register_converter(CheckCode, "check")
