"""The worklist: which cases stand before an account, in which tab, and each as a row of ready strings.

Two statements: one counts every tab and names the places to filter by, one reads the page. Rows come by the index
``case_worklist`` in its own order.
"""

from dataclasses import dataclass, field

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    F,
    FilteredRelation,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import JSONObject
from django.http import QueryDict

from ledger.clock import local_date
from orgs.models import Account, PostRole, Unit, UnitLevel
from orgs.seats import Seat, seats_of
from reviews.countdown import countdown, soon_until, spoken
from reviews.desk import Desk, counting
from reviews.models import Act, Case, Relation, Step
from reviews.states import RUNNING, Awaiting, Outcome, State, Verb

PAGE = 25
# So many rows of an address's last page; nobody turns further by hand.
LAST_PAGE = 2000
HANDLE, SIGN, STARTED, DONE, DUE, AREA, FOUND = "handle", "sign", "started", "done", "due", "area", "found"
LABELS = {
    HANDLE: "待办理",
    SIGN: "待核办",
    STARTED: "我发起",
    DONE: "已办",
    DUE: "即将到期",
    AREA: "辖区在办",
}
_ABOVE_COUNTY = {UnitLevel.LEAGUE, UnitLevel.PROVINCE, UnitLevel.MINISTRY}


@dataclass(frozen=True)
class Place:
    """Where an account sits: the units it keeps records at, of which it may sign, and those that are schools."""

    account: Account
    seats: tuple[Seat, ...]

    @classmethod
    def of(cls, account: Account, day) -> "Place":
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

    def applied(self, rows: QuerySet, today) -> QuerySet:
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


def cases_in(tab: str, place: Place, desk: Desk) -> QuerySet:
    """The cases of a tab."""
    held = Case.objects.live().filter(holder__in=place.units)
    if tab in (HANDLE, SIGN):
        return held.filter(awaiting=tab)
    if tab == STARTED:
        return Case.objects.live().filter(receiving_unit__in=place.schools)
    if tab == DUE:
        soon = soon_until(desk.book.calendar, desk.today)
        return held.filter(awaiting__in=[Awaiting.HANDLE, Awaiting.SIGN], due_on__lte=soon)
    visible = Case.objects.visible_to(place.account, desk.today)
    if tab == DONE:
        mine = Act.objects.filter(account=place.account)
        still_here = Q(closed_at__isnull=True, holder__in=place.units)
        return visible.filter(pk__in=mine.values("case")).exclude(still_here)
    return visible.live().exclude(state=State.DRAFT)


def ordered(rows: QuerySet, tab: str, account: Account) -> QuerySet:
    """``rows`` in the fixed order of a tab: by due date; what is done, the latest first."""
    if tab == FOUND:
        return rows.order_by(F("closed_at").desc(nulls_first=True), "due_on", "-id")
    if tab == DONE:
        last = Act.objects.filter(case=OuterRef("pk"), account=account).order_by("-id").values("id")[:1]
        return rows.order_by(Subquery(last).desc())
    return rows.order_by("due_on", "id")


@dataclass
class Counts:
    """How many cases stand in each tab, how many are overdue, how many the filters leave; places to filter by."""

    tabs: dict[str, int]
    overdue: int
    found: int | None
    places: list[dict] = field(default_factory=list)


def counts(place: Place, desk: Desk, tab: str, filters: Filters, ids: list[int] | None = None) -> Counts:
    """All figures of the page in one statement. ``ids``: the cases of a search, in place of a tab's."""
    tabs = [name for name in place.tabs() if name not in (DONE, AREA)]
    asked = {f"in_{name}": counting(cases_in(name, place, desk)) for name in tabs}
    late = Case.objects.live().filter(holder__in=place.units, due_on__lt=desk.today)
    # The cases of a whole province are not counted for the sake of a page number.
    found = Value(None, IntegerField())
    if tab != AREA:
        found = counting(_asked_for(place, desk, tab, filters, ids))
    row = (
        Account.objects.filter(pk=place.account.pk)
        .annotate(**asked, late=counting(late), found=found, places=ArraySubquery(_places(place)))
        .values(*asked, "late", "found", "places")
        .get()
    )
    found = row["found"] if tab == AREA else row["found"] or 0
    return Counts(
        {name: row[f"in_{name}"] or 0 for name in tabs}, row["late"] or 0, found, row["places"] or []
    )


def _asked_for(place: Place, desk: Desk, tab: str, filters: Filters, ids: list[int] | None) -> QuerySet:
    if tab == FOUND:
        return Case.objects.visible_to(place.account, desk.today).filter(pk__in=ids or [])
    return filters.applied(cases_in(tab, place, desk), desk.today)


def page(
    place: Place, desk: Desk, tab: str, filters: Filters, start: int, ids: list[int] | None = None
) -> list[dict]:
    """The rows of one page from ``start``, and one more if there is a next page; in one statement."""
    rows = ordered(_asked_for(place, desk, tab, filters, ids), tab, place.account)
    return list(read(rows)[start : start + PAGE + 1])


def _places(place: Place) -> QuerySet:
    """Units to filter by: an upper office's leagues and counties; else the authorities met in one's own cases."""
    upper = [seat.unit for seat in place.seats if seat.unit.level in _ABOVE_COUNTY]
    if upper:
        below = Q(pk__in=[])
        for unit in upper:
            nation = unit.level == UnitLevel.MINISTRY
            levels = [UnitLevel.PROVINCE] if nation else [UnitLevel.LEAGUE, UnitLevel.COUNTY]
            below |= Q(path__startswith=unit.path, level__in=levels)
        units = Unit.objects.filter(below, closed_on__isnull=True)
    else:
        near = Case.objects.live().filter(Q(holder__in=place.units) | Q(receiving_unit__in=place.schools))
        units = Unit.objects.filter(
            Q(pk__in=near.values("receiving_unit__authority"))
            | Q(pk__in=near.values("sending_unit__authority"))
        )
    return units.order_by("code").values(json=JSONObject(id="pk", name="short_name"))


# ---------------------------------------------------------------- rows

_COLUMNS = (
    "pk",
    "number",
    "headline",
    "state",
    "awaiting",
    "relation",
    "holder_id",
    "due_on",
    "receiving",
    "sending",
    "opened_at",
    "first_opened_at",
    "due_provisional",
    "nudges",
    "returned",
    "corrected",
)


def read(rows: QuerySet) -> QuerySet:
    """``rows`` with what a list shows of the open step, as plain values; joins nothing above this floor.

    Counts rather than EXISTS: for that the planner may read the whole table once and hash it.
    """
    acts = Act.objects.filter(case=OuterRef("pk"), step=OuterRef("turn__pk"))
    correction = Step.objects.filter(
        case=OuterRef("pk"), seq=OuterRef("turn__seq") - 1, stage=State.CORRECTION, outcome=Outcome.AGREE
    )
    return rows.annotate(
        turn=FilteredRelation("steps", condition=Q(steps__closed_at__isnull=True)),
        receiving=F("receiving_unit__short_name"),
        sending=F("sending_unit__short_name"),
        opened_at=F("turn__opened_at"),
        first_opened_at=F("turn__first_opened_at"),
        due_provisional=F("turn__due_provisional"),
        nudges=counting(acts.filter(verb=Verb.NUDGE)),
        returned=counting(acts.filter(verb=Verb.RETURN)),
        corrected=counting(correction),
    ).values(*_COLUMNS)


def as_row(case: dict, desk: Desk, place: Place, tab: str) -> dict:
    """One row of the table, every string ready."""
    calendar, today = desk.book.calendar, desk.today
    state, live = case["state"], case["due_on"] is not None
    row = {
        "number": case["number"],
        "url": _address(case, place, tab),
        "kind_tag": "跨省" if case["relation"] == Relation.CROSS_PROVINCE else "",
        "name": case["headline"],
        "from_name": case["sending"],
        "to_name": case["receiving"],
        "stage": _stage(case, tab),
        "stage_key": state,
        "checkbox": tab == SIGN and case["holder_id"] in place.signing,
        "waited": "",
        "due_text": "",
        "due_tier": "",
        "due_on": "",
        "due_title": "",
    }
    waited = None
    if live:
        due = countdown(calendar, today, case["due_on"])
        arrived = local_date(case["opened_at"])
        waited = max(calendar.between(arrived, today), 0)
        row.update(
            waited=waited,
            due_text=due.text,
            due_tier=due.tier,
            due_on=f"{case['due_on'].month}月{case['due_on'].day}日",
            due_title=f"{spoken(case['due_on'])}，自{spoken(arrived)}的次个工作日起算",
        )
    row["state_chips"] = _chips(case, waited)
    return row


def _address(case: dict, place: Place, tab: str) -> str:
    """Where a row leads; with its tab, so that the case page can go on to the next one."""
    if case["state"] == State.DRAFT and place.starts:
        return f"/transfers/{case['number']}/edit/"
    return f"/cases/{case['number']}/" + (f"?tab={tab}" if tab in LABELS else "")


def _stage(case: dict, tab: str) -> str:
    """Whose turn it is; outside the tabs that say so, which of the two acts is outstanding as well."""
    label = State(case["state"]).label
    if tab in (HANDLE, SIGN) or not case["awaiting"]:
        return label
    return f"{label} · {Awaiting(case['awaiting']).label}"


_ENDED = {State.COMPLETED: "good", State.REFUSED: "bad", State.WITHDRAWN: "plain", State.EXPIRED: "warn"}


def _chips(case: dict, waited: int | None) -> list[dict]:
    """Exceptions only: what differs from a case that simply takes its turn."""
    if case["state"] == State.DRAFT:
        return [{"text": "尚未发起", "tone": "plain"}]
    if waited is None:
        return [{"text": State(case["state"]).label, "tone": _ENDED[case["state"]]}]
    found = []
    if case["nudges"]:
        found.append({"text": f"被催办 {case['nudges']} 次", "tone": "bad"})
    if case["returned"] and case["awaiting"] == Awaiting.HANDLE:
        found.append({"text": "负责人退回", "tone": "warn"})
    if case["corrected"]:
        found.append({"text": "已补正", "tone": "good"})
    if case["due_provisional"]:
        found.append({"text": "时限暂定", "tone": "warn"})
    if case["first_opened_at"] is None:
        new = {"text": "新到", "tone": "info"} if waited <= 1 else {"text": "未查看", "tone": "plain"}
        found.append(new)
    return found
