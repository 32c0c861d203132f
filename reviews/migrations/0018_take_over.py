"""A unit is merged during a case: its successor takes its place, and the walls for it (../sql/takeover.sql; R3.1b)."""

from pathlib import Path

from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql" / "takeover.sql"


class Migration(migrations.Migration):
    dependencies = [
        ("orgs", "0009_authenticators"),
        ("reviews", "0017_own_stages"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="act",
            name="act_by_a_named_person",
        ),
        migrations.RemoveConstraint(
            model_name="step",
            name="step_file_decides_nothing",
        ),
        migrations.AlterField(
            model_name="act",
            name="outcome",
            field=models.CharField(
                blank=True,
                choices=[
                    ("agree", "同意"),
                    ("refuse", "不同意"),
                    ("send_back", "退回补正"),
                    ("withdrawn", "业务已撤销"),
                    ("recalled", "被撤回"),
                    ("expired", "业务已清理"),
                    ("filed", "已调档"),
                    ("lapsed", "逾期未调档"),
                    ("cleared", "毕业清理"),
                    ("taken_over", "已由承接单位接办"),
                ],
                db_default="",
                default="",
                max_length=10,
                verbose_name="结论",
            ),
        ),
        migrations.AlterField(
            model_name="act",
            name="verb",
            field=models.CharField(
                choices=[
                    ("submit", "发起"),
                    ("handle", "办理"),
                    ("sign", "核办"),
                    ("return_to_registrar", "退回本单位"),
                    ("withdraw", "撤销"),
                    ("recall", "撤回核办"),
                    ("nudge", "催办"),
                    ("message", "发消息"),
                    ("report", "登记报到"),
                    ("no_show", "登记未报到"),
                    ("request_file", "调档"),
                    ("expire", "超期清理"),
                    ("lapse", "逾期未调档取消"),
                    ("clear", "毕业清理"),
                    ("take_over", "承接"),
                ],
                max_length=20,
                verbose_name="行为",
            ),
        ),
        migrations.AlterField(
            model_name="quickphrase",
            name="outcome",
            field=models.CharField(
                choices=[
                    ("agree", "同意"),
                    ("refuse", "不同意"),
                    ("send_back", "退回补正"),
                    ("withdrawn", "业务已撤销"),
                    ("recalled", "被撤回"),
                    ("expired", "业务已清理"),
                    ("filed", "已调档"),
                    ("lapsed", "逾期未调档"),
                    ("cleared", "毕业清理"),
                    ("taken_over", "已由承接单位接办"),
                ],
                default="agree",
                max_length=10,
                verbose_name="用于",
            ),
        ),
        migrations.AlterField(
            model_name="refusalreason",
            name="outcome",
            field=models.CharField(
                choices=[
                    ("agree", "同意"),
                    ("refuse", "不同意"),
                    ("send_back", "退回补正"),
                    ("withdrawn", "业务已撤销"),
                    ("recalled", "被撤回"),
                    ("expired", "业务已清理"),
                    ("filed", "已调档"),
                    ("lapsed", "逾期未调档"),
                    ("cleared", "毕业清理"),
                    ("taken_over", "已由承接单位接办"),
                ],
                max_length=10,
                verbose_name="用于",
            ),
        ),
        migrations.AlterField(
            model_name="step",
            name="outcome",
            field=models.CharField(
                blank=True,
                choices=[
                    ("agree", "同意"),
                    ("refuse", "不同意"),
                    ("send_back", "退回补正"),
                    ("withdrawn", "业务已撤销"),
                    ("recalled", "被撤回"),
                    ("expired", "业务已清理"),
                    ("filed", "已调档"),
                    ("lapsed", "逾期未调档"),
                    ("cleared", "毕业清理"),
                    ("taken_over", "已由承接单位接办"),
                ],
                db_default="",
                default="",
                max_length=10,
                verbose_name="结论",
            ),
        ),
        migrations.AlterField(
            model_name="step",
            name="proposal",
            field=models.CharField(
                blank=True,
                choices=[
                    ("agree", "同意"),
                    ("refuse", "不同意"),
                    ("send_back", "退回补正"),
                    ("withdrawn", "业务已撤销"),
                    ("recalled", "被撤回"),
                    ("expired", "业务已清理"),
                    ("filed", "已调档"),
                    ("lapsed", "逾期未调档"),
                    ("cleared", "毕业清理"),
                    ("taken_over", "已由承接单位接办"),
                ],
                db_default="",
                default="",
                max_length=10,
                verbose_name="拟办",
            ),
        ),
        migrations.AddConstraint(
            model_name="act",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("account__isnull", False),
                    ("verb__in", ("expire", "lapse", "clear", "take_over")),
                    _connector="OR",
                ),
                name="act_by_a_named_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("handler__isnull", True),
                        ("stage", "awaiting_file"),
                        ("outcome__in", ["", "filed", "lapsed", "cleared", "taken_over", "withdrawn"]),
                    ),
                    models.Q(
                        models.Q(("stage", "awaiting_file"), _negated=True),
                        models.Q(("outcome__in", ["filed", "lapsed"]), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="step_file_decides_nothing",
            ),
        ),
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
