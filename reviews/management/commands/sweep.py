"""Let the clock go round once, or tell what it would do at a moment."""

from datetime import datetime
from typing import Any

from django.core.management import CommandParser
from django.core.management.base import BaseCommand, CommandError

from reviews.clock import sweeps
from web import clock

_EARLIEST, _LATEST = 2000, 2100


class Command(BaseCommand):
    """``manage.py sweep [--at 2026-10-09T00:00+08:00 --dry-run]``."""

    help = "按时限清扫一次：逾期标记、提醒、满 90 天清理（平时由后台每 10 分钟进行一次）"

    def add_arguments(self, parser: CommandParser) -> None:
        """The moment is for looking only."""
        parser.add_argument(
            "--at", default="", help="按此时刻预演，如 2026-10-09T00:00+08:00（须同时用 --dry-run）"
        )
        parser.add_argument("--dry-run", action="store_true", help="只显示会做什么，不写入任何内容")

    def handle(self, *args: Any, **options: Any) -> None:
        """Preview or run."""
        at, dry_run = options["at"], options["dry_run"]
        if at and not dry_run:
            raise CommandError(
                "--at 只能与 --dry-run 一起用于预演：时钟不能倒拨，实际清扫一律按当前时刻进行（附件1 三.7）。"
            )
        now = instant(at) if at else clock.now()
        if dry_run:
            self._tell(now)
            return
        try:
            counts = sweeps.run(now)
        except ExceptionGroup as failed:
            names = "、".join(note for error in failed.exceptions for note in error.__notes__)
            raise CommandError(f"清扫完成，但有 {len(failed.exceptions)} 项没有办成：{names}。") from failed
        self.stdout.write(
            "清扫完成：" + "，".join(f"{sweeps.LABELS[key]} {n}" for key, n in counts.items()) + "。"
        )

    def _tell(self, now: datetime) -> None:
        local = now.astimezone(clock.SHANGHAI)
        self.stdout.write(f"如在 {local:%Y年%-m月%-d日 %H:%M}（北京时间）清扫，按现有数据将会：")
        for found in sweeps.preview(now):
            self.stdout.write(f"  {found.label}：{found.count}")
            for number, unit, told in found.first:
                self.stdout.write(f"    {number}  {unit or '—'}  {told}")
            if found.count > len(found.first):
                self.stdout.write(f"    …… 另有 {found.count - len(found.first)} 件")
        self.stdout.write("以上为预演，没有写入任何内容。")


def instant(text: str) -> datetime:
    """The moment a text names; without a zone it is Beijing time. Raises CommandError with one sentence."""
    try:
        found = datetime.fromisoformat(text.strip())
        if not _EARLIEST <= found.year <= _LATEST:
            raise ValueError
    except ValueError:
        raise CommandError(
            f"--at “{text[:40]}”不是可用的时刻，请写成 2026-10-09T00:00+08:00 的样子（{_EARLIEST} 至 {_LATEST} 年）。"
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=clock.SHANGHAI)
