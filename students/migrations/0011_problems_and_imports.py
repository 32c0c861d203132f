"""问题学籍 with both sides of a pair, and imported tables (../sql/problems.sql; R1.9, R2.1)."""

import uuid
from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql" / "problems.sql"


class Migration(migrations.Migration):
    dependencies = [
        ("orgs", "0009_authenticators"),
        ("students", "0010_headcount"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportBatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "number",
                    models.CharField(editable=False, max_length=20, unique=True, verbose_name="导入号"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("registration", "一年级新生")], max_length=14, verbose_name="内容"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "等待核对"),
                            ("checking", "正在核对"),
                            ("faulty", "有错误，未导入"),
                            ("ready", "核对无误，待确认"),
                            ("writing", "正在导入"),
                            ("done", "已导入"),
                            ("dropped", "已放弃"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.PositiveIntegerField(verbose_name="字节")),
                (
                    "asked_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="上传时间"
                    ),
                ),
                ("begun_at", models.DateTimeField(blank=True, null=True)),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="确认时间")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="结束时间")),
                ("total", models.PositiveIntegerField(default=0, verbose_name="行数")),
                ("checked", models.PositiveIntegerField(default=0, verbose_name="已核对")),
                ("same", models.PositiveIntegerField(default=0, verbose_name="已在册")),
                ("written", models.PositiveIntegerField(default=0, verbose_name="已写入")),
                ("faulty", models.PositiveIntegerField(default=0, verbose_name="错误")),
                ("faults", models.JSONField(blank=True, default=list, verbose_name="错误明细")),
                ("told", models.JSONField(blank=True, default=list, verbose_name="提示")),
            ],
            options={
                "verbose_name": "表格导入",
                "verbose_name_plural": "表格导入",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="KnownTwins",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("case_number", models.CharField(max_length=20, verbose_name="业务号")),
                (
                    "known_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="认定时间"
                    ),
                ),
            ],
            options={
                "verbose_name": "已认定的不同学生",
                "verbose_name_plural": "已认定的不同学生",
            },
        ),
        migrations.AddField(
            model_name="problemrecord",
            name="case_number",
            field=models.CharField(blank=True, max_length=20, verbose_name="处理业务号"),
        ),
        migrations.AddField(
            model_name="problemrecord",
            name="found_by",
            field=models.CharField(blank=True, max_length=20, verbose_name="由哪次检查发现"),
        ),
        migrations.AddField(
            model_name="problemrecord",
            name="settled",
            field=models.CharField(
                blank=True,
                choices=[
                    ("vouched", "佐证"),
                    ("amended", "变更"),
                    ("removed", "删除"),
                    ("decided", "上级认定"),
                ],
                max_length=10,
                verbose_name="处理方式",
            ),
        ),
        migrations.AddField(
            model_name="problemrecord",
            name="twin",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="students.student",
                verbose_name="另一名学生",
            ),
        ),
        migrations.AddField(
            model_name="problemrecord",
            name="vouched_case",
            field=models.CharField(blank=True, max_length=20, verbose_name="佐证业务号"),
        ),
        migrations.AddIndex(
            model_name="problemrecord",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True)), fields=["twin"], name="problem_open_twin"
            ),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="上传人",
            ),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="orgs.unit",
                verbose_name="单位",
            ),
        ),
        migrations.AddField(
            model_name="knowntwins",
            name="first",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="students.student"
            ),
        ),
        migrations.AddField(
            model_name="knowntwins",
            name="second",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="students.student"
            ),
        ),
        migrations.AddIndex(
            model_name="importbatch",
            index=models.Index(
                condition=models.Q(("state__in", ("waiting", "checking", "ready", "writing"))),
                fields=["id"],
                name="import_live",
            ),
        ),
        migrations.AddConstraint(
            model_name="importbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["writing", "done"]), _negated=True),
                    ("confirmed_at__isnull", False),
                    _connector="OR",
                ),
                name="import_confirmed",
            ),
        ),
        migrations.AddConstraint(
            model_name="importbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(("written", 0), ("state", "done"), _connector="OR"), name="import_whole"
            ),
        ),
        migrations.AddIndex(
            model_name="knowntwins",
            index=models.Index(fields=["second"], name="twins_second"),
        ),
        migrations.AddConstraint(
            model_name="knowntwins",
            constraint=models.UniqueConstraint(fields=("first", "second"), name="twins_once"),
        ),
        migrations.AddConstraint(
            model_name="knowntwins",
            constraint=models.CheckConstraint(
                condition=models.Q(("first__lt", models.F("second"))), name="twins_in_order"
            ),
        ),
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
