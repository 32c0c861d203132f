"""The units the law knows: the ministry, the autonomous region, its leagues and its banners and counties."""

import csv
from collections.abc import Iterator
from pathlib import Path

from django.db import transaction

from orgs.people.models import Unit, UnitLevel

DATA = Path(__file__).resolve().parent.parent / "data"
MINISTRY = "000000"
REGION = "150000"
# A league is written out before a city district only: 新城区 stands in many cities, 阿巴嘎旗 once.
_NEEDS_CITY = "市辖区"


def load_units() -> int:
    """Create the units that are missing; returns how many. What stands is left as its administrators keep it."""
    known = {
        unit.code: unit for unit in Unit.objects.filter(code__regex=r"^\d{6}$").select_related("authority")
    }
    before = len(known)
    with transaction.atomic():
        for row in _rows():
            if row["code"] not in known:
                known[row["code"]] = Unit.objects.create(**row | {"authority": known.get(row["authority"])})
    return len(known) - before


def _rows() -> Iterator[dict[str, str]]:
    """Every unit, each after the one above it, as fields of :class:`Unit`; ``authority`` is a code."""
    yield _unit(MINISTRY, "教育部", "教育部", UnitLevel.MINISTRY, "", "")
    names = {}
    with (DATA / "divisions_im.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in sorted(rows, key=lambda row: ("province", "prefecture", "county").index(row["level"])):
        code, name, above = row["code"], row["name"], row["parent"]
        names[code] = name
        if row["level"] == "province":
            yield _unit(code, f"{name}教育厅", "自治区教育厅", UnitLevel.PROVINCE, MINISTRY, code)
        elif row["level"] == "prefecture":
            yield _unit(code, f"{name}教育局", name, UnitLevel.LEAGUE, above, code)
        else:
            full = f"{names[above]}{name}" if row["type"] == _NEEDS_CITY else name
            yield _unit(code, f"{full}教育局", name, UnitLevel.COUNTY, above, code)


def _unit(
    code: str, name: str, short_name: str, level: str, authority: str, division_code: str
) -> dict[str, str]:
    return {
        "code": code,
        "name": name,
        "short_name": short_name,
        "level": level,
        "authority": authority,
        "division_code": division_code,
    }
