"""流程图: each route in force on a day, drawn from the very rows that a submission of that day would take (R3.1, R0.7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django import forms

from orgs.people.models import Unit, UnitLevel
from reviews.engine import procedures, routing
from reviews.engine.book import Rulebook
from reviews.engine.procedures import Procedure, kind_name
from reviews.rulebook.models import Route
from reviews.rulebook_pages.calendar_forms import date_field, in_range
from reviews.vocabulary.relations import ACROSS_LEAGUES, PHASES, ROUTE_RELATIONS, Relation
from reviews.vocabulary.states import SENDING_SIDE, State
from web.clock import spoken
from web.words import joined, zh

_RELATIONS = dict(ROUTE_RELATIONS)
_PHASES = dict(PHASES)


class RouteForm(forms.Form):
    """For which province, against which other one, by the rows of which day."""

    province = forms.ModelChoiceField(
        label=zh("省（转入一方）"),
        queryset=Unit.objects.none(),
        to_field_name="code",
        required=False,
        empty_label=zh("全国（各省没有另行规定的）"),
        error_messages={"invalid_choice": zh("没有这个省（自治区），请从列表中选择。")},
    )
    other = forms.ModelChoiceField(
        label=zh("跨省时的转出省"),
        queryset=Unit.objects.none(),
        to_field_name="code",
        required=False,
        empty_label=zh("没有另行规定的省"),
        error_messages={"invalid_choice": zh("没有这个省（自治区），请从列表中选择。")},
    )
    on = date_field(zh("发起日期"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        provinces = Unit.objects.filter(level=UnitLevel.PROVINCE).order_by("code")
        for name in ("province", "other"):
            cast(forms.ModelChoiceField, self.fields[name]).queryset = provinces

    def clean_on(self) -> date:
        """Within the years the calendar can hold."""
        return in_range(self.cleaned_data["on"])


@dataclass(frozen=True)
class Drawn:
    """One route as it would be taken: for two schools that stand so to one another, in these 学段 (all when empty)."""

    kind: str
    relation: str
    phases: tuple[str, ...]
    row: Route
    stages: tuple[str, ...]


def drawn(book: Rulebook, day: date, province: int | None, other: int | None = None) -> list[Drawn]:
    """The routes in force on ``day`` in ``province`` (its id; ``None``: the nation's rows), kind by kind.

    ``other`` is the province that sends in a case between two; its own row gives the stages of its side.
    """
    return [
        Drawn(procedure.kind, relation, phases, row, stages)
        for procedure in procedures.all_procedures()
        for relation in _RELATIONS
        for phases, row, stages in _by_phase(book, procedure, relation, day, province, other)
    ]


def _by_phase(
    book: Rulebook, procedure: Procedure, relation: str, day: date, province: int | None, other: int | None
) -> Iterator[tuple[tuple[str, ...], Route, tuple[str, ...]]]:
    """The 学段 that share a route come together; two leagues apart are drawn only where a row of theirs says so."""
    found: dict[tuple, list[str]] = {}
    rows: dict[tuple, Route] = {}
    for phase in _PHASES:
        row, stages = _taken(book, procedure.kind, relation, phase, day, province, other)
        if row is not None and (relation == ACROSS_LEAGUES) <= (row.relation == ACROSS_LEAGUES):
            found.setdefault((row.pk, *stages), []).append(phase)
            rows[(row.pk, *stages)] = row
    for key, phases in found.items():
        yield (() if len(phases) == len(_PHASES) else tuple(phases)), rows[key], key[1:]


def _taken(
    book: Rulebook, kind: str, relation: str, phase: str, day: date, province: int | None, other: int | None
) -> tuple[Route | None, tuple[str, ...]]:
    across = relation == ACROSS_LEAGUES
    asked = Relation.SAME_PROVINCE if across else relation
    row = book.route(kind, asked, phase, day, province, across)
    if row is None or relation != Relation.CROSS_PROVINCE:
        return row, tuple(row.stages) if row else ()
    return row, tuple(routing.joined(row, book.route(kind, asked, phase, day, other) or row))


# ---------------------------------------------------------------- as strings


def page(book: Rulebook, today: date, asked: dict | None) -> dict:
    """The drawings for what was ``asked`` (province, other, on), and all rows behind them with their validity."""
    if asked is None:
        return {"kinds": (), "rows": (), "day": ""}
    day, province, other = asked["on"], asked["province"], asked["other"]
    ids = province and province.pk, other and other.pk
    routes = drawn(book, day, *ids)
    return {
        "kinds": _kinds(book, routes, day, province, other),
        "rows": _rows(book, {route.row.pk for route in routes}, day, ids),
        "day": spoken(day),
        "past": day < today,
    }


def _kinds(
    book: Rulebook, routes: list[Drawn], day: date, province: Unit | None, other: Unit | None
) -> list[dict]:
    kinds: dict[str, list[dict]] = {}
    for route in routes:
        kinds.setdefault(route.kind, []).append(_drawing(book, route, day, province, other))
    return [
        {
            "name": kind_name(kind),
            "key": kind,
            "clause": procedures.of_kind(kind).clause,
            "routes": shown,
            "ends": _end_of(procedures.of_kind(kind)),
        }
        for kind, shown in kinds.items()
    ]


def _end_of(procedure: Procedure) -> str:
    return procedure.brings if procedure.of_one_school else zh("学籍转入")


def _drawing(book: Rulebook, route: Drawn, day: date, province: Unit | None, other: Unit | None) -> dict:
    return {
        "title": title_of(route),
        "stages": [
            {
                "label": State(stage).label,
                "sending": stage in SENDING_SIDE,
                "days": zh(
                    "{days_of} 个工作日", days_of=days_of(stage, book, day, province.pk if province else None)
                ),
            }
            for stage in route.stages
        ],
        "source": _source(route.row),
        "own": route.row.province.short_name if route.row.province_id else "",
    }


def title_of(route: Drawn) -> str:
    """“省内跨主管部门 · 高中”."""
    phases = joined("、", (_PHASES[phase] for phase in route.phases))
    alone = procedures.of_kind(route.kind).of_one_school
    return zh(
        "{part} · {part2}",
        part=zh("本校") if alone else _RELATIONS[route.relation],
        part2=phases or zh("各学段"),
    )


def days_of(stage: str, book: Rulebook, day: date, province: int | None) -> int:
    """Working days that a unit has at a stage, by the limits of ``day`` (R3.7, R3.6)."""
    return book.limit("file_days" if stage == State.AWAITING_FILE else "step_days", day, province)


def _source(row: Route) -> str:
    day = spoken(row.valid_from)
    if row.valid_until is None:
        return zh("{source}，{day}起有效", source=row.source, day=day)
    return zh("{source}，{day}至{end}（不含）有效", source=row.source, day=day, end=spoken(row.valid_until))


def _rows(book: Rulebook, taken: set[int], day: date, provinces: tuple) -> list[dict]:
    """Every row of the nation and of the provinces asked for, past and future ones too."""
    shown = [row for row in book.routes if row.province_id is None or row.province_id in provinces]
    shown.sort(key=lambda row: (row.kind, row.relation, row.phase, row.province_id or 0, row.valid_from))
    return [
        {
            "kind": kind_name(row.kind),
            "relation": _RELATIONS.get(row.relation, row.relation),
            "phase": _PHASES.get(row.phase, zh("不限")),
            "scope": row.province.short_name if row.province_id else zh("全国"),
            "stages": str(row),
            "from": spoken(row.valid_from),
            "until": spoken(row.valid_until) if row.valid_until else "—",
            "source": row.source,
            "state": _standing(row, taken, day),
        }
        for row in shown
    ]


def _standing(row: Route, taken: set[int], day: date) -> tuple[str, str]:
    """Class and word: whether the row is drawn above, and if not why not."""
    if row.pk in taken:
        return "good", zh("在行")
    if row.valid_from > day:
        return "warn", zh("将生效")
    if row.valid_until is not None and row.valid_until <= day:
        return "", zh("已失效")
    return "", zh("另有规定")
