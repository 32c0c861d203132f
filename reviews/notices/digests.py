"""Mail and SMS for who asked for them: one of each a day, with all that was told since the last (R3.7).

Notices are written one by one and read in the program; outside it they are gathered by person and day. The first notice
of a day leaves a message in the outbox that waits until the day's hour. A mail repeats the notices' own texts, which
name nobody; an SMS says how many wait.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection
from django.db.models import Exists, F, OuterRef

from ledger import outbox
from ledger.models import OutboxMessage
from orgs.people.models import Account
from orgs.people.seats import seats_of
from reviews.engine.models import Act
from reviews.notices import sms
from reviews.notices.models import Notice
from web.clock import SHANGHAI, local_date, spoken

# As many as one reads in a mail; the rest is counted.
MOST = 40


def next_hour(now: datetime) -> datetime:
    """When the digest goes out into which a notice of ``now`` falls: today at the hour of the settings, else tomorrow."""
    hour, minute = (int(part) for part in settings.NOTICE_DIGEST_AT.split(":"))
    at = datetime.combine(local_date(now), time(hour, minute), SHANGHAI)
    return at if now < at else at + timedelta(days=1)


def ways() -> list[str]:
    """The topics of the ways that are switched on."""
    return [
        topic
        for topic, on in (("digest_mail", settings.NOTICE_EMAIL), ("digest_sms", settings.SMS_URL))
        if on
    ]


def schedule(accounts: set[int], now: datetime) -> None:
    """A notice was written for these accounts: those who want to be told outside get the day's digest, one message for
    each way and day, however many notices come."""
    on = ways()
    if not on or not accounts:
        return
    at = next_hour(now)
    values: dict[str, Any] = {
        "ways": on,
        "accounts": list(accounts),
        "at": at,
        "day": local_date(at).isoformat(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_SCHEDULE, values)


_SCHEDULE = """
INSERT INTO ledger_outboxmessage (topic, payload, dedup, available_at)
SELECT way, jsonb_build_object('account', a.id, 'day', %(day)s::text), way || ':' || a.id || ':' || %(day)s, %(at)s
FROM orgs_account a CROSS JOIN unnest(%(ways)s::text[]) AS way
WHERE a.id = ANY(%(accounts)s) AND (
    way = 'digest_mail' AND a.email_notices AND a.email <> '' OR way = 'digest_sms' AND a.sms_notices)
ON CONFLICT (dedup) DO NOTHING
"""


# Of notices about papers of the floors above: which of them are dealt with, by the units that did it.
Dealt = Callable[[list[Notice], set[int]], set[int]]
_dealt: list[Dealt] = []


def dealt(found: Dealt) -> Dealt:
    """Register which notices (their keys) need nobody any more, given unread ones and the units of the account."""
    _dealt.append(found)
    return found


def waiting(account: Account, day: date) -> list[Notice]:
    """What the account has not read, without what was dealt with since, by itself or by a colleague, or has ended."""
    units = {seat.unit.pk for seat in seats_of(account, day)}
    done = Act.objects.filter(
        case=OuterRef("case"), at__gt=OuterRef("created_at"), unit__in=units, account__isnull=False
    )
    rows = Notice.objects.filter(account=account, read_at=None).exclude(Exists(done))
    notices = list(rows.exclude(case__closed_at__gt=F("created_at")).order_by("pk"))
    linked = [notice for notice in notices if notice.link]
    over = {pk for found in _dealt for pk in found(linked, units)} if linked else set()
    return [notice for notice in notices if notice.pk not in over]


@outbox.handler("digest_mail", outside=True)
def send_mail(messages: list[OutboxMessage], now: datetime) -> None:
    """One mail an account and day through Django's mail settings; raises when the mail server does not take it.

    A crash after sending may send it again: its Message-ID is the same, so that mail programs show it once.
    """
    for message in messages:
        account = _account(message)
        if account is None or not (account.email_notices and account.email):
            continue
        notices = [notice for notice in waiting(account, local_date(now)) if notice.mailed_at is None]
        if not notices:
            continue  # all read or dealt with by now
        domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
        day = date.fromisoformat(message.payload["day"])
        EmailMessage(
            subject=f"学籍管理：{spoken(day)}，{len(notices)} 条未读通知",
            body=_body(notices),
            to=[account.email],
            headers={"Message-ID": f"<digest-{account.pk}-{day.isoformat()}@{domain}>"},
        ).send()
        Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(mailed_at=now)


def _body(notices: list[Notice]) -> str:
    lines = [f"{at}. {notice.text}" for at, notice in enumerate(notices[:MOST], 1)]
    if len(notices) > MOST:
        lines.append(f"另有 {len(notices) - MOST} 条，请登录查看。")
    return "\n\n".join([*lines, "请登录学籍管理系统查看和办理。本邮件由系统发出，请勿回复。"])


@outbox.handler("digest_sms", outside=True)
def send_sms(messages: list[OutboxMessage], now: datetime) -> None:
    """One SMS an account and day; raises when the gateway does not take it. It says how many wait, nothing else."""
    for message in messages:
        account = _account(message)
        if account is None or not sms.number_of(account):
            continue
        if count := len(waiting(account, local_date(now))):
            sms.send(
                sms.number_of(account),
                f"【学籍管理】你有 {count} 条未读通知，请登录系统查看和办理。",
                message.dedup,
            )


def _account(message: OutboxMessage) -> Account | None:
    rows = Account.objects.filter(pk=message.payload["account"], is_active=True)
    return rows.select_related("person").first()
