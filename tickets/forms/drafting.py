"""What a paper says while it is drafted: written from a form, filled from a case or a pupil, complete or not (R8.6)."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404

from orgs.people.models import Unit
from orgs.people.seats import seats_of
from reviews.engine.models import Case, OverdueRecord
from reviews.engine.opinions import cleaned, free_text
from reviews.engine.procedures import kind_name
from reviews.vocabulary.states import State
from students.pupil import identity, records
from students.pupil.models import Student
from tickets.forms import sealed
from tickets.forms.kinds import CLAUSE, Paper, whole
from tickets.forms.models import Kind, ReportedProblem, Thread, Ticket
from web.clock import local_date, spoken
from web.refusals import Refusal, Refused, refuse
from web.text import says
from web.words import joined, zh

# Typed into the place of a sealed number to empty it.
EMPTIED = zh("无")
MOST_PROBLEMS = 20
SHORTEST_MATTER = 10
CONTACTS = (
    ("business_name", zh("业务联系人")),
    ("business_phone", zh("业务联系人电话")),
    ("technical_name", zh("技术联系人")),
    ("technical_phone", zh("技术联系人电话")),
)


def no_number(text: str, label: str, longest: int) -> str:
    """Free text as it is kept. Raises Refused for one too long, or with a person's number in it."""
    text = free_text(text, label, CLAUSE)
    if len(text) > longest:
        refuse(
            "long",
            zh(
                "“{label}”最多 {longest} 字，现在有 {count} 字，请精简。",
                label=label,
                longest=longest,
                count=len(text),
            ),
            CLAUSE,
        )
    return text


def write(ticket, typed: dict, day: date) -> None:
    """Write what a form holds into the draft. Raises Refused; nothing is saved here but the list of problems."""
    if ticket.kind == Kind.REPORT:
        _write_report(ticket, typed)
    else:
        _write_people(ticket, typed, day)


def _write_report(ticket, typed: dict) -> None:
    for name in ("business_name", "business_unit", "technical_name", "technical_unit"):
        if name in typed:
            setattr(ticket, name, cleaned(typed[name])[:60])
    for name, label in (("business_phone", zh("业务联系人电话")), ("technical_phone", zh("技术联系人电话"))):
        if name in typed:
            setattr(ticket, name, _phone(typed[name], label))
    if "problems" in typed:
        texts = [
            no_number(text, zh("问题 {at}", at=at), 1000) for at, text in enumerate(typed["problems"], 1)
        ]
        texts = [text for text in texts if text]
        if len(texts) > MOST_PROBLEMS:
            refuse(
                "problems",
                zh("一张报告单最多列 {most_problems} 个问题，其余请另开一张。", most_problems=MOST_PROBLEMS),
                CLAUSE,
            )
        ticket.problems.all().delete()
        ReportedProblem.objects.bulk_create(
            ReportedProblem(report=ticket, position=at, text=text) for at, text in enumerate(texts, 1)
        )


def _write_people(ticket, typed: dict, day: date) -> None:
    for name in ("reporter_name", "pupil_name", "responsible"):
        if name in typed:
            setattr(ticket, name, cleaned(typed[name])[:50])
    plain = ("reporter_sex", "reporter_age", "reporter_ethnic", "pupil_sex", "pupil_age", "pupil_ethnic")
    for name in (*plain, "handling_unit", "complete_by"):
        if name in typed:
            setattr(ticket, name, typed[name])
    if "matter" in typed:
        ticket.matter = no_number(typed["matter"], zh("反映事项"), 4000)
    if ticket.kind == Kind.SUPERVISION and "instruction" in typed:
        ticket.instruction = no_number(typed["instruction"], zh("办理意见"), 2000)
    if "responsible_phone" in typed:
        ticket.responsible_phone = _phone(typed["responsible_phone"], zh("责任人联系电话"))
    for field, check in _CHECKS.items():
        _write_sealed(ticket, field, typed.get(field, ""), check, day)


def _write_sealed(ticket, field: str, typed: str, check, day: date) -> None:
    text = cleaned(typed)
    if text == EMPTIED:
        sealed.put(ticket, field, "")
    elif text:
        try:
            sealed.put(ticket, field, check(text, day))
        except identity.IdentityError as error:
            raise Refused(_about(_LABELS[field], error)) from error


def _about(label: str, error: identity.IdentityError):
    return Refusal(
        f"identity:{label}",
        zh("“{label}”：{error_sentence}", label=label, error_sentence=error.sentence),
        CLAUSE,
    )


_CHECKS = {
    "reporter_id": lambda text, day: identity.check_id_number(text, day).text,
    "reporter_phone": lambda text, day: identity.check_phone(text),
    "pupil_number": lambda text, day: identity.check_registration_number(text, day).text,
    "pupil_id": lambda text, day: identity.check_id_number(text, day).text,
}
_LABELS = {
    "reporter_id": zh("反映人身份证号"),
    "reporter_phone": zh("反映人联系电话"),
    "pupil_number": zh("学生学籍号"),
    "pupil_id": zh("学生身份证号"),
}


def _phone(text: str, label: str) -> str:
    text = cleaned(text)
    if not text:
        return ""
    try:
        return identity.check_phone(text)
    except identity.IdentityError as error:
        raise Refused(_about(label, error)) from error


# ---------------------------------------------------------------- complete or not


def missing(ticket, day: date) -> list[str]:
    """What the paper still lacks before it can be signed and sent; empty when nothing."""
    ticket = whole(ticket)
    lacking: list[str] = []
    if ticket.kind == Kind.REPORT:
        lacking += [label for name, label in CONTACTS if not getattr(ticket, name)]
        if not ticket.problems.exists():
            lacking.append(zh("问题描述（至少一条）"))
        return lacking
    if not says(ticket.matter, SHORTEST_MATTER):
        lacking.append(zh("反映事项（至少 {shortest_matter} 字）", shortest_matter=SHORTEST_MATTER))
    if ticket.handling_unit is None:
        lacking.append(zh("核查单位") if ticket.kind == Kind.CHECK else zh("承办单位"))
    lacking += [
        label
        for name, label in (("responsible", zh("责任人")), ("responsible_phone", zh("责任人联系电话")))
        if not getattr(ticket, name)
    ]
    if ticket.complete_by is None or ticket.complete_by <= day:
        lacking.append(zh("完成时限（今天以后的日期）"))
    if ticket.kind == Kind.SUPERVISION and not ticket.instruction:
        lacking.append(zh("办理意见"))
    return lacking


def complete_or_refuse(ticket, day: date) -> None:
    """Raises Refused with everything that is lacking in one sentence."""
    lacking = missing(ticket, day)
    if lacking:
        refuse("incomplete", zh("还没有填全：{names}。请补充后再送出。", names=joined("、", lacking)), CLAUSE)


# ---------------------------------------------------------------- filled from what there is


class Origin(NamedTuple):
    """What a ticket begins with; any of them may be absent."""

    case: Case | None = None
    student: Student | None = None
    overdue: OverdueRecord | None = None
    parent: Ticket | None = None


def origin_of(account, day: date, *, case: str = "", student: str = "", parent: str = "") -> Origin:
    """What a ticket begins with, by the numbers of case and ticket and the pupil's key; a case brings the last record of
    its being late along. Raises Http404 for what the account may not see."""
    found = Origin()
    if case:
        rows = Case.objects.visible_to(account, day).select_related("holder")
        begun = get_object_or_404(rows, number=case[:20])
        overdue = begun.overdue_records.select_related("unit", "case").order_by("-pk").first()
        found = found._replace(case=begun, overdue=overdue)
    if student:
        rows = Student.objects.visible_to(account, day).select_related("school")
        found = found._replace(student=get_object_or_404(rows, key=_key(student)))
    if parent:
        rows = Ticket.objects.visible_to(account, day)
        found = found._replace(parent=get_object_or_404(rows, number=parent[:20]))
    return found


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error


def thread_of(origin: Origin) -> Thread:
    """The thread of the ticket it came of, or a new one."""
    if origin.parent is not None:
        return origin.parent.thread
    return Thread.objects.create(case=origin.case, student=origin.student, overdue=origin.overdue)


def filled(paper: Paper, origin: Origin, by, now: datetime) -> dict:
    """The fields of the paper as far as they follow from where it was begun; to be written by :func:`write`."""
    typed = _of_drafter(paper, by, local_date(now))
    matter = _matter(origin)
    if paper.kind == Kind.REPORT:
        return typed | ({"problems": [matter]} if matter else {})
    if matter:
        typed["matter"] = matter
    handler = _handler(origin)
    if handler is not None:
        typed["handling_unit"] = handler
    if origin.student is not None:
        typed |= _of_pupil(origin.student, local_date(now))
    return typed | _of_parent(origin.parent)


def _of_drafter(paper: Paper, by, day: date) -> dict:
    name = by.display_name
    if paper.kind != Kind.REPORT:
        return {"responsible": name}
    unit = next((seat.unit for seat in seats_of(by, day) if seat.unit.level in paper.levels), None)
    return {
        "business_name": name,
        "business_unit": unit.name if unit else "",
        "technical_unit": unit.name if unit else "",
    }


def _of_pupil(student: Student, day: date) -> dict:
    had = (day.month, day.day) >= (student.birth_date.month, student.birth_date.day)
    return {
        "pupil_name": student.name,
        "pupil_sex": student.sex,
        "pupil_age": day.year - student.birth_date.year - (not had),
        "pupil_ethnic": student.ethnic,
        "pupil_number": records.current_number(student),
        "pupil_id": records.id_number(student) or "",
    }


def _of_parent(parent) -> dict:
    """A check or supervision that comes of another paper of the same shape takes over whom it is about."""
    if parent is None:
        return {}
    parent = whole(parent)
    if parent.kind == Kind.COMPLAINT:
        return {"reporter_name": parent.citizen, "matter": parent.matter}
    if parent.kind == Kind.REPORT:
        return {"matter": "\n".join(f"{row.position}. {row.text}" for row in parent.problems.all())}
    people = ("reporter_name", "reporter_sex", "reporter_age", "reporter_ethnic", "pupil_name", "pupil_sex")
    taken = {name: getattr(parent, name) for name in (*people, "pupil_age", "pupil_ethnic", "matter")}
    return taken | {field: sealed.opened(parent, field) for field in _CHECKS}


def _matter(origin: Origin) -> str:
    if origin.overdue is not None:
        found = origin.overdue
        return zh(
            "业务 {case_number}（{kind_name}）在{label}环节逾期：时限 {day}，责任单位{unit_name}。",
            case_number=found.case.number,
            kind_name=kind_name(found.case.kind),
            label=State(found.stage).label,
            day=spoken(found.due_on),
            unit_name=found.unit.name,
        )
    if origin.case is not None:
        case = origin.case
        return zh(
            "业务 {case_number}（{kind_name}，{case_headline}），现状：{label}。",
            case_number=case.number,
            kind_name=kind_name(case.kind),
            case_headline=case.headline,
            label=State(case.state).label,
        )
    return ""


def _handler(origin: Origin) -> Unit | None:
    if origin.overdue is not None:
        return origin.overdue.unit
    if origin.case is not None:
        return origin.case.holder
    if origin.student is not None:
        return origin.student.school
    return None
