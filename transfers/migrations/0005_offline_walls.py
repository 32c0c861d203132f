"""The walls of offline transfers, and how the database links them to their case: see ../sql/offline.sql (R0.4)."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql" / "offline.sql"


class Migration(migrations.Migration):
    dependencies = [
        ("transfers", "0004_offline"),
        ("reviews", "0009_fault_walls"),
        ("orgs", "0004_api_tokens"),
    ]
    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop)]
