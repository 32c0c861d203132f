"""学期核查 (../sql/verification.sql; R6.2)."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql" / "verification.sql"


class Migration(migrations.Migration):
    dependencies = [
        ("orgs", "0009_authenticators"),
        ("students", "0014_upkeep"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="VerificationRound",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "核查中"), ("submitted", "待负责人签核"), ("signed", "已签核")],
                        default="open",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("submitted_at", models.DateTimeField(blank=True, null=True, verbose_name="提交时间")),
                ("opinion", models.CharField(blank=True, max_length=500, verbose_name="核查情况")),
                ("signed_at", models.DateTimeField(blank=True, null=True, verbose_name="签核时间")),
                ("signed_opinion", models.CharField(blank=True, max_length=500, verbose_name="签核意见")),
                ("number", models.CharField(editable=False, max_length=20, unique=True, verbose_name="编号")),
                ("school_year", models.PositiveSmallIntegerField(verbose_name="学年")),
                (
                    "term",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "第一学期"), (2, "第二学期")], verbose_name="学期"
                    ),
                ),
                ("sample", models.PositiveSmallIntegerField(verbose_name="每校抽查人数")),
                ("due_on", models.DateField(verbose_name="完成期限")),
                (
                    "opened_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="发起时间"
                    ),
                ),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.unit",
                        verbose_name="主管部门",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="发起人",
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
                    "submitted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提交人",
                    ),
                ),
            ],
            options={
                "verbose_name": "学期核查",
                "verbose_name_plural": "学期核查",
                "ordering": ["-id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SchoolVerification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "核查中"), ("submitted", "待负责人签核"), ("signed", "已签核")],
                        default="open",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("submitted_at", models.DateTimeField(blank=True, null=True, verbose_name="提交时间")),
                ("opinion", models.CharField(blank=True, max_length=500, verbose_name="核查情况")),
                ("signed_at", models.DateTimeField(blank=True, null=True, verbose_name="签核时间")),
                ("signed_opinion", models.CharField(blank=True, max_length=500, verbose_name="签核意见")),
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
                    "submitted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提交人",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="students.verificationround",
                        verbose_name="核查",
                    ),
                ),
            ],
            options={
                "verbose_name": "学校核查",
                "verbose_name_plural": "学校核查",
                "ordering": ["school__code"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SampledPupil",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("changed", models.BooleanField(default=False, verbose_name="本学期有变动")),
                (
                    "finding",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "待核查"),
                            ("same", "一致"),
                            ("different", "有差异"),
                            ("gone", "不在校（人籍不一致）"),
                        ],
                        default="",
                        max_length=10,
                        verbose_name="结果",
                    ),
                ),
                ("items", models.JSONField(blank=True, default=list, verbose_name="有差异的项目")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                ("found_at", models.DateTimeField(blank=True, null=True, verbose_name="核查时间")),
                (
                    "found_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="核查人",
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
                (
                    "part",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pupils",
                        to="students.schoolverification",
                        verbose_name="学校核查",
                    ),
                ),
            ],
            options={
                "verbose_name": "抽查学生",
                "verbose_name_plural": "抽查学生",
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(fields=("part", "student"), name="drawn_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("finding", ""),
                            models.Q(("found_at__isnull", False), ("found_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="finding_is_somebodys",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="verificationround",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("signed_by__isnull", True),
                    models.Q(("signed_by", models.F("submitted_by")), _negated=True),
                    _connector="OR",
                ),
                name="verificationround_by_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="verificationround",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "signed"), _negated=True),
                    models.Q(
                        ("signed_at__isnull", False),
                        ("signed_by__isnull", False),
                        ("submitted_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="verificationround_signed_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="verificationround",
            constraint=models.UniqueConstraint(
                fields=("authority", "school_year", "term"), name="term_verified_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="schoolverification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("signed_by__isnull", True),
                    models.Q(("signed_by", models.F("submitted_by")), _negated=True),
                    _connector="OR",
                ),
                name="schoolverification_by_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="schoolverification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "signed"), _negated=True),
                    models.Q(
                        ("signed_at__isnull", False),
                        ("signed_by__isnull", False),
                        ("submitted_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="schoolverification_signed_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="schoolverification",
            constraint=models.UniqueConstraint(fields=("round", "school"), name="school_in_round_once"),
        ),
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
