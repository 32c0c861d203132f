"""Sign today's head of every audit chain, by hand."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ledger import heads
from web import clock


class Command(BaseCommand):
    """``manage.py sign_heads``: what the worker does every night; a second call on one day changes nothing."""

    help = "为今天的审计链末尾签名并导出（平时由后台每天进行）"

    def handle(self, *args: Any, **options: Any) -> None:
        """Sign and export."""
        try:
            head = heads.sign(clock.local_date(clock.now()))
        except OSError as error:
            raise CommandError(
                f"签名已保存，但不能写入 {settings.AUDIT_HEADS_DIR}（{error.strerror}），请检查该目录后再运行一次。"
            ) from error
        self.stdout.write(f"{head.day}：{len(head.heads)} 条审计链已签名，摘要 {head.digest[:16]}…")
