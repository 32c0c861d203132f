"""招生回退 is told where the record comes back: the school of graduation and its authority, in another province too; they
are not asked (R4.4)."""

from datetime import datetime

from ledger import outbox
from ledger.models import OutboxMessage
from orgs.people.models import Unit
from orgs.people.seats import clerks_of
from reviews.engine.models import Case
from reviews.notices.sending import Letter, tell
from web import clock

TOPIC = "graduate_returned"
TEXT = "{who}的招生回退（{number}）已由{office}核办，学籍已退回{school}，学籍状态为毕业（附件1 四.3）。"


def post(case: Case, school: Unit) -> None:
    """In the transaction that brings the record back to ``school``: for those who are not told as parties of the case."""
    units = {school.pk, school.authority_id} - {case.receiving_unit_id, case.sending_unit_id, None}
    outbox.post(
        TOPIC, {"case": case.pk, "school": school.pk, "units": sorted(units)}, f"returned:{case.number}"
    )


@outbox.handler(TOPIC)
def tell_graduation_side(messages: list[OutboxMessage], now: datetime) -> None:
    """Registrars and heads, one notice each; the child's name masked as the case has it."""
    said = [message.payload for message in messages]
    cases = Case.objects.select_related("receiving_unit").in_bulk({one["case"] for one in said})
    schools = Unit.objects.in_bulk({one["school"] for one in said})
    clerks = clerks_of({unit for one in said for unit in one["units"]}, clock.local_date(now))
    tell(
        (
            Letter(account, None, _text(cases[one["case"]], schools[one["school"]]), message.dedup)
            for message, one in zip(messages, said, strict=True)
            for unit in one["units"]
            for account in clerks[unit]
        ),
        now,
    )


def _text(case: Case, school: Unit) -> str:
    office = case.receiving_unit.name
    return TEXT.format(who=case.headline, number=case.number, office=office, school=school.name)[:300]
