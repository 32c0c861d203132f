"""A unit with fewer than two people: the unit above names one of its own to sign there, for a period, on record (R0.5)."""

from datetime import date, datetime, timedelta
from typing import cast

from django.db import transaction
from django.db.models import Q, QuerySet

from ledger import audit
from orgs.people.models import Account, Post, PostRole, Unit
from orgs.people.seats import holders_of, in_force, seat_at
from orgs.staff.models import Arrangement
from orgs.staff.staffing import (
    CHAIN,
    LONGEST_LOAN,
    check_period,
    given_by,
    holds_the_other,
    short_handed,
    sitting_at,
)
from web import clock
from web.refusals import refuse
from web.text import says
from web.words import zh


def of_unit(unit: Unit, day: date) -> QuerySet[Arrangement]:
    """Arrangements made by the unit or for it that are not over."""
    rows = Arrangement.objects.filter(Q(above=unit) | Q(post__unit=unit), post__valid_until__gt=day)
    return rows.select_related("post__account__person", "post__unit", "by__person").order_by(
        "post__valid_from", "pk"
    )


def people(above: Unit, day: date) -> QuerySet[Account]:
    """Whom the unit above may name: those who sit at it."""
    return sitting_at([above.pk], day)


def arrange(
    unit: Unit, to: Account, by: Account, now: datetime, *, since: date, until: date, reason: str
) -> Arrangement:
    """``to`` signs at ``unit`` from ``since`` to ``until``, its last day. Raises Refused."""
    day, above = clock.local_date(now), unit.authority
    if above is None or seat_at(by, above.pk, PostRole.HEAD, day) is None:
        refuse("no_seat", zh("代核由上级单位的负责人安排，你没有这个岗位（附件1 三.1）。"))
    if not short_handed(above, day).filter(pk=unit.pk).exists():
        refuse("enough_people", zh("这个单位的审核人员已有两人，不需要由上级代核。"))
    if Post.objects.filter(in_force(day), unit=unit, role=PostRole.HEAD, account__is_active=True).exists():
        refuse(
            "no_registrar", zh("这个单位已有负责人、缺少学籍管理员：请先任命学籍管理员，办理不能由上级代替。")
        )
    check_period(since, until, day)
    if not says(reason):
        refuse("reason_missing", zh("请写明代核的事由，如学校只有一名学籍管理员。"))
    if not people(above, day).filter(pk=to.pk).exists():
        refuse("no_colleague", zh("只能由上级单位的人员代核，请重新选择。"))
    if not _two_left(above, to, day):
        refuse(
            "too_few_left",
            zh(
                "{above}只有两人办理、核办，{to}代核后不能再在本局办理这所学校的业务，本局就不足两人：请先把{above}的一个岗位委托给上级单位的同事（最长 {days} 天），再安排代核（附件1 三.1）。",
                above=above.name,
                to=to.display_name,
                days=LONGEST_LOAN,
            ),
        )
    post = Post(
        account=to, unit=unit, role=PostRole.HEAD, valid_from=since, valid_until=until + timedelta(days=1)
    )
    if holds_the_other(post, to, day):
        refuse(
            "other_post", zh("所选人员在这个单位办理业务，不能又代为核办：办理与核办须为两人（附件1 三.1）。")
        )
    with given_by(by):
        post.save(force_insert=True)
        made = Arrangement.objects.create(post=post, above=above, by=by, reason=reason.strip()[:100])
        body = {"post": post.pk, "to": to.pk, "from": since.isoformat(), "until": until.isoformat()}
        audit.record(CHAIN, audit.actor_of(by), "signing.arranged", body, subject=f"unit:{unit.code}")
    return made


def _two_left(above: Unit, to: Account, day: date) -> bool:
    """Whether without ``to`` two people can still handle and sign at the unit above, by own posts or by loans: who signs
    for the unit below acts for one unit of its cases only (R0.5)."""
    seated = [(role, account) for _, role, account in holders_of({above.pk}, day)]
    people = dict(Account.objects.filter(pk__in={pk for _, pk in seated}).values_list("pk", "person_id"))
    if to.person_id not in {people[pk] for role, pk in seated if role in (PostRole.REGISTRAR, PostRole.HEAD)}:
        return True
    clerks, heads = (
        {people[pk] for role, pk in seated if role == wanted} - {to.person_id}
        for wanted in (PostRole.REGISTRAR, PostRole.HEAD)
    )
    return bool(clerks and heads) and len(clerks | heads) > 1


def end(found: Arrangement, by: Account, now: datetime) -> None:
    """Over from today on; what was signed stays. Raises Refused."""
    day = clock.local_date(now)
    if seat_at(by, found.above_id, PostRole.HEAD, day) is None:
        refuse("no_seat", zh("代核由安排它的上级单位的负责人结束。"))
    # A post that is arranged has an end from the beginning (arrange).
    if cast(date, found.post.valid_until) <= day:
        refuse("ended", zh("这项代核已经结束。"))
    with transaction.atomic():
        post = Post.objects.select_for_update().get(pk=found.post_id)
        post.valid_until = max(day, post.valid_from + timedelta(days=1))
        post.save(update_fields=["valid_until"])
        body = {"post": post.pk, "until": post.valid_until.isoformat()}
        audit.record(CHAIN, audit.actor_of(by), "signing.ended", body, subject=f"unit:{post.unit.code}")
