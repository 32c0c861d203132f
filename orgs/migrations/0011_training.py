"""培训与证书, and what a directory is searched by (R8.1, R8.2)."""

import django.db.models.deletion
from django.db import migrations, models

from ledger import pinyin


def spell(apps, schema_editor):
    people = apps.get_model("orgs", "Person")
    rows = list(people.objects.filter(pinyin=""))
    for row in rows:
        row.pinyin = pinyin.readings(row.name)
    people.objects.bulk_update(rows, ["pinyin"], batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [
        ("orgs", "0010_presence"),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="phone",
            field=models.CharField(blank=True, max_length=30, verbose_name="办公电话"),
        ),
        migrations.AddField(
            model_name="person",
            name="pinyin",
            field=models.CharField(blank=True, editable=False, max_length=300, verbose_name="拼音"),
        ),
        migrations.CreateModel(
            name="Training",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("trained_on", models.DateField(verbose_name="培训日期")),
                ("organiser", models.CharField(max_length=60, verbose_name="培训单位")),
                ("certificate", models.CharField(blank=True, max_length=40, verbose_name="证书编号")),
                ("valid_until", models.DateField(verbose_name="有效期至（含）")),
                ("filed_on", models.DateField(blank=True, null=True, verbose_name="备案日期")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="trainings",
                        to="orgs.person",
                        verbose_name="人员",
                    ),
                ),
            ],
            options={
                "verbose_name": "培训与证书",
                "verbose_name_plural": "培训与证书",
                "ordering": ["person", "-valid_until"],
                "indexes": [models.Index(fields=["person", "-valid_until"], name="training_of_person")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("valid_until__gte", models.F("trained_on"))),
                        name="training_period",
                        violation_error_message="证书有效期不能早于培训日期（正文 二.1）。",
                    ),
                    models.UniqueConstraint(
                        fields=("person", "trained_on"),
                        name="training_once_a_day",
                        violation_error_message="这名人员这一天的培训已经登记。",
                    ),
                ],
            },
        ),
        migrations.RunPython(spell, migrations.RunPython.noop),
    ]
