"""Who is told of a bulletin: the units that are named, while they may answer; everyone in the province, once it is out."""

from datetime import date, datetime

from ledger import outbox
from ledger.models import OutboxMessage
from orgs.people.models import PostRole, Unit
from orgs.people.seats import clerks_of
from orgs.people.successors import not_closed
from reviews.notices.sending import Letter, tell
from students.bulletins import figures
from students.bulletins.models import Bulletin
from web import clock
from web.clock import spoken

# Between the two people of the province: who is asked to do something.
_WITHIN = {
    "proposed": PostRole.HEAD,
    "returned": PostRole.REGISTRAR,
    "answered": PostRole.REGISTRAR,
    "replies_over": PostRole.REGISTRAR,
}


@outbox.handler("bulletin")
def tell_people(messages: list[OutboxMessage], now: datetime) -> None:
    """One notice each for those whom the event concerns."""
    day = clock.local_date(now)
    found = Bulletin.objects.select_related("province").in_bulk({m.payload["bulletin"] for m in messages})
    for message in messages:
        bulletin = found[message.payload["bulletin"]]
        event = message.payload["event"]
        units, roles = _told(bulletin, event, day)
        texts = {bulletin.province_id: _above(bulletin, event)}
        text = _text(bulletin, event)
        tell(
            (
                Letter(account, None, texts.get(unit, text), message.dedup, f"/bulletins/{bulletin.number}/")
                for unit, accounts in clerks_of(units, day, roles).items()
                for account in accounts
            ),
            now,
        )


def _told(bulletin: Bulletin, event: str, day: date) -> tuple[set[int], tuple[str, ...]]:
    """Units and posts that hear of it."""
    if event in _WITHIN:
        return {bulletin.province_id}, (_WITHIN[event],)
    units = _offices_and_named(bulletin, day) if event == "published" else _named(bulletin)
    return units, (PostRole.REGISTRAR, PostRole.HEAD)


def _above(bulletin: Bulletin, event: str) -> str:
    """What the province itself is told: it is not named beside the others, it proposes once the replies are in."""
    if event not in ("drafted", "recounted"):
        return _text(bulletin, event)
    what = f"{bulletin.month.year}年{bulletin.month.month}月学籍业务办理情况"
    done = "已生成" if event == "drafted" else "已重新统计"
    return (
        f"{what}通报{done}，被通报单位可以在{spoken(bulletin.reply_until)}前提交说明；说明交齐或期限过后，"
        "请学籍管理员核对、拟发（附件1 三.1、三.7）。"
    )


def _text(bulletin: Bulletin, event: str) -> str:
    what = f"{bulletin.month.year}年{bulletin.month.month}月学籍业务办理情况"
    until = spoken(bulletin.reply_until)
    if event == "recounted":
        return (
            f"{what}通报已重新统计，请核对本单位的数据；负责人可以在{until}前提交或修改说明（附件1 三.7）。"
        )
    if event == "drafted":
        return (
            f"{what}通报已生成，本单位列入其中；负责人可以在{until}前提交说明，与数据一并公布（附件1 三.7）。"
        )
    if event == "answered":
        return f"{what}通报的说明已全部交齐，可以核对、拟发，由负责人发布（附件1 三.1、三.7）。"
    if event == "replies_over":
        return f"{what}通报的说明期限（{until}）已过，请核对、拟发，由负责人发布（附件1 三.1、三.7）。"
    if event == "proposed":
        return f"{what}通报已由学籍管理员拟发，请核对后发布，或写明原因退回（附件1 三.1、三.7）。"
    if event == "returned":
        return f"{what}通报已由负责人退回：{bulletin.return_reason}。请处理后重新拟发（附件1 三.1、三.7）。"
    return f"{what}通报已由{bulletin.province_name}发布。"


def _named(bulletin: Bulletin) -> set[int]:
    rows = bulletin.lines.values_list("unit", "figures")
    return {unit for unit, told in rows if figures.is_named(told)} | {bulletin.province_id}


def _offices_and_named(bulletin: Bulletin, day: date) -> set[int]:
    offices = Unit.objects.filter(not_closed(day), province=bulletin.province, level__in=figures.OFFICES)
    return _named(bulletin) | set(offices.values_list("pk", flat=True))
