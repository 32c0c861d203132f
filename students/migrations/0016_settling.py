"""处理问题学籍: answers, decisions, removals (../sql/settling.sql; R1.9, R1.4)."""

from datetime import date
from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
import django_fsm
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql" / "settling.sql"


KINDS = ("problem", "problem_decision", "number_deletion")


def fill(apps, schema_editor):
    common = {"valid_from": date(2016, 6, 8), "source": "教基一厅〔2016〕2号"}
    route = apps.get_model("reviews", "Route").objects
    answer, decision, deletion = KINDS
    route.create(kind=answer, relation="same_authority", stages=["school", "authority"], **common)
    for relation in ("same_authority", "same_province", "cross_province"):
        route.create(kind=decision, relation=relation, stages=["authority"], **common)
        route.create(kind=deletion, relation=relation, stages=["authority", "ministry"], **common)
    reasons = apps.get_model("reviews", "RefusalReason").objects
    for position, (code, kind, stages, outcome, text) in enumerate(
        (
            ("problem_not_so", answer, ["authority"], "refuse", "佐证材料与事实不符"),
            ("problem_unclear", answer, ["authority"], "send_back", "佐证材料不清楚或不齐，请补正"),
            ("decision_unfounded", decision, ["authority"], "refuse", "认定依据不足，请重新比较"),
            ("deletion_not_needed", deletion, ["authority", "ministry"], "refuse", "不属确需删除的情形"),
        ),
        1,
    ):
        reasons.create(
            code=code, kinds=[kind], stages=stages, outcome=outcome, text=text, position=position, **common
        )


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0020_ministry"),
        ("students", "0015_verification"),
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
                    ("removed", "已删除（重复学籍）"),
                ],
                default="enrolled",
                max_length=12,
                verbose_name="学籍状态",
            ),
        ),
        migrations.CreateModel(
            name="ProblemAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("vouch", "佐证：信息无误，该生确在本校就读"),
                            ("remove", "删除：本校的这条学籍是重复的"),
                        ],
                        max_length=10,
                        verbose_name="处理方式",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="说明")),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="problem_answer",
                        to="reviews.case",
                        verbose_name="业务",
                    ),
                ),
                (
                    "problem",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="students.problemrecord",
                        verbose_name="问题学籍",
                    ),
                ),
            ],
            options={
                "verbose_name": "问题学籍处理",
                "verbose_name_plural": "问题学籍处理",
            },
        ),
        migrations.CreateModel(
            name="NumberDeletion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("why", models.CharField(max_length=300, verbose_name="理由")),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="number_deletion",
                        to="reviews.case",
                        verbose_name="业务",
                    ),
                ),
                (
                    "kept",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="students.student",
                        verbose_name="保留的学籍",
                    ),
                ),
                (
                    "problem",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deletions",
                        to="students.problemrecord",
                        verbose_name="问题学籍",
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
                "verbose_name": "正式学籍号删除",
                "verbose_name_plural": "正式学籍号删除",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kept", models.F("student")), _negated=True),
                        name="deletion_keeps_another",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RecordRemoval",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "removed_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="删除时间"
                    ),
                ),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="record_removal",
                        to="reviews.case",
                        verbose_name="业务",
                    ),
                ),
                (
                    "kept",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="absorbed",
                        to="students.student",
                        verbose_name="保留的学籍",
                    ),
                ),
                (
                    "student",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="removal",
                        to="students.student",
                        verbose_name="已删除的学籍",
                    ),
                ),
            ],
            options={
                "verbose_name": "已删除的重复学籍",
                "verbose_name_plural": "已删除的重复学籍",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kept", models.F("student")), _negated=True),
                        name="removal_keeps_another",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TwinDecision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=20, verbose_name="类型")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("two", "是两名学生，两条学籍都保留"),
                            ("keep_first", "是同一名学生，保留第一条，删除第二条"),
                            ("keep_second", "是同一名学生，保留第二条，删除第一条"),
                        ],
                        max_length=12,
                        verbose_name="认定",
                    ),
                ),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="twin_decision",
                        to="reviews.case",
                        verbose_name="业务",
                    ),
                ),
                (
                    "first",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="students.student",
                        verbose_name="第一条",
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="students.student",
                        verbose_name="第二条",
                    ),
                ),
            ],
            options={
                "verbose_name": "问题学籍认定",
                "verbose_name_plural": "问题学籍认定",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("first__lt", models.F("second"))), name="decided_in_order"
                    )
                ],
            },
        ),
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
