"""What a school is told when a batch has ended: how many numbers came, how many pupils wait, and where the receipt is."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from ledger import outbox
from ledger.models import OutboxMessage
from orgs.people.seats import clerks_of
from reviews.notices.sending import Letter, tell
from students.numbers.models import IssuingBatch, IssuingLine
from web import clock


@outbox.handler("numbers")
def tell_schools(messages: list[OutboxMessage], now: datetime) -> None:
    """One notice for each registrar and head of the school; figures only, no child's name or number."""
    day = clock.local_date(now)
    schools = {message.payload["school"] for message in messages}
    batches = IssuingBatch.objects.in_bulk({message.payload["batch"] for message in messages})
    rows = IssuingLine.objects.filter(batch__in=batches, school__in=schools).values("batch", "school")
    counted = rows.annotate(given=Count("issued"), held=Count("pk", filter=~Q(reason="")))
    figures: dict[tuple, Any] = {(row["batch"], row["school"]): row for row in counted}
    clerks = clerks_of(schools, day)
    tell(
        (
            Letter(
                account,
                None,
                _text(batch, figures[batch.pk, message.payload["school"]]),
                message.dedup,
                f"/numbers/{batch.number}/",
            )
            for message in messages
            for batch in [batches[message.payload["batch"]]]
            for account in clerks[message.payload["school"]]
        ),
        now,
    )


def _text(batch: IssuingBatch, row: dict) -> str:
    waiting = f"，{row['held']} 人暂缓，原因见回执" if row["held"] else ""
    return (
        f"批次 {batch.number} 已下发：本校 {row['given']} 人得到正式学籍号{waiting}。"
        "持临时学籍号的学生办理各项业务与其他学生相同（附件1 一.4）。"
    )
