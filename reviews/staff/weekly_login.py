"""Weeks that count for the weekly sign-in, and the warning before one is missed (R8.3)."""

from datetime import date, datetime, timedelta

from ledger import outbox
from ledger.models import OutboxMessage
from orgs.people.models import Unit, UnitLevel
from orgs.staff import presence
from reviews.notices.sending import Letter, tell
from reviews.rulebook import calendar
from reviews.rulebook.calendar import Calendar
from web import clock
from web.words import zh

# A week of which vacation or holidays leave fewer working days than this is not asked for. Our reading: the notice
# pauses the monitoring for no week, but nobody is to be named for the first days after a vacation (R3.7b).
FEWEST_DAYS = 3


def weeks(first: date, last: date, counted: Calendar) -> list[date]:
    """Mondays of the weeks that end within the period and count; ``counted`` leaves the province's vacations out."""
    monday = presence.monday(first)
    if monday + timedelta(days=6) < first:
        monday += timedelta(days=7)
    found = []
    while monday + timedelta(days=6) <= last:
        days = sum(counted.is_working(monday + timedelta(days=at)) for at in range(7))
        if days >= FEWEST_DAYS:
            found.append(monday)
        monday += timedelta(days=7)
    return found


def warn(now: datetime) -> int:
    """From the fourth day of a week on: tell each account that has not signed in, once; returns how many."""
    day = clock.local_date(now)
    week = presence.monday(day)
    if day.weekday() < 3:
        return 0
    said = {}
    for province in Unit.objects.filter(level=UnitLevel.PROVINCE).order_by("code"):
        counted = calendar.current().for_province(province.pk)
        if weeks(week, week + timedelta(days=6), counted):
            for row in presence.missed([week], province):
                said[f"sign-in:{week}:{row.account_id}"] = {
                    "account": row.account_id,
                    "week": week.isoformat(),
                }
    outbox.post_all("weekly_login", said)
    return len(said)


@outbox.handler("weekly_login")
def tell_accounts(messages: list[OutboxMessage], now: datetime) -> None:
    """One notice each; it is read at the next sign-in, or comes as mail."""
    tell(
        (
            Letter(
                message.payload["account"],
                None,
                zh(
                    "本周（{day}起）还没有登录：学籍管理员和核办人员每周至少登录一次，未登录的列入月度通报（正文 二）。",
                    day=clock.spoken(date.fromisoformat(message.payload["week"])),
                ),
                message.dedup,
                "/worklist/",
            )
            for message in messages
        ),
        now,
    )
