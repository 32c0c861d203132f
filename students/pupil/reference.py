"""The national code tables (民族, 政治面貌, 证件类型 …) and divisions, from the project's own files."""

import csv
from pathlib import Path

from orgs.people.reference import DATA as ORGS_DATA
from students.pupil.models import CodeTable

DATA = Path(__file__).resolve().parent.parent / "data"
# No code tables: the data dictionary of the record, and lists whose keys are choices of the models.
_OTHER = {"student_fields", "problem_types", "statuses"}
_ORGS_TABLES = ("provinces", "divisions_cn", "divisions_im_historic", "school_class_codes")
# What a file calls its code and its name, the first that it has.
_CODES = ("code", "code6", "order")
_NAMES = ("name", "last_name")


def load_code_tables() -> int:
    """Write what is new or changed in the files; returns the number of rows written. Nothing is taken away."""
    known = {
        (row.table, row.code): (row.name, row.source)
        for row in CodeTable.objects.only("table", "code", "name", "source")
    }
    rows = [row for row in _rows() if known.get((row.table, row.code)) != (row.name, row.source)]
    CodeTable.objects.bulk_create(
        rows,
        batch_size=2000,
        update_conflicts=True,
        unique_fields=["table", "code"],
        update_fields=["name", "source"],
    )
    return len(rows)


def _rows():
    files = sorted(DATA.glob("*.csv")) + [ORGS_DATA / f"{name}.csv" for name in _ORGS_TABLES]
    for path in files:
        if path.stem in _OTHER:
            continue
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                code = next((row[name] for name in _CODES if row.get(name)), "")
                if not code:  # 新疆生产建设兵团 has no national code
                    continue
                name = next(row[name] for name in _NAMES if row.get(name))
                source = row.get("source") or row.get("source_note") or row.get("note") or ""
                yield CodeTable(table=path.stem, code=code, name=name[:80], source=source[:200])
