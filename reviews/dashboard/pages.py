"""What the dashboard shows: cards, tables, bars and tiles, every number an address of its own list (R3.7b)."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse

from orgs.people.models import Unit
from orgs.people.successors import not_closed
from reviews.dashboard import counting
from reviews.dashboard.counting import AGES
from reviews.desk.context import Desk
from reviews.engine.models import Step
from reviews.vocabulary.shares import percent, share
from reviews.vocabulary.states import Outcome, State
from web.clock import moment
from web.words import zh

# 盟市 of 内蒙古 as tiles, west to east and north to south: column, row.
TILES = {
    "150700": (6, 0),
    "152200": (6, 1),
    "152500": (4, 1),
    "150500": (6, 2),
    "150400": (5, 2),
    "150800": (1, 2),
    "150200": (2, 2),
    "150900": (3, 2),
    "152900": (0, 3),
    "150300": (1, 3),
    "150600": (2, 3),
    "150100": (3, 3),
}
TILE, GAP = 92, 6
_BAR, _MOST_FLOWS = 300, 12


def cases_url(unit: Unit, **wanted: Any) -> str:
    """The list behind a number."""
    asked = {"unit": unit.code} | {name: value for name, value in wanted.items() if value != ""}
    return f"{reverse('dashboard-cases')}?{urlencode(asked)}"


def shown(unit: Unit, desk: Desk) -> dict:
    """The whole page of a unit."""
    counted = desk.book.calendar.for_province(unit.province_id)
    cells = counting.open_cells(unit, desk.today, desk.book.calendar)
    by_stage, by_child, whole = counting.decided(unit, desk.today, counted)
    children = {
        child.pk: child for child in unit.subordinates.filter(not_closed(desk.today)).order_by("code")
    }
    rows = _children(unit, children, cells, by_child)
    return {
        "unit": unit,
        "as_of": moment(desk.now),
        "cards": _cards(unit, cells, whole, desk),
        "stages": _stages(unit, cells, by_stage),
        "ages": [label for _, label in AGES],
        "children": rows,
        "child_label": _child_label(children),
        "bars": _bars(rows),
        "tiles": _tiles(children, cells),
        "flows": _flows(unit, children, desk),
        "reasons": _reasons(unit, desk),
        "up": unit.authority,
        "decided_days": counting.DECIDED_DAYS,
    }


def _child_label(children: dict[int, Unit]) -> str:
    levels = [child.get_level_display() for child in children.values()]
    return max(set(levels), key=levels.count) if levels else zh("单位")


def _cards(unit: Unit, cells: list[counting.OpenCell], whole: counting.Decided, desk: Desk) -> list[dict]:
    late, holders = sum(cell.late for cell in cells), {cell.child for cell in cells if cell.late}
    return [
        {
            "label": zh("在办业务"),
            "value": f"{sum(cell.count for cell in cells):,}",
            "note": zh("已发起、未办结"),
            "url": cases_url(unit),
        },
        {
            "label": zh("逾期未办"),
            "value": f"{late:,}",
            "note": zh("涉及 {count} 个下级", count=len(holders)) if late else zh("没有逾期"),
            "url": cases_url(unit, late="1"),
            "bad": bool(late),
        },
        {
            "label": zh("按时办结率"),
            "value": percent(whole.rate(late)),
            "note": zh(
                "近 {counting_decided_days} 天 {whole_total:,} 个环节，寒暑假不计",
                counting_decided_days=counting.DECIDED_DAYS,
                whole_total=whole.total,
            ),
            "url": cases_url(unit, decided="late") if whole.total + late else "",
        },
        {
            "label": zh(
                "{counting_expiring_days} 日内将被清理", counting_expiring_days=counting.EXPIRING_DAYS
            ),
            "value": f"{counting.expiring(unit, desk.now):,}",
            "note": zh("发起满 90 天自动清理"),
            "url": cases_url(unit, expiring="1"),
        },
    ]


def _stages(
    unit: Unit, cells: list[counting.OpenCell], by_stage: Mapping[str, counting.Decided]
) -> list[dict]:
    counts: dict[str, list[int]] = defaultdict(lambda: [0] * len(AGES))
    late: dict[str, int] = defaultdict(int)
    for cell in cells:
        counts[cell.stage][cell.age] += cell.count
        late[cell.stage] += cell.late
    return [
        {
            "label": State(stage).label,
            "ages": [
                {"count": count, "url": cases_url(unit, stage=stage, age=at)}
                for at, count in enumerate(counts[stage])
            ],
            "total": {"count": sum(counts[stage]), "url": cases_url(unit, stage=stage)},
            "late": {"count": late[stage], "url": cases_url(unit, stage=stage, late="1")},
            "median": "—" if by_stage[stage].median is None else by_stage[stage].median,
            "rate": percent(by_stage[stage].rate(late[stage])),
            "rate_url": cases_url(unit, decided="late", stage=stage),
            "median_url": cases_url(unit, decided="all", stage=stage),
        }
        for stage in counting.stages_in_order({*counts, *by_stage})
    ]


def _children(
    unit: Unit,
    children: dict[int, Unit],
    cells: list[counting.OpenCell],
    by_child: Mapping[int, counting.Decided],
) -> list[dict]:
    """A row for each unit directly under, and for the unit's own; the latest first."""
    open_: dict[int, int] = defaultdict(int)
    late: dict[int, int] = defaultdict(int)
    for cell in cells:
        open_[cell.child] += cell.count
        late[cell.child] += cell.late
    own = {0: unit} if open_[0] or by_child[0].total else {}
    rows: list[dict] = []
    for pk, child in {**own, **children}.items():
        done, office = by_child[pk], not child.is_school and pk != 0
        rows.append(
            {
                "name": zh("{child_short_name}（本级）", child_short_name=child.short_name)
                if pk == 0
                else child.short_name,
                "url": f"?unit={child.code}" if office else cases_url(child, own="1" if pk == 0 else ""),
                "open": open_[pk],
                "open_url": cases_url(child, own="1" if pk == 0 else ""),
                "late": late[pk],
                "late_url": cases_url(child, late="1", own="1" if pk == 0 else ""),
                "rate": percent(done.rate(late[pk])),
                "rate_url": cases_url(child, decided="late", own="1" if pk == 0 else ""),
                "median_url": cases_url(child, decided="all", own="1" if pk == 0 else ""),
                "median": "—" if done.median is None else done.median,
            }
        )
    rows.sort(key=lambda row: (-row["late"], -row["open"], row["name"]))
    return rows[:200]


def _bars(rows: list[dict]) -> list[dict]:
    found = [row for row in rows if row["late"]][:15]
    most = max((row["late"] for row in found), default=1)
    return [
        {
            "name": row["name"],
            "count": row["late"],
            "url": row["late_url"],
            "width": max(2, round(row["late"] * _BAR / most)),
        }
        for row in found
    ]


def _tiles(children: dict[int, Unit], cells: list[counting.OpenCell]) -> list[dict]:
    """The leagues as a map of tiles; nothing where they are not those of the map."""
    placed = [child for child in children.values() if child.code in TILES]
    late: dict[int, int] = defaultdict(int)
    open_: dict[int, int] = defaultdict(int)
    for cell in cells:
        late[cell.child] += cell.late
        open_[cell.child] += cell.count
    return [
        {
            "name": child.short_name,
            "x": TILES[child.code][0] * (TILE + GAP),
            "y": TILES[child.code][1] * (TILE + GAP),
            "open": open_[child.pk],
            "late": late[child.pk],
            "tier": "late" if late[child.pk] else "ok" if open_[child.pk] else "none",
            "url": f"?unit={child.code}",
        }
        for child in placed
    ]


def _flows(unit: Unit, children: dict[int, Unit], desk: Desk) -> dict:
    """Moves between the units directly under, and in and out for each of them."""
    found = counting.flows(unit, desk.today)
    names = {pk: child.short_name for pk, child in children.items()} | {0: zh("其他地区")}
    came: dict[int, int] = defaultdict(int)
    went: dict[int, int] = defaultdict(int)
    pairs = []
    for flow in found:
        if flow.sending == flow.receiving:
            continue
        came[flow.receiving] += flow.count
        went[flow.sending] += flow.count
        if flow.sending in names and flow.receiving in names:
            url = cases_url(
                unit,
                sending=children[flow.sending].code if flow.sending else "0",
                receiving=children[flow.receiving].code if flow.receiving else "0",
            )
            pairs.append(
                {"from": names[flow.sending], "to": names[flow.receiving], "count": flow.count, "url": url}
            )
    sides: list[dict] = [
        {
            "name": child.short_name,
            "came": came[pk],
            "came_url": cases_url(unit, receiving=child.code),
            "went": went[pk],
            "went_url": cases_url(unit, sending=child.code),
            "net": came[pk] - went[pk],
        }
        for pk, child in children.items()
        if came[pk] or went[pk]
    ]
    sides.sort(key=lambda row: (-abs(row["net"]), row["name"]))
    return {"pairs": pairs[:_MOST_FLOWS], "sides": sides[:20]}


def _reasons(unit: Unit, desk: Desk) -> list[dict]:
    """Why was refused, in the last year; each opens its register."""
    since = desk.today - timedelta(days=counting.FLOW_DAYS)
    rows = Step.objects.filter(
        outcome=Outcome.REFUSE, unit__path__startswith=unit.path, signed_at__date__gte=since
    )
    counts = list(
        rows.order_by().values_list("reason").annotate(many=Count("pk")).order_by("-many", "reason")
    )
    total = sum(many for _, many in counts)
    texts = {row.code: row.text for row in desk.book.reasons}
    return [
        {
            "text": texts.get(reason, reason),
            "count": many,
            "share": percent(share(many, total)),
            "width": max(2, round(many * _BAR / counts[0][1])),
            "url": f"{reverse('refusals')}?{urlencode({'unit': unit.code, 'reason': reason, 'since': since, 'until': ''})}",
        }
        for reason, many in counts[:12]
    ]
