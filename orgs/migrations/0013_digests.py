"""Mail and SMS once a day (R3.7)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orgs", "0012_staffing"),
    ]

    operations = [
        migrations.AddField(
            model_name="account",
            name="sms_notices",
            field=models.BooleanField(default=False, verbose_name="每天接收短信通知"),
        ),
        migrations.AlterField(
            model_name="account",
            name="email_notices",
            field=models.BooleanField(default=False, verbose_name="每天接收邮件通知"),
        ),
    ]
