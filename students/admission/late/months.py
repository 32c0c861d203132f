"""The check of a month's list that the province has sent: against all pupils; passed, the record is created, not passed,
the child comes by transfer (R2.2). Beat asks every minute: the row of the list is the message."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from ledger import audit, outbox
from ledger.pieces import Pieces
from orgs.people.school_system import systems_on
from reviews.engine.models import Case
from students.admission.late import actions as lists
from students.admission.late.models import Late, LateChild, MonthlyCheck, MonthState
from students.admission.registration import actions as registration
from students.admission.registration import writing as registration_writing
from students.admission.registration.actions import Newcomer
from students.pupil.grades import Entering, grade_of
from web import clock

ACTOR = "checks"


def check(now: datetime) -> int:
    """Answer all lists that were sent; returns how many children were decided on. Raises ExceptionGroup once the other
    lists are through."""
    sent = MonthlyCheck.objects.filter(state=MonthState.SENT).order_by("pk").values_list("pk", "number")
    pieces, decided = Pieces("late children"), 0
    for pk, number in sent:
        with pieces.alone(number):
            decided += _check_list(pk, now)
    pieces.end()
    return decided


def _check_list(pk: int, now: datetime) -> int:
    """One list, all of it or nothing; its row lets nobody do it twice."""
    with transaction.atomic():
        done = MonthlyCheck.objects.select_for_update(no_key=True, of=("self",)).get(pk=pk)
        if done.state != MonthState.SENT:
            return 0
        due = LateChild.objects.filter(state=Late.COLLECTED, month=done).order_by("pk")
        rows = list(due.select_for_update(of=("self",)).select_related("school", "case"))
        done.checked_at = now
        newcomers = [lists.newcomer_of(row) for row in rows]
        registration.match(newcomers)
        passed = _refuse(done, rows, newcomers, clock.local_date(now))
        created = _create(done, passed, now)
        _end(done, rows, created)
    return len(rows)


def _refuse(done: MonthlyCheck, rows: Sequence[LateChild], newcomers: Sequence[Newcomer], day: date):
    """Children in whom the check finds a pupil are refused; those whose school lost the grade go back to it. Returns
    the others."""
    passed, refused, returned = [], [], []
    systems = systems_on({row.school for row in rows}, day)
    for row, newcomer in zip(rows, newcomers, strict=True):
        known = lists.found_of(newcomer, row.claimed)
        if known is not None:
            row.state, row.month, row.found_id = Late.REFUSED, done, known.student_id
            refused.append(row)
        elif lists.grade_lost(row, systems[row.school_id], day):
            row.state, row.month = Late.RETURNED, done
            returned.append(row)
        else:
            passed.append((row, newcomer))
    LateChild.objects.bulk_update([*refused, *returned], ["state", "month", "found"], batch_size=1000)
    done.refused = len(refused)
    return passed


def _create(done: MonthlyCheck, passed: Sequence[tuple[LateChild, Newcomer]], now: datetime) -> int:
    """The records, school by school and grade by grade; those of equal name and birth become problem records (R1.9)."""
    day, groups = clock.local_date(now), defaultdict(list)
    for row, newcomer in passed:
        groups[row.school, row.phase, row.cohort, row.case].append((row, newcomer))
    for (_, _, _, case), group in groups.items():
        ids = _written(group[0][0], case, [newcomer for _, newcomer in group], day, now)
        for (row, _), pk in zip(group, ids, strict=True):
            row.state, row.month, row.student_id = Late.CREATED, done, pk
    rows = [row for row, _ in passed]
    LateChild.objects.bulk_update(rows, ["state", "month", "student"], batch_size=1000)
    return len(rows)


def _written(
    like: LateChild, case: Case | None, newcomers: list[Newcomer], day: date, now: datetime
) -> list[int]:
    return registration_writing.write(
        newcomers,
        like.school,
        Entering(like.phase, like.cohort, max(grade_of(like, day), like.grade)),
        now,
        ACTOR,
        found_by="late",
        how=lists.NAME,
        case_number=case.number if case else "",
        entered_on=day,
    )


def _end(done: MonthlyCheck, rows: Sequence[LateChild], created: int) -> None:
    done.total, done.created, done.state = len(rows), created, MonthState.DONE
    done.save(update_fields=["total", "created", "refused", "checked_at", "state"])
    schools = {row.school_id for row in rows}
    outbox.post_all("late", {f"late:{done.pk}:{pk}": {"month": done.pk, "school": pk} for pk in schools})
    body = {"check": done.number, "total": done.total, "created": created, "refused": done.refused}
    audit.record(lists.CHAIN, ACTOR, "late.checked", body, subject=f"late:{done.number}")
