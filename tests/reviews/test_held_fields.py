"""Every column in which people write freely is held against the refusal wall, or stands here with the reason why not
(R3.4, R0.1): a column that is new, and a hold that is lost, turn a test red."""

import html
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings as project
from django.db import models
from django.test import Client

from reviews.engine.grounds import FORBIDDEN
from reviews.engine.models import Case
from reviews.faults import announcing as faults
from reviews.rulebook import calendar
from students.admission.late import actions as lists
from students.admission.late import monthly
from students.admission.late.models import MonthlyCheck
from students.bulletins import drafting as bulletin_drafting
from students.bulletins import publishing, recounting
from students.bulletins.counting import Month
from students.bulletins.models import Bulletin
from students.changes import drafting as change_drafting
from students.changes.key import drafting as key_drafting
from students.changes.models import ContactAttempt
from students.dropouts import marking
from students.duplicates import problems
from students.problems import answering
from students.pupil.models import ProblemKind, ProblemRecord
from students.record import values as record_values
from students.verification import rounds
from students.verification.models import SchoolVerification, VerificationRound
from tests.api import Program, refusal
from tests.papers import others as papers
from tests.refusals import refused
from tests.reviews import test_held_papers as papers_held
from tests.reviews.test_held_papers import FEE
from transfers.moving import drafting
from transfers.moving.models import Transfer, TransferReason
from transfers.offline.recording import Stated
from web import clock

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.rule("R3.4"),
    pytest.mark.rule("R0.1"),
    pytest.mark.usefixtures("evidence"),
]


# ---------------------------------------------------------------- what is written into each column


def bulletin_given_back(world, text):
    papers.bulletin(world)
    publishing.give_back(Bulletin.objects.get(), world.head(world.im), world.now, text)


def bulletin_recounted(world, text):
    papers.bulletin(world)
    recounting.recount(Bulletin.objects.get(), world.head(world.im), world.now, text)


def bulletin_answered(world, text):
    month = Month.before(world.today)
    made = bulletin_drafting.draft(world.im, month, calendar.current(), world.now)
    line = made.lines.select_related("bulletin", "unit").get(unit=world.east)
    publishing.reply(line, world.head(world.east), world.now, text)


def dropout_marked(world, text):
    marking.mark(
        world.pupil(world.third, grade=5),
        world.registrar(world.third),
        world.now,
        last_seen_on=world.today - timedelta(days=30),
        reason="unwilling",
        efforts=text,
    )


def fault_announced(world, text):
    faults.open_fault(world.east, world.registrar(world.east), world.now, since=world.today, reason=text)


def offline_recorded(world, text):
    world.fault(world.first.authority)
    pupil = world.pupil(world.third)
    stated = Stated(pupil.name, pupil.sex, date(world.today.year - 9, 3, 5), text)
    world.taken_in(world.first, None, stated=stated, confirmed=False)


def _transfer(world, **said):
    case = world.draft(world.first, world.pupil(world.third))
    row = Transfer.objects.get(case=case)
    typed = {"reason_note": "", "grade_to": row.grade_to, "school_class": row.school_class}
    reason = TransferReason.objects.get(key="house")
    drafting.change(case, world.registrar(world.first), reason=reason, **(typed | said))


def transfer_reason(world, text):
    _transfer(world, reason_note=text)


def transfer_grade(world, text):
    _transfer(world, grade_reason=text, grade_to=6, school_class=None)


def key_note(world, text):
    pupil = world.pupil(world.first)
    clerk = world.registrar(world.first)
    case = key_drafting.begin(pupil, clerk, clock.now())
    typed = {"name": pupil.name, "sex": pupil.sex, "birth_date": pupil.birth_date, "id_number": ""}
    key_drafting.change(case, clerk, **typed, basis="mistake", note=text)


def _change(world, **said):
    case = world.changing(world.pupil(world.third), "suspension")
    change_drafting.change(case, world.registrar(world.third), on=world.today, **said)


def change_note(world, text):
    _change(world, note=text)


def change_own_cohort(world, text):
    _change(world, own_cohort_reason=text)


def change_contact(world, text):
    _change(world, contacts=[ContactAttempt(on=world.today, way="telephone", result=text)])


def verification_note(world, text):
    papers.verification_part(world)
    SchoolVerification.objects.update(state="open")
    part = SchoolVerification.objects.get(school=world.third)
    pupils = list(part.pupils.values_list("pk", flat=True))
    rounds.find(part, pupils, "gone", world.registrar(world.third), world.now, note=text)


def _part(world):
    found, part = papers.submitted_part(world)
    return VerificationRound.objects.get(pk=found.pk), SchoolVerification.objects.get(pk=part.pk)


def verification_submitted(world, text):
    _, part = _part(world)
    rounds.sign_part(part, world.head(world.third), world.now, "结果不实，退回。", agree=False)
    rounds.submit_part(part, world.registrar(world.third), world.now, text)


def round_submitted(world, text):
    found, part = _part(world)
    rounds.sign_part(part, world.head(world.third), world.now, papers.WORDS, agree=True)
    rounds.submit_round(found, world.registrar(world.west), world.now, text)


def round_signed(world, text):
    papers.verification_round(world)
    rounds.sign_round(VerificationRound.objects.get(), world.head(world.west), world.now, text, agree=True)


def problem_answered(world, text):
    pupil = world.pupil(world.third)
    problems.open_for({pupil.pk: ProblemKind.ID_NOT_FOUND}, "issuing")
    clerk = world.registrar(world.third)
    problem = ProblemRecord.objects.select_related("student__school").get(student=pupil)
    case = answering.begin(problem, clerk, world.now)
    answering.change(Case.objects.get(pk=case.pk), clerk, answer="vouch", note=text)


def late_month_sent(world, text):
    papers.late_month(world)
    monthly.send(MonthlyCheck.objects.get(), world.head(world.im), world.now, text)


def late_child_listed(world, text):
    said = lists.read({lists.NOTE: text}, record_values.code_names(), world.first, world.today)
    # The item's own sentence stands beside it on the page and in the table.
    if lists.NOTE in said.errors:
        lists.refuse(FORBIDDEN, said.errors[lists.NOTE], lists.CLAUSE)


HELD = {
    "reviews.Act.opinion": papers_held.case_submitted,
    "reviews.Step.handle_opinion": papers_held.recruitment_decided,
    "reviews.Fault.reason": fault_announced,
    "students.Bulletin.return_reason": bulletin_given_back,
    "students.Bulletin.recount_reason": bulletin_recounted,
    "students.BulletinLine.reply": bulletin_answered,
    "students.StatusChange.note": change_note,
    "students.StatusChange.own_cohort_reason": change_own_cohort,
    "students.ContactAttempt.result": change_contact,
    "students.DropoutMark.efforts": dropout_marked,
    "students.GraduationRun.opinion": papers_held.graduation_list,
    "students.GraduationLine.reason": papers_held.graduation_line,
    "students.TakenBack.why": papers_held.graduation_taken_back,
    "students.GraduationCorrection.why": papers_held.graduation_corrected,
    "students.KeyInformationChange.note": key_note,
    "students.MonthlyCheck.opinion": late_month_sent,
    "students.LateChild.why_note": late_child_listed,
    "students.IssuingBatch.opinion": papers_held.number_batch,
    "students.RecruitmentReturn.why": papers_held.recruitment_taken_back,
    "students.ProblemAnswer.note": problem_answered,
    "students.NumberDeletion.why": papers_held.number_deleted,
    "students.ChangeSheet.answer": papers_held.class_sheet,
    "students.VerificationRound.opinion": round_submitted,
    "students.VerificationRound.signed_opinion": round_signed,
    "students.SchoolVerification.opinion": verification_submitted,
    "students.SchoolVerification.signed_opinion": papers_held.verification,
    "students.SampledPupil.note": verification_note,
    "transfers.Transfer.reason_note": transfer_reason,
    "transfers.Transfer.grade_reason": transfer_grade,
    "transfers.OfflineTransfer.origin": offline_recorded,
}

# Why the others are not: each column under its reason.
NOT_HELD = {
    "the program writes it: digests, keys, codes, copies of names and of what was said": """
        ledger.AuditEntry.subject ledger.AuditHead.previous ledger.AuditHead.digest ledger.AuditHead.signature
        ledger.AuditHead.public_key ledger.OutboxMessage.dedup ledger.OutboxMessage.last_error
        ledger.IdempotencyKey.digest orgs.Account.password reviews.WallAppeal.digest reviews.Case.headline
        reviews.Case.search_text reviews.Act.person_name reviews.Act.unit_name reviews.Attachment.sha256
        reviews.Notice.text reviews.Notice.link reviews.Notice.dedup students.CodeTable.name students.CodeTable.source
        students.Student.pinyin students.RegistrationNumber.closed_reason students.Bulletin.province_name
        students.Bulletin.digest students.Bulletin.published_post students.BulletinLine.unit_name
        students.RosterExport.sha256 students.ImportBatch.sha256 students.KeyInformationChange.conflict
        students.PupilPhoto.sha256 students.PrintBatch.sha256 students.RecruitedPupil.off_why tickets.Enclosure.sha256
        ledger.IdempotencyKey.key ledger.Tally.key""",
    "the name or address of a person or a unit: it says of nobody what is to be done": """
        orgs.Unit.name orgs.Unit.email orgs.Person.name orgs.Account.username orgs.Account.first_name
        orgs.Account.last_name orgs.Account.email orgs.ApiToken.name orgs.Training.organiser students.Student.name
        students.Guardian.name students.KeyInformationChange.name students.LateChild.name
        transfers.OfflineTransfer.name students.DropoutMark.sent_to tickets.Ticket.undertaker
        tickets.ProblemReport.business_name tickets.ProblemReport.business_unit tickets.ProblemReport.technical_name
        tickets.ProblemReport.technical_unit tickets.ProblemReport.accepting_unit tickets.Verification.reporter_name
        tickets.Verification.pupil_name tickets.Verification.responsible tickets.Supervision.reporter_name
        tickets.Supervision.pupil_name tickets.Supervision.responsible tickets.Complaint.citizen""",
    "an item of the pupil's record, checked by the item's own rule": """
        students.Student.address students.Student.household_registration_place students.Guardian.workplace
        students.PupilRecord.permit_issuer students.FieldChange.old students.FieldChange.new
        students.ChangeSheetLine.old students.ChangeSheetLine.new""",
    "why a post is lent or a person is named: of staff, never of a pupil": """
        orgs.Delegation.reason orgs.Arrangement.reason""",
    "rows of the rulebook: dates and figures with the paper that they come from; a province sets its conditions (五.1)": """
        orgs.SchoolSystemPeriod.source reviews.CalendarDay.source reviews.Vacation.source reviews.Window.source
        reviews.Window.name reviews.Window.clause reviews.Limit.source reviews.Limit.name reviews.Limit.clause
        reviews.YearRow.source reviews.YearRow.clause reviews.Route.source reviews.RefusalReason.source
        reviews.ForbiddenPhrase.source reviews.ForbiddenPhrase.clause students.ChangePolicy.source
        students.ChangePolicy.condition transfers.TransferReason.name transfers.TransferReason.source
        reviews.WallWords.source""",
    "the wall itself: what it quotes and what it stops, and the appeal against it, which quotes that": """
        reviews.ForbiddenPhrase.quoted reviews.ForbiddenPhrase.instead reviews.WallWords.words
        reviews.WallAppeal.opinion reviews.WallAppeal.explanation reviews.WallAppeal.ruling_opinion""",
    "held, with tests of their own: test_refusal_wall.py, test_held_papers.py; one door with the clerk's opinion": """
        reviews.RefusalReason.text reviews.QuickPhrase.text reviews.WallMark.facts reviews.Step.sign_opinion""",
    "tickets and complaints quote what they forbid (附件1 一)": """
        tickets.Ticket.answer tickets.ReportedProblem.text tickets.Verification.matter tickets.Supervision.matter
        tickets.Supervision.instruction tickets.Complaint.matter tickets.Entry.text""",
}
# A word of one's own needs room: shorter columns hold numbers, codes, phone numbers.
_ROOM = 50


def free_text():
    """Every column of the project's own tables in which a sentence has room."""
    for model in apps.get_models():
        file = Path(sys.modules[model.__module__].__file__)
        if (
            file.parent == project.BASE_DIR
            or not file.is_relative_to(project.BASE_DIR)
            or ".venv" in file.parts
        ):
            continue
        for column in model._meta.local_fields:
            text = isinstance(column, models.CharField | models.TextField) and not column.choices
            if text and column.editable and (column.max_length or _ROOM) >= _ROOM:
                yield f"{model._meta.label}.{column.name}"


def test_every_column_in_which_people_write_is_held_or_stands_here_with_its_reason():
    excused = [name for names in NOT_HELD.values() for name in names.split()]
    assert len(excused) == len(set(excused))
    assert not set(excused) & set(HELD)
    assert set(free_text()) == {*HELD, *excused}


@pytest.mark.parametrize("column", HELD)
def test_a_fee_is_stopped_in_every_column(world, column):
    with refused(FORBIDDEN) as caught:
        HELD[column](world, FEE)
    assert "学费" in caught.value.sentence
    assert caught.value.clause


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("students.DropoutMark.efforts", "家里交不起学费，老师两次上门请他回来，家长同意。"),
        ("students.ContactAttempt.result", "家长说以前没有学籍，孩子不上了。"),
        ("students.KeyInformationChange.note", "原临时学籍号一栏等候更正。"),
        ("students.BulletinLine.reply", "该件因学生材料补正，已于月初办结。"),
    ],
)
def test_what_is_only_told_is_let_be(world, column, text):
    HELD[column](world, text)


@pytest.mark.parametrize("text", ["原校班额已满。", "没有学籍，不能接收。"])
def test_what_a_unit_answers_for_itself_is_no_mere_account(world, text):
    with refused(FORBIDDEN):
        bulletin_answered(world, text)


# ---------------------------------------------------------------- on the page


def _signed_in(account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def on_dropout_page(world):
    pupil = world.pupil(world.third, grade=5)
    day = world.today - timedelta(days=30)
    said = {"last_seen_on": day.isoformat(), "reason": "unwilling", "efforts": FEE}
    return _signed_in(world.registrar(world.third)).post(f"/students/{pupil.key}/dropout/", said)


def on_fault_page(world):
    said = {"unit": world.east.code, "since": world.today.isoformat(), "reason": FEE}
    return _signed_in(world.registrar(world.east)).post("/faults/new/", said)


def on_offline_page(world):
    world.fault(world.east)
    said = {"number": "", "name": "张三", "sex": "1", "birth_date": "2017-5-1", "origin": FEE}
    said |= {"paper_date": world.today.isoformat(), "requester": "mother"}
    return _signed_in(world.registrar(world.first)).post("/offline/new/", said)


def on_late_page(world):
    said = {"school": world.first.code, lists.NOTE: FEE, lists.WHY: "other"}
    return _signed_in(world.registrar(world.first)).post("/late/new/", said)


def on_bulletin_page(verb):
    def post(world):
        papers.bulletin(world)
        address = f"/bulletins/{Bulletin.objects.get().number}/{verb}/"
        return _signed_in(world.head(world.im)).post(address, {"reason": FEE})

    return post


def on_bulletin_line(world):
    month = Month.before(world.today)
    made = bulletin_drafting.draft(world.im, month, calendar.current(), world.now)
    said = {"line": made.lines.get(unit=world.east).pk, "reply": FEE}
    return _signed_in(world.head(world.east)).post(f"/bulletins/{made.number}/reply/", said)


def on_verification_page(world):
    found, part = papers.submitted_part(world)
    rounds.sign_part(part, world.head(world.third), world.now, "结果不实，退回。", agree=False)
    said = {"pupil": part.pupils.first().pk, "finding": "gone", "note": FEE}
    address = f"/verification/{found.number}/schools/{world.third.code}/find/"
    return _signed_in(world.registrar(world.third)).post(address, said)


def _draft_page(clerk, address, case, item, **more):
    """The form as it stands, with one item typed anew, and what belongs to it."""
    client = _signed_in(clerk)
    form = client.get(address.format(case.number)).context["form"]
    said = {name: form[name].value() for name in form.fields}
    said = {name: "" if value is None or value is False else value for name, value in said.items()}
    return client.post(address.format(case.number), said | more | {item: FEE})


def on_transfer_page(world):
    case = world.draft(world.first, world.pupil(world.third))
    other = TransferReason.objects.get(key="other")
    return _draft_page(
        world.registrar(world.first), "/transfers/{}/edit/", case, "reason_note", reason=other.pk
    )


def on_change_page(world):
    case = world.changing(world.pupil(world.third), "suspension")
    return _draft_page(world.registrar(world.third), "/changes/{}/edit/", case, "note")


def on_key_page(world):
    clerk = world.registrar(world.first)
    case = key_drafting.begin(world.pupil(world.first), clerk, world.now)
    return _draft_page(clerk, "/key-changes/{}/edit/", case, "note")


def on_problem_page(world):
    pupil = world.pupil(world.third)
    problems.open_for({pupil.pk: ProblemKind.ID_NOT_FOUND}, "issuing")
    clerk = world.registrar(world.third)
    problem = ProblemRecord.objects.select_related("student__school").get(student=pupil)
    case = answering.begin(problem, clerk, world.now)
    return _draft_page(clerk, "/problems/cases/{}/edit/", case, "note")


PAGES = {
    "drop-out": on_dropout_page,
    "fault": on_fault_page,
    "offline": on_offline_page,
    "late child": on_late_page,
    "bulletin return": on_bulletin_page("return"),
    "bulletin recount": on_bulletin_page("recount"),
    "bulletin reply": on_bulletin_line,
    "verification": on_verification_page,
    "transfer": on_transfer_page,
    "change": on_change_page,
    "key information": on_key_page,
    "problem answer": on_problem_page,
}


@pytest.mark.parametrize("page", PAGES)
def test_the_page_says_why_and_what_was_typed_stands_in_its_field(world, page):
    answer = PAGES[page](world)
    text = html.unescape(answer.content.decode())
    assert answer.status_code in (409, 422), text
    assert "不得以此" in text
    # Once in the sentence's quotation at most; a value or a textarea holds the whole of it.
    assert f">{FEE}</textarea>" in text.replace("\n", "") or f'value="{FEE}"' in text


def test_programs_are_refused_alike(world):
    case = world.draft(world.first, world.pupil(world.third))
    program = Program(world.registrar(world.first))
    body = {"reason": "other", "reason_note": FEE, "revision": case.revision}
    told = refusal(program.send("PATCH", f"/cases/{case.number}/", body))
    assert told["code"] == FORBIDDEN
