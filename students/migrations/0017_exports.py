"""名册导出: what was asked for, by whom (R0.7)."""

import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orgs", "0009_authenticators"),
        ("students", "0016_settling"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RosterExport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(editable=False, max_length=20, unique=True, verbose_name="编号")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("grade", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="年级")),
                ("status", models.CharField(blank=True, max_length=12, verbose_name="学籍状态")),
                (
                    "form",
                    models.CharField(
                        choices=[("xlsx", "xlsx"), ("csv", "csv")], max_length=4, verbose_name="格式"
                    ),
                ),
                ("numbers", models.BooleanField(default=False, verbose_name="含完整学籍号")),
                ("purpose", models.CharField(blank=True, max_length=12, verbose_name="用途")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "等待生成"),
                            ("making", "正在生成"),
                            ("ready", "可以下载"),
                            ("gone", "文件已过期删除"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("total", models.PositiveIntegerField(default=0, verbose_name="人数")),
                ("done", models.PositiveIntegerField(default=0, verbose_name="已写出")),
                ("sha256", models.CharField(blank=True, max_length=64, verbose_name="摘要")),
                ("size", models.PositiveBigIntegerField(default=0, verbose_name="字节数")),
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
                        verbose_name="导出人",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.unit",
                        verbose_name="单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "名册导出",
                "verbose_name_plural": "名册导出",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["asked_by", "-id"], name="export_of_account"),
                    models.Index(
                        condition=models.Q(("state__in", ["waiting", "making", "ready"])),
                        fields=["id"],
                        name="export_open",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("numbers", False), models.Q(("purpose", ""), _negated=True), _connector="OR"
                        ),
                        name="export_numbers_for_a_purpose",
                    )
                ],
            },
        ),
    ]
