"""The rules of a change of status or grade, one guard each, with its sentence and its clause (R5.1–R5.3).

Asked by the page that offers the kinds, by the form, by the API and by the door; written here once.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import cast

from django.db.models import Q
from django_fsm import can_proceed

from orgs.people.models import Unit
from orgs.people.school_system import SystemOn, system_on
from orgs.people.successors import heir_or_self
from reviews.engine.models import Case
from reviews.engine.procedures import kind_name
from reviews.rulebook import windows
from reviews.vocabulary.states import State
from students.changes.kinds import (
    BY_KIND,
    CONTACTS,
    EXPULSION,
    GRADE,
    GRADE_CLAUSE,
    LAST_SEEN,
    LEAVING,
    LEFT_CLAUSE,
    OTHER_REASONS,
    RESUMPTION,
    SKIPPING,
    STATUS_CLAUSE,
    UNTIL,
    WITHDRAWAL,
    ChangeKind,
)
from students.changes.models import ChangePolicy, ContactAttempt, StatusChange
from students.changes.resuming import classless, own_cohort_fits
from students.dropouts.models import LIVE, REPORTED, DropoutMark
from students.pupil.grades import (
    SENIOR,
    bounds,
    grade_label,
    grade_of,
    label_of,
    nominal_grade,
    school_year,
    takes,
)
from students.pupil.models import CodeTable, Enrolment, SchoolClass, Student
from students.pupil.year_rows import resume_steps_down
from web.clock import local_date, months_after, spoken
from web.refusals import guard
from web.text import says
from web.words import zh

# 按原届复学 as a change and its facts say it.
OWN = ("own_cohort", "own_cohort_reason")
REASONS_TABLE = "change_reasons_jyt1001"
# R5.2: over three months; two contacts is our reading of 联系不上.
MONTHS_AWAY, FEWEST_CONTACTS = 3, 2
# How long ago a change may lie that is only now recorded.
_LONGEST_AGO = timedelta(days=366)
_CLASSLESS = zh("本校未开设这个年级，不编班；请不要选择班级，复学后由有这个年级的学校按转学办理。")


@dataclass
class ChangeFacts:
    """All that the rules judge: the pupil, the school, what was typed, what else is running."""

    student: Student
    school: Unit
    kind: ChangeKind
    now: datetime
    policy: ChangePolicy | None
    system: SystemOn
    """学制 of the school on the day that judges."""
    on: date | None = None
    until: date | None = None
    reason: CodeTable | None = None
    note: str = ""
    last_seen_on: date | None = None
    grade_to: int | None = None
    school_class: SchoolClass | None = None
    own_cohort: bool = False
    own_cohort_reason: str = ""
    contacts: list[ContactAttempt] = field(default_factory=list)
    other: Case | None = None
    submitted_at: datetime | None = None

    @property
    def today(self) -> date:
        """The day in Shanghai."""
        return local_date(self.now)

    @property
    def ruled_on(self) -> date:
        """The day whose rows judge: that of the submission, today before it (R0.7)."""
        return local_date(self.submitted_at or self.now)

    @property
    def grade(self) -> int:
        """The pupil's grade on the day that judges."""
        return grade_of(self.student, self.ruled_on, self.system)

    @property
    def grades(self) -> list[int]:
        """The grades that may be chosen."""
        return grades_open(self.kind, self.student, self.ruled_on, self.system)

    @property
    def grade_name(self) -> str:
        """What the pupil's grade is called on the day that judges."""
        return label_of(self.student, self.ruled_on, self.system)

    @cached_property
    def times(self) -> int:
        """How often the pupil has had such a change in its present phase."""
        past = StatusChange.objects.filter(
            student=self.student, case__kind=self.kind.kind, case__state=State.COMPLETED
        ).values_list("case__submitted_at", flat=True)
        rows = Enrolment.objects.filter(student=self.student).order_by("period")
        enrolled = list(rows.values_list("period__startswith", "phase"))

        def phase_at(instant):
            return next(
                (phase for begins, phase in reversed(enrolled) if begins <= instant), self.student.phase
            )

        return sum(phase_at(instant) == self.student.phase for instant in past)


def grades_open(kind: ChangeKind, student: Student, day: date, system: SystemOn) -> list[int]:
    """The grades a pupil may be put into by a change of this kind on ``day``, within the school's own and its phase. On
    复学 its own grade also where the school does not have it: it is moved by a transfer afterwards.

    Into the next phase leads a graduation only (R4.1, R5.1). Who was not graduated comes into the last grade, with the
    class that is there now; it cannot skip one.
    """
    first, last = bounds(student.phase, system)
    nominal = nominal_grade(student.cohort, day)
    steps: Iterable[int] = kind.grades
    if kind is RESUMPTION:
        steps = range(
            0, -resume_steps_down(day, student.school.province_id if student.school else None) - 1, -1
        )
    wanted = [nominal + step for step in steps if step <= 0 or nominal + step <= last]
    capped = dict.fromkeys(min(grade, last) for grade in wanted)
    kept = min(nominal, last) if kind is RESUMPTION else 0
    return [grade for grade in capped if grade >= first and (grade in system.grades or grade == kept)]


def policies_on(province_id: int | None, phase: str, day: date, **narrow) -> dict[str, ChangePolicy]:
    """The row in force of each kind (R5.1, R0.7): the province's before the nation's, the phase's before the one for
    any."""
    rows = ChangePolicy.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=day),
        Q(province=None) | Q(province=province_id),
        Q(phase="") | Q(phase=phase),
        valid_from__lte=day,
        **narrow,
    )
    closest = sorted(rows, key=lambda row: (row.province_id is not None, row.phase != "", row.valid_from))
    return {row.kind: row for row in closest}


# ---------------------------------------------------------------- the pupil


@guard("该生学籍已不在{school}，不能由{school}办理{kind}。", STATUS_CLAUSE, "学籍现在所在的学校")
def record_here(facts: ChangeFacts):
    """学籍在本校"""
    at = facts.student.school
    if at is not None and heir_or_self(at, facts.today).pk == facts.school.pk:
        return None
    return {"school": facts.school.name, "kind": facts.kind.name}


@guard("学籍状态为“{status}”的学生不能办理{kind}。", STATUS_CLAUSE)
def status_fits(facts: ChangeFacts):
    """学籍状态可以办理"""
    if can_proceed(getattr(facts.student, facts.kind.does)):
        return None
    return {"status": facts.student.get_status_display(), "kind": facts.kind.name}


@guard("义务教育阶段（小学、初中）的学生不得{kind}，该生在{grade}。", STATUS_CLAUSE)
def not_compulsory(facts: ChangeFacts):
    """不在义务教育阶段"""
    if facts.kind not in (EXPULSION, WITHDRAWAL) or facts.student.phase == SENIOR:
        return None
    return {"kind": facts.kind.name, "grade": facts.grade_name}


@guard("{told}", GRADE_CLAUSE, "省级管理员")
def policy_allows(facts: ChangeFacts):
    """本省（自治区）的规定允许"""
    name, grade = facts.kind.name, facts.grade_name
    if facts.policy is None:
        return {
            "told": zh(
                "本省（自治区）还没有规定{name}由谁批准、有什么条件，暂不能办理，请联系省级管理员。",
                name=name,
            )
        }
    if not facts.policy.allowed:
        return {
            "told": zh(
                "按规定（{policy_source}），{grade}的学生不能办理{name}。",
                policy_source=facts.policy.source,
                grade=grade,
                name=name,
            )
        }
    if (latest := _skips_until(facts)) and facts.ruled_on > latest:
        return {
            "told": zh(
                "按规定（{policy_source}），{day}以后不再办理跳入毕业年级的{name}。",
                policy_source=facts.policy.source,
                day=spoken(latest),
                name=name,
            )
        }
    most = facts.policy.most_times
    if most is not None and facts.times >= most:
        return {
            "told": zh(
                "按规定（{policy_source}），同一学段最多{name} {most} 次，该生已办过 {facts_times} 次。",
                policy_source=facts.policy.source,
                name=name,
                most=most,
                facts_times=facts.times,
            )
        }
    return None


def _skips_until(facts: ChangeFacts) -> date | None:
    """The last day of this school year on which the pupil may skip into the last grade of its phase, where there is one."""
    said = facts.policy.not_after if facts.policy else ""
    if (
        not said
        or facts.kind is not SKIPPING
        or facts.grades != [bounds(facts.student.phase, facts.system)[1]]
    ):
        return None
    year = school_year(facts.ruled_on)
    return max(
        windows.day_of(each, said)
        for each in (year, year + 1)
        if school_year(windows.day_of(each, said)) == year
    )


@guard("该生有业务在办：{kind}（{since}由{school}发起），同一学生同时只能有一件在办业务。", "附件1 三.1")
def no_other_change(facts: ChangeFacts):
    """没有其他在办业务"""
    other = facts.other
    if other is None:
        return None
    # A living case of a pupil that is no draft was submitted.
    since = spoken(local_date(cast("datetime", other.submitted_at)))
    return {"kind": kind_name(other.kind), "since": since, "school": other.receiving_unit.name}


@guard("该生在{grade}，{school}没有可以{kind}编入的年级。", GRADE_CLAUSE)
def grade_open(facts: ChangeFacts):
    """本校有可以编入的年级"""
    if GRADE not in facts.kind.asks or facts.grades:
        return None
    told = {"grade": facts.grade_name, "school": facts.school.name}
    return told | {"kind": facts.kind.name}


# ---------------------------------------------------------------- what was typed


@guard("{told}", STATUS_CLAUSE)
def day_given(facts: ChangeFacts):
    """异动日期已填写"""
    label, day = facts.kind.date_label, facts.on
    if day is None:
        return {"told": zh("请填写{label}。", label=label)}
    if day > facts.today:
        return {
            "told": zh("{label}不能晚于今天（{day}）；到那一天再办理。", label=label, day=spoken(facts.today))
        }
    if day < facts.ruled_on - _LONGEST_AGO:
        return {"told": zh("{label}早于一年以前，请核对年份后重填。", label=label)}
    return None


@guard("{told}", STATUS_CLAUSE)
def reason_given(facts: ChangeFacts):
    """异动原因已选择"""
    if not facts.kind.reasons:
        return (
            None
            if says(facts.note)
            else {"told": zh("请在说明中写清{kind_name}的情况（2–300 字）。", kind_name=facts.kind.name)}
        )
    if facts.reason is None or facts.reason.code not in facts.kind.reasons:
        return {"told": zh("请从所列原因中选择{kind_name}的原因。", kind_name=facts.kind.name)}
    if facts.reason.code in OTHER_REASONS and not says(facts.note):
        return {
            "told": zh("原因选“{reason_name}”的，请在说明中写明（2–300 字）。", reason_name=facts.reason.name)
        }
    return None


@guard("{told}", STATUS_CLAUSE)
def end_given(facts: ChangeFacts):
    """休学截止日期已填写"""
    if UNTIL not in facts.kind.asks:
        return None
    if facts.until is None:
        return {"told": zh("请填写休学截止日期；期满前会提醒办理复学。")}
    if facts.on is None:
        return None
    if facts.until <= facts.on:
        return {"told": zh("休学截止日期须晚于起始日期。")}
    policy = facts.policy
    months = policy.longest_months if policy else None
    if policy is not None and months is not None and facts.until > months_after(facts.on, months):
        return {
            "told": zh(
                "按规定（{policy_source}），一次休学最长 {months} 个月，最晚到{day}；期满仍不能到校的，复学后可再次申请。",
                policy_source=policy.source,
                months=months,
                day=spoken(months_after(facts.on, months)),
            )
        }
    return None


@guard("{told}", LEFT_CLAUSE)
def away_long_enough(facts: ChangeFacts):
    """离校已超过三个月"""
    if LAST_SEEN not in facts.kind.asks:
        return None
    if facts.last_seen_on is None:
        return {"told": zh("请填写最后在校日期：离校超过三个月才能办理其他离校。")}
    if facts.on is None or facts.on > months_after(facts.last_seen_on, MONTHS_AWAY):
        return None
    earliest = months_after(facts.last_seen_on, MONTHS_AWAY) + timedelta(days=1)
    return {
        "told": zh(
            "最后在校是{day}，到认定日期未超过三个月，{day2}起才能办理其他离校。",
            day=spoken(facts.last_seen_on),
            day2=spoken(earliest),
        )
    }


@guard("{told}", LEFT_CLAUSE)
def unreachable(facts: ChangeFacts):
    """有两次以上联系不上的记录"""
    if CONTACTS not in facts.kind.asks:
        return None
    if any(contact.on > facts.today for contact in facts.contacts):
        return {"told": zh("联系日期不能晚于今天。")}
    seen = facts.last_seen_on
    if seen is not None and any(contact.on < seen for contact in facts.contacts):
        return {"told": zh("联系日期早于最后在校日期（{day}），请核对。", day=spoken(seen))}
    days = {contact.on for contact in facts.contacts}
    if len(days) < FEWEST_CONTACTS:
        return {
            "told": zh(
                "须有不同日期的两次以上联系记录，才算联系不上；现在有 {count} 天的记录，请补填日期和方式。",
                count=len(days),
            )
        }
    return None


@guard("{told}", LEFT_CLAUSE)
def dropout_reported(facts: ChangeFacts):
    """义务教育阶段的，已作辍学标识并签核书面报告"""
    if facts.kind is not LEAVING or facts.student.phase == SENIOR:
        return None
    mark = DropoutMark.objects.filter(student=facts.student, state__in=LIVE).first()
    if mark is None:
        return {"told": zh("义务教育阶段的学生转为其他离校前，须先在学生页作辍学标识并书面报告。")}
    if mark.state not in REPORTED:
        return {
            "told": zh("辍学标识 {number} 的书面报告还没有签核，请本校负责人先签核。", number=mark.number)
        }
    return None


@guard("{told}", GRADE_CLAUSE)
def grade_given(facts: ChangeFacts):
    """编入年级和班级已选择"""
    if GRADE not in facts.kind.asks or facts.own_cohort:
        return None
    if facts.grade_to not in facts.grades:
        return {"told": zh("请选择编入年级。")}
    if facts.grade_to == facts.grade and classless(facts):
        # A class of that grade is none any more, or of those who are waiting for their transfer.
        return {"told": _CLASSLESS} if facts.school_class else None
    if facts.school_class is None:
        return {"told": zh("请选择编入班级。")}
    fits = facts.school_class.school_id == facts.school.pk
    if not fits or not takes(facts.school_class, facts.grade_to, facts.system, facts.ruled_on):
        return {"told": zh("所选班级不是本校这一年级的班级，请重新选择。")}
    return None


@guard("该生跳入{grade}，本学年即应毕业；请确认该生已能完成毕业年级的学业。", GRADE_CLAUSE, stops=False)
def graduates_this_year(facts: ChangeFacts):
    """不是跳入毕业年级"""
    if facts.kind is not SKIPPING or facts.grade_to != bounds(facts.student.phase, facts.system)[1]:
        return None
    return {"grade": grade_label(facts.grade_to, facts.system)}


# Of the pupil, told before anything is typed; then what the form holds.
OFFERED = (record_here, status_fits, not_compulsory, policy_allows, no_other_change, grade_open)
TYPED = (
    day_given,
    reason_given,
    end_given,
    away_long_enough,
    unreachable,
    dropout_reported,
    grade_given,
    own_cohort_fits,
    graduates_this_year,
)
SUBMIT = (*OFFERED, *TYPED)
COMPLETE = (record_here, status_fits, not_compulsory, grade_given, own_cohort_fits)


def facts_of(change: StatusChange, case: Case, student: Student, now: datetime) -> ChangeFacts:
    """Facts of a change as it stands."""
    known = _known(student, case.receiving_unit, (BY_KIND[case.kind],), now, case.submitted_at)[0]
    for name in ("on", "until", "reason", "note", "last_seen_on", "grade_to", "school_class", *OWN):
        setattr(known, name, getattr(change, name))
    known.contacts = list(change.contacts.all())
    known.other = other_case(student, case.pk)
    return known


def facts_before(student: Student, school: Unit, kinds, now: datetime) -> list[ChangeFacts]:
    """Facts of several kinds before anything is typed: which of them a school may begin for a pupil."""
    found, other = _known(student, school, kinds, now, None), other_case(student)
    for known in found:
        known.other = other
    return found


def _known(student, school, kinds, now, submitted_at) -> list[ChangeFacts]:
    day = local_date(submitted_at or now)
    system = system_on(school, day, student.cohort)
    rows = policies_on(school.province_id, student.phase, day, kind__in=[kind.kind for kind in kinds])
    return [
        ChangeFacts(student, school, kind, now, rows.get(kind.kind), system=system, submitted_at=submitted_at)
        for kind in kinds
    ]


def other_case(student: Student, own: int | None = None) -> Case | None:
    """The pupil's live case, other than ``own``."""
    rows = Case.objects.filter(exclusive_key=f"student:{student.pk}")
    if own is not None:
        rows = rows.exclude(pk=own)
    return rows.select_related("receiving_unit", "holder").first()
