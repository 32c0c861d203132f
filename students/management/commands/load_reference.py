"""``manage.py load_reference``: units and code tables that every installation has."""

from django.core.management.base import BaseCommand

from orgs.people.reference import load_units
from reviews.clock.calendar_change import bring_up_to_date
from students.pupil.reference import load_code_tables
from web import clock


class Command(BaseCommand):
    """Calendar, windows, routes and reasons come with the migrations; here come units and code tables, and what a
    newer program knows better of a year that the State Council has not arranged yet (R3.7)."""

    help = "载入单位（教育部、自治区、盟市、旗县区）和国家代码表；可重复执行，不改动已有单位。"
    requires_system_checks = []  # no page is served here

    def handle(self, *args, **options):
        units, codes = load_units(), load_code_tables()
        if units or codes:
            self.stdout.write(f"已载入单位 {units} 个、代码 {codes} 条。")
        else:
            self.stdout.write("单位和代码表已是最新，未作改动。")
        if change := bring_up_to_date(clock.now()):
            self.stdout.write(
                f"未公布年度的暂定日历已更新 {len(change.days)} 天，{len(change.dues)} 件在办业务的时限随之重新计算并通知。"
            )
