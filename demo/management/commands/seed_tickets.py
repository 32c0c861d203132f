"""``manage.py seed_tickets``: papers and a complaint for the demonstration."""

from django.core.management.base import BaseCommand

from demo import papers
from web import clock


class Command(BaseCommand):
    """Only in the trial; a second run changes nothing."""

    help = "为演示数据添上三张单和一件投诉（仅限试用环境，已有单据时不作改动）。"
    requires_system_checks = []  # no page is served here

    def handle(self, *args, **options):
        made = papers.write(clock.now())
        self.stdout.write(f"演示单据 {made} 张。" if made else "没有添加演示单据。")
