"""Mail and SMS once a day (R3.7)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0021_training"),
    ]

    operations = [
        migrations.AddField(
            model_name="notice",
            name="mailed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="已发邮件"),
        ),
    ]
