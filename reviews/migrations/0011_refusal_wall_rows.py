"""The walls of the phrases, and the nation's rows: what no refusal rests on, reasons of post-graduation enrolment."""

from pathlib import Path

from django.db import migrations

from reviews import wall_values as wall
from reviews.notice_values import IN_FORCE, NOTICE

SQL = Path(__file__).resolve().parent.parent / "sql" / "refusal_wall.sql"


def fill(apps, schema_editor):
    phrases = apps.get_model("reviews", "ForbiddenPhrase").objects
    reasons = apps.get_model("reviews", "RefusalReason").objects
    for clause, quoted, source, kinds, stages, spared, words in wall.FORBIDDEN:
        for text in words.split():
            phrases.create(
                text=text,
                kinds=kinds,
                stages=stages,
                spared=spared,
                clause=clause,
                quoted=quoted,
                valid_from=IN_FORCE,
                source=source,
            )
    for position, (code, outcome, stages, text, clause) in enumerate(wall.POST_GRADUATION_REASONS, 1):
        reasons.create(
            code=code,
            outcome=outcome,
            kinds=[wall.POST_GRADUATION],
            stages=stages,
            text=text,
            position=position,
            valid_from=IN_FORCE,
            source=f"{NOTICE} {clause}",
        )


class Migration(migrations.Migration):
    dependencies = [("reviews", "0010_refusal_wall")]
    operations = [
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
