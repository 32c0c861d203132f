"""From the stored inputs of a bulletin its lines, and nothing but from them: the same inputs give the same lines (R3.7b)."""

import hashlib
import json

from orgs.people.models import UnitLevel
from reviews.vocabulary.shares import percentile, share
from students.bulletins.counting import COUNTS, merged

OFFICES = (UnitLevel.PROVINCE, UnitLevel.LEAGUE, UnitLevel.COUNTY)
_ORDER = {level: at for at, level in enumerate((*OFFICES, UnitLevel.SCHOOL))}


def lines(inputs: dict) -> list[dict]:
    """``[{unit, level, figures}]`` in the order of the bulletin: province, leagues, counties, then the schools that are
    named; within each level the worst first."""
    totals: dict[int, dict] = {}
    known = {row["unit"]: row for row in inputs["units"]}
    for row in inputs["units"]:
        for pk in row["above"]:
            if pk in known:
                _add(totals.setdefault(pk, {}), row)
    found = []
    for pk, total in totals.items():
        told = figures(total)
        if known[pk]["level"] in OFFICES or is_named(told):
            found.append(
                {"unit": pk, "level": known[pk]["level"], "name": known[pk]["name"], "figures": told}
            )
    found.sort(
        key=lambda line: (_ORDER[line["level"]], *_worst_first(line["figures"]), line["name"], line["unit"])
    )
    return [{"unit": line["unit"], "level": line["level"], "figures": line["figures"]} for line in found]


def _add(total: dict, row: dict) -> None:
    for name in ("steps", "logins", "graduation", "problems", "verification"):
        if name in row:
            total[name] = merged(name, total.get(name), row[name])


def figures(total: dict) -> dict:
    """What is told of a unit and all under it. Rates are per thousand; days are working days."""
    steps: dict = total.get("steps") or dict.fromkeys(COUNTS, 0) | {
        "took": {},
        "longest": 0,
        "longest_case": "",
    }
    took = {int(day): count for day, count in steps["took"].items()}
    judged = steps["in_time"] + steps["late"] + steps["open_late"]
    ended = steps["filed"] + steps["lapsed"]
    return {name: steps[name] for name in COUNTS} | {
        "rate": share(steps["in_time"], judged),
        "median": percentile(took, 50),
        "p90": percentile(took, 90),
        "longest": steps["longest"],
        "longest_case": steps["longest_case"],
        "filed_rate": share(steps["filed"], ended),
        "logins": total.get("logins", 0),
        "graduation": total.get("graduation", 0),
        "unverified": total.get("verification", 0),
        "problems": total.get("problems", {}),
    }


def is_named(told: dict) -> bool:
    """A school is named for what it let pass; not for what is still in time."""
    return bool(
        told["late"]
        + told["open_late"]
        + told["lapsed"]
        + told["expired"]
        + told["logins"]
        + told["graduation"]
    )


def _worst_first(told: dict) -> tuple:
    rate = 1001 if told["rate"] is None else told["rate"]
    return (-(told["late"] + told["open_late"]), rate, -told["logins"], -told["lapsed"] - told["expired"])


def digest(inputs: dict, told: list[dict]) -> str:
    """SHA-256 over inputs and lines, in one way of writing them."""
    text = json.dumps([inputs, told], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
