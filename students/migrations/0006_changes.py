"""学籍异动: what the cases are about, the province's rules, the machine of statuses in the database (R5.1–R5.3)."""

from pathlib import Path

import django.db.models.deletion
import django_fsm
from django.db import migrations, models

from students import change_values as values

SQL = Path(__file__).resolve().parent.parent / "sql" / "statuses.sql"


def fill(apps, schema_editor):
    common = {"valid_from": values.IN_FORCE}
    route = apps.get_model("reviews", "Route").objects
    for kind in values.STATUS_KINDS:
        route.create(
            kind=kind, relation="same_authority", stages=values.ROUTE, source=values.NOTICE, **common
        )
    reason = apps.get_model("reviews", "RefusalReason").objects
    for position, (code, outcome, stages, text) in enumerate(values.REASONS, 1):
        kinds = values.STATUS_KINDS + values.GRADE_KINDS
        more = {"position": position, "source": values.NOTICE, **common}
        reason.create(code=code, kinds=kinds, stages=stages, outcome=outcome, text=text, **more)
    policy = apps.get_model("students", "ChangePolicy").objects
    for kind, phase, allowed, months, condition, source in values.POLICIES:
        more = {"longest_months": months, "condition": condition, "source": source, **common}
        policy.create(kind=kind, phase=phase, allowed=allowed, **more)


class Migration(migrations.Migration):
    dependencies = [
        ("orgs", "0009_authenticators"),
        ("reviews", "0017_own_stages"),
        ("students", "0005_issuing"),
    ]

    operations = [
        migrations.AlterField(
            model_name="student",
            name="status",
            field=django_fsm.FSMField(
                choices=[
                    ("enrolled", "在校"),
                    ("suspended", "休学"),
                    ("withdrawn", "退学"),
                    ("expelled", "开除"),
                    ("abroad", "出国"),
                    ("left_other", "其他离校"),
                    ("missing", "失踪"),
                    ("graduated", "毕业"),
                    ("completed", "结业"),
                    ("incomplete", "肄业"),
                    ("deceased", "死亡"),
                ],
                default="enrolled",
                max_length=12,
                verbose_name="学籍状态",
            ),
        ),
        migrations.CreateModel(
            name="StatusChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on", models.DateField(blank=True, null=True, verbose_name="异动日期")),
                ("until", models.DateField(blank=True, null=True, verbose_name="休学截止日期")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="异动说明")),
                ("last_seen_on", models.DateField(blank=True, null=True, verbose_name="最后在校日期")),
                ("status_was", models.CharField(max_length=12, verbose_name="原学籍状态")),
                ("grade_from", models.PositiveSmallIntegerField(verbose_name="原年级")),
                (
                    "grade_to",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="编入年级"),
                ),
                ("reminded", models.PositiveSmallIntegerField(db_default=0, default=0, editable=False)),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="status_change",
                        to="reviews.case",
                        verbose_name="业务",
                    ),
                ),
                (
                    "reason",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="students.codetable",
                        verbose_name="异动原因",
                    ),
                ),
                (
                    "school_class",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="students.schoolclass",
                        verbose_name="编入班级",
                    ),
                ),
                (
                    "student",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="status_changes",
                        to="students.student",
                        verbose_name="学生",
                    ),
                ),
            ],
            options={
                "verbose_name": "学籍异动",
                "verbose_name_plural": "学籍异动",
            },
        ),
        migrations.CreateModel(
            name="ContactAttempt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on", models.DateField(verbose_name="日期")),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("telephone", "电话"),
                            ("visit", "家访"),
                            ("letter", "书面或短信"),
                            ("other", "其他"),
                        ],
                        max_length=10,
                        verbose_name="方式",
                    ),
                ),
                ("result", models.CharField(blank=True, max_length=100, verbose_name="结果")),
                (
                    "change",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contacts",
                        to="students.statuschange",
                        verbose_name="异动",
                    ),
                ),
            ],
            options={
                "verbose_name": "联系记录",
                "verbose_name_plural": "联系记录",
                "ordering": ["on", "id"],
            },
        ),
        migrations.CreateModel(
            name="ChangePolicy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="生效日期")),
                ("valid_until", models.DateField(blank=True, null=True, verbose_name="失效日期（不含）")),
                ("source", models.CharField(max_length=200, verbose_name="依据")),
                ("kind", models.CharField(max_length=30, verbose_name="异动类型")),
                (
                    "phase",
                    models.CharField(
                        blank=True,
                        choices=[("primary", "小学"), ("junior", "初中"), ("senior", "高中")],
                        max_length=10,
                        verbose_name="学段（空为不限）",
                    ),
                ),
                ("allowed", models.BooleanField(default=True, verbose_name="可以办理")),
                (
                    "most_times",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="同一学段最多次数（空为不限）"
                    ),
                ),
                (
                    "longest_months",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="最长月数（空为不限）"
                    ),
                ),
                (
                    "condition",
                    models.CharField(blank=True, max_length=200, verbose_name="条件（告知经办人）"),
                ),
                (
                    "province",
                    models.ForeignKey(
                        blank=True,
                        limit_choices_to={"level": "province"},
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.unit",
                        verbose_name="省（空为全国）",
                    ),
                ),
            ],
            options={
                "verbose_name": "学籍异动规定",
                "verbose_name_plural": "学籍异动规定",
                "ordering": ["kind", "phase", "-valid_from"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until__isnull", True),
                            ("valid_until__gt", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="change_policy_period",
                        violation_error_message="失效日期须晚于生效日期。",
                    ),
                    models.UniqueConstraint(
                        fields=("kind", "phase", "province", "valid_from"),
                        name="change_policy_once",
                        nulls_distinct=False,
                        violation_error_message="同一异动、同一范围、同一生效日期已有一行，请改用别的生效日期。",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="statuschange",
            index=models.Index(
                condition=models.Q(("until__isnull", False)), fields=["until"], name="change_until"
            ),
        ),
        migrations.AddIndex(
            model_name="statuschange",
            index=models.Index(fields=["student", "-id"], name="change_student"),
        ),
        migrations.AddConstraint(
            model_name="statuschange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("until__isnull", True),
                    ("on__isnull", True),
                    ("until__gt", models.F("on")),
                    _connector="OR",
                ),
                name="change_ends_after_it_begins",
            ),
        ),
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
