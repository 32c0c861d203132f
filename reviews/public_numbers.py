"""Public numbers: random, so that they tell nothing and cannot be guessed on; and their part of an address."""

import secrets

from django.urls import register_converter
from django.urls.converters import StringConverter

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# Letters that paper and eye confuse, read as what was printed.
CONFUSED = str.maketrans("OIL", "011")


def public_number(prefix: str, year: int) -> str:
    """A number such as ``ZX-2026-7K3M9QXP``: ZX a case, GZ a fault, XX an offline transfer."""
    return f"{prefix}-{year}-" + "".join(secrets.choice(ALPHABET) for _ in range(8))


class PublicNumber(StringConverter):
    """``<public:number>``: what :func:`public_number` may give; nothing else gets as far as the database."""

    regex = "[A-Z]{2}-[0-9]{4}-[0-9A-Z]{8}"


register_converter(PublicNumber, "public")


class CheckCode(StringConverter):
    """``<check:code>``: the 26 characters that a printed paper bears."""

    regex = "[0-9A-HJKMNP-TV-Z]{26}"


register_converter(CheckCode, "check")
