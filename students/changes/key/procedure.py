"""关键信息变更 as a procedure: the school uploads proofs, its head signs, the authority handles and signs, then the checks of
R1.7 run by themselves: the record is changed, or the case goes back with the conflict (R1.6)."""

from datetime import date
from typing import cast

from django.urls import reverse

from orgs.people.models import PostRole
from orgs.people.seats import seat_at
from reviews.engine import procedures
from reviews.engine.models import Act, Case
from reviews.engine.procedures import CasePage, Objection
from reviews.vocabulary.relations import PHASES
from reviews.vocabulary.states import MOVED_NOTHING, Outcome, State, Verb
from students.changes.key import rules as key_rules
from students.changes.key.models import KeyInformationChange
from students.changes.procedures import AboutPupil
from students.duplicates import problems
from students.numbers import numbering as numbers
from students.numbers.population import Found
from students.pupil import identity, records
from students.pupil.models import (
    ChangeSource,
    Enrolment,
    FieldChange,
    ProblemKind,
    PupilRecord,
    SchoolClass,
    Sex,
    Student,
)
from web import pinyin
from web.clock import local_date, moment, spoken
from web.words import joined, zh

LABELS = {
    "name": zh("姓名"),
    "sex": zh("性别"),
    "birth_date": zh("出生日期"),
    "id_number": zh("身份证号"),
    "phase": zh("学段"),
    "cohort": zh("级（入学年）"),
}
SENT_BACK = "key_check_failed"


class KeyInformation(AboutPupil):
    """关键信息变更: school → its authority → automatic check."""

    kind = key_rules.KIND
    checks_reason = SENT_BACK
    name = key_rules.NAME
    guards = {Verb.SUBMIT: key_rules.SUBMIT, "complete": key_rules.COMPLETE}
    clause = key_rules.CLAUSE
    beginner = zh("学校")
    of_one_school = True
    brings = zh("关键信息已变更")
    ends = zh("变更关键信息")
    edit_path = "/key-changes/{number}/edit/"
    proof_name = zh("证明照片")
    no_proof = zh("还没有上传证明照片。")
    rule_note = zh(
        "姓名、身份证号等关键信息由学校上传证明照片，县级核办后重新查重和比对；通过才变更，不通过退回学校并写明原因。"
    )
    review_scope = zh("核对：照片清楚，与所填内容一致，确属该生本人。")

    def consult(self, case: Case, verb: str, outcome: str, now) -> None:
        """Before the last sign-off the population register is asked anew (R1.7), of what it knows."""
        if verb == Verb.SIGN and outcome == Outcome.AGREE and procedures.completes(case):
            row = row_of(case)
            if key_rules.facts_of(row, case, row.student, now).asks_others:
                key_rules.ask_register(row, row.student, now)

    def facts(self, case: Case, subject: Student | None, now, book) -> key_rules.KeyFacts:
        """Facts of the case; the locked pupil stands in for the one read with it."""
        row = row_of(case)
        return key_rules.facts_of(row, case, subject or row.student, now)

    def phase(self, case: Case, subject: Student, day) -> str:
        """学段 that the pupil is registered in."""
        return subject.phase

    def objection(self, case: Case, subject: Student, now) -> Objection | None:
        """What the checks find against other pupils and the register."""
        sentence = key_rules.conflict(self.facts(case, subject, now, None))
        KeyInformationChange.objects.filter(case=case).update(conflict=sentence)
        return Objection(SENT_BACK, sentence) if sentence else None

    def complete(self, case: Case, subject: Student, now) -> dict:
        """The items change, each with its line in the history; the number follows the identity number (R1.3, R1.5)."""
        facts = self.facts(case, subject, now, None)
        row, changed = facts.typed, facts.changed
        was = {key: _told(subject, key, facts) for key in changed}
        KeyInformationChange.objects.filter(pk=row.pk).update(was=was)
        _remember(subject, row, changed, case)
        subject.name, subject.sex = row.name, row.sex
        subject.birth_date = cast("date", row.birth_date)  # values_fit
        subject.pinyin = _spelled(subject) if "name" in changed else subject.pinyin
        subject.save(update_fields=["name", "pinyin", "sex", "birth_date"])
        if facts.placed_anew:
            _place(subject, facts)
        moved = {"student": subject.pk, "changed": changed}
        if "id_number" in changed:
            given = numbers.change_identity(
                subject,
                facts.number,
                local_date(now),
                Found(row.answer),
                actor=f"case:{case.number}",
                case_number=case.number,
            )
            moved["number"] = given.letter if given else ""
        _settle_problems(subject, row, changed, case)
        return moved

    def page(self, case: Case, account, now, book, *, proofs: int = 0, full: bool = False) -> CasePage:
        """The pupil masked, what it is and what it is to be, and what rules and checks find."""
        row = row_of(case)
        facts = key_rules.facts_of(row, case, row.student, now)
        found = lines_of(facts, bool(case.submitted_at)) if case.is_live else []
        day = local_date(now)
        return CasePage(
            facts=facts_shown(facts, case, full),
            checks=sorted(found, key=lambda line: line["ok"] is True),
            obstacle=next((line["text"] for line in found if line["ok"] is False), ""),
            done=zh(
                "已于{moment}变更{names}，查重和比对通过。",
                moment=moment(case.closed_at),
                names=joined("、", (LABELS[key] for key in row.was)),
            )
            if case.state == State.COMPLETED and case.closed_at
            else "",
            links=[{"label": zh("查看学生学籍"), "url": reverse("student-detail", args=[row.student.key])}]
            if case.state == State.COMPLETED and row.student.school_id == case.receiving_unit_id
            else [],
            edit_url=reverse("key-change-edit", args=[case.number]),
            copy_url=reverse("key-change-copy", args=[case.number])
            if case.state in MOVED_NOTHING
            and case.submitted_at
            and seat_at(account, case.receiving_unit_id, PostRole.REGISTRAR, day)
            else "",
            notes=[
                {"title": zh("查重、比对没有通过，已退回学校"), "text": row.conflict, "url": "", "link": ""}
            ]
            if row.conflict and case.is_live
            else [],
        )


def _settle_problems(student: Student, row: KeyInformationChange, changed: list[str], case: Case) -> None:
    """What was asked about because of the old items is settled; what the new ones raise is asked about (R1.9)."""
    problems.recheck([student.pk], case.number)
    problems.check([student.pk], "key_information")
    known = problems.OF_REGISTER if row.answer == Found.MATCH.value else ()
    numbered = (ProblemKind.ID_CHANGED, ProblemKind.NO_ID) if "id_number" in changed else ()
    problems.answered([student.pk], case.number, (*known, *numbered))


def _place(student: Student, facts: key_rules.KeyFacts) -> None:
    """学段 and 级 become what they should have been, in the open enrolment too; the class is that of the same number."""
    student.phase, student.cohort = facts.phase_to_be, facts.cohort_to_be
    if student.school_class is not None:
        same = SchoolClass.objects.filter(
            school=student.school_id,
            phase=student.phase,
            cohort=student.cohort,
            number=student.school_class.number,
        )
        student.school_class = same.first()
    student.save(update_fields=["phase", "cohort", "school_class"])
    Enrolment.objects.filter(student=student, period__endswith__isnull=True).update(phase=student.phase)


def row_of(case: Case) -> KeyInformationChange:
    """The row of a case with the pupil."""
    rows = KeyInformationChange.objects.select_related("student__school", "student__school_class")
    return rows.get(case_id=case.pk)


def lines_of(facts: key_rules.KeyFacts, submitted: bool) -> list[dict]:
    """The check-list: the guards of what comes next, and the check against other pupils as it would turn out now."""
    found = lines_without_register(key_rules.COMPLETE if submitted else key_rules.SUBMIT, facts)
    told = key_rules.told_now(facts)
    if told is not None:
        found.append({"ok": None, "text": told.sentence, "why": "", "clause": told.clause})
    return found


def lines_without_register(checks, facts: key_rules.KeyFacts) -> list[dict]:
    """Whether the register answers is only known when it is asked: at the last sign-off."""
    told = []
    for check in checks:
        if check is key_rules.register_answers:
            continue
        found = check(facts)
        told.append(
            {
                "ok": found is None,
                "text": found.sentence if found else check.label,
                "why": "",
                "clause": found.clause if found else "",
            }
        )
    return told


def facts_shown(facts: key_rules.KeyFacts, case: Case, full: bool = False) -> list[tuple[str, str]]:
    """Who it is about, and each item that changes: what it is → what it is to be."""
    student, row = facts.student, facts.typed
    number = records.current_number(student)
    rows = [
        (
            zh("学生"),
            f"{student.name if full else identity.mask_name(student.name)}　{case.receiving_name}",
        ),
        (zh("学籍号"), number if full else identity.mask_number(number)),
    ]
    done = case.state == State.COMPLETED
    for key in row.was if done else facts.changed:
        before = row.was[key] if done else _told(student, key, facts)
        rows.append((LABELS[key], f"{before} → {_wanted(row, key, facts, full)}"))
    return [
        *rows,
        (zh("变更原因"), row.get_basis_display() or zh("未选择")),
        (zh("说明"), row.note or "—"),
    ]


def _told(student: Student, key: str, facts: key_rules.KeyFacts) -> str:
    """An item as it stands; names and dates in clear, since they are what is decided on, numbers masked."""
    return {
        "name": student.name,
        "sex": student.get_sex_display(),
        "birth_date": spoken(student.birth_date),
        "phase": _phase_name(student.phase),
        "cohort": zh("{cohort}级", cohort=student.cohort),
        "id_number": identity.mask_number(facts.old_number) or zh("（无）"),
    }[key]


def _phase_name(phase: str) -> str:
    return dict(PHASES).get(phase, "")


def _wanted(row: KeyInformationChange, key: str, facts: key_rules.KeyFacts, full: bool) -> str:
    number = key_rules.number_in(row)
    return {
        "name": row.name,
        "sex": Sex(row.sex).label,
        "birth_date": spoken(row.birth_date) if row.birth_date else zh("未填写"),
        "phase": _phase_name(row.phase or ""),
        "cohort": zh("{cohort}级", cohort=row.cohort or ""),
        "id_number": number if full else identity.mask_number(number),
    }[key]


def _spelled(student: Student) -> str:
    """The new name's spelling, in the record and for the search."""
    reading = pinyin.main_reading(student.name)
    record = PupilRecord.objects.filter(student=student).first()
    if record is not None:
        record.details["name_pinyin"] = reading
        record.revision += 1
        record.save(update_fields=["details", "revision"])
    return pinyin.search_text(student.name, reading)


def _remember(student: Student, row: KeyInformationChange, changed: list[str], case: Case) -> None:
    """A line of history for each item, by whoever sent the case (R6.1)."""
    sent = (
        Act.objects.filter(case=case, verb=Verb.SUBMIT)
        .order_by("-id")
        .values_list("account", flat=True)
        .first()
    )
    FieldChange.objects.bulk_create(
        FieldChange(
            student=student,
            field=key,
            secret=key == "id_number",
            old="" if key == "id_number" else str(getattr(student, key)),
            new="" if key == "id_number" else str(getattr(row, key)),
            by_id=sent,
            source=ChangeSource.CASE,
        )
        for key in changed
    )


procedures.register(KeyInformation())
