"""What parents are told of a case, by its number and the last six characters of the pupil's number (R8.5): which unit
has it, since when, how many working days remain, whom to call. Nobody is named."""

import hmac
from dataclasses import dataclass
from datetime import date

from orgs.people.models import Unit
from reviews.engine.book import Rulebook
from reviews.engine.models import Case
from reviews.engine.procedures import kind_name
from reviews.rulebook.countdown import countdown
from reviews.vocabulary.public_numbers import typed_number
from reviews.vocabulary.states import State
from students.pupil import identity, records
from students.pupil.models import RegistrationNumber
from web.clock import local_date, spoken
from web.words import zh

LAST = 6
CLAUSE = zh("正文 三.2")


@dataclass(frozen=True)
class Contact:
    """Whom to call."""

    unit: str
    phone: str
    email: str


@dataclass(frozen=True)
class Progress:
    """How a case stands. ``due`` is empty once it has ended."""

    number: str
    kind: str
    state: str
    ended: bool
    holder: str
    since: str
    due: str
    left: str
    tier: str
    reason: str
    stages: list[tuple[str, str]]
    contacts: list[Contact]


def of(number: str, last: str, book: Rulebook, today: date) -> Progress | None:
    """The progress, or ``None``: no such case, not sent off yet, or the six characters are another pupil's."""
    rows = Case.objects.filter(number=typed_number(number), submitted_at__isnull=False)
    case = rows.select_related(
        "receiving_unit__authority", "sending_unit__authority", "holder__authority"
    ).first()
    # The same work is done for a case that is not there, so that the time tells nothing either.
    known = _endings(case) if case is not None else ["0" * LAST]
    typed = identity.normalise_number(last)
    fits = [hmac.compare_digest(ending.encode(), typed.encode()) for ending in known]
    return _told(case, book, today) if case is not None and any(fits) else None


def _endings(case: Case) -> list[str]:
    """The last six of every number the pupil has or had: what is on an old paper counts as well."""
    subject, _, pk = case.subject.partition(":")
    if subject != "student":
        return []
    rows = RegistrationNumber.objects.filter(student_id=int(pk))
    return [records.opened_number(row)[-LAST:] for row in rows]


def _told(case: Case, book: Rulebook, today: date) -> Progress:
    step = case.steps.filter(closed_at=None).select_related("unit").first()
    last = case.steps.order_by("-seq").first()
    left = countdown(book.calendar, today, case.due_on) if case.due_on and step else None
    since = step.opened_at if step else case.closed_at
    refused = case.state == State.REFUSED and last is not None and last.reason
    holder = case.holder if step else None
    return Progress(
        number=case.number,
        kind=kind_name(case.kind),
        state=State(case.state).label,
        ended=step is None,
        holder=holder.name if holder else "",
        since=spoken(local_date(since)) if since else "",
        due=spoken(case.due_on) if left else "",
        left=left.text if left else "",
        tier=left.tier if left else "",
        reason=book.reason_text(last.reason, case) if last is not None and refused else "",
        stages=_stages(case),
        contacts=[contact(unit) for unit in _whom(case, holder)],
    )


def _stages(case: Case) -> list[tuple[str, str]]:
    """Which units had it until when."""
    rows = case.steps.filter(closed_at__isnull=False).select_related("unit").order_by("seq")
    return [(step.unit.name, spoken(local_date(step.closed_at))) for step in rows if step.closed_at]


def _whom(case: Case, holder: Unit | None) -> list[Unit]:
    """The unit that has it and the one above, which takes complaints about it; after the end the receiving side."""
    unit = holder or case.receiving_unit
    return [one for one in (unit, unit.authority) if one is not None]


def contact(unit: Unit) -> Contact:
    """A unit's public contact."""
    return Contact(unit.name, unit.phone, unit.email)
