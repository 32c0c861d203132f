"""Who stands in the place of a closed unit, and the wall of its successor (R3.1)."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql" / "successors.sql"


class Migration(migrations.Migration):
    dependencies = [("orgs", "0007_leagues")]

    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop)]
