"""The walls of students: triggers and functions, see ../sql/walls.sql."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql" / "walls.sql"


class Migration(migrations.Migration):
    dependencies = [("students", "0001_initial"), ("ledger", "0002_walls")]
    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop)]
