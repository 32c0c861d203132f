"""What schools and authorities are told of pupils that the clock has taken off a list of recruited graduates (R4.5)."""

from datetime import datetime

from ledger import outbox
from ledger.models import OutboxMessage
from orgs.people.seats import clerks_of
from reviews.engine.models import Case
from reviews.notices.sending import Letter, tell
from web import clock


@outbox.handler("recruitment")
def tell_units(messages: list[OutboxMessage], now: datetime) -> None:
    """One notice for each registrar and head; figures and the reason only."""
    clerks = clerks_of({unit for one in messages for unit in one.payload["units"]}, clock.local_date(now))
    cases = Case.objects.in_bulk({one.payload["case"] for one in messages if one.payload["case"]})
    tell(
        (
            Letter(
                account,
                case.pk if case else None,
                _text(one.payload, case),
                f"{one.dedup}:{unit}",
                f"/recruitment/{case.number}/" if case else "/recruitment/",
            )
            for one in messages
            for case in [cases.get(one.payload["case"])]
            for unit in one.payload["units"]
            for account in clerks[unit]
        ),
        now,
    )


def _text(said: dict, case: Case | None) -> str:
    where = f"招生名册 {case.number}" if case else "尚未上报的招生名册"
    return f"{where}中有 {said['count']} 名学生已由系统移出：{said['why']}。其他学生照常办理，各方均无责任（附件1 四.3）。"
