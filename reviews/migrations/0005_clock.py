"""Marks and records of limits that passed, see ../sql/clock.sql."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql" / "clock.sql"


class Migration(migrations.Migration):
    dependencies = [("reviews", "0004_calendar_range"), ("ledger", "0003_links_and_head_chain")]
    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop)]
