"""Prove that the audit trail was not changed since it was signed."""

from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from ledger import audit, heads
from ledger.models import AuditHead

_MOST = 50


class Command(BaseCommand):
    """``manage.py verify_audit``: exit code 0 and what is proven when nothing is wrong, 1 and the faults when not."""

    help = "核对审计记录：逐条重算校验值，并与已签名的每日末尾和导出的文件比对"

    def add_arguments(self, parser: CommandParser) -> None:
        """Where the exported heads are, when not where the settings say."""
        parser.add_argument("--heads", default="", help="已导出的签名文件所在目录，缺省为系统设置的目录")

    def handle(self, *args: Any, **options: Any) -> None:
        """Heads first: entries are only held against a head that is itself sound."""
        folder = Path(options["heads"] or settings.AUDIT_HEADS_DIR)
        found = list(heads.faults(folder))
        last = next((h for h in AuditHead.objects.order_by("-day") if heads.holds(h)), None)
        told = (fault.sentence for fault in audit.verify(head=last))
        found += islice(told, _MOST)
        more = sum(1 for _ in told)
        if not found:
            self.stdout.write(_told(last, _entries()))
            return
        for sentence in found:
            self.stderr.write(f"{sentence}。")
        if more:
            self.stderr.write(f"另有 {more} 处。")
        self.stderr.write("审计记录已被改动，请保留现场，并与异地保存的签名文件核对。")
        raise SystemExit(1)


def _told(head: AuditHead | None, entries: int) -> str:
    """How far the proof reaches: what was written after the last signature is linked, and no more is known of it."""
    signed = sum(seq for _, seq, _ in head.heads) if head else 0
    later = entries - signed
    linked = "只核对了前后校验值相接，能整段改写数据库的人仍可改动；请运行 manage.py sign_heads 签名后再核对"
    if head is None:
        return f"审计记录 {entries} 条，都还没有签名：{linked}。"
    if later:
        return f"审计记录 {entries} 条：{signed} 条已签名，与 {head.day} 的签名一致；{later} 条还没有签名，{linked}。"
    return f"审计记录完整：{entries} 条，全部已签名，与 {head.day} 的签名一致。"


def _entries() -> int:
    return sum(seq for seq, _ in audit.current_heads().values())
