"""What the case page says of a change of status or grade."""

from datetime import date, datetime
from typing import Any, cast

from django.urls import reverse

from orgs.people.models import PostRole
from orgs.people.school_system import SystemOn, system_on
from orgs.people.seats import seat_at
from reviews.engine.models import Case
from reviews.engine.procedures import CasePage
from reviews.vocabulary.states import MOVED_NOTHING, State, Verb
from students.changes import rules as change_rules
from students.changes.kinds import (
    BY_KIND,
    CONTACTS,
    EXPULSION,
    GRADE,
    LAST_SEEN,
    SKIPPING,
    UNTIL,
    WITHDRAWAL,
    ChangeKind,
)
from students.changes.models import StatusChange
from students.changes.resuming import own_cohort_fits
from students.pupil import identity, records
from students.pupil.grades import grade_label, label_of
from students.pupil.statuses import StudentStatus, becoming
from web.clock import local_date, moment, spoken
from web.words import beside, joined, zh


def of_change(procedure, case: Case, change: StatusChange, account, now, *, full: bool = False) -> CasePage:
    """The change of ``case`` as ``account`` may see it."""
    day = local_date(now)
    checks, obstacle = _checks(procedure, case, change, now) if case.is_live else ([], "")
    return CasePage(
        facts=facts(case, change, day, full),
        checks=checks,
        obstacle=obstacle,
        done=_done(procedure, case, change) if case.state == State.COMPLETED else "",
        links=_links(case, change, account, day),
        edit_url=reverse("change-edit", args=[case.number]),
        copy_url=_copy_url(case, account, day),
    )


def facts(case: Case, change: StatusChange, day: date, full: bool = False) -> list[tuple[str, str]]:
    """Two columns: the pupil on the left, the change on the right."""
    what, system = BY_KIND[case.kind], system_on(case.receiving_unit, case.ruled_on(day))
    pupil, said = pupil_facts(case, change, day, full), _said(change, what, system)
    both = min(len(pupil), len(said))
    paired = [cell for pair in zip(pupil[:both], said[:both], strict=True) for cell in pair]
    return paired + pupil[both:] + said[both:]


def pupil_facts(case: Case, change: StatusChange, day: date, full: bool = False) -> list[tuple[str, str]]:
    """Who it is about, masked unless ``full``; of an ended case as it was then."""
    student = change.student
    name, number = student.name, records.current_number(student)
    if not full:
        name, number = identity.mask_name(name), identity.mask_number(number)
    ruled_on = case.ruled_on(day)
    status = student.get_status_display() if case.is_live else StudentStatus(change.status_was).label
    return [
        (
            zh("姓名"),
            records.who_is(student, name),
        ),
        (zh("学籍号"), number),
        (zh("学籍状态"), status),
        (
            zh("学校、年级"),
            beside(case.receiving_name, _grade(change, case, ruled_on)),
        ),
    ]


def _grade(change: StatusChange, case: Case, ruled_on: date) -> str:
    system = system_on(case.receiving_unit, ruled_on, change.student.cohort)
    return (
        label_of(change.student, ruled_on, system) if case.is_live else grade_label(change.grade_from, system)
    )


def _said(change: StatusChange, what: ChangeKind, system: SystemOn) -> list[tuple[str, str]]:
    rows = [(what.date_label, spoken(change.on) if change.on else zh("未填写"))]
    if UNTIL in what.asks:
        rows.append((zh("休学截止日期"), spoken(change.until) if change.until else zh("未填写")))
    if LAST_SEEN in what.asks:
        rows.append(
            (zh("最后在校日期"), spoken(change.last_seen_on) if change.last_seen_on else zh("未填写"))
        )
        rows.append(
            (zh("联系记录"), joined("；", (_contact(row) for row in change.contacts.all())) or zh("未填写"))
        )
    if what.reasons:
        rows.append((zh("异动原因"), change.reason.name if change.reason else zh("未选择")))
    if GRADE in what.asks:
        wanted = grade_label(change.grade_to, system) if change.grade_to else zh("未选择")
        rows.append((zh("编入"), wanted + (str(change.school_class) if change.school_class_id else "")))
    if change.own_cohort:
        rows[-1] = (zh("编入"), zh("按原届（{cohort}级），级和班级不变", cohort=change.student.cohort))
        rows.append((zh("按原届复学的理由"), change.own_cohort_reason or zh("未填写")))
    return [*rows, (zh("说明"), change.note or "—")]


def _contact(row) -> str:
    return zh("{day} {way}", day=spoken(row.on), way=row.get_way_display()) + (
        zh("，{row_result}", row_result=row.result) if row.result else ""
    )


def _checks(procedure, case: Case, change: StatusChange, now) -> tuple[list[dict], str]:
    """Lines of the check-list, and the first sentence that would stop what comes next."""
    known = change_rules.facts_of(change, case, change.student, now)
    found = lines(procedure.guards["complete" if case.submitted_at else Verb.SUBMIT], known)
    if known.policy is not None and known.policy.condition:
        told = zh(
            "本省（自治区）规定的条件：{policy_condition}（{policy_source}）",
            policy_condition=known.policy.condition,
            policy_source=known.policy.source,
        )
        found.append({"ok": None, "text": told, "why": "", "clause": ""})
    obstacle = next((line["text"] for line in found if line["ok"] is False), "")
    return sorted(found, key=lambda line: line["ok"] is True), obstacle


def lines(checks, known: Any) -> list[dict]:
    """Guards as lines of a check-list: what holds by its name, what does not by its sentence; what only warns is neither."""
    told = []
    for check in checks:
        found = check(known)
        if found is not None:
            told.append(
                {
                    "ok": False if found.stops else None,
                    "text": found.sentence,
                    "why": "",
                    "clause": found.clause,
                }
            )
        elif applies(check, known):
            told.append({"ok": True, "text": check.label, "why": "", "clause": ""})
    return told


_OF_ASKED = {
    change_rules.end_given: UNTIL,
    change_rules.away_long_enough: LAST_SEEN,
    change_rules.unreachable: CONTACTS,
    change_rules.grade_given: GRADE,
    change_rules.grade_open: GRADE,
}


def checklist(procedure, case: Case, known) -> tuple[list[dict], str]:
    """The check-list of what comes next in a case, what does not hold first, and the first sentence that would stop
    it; both empty once the case has ended."""
    checks = procedure.guards["complete" if case.submitted_at else Verb.SUBMIT] if case.is_live else ()
    found = lines(checks, known)
    obstacle = next((line["text"] for line in found if line["ok"] is False), "")
    return sorted(found, key=lambda line: line["ok"] is True), obstacle


def applies(check, known: change_rules.ChangeFacts) -> bool:
    """Whether a guard that holds is worth a line: what the kind does not ask for is not told."""
    if check is change_rules.not_compulsory:
        return known.kind in (EXPULSION, WITHDRAWAL)
    if check is own_cohort_fits:
        return known.own_cohort
    if check is change_rules.graduates_this_year:
        return known.kind is SKIPPING
    asked = _OF_ASKED.get(check)
    return asked is None or asked in known.kind.asks


def _done(procedure, case: Case, change: StatusChange) -> str:
    at = moment(cast("datetime", case.closed_at))  # a case that is completed is closed, and was submitted
    if procedure.what.does == "stay":
        system = system_on(case.receiving_unit, local_date(cast("datetime", case.submitted_at)))
        grade = cast("int", change.grade_to)
        return zh("已于{at}办结，编入{grade_label}。", at=at, grade_label=grade_label(grade, system))
    was, becomes = StudentStatus(change.status_was).label, becoming(procedure.what.does).label
    return zh("已于{at}办结，学籍状态由“{was}”改为“{becomes}”。", at=at, was=was, becomes=becomes)


def _links(case: Case, change: StatusChange, account, day) -> list[dict]:
    if case.state != State.COMPLETED or change.student.school_id != case.receiving_unit_id:
        return []
    return [{"label": zh("查看学生学籍"), "url": reverse("student-detail", args=[change.student.key])}]


def _copy_url(case: Case, account, day) -> str:
    """Where the school's registrar starts anew from a case that changed nothing."""
    if case.state not in MOVED_NOTHING or case.submitted_at is None:
        return ""
    seat = seat_at(account, case.receiving_unit_id, PostRole.REGISTRAR, day)
    return reverse("change-copy", args=[case.number]) if seat else ""
