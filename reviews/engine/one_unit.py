"""One person acts for one unit of a case only, however the seats came about (R0.5): own post, loan, arrangement or
hand-over. The refusal names the way on; the database holds the same (sql/triggers.sql)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from orgs.people.models import Account, PostRole, Unit
from orgs.people.seats import Seat, holders_of
from orgs.people.successors import heir_or_self
from orgs.staff.staffing import LONGEST_LOAN
from reviews.engine.models import Case, Step
from reviews.vocabulary.states import Verb
from web.refusals import Refusal
from web.words import joined, zh

CODE = "one_unit"
CLAUSE = zh("附件1 三.1")
# A reminder and a message decide nothing.
DECIDES_NOTHING = (Verb.NUDGE, Verb.MESSAGE)
_NAMED = 5


def refusal(
    case: Case, step: Step | None, verb: Verb, by: Account, seat: Seat | None, day: date
) -> Refusal | None:
    """Why ``by`` cannot do ``verb`` from ``seat``: another unit of the case has acted by the same person."""
    if step is None or seat is None or verb in DECIDES_NOTHING:
        return None
    elsewhere = {unit for unit, *people in acted(case, step) if by.person_id in people} - {seat.unit.pk}
    if not elsewhere:
        return None
    units = Unit.objects.filter(pk__in=elsewhere).order_by("pk")
    # A unit that was merged into the seat's own is no other side.
    other = next((unit for unit in units if heir_or_self(unit, day).pk != seat.unit.pk), None)
    if other is None:
        return None
    told = zh(
        "这件业务你已代表{other}办理过，一人在一件业务中只能代表一个单位，不能再代表{own}。{way}",
        other=other.name,
        own=seat.unit.name,
        way=way_on(case, step, verb, by, seat, day),
    )
    return Refusal(CODE, told, CLAUSE)


def acted(case: Case, step: Step) -> list[tuple[int, int | None, int | None]]:
    """(unit, who handled, who signed) of the case's steps; read with the open step where the door reads it."""
    if getattr(step, "acted", None) is None:
        step.acted = list(
            Step.objects.filter(case=case, handler_person__isnull=False).values_list(
                "unit_id", "handler_person_id", "signer_person_id"
            )
        )
    return step.acted or []


def keep(steps: Iterable[Step]) -> None:
    """What :func:`acted` asks, from steps that were read anyway: all steps of one case or of several."""
    by_case: dict[int, list[tuple[int, int | None, int | None]]] = defaultdict(list)
    steps = list(steps)
    for step in steps:
        if step.handler_person_id is not None:
            by_case[step.case_id].append((step.unit_id, step.handler_person_id, step.signer_person_id))
    for step in steps:
        step.acted = by_case[step.case_id]


def way_on(case: Case, step: Step, verb: Verb, by: Account, seat: Seat, day: date) -> str:
    """Who else may do it: another person of the unit by name; else the post is lent to a colleague of the unit above."""
    barred = {person for unit, *people in acted(case, step) for person in people if unit != seat.unit.pk}
    barred |= {by.person_id, *([step.handler_person_id] if verb == Verb.SIGN else [])}
    return way_on_at(seat.unit, seat.role, {person for person in barred if person is not None}, day)


def way_on_at(unit: Unit, role: str, barred: set[int], day: date) -> str:
    """The same of a unit and a post, without the persons who may not; for papers that are no cases as well."""
    accounts = {account for _, held, account in holders_of({unit.pk}, day) if held == role}
    others = Account.objects.filter(pk__in=accounts).exclude(person__in=barred).select_related("person")
    names = list(dict.fromkeys(account.display_name for account in others.order_by("pk")))
    label = PostRole(role).label
    if names:
        return zh(
            "请由{unit}的{label}{names}办理。",
            unit=unit.name,
            label=label,
            names=joined("、", names[:_NAMED]),
        )
    above = unit.authority
    if above is None:
        return zh("请由{unit}另行任命一名{label}办理。", unit=unit.name, label=label)
    return zh(
        "{unit}没有其他{label}可以办理：请由任职人或{unit}的负责人、{above}的负责人在“本单位人员”页把{label}岗位委托给{above}的同事（最长 {days} 天），由其办理。",
        unit=unit.name,
        label=label,
        above=above.name,
        days=LONGEST_LOAN,
    )
