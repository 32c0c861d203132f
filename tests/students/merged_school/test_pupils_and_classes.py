"""From the closing day on pupils, classes, posts and words of a closed school are its successor's (R3.1, R3.1b, ADR 37)."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ledger.models import AuditEntry, SweepRun
from ledger.pieces import Pieces
from orgs.people.models import Delegation, Post, PostRole, Unit
from orgs.people.seats import seats_of
from reviews.clock import succession, sweeps
from reviews.engine import seating
from reviews.engine.models import Case
from reviews.notices.models import Notice
from students.admission.recruitment import actions as recruitment
from students.admission.registration import writing as registration_writing
from students.admission.registration.actions import Newcomer
from students.changes import status
from students.pupil.grades import Entering
from students.pupil.models import Enrolment, SchoolClass
from students.record import moving
from tests import late_children
from tests.clock import frozen
from tests.refusals import refused, refused_by_database, refuses
from tests.students.merged_school.scenes import (
    AFTER,
    CLOSING,
    ROUND,
    admitted,
    begin_leave,
    looks,
    merged,
    now_of,
    round_of,
)
from web import clock
from web.refusals import Refusal

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R3.1", "R3.1b")]


def test_pupils_have_the_closed_school_in_their_history_and_its_copy_stays_with_it(world):
    living, graduate = world.pupil(world.first), world.graduate(world.first)
    merged(world)
    for pupil in (living, graduate):
        was = now_of(pupil)
        assert (was.school, was.phase, was.cohort, was.status, was.graduated_on) == (
            world.second, pupil.phase, pupil.cohort, pupil.status, pupil.graduated_on,
        )  # fmt: skip
        old, new = Enrolment.objects.filter(student=pupil).order_by("period")
        assert (old.school, old.left_by, old.grade_out) == (world.first, "学校撤并", new.grade_in)
        assert (new.school, new.entered_by, new.phase) == (world.second, "学校撤并", pupil.phase)
        assert (old.period.upper, new.period.lower) == (ROUND, ROUND)
        assert old.archive["name"] == pupil.name
    with frozen(AFTER):
        copy = f"/students/archive/{Enrolment.objects.get(student=living, school=world.first).pk}/"
        page = looks(world.registrar(world.second), f"/students/{living.key}/").content.decode()
        assert world.first.name in page
        for account in (world.registrar(world.second), world.registrar(world.east)):
            left = looks(account, f"/students/?school={world.first.code}")
            assert left.status_code == 200
            assert looks(account, copy).status_code == 200
        assert looks(world.registrar(world.third), copy).status_code == 404


def test_a_class_whose_number_is_taken_gets_the_next_and_that_is_told(world):
    pupil = world.pupil(world.first, grade=4)
    own = world.pupil(world.second, grade=4)
    free = SchoolClass.objects.create(school=world.first, phase="primary", cohort=pupil.cohort, number=3)
    listed = late_children.listed(world, world.first)
    merged(world)
    pupil, was = now_of(pupil), pupil.school_class
    assert pupil.school_class == was
    assert (pupil.school_class.school, pupil.school_class.number) == (world.second, 4)
    assert now_of(free).number == 3
    assert now_of(own).school_class.number == 1
    old, new = Enrolment.objects.filter(student=pupil).order_by("period")
    assert (old.archive["class"], new.class_name) == ("（1）班", "（4）班")
    # The child waits for the class of its own year, which had number 1.
    assert now_of(listed).class_number == 2
    told = Notice.objects.filter(account=world.head(world.second), text__contains="因班号相同改号")
    assert f"{pupil.cohort}级（1）班改为（4）班" in told.get().text


def test_everybody_is_told_once_and_the_posts_end(world):
    world.pupil(world.first)
    teacher = world.account(world.first, PostRole.CLASS_TEACHER)
    former = [world.registrar(world.first), world.head(world.first), teacher]
    merged(world)
    round_of(ROUND + timedelta(minutes=10))
    everybody = [
        *former,
        *(world._one(unit, role) for unit in (world.second, world.east) for role in ("registrar", "head")),
    ]
    for account in everybody:
        told = Notice.objects.filter(account=account, dedup__startswith="succession:", dedup__endswith=":0")
        text = told.get().text
        assert text.startswith(f"{world.first.name}已于2026年11月4日撤并，由{world.second.name}承接")
        # What to do and the clause before the list, of which alone something may be cut off.
        assert f"可按原代码 {world.first.code} 查找（附件1 三.1）。承接内容：学生 1" in text
    posts = Post.objects.filter(unit=world.first)
    assert {post.valid_until for post in posts} == {CLOSING}
    entry = AuditEntry.objects.get(action="unit.taken_over")
    assert (entry.actor, entry.body["unit"], entry.body["successor"]) == (
        "clock",
        world.first.pk,
        world.second.pk,
    )
    assert entry.body["taken"]["students.student"] == 1


def test_a_seat_at_a_closed_school_is_none_from_the_day_itself_before_any_round(world):
    pupil, clerk = world.pupil(world.first), world.registrar(world.first)
    loan = world.account(world.second, PostRole.TECHNICIAN)
    post = Post.objects.get(account=clerk)
    Delegation.objects.create(
        post=post, account=loan, valid_from=date(2020, 1, 1), valid_until=date(2027, 1, 1), reason="出差"
    )
    world.closed(world.first, world.second, on=CLOSING)
    with frozen(AFTER):
        for account in (clerk, loan):
            account = type(account).objects.get(pk=account.pk)
            assert world.first not in {seat.unit for seat in seats_of(account, CLOSING)}
            with refused("school_closed"):
                begin_leave(world, pupil, account)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT orgs_seat_held(%s, %s, 'registrar', %s)", [clerk.pk, world.first.pk, CLOSING]
            )
            assert cursor.fetchone() == (False,)
            heir = world.registrar(world.second)
            cursor.execute(
                "SELECT orgs_seat_held(%s, %s, 'registrar', %s)", [heir.pk, world.first.pk, CLOSING]
            )
            assert cursor.fetchone() == (True,)
        with pytest.raises(IntegrityError, match="自撤销之日起不再设岗") as error, transaction.atomic():
            Post.objects.create(account=heir, unit=world.first, role="head", valid_from=CLOSING)
        assert error.value.__cause__.diag.constraint_name == "post_unit_closed"
        page = looks(clerk, f"/students/?school={world.first.code}")
        assert pupil.name not in page.content.decode()


@pytest.mark.rule("R2.1")
def test_nobody_registers_first_graders_at_a_closed_school(world):
    clerk = world.registrar(world.first)
    merged(world)
    with frozen(AFTER):
        client = Client()
        client.force_login(clerk)
        refuses(client.get("/registration/new/"), 403, "示例第一小学已于2026年11月4日撤销")
        one = world.inventor.pupil(world.division, date(2020, 3, 5))
        values = {
            "name": one.name,
            "sex": one.sex,
            "birth_date": one.birth_date.isoformat(),
            "ethnic": one.ethnic,
        }
        with refused_by_database("student_school_closed"):
            registration_writing.write(
                [Newcomer(values, {}, None)], Unit.objects.get(pk=world.first.pk),
                Entering("primary", 2026, 1), clock.now(), "system", found_by="", entered_on=CLOSING,
            )  # fmt: skip


def test_whoever_came_by_a_transfer_is_settled_in_by_the_successor(world):
    pupil = world.pupil(world.third, status="left_other")
    world.finish(world.submitted(world.first, pupil))
    merged(world)
    with frozen(AFTER):
        assert status.settle_in(now_of(pupil), world.registrar(world.second)).status == "enrolled"


def test_a_no_show_is_taken_back_as_the_successor_sees_it(world):
    row, heir = admitted(world), world.school("另一初级中学", world.east, lowest=7, highest=9)
    clerk = world.registrar(heir)
    recruitment.absent(
        Case.objects.get(pk=row.case_id), [row.student_id], world.registrar(world.junior), clock.now()
    )
    merged(world, world.junior, heir)
    with frozen(AFTER):
        recruitment.add([now_of(row).student], heir, clerk, AFTER)
        case = Case.objects.select_related("receiving_unit").get(pk=row.case_id)
        with refused("listed") as error:
            recruitment.undo_absent(case, [row.student_id], clerk, AFTER)
    assert (error.value.code, "已在本校的招生名册中" in error.value.sentence) == ("listed", True)


def test_the_number_of_statements_does_not_grow_with_the_pupils(world):
    counts = []
    for many in (2, 12):
        school = world.school(f"被撤{many}小学", world.east)
        for _ in range(many):
            world.pupil(school)
        heir = world.school(f"承接{many}小学", school.authority)
        world.closed(school, heir, on=CLOSING)
        with frozen(ROUND):
            with CaptureQueriesContext(connection) as seen:
                assert succession.take_over(ROUND, Pieces("test")) == 1
            connection.check_constraints()
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_the_round_locks_pupils_before_drafts_as_the_door_does(world):
    world.pupil(world.first)
    draft = world.draft(world.first, world.pupil(world.third))
    world.closed(world.first, world.second, on=CLOSING)
    with frozen(ROUND), CaptureQueriesContext(connection) as seen:
        assert succession.take_over(ROUND, Pieces("test")) == 1
    locks = [row["sql"] for row in seen.captured_queries if "FOR NO KEY UPDATE" in row["sql"]]
    first = {
        table: next(at for at, sql in enumerate(locks) if f'FROM "{table}"' in sql)
        for table in ("students_student", "reviews_case")
    }
    assert first["students_student"] < first["reviews_case"]
    assert now_of(draft).receiving_unit == world.second


def test_a_unit_that_cannot_be_taken_over_holds_up_neither_the_others_nor_the_round(world, monkeypatch):
    other, heir = world.school("被撤小学", world.east), world.school("承接小学", world.east)
    stuck, pupil = world.pupil(world.first), world.pupil(other)
    case = world.submitted(world.first, world.pupil(world.third))
    world.closed(world.first, world.second, on=CLOSING)
    world.closed(other, heir, on=CLOSING)
    inherit = moving.inherit

    def broken(rows, *args, **said):
        if stuck.pk in {row.pk for row in rows}:
            raise IntegrityError("a wall of this pupil")
        return inherit(rows, *args, **said)

    monkeypatch.setattr(moving, "inherit", broken)
    with pytest.raises(ExceptionGroup) as failed:
        round_of()
    assert [str(error) for error in failed.value.exceptions] == ["a wall of this pupil"]
    assert (now_of(pupil).school, now_of(stuck).school) == (heir, world.first)
    assert now_of(case).holder == world.second
    done = SweepRun.objects.get()
    assert done.finished_at is not None
    assert (done.counts[sweeps.UNITS], done.counts[sweeps.TAKEN_OVER]) == (1, 1)
    assert done.counts[sweeps.FAILED] == [f"{world.first.code}：IntegrityError"]
    monkeypatch.setattr(moving, "inherit", inherit)
    assert round_of(ROUND + timedelta(minutes=10)) == 1
    assert now_of(stuck).school == world.second


def test_whoever_had_another_post_at_a_closed_school_is_told_the_real_reason(world):
    teacher, clerk = world.account(world.first, PostRole.CLASS_TEACHER), world.registrar(world.first)
    merged(world)
    told = Refusal("no_seat", "由学籍管理员办理。", "")
    with frozen(AFTER):
        people = [type(one).objects.get(pk=one.pk) for one in (teacher, clerk)]
        codes = [seating.no_seat(one, AFTER.date(), told, world.second.pk).code for one in people]
        assert codes == ["no_seat", "school_closed"]
        assert seating.no_seat(people[0], AFTER.date(), told) is told
