"""A citizen's complaint: taken in without an account, answered by two people, read again by number and code (R8.5)."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from ledger import audit, outbox
from orgs.people.models import Unit, UnitLevel
from orgs.people.successors import not_closed
from reviews.engine.opinions import cleaned
from reviews.vocabulary.public_numbers import ALPHABET, CONFUSED, public_number, typed_number
from students.pupil import identity, sealing
from tickets.forms import actions as door
from tickets.forms import drafting, sealed
from tickets.forms.models import Complaint, Entry, Kind, Thread
from tickets.forms.states import State, Verb
from web.clock import local_date
from web.refusals import refuse
from web.text import says
from web.words import zh

CLAUSE = zh("正文 三.2")
SHORTEST, LONGEST = 10, 2000
CODE_LENGTH = 8
_DOMAIN = "complaint"


@dataclass(frozen=True)
class Said:
    """A complaint as it may be taken in."""

    unit: Unit
    matter: str
    citizen: str
    contact: str
    case_number: str


def checked(
    day: date, *, unit: str, matter: str, citizen: str = "", contact: str = "", case: str = ""
) -> Said:
    """What was typed, as it is kept. Raises Refused."""
    addressed = addressed_to(unit, day)
    matter = drafting.no_number(matter, zh("投诉内容"), LONGEST)
    if not says(matter, SHORTEST):
        refuse(
            "matter",
            zh("请写明投诉的事情（至少 {shortest} 个字）：什么事、什么时候、哪个单位。", shortest=SHORTEST),
            CLAUSE,
        )
    number = typed_number(case)
    return Said(
        addressed, matter, drafting.no_number(citizen, zh("怎么称呼你"), 50), _checked(contact), number
    )


def take_in(said: Said, now: datetime) -> tuple[Complaint, str]:
    """The complaint and the code by which its answer can be read; the code is shown once."""
    day, code = local_date(now), "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    with transaction.atomic():
        made = Complaint(
            number=public_number("TS", day.year),
            kind=Kind.COMPLAINT,
            state=State.ISSUED,
            thread=Thread.objects.create(),
            handling_unit=said.unit,
            holder=said.unit,
            issued_at=now,
            touch_by=door.touch_by(day),
            citizen=said.citizen,
            matter=said.matter,
            case_number=said.case_number,
            code_index=sealing.blind_index(code, _DOMAIN),
        )
        sealed.put(made, "contact", said.contact)
        made.save(force_insert=True)
        Entry.objects.create(ticket=made, verb=Verb.ISSUE, unit=said.unit, text=zh("群众在公开页面提交"))
        body = {"ticket": made.number, "unit": said.unit.pk}
        audit.record(door.CHAIN, "public", "complaint.taken_in", body, subject=f"ticket:{made.number}")
        told = {"ticket": made.pk, "verb": Verb.ISSUE, "unit": said.unit.pk}
        outbox.post("ticket", told, f"ticket:{made.number}:0")
    return made, code


def addressed_to(text: str, day: date) -> Unit:
    """The unit by code or whole name. Raises Refused."""
    text = cleaned(text)[:60]
    rows = Unit.objects.filter(not_closed(day)).exclude(level=UnitLevel.MINISTRY)
    found = list(rows.filter(code=text)[:1]) or list(rows.filter(name=text)[:2])
    if not found:
        told = zh("没有找到受理单位，请填写单位全称，或在“投诉电话和邮箱”页面点选单位。")
        refuse("unit", told, CLAUSE)
    if len(found) > 1:
        refuse("unit", zh("有几个单位叫这个名字，请在“投诉电话和邮箱”页面点选单位。"), CLAUSE)
    return found[0]


def _checked(contact: str) -> str:
    contact = cleaned(contact)
    if not contact:
        return ""
    try:
        return identity.check_phone(contact)
    except identity.IdentityError as error:
        refuse("contact", error.sentence)


def read(number: str, code: str) -> Complaint | None:
    """The complaint of those who hold number and code."""
    code = identity.normalise_number(code)[:40].translate(CONFUSED)
    rows = Complaint.objects.filter(number=typed_number(number))
    return rows.filter(code_index=sealing.blind_index(code, _DOMAIN)).select_related("holder").first()


def answer_of(found: Complaint) -> str:
    """What the citizen reads: nothing before two people have agreed on it."""
    return found.answer if found.state in (State.CONFIRMED, State.CLOSED) else ""
