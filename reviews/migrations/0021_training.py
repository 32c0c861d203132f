"""The limit within which a new registrar may act without a certificate (R8.1)."""

from django.db import migrations

from reviews import notice_values as notice


def fill(apps, schema_editor):
    for key, name, value, unit, clause in notice.TRAINING_LIMITS:
        apps.get_model("reviews", "Limit").objects.create(
            key=key,
            name=name,
            value=value,
            unit=unit,
            clause=clause,
            valid_from=notice.IN_FORCE,
            source="本系统约定，可由自治区按规则行修改",
        )


class Migration(migrations.Migration):
    dependencies = [("reviews", "0020_ministry"), ("orgs", "0011_training")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
