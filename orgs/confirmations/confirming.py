"""待确认: what somebody gave to a person who decides takes effect when another person has confirmed it (R0.5).

The facts are written, and who may confirm is judged, by the database (orgs/sql/triggers.sql); here are the
sentences, the list of what waits for an account, and the button.
"""

from contextlib import AbstractContextManager
from datetime import date

from django.db import transaction
from django.db.models import BooleanField, F, Q, QuerySet
from django.db.models.expressions import RawSQL

from ledger import audit
from ledger.statements import told_to_triggers
from orgs.confirmations.models import Asked, Basis, Confirmation
from orgs.people.models import Account, Delegation, Post, PostRole, Unit
from orgs.people.seats import not_over, seats_of
from web.refusals import Refusal, Refused, refuse
from web.words import zh

CHAIN = "orgs"
_DECIDE = (PostRole.REGISTRAR, PostRole.HEAD)
_DAYS = zh("满 7 天")
REFUSALS = {
    "done": zh("这一项已经确认过，或不再需要确认。"),
    "administrator": zh("系统管理员不确认：请由该单位或其上级单位的学籍管理员、负责人确认。"),
    "own": zh("不能确认自己的任职、密码或姓名，请由另一人确认（附件1 三.1）。"),
    "asker": zh("提出的人不能自己确认，请由另一人确认（附件1 三.1）。"),
    "first_post": zh("这个单位还没有其他学籍管理员、负责人，由上级单位的负责人确认。"),
    "not_seated": zh("由该单位或其上级单位的学籍管理员、负责人确认，你没有这个岗位。"),
    "too_new": zh("你任职（或你的任职得到确认）不满 7 天，请由任职较久的人员确认。"),
    "same_administrator": zh("7 天内你的任职、姓名、密码或第二验证由同一人设置过，请由其他人员确认。"),
}


def asked_by(account: Account) -> AbstractContextManager[None]:
    """A transaction in which posts, loans, accounts, passwords and names are given by ``account``."""
    return told_to_triggers("asked_by", account.pk)


def refusal(fact: Confirmation, by: Account) -> Refusal | None:
    """Why ``by`` may not confirm it. One statement; the database decides."""
    (why,) = Confirmation.objects.filter(pk=fact.pk).values_list(_refusal_of(by), flat=True) or ("done",)
    return Refusal(why, REFUSALS[why]) if why else None


def _refusal_of(by: Account) -> RawSQL:
    return RawSQL("orgs_confirm_refusal(orgs_confirmation.id, %s)", [by.pk])


def waiting(day: date) -> QuerySet[Confirmation]:
    """Facts that keep somebody from deciding, oldest first: those of people without a deciding post keep nobody."""
    posts = Post.objects.filter(not_over(day), role__in=_DECIDE)
    loans = Delegation.objects.filter(not_over(day), post__role__in=_DECIDE)
    decides = Q(person__in=posts.values("person")) | Q(person__in=loans.values("account__person"))
    rows = Confirmation.objects.filter(decides, confirmed_at=None)
    return rows.select_related(
        "person", "account", "unit", "post__unit", "loan__post__unit", "asked_by__person"
    )


def confirmable(by: Account, day: date) -> list[Confirmation]:
    """What waits for ``by``: of the own units and of those directly below."""
    units = [seat.unit.pk for seat in seats_of(by, day) if seat.role in _DECIDE]
    near = Unit.objects.filter(Q(pk__in=units) | Q(authority__in=units)).values("pk")
    held = Post.objects.filter(not_over(day), role__in=_DECIDE, unit__in=near).values("person")
    lent = Delegation.objects.filter(not_over(day), post__unit__in=near).values("account__person")
    rows = waiting(day).filter(Q(person__in=held) | Q(person__in=lent))
    rows = rows.annotate(
        barred=RawSQL("orgs_confirm_refusal(orgs_confirmation.id, %s) IS NOT NULL", [by.pk], BooleanField())
    )
    return list(rows.filter(barred=False).order_by(F("person"), "pk"))


def confirm(facts: list[int], by: Account) -> list[Confirmation]:
    """All of ``facts`` or none take effect. Raises Refused."""
    with transaction.atomic():
        rows = list(
            Confirmation.objects.select_for_update(of=("self",))
            .filter(pk__in=facts)
            .select_related("person")
            .order_by("pk")
        )
        if not rows or len(rows) < len(set(facts)):
            refuse("done", REFUSALS["done"])
        for why in (refusal(fact, by) for fact in rows):
            if why is not None:
                raise Refused(why)
        _take_effect(rows, confirmed_by=by)
        _record(rows, audit.actor_of(by))
    return rows


def confirm_on_server(account: Account, unit: Unit) -> list[Confirmation]:
    """The first people of an installation: named by a command on the server, where nobody is there to confirm."""
    with transaction.atomic():
        due = Confirmation.objects.select_for_update().filter(person=account.person, confirmed_at=None)
        rows = list(due.filter(Q(unit=unit) | Q(unit=None)).order_by("pk"))
        _take_effect(rows, basis=Basis.SERVER)
        _record(rows, "system")
    return rows


def _take_effect(rows: list[Confirmation], **said: object) -> None:
    Confirmation.objects.filter(pk__in=[row.pk for row in rows]).update(**said)


def _record(rows: list[Confirmation], actor: str) -> None:
    for row in rows:
        body = {"fact": row.pk, "kind": row.kind, "unit": row.unit_id, "asked_by": row.asked_by_id}
        audit.record(CHAIN, actor, "access.fact_confirmed", body, subject=f"person:{row.person_id}")


def spoken(fact: Confirmation) -> str:
    """What the fact is, for a list: 任示例第一小学学籍管理员."""
    if fact.kind == Asked.POST and fact.post is not None:
        return zh("任{unit}{role}", unit=fact.post.unit.name, role=fact.post.get_role_display())
    if fact.kind == Asked.LOAN and fact.loan is not None:
        post = fact.loan.post
        return zh("代{unit}{role}", unit=post.unit.name, role=post.get_role_display())
    return fact.get_kind_display()
