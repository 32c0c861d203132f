from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql" / "appeals.sql"


class Migration(migrations.Migration):
    dependencies = [
        ("orgs", "0007_leagues"),
        ("reviews", "0014_roads_rows"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="WallAppeal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("stage", models.CharField(max_length=24, verbose_name="环节")),
                ("verb", models.CharField(max_length=20, verbose_name="行为")),
                ("outcome", models.CharField(blank=True, default="", max_length=10, verbose_name="拟作结论")),
                ("reason", models.CharField(blank=True, default="", max_length=40, verbose_name="理由")),
                ("opinion", models.CharField(max_length=500, verbose_name="被拦意见")),
                ("digest", models.CharField(max_length=64, verbose_name="摘要")),
                (
                    "explanation",
                    models.CharField(blank=True, default="", max_length=500, verbose_name="说明"),
                ),
                (
                    "raised_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="上报时间"
                    ),
                ),
                (
                    "ruling",
                    models.CharField(
                        blank=True,
                        choices=[("allow", "属误报"), ("forbid", "成立")],
                        default="",
                        max_length=6,
                        verbose_name="裁定",
                    ),
                ),
                (
                    "ruling_opinion",
                    models.CharField(blank=True, default="", max_length=500, verbose_name="裁定意见"),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="裁定时间")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="申诉人",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appeals",
                        to="reviews.case",
                        verbose_name="业务",
                    ),
                ),
                (
                    "decider",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="裁定人",
                    ),
                ),
                (
                    "decider_person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.person",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="orgs.person"
                    ),
                ),
                (
                    "phrase",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appeals",
                        to="reviews.forbiddenphrase",
                        verbose_name="用语",
                    ),
                ),
                (
                    "step",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="appeals", to="reviews.step"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.unit",
                        verbose_name="申诉单位",
                    ),
                ),
                (
                    "upper",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.unit",
                        verbose_name="裁定单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "用语申诉",
                "verbose_name_plural": "用语申诉",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("ruling", "")), fields=["upper", "id"], name="appeal_open"
                    ),
                    models.Index(fields=["unit", "-id"], name="appeal_unit"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("step", "digest"), name="appeal_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decider_person__isnull", True),
                            models.Q(("decider_person", models.F("person")), _negated=True),
                            _connector="OR",
                        ),
                        name="appeal_two_people",
                        violation_error_message="申诉人与裁定人不能是同一人。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", True),
                                ("decider__isnull", True),
                                ("decider_person__isnull", True),
                                ("ruling", ""),
                                ("ruling_opinion", ""),
                            ),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decider__isnull", False),
                                ("decider_person__isnull", False),
                                ("ruling__in", ["allow", "forbid"]),
                                ("ruling_opinion__regex", "^\\S.*\\S$"),
                            ),
                            _connector="OR",
                        ),
                        name="appeal_ruled_whole",
                    ),
                ],
            },
        ),
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
