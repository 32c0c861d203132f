"""One number after the other: L at creation, then L→G, L→J, J→G, G→G; none is ever used twice (R1.1–R1.5, R1.8)."""

from datetime import date

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from demo.loading import as_replica
from ledger.models import AuditEntry
from reviews.engine.models import Case, random_number
from students.changes.key.models import KeyInformationChange
from students.numbers import numbering as numbers
from students.numbers.population import Found
from students.pupil import identity, records, sealing
from students.pupil.models import RegistrationNumber, Student
from tests.refusals import refused, sql_refused
from tests.world import World
from web import clock
from web.refusals import Refused

pytestmark = pytest.mark.django_db


def another_id(world, pupil):
    """A valid identity number of the same birth date and sex."""
    return world.inventor.id_number(world.division, pupil.birth_date, pupil.sex)


def letters(pupil):
    return [row.kind for row in pupil.numbers.order_by("id")]


def clear_numbers(pupil):
    return [records.opened_number(row) for row in pupil.numbers.order_by("id")]


def changed(world, pupil, number, found=Found.MATCH):
    # The database asks for the completed case by which the number changes.
    with transaction.atomic(), as_replica():
        case = Case.objects.create(
            number=random_number(2026),
            kind="key_information",
            state="completed",
            receiving_unit=pupil.school,
            sending_unit=pupil.school,
            relation="same_authority",
            subject=f"student:{pupil.pk}",
            closed_at=clock.now(),
            created_by=world.registrar(pupil.school),
        )
        same = {"name": pupil.name, "sex": pupil.sex, "birth_date": pupil.birth_date}
        KeyInformationChange.objects.create(case=case, student=pupil, **same)
    clerk = world.registrar(pupil.school)
    day = clock.local_date(clock.now())
    return numbers.change_identity(
        pupil, number, day, found, actor=f"account:{clerk.pk}", case_number="BG-2026-00000001"
    )


@pytest.mark.rule("R1.8")
def test_an_l_is_of_the_division_and_birth_date_and_never_one_that_was_replaced(world):
    pupil = world.pupil(world.first, letter="G")
    places = [numbers.Place(10**9 + n, "152522", pupil.birth_date) for n in range(40)]
    found = numbers.free_texts(places, "L")
    assert len(set(found.values())) == 40
    assert all(text.startswith(f"L152522{pupil.birth_date:%Y%m%d}") for text in found.values())
    assert clear_numbers(pupil)[0] not in found.values()


@pytest.mark.rule("R1.2")
def test_a_j_takes_the_lowest_free_sequence_and_passes_over_one_given_before(world):
    born = date(2016, 5, 4)
    first = numbers.free_texts([numbers.Place(1, "152522", born)], "J")[1]
    assert first == identity.compose_j("152522", born, 0)
    other = world.pupil(world.first, letter="L")
    numbers.give({other.pk: first}, reason=numbers.FORMAL, actor="system", action="number.issued")
    assert numbers.free_texts([numbers.Place(1, "152522", born)], "J")[1] == identity.compose_j(
        "152522", born, 1
    )


@pytest.mark.rule("R1.2")
def test_a_used_up_sequence_leaves_a_pupil_without_text_and_the_others_unharmed(world):
    born = date(2016, 5, 4)
    places = [numbers.Place(n, "152522", born) for n in range(1001)]
    found = numbers.free_texts(places, "J")
    assert len(set(found.values())) == 1000
    assert set(range(1001)) - set(found) == {1000}


@pytest.mark.rule("R1.8")
def test_a_pupil_just_created_gets_an_l_that_is_recorded(world):
    made = world.inventor.pupil(world.division, date(2019, 3, 2))
    pupil = Student.objects.create(
        name=made.name,
        sex=made.sex,
        birth_date=date(2019, 3, 2),
        phase="primary",
        cohort=2026,
        school=world.first,
        entered_on=date(2026, 9, 1),
    )
    (given,) = numbers.issue_first([numbers.Place(pupil.pk, "152522", pupil.birth_date)], "system")
    assert given.letter == "L"
    assert records.current_number(pupil).startswith("L15252220190302")
    entry = AuditEntry.objects.get(action="number.first")
    assert entry.body == {"student": pupil.pk, "number": given.number_id, "letter": "L"}


@pytest.mark.rule("R1.3", "R1.5")
@pytest.mark.parametrize(("letter", "after"), [("L", ["L"]), ("J", ["L", "J", "G"]), ("G", ["L", "G", "G"])])
def test_another_identity_number_brings_a_new_g_and_keeps_the_old_ones(world, letter, after):
    pupil = world.pupil(world.first, letter=letter)
    new = another_id(world, pupil)
    before = clear_numbers(pupil)
    changed(world, pupil, new)
    assert letters(pupil) == after
    assert records.id_number(Student.objects.get(pk=pupil.pk)) == new
    if letter != "L":
        assert records.current_number(pupil) == f"G{new}"
        assert pupil.numbers.filter(closed_at__isnull=False).last().closed_case == "BG-2026-00000001"
    day = clock.local_date(clock.now())
    for text in before:
        assert records.ids_by_number(text, day) == [pupil.pk]
        assert records.find(text, pupil.name, world.registrar(world.second), clock.now()) == pupil


@pytest.mark.rule("R1.7")
@pytest.mark.parametrize("letter", ["L", "J", "G"])
@pytest.mark.parametrize(
    ("found", "code"),
    [
        (Found.NOT_FOUND, "population_not_found"),
        (Found.NAME_MISMATCH, "population_name_mismatch"),
        (Found.UNAVAILABLE, "population_unavailable"),
    ],
)
def test_nothing_but_a_match_passes(world, letter, found, code):
    pupil = world.pupil(world.first, letter=letter)
    with refused(code):
        changed(world, pupil, another_id(world, pupil), found)
    assert letters(pupil) == {"L": ["L"], "J": ["L", "J"], "G": ["L", "G"]}[letter]


@pytest.mark.rule("R1.5")
def test_an_identity_number_of_another_pupil_or_of_a_former_g_is_refused(world):
    one, two = world.pupil(world.first, letter="G"), world.pupil(world.first, letter="J")
    with refused("identity_contradiction", match=r"出生日期|性别"):
        changed(world, two, records.id_number(one))
    first = records.id_number(one)
    changed(world, one, another_id(world, one))
    with refused("number_taken", match="不重复使用"):
        changed(world, one, first)


def test_the_next_number_begins_when_the_one_before_has_ended(world):
    pupil = world.pupil(world.first, letter="L")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE students_registrationnumber SET closed_at=now()+interval '1 day', closed_reason='换号'"
            " WHERE student_id=%s",
            [pupil.pk],
        )
    columns = "student_id, kind, sealed, index, closed_reason, closed_case"
    sql = f"INSERT INTO students_registrationnumber ({columns}) VALUES (%s, 'G', '', '0123456789abcdef', '', '')"
    sql_refused("number_one_at_a_time", sql, pupil.pk)


def test_the_case_that_closed_a_number_is_not_rewritten_and_no_number_is_swept_away(world):
    pupil = world.pupil(world.first, letter="G")
    change = (
        "UPDATE students_registrationnumber SET closed_case='X' WHERE student_id=%s AND closed_at IS NOT NULL"
    )
    sql_refused("number_closed", change, pupil.pk)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    sql_refused("no_delete", "TRUNCATE students_registrationnumber CASCADE")


def test_nothing_of_a_number_stands_in_clear(world):
    pupil = world.pupil(world.first, letter="J")
    new = another_id(world, pupil)
    changed(world, pupil, new)
    with connection.cursor() as cursor:
        for table in (
            "students_registrationnumber",
            "students_student",
            "ledger_auditentry",
            "ledger_outboxmessage",
        ):
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s", [f"%{new}%"])
            assert cursor.fetchone() == (0,), table


class NumberMachine(RuleBasedStateMachine):
    """Pupils whose numbers change in any order; beside it, the plainest model of what must hold."""

    @initialize()
    def begin(self):
        self.block = transaction.atomic()
        self.block.__enter__()
        self.world = World()
        self.history: dict[int, list[str]] = {}

    @rule(letter=st.sampled_from("LJG"))
    def comes(self, letter):
        if len(self.history) < 4:
            pupil = self.world.pupil(self.world.first, letter=letter)
            self.history[pupil.pk] = clear_numbers(pupil)

    @rule(pick=st.integers(0, 3), formal=st.booleans())
    def batch_gives(self, pick, formal):
        for pupil in self.picked(pick):
            if self.history[pupil.pk][-1][0] != "L":
                continue
            day = clock.local_date(clock.now())
            text = (
                identity.compose_g(identity.check_id_number(records.id_number(pupil), day))
                if formal and pupil.id_number_index
                else numbers.free_texts([numbers.Place(pupil.pk, "152522", pupil.birth_date)], "J")[pupil.pk]
            )
            if numbers.used([sealing.blind_index(text)]):
                continue
            numbers.give({pupil.pk: text}, reason=numbers.FORMAL, actor="system", action="number.issued")
            self.history[pupil.pk].append(text)

    @rule(pick=st.integers(0, 3), back=st.booleans(), found=st.sampled_from(Found))
    def identity_changes(self, pick, back, found):
        for pupil in self.picked(pick):
            former = [text[1:] for text in self.history[pupil.pk] if text[0] == "G"]
            number = former[0] if back and former else another_id(self.world, pupil)
            try:
                given = changed(self.world, pupil, number, found)
            except Refused:
                continue
            assert found is Found.MATCH
            if given:
                self.history[pupil.pk].append(f"G{number}")

    def picked(self, pick):
        return Student.objects.filter(pk__in=sorted(self.history)[pick : pick + 1])

    @invariant()
    def the_history_is_whole_and_nobody_shares_a_number(self):
        everything = [text for texts in getattr(self, "history", {}).values() for text in texts]
        assert len(everything) == len(set(everything))
        day = clock.local_date(clock.now())
        for pk, texts in getattr(self, "history", {}).items():
            pupil = Student.objects.get(pk=pk)
            assert clear_numbers(pupil) == texts
            assert records.current_number(pupil) == texts[-1]
            assert RegistrationNumber.objects.filter(student=pupil, closed_at__isnull=True).count() == 1
            assert all(
                before + after in {"LG", "LJ", "JG", "GG"}
                for before, after in zip(letters(pupil), letters(pupil)[1:], strict=False)
            )
            assert all(records.ids_by_number(text, day) == [pk] for text in texts)

    def teardown(self):
        if hasattr(self, "block"):
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)


@pytest.mark.rule("R1.1", "R1.2", "R1.3", "R1.5", "R1.8")
def test_numbers_hold_in_any_order_of_events(db):
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        NumberMachine,
        settings=settings(
            max_examples=15, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_the_codes_of_a_day_are_drawn_by_chance_each_once():
    once, again = list(numbers._by_chance(1000)), list(numbers._by_chance(1000))
    assert sorted(once) == sorted(again) == list(range(1000))
    assert once[:20] != again[:20]
    assert once != sorted(once)
