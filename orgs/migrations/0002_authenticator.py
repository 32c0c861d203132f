"""The authenticator of django-otp, whose own tables name the account: in one migration each would wait for the other."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("orgs", "0001_initial"), ("otp_totp", "0003_add_timestamps")]

    operations = [
        migrations.CreateModel(
            name="Authenticator",
            fields=[],
            options={
                "verbose_name": "身份验证器",
                "verbose_name_plural": "身份验证器",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("otp_totp.totpdevice",),
        ),
    ]
