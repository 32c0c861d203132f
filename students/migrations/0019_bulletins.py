"""月度通报 (../sql/bulletins.sql; R3.7b)."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql" / "bulletins.sql"


class Migration(migrations.Migration):
    dependencies = [
        ("orgs", "0010_presence"),
        ("students", "0018_dropouts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Bulletin",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(editable=False, max_length=20, unique=True, verbose_name="编号")),
                ("month", models.DateField(verbose_name="月份（一日）")),
                (
                    "state",
                    models.CharField(
                        choices=[("replies", "征求各单位说明"), ("published", "已发布")],
                        default="replies",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("inputs", models.JSONField(verbose_name="原始数据")),
                ("digest", models.CharField(max_length=64, verbose_name="摘要")),
                (
                    "made_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="生成时间"
                    ),
                ),
                ("reply_until", models.DateField(verbose_name="说明截止日期")),
                ("published_at", models.DateTimeField(blank=True, null=True, verbose_name="发布时间")),
                (
                    "province",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.unit",
                        verbose_name="省（自治区）",
                    ),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="发布人",
                    ),
                ),
            ],
            options={
                "verbose_name": "月度通报",
                "verbose_name_plural": "月度通报",
                "ordering": ["-month", "province"],
            },
        ),
        migrations.CreateModel(
            name="BulletinLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("level", models.CharField(max_length=10, verbose_name="层级")),
                ("place", models.PositiveIntegerField(verbose_name="次序")),
                ("figures", models.JSONField(verbose_name="数据")),
                ("reply", models.CharField(blank=True, max_length=500, verbose_name="说明")),
                ("reply_at", models.DateTimeField(blank=True, null=True, verbose_name="说明时间")),
                (
                    "bulletin",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="students.bulletin",
                    ),
                ),
                (
                    "reply_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="说明人",
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
                "verbose_name": "通报单位",
                "verbose_name_plural": "通报单位",
                "ordering": ["place"],
            },
        ),
        migrations.AddConstraint(
            model_name="bulletin",
            constraint=models.UniqueConstraint(fields=("province", "month"), name="bulletin_once"),
        ),
        migrations.AddConstraint(
            model_name="bulletin",
            constraint=models.CheckConstraint(condition=models.Q(("month__day", 1)), name="bulletin_month"),
        ),
        migrations.AddConstraint(
            model_name="bulletin",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("published_at__isnull", True), ("published_by__isnull", True), ("state", "replies")
                    ),
                    models.Q(
                        ("published_at__isnull", False),
                        ("published_by__isnull", False),
                        ("state", "published"),
                    ),
                    _connector="OR",
                ),
                name="bulletin_published_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="bulletinline",
            constraint=models.UniqueConstraint(fields=("bulletin", "unit"), name="bulletin_line_once"),
        ),
        migrations.AddConstraint(
            model_name="bulletinline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "reply__regex",
                        "([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]",
                    ),
                    _negated=True,
                ),
                name="bulletin_reply_no_numbers",
            ),
        ),
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
