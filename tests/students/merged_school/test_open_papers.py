"""Every column that names a unit stands in the registry; every open kind of paper is made at the closed school, and after
the clock is found and gone on with by the successor's people, refused to those of the closed school by name, and found
by the authority (R3.1, R3.1b, ADR 37).
"""

import pytest
from django.apps import apps

from orgs.people.models import PostRole, Unit
from reviews.appeals import ruling as appeals
from reviews.clock import succession
from reviews.engine import door
from reviews.engine.models import Case
from reviews.faults import announcing as faults
from reviews.notices.models import Notice
from students.admission.late import actions as lists
from students.admission.recruitment import actions as recruitment
from students.bulletins import drafting as bulletins
from students.bulletins import publishing
from students.bulletins.models import Bulletin, BulletinLine
from students.classes import sheets
from students.dropouts import marking
from students.problems import answering
from students.pupil.models import ProblemRecord, SchoolClass
from students.tables.models import ImportBatch
from students.verification import rounds
from students.year_end import graduation
from students.year_end.models import GraduationRun
from tests import late_children, ticketed, upkept
from tests.clock import frozen
from tests.refusals import refused
from tests.reviews.test_appeals import REFUSE, TEXT, at_the_authority
from tests.students.merged_school.scenes import (
    AFTER,
    CLOSING,
    NOW,
    PAPERS,
    WORDS,
    admitted,
    begin_leave,
    heir_of,
    looks,
    merged,
    now_of,
    paper,
)
from tickets.complaints import actions as complaints
from tickets.forms.states import Verb
from transfers.attendance.models import Outcome
from transfers.offline import recording as offline
from web import clock

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R3.1", "R3.1b")]


# ---------------------------------------------------------------- the registry


def test_every_column_that_names_a_unit_or_a_class_is_in_the_registry():
    named = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if field.related_model in (Unit, SchoolClass)
    }
    assert set(succession.columns) == named
    assert all(how in ("moves", "ends", "acts", "stays") and why for how, why in succession.columns.values())


def test_every_open_kind_has_a_scene_here():
    open_ = {column for column, (how, _) in succession.columns.items() if how != "stays"}
    assert {column for paper in PAPERS.values() for column in paper.columns} == open_


# ---------------------------------------------------------------- the papers


def pupil_here(world):
    return world.pupil(world.first)


@paper(
    "pupil",
    "students.Student.school",
    make=pupil_here,
    url=lambda world, row: f"/students/{row.key}/",
    try_on=lambda world, row, clerk, head: begin_leave(world, row, clerk),
)
def suspend(world, row, clerk, head):
    case = world.finish(world.changed(now_of(row), "suspension"))
    assert (case.state, now_of(row).status) == ("completed", "suspended")


@paper(
    "class",
    "students.SchoolClass.school",
    make=lambda world: world.pupil(world.first).school_class,
    url=lambda world, row: f"/classes/{row.pk}/",
    try_on=lambda world, row, clerk, head: sheets.put_in_charge(now_of(row), None, clerk, clock.now()),
)
def teach(world, row, clerk, head):
    teacher = world.account(world.second, PostRole.CLASS_TEACHER)
    sheets.put_in_charge(now_of(row), teacher, clerk, clock.now())
    assert sheets.in_charge(teacher, CLOSING).get() == row


def sheet_here(world):
    return upkept.sheet_of(
        world, world.pupil(world.first), world.account(world.first, PostRole.CLASS_TEACHER)
    )


@paper(
    "class sheet",
    make=sheet_here,
    url=lambda world, row: f"/classes/sheets/{row.number}/",
    try_on=lambda world, row, clerk, head: sheets.accept(row, clerk, clock.now()),
)
def accept(world, row, clerk, head):
    assert sheets.accept(row, clerk, clock.now()) == 1


@paper(
    "late child",
    "students.LateChild.school",
    make=lambda world: late_children.listed(world, world.first),
    url=lambda world, row: "/late/",
    try_on=lambda world, row, clerk, head: lists.drop(now_of(row), clerk, clock.now()),
    above=False,
)
def send_child(world, row, clerk, head):
    assert row.name in looks(clerk, "/late/").content.decode()
    (case,) = lists.send(world.second, clerk, clock.now(), "情况属实，上报核办。")
    assert (now_of(row).case, now_of(row).state) == (case, "sent")


@paper(
    "recruited pupil",
    "students.RecruitedPupil.school",
    make=admitted,
    url=lambda world, row: f"/recruitment/{row.case.number}/",
    try_on=lambda world, row, clerk, head: recruitment.absent(
        Case.objects.get(pk=row.case_id), [row.student_id], clerk, clock.now()
    ),
    closes="junior",
)
def report(world, row, clerk, head):
    case = Case.objects.select_related("receiving_unit").get(pk=row.case_id)
    assert recruitment.report(case, [row.student_id], CLOSING, clerk, clock.now()) == 1
    assert now_of(row).student.school == heir_of(world, "junior")


def list_here(world):
    return GraduationRun.objects.create(
        number="BY-2026-00000001",
        school=world.first,
        phase="primary",
        cohort=2021,
        grade=6,
        prepared_by=world.registrar(world.first),
    )


@paper(
    "graduation list",
    "students.GraduationRun.school",
    make=list_here,
    url=lambda world, row: f"/graduation/{row.number}/",
    try_on=lambda world, row, clerk, head: graduation.sign(now_of(row), head, clock.now(), WORDS),
)
def list_anew(world, row, clerk, head):
    assert now_of(row).state == "dropped"
    told = Notice.objects.filter(
        account=head, text__contains=f"毕业名单 {row.number} 在撤并前没有核办，已作废"
    )
    assert told.exists()


def table_here(world):
    return ImportBatch.objects.create(
        number="DR-2026-00000001",
        kind="registration",
        unit=world.first,
        state="ready",
        sha256="0" * 64,
        size=1,
        asked_by=world.registrar(world.first),
    )


def confirm_table(world, row, clerk, head):
    from students.tables import imports

    return imports.drop(now_of(row), clerk, clock.now())


@paper(
    "table",
    "students.ImportBatch.unit",
    make=table_here,
    url=lambda world, row: f"/imports/{row.number}/",
    try_on=confirm_table,
)
def upload_anew(world, row, clerk, head):
    assert now_of(row).state == "dropped"
    assert Notice.objects.filter(account=clerk, text__contains=f"表格 {row.number} 已放弃").exists()


@paper(
    "drop-out report",
    "students.DropoutMark.school",
    make=lambda world: upkept.dropout_of(world, world.first),
    url=lambda world, row: f"/dropouts/{row.number}/",
    try_on=lambda world, row, clerk, head: marking.sign(row, head, clock.now()),
)
def sign_report(world, row, clerk, head):
    marking.sign(row, head, clock.now())
    assert (now_of(row).state, now_of(row).school) == ("signed", world.second)


def signed_report(world):
    row = upkept.dropout_of(world, world.first)
    marking.sign(row, world.head(world.first), clock.now())
    return row


@paper(
    "signed drop-out report",
    make=signed_report,
    url=lambda world, row: f"/dropouts/{row.number}/",
    try_on=lambda world, row, clerk, head: marking.sent(row, clerk, clock.now(), on=CLOSING, to="教育局"),
)
def send_report(world, row, clerk, head):
    """It bears the closed school's name and signature; its successor sends it."""
    marking.sent(row, clerk, clock.now(), on=CLOSING, to="东乌珠穆沁旗教育局")
    assert (now_of(row).state, now_of(row).school) == ("sent", world.first)
    marking.returned(row, clerk, clock.now(), on=CLOSING)
    assert now_of(row).state == "ended"


def part_here(world):
    world.pupil(world.first)
    return upkept.round_of(world, world.east).parts.get(school=world.first)


@paper(
    "verification part",
    "students.SchoolVerification.school",
    make=part_here,
    url=lambda world, row: f"/verification/{row.round.number}/schools/{row.school.code}/",
    try_on=lambda world, row, clerk, head: rounds.submit_part(row, clerk, clock.now(), WORDS),
)
def verify(world, row, clerk, head):
    rounds.find(row, list(row.pupils.values_list("pk", flat=True)), "same", clerk, clock.now())
    rounds.submit_part(row, clerk, clock.now(), WORDS)
    rounds.sign_part(row, head, clock.now(), WORDS, agree=True)
    assert now_of(row).state == "signed"


def round_here(world):
    world.pupil(world.first)
    return upkept.round_of(world, world.east)


@paper(
    "verification round",
    "students.VerificationRound.authority",
    make=round_here,
    url=lambda world, row: f"/verification/{row.number}/",
    try_on=lambda world, row, clerk, head: rounds.submit_round(row, clerk, clock.now(), WORDS),
    closes="east",
)
def sign_round(world, row, clerk, head):
    with refused("unsigned"):
        rounds.submit_round(row, clerk, clock.now(), WORDS)


def problem_here(world):
    return ProblemRecord.objects.create(student=world.pupil(world.first), kind="id_not_found")


def answer(row, clerk):
    problem = ProblemRecord.objects.select_related("student__school").get(pk=row.pk)
    return answering.begin(problem, clerk, clock.now())


@paper(
    "problem record",
    make=problem_here,
    url=lambda world, row: f"/problems/{row.pk}/",
    try_on=lambda world, row, clerk, head: answer(row, clerk),
)
def answer_problem(world, row, clerk, head):
    assert answer(row, clerk).receiving_unit == world.second


@paper(
    "offline transfer",
    "transfers.OfflineTransfer.school",
    make=lambda world: world.taken_in(world.first, world.pupil(world.third)),
    url=lambda world, row: f"/offline/{row.number}/",
    try_on=lambda world, row, clerk, head: offline.end(row, clerk, clock.now(), Outcome.RETURNED),
)
def start_electronic(world, row, clerk, head):
    row = type(row).objects.select_related("school").get(pk=row.pk)
    case = offline.start(row, clerk, clock.now())
    assert (case.receiving_unit, now_of(row).case) == (world.second, case)


@paper(
    "offline transfer away",
    "transfers.OfflineTransfer.sending_school",
    make=lambda world: world.taken_in(world.third, world.pupil(world.first)),
    url=lambda world, row: f"/offline/{row.number}/",
    try_on=lambda world, row, clerk, head: offline.end(row, clerk, clock.now(), Outcome.RETURNED),
    code="no_seat",
)
def seen_from_here(world, row, clerk, head):
    assert now_of(row).sending_school == world.second


def supervised(world):
    return ticketed.issued(world, ticketed.supervision(world, handler=world.first))


def accept_ticket(row, clerk):
    return ticketed.do(row, Verb.ACCEPT, clerk, undertaker="吴海燕", phone="0479-3220001")


@paper(
    "ticket",
    "tickets.Ticket.handling_unit",
    "tickets.Ticket.holder",
    make=supervised,
    url=lambda world, row: f"/tickets/{row.number}/",
    try_on=lambda world, row, clerk, head: accept_ticket(row, clerk),
)
def take_up_ticket(world, row, clerk, head):
    row = accept_ticket(row, clerk)
    assert (row.state, row.holder, row.handling_unit) == ("accepted", world.second, world.second)


def drafted_by_county(world):
    return ticketed.supervision(world, handler=world.second, unit=world.east)


@paper(
    "ticket drafted",
    "tickets.Ticket.issuing_unit",
    make=drafted_by_county,
    url=lambda world, row: f"/tickets/{row.number}/",
    try_on=lambda world, row, clerk, head: ticketed.do(row, Verb.PROPOSE, clerk),
    closes="east",
)
def issue_ticket(world, row, clerk, head):
    row = ticketed.do(row, Verb.PROPOSE, clerk)
    row = ticketed.do(row, Verb.ISSUE, head)
    assert (row.state, row.issuing_unit) == ("issued", heir_of(world, "east"))


def issued_by_county(world):
    return ticketed.answered(world, drafted_by_county(world))


@paper(
    "ticket issued",
    make=issued_by_county,
    url=lambda world, row: f"/tickets/{row.number}/",
    try_on=lambda world, row, clerk, head: ticketed.do(row, Verb.CONFIRM, clerk),
    closes="east",
)
def close_ticket(world, row, clerk, head):
    """It bears the stamp of who issued it; the successor confirms and closes it."""
    row = ticketed.do(ticketed.do(row, Verb.CONFIRM, clerk), Verb.CLOSE, clerk)
    assert (row.state, row.issuing_unit) == ("closed", world.east)


def complained(world):
    said = complaints.checked(
        world.today, unit=world.first.code, matter="转学申请送到学校后一个月没有任何答复。"
    )
    made, _ = complaints.take_in(said, clock.now())
    return ticketed.do(made, Verb.ACCEPT, world.registrar(world.first), undertaker="吴海燕")


@paper(
    "complaint",
    make=complained,
    url=lambda world, row: f"/tickets/{row.number}/",
    try_on=lambda world, row, clerk, head: ticketed.do(row, Verb.ANSWER, clerk, text="已经核实并办结。"),
)
def answer_complaint(world, row, clerk, head):
    row = ticketed.do(row, Verb.ANSWER, clerk, text="经核实学校已补办，现已办结。")
    assert ticketed.do(row, Verb.CONFIRM, head).state == "confirmed"


def bulletin_line(world):
    case = world.submitted(world.first, world.pupil(world.third))
    assert case.holder == world.first
    row = bulletins.draft_all(NOW) and Bulletin.objects.get(province=world.im)
    figures = row.lines.first().figures
    return row.lines.filter(unit=world.first).first() or BulletinLine.objects.create(
        bulletin=row, unit=world.first, unit_code=world.first.code, unit_name=world.first.name,
        unit_short_name=world.first.short_name, level="school", place=99, figures=figures,
    )  # fmt: skip


@paper(
    "bulletin line",
    "students.BulletinLine.unit",
    make=bulletin_line,
    url=lambda world, row: f"/bulletins/{row.bulletin.number}/",
    try_on=lambda world, row, clerk, head: publishing.reply(row, head, clock.now(), WORDS * 3),
)
def reply(world, row, clerk, head):
    publishing.reply(row, head, clock.now(), "逾期系原学校人员更替所致，承接后已逐件办结。")
    assert now_of(row).reply


def appealed(world):
    case = at_the_authority(world)
    return appeals.raise_(case, world.registrar(world.east), opinion=TEXT, **REFUSE)


@paper(
    "appeal",
    "reviews.WallAppeal.unit",
    "reviews.WallAppeal.upper",
    make=appealed,
    url=lambda world, row: f"/appeals/{row.pk}/",
    try_on=lambda world, row, clerk, head: appeals.decide(
        row, head, ruling="allow", opinion="意见是转述家长的话，不是驳回理由。"
    ),
    closes="league",
)
def rule_on(world, row, clerk, head):
    ruled = appeals.decide(row, head, ruling="allow", opinion="意见是转述家长的话，不是驳回理由。")
    assert ruled.ruling == "allow"


@paper(
    "fault",
    "reviews.Fault.unit",
    make=lambda world: world.fault(world.east),
    url=lambda world, row: f"/faults/{row.number}/",
    try_on=lambda world, row, clerk, head: faults.close_fault(row, clerk, clock.now()),
    closes="east",
)
def end_fault(world, row, clerk, head):
    assert faults.close_fault(row, clerk, clock.now()).closed_at is not None


def draft_here(world):
    return begin_leave(world, world.pupil(world.first), world.registrar(world.first))


@paper(
    "draft",
    make=draft_here,
    url=lambda world, row: f"/cases/{row.number}/",
    try_on=lambda world, row, clerk, head: door.perform(row, "submit", clerk, opinion=WORDS),
    above=False,
)
def go_on_with_draft(world, row, clerk, head):
    case = Case.objects.select_related("holder").get(pk=row.pk)
    assert (case.holder, case.receiving_unit, case.sending_unit) == (world.second,) * 3


@pytest.mark.parametrize("name", PAPERS)
def test_what_was_open_at_the_closed_unit_is_gone_on_with_by_its_successor(world, name):
    one = PAPERS[name]
    row, old = one.make(world), getattr(world, one.closes)
    heir = world.second if one.closes == "first" else heir_of(world, one.closes)
    former = world.registrar(old), world.head(old)
    people = world.registrar(heir), world.head(heir)
    above = world.registrar(old.authority)
    merged(world, old, heir)
    with frozen(AFTER):
        url = one.url(world, now_of(row))
        assert looks(people[0], url).status_code == 200, url
        assert not one.above or looks(above, url).status_code == 200, url
        hidden = looks(former[0], url)
        assert hidden.status_code in (403, 404) or row.name not in hidden.content.decode(), url
        with refused(one.code):
            one.try_on(world, row, *former)
        one.go_on(world, row, *people)
