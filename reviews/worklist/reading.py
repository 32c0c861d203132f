"""Reading the worklist: one statement counts the tabs and names the places to filter by, one reads a page.

Which cases are meant is said by the querysets of :mod:`reviews.worklist.tabs`; their text is composed once for each shape
(what seats, which filters) and kept. Rows come by the index ``case_worklist`` in its own order.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.db.models import Case as Choice
from django.db.models import F, Func, IntegerField, Q, QuerySet, When

from ledger.composed import Slots, Statement
from orgs.people.models import Account, Unit, UnitLevel
from orgs.people.seats import Seat
from orgs.people.successors import not_closed
from reviews.desk.context import Desk
from reviews.engine.models import Act, Case, Step
from reviews.vocabulary.states import Outcome, State, Verb
from reviews.worklist.tabs import (
    AREA,
    DONE,
    DUE,
    FOUND,
    HANDLE,
    PAGE,
    SIGN,
    STARTED,
    Filters,
    Place,
    cases_in,
    held_by,
    ordered,
    within,
)

_ABOVE_COUNTY = {UnitLevel.LEAGUE, UnitLevel.PROVINCE, UnitLevel.MINISTRY}
_HELD = (HANDLE, SIGN, DUE)


@dataclass
class Counts:
    """How many cases stand in each tab, how many are overdue, how many the filters leave; places to filter by."""

    tabs: dict[str, int]
    overdue: int
    found: int | None
    places: list[tuple[str, str]] = field(default_factory=list)


def counts(place: Place, desk: Desk, tab: str, filters: Filters, ids: list[int] | None = None) -> Counts:
    """All figures of the page in one statement. ``ids``: the cases of a search, in place of a tab's."""
    listed = [name for name in place.tabs() if name not in (DONE, AREA)]
    if not place.seats:
        return Counts(dict.fromkeys(listed, 0), 0, None if tab == AREA else 0)
    shape = _Shape.of(place, tab, filters, ids)
    row = _counting(shape).rows(_values(place, desk, filters, ids))[0]
    handle, sign, due, late, started, found, places = row
    known = {HANDLE: handle, SIGN: sign, DUE: due, STARTED: started}
    # The cases of a whole province are not counted for the sake of a page number.
    found = None if tab == AREA else found if found is not None else known.get(tab, 0)
    return Counts({name: known[name] for name in listed}, late, found, [(pk, name) for pk, name in places])


def page(
    place: Place, desk: Desk, tab: str, filters: Filters, start: int, ids: list[int] | None = None
) -> list[dict]:
    """The rows of one page from ``start``, and one more if there is a next page; in one statement."""
    if not place.seats or (tab == FOUND and not ids):
        return []
    statement = _paging(_Shape.of(place, tab, filters, ids))
    rows = statement.rows(_values(place, desk, filters, ids) | {"most": PAGE + 1, "start": start})
    rows.sort(key=lambda row: row[0])
    return [dict(zip(_NAMES, row[1:], strict=True)) for row in rows]


# ---------------------------------------------------------------- shapes, and what fills them


@dataclass(frozen=True)
class _Shape:
    """All that the text of the statements depends on: the seats without their units' names, the tab, the filters."""

    seats: tuple[tuple[str, str, int], ...]
    tab: str
    narrow: tuple[str, ...]
    ids: int

    @classmethod
    def of(cls, place: Place, tab: str, filters: Filters, ids: list[int] | None) -> "_Shape":
        at = {pk: number for number, pk in enumerate(_units(place))}
        seats = tuple((seat.role, seat.unit.level, at[seat.unit.pk]) for seat in place.seats)
        return cls(seats, tab, tuple(filters.narrow) if tab != FOUND else (), len(ids or []))


def _units(place: Place) -> dict[int, Unit]:
    """The units of a place, each once, in the order of its seats."""
    return {seat.unit.pk: seat.unit for seat in place.seats}


def _values(place: Place, desk: Desk, filters: Filters, ids: list[int] | None) -> dict:
    """What fills the slots of :class:`_Outline`."""
    found = {"account": place.account.pk, "today": desk.today, "soon": desk.soon}
    for number, unit in enumerate(_units(place).values()):
        found |= {f"unit{number}": unit.pk, f"path{number}": unit.path}
    found |= {"stage": filters.stage, "relation": filters.relation, "narrowed": filters.unit}
    return found | {f"id{number}": pk for number, pk in enumerate(ids or [])}


class _Outline:
    """A place, its days and filters with stand-ins for all values, and the querysets over them."""

    def __init__(self, shape: _Shape):
        self.shape, slots = shape, Slots()
        self.slots = slots
        self.today, self.soon = slots.day("today"), slots.day("soon")
        units = {
            number: Unit(pk=slots.number(f"unit{number}"), path=slots.text(f"path{number}"), level=level)
            for _, level, number in shape.seats
        }
        account = Account(pk=slots.number("account"))
        self.place = Place(account, tuple(Seat(units[number], role) for role, _, number in shape.seats))
        # What the scope of visible_to() asks for; it is kept as if read from the database.
        account._seats = (self.today, list(self.place.seats))
        chosen: dict[str, Any] = {
            "stage": slots.text("stage"),
            "relation": slots.text("relation"),
            "unit": slots.number("narrowed"),
            "overdue": True,
        }
        self.filters = Filters(**{name: chosen[name] for name in shape.narrow})
        self.ids = [slots.number(f"id{number}") for number in range(shape.ids)]

    def listed(self) -> QuerySet:
        """The cases that the tab, or the search, shows as the filters leave them."""
        if self.shape.tab == FOUND:
            return Case.objects.visible_to(self.place.account, self.today).filter(pk__in=self.ids)
        return self.filters.applied(cases_in(self.shape.tab, self.place, self), self.today)


# ---------------------------------------------------------------- counts


@lru_cache(maxsize=512)
def _counting(shape: _Shape) -> Statement:
    """Three counts and the overdue ones from one range of the index, the others beside them."""
    outline = _Outline(shape)
    compose, place = outline.slots.compose, outline.place
    asked = {f"in_{tab}": _how_many(within(tab, outline)) for tab in _HELD}
    asked["late"] = _how_many(Q(due_on__lt=outline.today))
    held = compose(held_by(place).annotate(**asked).values_list(*asked))
    # Without a filter the tab's own count is the number found.
    counted = (*_HELD, *([STARTED] if place.schools else [])) if not shape.narrow else ()
    found = "NULL" if shape.tab in (AREA, *counted) else f"({compose(_number_of(outline.listed()))})"
    started = compose(_number_of(cases_in(STARTED, place, outline)))
    return Statement(
        f"SELECT held.*, ({started}), {found}, ARRAY({_places(outline)}) FROM ({held}) held",  # noqa: S608
        outline.slots,
    )


def _how_many(condition: Q) -> Func:
    chosen = Choice(When(condition, then=F("pk")))
    return Func(chosen, function="count", output_field=IntegerField())


def _number_of(rows: QuerySet) -> QuerySet:
    number = Func(F("pk"), function="count", output_field=IntegerField())
    return rows.order_by().annotate(number_of_rows=number).values("number_of_rows")


def _places(outline: _Outline) -> str:
    """Units to filter by: an upper office's leagues and counties; else the authorities met in one's own cases."""
    place, compose = outline.place, outline.slots.compose
    upper = [seat.unit for seat in place.seats if seat.unit.level in _ABOVE_COUNTY]
    if not upper:
        near = [held_by(place), *([cases_in(STARTED, place, outline)] if place.schools else [])]
        schools = [
            rows.values_list(side) for rows in near for side in ("receiving_unit_id", "sending_unit_id")
        ]
        return _AUTHORITIES.format(schools=" UNION ".join(map(compose, schools)), unit=Unit._meta.db_table)
    below = Q(pk__in=[])
    for unit in upper:
        nation = unit.level == UnitLevel.MINISTRY
        levels = [UnitLevel.PROVINCE] if nation else [UnitLevel.LEAGUE, UnitLevel.COUNTY]
        below |= Q(path__startswith=unit.path, level__in=levels)
    units = Unit.objects.filter(below, not_closed(outline.today))
    return f"SELECT ARRAY[id::text, short_name] FROM ({compose(units.order_by('code'))}) unit"  # noqa: S608


# Arrays, so that each school and each authority is looked up once, by its key.
_AUTHORITIES = """
    SELECT ARRAY[id::text, short_name] FROM {unit} WHERE id = ANY (ARRAY(
        SELECT DISTINCT authority_id FROM {unit} WHERE id = ANY (ARRAY({schools})))) ORDER BY code
"""

# ---------------------------------------------------------------- a page

_OF_CASE = (
    "id",
    "number",
    "kind",
    "headline",
    "state",
    "awaiting",
    "relation",
    "holder_id",
    "due_on",
)
_NAMES = (
    *_OF_CASE,
    "receiving",
    "sending",
    "arrived_on",
    "unopened",
    "due_provisional",
    "nudges",
    "returned",
    "corrected",
)


@lru_cache(maxsize=512)
def _paging(shape: _Shape) -> Statement:
    outline = _Outline(shape)
    rows = ordered(outline.listed(), shape.tab, outline.place.account)
    cases = outline.slots.compose(rows.values_list(*_OF_CASE, "receiving_unit_id", "sending_unit_id"))
    text = _WITH_STEPS.format(
        cases=cases,
        of_case=", ".join(f"listed.{name}" for name in _OF_CASE),
        case=Case._meta.db_table,
        step=Step._meta.db_table,
        act=Act._meta.db_table,
        unit=Unit._meta.db_table,
        nudge=Verb.NUDGE,
        returned=Verb.RETURN,
        correction=State.CORRECTION,
        agree=Outcome.AGREE,
    )
    return Statement(text, outline.slots)


# The page's cases first, then what their rows show of the open step: looked up for these few, whatever the planner
# thinks of the tables. Counts rather than EXISTS: for that it may read a whole table once and hash it.
_WITH_STEPS = """
    WITH listed AS MATERIALIZED (
        SELECT row_number() OVER () AS place, page.* FROM ({cases} LIMIT %(most)s OFFSET %(start)s) page
    )
    SELECT listed.place, {of_case},
        (SELECT short_name FROM {unit} WHERE id = listed.receiving_unit_id),
        (SELECT short_name FROM {unit} WHERE id = listed.sending_unit_id),
        (turn.opened_at AT TIME ZONE 'Asia/Shanghai')::date, turn.first_opened_at IS NULL, turn.due_provisional, done.nudges, done.returned,
        (SELECT count(*) FROM {step} before WHERE before.case_id = listed.id AND before.seq = turn.seq - 1
            AND before.stage = '{correction}' AND before.outcome = '{agree}')
    FROM listed
    LEFT JOIN {step} turn ON turn.case_id = listed.id AND turn.closed_at IS NULL
    LEFT JOIN LATERAL (
        SELECT count(*) FILTER (WHERE verb = '{nudge}') AS nudges,
            count(*) FILTER (WHERE verb = '{returned}') AS returned
        FROM {act} WHERE step_id = turn.id
    ) done ON true
"""
