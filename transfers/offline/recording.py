"""Offline first (R0.4): a pupil is taken in on paper while the system is down; the electronic case follows.

From recording on the pupil counts as attending the receiving school. Nothing here refuses enrolment (R0.1): what is
refused is a line in a list, and every refusal says that the child goes to school all the same. The registrar records,
the head confirms: before that the record takes the pupil off no other school's lists and is followed by no case of its
own (R0.5). A record whose pupil is unknown may be confirmed and binds nobody; matched, it is confirmed anew. Only that a pupil has no second open record holds from the recording on, for every school alike. That a
record is settled without a case is the registrar's to say: it takes a line off a list and decides about no record of a
pupil (函 一: 以系统内核办为最终审核).
"""

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from django.db import IntegrityError, transaction

from ledger import audit, outbox
from orgs.people.models import Account, PostRole, Unit
from orgs.people.seats import seat_at
from orgs.people.successors import heir_or_self
from reviews.engine import book as rulebook
from reviews.engine import seating
from reviews.engine.grounds import held as held_by_wall
from reviews.engine.models import Case
from reviews.engine.opinions import free_text
from reviews.faults import announcing as faults
from reviews.faults.models import Fault
from reviews.vocabulary.public_numbers import public_number
from students.pupil import identity
from students.pupil.identity import IdentityError
from students.pupil.models import Student
from students.pupil.statuses import OVER
from transfers.attendance.models import OfflineTransfer, Outcome
from transfers.moving import drafting, last_grade, preflight
from transfers.moving.procedures import kind_for
from transfers.moving.rules import closed_refusal, facts_of_pupil, sending_school
from web.clock import local_date, spoken
from web.refusals import Refusal, Refused, refuse
from web.words import zh

PREFIX = "XX"
CLAUSE = zh("函 一；正文一")
STILL_ATTENDS = zh("学生照常就读，不受影响。")
NO_SEAT = Refusal("no_seat", zh("线下转学由就读学校的学籍管理员登记和补办，你没有这个岗位。"), CLAUSE)
NO_FAULT = Refusal(
    "no_fault",
    zh(
        "本校现在没有故障公告，也不在故障结束后的补记期限内：请照常发起电子转学；系统确有故障的，请主管部门发布故障公告。"
    )
    + STILL_ATTENDS,
    CLAUSE,
)
ALREADY_HERE = Refusal(
    "other_school",
    zh("该生学籍已在本校，人籍一致，不需登记。{still_attends}", still_attends=STILL_ATTENDS),
    CLAUSE,
)
UNKNOWN = Refusal("pupil_unknown", zh("请先用号码和姓名核对学生，再补办电子转学。"), CLAUSE)
UNCONFIRMED = Refusal(
    "unconfirmed",
    zh(
        "线下转学登记还没有经本校负责人确认，确认后再补办电子转学。{still_attends}",
        still_attends=STILL_ATTENDS,
    ),
    CLAUSE,
)
CLOSED = Refusal("offline_closed", zh("这条线下转学登记已经了结，不需再办。"), CLAUSE)
# How a record may be ended by hand; only the case itself makes it 人籍一致.
ENDINGS = [value for value in Outcome if value != Outcome.DONE]


@dataclass(frozen=True)
class Stated:
    """A pupil as the parents state him, while the look-up is down: no number."""

    name: str
    sex: str
    birth_date: date
    origin: str


# ---------------------------------------------------------------- record


def record(
    school: Unit,
    by: Account,
    now: datetime,
    *,
    fault: Fault | None,
    paper_date: date,
    requester: str,
    student: Student | None = None,
    stated: Stated | None = None,
    kept: Callable[[OfflineTransfer], None] | None = None,
) -> OfflineTransfer:
    """Take a pupil in offline; at once the pupil counts as attending ``school``. Raises Refused with a sentence.

    ``student`` is the pupil that was looked up, ``stated`` stands in while the look-up itself is down; ``kept`` is
    called in the same transaction, e.g. to keep an idempotency key with it.
    """
    day = local_date(now)
    closed = closed_refusal(school, day)
    if closed is not None:
        refuse(closed.code, closed.sentence + STILL_ATTENDS, CLAUSE)
    at = school.pk if school.is_school else None
    if found := seating.seat_refusal(by, at, PostRole.REGISTRAR, day, NO_SEAT):
        raise Refused(found)
    fault = _check_fault(school, fault, paper_date, day)
    if student is not None:
        _check_pupil(student, school, now)
    about = (
        {"student": student, "sending_school": sending_school(student, day)}
        if student
        else _stated(stated, day)
    )
    made = OfflineTransfer(
        number=public_number(PREFIX, day.year),
        fault=fault,
        school=school,
        paper_date=paper_date,
        requester=requester,
        recorded_by=by,
        **about,
    )
    with _walls(), transaction.atomic():
        made.save(force_insert=True)
        made.refresh_from_db()
        detail = {"fault": fault.pk, "school": school.pk, "paper_date": paper_date.isoformat()}
        _note(made, by, "offline.recorded", detail | {"student": made.student_id})
        outbox.post("offline_confirm", {"offline": made.pk}, f"offline_confirm:{made.pk}")
        if kept is not None:
            kept(made)
    return made


def _check_fault(school: Unit, fault: Fault | None, paper_date: date, day: date) -> Fault:
    book = rulebook.current()
    if fault is None or fault.pk not in {found.pk for found in faults.covering(school, day, book)}:
        raise Refused(NO_FAULT)
    first, last = paper_dates(fault, school, day)
    if not first <= paper_date <= last:
        refuse(
            "paper_date",
            zh(
                "纸质日期须在{day}至{day2}之间：不早于故障起始日期，不晚于今天，也不晚于故障结束后的补记期限。{still_attends}",
                day=spoken(first),
                day2=spoken(last),
                still_attends=STILL_ATTENDS,
            ),
            CLAUSE,
        )
    return fault


def paper_dates(fault: Fault, school: Unit, day: date) -> tuple[date, date]:
    """From which to which day a paper may be dated under ``fault``."""
    end = faults.last_day(fault, school, day, rulebook.current())
    return fault.since, min(end, day) if end else day


def _check_pupil(student: Student, school: Unit, now: datetime) -> None:
    day = local_date(now)
    if student.status in OVER:
        refuse(
            "record_ended",
            zh(
                "该生学籍状态为“{status}”，学籍已经终止，不能登记线下转学；请核对号码和姓名，有误的由原学校更正。",
                status=student.get_status_display(),
            ),
            CLAUSE,
        )
    if sending_school(student, day) == school:
        raise Refused(ALREADY_HERE)
    # R4.1: taken in offline or not, only a graduation leads on; so nothing is recorded that no case can follow.
    told = last_grade.must_graduate(facts_of_pupil(student, school, now, rulebook.current()))
    if told is not None:
        raise Refused(told)
    other = OfflineTransfer.objects.open().filter(student=student).select_related("school").first()
    if other is not None:
        where = zh("本校") if other.school_id == school.pk else other.school.name
        refuse(
            "offline_already",
            zh(
                "该生已由{where}登记线下转学（{other_number}），尚未了结，不能重复登记。{still_attends}",
                where=where,
                other_number=other.number,
                still_attends=STILL_ATTENDS,
            ),
            CLAUSE,
        )


def _stated(stated: Stated | None, day: date) -> dict:
    """The pupil as stated, checked like a pupil's own record."""
    if stated is None:
        raise Refused(UNKNOWN)
    try:
        name = identity.check_name(stated.name)
    except IdentityError as error:
        refuse("stated_name", error.sentence, error.clause)
    origin = " ".join(free_text(stated.origin, zh("原来就读的学校"), CLAUSE).split())
    if not 2 <= len(origin) <= 60:
        refuse("stated_origin", zh("请填写学生原来就读的学校（2–60 字）。"), CLAUSE)
    held_by_wall(origin, None, act=zh("登记"), told=True)
    if not date(day.year - 30, 1, 1) <= stated.birth_date <= day:
        refuse("stated_birth", zh("出生日期不合理，请核对后重填。"), CLAUSE)
    return {"name": name, "sex": stated.sex, "birth_date": stated.birth_date, "origin": origin}


@contextmanager
def _walls():
    """Two who record one pupil in the same moment: the later one is told in a sentence."""
    try:
        yield
    except IntegrityError as error:
        if "offline_one_open" not in str(error):
            raise
        refuse(
            "offline_already",
            zh(
                "该生刚刚已登记线下转学，尚未了结，不能重复登记；请在“人籍一致”中查看。{still_attends}",
                still_attends=STILL_ATTENDS,
            ),
            CLAUSE,
        )


# ---------------------------------------------------------------- afterwards


def confirm_refusal(made: OfflineTransfer, by: Account, day: date) -> Refusal | None:
    """Why the account cannot confirm the record: the head of the school, another person than who recorded it (R0.5)."""
    told = Refusal("no_seat", zh("线下转学登记由就读学校的负责人确认，你没有这个岗位。"), CLAUSE)
    if found := seating.seat_refusal(by, made.school_id, PostRole.HEAD, day, told):
        return found
    if not made.is_open:
        return CLOSED
    if made.confirmed_at is not None:
        return Refusal("confirmed", zh("这条线下转学登记已经确认过。"), CLAUSE)
    return seating.two_persons(
        made.recorded_by, by, zh("登记和确认须由两个人办理，请另一位负责人确认。") + STILL_ATTENDS
    )


def confirm(
    made: OfflineTransfer,
    by: Account,
    now: datetime,
    *,
    kept: Callable[[OfflineTransfer], None] | None = None,
) -> OfflineTransfer:
    """The head stands for the record: it counts from now on. Raises Refused."""
    with transaction.atomic():
        rows = OfflineTransfer.objects.select_for_update(of=("self",), no_key=True)
        held = rows.select_related("school", "case", "student", "recorded_by").get(pk=made.pk)
        if refused := confirm_refusal(held, by, local_date(now)):
            raise Refused(refused)
        held.confirmed_by, held.confirmed_at = by, now
        held.save(update_fields=["confirmed_by", "confirmed_at"])
        held.refresh_from_db()
        _note(held, by, "offline.confirmed", {"student": held.student_id})
        if kept is not None:
            kept(held)
    return held


def match(
    made: OfflineTransfer,
    student: Student,
    by: Account,
    now: datetime,
    *,
    kept: Callable[[OfflineTransfer], None] | None = None,
) -> OfflineTransfer:
    """Say which pupil a stated one is, once the look-up works again; the head confirms anew (sql/triggers.sql).

    Raises Refused.
    """
    with _walls(), transaction.atomic():
        held = _held(made, by, now)
        if held.student_id is not None:
            refuse(
                "offline_matched",
                zh("这条登记的学生已经核对过，不能更换；登记有误的请了结后另行登记。"),
                CLAUSE,
            )
        if (student.birth_date, student.sex) != (held.birth_date, held.sex):
            refuse(
                "offline_other_pupil",
                zh("查到的学生与登记时的性别或出生日期不符，请与家长核对；登记有误的请了结后另行登记。")
                + STILL_ATTENDS,
                CLAUSE,
            )
        held.student, confirmed = student, held.confirmed_at is not None
        day = local_date(now)
        if _is_here(held, day):  # the record came by another way meanwhile
            held.outcome, held.closed_at, held.closed_by = Outcome.ALREADY, now, by
        else:
            _check_pupil(student, held.school, now)
            held.sending_school = sending_school(student, day)
        held.save(update_fields=["student", "sending_school", "outcome", "closed_at", "closed_by"])
        held.refresh_from_db()
        _note(held, by, "offline.matched", {"student": student.pk, "case": held.case_id})
        if confirmed and held.is_open:
            outbox.post("offline_confirm", {"offline": held.pk}, f"offline_confirm:{held.pk}:matched")
        if kept is not None:
            kept(held)
    return held


def start(
    made: OfflineTransfer, by: Account, now: datetime, *, kept: Callable[[Case], None] | None = None
) -> Case:
    """Draft the electronic transfer, which is then sent like any other when the window is open. Raises Refused.

    The database links the draft to the record (sql/triggers.sql), as it does one that was started the ordinary way.
    """
    refused = start_refusal(made, by, local_date(now))
    if refused is not None:
        raise Refused(refused)
    pupils = Student.objects.select_related("school__authority", "school__province", "school_class")
    student = pupils.get(pk=cast("int", made.student_id))  # start_refusal
    kind = kind_for(student, made.school, local_date(now))
    for check in preflight.of_pupil(student, made.school, now, rulebook.current(), kind):
        if not check.ok and not check.warns and check.code != "window_closed":
            raise Refused(Refusal(check.code, check.text, check.clause, check.remover))
    return drafting.begin(student, made.school, by, now, kind=kind, kept=kept)


def start_refusal(made: OfflineTransfer, by: Account, day: date) -> Refusal | None:
    """Why the account cannot draft the case, as far as the record itself tells; ``None`` when it may try."""
    if not may_act(made, by, day):
        return no_seat(made, by, day)
    if not made.is_open:
        return CLOSED
    if made.student_id is None:
        return UNKNOWN
    return UNCONFIRMED if made.confirmed_at is None else None


def end(
    made: OfflineTransfer,
    by: Account,
    now: datetime,
    outcome: str,
    *,
    kept: Callable[[OfflineTransfer], None] | None = None,
) -> OfflineTransfer:
    """Settle a record without a case: gone back, gone elsewhere, recorded by mistake, already here. Raises Refused."""
    with transaction.atomic():
        held = _held(made, by, now)
        if outcome not in ENDINGS:
            refuse("offline_outcome", zh("请选择了结的原因。"), CLAUSE)
        if held.case and held.case.is_live and held.case.submitted_at:
            refuse(
                "offline_case_running",
                zh(
                    "电子业务 {case_number} 正在办理；不再转学的，请先在业务页面撤销，再了结。",
                    case_number=held.case.number,
                ),
                CLAUSE,
            )
        # Of a school that merged into this one, the record is here as well.
        here = held.student_id is not None and _is_here(held, local_date(now))
        if outcome == Outcome.ALREADY and not here:
            refuse("offline_not_here", zh("该生学籍还不在本校，请补办电子转学。"), CLAUSE)
        held.outcome, held.closed_at, held.closed_by = outcome, now, by
        held.save(update_fields=["outcome", "closed_at", "closed_by"])
        held.refresh_from_db()
        _note(held, by, "offline.ended", {"outcome": outcome})
        if kept is not None:
            kept(held)
    return held


def _is_here(made: OfflineTransfer, day: date) -> bool:
    # Asked only where the pupil is known.
    return sending_school(cast("Student", made.student), day) == heir_or_self(made.school, day)


def may_act(made: OfflineTransfer, by: Account, day: date) -> bool:
    """Whether the account is registrar of the school that took the pupil in."""
    return seat_at(by, made.school_id, PostRole.REGISTRAR, day) is not None


def no_seat(made: OfflineTransfer, by: Account, day: date) -> Refusal:
    """What is told to whoever may not act on the record."""
    return seating.no_seat(by, day, NO_SEAT, made.school_id)


def _held(made: OfflineTransfer, by: Account, now: datetime) -> OfflineTransfer:
    """The record, locked, for its school's registrar while it is open. Raises Refused."""
    if not may_act(made, by, local_date(now)):
        raise Refused(no_seat(made, by, local_date(now)))
    rows = OfflineTransfer.objects.select_for_update(of=("self",), no_key=True)
    held = rows.select_related("school", "case", "student").get(pk=made.pk)
    if not held.is_open:
        raise Refused(CLOSED)
    return held


def _note(made: OfflineTransfer, by: Account, action: str, body: dict) -> None:
    audit.record(
        "offline", audit.actor_of(by), action, {"offline": made.pk, **body}, f"offline:{made.number}"
    )
