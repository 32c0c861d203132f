"""``manage.py load_reference``: units and code tables that every installation has."""

from django.core.management.base import BaseCommand

from orgs.reference import load_units
from students.reference import load_code_tables


class Command(BaseCommand):
    """Calendar, windows, routes and reasons come with the migrations; here come units and code tables."""

    help = "载入单位（教育部、自治区、盟市、旗县区）和国家代码表；可重复执行，不改动已有单位。"
    requires_system_checks = []  # no page is served here

    def handle(self, *args, **options):
        units, codes = load_units(), load_code_tables()
        if units or codes:
            self.stdout.write(f"已载入单位 {units} 个、代码 {codes} 条。")
        else:
            self.stdout.write("单位和代码表已是最新，未作改动。")
