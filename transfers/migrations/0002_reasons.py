"""The closed list of reasons for a transfer, as counties of the region publish it (domain.md 4)."""

import csv
from datetime import date
from pathlib import Path

from django.db import migrations

DATA = Path(__file__).resolve().parent.parent / "data" / "transfer_reasons.csv"


def fill(apps, schema_editor):
    reasons = apps.get_model("transfers", "TransferReason").objects
    with DATA.open(encoding="utf-8", newline="") as file:
        for position, row in enumerate(csv.DictReader(file), 1):
            reasons.create(
                key=row["key"],
                name=row["name"],
                needs_note=row["key"] == "other",
                position=position,
                valid_from=date(2016, 6, 8),
                source=row["source"],
            )


class Migration(migrations.Migration):
    dependencies = [("transfers", "0001_initial")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
