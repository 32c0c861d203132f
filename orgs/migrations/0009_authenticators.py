"""The secret of an authenticator is computed from a seed and a key outside the database.

An authenticator bound before has its secret in clear; it is forgotten, and bound anew at the next sign-in.
"""

from django.db import migrations


def forget(apps, schema_editor):
    """Sessions held by a forgotten authenticator end as well."""
    devices = apps.get_model("otp_totp", "TOTPDevice").objects.all()
    apps.get_model("orgs", "Account").objects.filter(pk__in=devices.values("user")).update(session_key="")
    devices.delete()


class Migration(migrations.Migration):
    dependencies = [("orgs", "0008_successors"), ("otp_totp", "0003_add_timestamps")]

    operations = [
        migrations.CreateModel(
            name="Authenticator",
            fields=[],
            options={
                "proxy": True,
                "indexes": [],
                "constraints": [],
                "verbose_name": "身份验证器",
                "verbose_name_plural": "身份验证器",
            },
            bases=("otp_totp.totpdevice",),
        ),
        migrations.RunPython(forget, migrations.RunPython.noop),
    ]
