"""The walls of the further roads, see ../sql/roads.sql, and the notice's windows and routes for them (R3.3, R3.5, R3.6)."""

from pathlib import Path

from django.db import migrations

from reviews import notice_values as notice

SQL = Path(__file__).resolve().parent.parent / "sql" / "roads.sql"


def fill(apps, schema_editor):
    def model(name):
        return apps.get_model("reviews", name).objects

    common = {"valid_from": notice.IN_FORCE, "source": notice.NOTICE}
    for key, name, kinds, closes, starts, ends, clause in notice.CROSS_WINDOWS:
        model("Window").create(
            key=key, name=name, kinds=kinds, closes=closes, starts=starts, ends=ends, clause=clause, **common
        )
    for kind, relation, stages in notice.CROSS_ROUTES:
        model("Route").create(kind=kind, relation=relation, stages=stages, **common)


class Migration(migrations.Migration):
    dependencies = [("reviews", "0013_roads"), ("orgs", "0007_leagues")]
    operations = [
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
