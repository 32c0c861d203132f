"""What the case page says of a transfer: the pupil, masked, what the rules find, and where the record went."""

from datetime import date, datetime
from typing import TYPE_CHECKING, TypedDict, cast

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import JSONObject
from django.urls import NoReverseMatch, reverse

from orgs.people.models import PostRole
from orgs.people.school_system import SchoolSystemPeriod, SystemOn, speaking, system_on
from orgs.people.seats import seat_at, seats_of
from reviews.engine.book import Rulebook
from reviews.engine.models import Case
from reviews.engine.own_words import NoteWanted
from reviews.engine.procedures import CasePage
from reviews.vocabulary.states import State, Verb
from students.duplicates.problems import HOLD_NOBODY
from students.pupil import identity, records
from students.pupil.grades import entering_grade, grade_label, grade_of
from students.pupil.models import Enrolment, ProblemRecord, RegistrationNumber
from transfers.attendance import attending
from transfers.moving import grade_change, last_grade, rules, under_age
from transfers.moving.models import Transfer
from web.clock import local_date, moment
from web.words import zh

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

# What needs no line where it does not apply.
_SILENT = (last_grade.not_graduating, rules.problem_moves_along, under_age.of_age)


def of_transfer(
    procedure, case: Case, account, now: datetime, book: Rulebook, *, proofs: int = 0, full: bool = False
) -> CasePage:
    """The transfer of ``case`` as ``account`` may see it; one query, and one more once it is completed."""
    transfer = _read(case)
    day = local_date(now)
    done, links = _whither(case, transfer, account, day) if case.state == State.COMPLETED else ("", [])
    checks, obstacle = _checks(procedure, case, transfer, now, book, proofs) if case.is_live else ([], "")
    return CasePage(
        facts=_facts(case, transfer, day, full),
        checks=checks,
        obstacle=obstacle,
        done=done,
        links=links,
        edit_url=_address("transfer-edit", case.number),
        copy_url=_copy_url(case, account, day),
        notes=attending.case_notes(transfer.taken_in),
        note_wanted=note_wanted(case, transfer),
        reporting=_reporting(transfer) if case.state == State.AWAITING_FILE else None,
    )


def note_wanted(case: Case, transfer: Transfer) -> NoteWanted | None:
    """What the receiving authority must write itself: its consent to a changed grade (R4.3), its view of a child under
    age (R3.8); of both one note that speaks of both."""
    if case.submitted_at is None:
        return None
    found, day = None, local_date(case.submitted_at)
    if transfer.grade_reason and transfer.grade_to is not None:
        own = entering_grade(transfer.student, day, _system(transfer, case.sending_unit, day))
        system = _system(transfer, case.receiving_unit, day)
        found = grade_change.note(own, transfer.grade_to, system, transfer.grade_reason)
    year = under_age.entering_year(case.kind, transfer.grade_to, day)
    if year is not None and under_age.is_under_age(transfer.student.birth_date, year):
        word = under_age.note(year)
        found = found + word if found else word
    return found


def _system(transfer: Transfer, school, day: date) -> SystemOn:
    """学制 of one of the two schools on ``day``, from what was read with the transfer if it was."""
    periods = getattr(transfer, "periods", None)
    if periods is None:
        return system_on(school, day, transfer.student.cohort)
    rows = sorted(
        (
            date.fromisoformat(p["valid_from"]),
            SystemOn(p["system"], p["lowest"], p["highest"], p["last"], p["cohort"]),
        )
        for p in periods
        if p["school"] == school.pk
    )
    return speaking(rows, day, transfer.student.cohort) or SystemOn("", None, None)


def _reporting(transfer: Transfer) -> dict:
    """What is kept of the pupil's reporting at the receiving school (R3.6)."""
    return {"on": transfer.reported_on, "no_show": transfer.did_not_report, "by": transfer.reporting_by}


def _copy_url(case: Case, account, day) -> str:
    """Where the receiving school's registrar starts anew from a case that moved nothing (R3.1b)."""
    if case.state not in rules.COPIED_STATES or case.submitted_at is None:
        return ""
    seat = seat_at(account, case.receiving_unit_id, PostRole.REGISTRAR, day)
    return _address("transfer-copy", case.number) if seat else ""


class Along(TypedDict):
    """What the page reads along with a transfer."""

    number_id: int
    number_sealed: bytes | None
    problem_kinds: list[str]
    taken_in: dict | None
    periods: list[dict]


def _read(case: Case) -> "WithAnnotations[Transfer, Along]":
    """The transfer with its pupil, current number and open problems, in one query."""
    current = RegistrationNumber.objects.filter(student=OuterRef("student"), closed_at__isnull=True)
    problems = ProblemRecord.objects.filter(student=OuterRef("student"), closed_at__isnull=True)
    problems = problems.exclude(kind__in=HOLD_NOBODY)
    periods = SchoolSystemPeriod.objects.filter(
        Q(school=OuterRef("receiving_school")) | Q(school=OuterRef("sending_school"))
    ).values(
        json=JSONObject(
            school="school_id",
            system="school_system",
            lowest="lowest_grade",
            highest="highest_grade",
            last="last_primary",
            cohort="from_cohort",
            valid_from="valid_from",
        )
    )
    transfer = (
        Transfer.objects.select_related("student__school", "reason", "school_class", "reporting_by__person")
        .annotate(
            number_id=Subquery(current.values("pk")[:1]),
            number_sealed=Subquery(current.values("sealed")[:1]),
            problem_kinds=ArraySubquery(problems.order_by("id").values("kind")),
            taken_in=attending.of_case(OuterRef("case_id")),
            periods=ArraySubquery(periods),
        )
        .get(case_id=case.pk)
    )
    transfer.receiving_school, transfer.sending_school = case.receiving_unit, case.sending_unit
    return transfer


def _facts(
    case: Case, transfer: "WithAnnotations[Transfer, Along]", day, full: bool
) -> list[tuple[str, str]]:
    """Two columns: the pupil on the left, the transfer on the right."""
    student, into = transfer.student, case.receiving_unit
    name, number = student.name, _number(transfer)
    if not full:
        name, number = identity.mask_name(name), identity.mask_number(number)
    # An ended case tells what was asked for then, not which grade the pupil has grown into since.
    ruled_on = case.ruled_on(day)
    leaving, entering = (_system(transfer, school, ruled_on) for school in (case.sending_unit, into))
    grade = grade_of(student, ruled_on, leaving) if case.is_live else transfer.grade_from
    wanted = grade_label(transfer.grade_to, entering) if transfer.grade_to else zh("未填写")
    if transfer.school_class_id:
        wanted += str(transfer.school_class)
    reason = transfer.reason.name if transfer.reason else zh("未填写")
    if transfer.reason_note:
        reason += zh("（{transfer_reason_note}）", transfer_reason_note=transfer.reason_note)
    changed = [(zh("变更年级的理由"), transfer.grade_reason)] if transfer.grade_reason else []
    return [
        (
            zh("姓名"),
            records.who_is(student, name),
        ),
        (zh("转出"), case.sending_name),
        (zh("学籍号"), number),
        (zh("转入"), case.receiving_name),
        (zh("学籍状态"), student.get_status_display()),
        (zh("转学原因"), reason),
        (zh("年级"), _grade(grade, leaving)),
        (
            zh("转入班级"),
            wanted + (zh("（{entering_label}，变更年级）", entering_label=entering.label) if changed else ""),
        ),
        *changed,
    ]


def _grade(grade: int, at: SystemOn) -> str:
    """A grade as the school calls it, with its system."""
    return grade_label(grade, at) + (zh("（{at_label}）", at_label=at.label) if at.label else "")


def _number(transfer: "WithAnnotations[Transfer, Along]") -> str:
    """The current registration number in clear; "" when there is none."""
    if transfer.number_sealed is None:
        return ""
    return records.opened_number(RegistrationNumber(pk=transfer.number_id, sealed=transfer.number_sealed))


def _checks(
    procedure,
    case: Case,
    transfer: "WithAnnotations[Transfer, Along]",
    now: datetime,
    book: Rulebook,
    proofs: int,
):
    """Lines of the checklist, and the first sentence that would stop the next sign-off or the request of the file."""
    stopping = _stopping(procedure, case)
    facts = rules.Facts(
        transfer.student,
        case.receiving_unit,
        case.sending_unit,
        now,
        book,
        reason=transfer.reason,
        proofs=proofs,
        problems=[ProblemRecord(kind=kind) for kind in transfer.problem_kinds],
        submitted_at=case.submitted_at,
        systems={
            unit.pk: _system(transfer, unit, case.ruled_on(local_date(now)))
            for unit in (case.receiving_unit, case.sending_unit)
        },
        kind=case.kind,
        grade_to=transfer.grade_to,
        named=rules.named_at_first(case, transfer.student),
        reported_on=transfer.reported_on,
        did_not_report=transfer.did_not_report,
    )
    lines, obstacle = [], ""
    for check in dict.fromkeys((*stopping, *procedure.told)):
        found = check(facts)
        if found is None:
            if check not in (*_SILENT, rules.has_reported):
                text = (
                    zh("转学原因证明 {proofs} 张已上传", proofs=proofs)
                    if check is rules.proof_attached
                    else check.label
                )
                lines.append({"ok": True, "text": text, "why": "", "clause": ""})
            continue
        if found.stops and not obstacle and check in stopping:
            obstacle = found.sentence
        if check is rules.has_reported:  # told in the panel where it is registered
            continue
        remover = found.remover if found.remover not in ("", "—") else ""
        lines.append(
            {
                "ok": False if found.stops else None,
                "text": found.sentence,
                "why": zh("由谁解除：{remover}", remover=remover) if remover else "",
                "clause": found.clause,
                "code": check.__name__ if found.stops and check in procedure.guards.get("leave", ()) else "",
            }
        )
    return sorted(lines, key=lambda line: line["ok"] is True), obstacle


def _stopping(procedure, case: Case) -> tuple:
    """The guards of what comes next: leaving the receiving side, the last sign-off, the request of the file.

    That no other case runs is left to the door: this case holds the pupil's only place (R3.1b), so it costs no query.
    """
    if case.state == State.AWAITING_FILE:
        found = procedure.guards.get(Verb.REQUEST_FILE, ())
    else:
        found = procedure.guards_for(Verb.SIGN, case)
    return tuple(check for check in found if check is not rules.no_other_case) or procedure.guards["complete"]


def _whither(case: Case, transfer: Transfer, account, day) -> tuple[str, list[dict]]:
    """That the record moved, when and whereto; to each school the way to its own copy."""
    rows = Enrolment.objects.filter(student=transfer.student, left_case_number=case.number)
    left = rows.values_list("pk", flat=True).first()
    done = zh(
        "学籍已于{moment}由{sending_unit_name}转入{receiving_unit_name}；{sending_unit_short_name}保留存档副本。",
        moment=moment(cast("datetime", case.closed_at)),  # completed
        sending_unit_name=case.sending_name,
        receiving_unit_name=case.receiving_name,
        sending_unit_short_name=case.sending_name,
    )
    units = {seat.unit.pk for seat in seats_of(account, day)}
    links = []
    if left is not None and case.sending_unit_id in units:
        links.append({"label": zh("查看存档副本"), "url": _address("student-archive", left)})
    if case.receiving_unit_id in units:
        links.append({"label": zh("查看学生学籍"), "url": _address("student-detail", transfer.student.key)})
    return done, [link for link in links if link["url"]]


def _address(name: str, *args) -> str:
    """A page's address, or "" where this installation does not have the page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
