"""Right of reply, then publication by two people of the province: its registrar proposes, its head publishes or gives it
back (R3.7b, R0.5).

A reply is one person's, the head's of the unit that is named: it stands beside the figures, alters none of them and
decides nothing about a record; three days are its limit (三.7)."""

from datetime import date, datetime
from typing import cast

from django.db import transaction

from ledger import audit, outbox
from orgs.people.models import PostRole
from orgs.people.seats import Seat, seat_at
from reviews.engine import seating
from reviews.engine.grounds import held as held_by_wall
from reviews.engine.opinions import free_text
from students.bulletins import drafting, figures
from students.bulletins.drafting import CHAIN, CLAUSE
from students.bulletins.models import Bulletin, BulletinLine, BulletinState
from web.clock import local_date, spoken
from web.refusals import Refusal, Refused, refuse
from web.text import says
from web.words import beside, zh

SHORTEST, LONGEST = 5, 500
LONGEST_REASON = 200


def reply_refusal(line: BulletinLine, by, day: date) -> Refusal | None:
    """Why ``by`` cannot answer for the unit of the line."""
    if line.bulletin.state == BulletinState.PUBLISHED:
        return Refusal("published", zh("通报已经发布，不能再提交说明。"), CLAUSE)
    # Before the state: once the days are over, nothing is opened by giving the bulletin back.
    if day > line.bulletin.reply_until:
        until = spoken(line.bulletin.reply_until)
        return Refusal("reply_over", zh("提交说明的期限（{until}）已过。", until=until), CLAUSE)
    if line.bulletin.state == BulletinState.PROPOSED:
        told = zh("通报已经拟发，等候发布，不能再提交说明；确有不实的，请联系省级退回后再提交。")
        return Refusal("proposed", told, CLAUSE)
    if seat_at(by, line.unit_id, PostRole.HEAD, day) is None:
        absent = Refusal("no_seat", zh("说明由被通报单位的负责人提交。"), CLAUSE)
        return seating.left(by, day, PostRole.HEAD, line.unit_id) or absent
    return None


def reply(line: BulletinLine, by, now: datetime, text: str) -> None:
    """What the unit says, shown beside its figures; it may be said anew until the limit. Raises Refused."""
    text = free_text(text, zh("说明"), CLAUSE)
    with transaction.atomic():
        rows = BulletinLine.objects.select_for_update(of=("self",)).select_related("bulletin", "unit")
        held = rows.get(pk=line.pk)
        if refused := reply_refusal(held, by, local_date(now)):
            raise Refused(refused)
        if not says(text, SHORTEST) or len(text) > LONGEST:
            refuse(
                "reply",
                zh(
                    "请填写说明（{shortest}–{longest} 字），现在有 {count} 字。",
                    shortest=SHORTEST,
                    longest=LONGEST,
                    count=len(text),
                ),
                CLAUSE,
            )
        held_by_wall(text, held.unit, act=zh("说明"))
        held.reply, held.reply_by, held.reply_at = text, by, now
        held.save(update_fields=["reply", "reply_by", "reply_at"])
        _note(held.bulletin, by, "replied", {"unit": held.unit_id})
        if not unanswered(held.bulletin):
            # Once for these days: an answer that is said anew completes nothing.
            _tell(held.bulletin, "answered", f":{held.bulletin.reply_until}")


def tell_of_ended_replies(now: datetime) -> int:
    """Tell the registrars of provinces whose days of reply are over while nothing is proposed; returns of how many
    bulletins. Once for these days, however often it is asked; where the last answer came in time, that was told."""
    over = Bulletin.objects.filter(state=BulletinState.REPLIES, reply_until__lt=local_date(now))
    said = {
        f"bulletin:{number}:replies_over:{until}": {"bulletin": pk, "event": "replies_over"}
        for pk, number, until in over.values_list("pk", "number", "reply_until")
    }
    outbox.post_all("bulletin", said)
    return len(said)


def unanswered(bulletin: Bulletin) -> int:
    """How many of the units that are named have not answered; the province itself is not asked."""
    rows = (
        bulletin.lines.filter(reply="").exclude(unit=bulletin.province_id).values_list("figures", flat=True)
    )
    return sum(figures.is_named(told) for told in rows)


def _seat(bulletin: Bulletin, by, role: str, day: date, told: str) -> Refusal | None:
    return seating.seat_refusal(by, bulletin.province_id, role, day, Refusal("no_seat", told, CLAUSE))


def propose_refusal(bulletin: Bulletin, by, day: date) -> Refusal | None:
    """Why ``by`` cannot propose it now: the province's registrar, once the replies are in or their days are over."""
    told = zh("通报由{province_name}的学籍管理员拟发。", province_name=bulletin.province.name)
    if refused := _seat(bulletin, by, PostRole.REGISTRAR, day, told):
        return refused
    if bulletin.state == BulletinState.PUBLISHED:
        return Refusal("published", zh("通报已经发布，不能更改。"), CLAUSE)
    if bulletin.state == BulletinState.PROPOSED:
        return Refusal("proposed", zh("通报已经拟发，等候本单位负责人发布。"), CLAUSE)
    return _replies_run(bulletin, day)


def _replies_run(bulletin: Bulletin, day: date) -> Refusal | None:
    if day > bulletin.reply_until or not unanswered(bulletin):
        return None
    until = spoken(bulletin.reply_until)
    told = zh("被通报单位可以在{until}前提交说明，之后才能拟发、发布。", until=until)
    return Refusal("replies_run", told, CLAUSE)


def propose(bulletin: Bulletin, by, now: datetime) -> None:
    """Ready for publication by another person; replies are closed. Raises Refused."""
    with transaction.atomic():
        held = _locked(bulletin)
        if refused := propose_refusal(held, by, local_date(now)):
            raise Refused(refused)
        _reproduced(held)
        held.state, held.proposed_by, held.proposed_at = BulletinState.PROPOSED, by, now
        held.return_reason = ""
        held.save(update_fields=["state", "proposed_by", "proposed_at", "return_reason"])
        _note(held, by, "proposed", {"digest": held.digest})
        _tell(held, "proposed", f":{now.isoformat()}")


def publish_refusal(bulletin: Bulletin, by, day: date) -> Refusal | None:
    """Why ``by`` cannot publish it now: the province's head, another person than who proposed it."""
    told = zh("通报由{province_name}的负责人发布。", province_name=bulletin.province.name)
    if refused := _seat(bulletin, by, PostRole.HEAD, day, told):
        return refused
    if bulletin.state == BulletinState.PUBLISHED:
        return Refusal("published", zh("通报已经发布，不能更改。"), CLAUSE)
    if bulletin.state == BulletinState.REPLIES:
        told = zh("通报先由本单位学籍管理员拟发，再由负责人发布（附件1 三.1）。")
        return _replies_run(bulletin, day) or Refusal("not_proposed", told, CLAUSE)
    return seating.two_persons(bulletin.proposed_by, by, zh("拟发和发布须由两个人办理，请另一位负责人发布。"))


def publish(bulletin: Bulletin, by, now: datetime) -> None:
    """Frozen from now on. Raises Refused; also when the lines are not those that the stored inputs give."""
    with transaction.atomic():
        held = _locked(bulletin)
        if refused := publish_refusal(held, by, local_date(now)):
            raise Refused(refused)
        _reproduced(held)
        drafting.keep_names(held)
        # Who may publish has the seat, as has just been asked.
        seat = cast("Seat", seat_at(by, held.province_id, PostRole.HEAD, local_date(now)))
        held.state, held.published_by, held.published_at = BulletinState.PUBLISHED, by, now
        held.published_post = beside(held.province_name, seat.title)
        held.save(update_fields=["state", "published_by", "published_at", "published_post"])
        _note(held, by, "published", {"digest": held.digest})
        _tell(held, "published")


def give_back(bulletin: Bulletin, by, now: datetime, reason: str) -> None:
    """The head gives a proposed bulletin back to the registrar, for a reason; replies are open again until their limit.
    Raises Refused."""
    reason = free_text(reason, zh("退回的原因"), CLAUSE)
    with transaction.atomic():
        held = _locked(bulletin)
        if refused := publish_refusal(held, by, local_date(now)):
            raise Refused(refused)
        if not says(reason) or len(reason) > LONGEST_REASON:
            refuse("reason", zh("请写明退回的原因（2–{longest} 字）。", longest=LONGEST_REASON), CLAUSE)
        held_by_wall(reason, held.province, act=zh("退回"))
        reopen(held)
        held.return_reason = reason
        held.save(update_fields=["state", "proposed_by", "proposed_at", "return_reason"])
        _note(held, by, "returned", {"reason": reason})
        _tell(held, "returned", f":{now.isoformat()}")


def reopen(held: Bulletin) -> None:
    """Nobody has proposed it any more; the caller saves it."""
    held.state, held.proposed_by, held.proposed_at = BulletinState.REPLIES, None, None


def _locked(bulletin: Bulletin) -> Bulletin:
    rows = Bulletin.objects.select_for_update(of=("self",)).select_related("province", "proposed_by")
    return rows.get(pk=bulletin.pk)


def _reproduced(held: Bulletin) -> None:
    if not drafting.reproduced(held):
        refuse("changed", zh("通报数据与原始数据不符，不能发布，请报技术部门核查。"), CLAUSE)


def _note(held: Bulletin, by, what: str, body: dict) -> None:
    body = {"bulletin": held.number, **body}
    audit.record(CHAIN, audit.actor_of(by), f"bulletin.{what}", body, subject=f"bulletin:{held.number}")


def _tell(held: Bulletin, event: str, again: str = "") -> None:
    said = {"bulletin": held.pk, "event": event}
    outbox.post("bulletin", said, f"bulletin:{held.number}:{event}{again}")
