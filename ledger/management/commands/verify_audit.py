"""Prove that the audit trail was not changed since it was signed."""

from itertools import islice
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from ledger import audit, heads
from ledger.models import AuditHead

_TOLD = 50


class Command(BaseCommand):
    """``manage.py verify_audit``: exit code 0 and a sentence when all holds, 1 and the faults when not."""

    help = "核对审计记录：逐条重算校验值，并与已签名的每日末尾和导出的文件比对"

    def add_arguments(self, parser):
        """Where the exported heads are, when not where the settings say."""
        parser.add_argument("--heads", default="", help="已导出的签名文件所在目录，缺省为系统设置的目录")

    def handle(self, *args, **options):
        """Heads first: entries are only held against a head that is itself sound."""
        folder = Path(options["heads"] or settings.AUDIT_HEADS_DIR)
        found = list(heads.faults(folder))
        last = next((h for h in AuditHead.objects.order_by("-day") if heads.holds(h)), None)
        told = (fault.sentence for fault in audit.verify(head=last))
        found += islice(told, _TOLD)
        more = sum(1 for _ in told)
        if not found:
            until = f"与 {last.day} 的签名一致" if last else "还没有签名，请先运行 manage.py sign_heads"
            self.stdout.write(f"审计记录完整：{_entries()} 条，{until}。")
            return
        for sentence in found:
            self.stderr.write(f"{sentence}。")
        if more:
            self.stderr.write(f"另有 {more} 处。")
        self.stderr.write("审计记录已被改动，请保留现场，并与异地保存的签名文件核对。")
        raise SystemExit(1)


def _entries() -> int:
    return sum(seq for seq, _ in audit.current_heads().values())
