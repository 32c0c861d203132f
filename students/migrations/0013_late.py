"""补建学籍 with the check of the month (../sql/late.sql; R2.2)."""

import uuid
from datetime import date
from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql" / "late.sql"
KIND = "late_registration"


def fill(apps, schema_editor):
    common = {"valid_from": date(2016, 6, 8), "source": "教基一厅〔2016〕2号"}
    apps.get_model("reviews", "Route").objects.create(
        kind=KIND, relation="same_authority", stages=["school", "authority"], **common
    )
    reasons = apps.get_model("reviews", "RefusalReason").objects
    for position, (code, stages, outcome, text) in enumerate(
        (
            ("late_not_at_school", ["authority"], "refuse", "名单所列学生不在该校就读"),
            ("late_list_wrong", ["school", "authority"], "send_back", "名单中有不应列入的学生，请删去后再报"),
        ),
        1,
    ):
        reasons.create(
            code=code, kinds=[KIND], stages=stages, outcome=outcome, text=text, position=position, **common
        )


class Migration(migrations.Migration):
    dependencies = [
        ("orgs", "0009_authenticators"),
        ("reviews", "0019_reminders"),
        ("students", "0012_recruitment"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="importbatch",
            name="kind",
            field=models.CharField(
                choices=[
                    ("registration", "一年级新生"),
                    ("recruitment", "招生名册"),
                    ("late", "补建学籍名单"),
                ],
                max_length=14,
                verbose_name="内容",
            ),
        ),
        migrations.CreateModel(
            name="MonthlyCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "number",
                    models.CharField(editable=False, max_length=20, unique=True, verbose_name="批次号"),
                ),
                ("month", models.DateField(verbose_name="月份（1日）")),
                ("total", models.PositiveIntegerField(default=0, verbose_name="提交")),
                ("created", models.PositiveIntegerField(default=0, verbose_name="查重通过，已建立")),
                ("refused", models.PositiveIntegerField(default=0, verbose_name="查重不通过")),
                (
                    "checked_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="查重时间"
                    ),
                ),
                (
                    "province",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.unit",
                        verbose_name="省份",
                    ),
                ),
            ],
            options={
                "verbose_name": "补建学籍月末查重",
                "verbose_name_plural": "补建学籍月末查重",
                "ordering": ["-month", "province"],
            },
        ),
        migrations.CreateModel(
            name="LateChild",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=50, verbose_name="姓名")),
                ("sex", models.CharField(max_length=1, verbose_name="性别")),
                ("birth_date", models.DateField(verbose_name="出生日期")),
                ("id_number_index", models.BinaryField(blank=True, max_length=16, null=True)),
                ("said_sealed", models.BinaryField()),
                ("cohort", models.PositiveSmallIntegerField(verbose_name="届（一年级入学年）")),
                (
                    "class_number",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="班号"),
                ),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("abroad", "从境外回国（来华）就读"),
                            ("never", "此前未入学"),
                            ("missed", "一年级入学时学校漏建学籍"),
                            ("other", "其他"),
                        ],
                        max_length=10,
                        verbose_name="原因",
                    ),
                ),
                ("why_note", models.CharField(blank=True, max_length=200, verbose_name="原因说明")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("listed", "待上报"),
                            ("sent", "核办中"),
                            ("collected", "已列入省级名单，待月末查重"),
                            ("created", "查重通过，已建立"),
                            ("refused", "查重不通过，应办理转学"),
                            ("returned", "未办成"),
                            ("dropped", "已删去"),
                        ],
                        default="listed",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                (
                    "listed_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="登记时间"
                    ),
                ),
                ("collected_at", models.DateTimeField(blank=True, null=True, verbose_name="列入省级名单")),
                (
                    "case",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="late_children",
                        to="reviews.case",
                        verbose_name="业务",
                    ),
                ),
                (
                    "found",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="students.student",
                        verbose_name="已有的学籍",
                    ),
                ),
                (
                    "listed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
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
                    "student",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="late",
                        to="students.student",
                        verbose_name="建立的学籍",
                    ),
                ),
                (
                    "month",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="students.monthlycheck",
                        verbose_name="月末查重",
                    ),
                ),
            ],
            options={
                "verbose_name": "补建学籍",
                "verbose_name_plural": "补建学籍",
                "ordering": ["id"],
            },
        ),
        migrations.AddConstraint(
            model_name="monthlycheck",
            constraint=models.UniqueConstraint(fields=("province", "month"), name="month_checked_once"),
        ),
        migrations.AddIndex(
            model_name="latechild",
            index=models.Index(fields=["school", "state"], name="late_of_school"),
        ),
        migrations.AddIndex(
            model_name="latechild",
            index=models.Index(
                condition=models.Q(("state", "collected")),
                fields=["collected_at"],
                name="late_waiting_for_month",
            ),
        ),
        migrations.AddConstraint(
            model_name="latechild",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("id_number_index__isnull", False), ("state__in", ("listed", "sent", "collected"))
                ),
                fields=("id_number_index",),
                name="late_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="latechild",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "created"), _negated=True),
                    models.Q(("month__isnull", False), ("student__isnull", False)),
                    _connector="OR",
                ),
                name="late_created_is_checked",
            ),
        ),
        migrations.AddConstraint(
            model_name="latechild",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "refused"), _negated=True),
                    models.Q(("found__isnull", False), ("month__isnull", False)),
                    _connector="OR",
                ),
                name="late_refused_names_whom",
            ),
        ),
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
