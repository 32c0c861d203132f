"""What schools are told of the term's verification."""

from datetime import datetime

from ledger import outbox
from ledger.models import OutboxMessage
from orgs.people.seats import clerks_of
from reviews.notices.sending import Letter, tell
from students.verification.models import SchoolVerification
from web import clock
from web.clock import spoken

_TEXTS = {
    "opened": "{term}学籍核查已发起，请在{due}前核对抽到的学生并由负责人签核（附件1 六）。",
    "near": "{term}学籍核查将于{due}到期，本校还没有签核，请尽快完成（附件1 六）。",
    "late": "{term}学籍核查已过期限（{due}），本校还没有签核，请立即完成（附件1 六）。",
}


@outbox.handler("verification")
def tell_schools(messages: list[OutboxMessage], now: datetime) -> None:
    """One notice for each registrar and head of the school."""
    rows = SchoolVerification.objects.select_related("round", "school")
    parts = rows.in_bulk({message.payload["part"] for message in messages})
    clerks = clerks_of({part.school_id for part in parts.values()}, clock.local_date(now))
    tell(
        (
            Letter(account, None, _text(part, message.payload["what"]), message.dedup, _link(part))
            for message in messages
            for part in [parts[message.payload["part"]]]
            for account in clerks[part.school_id]
        ),
        now,
    )


def _text(part: SchoolVerification, what: str) -> str:
    return _TEXTS[what].format(term=part.round.term_name, due=spoken(part.round.due_on))


def _link(part: SchoolVerification) -> str:
    return f"/verification/{part.round.number}/schools/{part.school.code}/"
