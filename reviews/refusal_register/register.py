"""The register of refusals (R3.4): every signed step that refused, or sent back for correction, for review from above.

One row is one :class:`reviews.engine.models.Step`. Who stands above the unit that decided sees it; a sign-off that was
recalled is none. All questions are asked of the one queryset of :func:`signed`, so that every figure counts what its
list shows.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery

from orgs.people import scope
from orgs.people.models import Account, Unit
from reviews.engine import procedures
from reviews.engine.models import Act, Step
from reviews.refusal_rules import wall_marks
from reviews.rulebook.models import FIRST_DAY, LAST_DAY
from reviews.vocabulary.states import STAGES, Outcome, Verb
from web.clock import SHANGHAI

OUTCOMES = (Outcome.REFUSE, Outcome.SEND_BACK)
ORDERS = {
    "time": ("-signed_at", "-pk"),
    "unit": ("unit__path", "-signed_at", "-pk"),
    "reason": ("reason", "-signed_at", "-pk"),
}
# Without dates in the address: the months up to today's, so many of them.
MONTHS = 12


@dataclass(frozen=True)
class Wanted:
    """What of the register is asked for. ``unit`` is a code and means the unit with all under it; ``own``: it alone."""

    since: date | None = None
    until: date | None = None
    outcome: str = Outcome.REFUSE
    stage: str = ""
    kind: str = ""
    reason: str = ""
    unit: str = ""
    own: bool = False
    order: str = "time"
    page: str = ""

    @classmethod
    def read(cls, query: Mapping[str, Any], day: date) -> "Wanted":
        """The filters of an address; what does not fit is left aside. No dates at all: the last months."""

        def listed(name: str, known: Collection[str], default: str = "") -> str:
            return query.get(name, "") if query.get(name, "") in known else default

        return cls(
            since=_day(query["since"]) if "since" in query else usual_since(day),
            until=_day(query.get("until", "")),
            outcome=listed("outcome", OUTCOMES, Outcome.REFUSE),
            stage=listed("stage", STAGES),
            kind=listed("kind", {each.kind for each in procedures.all_procedures()}),
            reason=_plain(query.get("reason", ""), 40),
            unit=_plain(query.get("unit", ""), 12),
            own=query.get("own", "") == "1",
            order=listed("order", ORDERS, "time"),
            page=query.get("page", ""),
        )

    def address(self, **changed: Any) -> str:
        """The query of an address that asks for this, with some of it changed."""
        wanted = replace(self, **({"page": ""} | changed))
        # Dates always stand in it: without them an address means another period next month.
        found = {"since": wanted.since or "", "until": wanted.until or ""}
        if wanted.outcome != Outcome.REFUSE:
            found["outcome"] = str(wanted.outcome)
        for name in ("stage", "kind", "reason", "unit", "page"):
            found |= {name: getattr(wanted, name)} if getattr(wanted, name) else {}
        found |= {"own": "1"} if wanted.own and wanted.unit else {}
        found |= {"order": wanted.order} if wanted.order != "time" else {}
        return "?" + urlencode(found)

    @property
    def narrowed(self) -> bool:
        """Whether anything but period, outcome and order is chosen."""
        return bool(self.stage or self.kind or self.reason or self.unit)


def usual_since(day: date) -> date:
    """The first day of the month eleven months before ``day``'s."""
    months = day.year * 12 + day.month - MONTHS
    return date(months // 12, months % 12 + 1, 1)


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if FIRST_DAY <= found <= LAST_DAY else None


def _plain(text: str, longest: int) -> str:
    """A code as it may stand in an address; anything else is none."""
    fits = text.isascii() and text.replace("_", "").isalnum() and len(text) <= longest
    return text if fits else ""


def signed(wanted: Wanted, account: Account, day: date, unit: Unit | None = None) -> QuerySet[Step]:
    """The steps that ``wanted`` asks for and ``account`` stands above. ``unit``: the one of ``wanted.unit``."""
    rows = Step.objects.filter(scope.under("unit", account, day), outcome=wanted.outcome)
    if wanted.outcome == Outcome.SEND_BACK:
        # Only a case that goes on can be taken back, so a refusal never is.
        rows = rows.filter(~Exists(Step.objects.filter(recall_of=OuterRef("pk"))))
    if wanted.since:
        rows = rows.filter(signed_at__gte=_begin(wanted.since))
    if wanted.until:
        rows = rows.filter(signed_at__lt=_begin(wanted.until + timedelta(days=1)))
    if unit is not None:
        rows = rows.filter(Q(unit=unit) if wanted.own else Q(unit__path__startswith=unit.path))
    equal = {"stage": wanted.stage, "case__kind": wanted.kind, "reason": wanted.reason}
    return rows.filter(**{name: value for name, value in equal.items() if value})


def _begin(day: date) -> datetime:
    return datetime.combine(day, time.min, SHANGHAI)


def full(rows: QuerySet) -> QuerySet[Step]:
    """With all that a line of the register says; ``mark`` is the doubt that one of its acts passed with, ``unit_then`` what
    the unit was called when it signed (R0.2)."""
    acts = Act.objects.filter(step=OuterRef("pk"), verb=Verb.SIGN).order_by("-id")
    rows = rows.annotate(unit_then=Subquery(acts.values("unit_short")[:1]))
    return wall_marks.with_marks(rows.select_related("case__receiving_unit", "unit"))


def in_order(rows: QuerySet[Step], order: str) -> QuerySet[Step]:
    """Rows of :func:`full` in the order asked for, those that passed the wall in doubt on top (R3.4)."""
    names = ("-doubted", *ORDERS[order])
    return rows.order_by(*names)


class Crossed(dict):
    """How many by (stage, reason), whichever of the two is chosen: the figures of tabs, choices and the whole."""

    @classmethod
    def of(cls, wanted: Wanted, account: Account, day: date, unit: Unit | None) -> "Crossed":
        """In one statement."""
        rows = signed(replace(wanted, stage="", reason=""), account, day, unit)
        counted = rows.values_list("stage", "reason").annotate(many=Count("pk")).order_by()
        return cls({(stage, reason): many for stage, reason, many in counted})

    def many(self, stage: str = "", reason: str = "") -> int:
        """How many of a stage and a reason; without one, of any."""
        return sum(n for (at, why), n in self.items() if stage in ("", at) and reason in ("", why))

    def reasons(self, stage: str = "") -> list[tuple[str, int]]:
        """Each reason with how often it was given at ``stage``, or at any."""
        codes = {reason for at, reason in self if stage in ("", at)}
        return [(code, self.many(stage, code)) for code in codes]


# ---------------------------------------------------------------- shares


@dataclass(frozen=True)
class Share:
    """A unit's refusals (all units' together when ``code`` is empty), and how often each reason was given. ``names``: what
    the unit was called when it signed them, the latest name first (R0.2)."""

    code: str
    names: list[str]
    total: int
    reasons: list[tuple[str, int, int]]  # code, how often, per cent

    @classmethod
    def of(cls, code: str, names: list[str], counted: list[tuple[str, int]]) -> "Share":
        """Reasons with their counts, the most frequent first."""
        found = sorted(counted, key=lambda each: (-each[1], each[0]))
        parts = portions([many for _, many in found])
        rows = [(code, many, part) for (code, many), part in zip(found, parts, strict=True)]
        return cls(code, names, sum(many for _, many in found), rows)


def portions(counts: list[int]) -> list[int]:
    """Per cent of each, in whole numbers that add up to 100: the largest remainders are rounded up."""
    total = sum(counts)
    if not total:
        return [0] * len(counts)
    found = [many * 100 // total for many in counts]
    rest = sorted(range(len(counts)), key=lambda at: (-(counts[at] * 100 % total), at))
    for at in rest[: 100 - sum(found)]:
        found[at] += 1
    return found


def units_of(rows: QuerySet[Step]) -> QuerySet:
    """Every unit that decided one of ``rows`` with how many, the most first; rows of ``unit`` and ``many``."""
    return rows.values("unit").annotate(many=Count("pk")).order_by("-many", F("unit__path"))


def shares(rows: QuerySet[Step], units: list[int]) -> list[Share]:
    """The shares of these units, in their order; in two statements."""
    counted: dict[int, list[tuple[str, int]]] = {unit: [] for unit in units}
    grouped = rows.filter(unit__in=units).values_list("unit", "reason").annotate(many=Count("pk")).order_by()
    for unit, reason, many in grouped:
        counted[unit].append((reason, many))
    codes: dict[int, str] = {}
    names: dict[int, list[str]] = {unit: [] for unit in units}
    acts = Act.objects.filter(step__in=rows.filter(unit__in=units), verb=Verb.SIGN)
    called = acts.values_list("step__unit", "step__unit__code", "unit_name").annotate(last=Max("pk"))
    for unit, code, name, _ in called.order_by("-last"):
        codes[unit] = code
        names[unit].append(name)
    return [Share.of(codes[unit], names[unit], counted[unit]) for unit in units]


# ---------------------------------------------------------------- units to choose from


def unit_choices(account: Account, day: date, code: str) -> tuple[Unit | None, list[Unit]]:
    """The unit chosen by ``code``, if the account stands above it, and those to choose from: the account's own and
    those right under them; of a chosen one also the one above it and those right under it. In one statement."""
    paths = scope.paths(account, day)
    visible = Q(pk__in=[])
    for path in paths:
        visible |= Q(path__startswith=path)
    near = Q(path__in=paths) | Q(authority__path__in=paths)
    if code:
        near |= Q(code=code) | Q(authority__code=code) | Q(subordinates__code=code)
    rows = list(Unit.objects.filter(visible, near).distinct().order_by("path"))
    return next((unit for unit in rows if unit.code == code), None), rows
