"""``manage.py seed_demo``: the demonstration, or with ``--pupils``/``--cases`` millions of rows for measurements."""

import time
from datetime import date, datetime
from datetime import time as clock_time

from django.core.management.base import BaseCommand, CommandError

from ledger import clock
from transfers.demo import seeding


class Command(BaseCommand):
    """Only in the trial; a second run changes nothing."""

    help = "载入演示数据（仅限试用环境，已载入时不作改动）；加 --pupils、--cases 则为测量大批量生成。"
    requires_system_checks = []  # no page is served here

    def add_arguments(self, parser):
        parser.add_argument("--pupils", type=int, default=0, help="大批量生成的学生数")
        parser.add_argument("--cases", type=int, default=0, help="大批量生成的业务数，不多于学生数")
        parser.add_argument("--seed", type=int, default=seeding.DEFAULT_SEED, help="同一种子生成同样的数据")
        parser.add_argument("--today", type=date.fromisoformat, help="演示数据以哪一天为“今天”（默认今天）")

    def handle(self, *args, pupils, cases, seed, today, **options):
        now = datetime.combine(today, clock_time(12), clock.SHANGHAI) if today else clock.now()
        started = time.monotonic()
        try:
            counts = seeding.seed(now, seed, lambda text: self.stdout.write(f"  {text} ……"))
        except seeding.NotPossible as trouble:
            raise CommandError(str(trouble)) from None
        if not counts:
            self.stdout.write("演示数据已经载入过，未作改动；要重新生成请先执行 make reset。")
            return
        self.stdout.write(
            "演示数据已载入：学校 {schools} 所、账号 {accounts} 个、学生 {pupils} 名、业务 {cases} 件、证明照片 {photographs} 张".format(
                **counts
            )
            + f"，用时 {time.monotonic() - started:.1f} 秒。"
        )
