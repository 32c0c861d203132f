"""The index of the worklist carries the two schools along; another for the cases a school has started."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0011_refusal_wall_rows"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="case",
            name="case_worklist",
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True), ("holder__isnull", False)),
                fields=["holder", "awaiting", "due_on", "id"],
                include=("receiving_unit", "sending_unit"),
                name="case_worklist",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True)),
                fields=["receiving_unit", "due_on", "id"],
                include=("sending_unit",),
                name="case_started",
            ),
        ),
    ]
