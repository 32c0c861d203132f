"""A registrar or head leaves: the post goes to a colleague, and before that what stands open with it is shown (R0.5)."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import QuerySet

from ledger import audit, outbox
from ledger.outbox import OutboxMessage
from orgs.people.models import Account, Delegation, Post, PostRole, Unit
from orgs.people.seats import begun, in_force, not_over
from orgs.staff import staffing
from reviews.engine import open_papers
from reviews.engine.models import Case, Step
from reviews.engine.open_papers import Waiting
from reviews.notices.sending import Letter, tell
from reviews.vocabulary.states import Awaiting
from web import clock
from web.clock import spoken
from web.refusals import refuse
from web.text import says
from web.words import zh

# So many days ahead at most a hand-over is fixed.
AHEAD = 60
_SHOWN = 50


class Plan(NamedTuple):
    """What a hand-over would do; nothing is written yet."""

    begins: date
    # The unit's open cases that wait for this post, the drafts beside it, and those of them that are late.
    waiting: list[Case]
    many: int
    late: int
    drafts: int
    # Papers of other kinds that wait for it.
    papers: list[Waiting]
    # Of them: what the colleague has handled and so may not sign.
    barred: list[Case]
    new_post: bool
    loans: int
    # Deciding people at the unit afterwards.
    people: int


def colleagues(post: Post, day: date) -> QuerySet[Account]:
    """To whom a post may go: those who sit at the unit, and do not hold the other deciding post there."""
    posts = Post.objects.filter(not_over(day), unit=post.unit_id)
    sitting = posts.filter(in_force(day)).values("account")
    other = PostRole.HEAD if post.role == PostRole.REGISTRAR else PostRole.REGISTRAR
    rows = Account.objects.filter(pk__in=sitting, is_active=True).exclude(pk=post.account_id)
    return (
        rows.exclude(person__in=posts.filter(role=other).values("person"))
        .select_related("person")
        .order_by("pk")
    )


def plan(post: Post, to: Account, by: Account, now: datetime, *, last: date) -> Plan:
    """What handing the post over after ``last`` would mean. Raises Refused."""
    day = clock.local_date(now)
    _check(post, to, by, day, last)
    awaiting = Awaiting.HANDLE if post.role == PostRole.REGISTRAR else Awaiting.SIGN
    open_ = Case.objects.filter(holder=post.unit_id, closed_at=None)
    waiting = open_.filter(submitted_at__isnull=False, awaiting=awaiting).order_by("due_on", "pk")
    # R0.5: who handled a step does not sign it.
    handled = Step.objects.filter(unit=post.unit_id, closed_at=None, handler_person=to.person_id)
    barred = waiting.filter(pk__in=handled.values("case")) if post.role == PostRole.HEAD else waiting.none()
    begins = last + timedelta(days=1)
    return Plan(
        begins=begins,
        waiting=list(waiting[:_SHOWN]),
        many=waiting.count(),
        late=waiting.filter(due_on__lt=day).count(),
        drafts=open_.filter(submitted_at=None).count() if post.role == PostRole.REGISTRAR else 0,
        papers=open_papers.waiting(post.unit, post.role, day),
        barred=list(barred[:_SHOWN]),
        new_post=not _same_role(post, to, begins).exists(),
        loans=post.delegations.filter(valid_until__gt=begins).count(),
        people=_people_after(post, to, begins),
    )


def _check(post: Post, to: Account, by: Account, day: date, last: date) -> None:
    if not staffing.may_hand_over(post, staffing.places(by, day)):
        refuse(
            "no_seat",
            zh("学籍管理员的岗位由本单位负责人交接，负责人的岗位由上级单位负责人交接（附件1 三.1）。"),
        )
    if not Post.objects.filter(begun(day), pk=post.pk).exists():
        refuse("ended", zh("这个岗位已经结束，不需要交接。"))
    if post.valid_until is not None and last >= post.valid_until:
        refuse(
            "period",
            zh(
                "这个岗位任职到{day}为止，交接的最后一天不能更晚。",
                day=spoken(post.valid_until - timedelta(days=1)),
            ),
        )
    _check_successor(post, to, last)
    if last < day or last > day + timedelta(days=AHEAD):
        refuse("period", zh("最后一天从今天起、不超过 {days} 天，请核对日期。", days=AHEAD))
    if not colleagues(post, day).filter(pk=to.pk).exists():
        refuse(
            "no_colleague",
            zh("只能交接给本单位的同事，且不在本单位担任另一审核岗位：办理与核办须为两人（附件1 三.1）。"),
        )


def _check_successor(post: Post, to: Account, last: date) -> None:
    """A post goes to one successor: not while another follows the day it ends, nor again where nothing would change."""
    if post.valid_until is None:
        return
    next_ = Post.objects.filter(
        not_over(post.valid_until), unit=post.unit_id, role=post.role, valid_from=post.valid_until
    ).exclude(account=post.account_id)
    if (other := next_.select_related("account__person").first()) is not None:
        refuse(
            "handed_over",
            zh(
                "这个岗位已经交接给{name}，自{day}起接任，不需要再交接。",
                name=other.account.display_name,
                day=spoken(other.valid_from),
            ),
        )
    begins = last + timedelta(days=1)
    if begins == post.valid_until and _same_role(post, to, begins).exists():
        refuse(
            "handed_over",
            zh(
                "这个岗位任职到{day}为止，{name}已任同一岗位，不需要再交接。",
                day=spoken(last),
                name=to.display_name,
            ),
        )


def _same_role(post: Post, to: Account, begins: date) -> QuerySet[Post]:
    return Post.objects.filter(not_over(begins), account=to, unit=post.unit_id, role=post.role)


def _people_after(post: Post, to: Account, begins: date) -> int:
    roles = [PostRole.REGISTRAR, PostRole.HEAD]
    rows = Post.objects.filter(in_force(begins), unit=post.unit_id, role__in=roles, account__is_active=True)
    return len({*rows.exclude(pk=post.pk).values_list("person", flat=True), to.person_id})


def hand_over(post: Post, to: Account, by: Account, now: datetime, *, last: date, reason: str) -> Plan:
    """The post ends with ``last`` and is the colleague's from the day after; loans of it end with it; all of it on
    record. Raises Refused."""
    if not says(reason):
        refuse("reason_missing", zh("请写明交接事由，如调离、退休。"))
    with staffing.given_by(by):
        # Hand-overs of one unit come one after another, so that nobody is given one post twice, nor two people one.
        Unit.objects.select_for_update(no_key=True).get(pk=post.unit_id)
        held = Post.objects.select_for_update(of=("self",)).select_related("unit", "account").get(pk=post.pk)
        found = plan(held, to, by, now, last=last)
        held.valid_until = found.begins
        held.save(update_fields=["valid_until"])
        Delegation.objects.filter(post=held, valid_from__gte=found.begins).delete()
        held.delegations.filter(valid_until__gt=found.begins).update(valid_until=found.begins)
        if found.new_post:
            Post.objects.create(account=to, unit=held.unit, role=held.role, valid_from=found.begins)
        body = {"post": held.pk, "to": to.pk, "last": last.isoformat(), "reason": reason.strip()[:100]}
        body |= {"open": found.many, "cases": [case.pk for case in found.waiting]}
        audit.record(staffing.CHAIN, audit.actor_of(by), "post.handed_over", body, subject=f"post:{held.pk}")
        said = {"account": to.pk, "unit": held.unit.name, "role": held.role, "many": found.many}
        said["papers"] = sum(one.count for one in found.papers)
        said |= {"begins": found.begins.isoformat()}
        outbox.post_all("handover", {f"handover:{held.pk}:{to.pk}": said})
    return found


@outbox.handler("handover")
def tell_successor(messages: list[OutboxMessage], now: datetime) -> None:
    """One notice to who goes on."""
    tell(
        (
            Letter(
                message.payload["account"],
                None,
                zh(
                    "自{day}起由你接任{unit}的{role}，现有待办 {many} 件、其他单据 {papers} 件，请登录办理。",
                    day=spoken(date.fromisoformat(message.payload["begins"])),
                    unit=message.payload["unit"],
                    role=PostRole(message.payload["role"]).label,
                    many=message.payload["many"],
                    papers=message.payload["papers"],
                ),
                message.dedup,
                "/worklist/",
            )
            for message in messages
        ),
        now,
    )
