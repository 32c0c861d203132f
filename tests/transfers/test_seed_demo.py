"""The demonstration: every state, consistent to the last row, dated by the day it is given, nothing in clear."""

import io
from collections import Counter
from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Count
from django.test import override_settings
from PIL import Image

from demo import inspection, people, seeding
from demo.loading import as_replica
from ledger import audit
from ledger.models import AuditEntry
from orgs.people.models import Account, Delegation, Post, Unit
from reviews.clock import sweeps
from reviews.engine.models import Act, Attachment, Case, OverdueRecord, Step
from reviews.evidence import files
from reviews.evidence import proofs as evidence
from reviews.faults.models import Fault
from reviews.vocabulary.states import OWN_SIDE, RUNNING, State
from students.pupil import identity, records, sealing
from students.pupil.models import Enrolment, Guardian, PupilRecord, RegistrationNumber, Student
from students.record import checks as record_checks
from students.record import fields as record_fields
from students.record import values as record_values
from tests.clock import frozen, shanghai
from tests.transfers.test_seed_dates import check_dates
from tests.world import World
from transfers.attendance.models import OfflineTransfer, Standing

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
NOON = shanghai(2026, 11, 23, 12)

# What a transfer within a province goes through.
SHOWN = (
    set(State.values)
    - {state for state in State.values if "league" in state or "province" in state}
    - {"graduation_authority", "awaiting_file", "lapsed", "cleared"}
    - set(OWN_SIDE)
)


@pytest.fixture(scope="module")
def seeded(django_db_setup, django_db_blocker, tmp_path_factory):
    """One demonstration for all tests of this file; each test's own changes are rolled back to it."""
    place = tmp_path_factory.mktemp("evidence")
    with (
        django_db_blocker.unblock(),
        override_settings(EVIDENCE_ROOT=place, TRIAL=True),
        transaction.atomic(),
    ):
        yield seeding.seed(NOON)
        transaction.set_rollback(True)


@pytest.fixture
def demo(seeded, db):
    return seeded


# ---------------------------------------------------------------- what there is


def test_there_are_schools_of_every_phase_pupils_of_every_letter_and_staff_at_every_unit(demo):
    assert demo["schools"] >= 60
    assert 4_500 <= demo["pupils"] <= 5_500
    assert Student.objects.count() == demo["pupils"]
    systems = set(Unit.objects.filter(level="school").values_list("school_system", flat=True))
    assert systems == {"6-3", "5-4", "nine", "twelve"}
    assert Unit.objects.filter(level="school", authority__level="league").count() >= 3
    letters = RegistrationNumber.objects.filter(closed_at__isnull=True).values_list("kind", flat=True)
    assert min(Counter(letters)[letter] for letter in "LGJ") >= 50
    for unit in Unit.objects.all():
        roles = set(Post.objects.filter(unit=unit).values_list("role", flat=True))
        assert {"registrar", "head"} <= roles, unit


def test_pupils_hold_the_statuses_a_registrar_meets_and_a_few_have_problem_records(demo):
    statuses = Counter(Student.objects.values_list("status", flat=True))
    assert {"enrolled", "suspended", "abroad", "left_other", "withdrawn", "graduated"} <= set(statuses)
    assert statuses["enrolled"] > 0.9 * demo["pupils"]
    assert Student.objects.filter(problems__closed_at__isnull=True, problems__isnull=False).count() >= 10


def test_every_pupil_has_a_record_whose_items_agree_and_only_a_few_lack_some(demo):
    """Of the 72 items; a pupil without number whose guardians gave none is told as such, as in a real school."""
    assert PupilRecord.objects.count() == Student.objects.count()
    assert PupilRecord.objects.filter(permit_held=True).count() > 50
    assert Guardian.objects.filter(details__household_division="").count() == 0
    lacking = 0
    for student in Student.objects.order_by("?").select_related("school")[:60]:
        values = record_values.record_of(student).complete()
        wrong = set(record_checks.contradictions(values, TODAY))
        assert wrong <= {"guardian1.id_number"}, (student.pk, wrong)
        lacking += bool(record_fields.missing(values))
        plain = sealing.unseal(
            student.record.phone_sealed, "students_pupilrecord", "phone_sealed", student.pk
        )
        assert plain.startswith("1540000")
    assert lacking < 30


def test_names_are_those_of_the_region_up_to_thirty_characters_and_with_rare_ones(demo):
    names = list(Student.objects.values_list("name", flat=True))
    assert max(map(len, names)) == 30
    assert all(any(rare in name for name in names) for rare in "㐆䶮𠅤")
    assert sum("·" in name for name in names) >= 20


def test_some_150_cases_stand_in_every_state_and_await_both_acts_at_every_stage(demo):
    assert 140 <= Case.objects.count() <= 170
    states = Counter(Case.objects.values_list("state", flat=True))
    assert set(states) >= SHOWN
    waiting = set(Case.objects.filter(state__in=SHOWN & set(RUNNING)).values_list("state", "awaiting"))
    assert waiting == {(state, awaiting) for state in SHOWN & set(RUNNING) for awaiting in ("handle", "sign")}
    assert Step.objects.filter(recall_of__isnull=False, closed_at__isnull=True).exists()


@pytest.mark.rule("R3.7b")
def test_overdue_steps_are_marked_and_those_that_count_for_the_bulletin_recorded(demo):
    late = Step.objects.filter(closed_at__isnull=True, due_on__lt=TODAY)
    assert late.count() >= 10
    assert not late.filter(overdue_at__isnull=True).exists()
    counted = set(late.filter(bulletin_due_on__lt=TODAY).values_list("pk", flat=True))
    assert counted
    assert counted <= set(OverdueRecord.objects.values_list("step_id", flat=True))
    assert not Step.objects.filter(
        closed_at__isnull=True, due_on__gte=TODAY, overdue_at__isnull=False
    ).exists()


@pytest.mark.rule("R0.4")
def test_one_fault_has_ended_and_one_lasts_with_pupils_taken_in_under_both(demo):
    ended, lasting = Fault.objects.order_by("id")
    assert (ended.is_open, lasting.is_open) == (False, True)
    standings = {made.stands for made in ended.offline_transfers.select_related("case")}
    assert standings == set(Standing) - {Standing.AGAIN, Standing.UNCONFIRMED}
    assert lasting.offline_transfers.get(student=None).stands == Standing.UNCONFIRMED
    assert lasting.offline_transfers.filter(student=None).count() == 1
    assert OfflineTransfer.objects.count() == demo["offline"] >= 12
    clerk = Account.objects.get(username="dongwu1-registrar")
    assert OfflineTransfer.objects.open().visible_to(clerk, TODAY).count() >= 3


def test_every_account_of_the_tour_can_sign_in_and_has_work(demo, client):
    tour = Account.objects.filter(username__in=people.TOUR)
    assert tour.count() == len(people.TOUR)
    assert tour.get(username="aba1-registrar").check_password(people.PASSWORD)
    assert tour.get(username=people.ADMINISTRATOR).is_superuser
    for word in ("aba1", "dongwu1", "aba", "dongwu"):
        unit = Post.objects.get(account__username=f"{word}-head").unit
        for awaiting in ("handle", "sign"):
            assert Case.objects.filter(holder=unit, awaiting=awaiting).exists(), (word, awaiting)
    assert Delegation.objects.filter(valid_from__lte=TODAY, valid_until__gt=TODAY).exists()


def test_the_printed_table_names_the_tour_and_pupils_that_can_be_looked_up(demo, capsys):
    call_command("demo_accounts")
    told = capsys.readouterr().out
    assert all(name in told for name in people.TOUR)
    assert people.PASSWORD in told
    clerk = Account.objects.get(username="aba1-registrar")
    rows = [line.split() for line in told.splitlines() if " G15" in line or " L15" in line or " J15" in line]
    assert len(rows) == 4
    for name, number, school in rows:
        assert records.find(number, name, clerk, NOON).school.name == school


# ---------------------------------------------------------------- that it fits


def test_all_rows_fit_and_the_audit_chain_is_whole(demo):
    assert inspection.faults() == []
    assert list(audit.verify()) == []
    assert AuditEntry.objects.filter(action="case.sign").count() == Act.objects.filter(verb="sign").count()


def test_the_sweep_finds_nothing_of_the_past_left_to_mark_record_or_clear(demo):
    found = {finding.label: finding.count for finding in sweeps.preview(NOON)}
    past = (sweeps.OVERDUE, sweeps.RECORD, sweeps.EXPIRE)
    assert [found[part.label] for part in past] == [0, 0, 0]
    assert AuditEntry.objects.filter(action="step.overdue").count() == OverdueRecord.objects.count()
    expired = Case.objects.filter(state="expired").count()
    assert AuditEntry.objects.filter(chain="clock", action="case.expire").count() == expired


@pytest.mark.parametrize(
    "damage",
    [
        (
            "UPDATE reviews_case SET due_on = due_on + 1 WHERE id = (SELECT max(id) FROM reviews_case"
            " WHERE state = 'sending_school')"
        ),
        (
            "UPDATE reviews_step SET signed_at = handled_at - interval '1 hour', closed_at = handled_at - interval '1 hour'"
            " WHERE id = (SELECT max(id) FROM reviews_step WHERE outcome = 'agree')"
        ),
        (
            "UPDATE students_student SET school_id = (SELECT min(id) FROM orgs_unit WHERE level = 'school') WHERE id ="
            " (SELECT t.student_id FROM transfers_transfer t JOIN reviews_case c ON c.id = t.case_id"
            " WHERE c.state = 'sending_authority' LIMIT 1)"
        ),
        "UPDATE reviews_act SET account_id = 999999999 WHERE id = (SELECT max(id) FROM reviews_act WHERE verb = 'sign')",
        (
            "UPDATE reviews_case SET submitted_at = timestamptz '2026-07-20 10:00+08', expires_at = timestamptz"
            " '2026-10-18 10:00+08' WHERE id = (SELECT max(id) FROM reviews_case WHERE state = 'completed')"
        ),
    ],
)
def test_the_inspection_finds_a_row_that_does_not_fit(demo, damage):
    with transaction.atomic():
        with as_replica(), connection.cursor() as cursor:
            cursor.execute(damage)
            assert cursor.rowcount == 1
        assert inspection.faults()
        transaction.set_rollback(True)


@pytest.mark.rule("R3.1")
def test_completed_cases_have_moved_the_record_and_left_an_archived_copy(demo):
    done = Case.objects.filter(state="completed").select_related("transfer__student")
    assert done.count() >= 20
    for case in done:
        old, new = Enrolment.objects.filter(student=case.transfer.student).order_by("period")
        assert (old.school_id, new.school_id) == (case.sending_unit_id, case.receiving_unit_id)
        assert old.period.upper == new.period.lower == case.closed_at
        assert old.archive["name"] == case.transfer.student.name
        assert case.transfer.student.school_id == case.receiving_unit_id


def test_a_seeded_case_reads_as_one_that_went_through_the_door(demo):
    with frozen(shanghai(2026, 9, 28, 10)):
        # A division of its own: two inventors of numbers for one county would invent the same ones.
        world = World(shanghai(2026, 9, 28, 10), division="659001")
        real = world.finish(world.submitted(world.first, world.pupil(world.third)))
    verbs = [act.verb for act in Act.objects.filter(case=real)]
    told = next(
        case
        for case in Case.objects.filter(state="completed", relation=real.relation).exclude(pk=real.pk)
        if [act.verb for act in Act.objects.filter(case=case)] == verbs
    )
    assert _shape(told, Act) == _shape(real, Act)
    assert _shape(told, Step) == _shape(real, Step)
    assert told.stages == real.stages
    assert told.revision - told.attachments.count() == real.revision - real.attachments.count()
    assert _bodies(told) == _bodies(real)


def _shape(case, model) -> list[dict]:
    """Of each row: the words as they are, of everything else only whether it is there."""
    words = {"stage", "verb", "outcome", "reason", "proposal", "proposal_reason", "seq", "delegated"}
    # Whether somebody looked first, was reminded or late differs from case to case.
    passing = {
        "first_opened_at",
        "first_opened_by_id",
        "overdue_at",
        "warned",
        "next_warn_on",
        "due_provisional",
    }
    return [
        {
            name: value if name in words else value not in (None, "")
            for name, value in row.items()
            if name not in passing
        }
        for row in model.objects.filter(case=case).order_by("pk").values()
    ]


def _bodies(case) -> dict[str, set]:
    """What the audit trail notes at each action; the demonstration adds the told instant."""
    found: dict[str, set] = {}
    for entry in AuditEntry.objects.filter(subject=case.audit_subject):
        found.setdefault(entry.action, set()).update(set(entry.body) - {"at"})
    return found


def test_every_proof_is_a_sealed_photograph_that_opens(demo):
    proofs = list(Attachment.objects.all())
    assert len(proofs) == demo["photographs"] >= 150
    for proof in proofs[:12]:
        data = evidence.read(proof)
        assert Image.open(io.BytesIO(data)).size == (proof.width, proof.height)
        assert b"JFIF" not in files.path_of(proof.key).read_bytes()
    assert not Case.objects.filter(submitted_at__isnull=False, attachments__isnull=True).exists()


# ---------------------------------------------------------------- nothing in clear


def test_no_number_or_telephone_stands_in_clear_in_any_table(demo):
    rows = RegistrationNumber.objects.order_by("?")[:30]
    secrets = [records.opened_number(row)[1:] for row in rows]
    secrets += [
        records.id_number(s) for s in Student.objects.exclude(id_number_sealed=None).order_by("?")[:30]
    ]
    for guardian in Guardian.objects.order_by("?")[:10]:
        secrets.append(
            sealing.unseal(guardian.phone_sealed, "students_guardian", "phone_sealed", guardian.pk)
        )
    wanted = [f"%{text}%" for plain in secrets for text in (plain, plain.encode().hex())]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE ANY (%s)', [wanted])
            assert cursor.fetchone() == (0,), table


def test_all_identity_numbers_are_valid_and_say_the_birth_date_and_sex_of_their_pupil(demo):
    with_number = Student.objects.exclude(id_number_sealed=None)
    # One number was planted on two pupils, as a duplicate to be told apart; of those two one is not its owner.
    twice = (
        with_number.values("id_number_index")
        .annotate(n=Count("pk"))
        .filter(n__gt=1)
        .values("id_number_index")
    )
    assert with_number.filter(id_number_index__in=twice).count() == 2
    for student in with_number.exclude(id_number_index__in=twice):
        number = identity.check_id_number(records.id_number(student), TODAY)
        assert identity.cross_check(number, student.birth_date, student.sex) == []
    for row in RegistrationNumber.objects.filter(kind__in="JL").exclude(student__id_number_index__in=twice):
        identity.check_registration_number(records.opened_number(row), TODAY)


# ---------------------------------------------------------------- when, where, how often


@pytest.mark.rule("R3.5")
def test_all_is_dated_before_the_given_day_on_working_days_and_never_sent_in_the_closed_window(demo):
    check_dates(TODAY)


def test_a_second_run_changes_nothing_and_says_so(demo, capsys):
    def counts():
        with connection.cursor() as cursor:
            tables = connection.introspection.table_names(cursor)
            union = " UNION ALL ".join(f"SELECT '{t}', count(*) FROM \"{t}\"" for t in tables)
            cursor.execute(union)
            return dict(cursor.fetchall())

    before = counts()
    call_command("seed_demo")
    assert "未作改动" in capsys.readouterr().out
    assert counts() == before
