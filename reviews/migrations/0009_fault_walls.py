"""The walls of fault notices (../sql/faults.sql), and the row of the limit that came with them (R0.4, R0.7)."""

from pathlib import Path

from django.db import migrations

from reviews import notice_values as notice

SQL = Path(__file__).resolve().parent.parent / "sql" / "faults.sql"


def fill(apps, schema_editor):
    for key, name, value, unit, clause in notice.FAULT_LIMITS:
        apps.get_model("reviews", "Limit").objects.create(
            key=key,
            name=name,
            value=value,
            unit=unit,
            clause=clause,
            valid_from=notice.IN_FORCE,
            source="本系统约定，可由自治区按规则行修改",
        )


class Migration(migrations.Migration):
    dependencies = [("reviews", "0008_faults"), ("orgs", "0004_api_tokens"), ("ledger", "0002_walls")]
    operations = [
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
