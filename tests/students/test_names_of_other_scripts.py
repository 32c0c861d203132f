"""Mongolian, Uyghur and Tibetan names: what they are spelled with stays, though it cannot be seen; whoever looks for one need
not type it (R1.6, R1.7)."""

from dataclasses import replace

import pytest
from django.db import connection

from students.duplicates import matching
from students.pupil import identity, records
from students.roster import listing
from tests.world import World
from web import pinyin
from web.text import folded, plain_name, unreadable, written_characters

# Saran-a with the vowel separator; Bayar with a variant; a name with a suffix behind the narrow space.
SARANA = "\u1830\u1820\u1837\u1820\u1828\u180e\u1820"
BAYAR = "\u182a\u1820\u1836\u180b\u1820\u1837"
OF_ALTAN = "\u1820\u182f\u1832\u1820\u1828\u202f\u1824\u1828"
UYGHUR = "\u0626\u0627\u0644\u0649\u200c\u0645"
TIBETAN = "\u0f56\u0f40\u0fb2\u200d\u0f64"


@pytest.mark.parametrize("name", [SARANA, BAYAR, OF_ALTAN, UYGHUR, TIBETAN])
def test_the_spelling_of_a_name_is_kept(name):
    assert plain_name(name) == name
    assert plain_name(plain_name(f" {name} ")) == name
    assert identity.check_name(name) == name
    assert unreadable(name) == ""


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("王\u180e伟", "王伟"),
        ("王\u202f伟", "王伟"),
        ("王\u180b伟", "王伟"),
        ("王\u200d伟", "王伟"),
        ("Anna\u202fLena", "Anna Lena"),
        (f"{SARANA}\u180e", SARANA),
        (f"\u180e{SARANA}", SARANA),
        (f"\u180b{BAYAR}", BAYAR),
        (f"{OF_ALTAN}\u202f", OF_ALTAN),
        (f"{UYGHUR}\u200c", UYGHUR),
        (f"{SARANA}\u200b", SARANA),
        (f"{SARANA}\ufdd0", f"{SARANA}\ufffd"),
    ],
)
def test_elsewhere_the_same_signs_are_what_pasting_left_behind(typed, kept):
    assert plain_name(typed) == kept


def test_a_reader_counts_letters():
    assert len(written_characters(SARANA)) == 6
    assert len(written_characters(BAYAR)) == 5
    assert folded(SARANA) == SARANA.replace("\u180e", "")
    assert folded(OF_ALTAN) == OF_ALTAN.replace("\u202f", " ")
    assert pinyin.query(SARANA) == pinyin.query(folded(SARANA))


@pytest.fixture
def world(db):
    return World()


@pytest.mark.rule("R1.7")
def test_two_records_are_one_child_whichever_keyboard_wrote_them(world):
    pupil = world.pupil(world.first, letter="J", name=SARANA)
    child = matching.Who(None, folded(SARANA), pupil.sex, pupil.birth_date)
    assert [match.student_id for match in matching.find([child]).get(0, [])] == [pupil.pk]
    assert matching.find([replace(child, name=BAYAR)]) == {}


@pytest.mark.rule("R8.4")
def test_a_pupil_is_found_with_and_without_the_signs(world):
    pupil = world.pupil(world.first, letter="G", name=OF_ALTAN)
    number = records.id_number(pupil)
    for typed in (OF_ALTAN, folded(OF_ALTAN)):
        found = records._matching(number, typed, world.today)
        assert found == pupil, ascii(typed)
        assert found.name == OF_ALTAN, "shown as it is spelled"
    assert records._matching(number, SARANA, world.today) is None
    for typed in (OF_ALTAN, folded(OF_ALTAN), folded(OF_ALTAN)[:4]):
        assert type(pupil).objects.filter(listing._named(typed)).get() == pupil


@pytest.mark.rule("R1.7")
def test_the_index_of_pupils_by_name_serves_the_question(world):
    pupils = [world.pupil(world.first) for _ in range(60)]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        # What the planner believes of the table is else left by whatever ran before in this process.
        cursor.execute("ANALYZE students_student")
        cursor.execute(
            f"EXPLAIN {matching.PAIRS}",
            {"ids": [pupils[0].pk]},
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "student_person" in plan
