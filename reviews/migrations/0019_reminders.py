"""Rows of the rulebook that only remind of a date, and the two of the notice (../sql/reminders.sql; R3.5, R3.5b)."""

from pathlib import Path

import django.contrib.postgres.fields
from django.db import migrations, models

from reviews import notice_values as notice

SQL = Path(__file__).resolve().parent.parent / "sql" / "reminders.sql"


def fill(apps, schema_editor):
    windows = apps.get_model("reviews", "Window").objects
    for key, name, kinds, starts, ends, days, clause in notice.REMINDERS:
        windows.create(
            key=key,
            name=name,
            kinds=kinds,
            closes=False,
            starts=starts,
            ends=ends,
            remind_days=days,
            clause=clause,
            valid_from=notice.IN_FORCE,
            source=notice.NOTICE,
        )


class Migration(migrations.Migration):
    dependencies = [("reviews", "0018_take_over")]

    operations = [
        migrations.AddField(
            model_name="window",
            name="remind_days",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.PositiveSmallIntegerField(),
                blank=True,
                default=list,
                size=None,
                verbose_name="到期前几天提醒（填写的只作提醒，不限制发起）",
            ),
        ),
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
