"""持证上岗 (R8.1): a registrar without a certificate in force may look, not decide; a province may grant new ones a time."""

from datetime import date, datetime, timedelta

from django.db.models import Max

from ledger import clock, outbox
from ledger.models import OutboxMessage
from ledger.words import zh
from orgs.models import Account, Post, PostRole
from orgs.seats import Seat, in_force
from reviews.notices import Letter, tell
from reviews.refusals import Refusal
from reviews.rulebook import Rulebook

CLAUSE = zh("正文 二.1")
# How many days a new registrar may act without a certificate: a row of the rulebook, a province's own before the nation's.
GRACE = "training_grace_days"


def refusal(seat: Seat, day: date, book: Rulebook) -> Refusal | None:
    """Why the registrar at this seat may not decide now."""
    if seat.trained_until is not None and seat.trained_until >= day:
        return None
    grace = book.limit(GRACE, day, seat.unit.province_id)
    if seat.since is not None and day < seat.since + timedelta(days=grace):
        return None
    was = zh("培训合格证已过有效期") if seat.trained_until is not None else zh("还没有培训合格证")
    told = zh(
        "你{was}，可以查看，不能办理：学籍管理员须经培训、持证上岗；请参加培训，由上级登记备案后再办理。",
        was=was,
    )
    return Refusal("untrained", told, CLAUSE)


# Days before a certificate runs out on which its holder is told; the first that has come is told once.
DAYS = (30, 7, 0)


def remind(now: datetime) -> int:
    """Write the reminders of certificates that run out soon; whatever day the round comes, each is told once."""
    day = clock.local_date(now)
    rows = Account.objects.filter(is_active=True, person__posts__in=_registrars(day)).distinct()
    rows = rows.annotate(until=Max("person__trainings__valid_until"))
    rows = rows.filter(until__gte=day, until__lte=day + timedelta(days=DAYS[0]))
    said = {}
    for account, until in rows.values_list("pk", "until"):
        left = next(days for days in reversed(DAYS) if (until - day).days <= days)
        said[f"certificate:{until}:{left}:{account}"] = {"account": account, "until": until.isoformat()}
    outbox.post_all("certificate", said)
    return len(said)


def _registrars(day: date):
    return Post.objects.filter(in_force(day), role=PostRole.REGISTRAR)


@outbox.handler("certificate")
def tell_holders(messages: list[OutboxMessage]) -> None:
    """One notice each."""
    tell(
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
    )
