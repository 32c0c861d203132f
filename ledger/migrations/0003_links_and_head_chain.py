"""An entry's hash covers its id, a signed head names the one before it; see ../sql/links.sql."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql" / "links.sql"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_walls")]
    operations = [
        migrations.AddField(
            "audithead",
            "previous",
            models.CharField("前一签名的摘要", max_length=64, blank=True, default="", db_default=""),
        ),
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
