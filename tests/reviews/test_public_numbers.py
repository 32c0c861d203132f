"""Public numbers: random, of an alphabet that is not misread, and found again as people type them."""

import re

import pytest
from django.urls import Resolver404, resolve

from reviews.vocabulary.public_numbers import ALPHABET, CheckCode, PublicNumber, public_number, typed_number


def test_a_public_number_is_eight_random_characters_that_paper_does_not_confuse():
    numbers = {public_number("ZX", 2026) for _ in range(300)}
    assert len(numbers) == 300
    assert {number[:8] for number in numbers} == {"ZX-2026-"}
    assert {len(number) for number in numbers} == {16}
    assert set("".join(number[8:] for number in numbers)) == set(ALPHABET)
    assert not set("OIL") & set(ALPHABET)


@pytest.mark.parametrize(
    "typed",
    [
        "ZX-2026-7K3M9Q10",
        "zx20267k3m9q10",
        "ＺＸ－２０２６ 7K3M—9QIO",
        "ZX_2026_7K3M9QLO",
    ],
)
def test_a_number_is_read_however_it_is_typed(typed):
    assert typed_number(typed) == "ZX-2026-7K3M9Q10"


def test_what_is_no_number_comes_back_folded_and_cut_and_fits_none():
    assert typed_number("zx-2026-7k3") == "ZX20267K3"
    assert typed_number("a" * 50) == "A" * 20


@pytest.mark.parametrize(
    ("converter", "good", "bad"),
    [
        (PublicNumber, "ZX-2026-7K3M9QXP", ["zx-2026-7K3M9QXP", "ZX-2026-7K3M9QX", "ZX-2026-7K3M9QXP1"]),
        (CheckCode, "0123456789ABCDEFGHJKMNPQRS", ["0" * 25, "0" * 27, "I" * 26]),
    ],
)
def test_nothing_else_gets_as_far_as_the_database(converter, good, bad):
    assert re.fullmatch(converter.regex, good)
    assert not [each for each in bad if re.fullmatch(converter.regex, each)]


def test_an_address_that_cannot_be_one_is_none():
    with pytest.raises(Resolver404):
        resolve("/cases/" + "x" * 21 + "/")
