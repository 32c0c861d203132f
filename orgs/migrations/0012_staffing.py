"""Sealed accounts and the quarterly confirmation of access (R8.3)."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orgs", "0011_training"),
    ]

    operations = [
        migrations.AddField(
            model_name="account",
            name="opened_on",
            field=models.DateField(blank=True, editable=False, null=True, verbose_name="启封日期"),
        ),
        migrations.AddField(
            model_name="account",
            name="sealed_on",
            field=models.DateField(blank=True, editable=False, null=True, verbose_name="封存日期"),
        ),
        migrations.CreateModel(
            name="AccessReview",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quarter", models.DateField(verbose_name="季度（首日）")),
                ("accounts", models.JSONField(verbose_name="账号")),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="确认时间"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="确认人",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="access_reviews",
                        to="orgs.unit",
                        verbose_name="单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "权限确认",
                "verbose_name_plural": "权限确认",
                "constraints": [
                    models.UniqueConstraint(fields=("unit", "quarter"), name="access_review_once")
                ],
            },
        ),
    ]
