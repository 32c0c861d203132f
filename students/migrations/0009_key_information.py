"""关键信息变更: its row, the nation's route and reasons (R1.6, R0.7)."""

from datetime import date

import django.db.models.deletion
from django.db import migrations, models

IN_FORCE = date(2016, 6, 8)
KIND = "key_information"
_ALL, _LATER = ["school", "authority", "league", "province"], ["authority", "league", "province"]
REASONS = [
    ("key_untrue", "refuse", _ALL, "所报内容与证件不符"),
    ("key_not_wanted", "refuse", _ALL, "监护人或学校撤回申请"),
    ("key_check_failed", "send_back", _LATER, "查重或身份比对没有通过"),
    ("key_proof_unreadable", "send_back", _LATER, "证明照片缺失或无法辨认"),
    ("key_data_mistaken", "send_back", _LATER, "填写的内容与证明照片不一致"),
]


def fill(apps, schema_editor):
    common = {"valid_from": IN_FORCE, "source": "教基一厅〔2016〕2号"}
    apps.get_model("reviews", "Route").objects.create(
        kind=KIND, relation="same_authority", stages=["school", "authority"], **common
    )
    reasons = apps.get_model("reviews", "RefusalReason").objects
    for position, (code, outcome, stages, text) in enumerate(REASONS, 1):
        reasons.create(
            code=code, kinds=[KIND], stages=stages, outcome=outcome, text=text, position=position, **common
        )


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0019_reminders"),
        ("students", "0008_printing"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeyInformationChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=50, verbose_name="姓名")),
                (
                    "sex",
                    models.CharField(choices=[("1", "男"), ("2", "女")], max_length=1, verbose_name="性别"),
                ),
                ("birth_date", models.DateField(blank=True, null=True, verbose_name="出生日期")),
                ("id_number_sealed", models.BinaryField(blank=True, null=True)),
                (
                    "basis",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("mistake", "登记有误，按证件更正"),
                            ("renamed", "户籍姓名已变更"),
                            ("id_supplied", "原无身份证号，现补充"),
                            ("id_changed", "身份证号已由公安机关变更"),
                            ("other", "其他（请在说明中写明）"),
                        ],
                        max_length=12,
                        verbose_name="变更原因",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="说明")),
                ("was", models.JSONField(blank=True, default=dict, verbose_name="变更前")),
                ("answer", models.CharField(blank=True, max_length=20, verbose_name="比对结果")),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="比对时间")),
                ("answered_of", models.BinaryField(blank=True, max_length=16, null=True)),
                (
                    "conflict",
                    models.CharField(blank=True, max_length=300, verbose_name="查重比对未通过的原因"),
                ),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="key_change",
                        to="reviews.case",
                        verbose_name="业务",
                    ),
                ),
                (
                    "student",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="key_changes",
                        to="students.student",
                        verbose_name="学生",
                    ),
                ),
            ],
            options={
                "verbose_name": "关键信息变更",
                "verbose_name_plural": "关键信息变更",
                "indexes": [models.Index(fields=["student", "-id"], name="key_change_student")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answer", ""),
                            models.Q(("answered_at__isnull", False), ("answered_of__isnull", False)),
                            _connector="OR",
                        ),
                        name="key_change_answer_whole",
                    )
                ],
            },
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
