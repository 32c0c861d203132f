"""学制 by periods (R4.3): the table, and what the database holds to; see ../sql/school_systems.sql."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql" / "school_systems.sql"


class Migration(migrations.Migration):
    dependencies = [
        ("orgs", "0004_api_tokens"),
        ("ledger", "0002_walls"),
    ]

    operations = [
        migrations.CreateModel(
            name="SchoolSystemPeriod",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "school_system",
                    models.CharField(
                        choices=[
                            ("6-3", "六三制"),
                            ("5-4", "五四制"),
                            ("nine", "九年一贯制"),
                            ("twelve", "十二年一贯制"),
                        ],
                        max_length=8,
                        verbose_name="学制",
                    ),
                ),
                ("lowest_grade", models.PositiveSmallIntegerField(verbose_name="最低年级")),
                ("highest_grade", models.PositiveSmallIntegerField(verbose_name="最高年级")),
                ("valid_from", models.DateField(verbose_name="生效日期")),
                ("source", models.CharField(max_length=200, verbose_name="依据")),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="system_periods",
                        to="orgs.unit",
                        verbose_name="学校",
                    ),
                ),
            ],
            options={
                "verbose_name": "学校学制",
                "verbose_name_plural": "学校学制",
                "ordering": ["school", "valid_from"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("school", "valid_from"),
                        name="school_system_once",
                        violation_error_message="这所学校在同一生效日期已有一行学制，请改用别的生效日期。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("highest_grade__lte", 12),
                            ("lowest_grade__gte", 1),
                            ("lowest_grade__lte", models.F("highest_grade")),
                        ),
                        name="school_system_grades",
                        violation_error_message="年级须在 1–12 之间，最低年级不高于最高年级。",
                    ),
                ],
            },
        ),
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
