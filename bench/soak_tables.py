"""One table kills nobody: hostile workbooks, and damaged copies of them, read over and over (part of ``make soak``).

Each must end as a table or as a sentence, within the seconds somebody waits and a little, and must leave the process
that asked as it was. The kernel's limit for the reading child (students/tables/workbooks.py) is what holds the memory.
"""

import json
import os
import random
import sys
import time
from collections import Counter

from trial.processes import status_field

LONGEST_MORE = 5.0  # seconds beside the patience, on a busy machine
MOST_GROWTH = 64 * 1024  # KB by which the asking process may grow


def hostile() -> dict[str, bytes]:
    """The set of docs: far cells, dense lines, a million styled lines, bombs, encrypted, strict, cut off."""
    from tests import workbook

    def far(at: str) -> bytes:
        number = "".join(filter(str.isdigit, at))
        lines = workbook.line(1, ["姓名", "班级"]) + f'<row r="{number}">{workbook.text_cell(at, "x")}</row>'
        return workbook.book(("名单", "visible", workbook.sheet(lines)))

    nameless = '<c t="inlineStr"><is><t>x</t></is></c>'
    styled = "".join(f'<row r="{at}" s="1"><c r="A{at}" s="1"/></row>' for at in range(2, 1_000_000))
    dense = "".join(workbook.line(at, ["内容"] * 200) for at in range(1, 3_000))
    entity = '<!DOCTYPE x [<!ENTITY a "aaaaaaaa">]>' + workbook.sheet("&a;")
    return {
        **{f"far {at}": far(at) for at in ("XFD1048576", "A1048576", "XFD20000")},
        "line of 16,000": workbook.table([["姓名"], f'<row r="2">{nameless * 16_000}</row>']),
        "dense": workbook.book(("名单", "visible", workbook.sheet(dense))),
        "a million styled lines": workbook.table([["姓名"], styled]),
        "bomb": workbook.book(("名单", "visible", " " * 300_000_000)),
        "entities": workbook.book(("名单", "visible", entity)),
        "honest": workbook.table([["姓名", "班级"], *(["王伟", "1"] for _ in range(150))]),
        "encrypted": b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
        "strict": workbook.book(
            ("名单", "visible", workbook.sheet(workbook.line(1, ["姓名"]), main=workbook.STRICT)),
            main=workbook.STRICT,
        ),
    }


def damaged(data: bytes, chance: random.Random) -> bytes:
    """A copy with a few bytes changed, or cut off."""
    copy = bytearray(data[: chance.randrange(1, len(data))] if chance.random() < 0.2 else data)
    for _ in range(chance.randrange(1, 20)):
        copy[chance.randrange(len(copy))] = chance.randrange(256)
    return bytes(copy)


def run(seconds: float, seed: int) -> dict:
    """Read for so many seconds; how often what came of it, and what is wrong."""
    from students.tables import reading as table_reading
    from students.tables.columns import Column
    from students.tables.workbooks import JOB, PAGE, TableRefused

    columns = [Column("name", "姓名", required=True), Column("class", "班级")]
    chance, whole = random.Random(seed), hostile()
    outcomes: Counter[str] = Counter()
    wrong: list[str] = []
    before = _resident()
    first, end = list(whole), time.monotonic() + seconds
    while first or time.monotonic() < end:
        name = first.pop() if first else chance.choice(list(whole))
        limits = chance.choice([JOB, PAGE])
        data = whole[name] if chance.random() < 0.3 or first else damaged(whole[name], chance)
        begun = time.monotonic()
        try:
            table_reading.read(data, columns, limits)
            outcomes["read"] += 1
        except TableRefused:
            outcomes["refused"] += 1
        except Exception as error:
            wrong.append(f"{name}: {type(error).__name__}: {error}")
        if (took := time.monotonic() - begun) > limits.patience + LONGEST_MORE:
            wrong.append(f"{name}: {took:.1f} s")
    grown = _resident() - before
    if grown > MOST_GROWTH:
        wrong.append(f"the asking process grew by {grown} KB")
    return {"outcomes": dict(outcomes), "grown_kb": grown, "wrong": wrong}


def _resident() -> int:
    """KB of memory that this process holds now."""
    return int(status_field("self", "VmRSS").split()[0])


def main() -> None:
    """The command: two minutes unless told otherwise."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.program")
    django.setup()
    seed = random.SystemRandom().randrange(10**6)
    report = run(float(sys.argv[1]) if len(sys.argv) > 1 else 120, seed)
    print(json.dumps(report | {"seed": seed}, ensure_ascii=False, indent=1))
    sys.exit(1 if report["wrong"] else 0)


if __name__ == "__main__":
    main()
