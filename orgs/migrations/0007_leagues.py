"""The league above each unit, kept beside its province."""

from django.db import migrations

FILL = """
UPDATE orgs_unit u SET league_id = l.id FROM orgs_unit l
WHERE l.level = 'league' AND u.path LIKE l.path || '%'
"""


class Migration(migrations.Migration):
    dependencies = [("orgs", "0006_roads")]
    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
