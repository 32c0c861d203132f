"""Who is told when both schools have vouched: the registrars and heads of the common superior, who has to decide."""

from datetime import datetime
from typing import cast

from ledger import outbox
from ledger.models import OutboxMessage
from orgs.people.models import Unit
from orgs.people.seats import clerks_of
from reviews.notices.sending import Letter, tell
from students.problems import deciding
from students.pupil.models import ProblemRecord, Student
from web import clock

TEXT = "两所学校（{schools}）都佐证了同一学生的学籍，请并列核对后认定（附件1 四.1）。"


@outbox.handler("problem")
def tell_superiors(messages: list[OutboxMessage], now: datetime) -> None:
    """One notice each; no child is named."""
    day = clock.local_date(now)
    rows = ProblemRecord.objects.select_related("student__school", "twin__school")
    problems = rows.in_bulk({message.payload["problem"] for message in messages})
    offices = {
        pk: deciding.superior(*_schools(problem), day)
        for pk, problem in problems.items()
        if problem.closed_at is None
    }
    clerks = clerks_of({office.pk for office in offices.values()}, day)
    tell(
        (
            Letter(account, None, _text(problems[pk]), message.dedup, f"/problems/{pk}/")
            for message in messages
            if (pk := message.payload["problem"]) in offices
            for account in clerks[offices[pk].pk]
        ),
        now,
    )


def _schools(problem: ProblemRecord) -> tuple[Unit, Unit]:
    """Both have vouched, so there is a twin."""
    return deciding.schools_of(problem.student, cast("Student", problem.twin))


def _text(problem: ProblemRecord) -> str:
    return TEXT.format(schools="、".join(school.name for school in _schools(problem)))[:300]
