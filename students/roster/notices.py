"""Who asked for a long roster is told when it is ready."""

from datetime import datetime

from ledger import outbox
from ledger.models import OutboxMessage
from reviews.notices.sending import Letter, tell
from students.roster.models import RosterExport


@outbox.handler("export")
def tell_asker(messages: list[OutboxMessage], now: datetime) -> None:
    """One notice; figures only."""
    exports = RosterExport.objects.select_related("unit").in_bulk({m.payload["export"] for m in messages})
    tell(
        (
            Letter(
                export.asked_by_id,
                None,
                f"名册 {export.number}（{export.unit.name}，{export.total} 人）已生成，24 小时内可以下载。",
                message.dedup,
                f"/exports/{export.number}/",
            )
            for message in messages
            for export in [exports[message.payload["export"]]]
        ),
        now,
    )
