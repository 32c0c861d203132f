"""Photographs, printed sheets and files of sheets (../sql/printing.sql; R8.4)."""

import uuid
from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql" / "printing.sql"


class Migration(migrations.Migration):
    dependencies = [
        ("orgs", "0009_authenticators"),
        ("students", "0007_graduation"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PrintBatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(editable=False, max_length=20, unique=True, verbose_name="编号")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("cohort", models.PositiveSmallIntegerField(verbose_name="届（一年级入学年）")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "排队中"),
                            ("drawing", "正在生成"),
                            ("ready", "可以下载"),
                            ("failed", "没有生成"),
                            ("gone", "文件已过期删除"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("total", models.PositiveIntegerField(default=0, verbose_name="人数")),
                ("done", models.PositiveIntegerField(default=0, verbose_name="已生成")),
                ("left_out", models.JSONField(blank=True, default=list, verbose_name="未能打印")),
                ("sha256", models.CharField(blank=True, max_length=64, verbose_name="摘要")),
                ("size", models.PositiveIntegerField(default=0, verbose_name="字节数")),
                (
                    "asked_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="申请时间"
                    ),
                ),
                ("begun_at", models.DateTimeField(blank=True, null=True, verbose_name="开始时间")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="完成时间")),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="打印人",
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
                    "school_class",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="students.schoolclass",
                        verbose_name="班级",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.unit",
                        verbose_name="打印单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "成批打印",
                "verbose_name_plural": "成批打印",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="PupilPhoto",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("size", models.PositiveIntegerField(verbose_name="字节数")),
                ("sha256", models.CharField(max_length=64, verbose_name="摘要")),
                (
                    "taken_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="采集时间"
                    ),
                ),
                (
                    "student",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photos",
                        to="students.student",
                        verbose_name="学生",
                    ),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="采集人",
                    ),
                ),
            ],
            options={
                "verbose_name": "学生照片",
                "verbose_name_plural": "学生照片",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="SheetPrint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "serial",
                    models.CharField(editable=False, max_length=20, unique=True, verbose_name="打印编号"),
                ),
                ("code_hash", models.BinaryField(max_length=32, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("sheet", "学生基本信息表"),
                            ("archive", "学生基本信息表（转出存档）"),
                            ("slip", "学籍号查询单"),
                        ],
                        max_length=10,
                        verbose_name="种类",
                    ),
                ),
                (
                    "printed_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="打印时间"
                    ),
                ),
                ("last_four", models.CharField(max_length=4, verbose_name="学籍号末四位")),
                ("mark", models.BinaryField(max_length=16)),
                (
                    "batch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="prints",
                        to="students.printbatch",
                        verbose_name="成批打印",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="打印人",
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="students.enrolment",
                        verbose_name="存档",
                    ),
                ),
                (
                    "student",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="prints",
                        to="students.student",
                        verbose_name="学生",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.unit",
                        verbose_name="打印单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "打印记录",
                "verbose_name_plural": "打印记录",
                "ordering": ["-id"],
            },
        ),
        migrations.AddIndex(
            model_name="printbatch",
            index=models.Index(fields=["unit", "-id"], name="print_batch_unit"),
        ),
        migrations.AddIndex(
            model_name="printbatch",
            index=models.Index(
                condition=models.Q(("state__in", ["waiting", "drawing", "ready"])),
                fields=["id"],
                name="print_batch_open",
            ),
        ),
        migrations.AddIndex(
            model_name="pupilphoto",
            index=models.Index(fields=["student", "-id"], name="photo_of_student"),
        ),
        migrations.AddIndex(
            model_name="sheetprint",
            index=models.Index(fields=["student", "-id"], name="print_of_student"),
        ),
        migrations.AddIndex(
            model_name="sheetprint",
            index=models.Index(fields=["unit", "-id"], name="print_of_unit"),
        ),
        migrations.AddConstraint(
            model_name="sheetprint",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("enrolment__isnull", False), ("kind", "archive")),
                    models.Q(models.Q(("kind", "archive"), _negated=True), ("enrolment__isnull", True)),
                    _connector="OR",
                ),
                name="print_archive_of_enrolment",
            ),
        ),
        migrations.AddConstraint(
            model_name="sheetprint",
            constraint=models.CheckConstraint(
                condition=models.Q(("last_four__regex", "^[0-9X*]{4}$")), name="print_last_four"
            ),
        ),
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
