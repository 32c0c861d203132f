"""The worklist: which cases stand before an account, in which tab, in which order. The rules, as querysets.

:mod:`reviews.worklist.reading` reads counts and a page by them, :mod:`reviews.worklist.rows` puts rows into words; the
API and the case page ask the same querysets.
"""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.http import QueryDict

from orgs.people.models import Account, PostRole
from orgs.people.seats import Seat, seats_of
from reviews.engine.models import Act, Case
from reviews.vocabulary.relations import Relation
from reviews.vocabulary.states import RUNNING, Awaiting, State
from web.words import zh

PAGE = 25
# So many rows of an address's last page; nobody turns further by hand.
LAST_PAGE = 2000
HANDLE, SIGN, STARTED, DONE, DUE, AREA, FOUND = "handle", "sign", "started", "done", "due", "area", "found"
LABELS = {
    HANDLE: zh("待办理"),
    SIGN: zh("待核办"),
    STARTED: zh("我发起"),
    DONE: zh("已办"),
    DUE: zh("即将到期"),
    AREA: zh("辖区在办"),
}


class Days(Protocol):
    """What the tabs need to know of time; the desk of a request does."""

    @property
    def today(self) -> date:
        """The day in Shanghai."""

    @property
    def soon(self) -> date:
        """The last due date that is shown as pressing."""


@dataclass(frozen=True)
class Place:
    """Where an account sits: the units it keeps records at, of which it may sign, and those that are schools."""

    account: Account
    seats: tuple[Seat, ...]

    @classmethod
    def of(cls, account: Account, day: date) -> "Place":
        """The account's seats of registrar and head on ``day``; other posts decide nothing."""
        keeping = {PostRole.REGISTRAR, PostRole.HEAD}
        return cls(account, tuple(seat for seat in seats_of(account, day) if seat.role in keeping))

    @property
    def units(self) -> set[int]:
        """Ids of all units."""
        return {seat.unit.pk for seat in self.seats}

    @property
    def signing(self) -> set[int]:
        """Ids of the units it signs for."""
        return {seat.unit.pk for seat in self.seats if seat.role == PostRole.HEAD}

    @property
    def schools(self) -> set[int]:
        """Ids of the schools among them."""
        return {seat.unit.pk for seat in self.seats if seat.unit.is_school}

    @property
    def starts(self) -> bool:
        """Whether it may start a transfer: the registrar of a school (R3.1)."""
        return any(seat.unit.is_school and seat.role == PostRole.REGISTRAR for seat in self.seats)

    @property
    def first_tab(self) -> str:
        """A registrar begins with what is to be handled, a head with what is to be signed."""
        return SIGN if self.seats and self.seats[0].role == PostRole.HEAD else HANDLE

    def tabs(self) -> list[str]:
        """The tabs that make sense: only a school starts cases, only an office has schools under it."""
        offices = self.units - self.schools
        return [HANDLE, SIGN, *([STARTED] if self.schools else []), DONE, DUE, *([AREA] if offices else [])]


@dataclass(frozen=True)
class Filters:
    """What the address asks for. Whatever is not understood is left out, never an error."""

    tab: str = ""
    stage: str = ""
    unit: int | None = None
    relation: str = ""
    overdue: bool = False
    page: int = 1

    @classmethod
    def read(cls, query: QueryDict) -> "Filters":
        """The filters of an address."""
        stage, relation = query.get("stage", ""), query.get("relation", "")
        return cls(
            tab=query.get("tab", ""),
            stage=stage if stage in RUNNING else "",
            unit=_number(query.get("unit", "")),
            relation=relation if relation in Relation.values else "",
            overdue=query.get("overdue", "") == "1",
            page=min(_number(query.get("page", "")) or 1, LAST_PAGE),
        )

    @property
    def narrow(self) -> dict[str, str]:
        """The filters that are set, as they stand in an address."""
        wanted = {
            "unit": str(self.unit or ""),
            "stage": self.stage,
            "relation": self.relation,
            "overdue": "1" if self.overdue else "",
        }
        return {name: value for name, value in wanted.items() if value}

    def applied(self, rows: QuerySet, today: date) -> QuerySet:
        """``rows`` narrowed. A unit stands for itself and all under it, on either side."""
        if self.stage:
            rows = rows.filter(state=self.stage)
        if self.relation:
            rows = rows.filter(relation=self.relation)
        if self.overdue:
            rows = rows.filter(due_on__lt=today, closed_at__isnull=True)
        if self.unit:
            under = f"/{self.unit}/"
            rows = rows.filter(
                Q(receiving_unit__path__contains=under) | Q(sending_unit__path__contains=under)
            )
        return rows


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) <= 9 and int(text) else None


# ---------------------------------------------------------------- what stands in a tab


def within(tab: str, days: Days) -> Q:
    """What a tab takes of the cases that one's own units hold."""
    if tab == DUE:
        return Q(awaiting__in=[Awaiting.HANDLE, Awaiting.SIGN], due_on__lte=days.soon)
    return Q(awaiting=tab)


def held_by(place: Place) -> QuerySet:
    """The cases whose ball lies with one of the account's units."""
    return Case.objects.live().filter(holder__in=place.units)


def cases_in(tab: str, place: Place, days: Days) -> QuerySet:
    """The cases of a tab."""
    if tab in (HANDLE, SIGN, DUE):
        return held_by(place).filter(within(tab, days))
    if tab == STARTED:
        return Case.objects.live().filter(receiving_unit__in=place.schools)
    visible = Case.objects.visible_to(place.account, days.today)
    if tab == DONE:
        mine = Act.objects.filter(account=place.account)
        still_here = Q(closed_at__isnull=True, holder__in=place.units)
        return visible.filter(pk__in=mine.values("case")).exclude(still_here)
    return visible.live().exclude(state=State.DRAFT)


def ordered(rows: QuerySet, tab: str, account: Account) -> QuerySet:
    """``rows`` in the fixed order of a tab: by due date, one's drafts before; what is done, the latest first."""
    if tab == FOUND:
        return rows.order_by(F("closed_at").desc(nulls_first=True), "due_on", "-id")
    if tab == DONE:
        last = Act.objects.filter(case=OuterRef("pk"), account=account).order_by("-id").values("id")[:1]
        return rows.order_by(Subquery(last).desc())
    if tab == STARTED:
        # A draft has no due date and waits for nobody but the school itself: before all that waits for others.
        return rows.order_by(F("due_on").asc(nulls_first=True), "id")
    return rows.order_by("due_on", "id")
