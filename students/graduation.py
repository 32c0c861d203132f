"""毕业、结业: who of a cohort leaves the school, who does not and why; prepared by the registrar, signed by the head
(R4.1, R4.2, R3.5b).

Problem records never stand in the way (R4.2). A pupil with a change of its own school's running takes no part until it
has ended; transfers that are running are cleared with the signature (R3.5b).
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count

from ledger import audit, clock
from ledger.words import zh
from orgs.models import PostRole, Unit
from orgs.school_system import system_on
from orgs.seats import seat_at
from reviews.models import Case
from reviews.notice_values import TRANSFERS
from reviews.opinions import checked_opinion, cleaned
from reviews.public_numbers import public_number
from reviews.refusals import Refusal, Refused, refuse
from reviews.states import State, Verb
from students import yearend
from students.grades import grade_label, grade_on, is_graduating
from students.graduation_models import GraduationLine, GraduationRun, Leaving, RunState
from students.models import ProblemRecord, Student, StudentStatus
from students.procedures import subject_of

CLAUSE = zh("附件1 三.5")
CHAIN = "students"
# 毕业结业 by 30 July (三.5); before the first of June nobody has finished the year.
FIRST_DAY, LAST_DAY = (6, 1), (7, 30)


@dataclass(frozen=True)
class Cohort:
    """A cohort that leaves a school this summer."""

    cohort: int
    grade: int
    pupils: int
    left: int
    late: bool
    run: GraduationRun | None


def last_day(day: date) -> date:
    """30 July of the year of ``day``."""
    return date(day.year, *LAST_DAY)


def season_refusal(day: date) -> Refusal | None:
    """Why nobody can be graduated on ``day``: only from 1 June on, for the school year that ends then."""
    if day >= date(day.year, *FIRST_DAY):
        return None
    first = clock.spoken(date(day.year, *FIRST_DAY))
    return Refusal(
        "season",
        zh("本学年的毕业办理从{first}起，应在{day}前完成。", first=first, day=clock.spoken(last_day(day))),
        CLAUSE,
    )


def cohorts(school: Unit, day: date) -> list[Cohort]:
    """The cohorts in the last grade of a phase on 30 July of the year, with how many are still to leave."""
    end = last_day(day)
    system = system_on(school, end)
    rows = Student.objects.filter(school=school).values("cohort", "status").annotate(count=Count("pk"))
    here, left = Counter(), Counter()
    for row in rows.order_by():
        if row["status"] == StudentStatus.ENROLLED:
            here[row["cohort"]] += row["count"]
        elif row["status"] in (StudentStatus.GRADUATED, StudentStatus.COMPLETED):
            left[row["cohort"]] += row["count"]
    live = {run.cohort: run for run in GraduationRun.objects.filter(school=school, state=RunState.READY)}
    return [
        Cohort(cohort, grade_on(cohort, end), here[cohort], left[cohort], day > end, live.get(cohort))
        for cohort in sorted({*here, *left})
        if here[cohort] and is_graduating(grade_on(cohort, end), system.system, system.highest)
    ]


# ---------------------------------------------------------------- who leaves


def lines_of(school: Unit, cohort: int) -> dict[int, tuple[str, str]]:
    """What a run would do with each pupil of the cohort: student id → (leaving, why not)."""
    pupils = Student.objects.filter(school=school, cohort=cohort).exclude(
        status__in=[StudentStatus.GRADUATED, StudentStatus.COMPLETED, StudentStatus.DECEASED]
    )
    subjects = {subject_of(pk): pk for pk in pupils.values_list("pk", flat=True)}
    running = dict(
        Case.objects.filter(exclusive_key__in=subjects)
        .exclude(kind__in=TRANSFERS)
        .values_list("exclusive_key", "number")
    )
    found = {}
    for pk, status in pupils.values_list("pk", "status"):
        case = running.get(subject_of(pk))
        if status != StudentStatus.ENROLLED:
            found[pk] = (Leaving.LEFT_OUT, zh("学籍状态为{label}", label=StudentStatus(status).label))
        elif case:
            found[pk] = (Leaving.LEFT_OUT, zh("业务 {case} 在办，办结或撤销后再办毕业", case=case))
        else:
            found[pk] = (Leaving.GRADUATED, "")
    return found


def open_transfers(school: Unit, cohort: int) -> int:
    """How many running transfers would be cleared with the run (R3.5b)."""
    pupils = Student.objects.filter(school=school, cohort=cohort, status=StudentStatus.ENROLLED)
    subjects = [subject_of(pk) for pk in pupils.values_list("pk", flat=True)]
    rows = Case.objects.filter(exclusive_key__in=subjects, kind__in=TRANSFERS)
    return rows.exclude(state=State.DRAFT).count()


def open_problems(run: GraduationRun) -> int:
    """How many of those who leave have an open problem record: told, it stops nothing (R4.2)."""
    leaving = run.lines.exclude(leaving=Leaving.LEFT_OUT).values("student")
    return ProblemRecord.objects.filter(student__in=leaving, closed_at__isnull=True).count()


# ---------------------------------------------------------------- by people


def _seat(account, school: Unit, role: str, day: date) -> Refusal | None:
    if seat_at(account, school.pk, role, day) is not None:
        return None
    who = zh("学籍管理员准备") if role == PostRole.REGISTRAR else zh("负责人核办")
    return Refusal(
        "no_seat",
        zh("毕业办理由{school_name}的{who}，你没有这个岗位。", school_name=school.name, who=who),
        CLAUSE,
    )


def prepare(school: Unit, cohort: int, by, now: datetime) -> GraduationRun:
    """The registrar's list of the cohort, for the head to sign. Raises Refused."""
    day = clock.local_date(now)
    refused = _seat(by, school, PostRole.REGISTRAR, day) or season_refusal(day)
    if refused is not None:
        raise Refused(refused)
    with transaction.atomic():
        Unit.objects.select_for_update(no_key=True).get(pk=school.pk)
        found = next((row for row in cohorts(school, day) if row.cohort == cohort), None)
        if found is None:
            refuse("cohort", zh("这一届不在毕业年级，或已没有在校学生，请刷新后重新选择。"), CLAUSE)
        if found.run is not None:
            refuse(
                "live",
                zh("这一届的毕业办理 {run_number} 正等待负责人核办。", run_number=found.run.number),
                CLAUSE,
            )
        run = GraduationRun.objects.create(
            number=public_number("BY", day.year),
            school=school,
            cohort=cohort,
            grade=found.grade,
            prepared_by=by,
        )
        _fill(run, lines_of(school, cohort))
        _note(run, by, "prepared")
    return run


def _fill(run: GraduationRun, lines: dict[int, tuple[str, str]]) -> None:
    GraduationLine.objects.bulk_create(
        (
            GraduationLine(run=run, student_id=pk, leaving=leaving, reason=reason)
            for pk, (leaving, reason) in lines.items()
        ),
        batch_size=2000,
    )


def complete_instead(run: GraduationRun, student: int, reason: str, by, now: datetime) -> None:
    """结业 in place of 毕业 for one pupil, with its reason; an empty reason takes it back to 毕业. Raises Refused."""
    day, reason = clock.local_date(now), cleaned(reason)[:200]
    with transaction.atomic():
        held = _locked(run)
        refused = _seat(by, held.school, PostRole.REGISTRAR, day) or _not_ready(held)
        if refused is not None:
            raise Refused(refused)
        if reason and len(reason) < 2:
            refuse("reason", zh("请写明结业的原因（2–200 字）；改回毕业时留空。"), zh("附件1 三.5"))
        leaving = Leaving.COMPLETED if reason else Leaving.GRADUATED
        rows = held.lines.filter(student=student).exclude(leaving=Leaving.LEFT_OUT)
        if not rows.update(leaving=leaving, reason=reason):
            refuse("not_listed", zh("这名学生不在本次毕业名单中，请刷新后重新核对。"), CLAUSE)


def sign(run: GraduationRun, by, now: datetime, opinion: str) -> GraduationRun:
    """The head signs: status and day of every pupil on the list, transfers cleared, in one transaction (R4.1, R3.5b).

    Raises Refused; where the list no longer is what stands, it is written anew for another look.
    """
    try:
        return _signed(run, by, now, opinion)
    except Refused as error:
        if error.code == "changed":
            with transaction.atomic():
                _refresh(_locked(run))
        raise


def _signed(run: GraduationRun, by, now: datetime, opinion: str) -> GraduationRun:
    day = clock.local_date(now)
    with transaction.atomic():
        held = _locked(run)
        refused = sign_refusal(held, by, day)
        if refused is not None:
            raise Refused(refused)
        opinion = checked_opinion(opinion, Verb.SIGN)
        listed = dict(held.lines.values_list("student_id", "leaving"))
        leaving = sorted(pk for pk, what in listed.items() if what != Leaving.LEFT_OUT)
        # Student before case, always.
        locked = Student.objects.select_for_update(no_key=True).filter(pk__in=leaving).order_by("pk")
        list(locked.values_list("pk", flat=True))
        if _differs(held, listed):
            refuse("changed", zh("名单在准备之后有变化，已按现在的学籍更新，请重新核对后再核办。"), CLAUSE)
        graduated_on = min(day, last_day(day))
        for what in (Leaving.GRADUATED, Leaving.COMPLETED):
            ids = [pk for pk in leaving if listed[pk] == what]
            Student.objects.filter(pk__in=ids).update(status=what, graduated_on=graduated_on)
        held.cleared = yearend.announce(held.school, leaving, graduated_on, audit.actor_of(by))
        held.state, held.signed_by, held.signed_at = RunState.DONE, by, now
        held.opinion, held.day = opinion, graduated_on
        held.save(update_fields=["state", "signed_by", "signed_at", "opinion", "day", "cleared"])
        _note(held, by, "signed", Counter(listed.values()) | {"cleared": held.cleared})
    return held


def _differs(run: GraduationRun, listed: dict[int, str]) -> bool:
    """Whether the list is not what would be written now; 结业 in place of 毕业 is the registrar's own word."""
    now = {pk: what for pk, (what, _) in lines_of(run.school, run.cohort).items()}
    same = {pk: Leaving.GRADUATED if what == Leaving.COMPLETED else what for pk, what in listed.items()}
    return now != same


def _refresh(run: GraduationRun) -> None:
    kept = dict(run.lines.filter(leaving=Leaving.COMPLETED).values_list("student_id", "reason"))
    run.lines.all().delete()
    lines = lines_of(run.school, run.cohort)
    for pk, reason in kept.items():
        if lines.get(pk, ("",))[0] == Leaving.GRADUATED:
            lines[pk] = (Leaving.COMPLETED, reason)
    _fill(run, lines)


def sign_refusal(run: GraduationRun, by, day: date) -> Refusal | None:
    """Why the account cannot sign the run now: another person than the one who prepared it (R0.5)."""
    refused = _seat(by, run.school, PostRole.HEAD, day) or _not_ready(run)
    if refused is None and run.prepared_by.person_id == by.person_id:
        return Refusal("same_person", zh("准备和核办须由两个人办理，请另一位负责人核办。"), zh("附件1 三.1"))
    return refused or season_refusal(day)


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
    body = {"run": run.pk, "school": run.school_id, "cohort": run.cohort, **(counts or {})}
    audit.record(CHAIN, audit.actor_of(by), f"graduation.{what}", body, subject=f"graduation:{run.number}")


def title(run: GraduationRun) -> str:
    """“2020级（六年级）”."""
    return zh(
        "{run_cohort}级（{grade_label}）",
        run_cohort=run.cohort,
        grade_label=grade_label(run.grade, run.school.school_system),
    )
