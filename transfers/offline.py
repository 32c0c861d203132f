"""Offline first (R0.4): a pupil is taken in on paper while the system is down; the electronic case follows.

From recording on the pupil counts as attending the receiving school. Nothing here refuses enrolment (R0.1): what is
refused is a line in a list, and every refusal says that the child goes to school all the same.
"""

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from ledger import audit
from ledger.clock import local_date, spoken
from ledger.words import zh
from orgs.models import Account, PostRole, Unit
from orgs.seats import seat_at
from reviews import faults, rulebook
from reviews.models import Case, Fault
from reviews.opinions import cleaned
from reviews.public_numbers import public_number
from reviews.refusals import Refusal, Refused, refuse
from students import identity
from students.identity import IdentityError
from students.models import Student
from transfers import drafting, preflight
from transfers.offline_models import OfflineTransfer, Outcome
from transfers.procedures import kind_for
from transfers.rules import closed_refusal, sending_school

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
    fault: Fault,
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
    if not school.is_school or seat_at(by, school.pk, PostRole.REGISTRAR, day) is None:
        raise Refused(NO_SEAT)
    closed = closed_refusal(school, day)
    if closed is not None:
        refuse(closed.code, closed.sentence + STILL_ATTENDS, CLAUSE)
    _check_fault(school, fault, paper_date, day)
    if student is not None:
        _check_pupil(student, school, day)
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
        if kept is not None:
            kept(made)
    return made


def _check_fault(school: Unit, fault: Fault | None, paper_date: date, day: date) -> None:
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


def paper_dates(fault: Fault, school: Unit, day: date) -> tuple[date, date]:
    """From which to which day a paper may be dated under ``fault``."""
    end = faults.last_day(fault, school, day, rulebook.current())
    return fault.since, min(end, day) if end else day


def _check_pupil(student: Student, school: Unit, day: date) -> None:
    if sending_school(student, day) == school:
        raise Refused(ALREADY_HERE)
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
    origin = " ".join(cleaned(stated.origin).split())
    if not 2 <= len(origin) <= 60:
        refuse("stated_origin", zh("请填写学生原来就读的学校（2–60 字）。"), CLAUSE)
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


def match(
    made: OfflineTransfer,
    student: Student,
    by: Account,
    now: datetime,
    *,
    kept: Callable[[OfflineTransfer], None] | None = None,
) -> OfflineTransfer:
    """Say which pupil a stated one is, once the look-up works again. Raises Refused."""
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
        held.student = student
        day = local_date(now)
        if sending_school(student, day) == held.school:  # the record came by another way meanwhile
            held.outcome, held.closed_at, held.closed_by = Outcome.ALREADY, now, by
        else:
            _check_pupil(student, held.school, day)
            held.sending_school = sending_school(student, day)
        held.save(update_fields=["student", "sending_school", "outcome", "closed_at", "closed_by"])
        held.refresh_from_db()
        _note(held, by, "offline.matched", {"student": student.pk, "case": held.case_id})
        if kept is not None:
            kept(held)
    return held


def start(
    made: OfflineTransfer, by: Account, now: datetime, *, kept: Callable[[Case], None] | None = None
) -> Case:
    """Draft the electronic transfer, which is then sent like any other when the window is open. Raises Refused.

    The database links the draft to the record (sql/offline.sql), as it does one that was started the ordinary way.
    """
    refused = start_refusal(made, by, local_date(now))
    if refused is not None:
        raise Refused(refused)
    pupils = Student.objects.select_related("school__authority", "school__province", "school_class")
    student = pupils.get(pk=made.student_id)
    kind = kind_for(student, made.school, local_date(now))
    for check in preflight.of_pupil(student, made.school, now, rulebook.current(), kind):
        if not check.ok and not check.warns and check.code != "window_closed":
            raise Refused(Refusal(check.code, check.text, check.clause, check.remover))
    return drafting.begin(student, made.school, by, now, kind=kind, kept=kept)


def start_refusal(made: OfflineTransfer, by: Account, day: date) -> Refusal | None:
    """Why the account cannot draft the case, as far as the record itself tells; ``None`` when it may try."""
    if not may_act(made, by, day):
        return NO_SEAT
    if not made.is_open:
        return CLOSED
    return UNKNOWN if made.student_id is None else None


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
        if held.case_id and held.case.is_live and held.case.submitted_at:
            refuse(
                "offline_case_running",
                zh(
                    "电子业务 {case_number} 正在办理；不再转学的，请先在业务页面撤销，再了结。",
                    case_number=held.case.number,
                ),
                CLAUSE,
            )
        # Of a school that merged into this one, the record is here as well.
        here = held.student_id is not None and sending_school(held.student, local_date(now)) == held.school
        if outcome == Outcome.ALREADY and not here:
            refuse("offline_not_here", zh("该生学籍还不在本校，请补办电子转学。"), CLAUSE)
        held.outcome, held.closed_at, held.closed_by = outcome, now, by
        held.save(update_fields=["outcome", "closed_at", "closed_by"])
        held.refresh_from_db()
        _note(held, by, "offline.ended", {"outcome": outcome})
        if kept is not None:
            kept(held)
    return held


def may_act(made: OfflineTransfer, by: Account, day: date) -> bool:
    """Whether the account is registrar of the school that took the pupil in."""
    return seat_at(by, made.school_id, PostRole.REGISTRAR, day) is not None


def _held(made: OfflineTransfer, by: Account, now: datetime) -> OfflineTransfer:
    """The record, locked, for its school's registrar while it is open. Raises Refused."""
    if not may_act(made, by, local_date(now)):
        raise Refused(NO_SEAT)
    rows = OfflineTransfer.objects.select_for_update(of=("self",), no_key=True)
    held = rows.select_related("school", "case", "student").get(pk=made.pk)
    if not held.is_open:
        raise Refused(CLOSED)
    return held


def _note(made: OfflineTransfer, by: Account, action: str, body: dict) -> None:
    audit.record(
        "offline", audit.actor_of(by), action, {"offline": made.pk, **body}, f"offline:{made.number}"
    )
