"""毕业、结业: who of a cohort leaves the school, who does not and why; prepared by the registrar, signed by the head
(R4.1, R4.2, R3.5b).

A regular list is of one cohort in its last year, a late one of those who should have left a phase, on any day; both are
dated by the day of the signature. Problem records never stand in the way (R4.2). A pupil with a change of attendance or
grade running takes no part until it has ended; transfers that are running are cleared with the signature (R3.5b).
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, Q, prefetch_related_objects

from ledger import audit
from orgs.people.models import PostRole, Unit
from orgs.people.school_system import system_on
from orgs.people.successors import stands
from reviews.engine import book as rulebook
from reviews.engine import seating
from reviews.engine.grounds import held as held_by_wall
from reviews.engine.models import Case
from reviews.engine.opinions import checked_opinion, free_text
from reviews.engine.seating import two_persons
from reviews.rulebook.notice_values import TRANSFERS
from reviews.vocabulary.public_numbers import public_number
from reviews.vocabulary.states import Outcome, State, Verb
from students.changes.kinds import BY_KIND
from students.changes.procedures import subject_of
from students.dropouts.models import LIVE, DropoutMark
from students.pupil import attendance, year_rows
from students.pupil.grades import SENIOR, bounds, cohort_of, grade_name, nominal_grade
from students.pupil.models import Enrolment, ProblemRecord, Student
from students.pupil.statuses import ENDED, LEFT, StudentStatus
from students.record.moving import MERGED
from students.year_end import signals as yearend
from students.year_end.models import GraduationLine, GraduationRun, Leaving, Occasion, RunState
from web import clock
from web.refusals import Refusal, Refused, refuse
from web.text import says
from web.words import zh

CLAUSE = zh("附件1 三.5")
CHAIN = "students"


@dataclass(frozen=True)
class Leavers:
    """Whom a school may list: a cohort in its last year, or those of a phase who should have left (``cohort`` None)."""

    phase: str
    cohort: int | None
    grade: int
    pupils: int
    left: int
    run: GraduationRun | None

    @property
    def late(self) -> bool:
        """应毕业未毕业."""
        return self.cohort is None


def season_refusal(day: date, province: int | None) -> Refusal | None:
    """Why no cohort can be listed on ``day``: only from a day of its last year on, until the promotion. Late lists have
    no season."""
    first = year_rows.graduation_first(day, province)
    if day >= first:
        return None
    return Refusal(
        "season",
        zh(
            "本学年的毕业办理从{first}起，应在{day}前完成；应毕业未毕业的学生随时可以补办。",
            first=clock.spoken(first),
            day=clock.spoken(year_rows.graduation_due(first, province)),
        ),
        CLAUSE,
    )


def leavers(school: Unit, day: date) -> list[Leavers]:
    """Whom the school may list, with how many are still to leave: each cohort in the last grade of its phase, and of each
    phase those who stand in it beyond. A new entry year of the next phase was never in a last grade here."""
    prefetch_related_objects([school], "system_periods")
    rows = (
        Student.objects.filter(school=school).values("phase", "cohort", "status").annotate(count=Count("pk"))
    )
    here: Counter[tuple[str, int | None]] = Counter()
    left: Counter[tuple[str, int | None]] = Counter()
    grades = {}
    for row in rows.order_by():
        last = bounds(row["phase"], system_on(school, day, row["cohort"]))[1]
        beyond = nominal_grade(row["cohort"], day) - last
        if beyond < 0:
            continue
        key = row["phase"], None if beyond else row["cohort"]
        grades[key] = last
        if row["status"] == StudentStatus.ENROLLED:
            here[key] += row["count"]
        elif row["status"] in LEFT and not beyond:
            left[key] += row["count"]
    runs = GraduationRun.objects.filter(school=school, state=RunState.READY)
    live = {(run.phase, run.cohort): run for run in runs}
    ordered = sorted(here, key=lambda key: (key[1] is None, key[1] or 0, key[0]))
    return [Leavers(key[0], key[1], grades[key], here[key], left[key], live.get(key)) for key in ordered]


# ---------------------------------------------------------------- who leaves


def _pupils(school: Unit, phase: str, cohort: int | None, day: date):
    rows = Student.objects.filter(school=school, phase=phase)
    if cohort is not None:
        return rows.filter(cohort=cohort)
    return rows.filter(cohort__lt=cohort_of(bounds(phase, system_on(school, day))[1], day))


def lines_of(
    school: Unit, phase: str, cohort: int | None, day: date, ruled_on: date | None = None
) -> dict[int, GraduationLine]:
    """What a list would do with each pupil, by id; a handful of statements. Problem records, key information and whatever
    else is about the record never hold anybody up (四.1). ``ruled_on``: the day whose rows judge (R0.7)."""
    pupils = _pupils(school, phase, cohort, day).exclude(status__in=ENDED)
    rows = list(pupils.values_list("pk", "status", "cohort"))
    subjects = {subject_of(pk): pk for pk, _, _ in rows}
    running = dict(
        Case.objects.filter(exclusive_key__in=subjects, kind__in=BY_KIND).values_list(
            "exclusive_key", "number"
        )
    )
    marked = set()
    if year_rows.dropout_holds_graduation(ruled_on or day, school.province_id):
        marks = DropoutMark.objects.filter(student__in=subjects.values(), state__in=LIVE)
        marked = set(marks.values_list("student", flat=True))
    taken_in = attendance.known.elsewhere([pk for pk, _, _ in rows])
    found = {}
    for pk, status, of in rows:
        why = ""
        if status != StudentStatus.ENROLLED:
            why = zh("学籍状态为{label}", label=StudentStatus(status).label)
        elif case := running.get(subject_of(pk)):
            why = zh("业务 {case} 在办，办结或撤销后再办毕业", case=case)
        elif pk in marked:
            why = zh("辍学标识未解除")
        elif pk in taken_in:
            why = zh("已线下转入{school}", school=taken_in[pk])
        leaving = Leaving.LEFT_OUT if why else Leaving.GRADUATED
        found[pk] = GraduationLine(student_id=pk, leaving=leaving, reason=why, cohort=of)
    return found


def open_transfers(run: GraduationRun) -> int:
    """How many running transfers would be cleared with the list (R3.5b)."""
    leaving = run.lines.exclude(leaving=Leaving.LEFT_OUT)
    subjects = [subject_of(pk) for pk in leaving.values_list("student", flat=True)]
    rows = Case.objects.filter(exclusive_key__in=subjects, kind__in=TRANSFERS)
    return rows.exclude(state=State.DRAFT).count()


def origins(run: GraduationRun) -> dict[int, str]:
    """Of the pupils whose school was closed into this one, which that was, by id (R3.1)."""
    here = Enrolment.objects.filter(
        student__in=run.lines.values("student"), entered_by=MERGED, period__endswith__isnull=True
    )
    rows = Enrolment.objects.filter(left_by=MERGED, student__in=here.values("student")).order_by("period")
    return dict(rows.values_list("student", "school__name"))


def open_problems(run: GraduationRun) -> int:
    """How many of those who leave have an open problem record: told, it stops nothing (R4.2)."""
    leaving = run.lines.exclude(leaving=Leaving.LEFT_OUT).values("student")
    return ProblemRecord.objects.filter(student__in=leaving, closed_at__isnull=True).count()


# ---------------------------------------------------------------- by people


def _seat(account, school: Unit, role: str, day: date) -> Refusal | None:
    who = zh("学籍管理员准备") if role == PostRole.REGISTRAR else zh("负责人核办")
    told = Refusal(
        "no_seat",
        zh("毕业办理由{school_name}的{who}，你没有这个岗位。", school_name=school.name, who=who),
        CLAUSE,
    )
    return seating.seat_refusal(account, school.pk, role, day, told)


def _closed(school: Unit, day: date) -> Refusal | None:
    if stands(school, day):
        return None
    told = zh("{school_name}已撤销，名单由承接学校准备和核办。", school_name=school.name)
    return Refusal("school_closed", told, CLAUSE)


def prepare(school: Unit, phase: str, cohort: int | None, by, now: datetime) -> GraduationRun:
    """The registrar's list of a cohort, or without one the late list of a phase, for the head to sign. Raises Refused."""
    day = clock.local_date(now)
    refused = _closed(school, day) or _seat(by, school, PostRole.REGISTRAR, day)
    refused = refused or (season_refusal(day, school.province_id) if cohort is not None else None)
    if refused is not None:
        raise Refused(refused)
    with transaction.atomic():
        Unit.objects.select_for_update(no_key=True).get(pk=school.pk)
        found = next(
            (row for row in leavers(school, day) if (row.phase, row.cohort) == (phase, cohort)), None
        )
        if found is None:
            refuse("cohort", zh("这一级不在毕业年级，或已没有在校学生，请刷新后重新选择。"), CLAUSE)
        if found.run is not None:
            refuse(
                "live",
                zh("这一级的毕业办理 {run_number} 正等待负责人核办。", run_number=found.run.number),
                CLAUSE,
            )
        run = GraduationRun.objects.create(
            number=public_number("BY", day.year),
            school=school,
            phase=phase,
            cohort=cohort,
            occasion=Occasion.LATE if cohort is None else Occasion.REGULAR,
            grade=found.grade,
            prepared_by=by,
            prepared_at=now,
        )
        _fill(run, lines_of(school, phase, cohort, day))
        _note(run, by, "prepared")
    return run


def _fill(run: GraduationRun, lines: dict[int, GraduationLine]) -> None:
    for line in lines.values():
        line.run = run
    GraduationLine.objects.bulk_create(lines.values(), batch_size=2000)


def decide(run: GraduationRun, student: int, leaving: str, reason: str, by, now: datetime) -> None:
    """The registrar's own word on one pupil: 结业 or 肄业, in senior secondary only, or left out, each with its reason;
    毕业 takes it back. Raises Refused."""
    day, reason = clock.local_date(now), free_text(reason, zh("原因"), CLAUSE, 200)
    with transaction.atomic():
        held = _locked(run)
        refused = _seat(by, held.school, PostRole.REGISTRAR, day) or _not_ready(held)
        if refused is not None:
            raise Refused(refused)
        if leaving not in Leaving.values:
            refuse("leaving", zh("请从所列结论中选择。"), CLAUSE)
        if leaving != Leaving.LEFT_OUT and leaving not in endings(held):
            told = zh("结业、肄业只用于高中；小学、初中学生应予毕业，确有原因的列为“不参与”并写明原因。")
            if held.phase == SENIOR:
                told = zh(
                    "按规定，{title}不能{leaving}；应予毕业，确有原因的列为“不参与”并写明原因。",
                    title=title(held),
                    leaving=Leaving(leaving).label,
                )
            refuse("completion_senior_only", told, CLAUSE)
        by_hand = leaving != Leaving.GRADUATED
        reason = reason if by_hand else ""
        if by_hand:
            held_by_wall(reason, held.school, act=Leaving(leaving).label)
        if by_hand and not says(reason):
            refuse("reason", zh("请写明原因（2–200 字）；改回毕业时不用写。"), CLAUSE)
        rows = held.lines.filter(Q(by_hand=True) | ~Q(leaving=Leaving.LEFT_OUT), student=student)
        if not rows.update(leaving=leaving, reason=reason, by_hand=by_hand):
            refuse("not_listed", zh("这名学生不在本次毕业名单中，请刷新后重新核对。"), CLAUSE)


def ruled_on(run: GraduationRun) -> date:
    """The day whose rows judge a list: that on which it was prepared (R0.7)."""
    return clock.local_date(run.prepared_at)


def endings(run: GraduationRun) -> tuple[str, ...]:
    """How the phase may be ended on this list: 毕业, and 结业 and 肄业 where a row lets it."""
    day, province, book, found = (
        ruled_on(run),
        run.school.province_id,
        rulebook.current(),
        [Leaving.GRADUATED],
    )
    if run.phase in year_rows.completion_phases(day, province, book):
        found.append(Leaving.COMPLETED)
    if run.phase == SENIOR and run.grade in year_rows.incomplete_grades(day, province, book):
        found.append(Leaving.INCOMPLETE)
    return tuple(found)


def sign(run: GraduationRun, by, now: datetime, opinion: str) -> GraduationRun:
    """The head signs: status and day of every pupil on the list, transfers cleared, in one transaction (R4.1, R3.5b).

    Raises Refused; where the list no longer is what stands, it is written anew for another look.
    """
    try:
        return _signed(run, by, now, opinion)
    except Refused as error:
        if error.code == "changed":
            with transaction.atomic():
                _refresh(_locked(run), clock.local_date(now))
        raise


def _signed(run: GraduationRun, by, now: datetime, opinion: str) -> GraduationRun:
    day = clock.local_date(now)
    with transaction.atomic():
        held = _locked(run)
        refused = sign_refusal(held, by, day)
        if refused is not None:
            raise Refused(refused)
        opinion = checked_opinion(opinion, Verb.SIGN, Outcome.AGREE)
        held_by_wall(opinion, held.school, act=zh("核办"))
        lines = list(held.lines.all())
        listed = {line.student_id: line.leaving for line in lines}
        leaving = sorted(pk for pk, what in listed.items() if what != Leaving.LEFT_OUT)
        # Student before case, always.
        locked = Student.objects.select_for_update(no_key=True).filter(pk__in=leaving).order_by("pk")
        list(locked.values_list("pk", flat=True))
        if _differs(held, lines, day):
            refuse("changed", zh("名单在准备之后有变化，已按现在的学籍更新，请重新核对后再核办。"), CLAUSE)
        for what in (Leaving.GRADUATED, Leaving.COMPLETED, Leaving.INCOMPLETE):
            ids = [pk for pk in leaving if listed[pk] == what]
            Student.objects.filter(pk__in=ids).update(status=what, graduated_on=day)
        province, book = held.school.province_id, rulebook.current()
        for line in lines:
            nominal = year_rows.certificate_day(line.cohort + held.grade, ruled_on(held), province, book)
            line.certificate_on = min(day, nominal)
        GraduationLine.objects.bulk_update(lines, ["certificate_on"], batch_size=1000)
        held.cleared = yearend.announce(held.school, leaving, day, audit.actor_of(by))
        held.state, held.signed_by, held.signed_at = RunState.DONE, by, now
        held.opinion, held.day = opinion, day
        held.save(update_fields=["state", "signed_by", "signed_at", "opinion", "day", "cleared"])
        _note(held, by, "signed", Counter(listed.values()) | {"cleared": held.cleared})
    return held


def _differs(run: GraduationRun, lines: list[GraduationLine], day: date) -> bool:
    """Whether the list is not what would be written now; the registrar's own word stands for 毕业."""
    found = lines_of(run.school, run.phase, run.cohort, day, ruled_on(run))
    now = {pk: line.leaving for pk, line in found.items()}
    return now != {line.student_id: Leaving.GRADUATED if line.by_hand else line.leaving for line in lines}


def _refresh(run: GraduationRun, day: date) -> None:
    kept = {line.student_id: line for line in run.lines.filter(by_hand=True)}
    run.lines.all().delete()
    lines = lines_of(run.school, run.phase, run.cohort, day, ruled_on(run))
    for pk, said in kept.items():
        if pk in lines and lines[pk].leaving == Leaving.GRADUATED:
            lines[pk].leaving, lines[pk].reason, lines[pk].by_hand = said.leaving, said.reason, True
    _fill(run, lines)


def sign_refusal(run: GraduationRun, by, day: date) -> Refusal | None:
    """Why the account cannot sign the list now: another person than the one who prepared it (R0.5), at a school that
    stands. A list that is prepared may be signed on any day; it is dated by that day."""
    refused = _closed(run.school, day) or _seat(by, run.school, PostRole.HEAD, day) or _not_ready(run)
    return refused or two_persons(run.prepared_by, by, zh("准备和核办须由两个人办理，请另一位负责人核办。"))


def drop(run: GraduationRun, by, now: datetime) -> GraduationRun:
    """Give a list up that is not signed; nobody has graduated by it. Raises Refused."""
    day = clock.local_date(now)
    with transaction.atomic():
        held = _locked(run)
        refused = drop_refusal(held, by, day)
        if refused is not None:
            raise Refused(refused)
        held.state = RunState.DROPPED
        held.save(update_fields=["state"])
        _note(held, by, "dropped")
    return held


def drop_refusal(run: GraduationRun, by, day: date) -> Refusal | None:
    """Why the account cannot give the list up: registrar or head of the school, before it is signed."""
    if _seat(by, run.school, PostRole.HEAD, day) is None:
        return _not_ready(run)
    return _seat(by, run.school, PostRole.REGISTRAR, day) or _not_ready(run)


def _not_ready(run: GraduationRun) -> Refusal | None:
    if run.state == RunState.READY:
        return None
    return Refusal("state", zh("这次毕业办理{state}，不能再更改。", state=run.get_state_display()), CLAUSE)


def _locked(run: GraduationRun) -> GraduationRun:
    rows = GraduationRun.objects.select_for_update(of=("self",)).select_related("prepared_by", "school")
    return rows.get(pk=run.pk)


def _note(run: GraduationRun, by, what: str, counts: dict | None = None) -> None:
    body = {
        "run": run.pk,
        "school": run.school_id,
        "phase": run.phase,
        "cohort": run.cohort,
        **(counts or {}),
    }
    audit.record(CHAIN, audit.actor_of(by), f"graduation.{what}", body, subject=f"graduation:{run.number}")


def title(run: GraduationRun | Leavers) -> str:
    """“2020级（六年级）”, “应毕业未毕业（六年级）”."""
    grade = grade_name(run.grade, run.phase)
    if run.cohort is None:
        return zh("应毕业未毕业（{grade_label}）", grade_label=grade)
    return zh("{run_cohort}级（{grade_label}）", run_cohort=run.cohort, grade_label=grade)
