"""``python -m bench [row …] [--small]``: measure, print, and write RESULTS.md.

Rows: decisions, sweep, pages, due-date, queries, sheet, registering, bulletin,
wall, merging. ``--small`` takes databases a fiftieth as large and writes nothing.
"""

import argparse
import json
import os
import sys
from dataclasses import asdict

SIZES, SMALL = (100_000, 1_000_000), (2_000, 20_000)
NAMES = (
    "due-date",
    "queries",
    "sheet",
    "registering",
    "pages",
    "decisions",
    "sweep",
    "bulletin",
    "wall",
    "merging",
)


def main() -> int:
    """Start the servers of the bench, run the rows, write what came of it."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("rows", nargs="*", choices=[[], *NAMES], help="which rows; all without")
    parser.add_argument("--small", action="store_true", help="small databases, two minutes, nothing written")
    asked = parser.parse_args()
    os.environ.pop("DATABASE_URL", None)  # never anything but the bench's own servers
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    from django.conf import settings

    from trial import embedded

    with embedded.held(settings.VAR):
        import django

        django.setup()
        return _run(list(asked.rows) or list(NAMES), SMALL if asked.small else SIZES, write=not asked.small)


def _run(names: list[str], sizes: tuple[int, ...], write: bool) -> int:
    from bench import (
        bulletins,
        decisions,
        due_date,
        ground,
        measure,
        merging,
        pages,
        registering,
        sheets,
        sweeping,
        wording,
    )

    kinds = {
        "due-date": due_date,
        "sheet": sheets,
        "registering": registering,
        "pages": pages,
        "decisions": decisions,
        "sweep": sweeping,
        "bulletin": bulletins,
        "wall": wording,
        "merging": merging,
    }
    ground.use(sizes[0])
    facts = measure.machine() | ground.versions()
    for name in names:
        if name in kinds:
            found: list[measure.Row] = []
            for row in kinds[name].rows(sizes):
                found.append(row)
                measure.grown(found)
                measure.tell(row)
                # After each row: a run that is stopped half-way has not been for nothing.
                if write:
                    _write(_remembered(found), _queries(), facts)
    if "queries" in names:
        print(_queries())
    return 0


def _remembered(fresh: list) -> list:
    """``fresh`` rows, and all others from their own last run."""
    from bench import measure

    # Beside the results and kept with them, so that a run of one kind does not forget the others.
    path = measure.RESULTS.with_name("rows.json")
    kept = json.loads(path.read_text()) if path.exists() else []
    measured = {(row.name, row.size) for row in fresh}
    kept = [values for values in kept if (values["name"], values["size"]) not in measured]
    kept += [asdict(row) for row in fresh]
    path.write_text(json.dumps(kept, ensure_ascii=False, indent=0), encoding="utf-8")
    return [measure.Row(**values) for values in kept]


def _queries() -> str:
    """Statements a page takes: counted by the tests, which hold every page to the golden file."""
    from bench.ground import ROOT

    golden = json.loads((ROOT / "tests" / "golden" / "query_counts.json").read_text())
    limits = {"worklist": 6, "case page": 10, "decision": 14}
    lines = ["| page | statements | target | |\n|---|---|---|---|\n"]
    for page, count in golden.items():
        most = next((limit for name, limit in limits.items() if page.startswith(name)), None)
        verdict = "" if most is None else "met" if count <= most else "not met"
        lines.append(f"| {page} | {count} | {'' if most is None else f'≤ {most}'} | {verdict} |\n")
    return "".join(lines)


def _write(rows: list, queries: str, facts: dict[str, str]) -> None:
    """RESULTS.md, anew after each kind of row."""
    from bench import measure
    from web import clock

    reasons = measure.RESULTS.with_name("REASONS.md")
    text = [
        "# Measured / 测量结果\n\n",
        "`make bench` writes this file. 每行两边交替进行，五对，取中位数。\n\n",
        f"- day: {clock.local_date(clock.now()):%Y-%m-%d}\n",
        *(f"- {name}: {value}\n" for name, value in facts.items()),
        f"- load average of the machine while this ran: {' '.join(f'{load:.1f}' for load in os.getloadavg())}\n\n",
        measure.table(rows),
        "\nNotes / 说明：\n\n",
        *(
            f"- {row.name}: {row.note}\n"
            for row in rows
            if row.note and row.amount == rows_largest(rows, row.name)
        ),
        "\n## Statements a page / 每页语句数\n\n",
        queries,
        "\n",
        reasons.read_text(encoding="utf-8") if reasons.exists() else "",
    ]
    measure.RESULTS.write_text("".join(text), encoding="utf-8")


def rows_largest(rows: list, name: str) -> int:
    """The largest size a row was run at."""
    return max(row.amount for row in rows if row.name == name)


if __name__ == "__main__":
    sys.exit(main())
