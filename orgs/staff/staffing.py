"""Who has access at a unit, and what its head and the level above do about it (R8.3): confirm once a quarter, seal what is
not used, open it again, lend a post while somebody is away, see where two people are lacking."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Count, Max, Q, QuerySet
from django.urls import reverse

from ledger import audit
from ledger.administration import sentence_of
from orgs.confirmations.confirming import asked_by
from orgs.people.models import Account, Delegation, Post, PostRole, Unit, UnitLevel
from orgs.people.scope import paths
from orgs.people.seats import acting_seats, begun, in_force, not_over, seat_at
from orgs.people.successors import not_closed
from orgs.staff.models import AccessReview
from orgs.staff.training_models import last_day
from web import clock
from web.refusals import Refusal, Refused, refuse
from web.text import says
from web.words import zh

if TYPE_CHECKING:
    from orgs.staff.training_models import PostInUse

CLAUSE = zh("正文 二.2")
CHAIN = "orgs"
# An account that nobody has used for so many days is sealed.
UNUSED_DAYS = 90
LONGEST_LOAN = 180
_DECIDE = (PostRole.REGISTRAR, PostRole.HEAD)


@contextmanager
def given_by(by: Account) -> Iterator[None]:
    """A transaction in which ``by`` gives a post or loan; what only the database knows to be wrong is told as well: who
    administers the program decides nothing. Raises Refused."""
    try:
        with asked_by(by):
            yield
    except IntegrityError as error:
        raise Refused(Refusal("wall", sentence_of(error))) from error


def quarter(day: date) -> date:
    """The first day of the quarter."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def posts_of(unit: Unit, day: date) -> "QuerySet[PostInUse]":
    """Who has access at the unit or waits for it, with the last week of use and the certificate."""
    rows = Post.objects.filter(begun(day), unit=unit).select_related("account__person", "unit")
    return rows.annotate(last_week=Max("account__presences__week"), trained_until=last_day(day)).order_by(
        "role", "pk"
    )


# ---------------------------------------------------------------- quarterly confirmation


def confirm(unit: Unit, by: Account, now: datetime) -> AccessReview:
    """The head confirms who has access. Raises Refused."""
    day = clock.local_date(now)
    if seat_at(by, unit.pk, PostRole.HEAD, day) is None:
        refuse("no_seat", zh("本单位的权限由负责人每季度确认，你没有这个岗位（正文 二.2）。"))
    ids = sorted(posts_of(unit, day).values_list("account", flat=True))
    with transaction.atomic():
        made, fresh = AccessReview.objects.get_or_create(
            unit=unit, quarter=quarter(day), defaults={"accounts": ids, "by": by}
        )
        if not fresh:
            refuse("confirmed_already", zh("本季度已经确认过。"))
        body = {"unit": unit.pk, "quarter": made.quarter.isoformat(), "accounts": ids}
        audit.record(CHAIN, audit.actor_of(by), "access.confirmed", body, subject=f"unit:{unit.code}")
    return made


def unconfirmed(above: Unit, day: date) -> QuerySet[Unit]:
    """Units under ``above`` that have not confirmed in the quarter."""
    done = AccessReview.objects.filter(quarter=quarter(day)).values("unit")
    return _under(above, day).exclude(pk__in=done)


def short_handed(above: Unit, day: date) -> QuerySet[Unit]:
    """Units under ``above`` where fewer than two people decide: nobody there can sign what the other handled (R0.5)."""
    sits = in_force(day) & Q(role__in=_DECIDE, account__is_active=True)
    held = Post.objects.filter(sits).values("unit").annotate(people=Count("person", distinct=True))
    return _under(above, day).exclude(pk__in=held.filter(people__gte=2).values("unit"))


def _under(above: Unit, day: date) -> QuerySet[Unit]:
    rows = Unit.objects.filter(not_closed(day), path__startswith=above.path).exclude(pk=above.pk)
    return rows.order_by("path", "code")


# ---------------------------------------------------------------- sealed accounts


def seal_unused(now: datetime) -> int:
    """Seal accounts of schools and offices that nobody has used for long; how many. Each is on record."""
    day = clock.local_date(now)
    limit = day - timedelta(days=UNUSED_DAYS)
    posted = Post.objects.filter(begun(day), unit__level__in=[*UnitLevel.values]).values("account")
    rows = Account.objects.filter(
        is_active=True, is_superuser=False, pk__in=posted, date_joined__date__lt=limit
    )
    rows = rows.filter(Q(opened_on=None) | Q(opened_on__lt=limit))
    used = Q(presences__week__gte=limit - timedelta(days=6))
    unused = list(rows.exclude(used).order_by("pk"))
    with transaction.atomic():
        Account.objects.filter(pk__in=[one.pk for one in unused]).update(is_active=False, sealed_on=day)
        for one in unused:
            audit.record(CHAIN, "clock", "account.sealed", {"account": one.pk}, subject=f"account:{one.pk}")
    return len(unused)


def sealed_under(by: Account, day: date) -> QuerySet[Post]:
    """Posts of sealed accounts at units under one of the account's own, not at the same level."""
    condition = Q(pk__in=[])
    for path in paths(by, day):
        condition |= Q(unit__path__startswith=path) & ~Q(unit__path=path)
    rows = Post.objects.filter(condition, begun(day), account__sealed_on__isnull=False)
    return rows.select_related("account__person", "unit").order_by("unit__path", "pk")


def open_again(account_id: int, by: Account, now: datetime) -> Account:
    """The level above opens a sealed account. Raises Refused."""
    day = clock.local_date(now)
    with transaction.atomic():
        if not sealed_under(by, day).filter(account=account_id).exists():
            refuse(
                "not_sealed",
                zh("这个账号没有封存，或不由本单位启封：封存的账号由上级单位启封（正文 二.2）。"),
            )
        held = Account.objects.select_for_update().get(pk=account_id)
        held.is_active, held.sealed_on, held.opened_on = True, None, day
        held.save(update_fields=["is_active", "sealed_on", "opened_on"])
        body = {"account": held.pk}
        audit.record(CHAIN, audit.actor_of(by), "account.opened", body, subject=f"account:{held.pk}")
    return held


# ---------------------------------------------------------------- absence


def colleagues(unit: Unit, day: date) -> QuerySet[Account]:
    """To whom a post of the unit may be lent: those who sit at it or at the unit above."""
    return sitting_at([unit.pk, *([unit.authority_id] if unit.authority_id else [])], day)


def sitting_at(units: list[int], day: date) -> QuerySet[Account]:
    """Accounts that hold a post at one of the units."""
    posts = Post.objects.filter(in_force(day), unit__in=units).values("account")
    return Account.objects.filter(pk__in=posts, is_active=True).select_related("person").order_by("pk")


def lend(
    post: Post, to: Account, by: Account, now: datetime, *, since: date, until: date, reason: str
) -> Delegation:
    """Lend a post of the unit for a period; ``until`` is its last day. Raises Refused."""
    day = clock.local_date(now)
    seats = places(by, day)
    if not may_lend(post, by, seats):
        refuse("no_seat", zh("岗位由任职人本人、本单位负责人或上级单位负责人委托。"))
    check_period(since, until, day)
    if not says(reason):
        refuse("reason_missing", zh("请写明委托事由，如出差、病假。"))
    if not colleagues(post.unit, day).filter(pk=to.pk).exists() or to.pk == post.account_id:
        refuse("no_colleague", zh("只能委托给本单位或上级单位的同事。"))
    if holds_the_other(post, to, day):
        told = zh("受托人在本单位担任另一审核岗位：办理与核办须为两人，请委托给其他同事（附件1 三.1）。")
        refuse("other_post", told)
    with given_by(by):
        made = Delegation.objects.create(
            post=post,
            account=to,
            valid_from=since,
            valid_until=until + timedelta(days=1),
            reason=reason.strip()[:100],
        )
        body = {"post": post.pk, "to": to.pk, "from": since.isoformat(), "until": until.isoformat()}
        audit.record(CHAIN, audit.actor_of(by), "post.lent", body, subject=f"post:{post.pk}")
    return made


def may_lend(post: Post, by: Account, seats: set[tuple[int, str]]) -> bool:
    """The holder, the unit's head, and of a deciding post the head of the unit above, without the one who is absent."""
    own = post.account_id == by.pk and (post.unit_id, post.role) in seats
    above = post.role in _DECIDE and (post.unit.authority_id, PostRole.HEAD) in seats
    return own or above or (post.unit_id, PostRole.HEAD) in seats


def lendable_below(unit: Unit, day: date) -> QuerySet[Post]:
    """The deciding posts of the units directly under ``unit``: its head lends them, each to a colleague of ``unit``."""
    rows = Post.objects.filter(in_force(day), unit__authority=unit, role__in=_DECIDE)
    rows = rows.filter(Q(unit__closed_on=None) | Q(unit__closed_on__gt=day))
    return rows.select_related("account__person", "unit").order_by("unit__code", "role", "pk")


def may_hand_over(post: Post, seats: set[tuple[int, str]]) -> bool:
    """The unit's head hands over a registrar's post, the head of the unit above that of a head (R0.5). ``seats``: the
    (unit, role) pairs where the account sits."""
    where = post.unit_id if post.role == PostRole.REGISTRAR else post.unit.authority_id
    return post.role in _DECIDE and (where, PostRole.HEAD) in seats


def hand_over_url(post: Post, seats: set[tuple[int, str]]) -> str:
    """Where it is done by those who may, else empty."""
    return reverse("hand-over", args=[post.pk]) if may_hand_over(post, seats) else ""


def places(by: Account, day: date) -> set[tuple[int, str]]:
    """The (unit, role) pairs where the account sits."""
    return {(seat.unit.pk, seat.role) for seat in acting_seats(by, day)}


def check_period(since: date, until: date, day: date) -> None:
    """A loan begins today or later and is not for ever. Raises Refused."""
    if since < day or until < since or (until - since).days > LONGEST_LOAN:
        refuse(
            "period",
            zh(
                "委托期限从今天或以后开始，最长 {longest_loan} 天，请核对起止日期。",
                longest_loan=LONGEST_LOAN,
            ),
        )


def holds_the_other(post: Post, to: Account, day: date) -> bool:
    """R0.5: who handles at a unit does not sign there as well, not even for a colleague."""
    if post.role not in _DECIDE:
        return False
    other = PostRole.HEAD if post.role == PostRole.REGISTRAR else PostRole.REGISTRAR
    rows = Post.objects.filter(not_over(day), unit=post.unit_id, role=other)
    return rows.filter(Q(account=to) | Q(person=to.person_id)).exists()


def end_loan(loan: Delegation, by: Account, now: datetime) -> None:
    """End a loan from today on; what was done under it stays. Raises Refused."""
    day = clock.local_date(now)
    if loan.post.account_id != by.pk and not may_lend(loan.post, by, places(by, day)):
        refuse("no_seat", zh("委托由任职人本人、本单位负责人或上级单位负责人收回。"))
    if loan.valid_until <= day:
        refuse("ended", zh("这项委托已经结束。"))
    with transaction.atomic():
        if loan.valid_from > day:
            loan.delete()
        else:
            loan.valid_until = max(day, loan.valid_from + timedelta(days=1))
            loan.save(update_fields=["valid_until"])
        audit.record(
            CHAIN,
            audit.actor_of(by),
            "post.loan_ended",
            {"post": loan.post_id},
            subject=f"post:{loan.post_id}",
        )
