"""Indexes for the register of refusals (R3.4): few steps refuse, so both are small."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orgs", "0007_leagues"),
        ("reviews", "0015_wall_appeals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="step",
            index=models.Index(
                condition=models.Q(("outcome__in", ["refuse", "send_back"])),
                fields=["unit", "-signed_at", "-id"],
                include=("outcome", "stage", "reason"),
                name="step_refusals",
            ),
        ),
        migrations.AddIndex(
            model_name="step",
            index=models.Index(
                condition=models.Q(("outcome__in", ["refuse", "send_back"])),
                fields=["-signed_at", "-id"],
                name="step_refused_at",
            ),
        ),
    ]
