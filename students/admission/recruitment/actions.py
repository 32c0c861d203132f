"""招生: a school lists the graduates it recruits, sends them county by county, and says who has reported (R4.5).

A list goes school → its authority → the authority of the schools they graduated from; of one authority it decides
once. The record moves on the day a pupil has reported, never before: until then the pupil is 毕业 at its old school.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import cast, overload

from django.db import transaction
from django.db.models import Exists, OuterRef, prefetch_related_objects

from ledger import audit
from orgs.people.models import PostRole, Unit
from orgs.people.school_system import system_on
from orgs.people.successors import heir_or_self
from reviews.engine import door, seating
from reviews.engine.models import Case
from reviews.engine.opinions import checked_opinion
from reviews.vocabulary.states import MOVED_NOTHING, State, Verb
from students.changes import pupil_drafts
from students.changes.procedures import subject_of
from students.onward import one_way
from students.onward.models import LIVE, RecruitedPupil, Recruiting
from students.pupil.grades import Entering, entering_grade, grade_label, phase_of
from students.pupil.models import SchoolClass, Student
from students.pupil.statuses import StudentStatus
from students.pupil.year_rows import entry_year
from students.record import moving
from web import clock
from web.refusals import Refusal, Refused, refuse
from web.words import zh

KIND = "recruitment"
NAME = zh("招生")
# What is told of a list of the school's own graduates; see students/admission/recruitment/through.py.
THROUGH = zh("直升")
CLAUSE = zh("附件1 四.3")
CHAIN = "students"
# A list is read by people and moved in one transaction.
MOST = 1000


@overload
def seat_refusal(school: None, by, day: date) -> Refusal: ...


@overload
def seat_refusal(school: Unit | None, by, day: date) -> Refusal | None: ...


def seat_refusal(school: Unit | None, by, day: date) -> Refusal | None:
    """Why ``by`` cannot list, send or report pupils of ``school``."""
    told = Refusal("no_seat", zh("招生由招生学校的学籍管理员办理，你没有这个岗位。"), CLAUSE)
    if school is None:
        return seating.no_seat(by, day, told)
    return seating.seat_refusal(by, school.pk, PostRole.REGISTRAR, day, told)


# ---------------------------------------------------------------- who can be recruited


def troubles(
    students: Iterable[Student],
    school: Unit,
    day: date,
    own: Sequence[int] = (),
    ending: Sequence[str] = (),
) -> dict[int, Refusal]:
    """Of the pupils who cannot be recruited by ``school`` now: why, by id. A handful of statements for any number.

    Form, table, list and reporting all ask here. ``own`` are the rows by which the school itself lists them, ``ending``
    the kinds of cases that end with what is asked for, and therefore hold nobody.
    """
    students = list(students)
    subjects = {subject_of(student.pk): student.pk for student in students}
    running = {
        subjects[key]: number
        for key, number in Case.objects.filter(exclusive_key__in=subjects)
        .exclude(kind__in=[*one_way.RECORD_PAPERS, *ending])
        .values_list("exclusive_key", "number")
        if key in subjects
    }
    rows = RecruitedPupil.objects.filter(student__in=students, state__in=LIVE).exclude(pk__in=own)
    listed = {row.student_id: row.school for row in rows.select_related("school")}
    grades = system_on(school, day)
    prefetch_related_objects(students, "school__system_periods")
    found = {}
    for student in students:
        told = _trouble(student, school, grades, day, running.get(student.pk), listed.get(student.pk))
        if told:
            found[student.pk] = Refusal(*told)
    return found


def _trouble(student: Student, school: Unit, system, day: date, running, listed) -> tuple | None:
    if student.status != StudentStatus.GRADUATED or student.graduated_on is None or student.school is None:
        status = student.get_status_display()
        return "not_graduated", zh("学籍状态为“{status}”，只有毕业状态的学生可以招生", status=status), CLAUSE
    if student.school.province_id != school.province_id:
        return "other_province", zh("毕业学校在外省（区、市），请用“毕业后就学”办理"), zh("附件1 三.3")
    grade = entering_grade(student, day)
    if grade not in system.grades:
        label = grade_label(grade, system)
        return (
            "no_grade",
            zh("毕业后应读{label}，{school_name}没有这个年级", label=label, school_name=school.name),
            zh("附件1 四.2"),
        )
    if running:
        return "other_case", zh("业务 {running} 在办，办结或撤销后再招生", running=running), zh("附件1 三.1")
    if listed is not None:
        where = zh("本校") if listed.pk == school.pk else listed.name
        return "listed", zh("已在{where}的招生名册中，须先由该校删去或登记未报到", where=where), CLAUSE
    return None


# ---------------------------------------------------------------- the school's list


def add(students: Sequence[Student], school: Unit, by, now: datetime, classes: dict[int, int] | None = None):
    """List pupils, each once; ``classes`` names class numbers by pupil. Returns the rows. Raises Refused, then nobody was
    listed."""
    day = clock.local_date(now)
    if refused := seat_refusal(school, by, day):
        raise Refused(refused)
    with transaction.atomic():
        Unit.objects.select_for_update(no_key=True).get(pk=school.pk)
        students = _locked(students)
        found = troubles(students, school, day)
        for student in students:
            if student.pk in found:
                told = found[student.pk]
                refuse(
                    told.code,
                    zh(
                        "{student_name}：{told_sentence}。",
                        student_name=student.name,
                        told_sentence=told.sentence,
                    ),
                    told.clause,
                )
        rows = RecruitedPupil.objects.bulk_create(
            [
                RecruitedPupil(
                    student=student,
                    school=school,
                    graduated_from=student.school,
                    # Only graduates are recruited, and these have the day (student_graduated_on).
                    graduated_on=cast("date", student.graduated_on),
                    grade=entering_grade(student, day),
                    class_number=(classes or {}).get(student.pk),
                    listed_by=by,
                )
                for student in students
            ],
            batch_size=1000,
        )
        _note(school, by, "listed", [row.student_id for row in rows])
    return rows


def _locked(students: Iterable[Student]) -> list[Student]:
    """The pupils as they are now, locked: what ends a graduate's being one, or lists it elsewhere, waits for this list or
    is seen by it."""
    wanted = [student.pk for student in students]
    held = Student.objects.select_for_update(no_key=True, of=("self",)).select_related("school")
    found = {student.pk: student for student in held.filter(pk__in=wanted).order_by("pk")}
    return [found[pk] for pk in dict.fromkeys(wanted)]


def drop(row: RecruitedPupil, by, now: datetime) -> None:
    """Take a pupil off a list that is not sent, or that the school has in hand for correction. Raises Refused."""
    day = clock.local_date(now)
    if refused := seat_refusal(row.school, by, day):
        raise Refused(refused)
    if row.case is not None and row.state == Recruiting.SENT:
        with door.edit(row.case, by, "recruitment_dropped", detail={"student": row.student_id}):
            _dropped(row, by)
        return
    with transaction.atomic():
        _dropped(row, by)


def _dropped(row: RecruitedPupil, by) -> None:
    rows = RecruitedPupil.objects.filter(pk=row.pk, state__in=[Recruiting.LISTED, Recruiting.SENT])
    if not rows.update(state=Recruiting.DROPPED):
        refuse(
            "row_state",
            zh("该生{state}，不能从名册中删去，请刷新后核对。", state=row.get_state_display()),
            CLAUSE,
        )
    _note(row.school, by, "dropped", [row.student_id])


def waiting(school: Unit):
    """The rows of the school that are not sent yet."""
    rows = RecruitedPupil.objects.filter(school=school, state=Recruiting.LISTED)
    return rows.select_related("student__school", "school", "graduated_from__authority")


def send(school: Unit, by, now: datetime, opinion: str) -> list[Case]:
    """Send all that are listed, one case for each authority they graduated under and one for the school's own graduates
    (直升), to the school's head. Raises Refused; lists sent before the refusal stay sent, the others stay listed."""
    day = clock.local_date(now)
    if refused := seat_refusal(school, by, day):
        raise Refused(refused)
    opinion = checked_opinion(opinion, Verb.SUBMIT)
    rows = list(waiting(school))
    if not rows:
        refuse("nobody", zh("名册是空的：请先登记被录取的学生，或导入名册。"), CLAUSE)
    found = troubles([row.student for row in rows], school, day, [row.pk for row in rows])
    if found:
        told = next(row for row in rows if row.student_id in found)
        sentence = zh(
            "名册中有 {count} 名学生现在不能招生，请先删去：{student_name}，{sentence}",
            count=len(found),
            student_name=told.student.name,
            sentence=found[told.student_id].sentence,
        )
        refuse(
            "troubles",
            zh("{sentence}{part}。", sentence=sentence, part=zh("等") if len(found) > 1 else ""),
            found[told.student_id].clause,
        )
    return [_send_one(school, unit, part, by, now, opinion) for unit, part in parts_of(rows, day)]


def parts_of(rows: list[RecruitedPupil], day: date) -> list[tuple[Unit, list[RecruitedPupil]]]:
    """Parts of a school's list by the authority that stands for their schools today, its own graduates apart by the grade
    that receives them; none longer than :data:`MOST`."""
    schools = {row.graduated_from_id: row.graduated_from for row in rows}
    # Every school has an authority.
    authorities = {pk: cast("Unit", heir_or_self(one, day).authority) for pk, one in schools.items()}
    parts = defaultdict(list)
    for row in rows:
        own = row.grade if row.own else 0
        parts[authorities[row.graduated_from_id], own].append(row)
    return [
        (unit, part[at : at + MOST])
        for (unit, _), part in sorted(parts.items(), key=lambda found: (found[0][0].code, found[0][1]))
        for at in range(0, len(part), MOST)
    ]


def _send_one(school: Unit, authority: Unit, rows: list[RecruitedPupil], by, now, opinion: str) -> Case:
    return pupil_drafts.sent_list(
        rows,
        KIND,
        by,
        now,
        receiving=school,
        sending=authority,
        subject=f"recruitment:{rows[0].pk}",
        headline=zh("{count} 名本校毕业生直升", count=len(rows))
        if rows[0].own
        else zh(
            "{count} 名毕业生（{authority_short_name}）",
            count=len(rows),
            authority_short_name=authority.short_name,
        ),
        words=f"{NAME} {school.name}",
        opinion=opinion,
    )


def add_again(case: Case, by, now: datetime) -> tuple[list[RecruitedPupil], dict[str, str]]:
    """List the pupils of a list that ended without anything having moved, each once (R3.1b). Returns the new rows, and
    of those who cannot be listed now the reason by name: they hold nobody else up. Raises Refused where nobody can."""
    day = clock.local_date(now)
    school = heir_or_self(case.receiving_unit, day)
    if refused := seat_refusal(school, by, day):
        raise Refused(refused)
    if case.state not in MOVED_NOTHING:
        refuse("case_state", zh("这份名册没有撤销或驳回，不需要重新列入。"), CLAUSE)
    rows = list(left_over(case))
    if not rows:
        refuse("nobody", zh("这份名册中没有可以重新列入的学生；已经重新列入过的不再重复列入。"), CLAUSE)
    found = troubles([row.student for row in rows], school, day)
    left_out = {row.student.name: found[row.student_id].sentence for row in rows if row.student_id in found}
    rows = [row for row in rows if row.student_id not in found]
    if not rows:
        name, sentence = next(iter(left_out.items()))
        refuse(
            "nobody",
            zh("名册中的学生现在都不能招生：{name}，{sentence}。", name=name, sentence=sentence),
            CLAUSE,
        )
    classes = {row.student_id: row.class_number for row in rows if row.class_number}
    return add([row.student for row in rows], school, by, now, classes), left_out


def left_over(case: Case):
    """The pupils of an ended list whom its school has not listed since."""
    since = RecruitedPupil.objects.filter(
        student=OuterRef("student"), school=OuterRef("school"), pk__gt=OuterRef("pk")
    )
    rows = RecruitedPupil.objects.filter(case=case, state=Recruiting.RETURNED).exclude(Exists(since))
    return rows.select_related("student__school")


# ---------------------------------------------------------------- who has reported


def report_refusal(case: Case, by, day: date) -> Refusal | None:
    """Why ``by`` cannot say who of a list has reported: the school's registrar, after the last sign-off."""
    if refused := seat_refusal(case.receiving_unit, by, day):
        return refused
    if case.state != State.COMPLETED:
        return Refusal("case_state", zh("名册还没有核办完，办结后才能登记报到。"), CLAUSE)
    return None


def report(case: Case, students: Sequence[int], on: date | None, by, now: datetime) -> int:
    """Pupils of a finished list have reported ``on`` that day: their records move, they are 在校 again (R4.5). What
    another school still has running to take them in ends with it.

    Returns how many. Raises Refused; then nobody has moved.
    """
    day = clock.local_date(now)
    if refused := report_refusal(case, by, day):
        raise Refused(refused)
    school = heir_or_self(case.receiving_unit, day)
    if on is None or on > day:
        refuse("reported_on", zh("请填写报到日期，不能晚于今天。"), CLAUSE)
    with transaction.atomic():
        rows, pupils = _held(case, students)
        early = next((row for row in rows if on < row.graduated_on), None)
        if early is not None:
            told = zh(
                "{student_name}于{day}毕业，报到日期不能更早。",
                student_name=early.student.name,
                day=clock.spoken(early.graduated_on),
            )
            refuse("reported_on", told, CLAUSE)
        ids = [row.pk for row in rows]
        found = troubles(pupils, school, day, ids, one_way.GIVES_WAY)
        if found:
            pupil = next(pupil for pupil in pupils if pupil.pk in found)
            why_not = found[pupil.pk]
            refuse(
                why_not.code,
                zh(
                    "{pupil_name}：{told_sentence}，不能登记报到。",
                    pupil_name=pupil.name,
                    told_sentence=why_not.sentence,
                ),
                why_not.clause,
            )
        into = _entering(school, pupils, on, case.ruled_on(on))
        _keep(rows, pupils)
        RecruitedPupil.objects.filter(pk__in=ids).update(
            state=Recruiting.REPORTED, reported_on=on, reporting_by=by
        )
        why = zh(
            "该生已在{school}报到（招生 {number}），学籍随之转入该校。",
            school=school.name,
            number=case.number,
        )
        one_way.end_other_cases([pupil.pk for pupil in pupils], why, case)
        moved = moving.move_many(
            pupils,
            school,
            into,
            _classes(school, rows, into),
            now,
            case_number=case.number,
            how=THROUGH if rows[0].own else NAME,
            status=StudentStatus.ENROLLED,
        )
        _note(school, by, "reported", [one["student"] for one in moved], case)
    return len(moved)


def absent(case: Case, students: Sequence[int], by, now: datetime) -> int:
    """Pupils of a finished list did not report: their records stay where they are, another school may recruit them."""
    if refused := report_refusal(case, by, clock.local_date(now)):
        raise Refused(refused)
    with transaction.atomic():
        rows, _ = _held(case, students)
        RecruitedPupil.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=Recruiting.ABSENT, reporting_by=by
        )
        _note(case.receiving_unit, by, "absent", [row.student_id for row in rows], case)
    return len(rows)


def undo_absent(case: Case, students: Sequence[int], by, now: datetime) -> int:
    """未报到 was registered wrongly, or the pupils have come after all: they are awaited again. The school's registrar
    takes it back as it was registered, while the pupils are still free: on no other list, with nothing running."""
    day = clock.local_date(now)
    if refused := report_refusal(case, by, day):
        raise Refused(refused)
    with transaction.atomic():
        rows, pupils = _held(case, students, Recruiting.ABSENT)
        found = troubles(pupils, heir_or_self(case.receiving_unit, day), day)
        if found:
            pupil = next(pupil for pupil in pupils if pupil.pk in found)
            refuse(
                found[pupil.pk].code,
                zh(
                    "{pupil_name}：{told_sentence}，不能撤回未报到登记。",
                    pupil_name=pupil.name,
                    told_sentence=found[pupil.pk].sentence,
                ),
                found[pupil.pk].clause,
            )
        RecruitedPupil.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=Recruiting.ADMITTED, reporting_by=None
        )
        _note(case.receiving_unit, by, "absent_taken_back", [row.student_id for row in rows], case)
    return len(rows)


def _held(
    case: Case, students: Sequence[int], state: str = Recruiting.ADMITTED
) -> tuple[list[RecruitedPupil], list[Student]]:
    """The chosen pupils and their rows, locked: pupils before rows, always."""
    held = Student.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "school", "school_class"
    )
    pupils = list(held.filter(pk__in=students, recruited__case=case, recruited__state=state).order_by("pk"))
    found = RecruitedPupil.objects.select_for_update(of=("self",), no_key=True).filter(
        case=case, student__in=pupils, state=state
    )
    rows = list(found.select_related("student").order_by("student_id"))
    if not rows or len(rows) != len(set(students)):
        which = zh("待报到") if state == Recruiting.ADMITTED else zh("未报到")
        refuse(
            "nobody", zh("请勾选{which}的学生；名册可能刚刚有变化，请刷新后重新勾选。", which=which), CLAUSE
        )
    return rows, pupils


def _entering(school: Unit, pupils: list[Student], on: date, ruled_on: date) -> dict[int, Entering]:
    """Where each comes who reports ``on`` that day: the grade after the one it graduated from, however long ago, with
    the cohort that is, or in summer will be, in it."""
    found, year = {}, entry_year(on, school.province_id, ruled_on=ruled_on)
    prefetch_related_objects([school], "system_periods")
    for pupil in pupils:
        grade = entering_grade(pupil, on)
        cohort = year - grade + 1
        found[pupil.pk] = Entering(phase_of(grade, system_on(school, on, cohort)), cohort, grade)
    return found


def _keep(rows: list[RecruitedPupil], pupils: list[Student]) -> None:
    """What a roll-back puts back (R4.4)."""
    of = {pupil.pk: pupil for pupil in pupils}
    for row in rows:
        pupil = of[row.student_id]
        row.phase_was, row.cohort_was, row.class_was = pupil.phase, pupil.cohort, pupil.school_class
    RecruitedPupil.objects.bulk_update(rows, ["phase_was", "cohort_was", "class_was"], batch_size=1000)


def _classes(
    school: Unit, rows: list[RecruitedPupil], into: dict[int, Entering]
) -> dict[int, SchoolClass | None]:
    """The class of each pupil that has one named, made where the school does not have it yet."""
    keys = {
        row.student_id: (into[row.student_id].phase, into[row.student_id].cohort, row.class_number)
        for row in rows
        if row.class_number
    }
    SchoolClass.objects.bulk_create(
        [
            SchoolClass(school=school, phase=phase, cohort=cohort, number=number)
            for phase, cohort, number in sorted({*keys.values()})
        ],
        ignore_conflicts=True,
    )
    classes = SchoolClass.objects.filter(school=school) if keys else ()
    there = {(one.phase, one.cohort, one.number): one for one in classes}
    return {pk: there.get(keys[pk]) if pk in keys else None for pk in (row.student_id for row in rows)}


def _note(school: Unit, by, what: str, students: list[int], case: Case | None = None) -> None:
    body = {"school": school.code, "count": len(students), "students": students[:500]}
    if case is not None:
        body["case"] = case.number
    audit.record(CHAIN, audit.actor_of(by), f"recruitment.{what}", body, subject=f"school:{school.code}")
