"""每周至少登录一次 (R8.3): who was there in which week, and at which units somebody was not."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.contrib.auth.signals import user_logged_in
from django.db import connection
from django.dispatch import receiver
from django.http import HttpRequest

from orgs.people.models import Account, Post, PostRole, Unit, UnitLevel
from orgs.staff.presence_models import Presence
from web import clock
from web.words import zh

CLAUSE = zh("正文 二.2")
# 学校级和区县级学籍管理员、核办人员.
ROLES = (PostRole.REGISTRAR, PostRole.HEAD)
LEVELS = (UnitLevel.SCHOOL, UnitLevel.COUNTY)


class Missed(NamedTuple):
    """That somebody did not sign in during a week."""

    unit_id: int
    account_id: int
    week: date


def monday(day: date) -> date:
    """The Monday of the week."""
    return day - timedelta(days=day.weekday())


@receiver(user_logged_in, dispatch_uid="orgs.presence")
def _note(sender: Any, request: HttpRequest, user: Account, **kwargs: Any) -> None:
    week = monday(clock.local_date(clock.now()))
    Presence.objects.bulk_create([Presence(account=user, week=week)], ignore_conflicts=True)


def missed(weeks: Iterable[date], province: Unit | None = None) -> list[Missed]:
    """Who, of those that sat at a school or county through a whole week, did not sign in during it; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            _MISSED,
            {
                "weeks": list(weeks),
                "roles": [str(role) for role in ROLES],
                "levels": [str(level) for level in LEVELS],
                "province": province.pk if province else None,
            },
        )
        return [Missed(*row) for row in cursor.fetchall()]


_MISSED = f"""
    SELECT DISTINCT p.unit_id, p.account_id, w.week
    FROM unnest(%(weeks)s::date[]) AS w(week)
    JOIN {Post._meta.db_table} p ON p.role = ANY(%(roles)s) AND p.valid_from <= w.week
         AND (p.valid_until IS NULL OR p.valid_until > w.week + 6)
    JOIN {Unit._meta.db_table} u ON u.id = p.unit_id AND u.level = ANY(%(levels)s)
         AND (u.closed_on IS NULL OR u.closed_on > w.week + 6)
         AND (%(province)s::bigint IS NULL OR u.province_id = %(province)s)
    JOIN {Account._meta.db_table} a ON a.id = p.account_id AND a.is_active
         AND (a.date_joined AT TIME ZONE 'Asia/Shanghai')::date <= w.week
    LEFT JOIN {Presence._meta.db_table} s ON s.account_id = p.account_id AND s.week = w.week
    WHERE s.id IS NULL ORDER BY 1, 2, 3
"""  # noqa: S608 - put together from the names of tables


def by_unit(rows: Iterable[Missed]) -> dict[int, int]:
    """How many weeks of accounts each unit missed."""
    found: dict[int, int] = defaultdict(int)
    for row in rows:
        found[row.unit_id] += 1
    return dict(found)
