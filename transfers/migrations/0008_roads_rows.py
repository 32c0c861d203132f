"""Who may be filed, see ../sql/file.sql; the reasons for 毕业后跨省就学 (R3.3, domain: 接收理由)."""

from datetime import date
from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql" / "file.sql"
REASONS = [
    ("next_phase", "到本校升读下一学段", False),
    ("back_home", "回户籍地就读", False),
    ("with_parents", "随父母（监护人）在本地居住就读", False),
    ("grad_other", "其他接收理由（须填写说明）", True),
]


def fill(apps, schema_editor):
    reasons = apps.get_model("transfers", "TransferReason").objects
    for position, (key, name, needs_note) in enumerate(REASONS, 1):
        reasons.create(
            key=key,
            name=name,
            needs_note=needs_note,
            kinds=["post_graduation_enrolment"],
            position=position,
            valid_from=date(2016, 6, 8),
            source="本系统约定：原系统“接收理由”为自由文本，此处列为选项",
        )


class Migration(migrations.Migration):
    dependencies = [("transfers", "0007_roads"), ("reviews", "0014_roads_rows")]
    operations = [
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
