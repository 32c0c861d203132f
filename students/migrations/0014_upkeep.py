"""班主任变动表 (../sql/class_sheets.sql; R6.1)."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql" / "class_sheets.sql"


class Migration(migrations.Migration):
    dependencies = [
        ("students", "0013_late"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ChangeSheet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(editable=False, max_length=20, unique=True, verbose_name="编号")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "填写中"),
                            ("sent", "待学籍管理员核对"),
                            ("returned", "退回修改"),
                            ("accepted", "已更新学籍"),
                            ("dropped", "已作废"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                (
                    "prepared_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="开始填写"
                    ),
                ),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="送出")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="核对")),
                ("answer", models.CharField(blank=True, max_length=200, verbose_name="退回原因")),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="学籍管理员",
                    ),
                ),
                (
                    "prepared_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="班主任",
                    ),
                ),
                (
                    "school_class",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sheets",
                        to="students.schoolclass",
                        verbose_name="班级",
                    ),
                ),
            ],
            options={
                "verbose_name": "班级变动表",
                "verbose_name_plural": "班级变动表",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="ChangeSheetLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("field", models.CharField(max_length=40, verbose_name="项目")),
                ("secret", models.BooleanField(default=False, verbose_name="号码")),
                ("old", models.CharField(blank=True, max_length=300, verbose_name="原来")),
                ("new", models.CharField(blank=True, max_length=300, verbose_name="现在")),
                ("new_sealed", models.BinaryField(blank=True, null=True)),
                ("written", models.BooleanField(blank=True, null=True, verbose_name="已写入")),
                (
                    "sheet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="students.changesheet",
                        verbose_name="变动表",
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
                "verbose_name": "班级变动表项目",
                "verbose_name_plural": "班级变动表项目",
                "ordering": ["student_id", "id"],
            },
        ),
        migrations.CreateModel(
            name="ClassCharge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("since", models.DateField(verbose_name="自")),
                ("until", models.DateField(blank=True, null=True, verbose_name="至（不含）")),
                (
                    "set_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="登记时间"
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="班主任",
                    ),
                ),
                (
                    "school_class",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="charges",
                        to="students.schoolclass",
                        verbose_name="班级",
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
            ],
            options={
                "verbose_name": "班主任",
                "verbose_name_plural": "班主任",
                "ordering": ["-id"],
            },
        ),
        migrations.AddConstraint(
            model_name="changesheet",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("draft", "sent", "returned"))),
                fields=("school_class",),
                name="class_has_one_open_sheet",
            ),
        ),
        migrations.AddConstraint(
            model_name="changesheet",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by__isnull", True),
                    models.Q(("decided_by", models.F("prepared_by")), _negated=True),
                    _connector="OR",
                ),
                name="sheet_by_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="changesheet",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "accepted"), _negated=True),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("sent_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="sheet_accepted_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="changesheetline",
            constraint=models.UniqueConstraint(
                fields=("sheet", "student", "field"), name="sheet_says_an_item_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="changesheetline",
            constraint=models.CheckConstraint(
                condition=models.Q(("secret", False), models.Q(("new", ""), ("old", "")), _connector="OR"),
                name="sheet_line_secret_hidden",
            ),
        ),
        migrations.AddConstraint(
            model_name="classcharge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("until__isnull", True)),
                fields=("school_class",),
                name="class_has_one_teacher",
            ),
        ),
        migrations.AddConstraint(
            model_name="classcharge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("until__isnull", True), ("until__gte", models.F("since")), _connector="OR"
                ),
                name="charge_ends_after_it_begins",
            ),
        ),
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
