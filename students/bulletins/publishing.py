"""Right of reply, then publication by the province's head (R3.7b)."""

from datetime import date, datetime

from django.db import transaction

from ledger import audit, outbox
from ledger.clock import local_date, spoken
from ledger.text import NUMBER_IN_TEXT_RE
from ledger.words import zh
from orgs.models import PostRole
from orgs.seats import seat_at
from reviews.opinions import cleaned
from reviews.refusals import Refusal, Refused, refuse
from students.bulletins import drafting, figures
from students.bulletins.drafting import CHAIN, CLAUSE
from students.bulletins.models import Bulletin, BulletinLine, BulletinState

SHORTEST, LONGEST = 5, 500


def reply_refusal(line: BulletinLine, by, day: date) -> Refusal | None:
    """Why ``by`` cannot answer for the unit of the line."""
    if line.bulletin.state != BulletinState.REPLIES:
        return Refusal("published", zh("通报已经发布，不能再提交说明。"), CLAUSE)
    if day > line.bulletin.reply_until:
        until = spoken(line.bulletin.reply_until)
        return Refusal("reply_over", zh("提交说明的期限（{until}）已过。", until=until), CLAUSE)
    if seat_at(by, line.unit_id, PostRole.HEAD, day) is None:
        return Refusal("no_seat", zh("说明由被通报单位的负责人提交。"), CLAUSE)
    return None


def reply(line: BulletinLine, by, now: datetime, text: str) -> None:
    """What the unit says, shown beside its figures; it may be said anew until the limit. Raises Refused."""
    text = cleaned(text)
    with transaction.atomic():
        rows = BulletinLine.objects.select_for_update(of=("self",)).select_related("bulletin", "unit")
        held = rows.get(pk=line.pk)
        if refused := reply_refusal(held, by, local_date(now)):
            raise Refused(refused)
        if not SHORTEST <= len(text) <= LONGEST:
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
        if NUMBER_IN_TEXT_RE.search(text):
            refuse("number_in_text", zh("说明里不要写身份证号或学籍号，请删去后再提交。"), CLAUSE)
        held.reply, held.reply_by, held.reply_at = text, by, now
        held.save(update_fields=["reply", "reply_by", "reply_at"])
        number = held.bulletin.number
        body = {"bulletin": number, "unit": held.unit_id}
        audit.record(CHAIN, audit.actor_of(by), "bulletin.replied", body, subject=f"bulletin:{number}")


def unanswered(bulletin: Bulletin) -> int:
    """How many of the units that are named have not answered; the province itself is not asked."""
    rows = (
        bulletin.lines.filter(reply="").exclude(unit=bulletin.province_id).values_list("figures", flat=True)
    )
    return sum(figures.is_named(told) for told in rows)


def publish_refusal(bulletin: Bulletin, by, day: date) -> Refusal | None:
    """Why ``by`` cannot publish it now."""
    if seat_at(by, bulletin.province_id, PostRole.HEAD, day) is None:
        return Refusal(
            "no_seat", zh("通报由{province_name}的负责人发布。", province_name=bulletin.province.name), CLAUSE
        )
    if bulletin.state != BulletinState.REPLIES:
        return Refusal("published", zh("通报已经发布，不能更改。"), CLAUSE)
    if day <= bulletin.reply_until and unanswered(bulletin):
        until = spoken(bulletin.reply_until)
        return Refusal(
            "replies_run", zh("被通报单位可以在{until}前提交说明，之后才能发布。", until=until), CLAUSE
        )
    return None


def publish(bulletin: Bulletin, by, now: datetime) -> None:
    """Frozen from now on. Raises Refused; also when the lines are not those that the stored inputs give."""
    with transaction.atomic():
        held = Bulletin.objects.select_for_update(of=("self",)).select_related("province").get(pk=bulletin.pk)
        if refused := publish_refusal(held, by, local_date(now)):
            raise Refused(refused)
        if not drafting.reproduced(held):
            refuse("changed", zh("通报数据与原始数据不符，不能发布，请报技术部门核查。"), CLAUSE)
        held.state, held.published_by, held.published_at = BulletinState.PUBLISHED, by, now
        held.save(update_fields=["state", "published_by", "published_at"])
        body = {"bulletin": held.number, "digest": held.digest}
        audit.record(CHAIN, audit.actor_of(by), "bulletin.published", body, subject=f"bulletin:{held.number}")
        outbox.post(
            "bulletin", {"bulletin": held.pk, "event": "published"}, f"bulletin:{held.number}:published"
        )
