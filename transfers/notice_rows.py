"""The closed list of reasons for a transfer, as counties of the region publish it, and for 毕业后跨省就学 (R3.3)."""

import csv
from pathlib import Path

from reviews.rulebook.notice_values import IN_FORCE, POST_GRADUATION

DATA = Path(__file__).resolve().parent / "data" / "transfer_reasons.csv"
OURS = "本系统约定：原系统“接收理由”为自由文本，此处列为选项"
GRADUATES = [
    ("next_phase", "到本校升读下一学段"),
    ("back_home", "回户籍地就读"),
    ("with_parents", "随父母（监护人）在本地居住就读"),
    ("grad_other", "其他接收理由（须填写说明）"),
]


def fill(apps, schema_editor) -> None:
    """What the first migration writes. Who chooses “other” says what."""
    model = apps.get_model("transfers", "TransferReason")
    with DATA.open(encoding="utf-8", newline="") as file:
        rows = [(row["key"], row["name"], row["source"]) for row in csv.DictReader(file)]
    for position, (key, name, source) in enumerate(rows, 1):
        model.objects.create(
            key=key,
            name=name,
            needs_note=key == "other",
            position=position,
            valid_from=IN_FORCE,
            source=source,
        )
    for position, (key, name) in enumerate(GRADUATES, 1):
        model.objects.create(
            key=key,
            name=name,
            needs_note=key == "grad_other",
            kinds=[POST_GRADUATION],
            position=position,
            valid_from=IN_FORCE,
            source=OURS,
        )
