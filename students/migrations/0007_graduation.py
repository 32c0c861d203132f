"""毕业办理, 毕业回退 and the counts of the promotion (../sql/graduation.sql; R4.1, R4.4, R3.5c)."""

from datetime import date
from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql" / "graduation.sql"
IN_FORCE = date(2016, 6, 8)


def fill(apps, schema_editor):
    common = {"valid_from": IN_FORCE, "source": "教基一厅〔2016〕2号"}
    kind = "graduation_rollback"
    route = apps.get_model("reviews", "Route").objects
    route.create(kind=kind, relation="same_province", stages=["authority"], **common)
    reasons = apps.get_model("reviews", "RefusalReason").objects
    for position, (code, text) in enumerate(
        (("back_not_mistaken", "毕业操作无误，不需要回退"), ("back_wrong_pupil", "不是该生本人或学校有误")), 1
    ):
        reasons.create(
            code=code,
            kinds=[kind],
            stages=["authority", "league", "province"],
            outcome="refuse",
            text=text,
            position=position,
            **common,
        )


class Migration(migrations.Migration):
    dependencies = [
        ("orgs", "0009_authenticators"),
        ("reviews", "0019_reminders"),
        ("students", "0006_changes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="GraduationRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "number",
                    models.CharField(editable=False, max_length=20, unique=True, verbose_name="毕业号"),
                ),
                ("cohort", models.PositiveSmallIntegerField(verbose_name="届（一年级入学年）")),
                ("grade", models.PositiveSmallIntegerField(verbose_name="毕业年级")),
                (
                    "state",
                    models.CharField(
                        choices=[("ready", "待核办"), ("done", "已毕业"), ("dropped", "已放弃")],
                        default="ready",
                        max_length=8,
                        verbose_name="状态",
                    ),
                ),
                (
                    "prepared_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="准备时间"
                    ),
                ),
                ("signed_at", models.DateTimeField(blank=True, null=True, verbose_name="核办时间")),
                ("opinion", models.CharField(blank=True, max_length=500, verbose_name="核办意见")),
                ("day", models.DateField(blank=True, null=True, verbose_name="毕业日期")),
                ("cleared", models.PositiveIntegerField(default=0, verbose_name="随之清理的转学")),
                (
                    "prepared_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="准备人",
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
                        verbose_name="核办人",
                    ),
                ),
            ],
            options={
                "verbose_name": "毕业办理",
                "verbose_name_plural": "毕业办理",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="GraduationLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "leaving",
                    models.CharField(
                        choices=[("graduated", "毕业"), ("completed", "结业"), ("left_out", "不参与")],
                        max_length=10,
                        verbose_name="结论",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="原因")),
                (
                    "student",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="students.student",
                        verbose_name="学生",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="students.graduationrun",
                    ),
                ),
            ],
            options={
                "verbose_name": "毕业明细",
                "verbose_name_plural": "毕业明细",
            },
        ),
        migrations.CreateModel(
            name="PromotionCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="年")),
                ("grade", models.PositiveSmallIntegerField(verbose_name="年级")),
                ("before", models.PositiveIntegerField(verbose_name="升级前（8月10日）")),
                ("after", models.PositiveIntegerField(verbose_name="升级后（8月11日）")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="记录时间"
                    ),
                ),
                (
                    "province",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.unit",
                        verbose_name="省",
                    ),
                ),
            ],
            options={
                "verbose_name": "升级前后人数",
                "verbose_name_plural": "升级前后人数",
                "ordering": ["-year", "province", "grade"],
            },
        ),
        migrations.CreateModel(
            name="TakenBack",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("status_was", models.CharField(max_length=12, verbose_name="原学籍状态")),
                ("graduated_on", models.DateField(verbose_name="原毕业日期")),
                ("why", models.CharField(max_length=200, verbose_name="回退原因")),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="taken_back",
                        to="reviews.case",
                        verbose_name="业务",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="students.graduationline",
                        verbose_name="原毕业明细",
                    ),
                ),
                (
                    "student",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="students.student",
                        verbose_name="学生",
                    ),
                ),
            ],
            options={
                "verbose_name": "毕业回退",
                "verbose_name_plural": "毕业回退",
            },
        ),
        migrations.AddConstraint(
            model_name="graduationrun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "ready")),
                fields=("school", "cohort"),
                name="graduation_one_live",
            ),
        ),
        migrations.AddConstraint(
            model_name="graduationrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("signed_by__isnull", True),
                    models.Q(("signed_by", models.F("prepared_by")), _negated=True),
                    _connector="OR",
                ),
                name="graduation_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="graduationrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("day__isnull", False),
                        ("signed_at__isnull", False),
                        ("signed_by__isnull", False),
                        ("state", "done"),
                        models.Q(("opinion", ""), _negated=True),
                    ),
                    models.Q(
                        ("day__isnull", True),
                        ("signed_by__isnull", True),
                        ("state__in", ["ready", "dropped"]),
                    ),
                    _connector="OR",
                ),
                name="graduation_signed",
            ),
        ),
        migrations.AddConstraint(
            model_name="graduationline",
            constraint=models.UniqueConstraint(fields=("run", "student"), name="graduation_line_once"),
        ),
        migrations.AddConstraint(
            model_name="graduationline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("leaving", "graduated"), models.Q(("reason", ""), _negated=True), _connector="OR"
                ),
                name="graduation_reason_given",
            ),
        ),
        migrations.AddConstraint(
            model_name="promotioncount",
            constraint=models.UniqueConstraint(
                fields=("year", "province", "grade"), name="promotion_count_once"
            ),
        ),
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
