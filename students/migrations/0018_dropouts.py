"""辍学标识 (../sql/dropouts.sql; R5.2)."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql" / "dropouts.sql"


class Migration(migrations.Migration):
    dependencies = [
        ("orgs", "0009_authenticators"),
        ("students", "0017_exports"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DropoutMark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(editable=False, max_length=20, unique=True, verbose_name="编号")),
                ("grade", models.PositiveSmallIntegerField(verbose_name="年级")),
                ("last_seen_on", models.DateField(verbose_name="最后到校日期")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("hardship", "家庭经济困难"),
                            ("unwilling", "厌学或学习困难"),
                            ("work", "务工或随父母外出"),
                            ("illness", "身体原因"),
                            ("other", "其他"),
                        ],
                        max_length=12,
                        verbose_name="原因",
                    ),
                ),
                ("efforts", models.CharField(max_length=500, verbose_name="劝返经过")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("marked", "待负责人签核"),
                            ("signed", "已签核，待报送"),
                            ("sent", "已书面报告"),
                            ("ended", "已返校"),
                            ("dropped", "已撤销"),
                        ],
                        default="marked",
                        max_length=8,
                        verbose_name="状态",
                    ),
                ),
                (
                    "marked_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="填报时间"
                    ),
                ),
                ("signed_at", models.DateTimeField(blank=True, null=True, verbose_name="签核时间")),
                ("sent_on", models.DateField(blank=True, null=True, verbose_name="报送日期")),
                ("sent_to", models.CharField(blank=True, max_length=100, verbose_name="报送单位")),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="返校日期")),
                (
                    "marked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="填报人",
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.unit",
                        verbose_name="学校",
                    ),
                ),
                (
                    "signed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="签核人",
                    ),
                ),
                (
                    "student",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dropouts",
                        to="students.student",
                        verbose_name="学生",
                    ),
                ),
            ],
            options={
                "verbose_name": "辍学标识",
                "verbose_name_plural": "辍学标识",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["school", "state"], name="dropout_of_school")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("marked", "signed", "sent"))),
                        fields=("student",),
                        name="dropout_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("signed_by__isnull", True),
                            models.Q(("signed_by", models.F("marked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="dropout_by_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["signed", "sent"]), _negated=True),
                            models.Q(("signed_at__isnull", False), ("signed_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="dropout_signed_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "sent"), _negated=True),
                            models.Q(("sent_on__isnull", False), models.Q(("sent_to", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="dropout_sent_on",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("grade__range", (1, 9))), name="dropout_compulsory"
                    ),
                ],
            },
        ),
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
