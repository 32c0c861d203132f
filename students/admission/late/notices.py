"""What a school is told when the month was checked: how many records there are, how many children come by transfer."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from ledger import outbox
from ledger.models import OutboxMessage
from orgs.people.seats import clerks_of
from reviews.notices.sending import Letter, tell
from students.admission.late.models import Late, LateChild, MonthlyCheck
from web import clock


@outbox.handler("late")
def tell_schools(messages: list[OutboxMessage], now: datetime) -> None:
    """One notice for each registrar and head of the school; figures only."""
    day = clock.local_date(now)
    schools = {message.payload["school"] for message in messages}
    months = MonthlyCheck.objects.in_bulk({message.payload["month"] for message in messages})
    rows = LateChild.objects.filter(month__in=months, school__in=schools).order_by().values("month", "school")
    counted = rows.annotate(
        **{
            f"n_{state}": Count("pk", filter=Q(state=state))
            for state in (Late.CREATED, Late.REFUSED, Late.RETURNED)
        }
    )
    figures: dict[tuple, Any] = {(row["month"], row["school"]): row for row in counted}
    clerks = clerks_of(schools, day)
    tell(
        (
            Letter(
                account,
                None,
                _text(month, figures[month.pk, message.payload["school"]]),
                message.dedup,
                f"/late/months/{month.number}/",
            )
            for message in messages
            for month in [months[message.payload["month"]]]
            for account in clerks[message.payload["school"]]
        ),
        now,
    )


def _text(month: MonthlyCheck, row: dict) -> str:
    parts = [f"{row['n_created']} 人查重通过，已建立学籍并发放临时学籍号"]
    if row["n_refused"]:
        parts.append(f"{row['n_refused']} 人已有学籍，应办理转学，可从查重结果页直接发起")
    if row["n_returned"]:
        parts.append(f"{row['n_returned']} 人的年级本校已没有，未办成")
    return (
        f"{month.month.year}年{month.month.month}月补建学籍查重已完成：本校{'；'.join(parts)}（附件1 二）。"
    )
