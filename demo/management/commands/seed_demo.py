"""``manage.py seed_demo``: the demonstration, or with ``--pupils``/``--cases`` millions of rows for measurements."""

import time
from datetime import date, datetime
from datetime import time as clock_time

from django.core.management.base import BaseCommand, CommandError

from demo import bulk, seeding
from web import clock


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
        try:
            if pupils or cases:
                self._fill(now, pupils, cases, seed)
            else:
                self._seed(now, seed)
        except seeding.NotPossible as trouble:
            raise CommandError(str(trouble)) from None

    def _seed(self, now: datetime, seed: int) -> None:
        started = time.monotonic()
        counts = seeding.seed(now, seed, lambda text: self.stdout.write(f"  {text} ……"))
        if not counts:
            self.stdout.write("演示数据已经载入过，未作改动；要重新生成请先执行 make reset。")
            return
        told = "学校 {schools} 所、账号 {accounts} 个、学生 {pupils} 名、业务 {cases} 件、证明照片 {photographs} 张"
        self.stdout.write(
            f"演示数据已载入：{told.format(**counts)}，用时 {time.monotonic() - started:.1f} 秒。"
        )

    def _fill(self, now: datetime, pupils: int, cases: int, seed: int) -> None:
        started = time.monotonic()
        bar = Bar(self.stderr, started)
        self.stderr.write("正在准备学校和账号 ……")
        done = bulk.fill(now, pupils, cases, seed, bar)
        seconds = time.monotonic() - started
        self.stderr.write("")
        self.stdout.write(
            f"已生成学生 {pupils:,} 名、业务 {cases:,} 件，共 {done.rows:,} 行，自查相符，"
            f"用时 {seconds:.1f} 秒（{done.rows / bar.seconds:,.0f} 行/秒，不含自查）。"
        )


class Bar:
    """A progress bar on a terminal; elsewhere a line each tenth."""

    def __init__(self, stream, started: float):
        self.stream, self.started, self.seconds, self.tenth = stream, started, 1e-9, -1

    def __call__(self, progress: bulk.Progress) -> None:
        self.seconds = time.monotonic() - self.started
        share = progress.done / progress.total
        filled = "█" * int(share * 30)
        line = (
            f"[{filled:░<30}] {share:4.0%}　学生 {progress.done:,}/{progress.total:,}"
            f"　{progress.rows / self.seconds:,.0f} 行/秒"
        )
        if self.stream.isatty():
            self.stream.write(f"\r{line}", ending="")
        elif int(share * 10) > self.tenth:
            self.tenth = int(share * 10)
            self.stream.write(line)
