"""The headcount of a night, in cells (R7.1)."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orgs", "0009_authenticators"),
        ("students", "0009_key_information"),
    ]

    operations = [
        migrations.CreateModel(
            name="HeadcountCell",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(verbose_name="日期")),
                ("cohort", models.PositiveSmallIntegerField(verbose_name="届（一年级入学年）")),
                ("status", models.CharField(max_length=12, verbose_name="学籍状态")),
                ("sex", models.CharField(max_length=1, verbose_name="性别")),
                ("letter", models.CharField(blank=True, max_length=1, verbose_name="学籍号字头")),
                ("permit", models.BooleanField(verbose_name="持居住证")),
                ("origin", models.CharField(blank=True, max_length=2, verbose_name="来源省份")),
                ("pupils", models.PositiveIntegerField(verbose_name="人数")),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="orgs.unit",
                        verbose_name="学校",
                    ),
                ),
            ],
            options={
                "verbose_name": "人数统计",
                "verbose_name_plural": "人数统计",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day", "school", "cohort", "status", "sex", "letter", "permit", "origin"),
                        name="headcount_cell_once",
                    )
                ],
            },
        ),
    ]
