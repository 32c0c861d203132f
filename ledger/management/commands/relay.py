"""Deliver what waits in the outbox, by hand."""

from typing import Any

from django.core.management.base import BaseCommand

from ledger import outbox
from ledger.models import OutboxMessage
from web import clock


class Command(BaseCommand):
    """``manage.py relay``: what the worker does every two seconds, once."""

    help = "送出所有待发消息（平时由后台每两秒进行一次）"

    def handle(self, *args: Any, **options: Any) -> None:
        """Relay until nothing more is due."""
        now, total = clock.now(), 0
        while delivered := outbox.relay(now):
            total += delivered
        waiting = OutboxMessage.objects.filter(delivered_at__isnull=True)
        left, failed = waiting.count(), waiting.filter(attempts__gt=0).count()
        self.stdout.write(
            f"送达 {total} 条；还有 {left} 条未送达，其中 {failed} 条曾经失败，稍后会自动重试。"
        )
