"""Who is told of a bulletin: the units that are named, while they may answer; everyone in the province, once it is out."""

from ledger import clock, outbox
from ledger.clock import spoken
from ledger.models import OutboxMessage
from orgs.models import Unit
from orgs.seats import clerks_of
from reviews.notices import Letter, tell
from students.bulletins import figures
from students.bulletins.models import Bulletin


@outbox.handler("bulletin")
def tell_people(messages: list[OutboxMessage]) -> None:
    """One notice each for registrars and heads."""
    day = clock.local_date(clock.now())
    found = Bulletin.objects.select_related("province").in_bulk({m.payload["bulletin"] for m in messages})
    for message in messages:
        bulletin = found[message.payload["bulletin"]]
        drafted = message.payload["event"] == "drafted"
        text = _text(bulletin, drafted)
        units = _named(bulletin) if drafted else _offices_and_named(bulletin)
        tell(
            Letter(account, None, text, message.dedup, f"/bulletins/{bulletin.number}/")
            for accounts in clerks_of(units, day).values()
            for account in accounts
        )


def _text(bulletin: Bulletin, drafted: bool) -> str:
    what = f"{bulletin.month.year}年{bulletin.month.month}月学籍业务办理情况"
    if drafted:
        until = spoken(bulletin.reply_until)
        return (
            f"{what}通报已生成，本单位列入其中；负责人可以在{until}前提交说明，与数据一并公布（附件1 三.7）。"
        )
    return f"{what}通报已由{bulletin.province.name}发布。"


def _named(bulletin: Bulletin) -> set[int]:
    rows = bulletin.lines.values_list("unit", "figures")
    return {unit for unit, told in rows if figures.is_named(told)} | {bulletin.province_id}


def _offices_and_named(bulletin: Bulletin) -> set[int]:
    offices = Unit.objects.filter(province=bulletin.province, level__in=figures.OFFICES, closed_on=None)
    return _named(bulletin) | set(offices.values_list("pk", flat=True))
