"""Invented pupils: valid, repeatable, never one number twice, marked as invented."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date

import pytest

from students.pupil import identity, invented
from students.pupil.invented import Exhausted, Inventor

TODAY = date(2026, 11, 23)
FIRST, LAST = date(2008, 9, 1), date(2020, 8, 31)
BANNER = "152522"
PLACES = {BANNER: "内蒙古自治区锡林郭勒盟阿巴嘎旗"}


def pupils(seed: int, count: int):
    source = Inventor(seed, PLACES)
    return [source.pupil(BANNER, source.birth_date(FIRST, LAST)) for _ in range(count)]


def test_the_same_seed_gives_the_same_people_and_another_seed_others():
    assert pupils(7, 300) == pupils(7, 300)
    assert pupils(7, 300) != pupils(8, 300)


def test_every_pupil_passes_the_same_checks_as_a_typed_one():
    for pupil in pupils(1, 5000):
        assert identity.check_name(pupil.name) == pupil.name
        assert len(pupil.name) <= 30
        parsed = identity.check_id_number(pupil.id_number, TODAY)
        assert (parsed.division, parsed.birth_date, parsed.sex) == (BANNER, pupil.birth_date, pupil.sex)
        assert identity.cross_check(parsed, pupil.birth_date, pupil.sex) == []
        assert pupil.address.startswith("内蒙古自治区锡林郭勒盟阿巴嘎旗示例")
        assert FIRST <= pupil.birth_date <= LAST


def test_no_number_is_given_twice_even_when_all_are_born_on_one_day():
    source = Inventor(3)
    numbers = [source.id_number(BANNER, FIRST, sex) for sex in "12" for _ in range(500)]
    numbers += [source.j_number(BANNER, FIRST) for _ in range(1000)]
    numbers += [source.l_number(BANNER, FIRST) for _ in range(10_000)]
    numbers += [source.id_number("150102", FIRST, "1"), source.id_number(BANNER, LAST, "1")]
    assert len(set(numbers)) == len(numbers) == 12_002
    for give in (
        lambda: source.id_number(BANNER, FIRST, "1"),
        lambda: source.id_number(BANNER, FIRST, "2"),
        lambda: source.j_number(BANNER, FIRST),
        lambda: source.l_number(BANNER, FIRST),
    ):
        with pytest.raises(Exhausted, match=BANNER):
            give()


@pytest.mark.rule("R1.8")
def test_j_and_l_numbers_are_valid_and_start_from_the_end_that_issuing_reaches_last():
    source = Inventor(4)
    for number, kind, sequence in [
        (source.j_number(BANNER, FIRST), "J", "999"),
        (source.l_number(BANNER, FIRST), "L", "9999"),
    ]:
        assert identity.check_registration_number(number, TODAY).kind == kind
        assert number[15 : 15 + len(sequence)] == sequence


def test_the_peoples_of_inner_mongolia_are_there_with_their_kinds_of_names():
    found = pupils(5, 20_000)
    shares = Counter(pupil.ethnic for pupil in found)
    assert set(shares) == {"01", "02", "03", "11", "31", "45", "52"}
    assert 0.6 < shares["01"] / len(found) < 0.8
    assert 0.15 < shares["02"] / len(found) < 0.28
    names = [pupil.name for pupil in found]
    assert any("·" in name for name in names)
    assert any(len(name) >= 15 for name in names)
    for character in invented.RARE_CHARACTERS:
        assert any(character in name for name in names), f"nobody carries {character}"
    assert {len(pupil.name) for pupil in found if pupil.ethnic == "01"} == {2, 3, 4}
    assert {pupil.sex for pupil in found} == {"1", "2"}
    assert len(set(names)) > 10_000


def test_guardians_live_with_the_pupil_and_a_han_father_has_the_surname():
    source = Inventor(6, PLACES)
    for _ in range(500):
        pupil = source.pupil(BANNER, source.birth_date(FIRST, LAST))
        father, mother = source.guardians(pupil)
        assert (father.relation, father.sex, mother.relation, mother.sex) == ("父亲", "1", "母亲", "2")
        assert father.address == mother.address == pupil.address
        if pupil.ethnic == "01":
            assert father.name[0] == pupil.name[0]
        for guardian in (father, mother):
            assert identity.check_name(guardian.name) == guardian.name
            assert identity.check_phone(guardian.phone) == guardian.phone


def test_phones_lie_in_the_range_no_operator_holds_and_are_masked_like_others():
    source = Inventor(9)
    for _ in range(200):
        phone = source.phone()
        assert re.fullmatch("1540000[0-9]{4}", phone)
        assert identity.mask_phone(phone) == f"154****{phone[-4:]}"


def test_a_printed_pupil_does_not_show_the_number():
    pupil = pupils(1, 1)[0]
    assert pupil.id_number not in repr(pupil)


def test_sex_and_people_can_be_asked_for():
    source = Inventor(2)
    pupil = source.pupil(BANNER, FIRST, sex=identity.FEMALE, ethnic=invented.MONGOL)
    assert (pupil.sex, pupil.ethnic) == ("2", "02")
    assert int(pupil.id_number[16]) % 2 == 0
