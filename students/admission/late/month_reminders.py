"""What is told while a month's list is not sent (R2.2 每月底): the province before it is due, on the day and after; once it is
overdue, the authorities and schools whose children wait. The clock reminds and sends nothing."""

from datetime import date, datetime

from django.db.models import Count, Q

from ledger import outbox
from ledger.models import OutboxMessage
from orgs.people.models import Unit
from orgs.people.seats import clerks_of
from reviews.notices.sending import Letter, tell
from students.admission.late import calendar, monthly
from students.admission.late.models import Late, LateChild, MonthlyCheck, MonthState
from web import clock

# Days after the last day of the month; what is negative comes before it.
DAYS = (-3, 0, 1, 5, 10, 20)
# From this many days on the schools and their authorities are told too, once.
_TO_ALL = 1


def remind(now: datetime) -> int:
    """Write the latest reminder that has come to whoever it concerns; returns how many are written.

    Asked twice a day: whatever day the round comes, it leaves what a daily one would have left.
    """
    provinces = Unit.objects.filter(pk__in=_open().values("school__province")).order_by("code")
    return sum(_remind(province, now) for province in provinces)


def _open():
    """Children who wait for a list, or on one that is not sent."""
    return LateChild.objects.filter(state=Late.COLLECTED).filter(
        Q(month=None) | Q(month__state=MonthState.CLOSED)
    )


def _remind(province: Unit, now: datetime) -> int:
    day, said = clock.local_date(now), {}
    closed = MonthlyCheck.objects.filter(province=province, state=MonthState.CLOSED).first()
    month = closed.month if closed else _month_of_first(province, day)
    late = (day - clock.local_date(calendar.closing(month))).days
    come = [days for days in DAYS if days <= late]
    if not come:
        return 0
    days = come[-1]
    common = {"month": month.isoformat(), "days": late, "list": closed.number if closed else ""}
    known = f"late month:{month.isoformat()}:{days}:{'closed' if closed else 'open'}"
    rows = _open().filter(school__province=province, collected_at__lt=calendar.closing(month))
    counts = dict(rows.order_by().values_list("school").annotate(Count("pk")))
    said[f"{known}:{province.pk}"] = common | {"unit": province.pk, "count": sum(counts.values())}
    if days >= _TO_ALL:
        offices = dict(Unit.objects.filter(pk__in=counts).values_list("pk", "authority"))
        told = dict(counts)
        for school, count in counts.items():
            told[offices[school]] = told.get(offices[school], 0) + count
        told.pop(province.pk, None)
        for unit, count in told.items():
            key = f"late month:{month.isoformat()}:waits:{unit}"
            said[key] = common | {"unit": unit, "count": count, "waits": True}
    outbox.post_all("late month", said)
    return len(said)


def _month_of_first(province: Unit, day: date) -> date:
    """The month on whose list the child stands that has waited longest: who came after the closing of one stands on the
    next."""
    first = monthly.waiting(province).order_by("collected_at").values_list("collected_at", flat=True).first()
    month = calendar.month_of(first) if first else day.replace(day=1)
    done = MonthlyCheck.objects.filter(province=province).exclude(state=MonthState.DROPPED)
    last = done.order_by("-month").values_list("month", flat=True).first()
    return month if last is None or month > last else calendar.after(last)


@outbox.handler("late month")
def tell_units(messages: list[OutboxMessage], now: datetime) -> None:
    """Registrars and heads of the unit; figures only."""
    clerks = clerks_of({one.payload["unit"] for one in messages}, clock.local_date(now))
    tell(
        (
            Letter(account, None, _text(one.payload), one.dedup, _link(one.payload))
            for one in messages
            for account in clerks[one.payload["unit"]]
        ),
        now,
    )


def _link(said: dict) -> str:
    return f"/late/months/{said['list']}/" if said["list"] else "/late/collected/"


def _text(said: dict) -> str:
    month, count = date.fromisoformat(said["month"]), said["count"]
    which = f"{month.year}年{month.month}月补建学籍名单"
    last = clock.spoken(clock.local_date(calendar.closing(month)))
    if said.get("waits"):
        return (
            f"{which}应于{last}前由自治区（省）收表上报，现已逾期，还没有上报；本单位有 {count} 名学生在等候查重，"
            "学生照常就读，不受影响（附件1 二）。"
        )
    act = "已收表，请负责人核办上报" if said["list"] else "请学籍管理员收表，由负责人核办上报"
    overdue = f"，已逾期 {said['days']} 天" if said["days"] > 0 else ""
    return f"{which}有 {count} 人，应于{last}20时前上报查重{overdue}：{act}（附件1 二）。"
