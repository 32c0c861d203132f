"""招生 by lists, and 招生回退 (../sql/recruitment.sql; R4.5, R4.4)."""

from datetime import date
from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql" / "recruitment.sql"
IN_FORCE = date(2016, 6, 8)
LIST, BACK = "recruitment", "recruitment_rollback"
OFFICES = ["receiving_authority", "graduation_authority"]


def fill(apps, schema_editor):
    common = {"valid_from": IN_FORCE, "source": "教基一厅〔2016〕2号"}
    route = apps.get_model("reviews", "Route").objects
    # One authority on both sides decides once; the engine leaves the doubled stage out.
    for relation in ("same_authority", "same_province"):
        route.create(
            kind=LIST,
            relation=relation,
            stages=["receiving_school", "receiving_authority", "graduation_authority"],
            **common,
        )
    route.create(kind=BACK, relation="same_province", stages=["authority"], **common)
    reasons = apps.get_model("reviews", "RefusalReason").objects
    for position, (code, kind, stages, outcome, text) in enumerate(
        (
            ("recruit_not_admitted", LIST, OFFICES, "refuse", "名册所列录取不属实"),
            ("recruit_list_wrong", LIST, OFFICES, "send_back", "名册中有不应列入的学生，请删去后再报"),
            (
                "recruit_not_mistaken",
                BACK,
                ["authority", "league", "province"],
                "refuse",
                "招生无误，不需要回退",
            ),
        ),
        1,
    ):
        reasons.create(
            code=code, kinds=[kind], stages=stages, outcome=outcome, text=text, position=position, **common
        )


class Migration(migrations.Migration):
    dependencies = [
        ("orgs", "0009_authenticators"),
        ("reviews", "0019_reminders"),
        ("students", "0011_problems_and_imports"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="importbatch",
            name="kind",
            field=models.CharField(
                choices=[("registration", "一年级新生"), ("recruitment", "招生名册")],
                max_length=14,
                verbose_name="内容",
            ),
        ),
        migrations.CreateModel(
            name="RecruitedPupil",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("grade", models.PositiveSmallIntegerField(verbose_name="就读年级")),
                (
                    "class_number",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="班号"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("listed", "待上报"),
                            ("sent", "核办中"),
                            ("admitted", "已录取，待报到"),
                            ("reported", "已报到"),
                            ("absent", "未报到"),
                            ("returned", "未办成"),
                            ("dropped", "已删去"),
                            ("taken_back", "已退回毕业"),
                        ],
                        default="listed",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                (
                    "listed_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="登记时间"
                    ),
                ),
                ("reported_on", models.DateField(blank=True, null=True, verbose_name="报到日期")),
                ("graduated_on", models.DateField(verbose_name="原毕业日期")),
                (
                    "case",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recruited",
                        to="reviews.case",
                        verbose_name="业务",
                    ),
                ),
                (
                    "graduated_from",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.unit",
                        verbose_name="毕业学校",
                    ),
                ),
                (
                    "listed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
                (
                    "reporting_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="报到登记人",
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.unit",
                        verbose_name="招生学校",
                    ),
                ),
                (
                    "student",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recruited",
                        to="students.student",
                        verbose_name="学生",
                    ),
                ),
            ],
            options={
                "verbose_name": "招生",
                "verbose_name_plural": "招生",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="RecruitmentReturn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("why", models.CharField(max_length=200, verbose_name="回退原因")),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recruitment_return",
                        to="reviews.case",
                        verbose_name="业务",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="students.recruitedpupil",
                        verbose_name="原招生",
                    ),
                ),
            ],
            options={
                "verbose_name": "招生回退",
                "verbose_name_plural": "招生回退",
            },
        ),
        migrations.AddIndex(
            model_name="recruitedpupil",
            index=models.Index(fields=["school", "state"], name="recruited_of_school"),
        ),
        migrations.AddIndex(
            model_name="recruitedpupil",
            index=models.Index(fields=["student", "-id"], name="recruited_story"),
        ),
        migrations.AddConstraint(
            model_name="recruitedpupil",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("listed", "sent", "admitted"))),
                fields=("student",),
                name="recruited_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="recruitedpupil",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "reported"), _negated=True),
                    models.Q(("case__isnull", False), ("reported_on__isnull", False)),
                    _connector="OR",
                ),
                name="recruited_reported_on",
            ),
        ),
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
