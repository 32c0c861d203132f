"""The database itself refuses what must never happen to a case, whoever asks: plain SQL against every wall."""

import pytest
from django.db import connection, transaction
from django.utils import timezone

from orgs.people.models import Delegation, Post, PostRole
from reviews.engine import door
from reviews.engine.models import Act, Attachment, Case, Step
from tests.clock import frozen, shanghai
from tests.refusals import refused, sql_refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def running(world):
    """A case at the receiving authority, its first step decided."""
    return world.decide(world.submitted(world.first, world.pupil(world.third)))


def test_one_live_case_per_student(world, running):
    pupil = Case.objects.get(pk=running.pk).transfer.student
    other = world.draft(world.second, pupil)
    sql_refused(
        "reviews_case_exclusive_key_key",
        "UPDATE reviews_case SET state='receiving_school', awaiting='sign', exclusive_key=subject, route_id=%s,"
        " stages='{receiving_school}' WHERE id=%s",
        running.route_id,
        other.pk,
    )


def test_a_live_case_cannot_do_without_its_exclusive_key(running):
    sql_refused(
        "case_exclusive_while_live", "UPDATE reviews_case SET exclusive_key=NULL WHERE id=%s", running.pk
    )


def test_one_open_step_per_case(running):
    sql_refused(
        "step_one_open_per_case",
        "INSERT INTO reviews_step (case_id, seq, stage, unit_id, due_on, bulletin_due_on)"
        " SELECT case_id, 9, stage, unit_id, due_on, bulletin_due_on FROM reviews_step WHERE case_id=%s LIMIT 1",
        running.pk,
    )


@pytest.mark.rule("R0.5")
def test_handler_and_signer_are_two_people_whatever_account_they_use(world, running):
    handler = world.registrar(world.east)
    door.perform(running, "handle", handler, opinion="已核对。", outcome="agree")
    second_account = world.account(world.third, PostRole.HEAD, person=handler.person)
    Delegation.objects.create(
        post=Post.objects.get(account=world.head(world.east)),
        account=second_account,
        valid_from=world.today,
        valid_until=world.today + timezone.timedelta(days=1),
        reason="出差",
    )
    sql_refused(
        "step_two_people",
        "UPDATE reviews_step SET signer_id=%s, sign_opinion='同意办理', outcome='agree'"
        " WHERE case_id=%s AND closed_at IS NULL",
        second_account.pk,
        running.pk,
    )


@pytest.mark.rule("R0.5")
def test_nobody_signs_what_was_not_handled(world, running):
    sql_refused(
        "step_order",
        "UPDATE reviews_step SET signer_id=%s, sign_opinion='同意办理', outcome='agree'"
        " WHERE case_id=%s AND closed_at IS NULL",
        world.head(world.east).pk,
        running.pk,
    )


@pytest.mark.rule("R0.3")
@pytest.mark.parametrize("opinion", ["", " ", "好", "  好  ", "\n\t\n"])
def test_handling_needs_an_opinion_in_the_database_too(world, running, opinion):
    sql_refused(
        "step_handled_whole",
        "UPDATE reviews_step SET handler_id=%s, handle_opinion=%s, proposal='agree'"
        " WHERE case_id=%s AND closed_at IS NULL",
        world.registrar(world.east).pk,
        opinion,
        running.pk,
    )


@pytest.mark.rule("R0.3")
def test_a_signature_needs_an_opinion_in_the_database_too(world, running):
    door.perform(running, "handle", world.registrar(world.east), opinion="已核对。", outcome="agree")
    sql_refused(
        "step_decided_whole",
        "UPDATE reviews_step SET signer_id=%s, outcome='agree' WHERE case_id=%s AND closed_at IS NULL",
        world.head(world.east).pk,
        running.pk,
    )


@pytest.mark.parametrize("column", ["handled_at", "signed_at", "closed_at", "opened_at"])
def test_times_of_a_decision_are_set_by_the_database_never_by_the_client(running, column):
    sql_refused(
        "step_identity" if column == "opened_at" else "step_times",
        f"UPDATE reviews_step SET {column}='2026-01-05 08:00+08' WHERE case_id=%s AND closed_at IS NULL",
        running.pk,
    )


def test_a_client_that_back_dates_its_handling_is_stamped_with_the_true_time(world, running):
    before = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE reviews_step SET handler_id=%s, handle_opinion='已核对', proposal='agree',"
            " handled_at='2026-01-05 08:00+08' WHERE case_id=%s AND closed_at IS NULL",
            [world.registrar(world.east).pk, running.pk],
        )
    step = Step.objects.get(case=running, closed_at__isnull=True)
    assert before <= step.handled_at <= timezone.now()
    assert step.handler_person == world.registrar(world.east).person
    transaction.set_rollback(True)  # an act was not written, so it would not be kept


@pytest.mark.parametrize(
    "change",
    [
        "sign_opinion='改一改意见'",
        "outcome='refuse'",
        "handler_id=NULL",
        "due_on=due_on+1",
        "unit_id=unit_id+1",
    ],
)
def test_a_decided_step_is_immutable(running, change):
    sql_refused(
        "step_decided",
        f"UPDATE reviews_step SET {change} WHERE case_id=%s AND closed_at IS NOT NULL",
        running.pk,
    )


@pytest.mark.parametrize(
    "change", ["headline='另一人'", "state='draft'", "closed_at=NULL", "due_on=now()::date"]
)
def test_a_closed_case_is_immutable(world, running, change):
    door.perform(running, "withdraw", world.registrar(world.first), opinion="家长不再转学")
    sql_refused("case_closed", f"UPDATE reviews_case SET {change} WHERE id=%s", running.pk)


@pytest.mark.parametrize(
    ("table", "wall"),
    [
        ("reviews_case", "no_delete"),
        ("reviews_step", "no_delete"),
        ("reviews_act", "append_only"),
        ("ledger_auditentry", "append_only"),
    ],
)
def test_nothing_of_a_case_is_ever_deleted(running, table, wall):
    sql_refused(wall, f"DELETE FROM {table}")
    sql_refused("append_only", f"SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE {table} CASCADE")


def test_a_proof_is_not_deleted_but_removed(running):
    assert Attachment.objects.filter(case=running).exists()
    sql_refused("no_delete", "DELETE FROM reviews_attachment")


def test_an_act_is_never_changed(running):
    assert Act.objects.filter(case=running).exists()
    sql_refused("append_only", "UPDATE reviews_act SET opinion='改一改意见'")


@pytest.mark.rule("R3.5")
@pytest.mark.parametrize(
    ("at", "shut"),
    [
        (shanghai(2026, 7, 14, 23, 59, 59, 999999), False),
        (shanghai(2026, 7, 15), True),
        (shanghai(2026, 8, 14, 23, 59, 59, 999999), True),
        (shanghai(2026, 8, 15), False),
    ],
)
def test_submission_inside_the_closed_window_is_refused_to_the_microsecond(world, at, shut):
    draft = world.draft(world.first, world.pupil(world.third))
    sql = (
        "UPDATE reviews_case SET state='receiving_school', awaiting='sign', exclusive_key=subject,"
        " stages='{receiving_school}', route_id=(SELECT min(id) FROM reviews_route WHERE kind=reviews_case.kind)"
        " WHERE id=%s"
    )
    with frozen(at):
        if shut:
            sql_refused("case_window_closed", sql, draft.pk)
        else:
            with connection.cursor() as cursor:
                cursor.execute(sql, [draft.pk])
            assert Case.objects.get(pk=draft.pk).submitted_at == at


def test_the_time_of_submission_cannot_be_chosen(running):
    sql_refused(
        "case_submission",
        "UPDATE reviews_case SET submitted_at=submitted_at-interval '1 day' WHERE id=%s",
        running.pk,
    )


@pytest.mark.parametrize("state", ["draft", "completed", "correction"])
def test_states_only_change_along_legal_pairs(world, state):
    case = world.submitted(world.first, world.pupil(world.third))
    sql_refused("case_legal_pair", "UPDATE reviews_case SET state=%s WHERE id=%s", state, case.pk)


@pytest.mark.rule("R3.7")
def test_a_case_is_not_expired_before_its_ninety_days(running):
    sql = "UPDATE reviews_case SET state='expired', awaiting='', holder_id=NULL, due_on=NULL WHERE id=%s"
    Case.objects.get(pk=running.pk)
    sql_refused("case_expiry_early", sql, running.pk)
    ends = Case.objects.get(pk=running.pk).expires_at
    assert (ends - running.submitted_at).total_seconds() == 90 * 24 * 3600
    with frozen(ends - timezone.timedelta(microseconds=1)):
        sql_refused("case_expiry_early", sql, running.pk)
    with frozen(ends), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE reviews_step SET outcome='expired' WHERE case_id=%s AND closed_at IS NULL", [running.pk]
        )
        cursor.execute(sql, [running.pk])


@pytest.mark.rule("R0.6")
def test_only_the_reason_proof_can_be_attached(world):
    draft = world.draft(world.first, world.pupil(world.third))
    columns = "key, case_id, kind, position, media_type, size, width, height, sha256, uploaded_by_id"
    insert = f"INSERT INTO reviews_attachment ({columns}) VALUES (gen_random_uuid(), %s, %s, 2, %s, %s, 1, 1, '', %s)"
    by = world.registrar(world.first).pk
    sql_refused("attachment_reason_proof_only", insert, draft.pk, "household_register", "image/png", 9, by)
    sql_refused("attachment_jpeg_or_png", insert, draft.pk, "reason_proof", "application/pdf", 9, by)
    sql_refused(
        "attachment_two_megabytes", insert, draft.pk, "reason_proof", "image/png", 2 * 1024 * 1024 + 1, by
    )
    for _ in range(5):
        with connection.cursor() as cursor:
            cursor.execute(insert, [draft.pk, "reason_proof", "image/png", 9, by])
    sql_refused("attachment_count", insert, draft.pk, "reason_proof", "image/png", 9, by)


@pytest.mark.rule("R0.6")
def test_nobody_attaches_anything_once_the_case_is_on_its_way(world, running):
    sql_refused("attachment_stage", "UPDATE reviews_attachment SET position=9 WHERE case_id=%s", running.pk)


def test_a_route_in_use_is_not_changed_under_its_cases(running):
    sql_refused(
        "route_in_use", "UPDATE reviews_route SET stages='{receiving_school}' WHERE id=%s", running.route_id
    )


def test_a_race_that_only_the_wall_sees_is_still_told_in_a_sentence(world, monkeypatch):
    """The guards are blinded: the wall refuses, and the door turns it into a sentence, not a 500."""
    pupil = world.pupil(world.third)
    first = world.draft(world.first, pupil)
    second = world.draft(world.second, pupil)
    door.perform(first, "submit", world.registrar(world.first), opinion="情况属实，申请转入。")
    monkeypatch.setattr("transfers.moving.rules._other_case", lambda *a: None)
    with refused("other_case", match="另一所学校先为这名学生发起"):
        door.perform(second, "submit", world.registrar(world.second), opinion="情况属实，申请转入。")


@pytest.mark.rule("R0.5")
@pytest.mark.parametrize(
    "changed",
    [
        {"handler_id": "(SELECT max(id) FROM orgs_account)"},
        {"handle_opinion": "'另写的意见。'"},
        {"proposal": "'refuse'"},
        {"unit_id": "(SELECT max(id) FROM orgs_unit)"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_step_after_a_recall_takes_over_the_handling_as_it_was(world, running, changed):
    world.account(world.first, PostRole.REGISTRAR)
    columns = [
        "case_id",
        "stage",
        "unit_id",
        "due_on",
        "bulletin_due_on",
        "handler_id",
        "handle_opinion",
        "proposal",
    ]
    sql_refused(
        "step_recall",
        f"INSERT INTO reviews_step (seq, recall_of_id, {', '.join(columns)})"
        f" SELECT 9, id, {', '.join(changed.get(name, name) for name in columns)} FROM reviews_step"
        " WHERE case_id=%s AND seq=1",
        running.pk,
    )
