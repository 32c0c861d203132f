"""Who is told of a change sheet: the registrars when it comes, its teacher what became of it."""

from datetime import datetime

from ledger import outbox
from ledger.models import OutboxMessage
from orgs.people.models import PostRole
from orgs.people.seats import clerks_of
from reviews.notices.sending import Letter, tell
from students.classes.models import ChangeSheet
from web import clock

_TEXTS = {
    "sent": "{what}已送到，请核对后更新学籍（附件1 六）。",
    "accepted": "{what}已核对，学籍已更新。",
    "returned": "{what}被退回：{answer}",
}


@outbox.handler("class_sheet")
def tell_people(messages: list[OutboxMessage], now: datetime) -> None:
    """One notice each; no pupil is named."""
    rows = ChangeSheet.objects.select_related("school_class__school")
    sheets = rows.in_bulk({message.payload["sheet"] for message in messages})
    schools = {sheet.school_class.school_id for sheet in sheets.values()}
    registrars = clerks_of(schools, clock.local_date(now), (PostRole.REGISTRAR,))
    tell(
        (
            Letter(
                account,
                None,
                _text(sheet, message.payload["what"]),
                message.dedup,
                f"/classes/sheets/{sheet.number}/",
            )
            for message in messages
            for sheet in [sheets[message.payload["sheet"]]]
            for account in (
                registrars[sheet.school_class.school_id]
                if message.payload["what"] == "sent"
                else [sheet.prepared_by_id]
            )
        ),
        now,
    )


def _text(sheet: ChangeSheet, what: str) -> str:
    name = f"{sheet.school_class.year_label}变动表 {sheet.number}"
    return _TEXTS[what].format(what=name, answer=sheet.answer)[:300]
