"""补建学籍, what the province does each month (R2.2): its registrar closes the list, its head sends it, the check answers.

Two people, as on every paper (R0.5). Nothing is sent by the clock: a list that nobody closes or sends is reminded of, is
then overdue and told to the province, the authorities and the schools, and can still be closed and sent; the children
attend meanwhile as before (R0.1). Who came in after the closing stands on the next month's list.
"""

from datetime import date, datetime
from typing import cast

from django.db import transaction

from ledger import audit
from orgs.people.models import PostRole, Unit
from reviews.engine import seating
from reviews.engine.grounds import held as held_by_wall
from reviews.engine.opinions import checked_opinion
from reviews.vocabulary.public_numbers import public_number
from reviews.vocabulary.states import Outcome, Verb
from students.admission.late import actions as lists
from students.admission.late import calendar
from students.admission.late.models import Late, LateChild, MonthlyCheck, MonthState
from students.numbers.issuing import province_of
from web import clock
from web.refusals import Refusal, Refused
from web.words import zh

CLAUSE = lists.CLAUSE


def waiting(province: Unit):
    """Children of the province who are agreed to and stand on no month's list yet."""
    return LateChild.objects.filter(school__province=province, state=Late.COLLECTED, month=None)


def to_close(province: Unit, now: datetime):
    """Of these, those whom a list closed now would take."""
    until = calendar.closing(calendar.month_to_close(now, province))
    return waiting(province).filter(collected_at__lte=now, collected_at__lt=until)


def close_refusal(account, now: datetime) -> Refusal | None:
    """Why the account cannot close a list now."""
    day = clock.local_date(now)
    province = province_of(account, PostRole.REGISTRAR, day)
    if province is None:
        told = Refusal("no_seat", zh("月末名单由自治区（省）的学籍管理员收表，你没有这个岗位。"), CLAUSE)
        return seating.no_seat(account, day, told)
    return _nothing_to_close(province, now)


def _nothing_to_close(province: Unit, now: datetime) -> Refusal | None:
    live = MonthlyCheck.objects.filter(province=province, state=MonthState.CLOSED).first()
    if live is not None:
        told = zh("名单 {number} 已收表，等待负责人核办上报；需要增减的，请先退回重收。", number=live.number)
        return Refusal("month_live", told, CLAUSE)
    month = calendar.month_to_close(now, province)
    done = MonthlyCheck.objects.filter(province=province, month=month).exclude(state=MonthState.DROPPED)
    if done.exists():
        told = zh(
            "{year}年{month}月的名单已经上报，之后列入的学生列入下月名单，月底再收表。",
            year=month.year,
            month=month.month,
        )
        return Refusal("month_done", told, CLAUSE)
    if not to_close(province, now).exists():
        told = zh("现在没有可以收入月末名单的学生；每月底收表，之前列入的学生先在这里等候。")
        return Refusal("nobody", told, CLAUSE)
    return None


def close(account, now: datetime) -> MonthlyCheck:
    """The province's registrar closes the list of the month. Raises Refused."""
    if refused := close_refusal(account, now):
        raise Refused(refused)
    # Who may close is its registrar, as has just been asked.
    province = cast("Unit", province_of(account, PostRole.REGISTRAR, clock.local_date(now)))
    with transaction.atomic():
        # Of two who close at once the second waits here and then reads of the first's list.
        Unit.objects.select_for_update(no_key=True).get(pk=province.pk)
        if refused := _nothing_to_close(province, now):
            raise Refused(refused)
        month = calendar.month_to_close(now, province)
        found = MonthlyCheck.objects.create(
            number=public_number("BJ", month.year),
            province=province,
            month=month,
            closed_by=account,
            closed_at=now,
        )
        found.total = to_close(province, now).update(month=found)
        found.save(update_fields=["total"])
        _note(found, account, "closed")
    return found


def send_refusal(found: MonthlyCheck, account, day: date) -> Refusal | None:
    """Why the account cannot send this list now: another person than the one who closed it (R0.5)."""
    province = province_of(account, PostRole.HEAD, day)
    if province is None or province.pk != found.province_id:
        return Refusal("no_seat", zh("月末名单由自治区（省）的负责人核办上报，你没有这个岗位。"), CLAUSE)
    told = zh("收表和上报须由两个人办理，请另一位负责人核办上报。")
    return seating.two_persons(found.closed_by, account, told) or _not_closed(found)


def drop_refusal(found: MonthlyCheck, account, day: date) -> Refusal | None:
    """Why the account cannot give the list back now."""
    seats = (province_of(account, role, day) for role in (PostRole.REGISTRAR, PostRole.HEAD))
    if not any(unit and unit.pk == found.province_id for unit in seats):
        told = zh("月末名单由自治区（省）的学籍管理员或负责人退回重收，你没有这个岗位。")
        return seating.no_seat(account, day, Refusal("no_seat", told, CLAUSE), found.province_id)
    return _not_closed(found)


def _not_closed(found: MonthlyCheck) -> Refusal | None:
    if found.state == MonthState.CLOSED:
        return None
    told = zh("名单{state}，现在不能上报或退回重收。", state=found.get_state_display())
    return Refusal("month_state", told, CLAUSE)


def send(found: MonthlyCheck, account, now: datetime, opinion: str) -> MonthlyCheck:
    """The province's head sends the list; the check answers within minutes. Raises Refused."""
    with transaction.atomic():
        held = _locked(found)
        if refused := send_refusal(held, account, clock.local_date(now)):
            raise Refused(refused)
        opinion = checked_opinion(opinion, Verb.SIGN, Outcome.AGREE)
        held_by_wall(opinion, None, act=zh("上报"))
        held.state, held.sent_by, held.sent_at, held.opinion = MonthState.SENT, account, now, opinion
        held.save(update_fields=["state", "sent_by", "sent_at", "opinion"])
        _note(held, account, "sent")
    return held


def drop(found: MonthlyCheck, account, now: datetime) -> MonthlyCheck:
    """Give the list back before it is sent: its children wait again, and another may be closed. Raises Refused."""
    with transaction.atomic():
        held = _locked(found)
        if refused := drop_refusal(held, account, clock.local_date(now)):
            raise Refused(refused)
        LateChild.objects.filter(month=held, state=Late.COLLECTED).update(month=None)
        held.state = MonthState.DROPPED
        held.save(update_fields=["state"])
        _note(held, account, "dropped")
    return held


def _locked(found: MonthlyCheck) -> MonthlyCheck:
    rows = MonthlyCheck.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("closed_by__person").get(pk=found.pk)


def _note(found: MonthlyCheck, account, what: str) -> None:
    body = {"list": found.number, "total": found.total}
    audit.record(
        lists.CHAIN, audit.actor_of(account), f"late.month_{what}", body, subject=f"late:{found.number}"
    )
