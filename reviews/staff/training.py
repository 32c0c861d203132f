"""Certificates of registrars that run out soon (R8.1): their holders are told in time."""

from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from ledger import outbox
from ledger.models import OutboxMessage
from orgs.people.models import Account, Post, PostRole
from orgs.people.seats import in_force
from orgs.staff.training_models import last_day
from reviews.notices.sending import Letter, tell
from web import clock
from web.words import zh

# Days before a certificate runs out on which its holder is told; the first that has come is told once.
DAYS = (30, 7, 0)


def remind(now: datetime) -> int:
    """Write the reminders of certificates that run out soon; whatever day the round comes, each is told once."""
    day = clock.local_date(now)
    rows = Account.objects.filter(is_active=True, person__posts__in=_registrars(day)).distinct()
    rows = rows.annotate(until=last_day(day))
    rows = rows.filter(until__gte=day, until__lte=day + timedelta(days=DAYS[0]))
    said = {}
    for account, until in rows.values_list("pk", "until"):
        left = next(days for days in reversed(DAYS) if (until - day).days <= days)
        said[f"certificate:{until}:{left}:{account}"] = {"account": account, "until": until.isoformat()}
    outbox.post_all("certificate", said)
    return len(said)


def _registrars(day: date) -> QuerySet[Post]:
    return Post.objects.filter(in_force(day), role=PostRole.REGISTRAR)


@outbox.handler("certificate")
def tell_holders(messages: list[OutboxMessage], now: datetime) -> None:
    """One notice each."""
    tell(
        (
            Letter(
                message.payload["account"],
                None,
                zh(
                    "你的培训合格证有效期至{day}，过期后可以查看、不能办理；请及时参加培训并由上级备案（正文 二.1）。",
                    day=clock.spoken(date.fromisoformat(message.payload["until"])),
                ),
                message.dedup,
                "/directory/own/",
            )
            for message in messages
        ),
        now,
    )
