"""Of every status, phase, kind of school and day round the year's end: something lawful leads on, and no plain transfer,
resumption, import or offline record ends in a higher phase (R3.5c, R4.1, R4.5; R0.1).

Asked of the very guards that judge a real pupil. One world for each kind of school, with a pupil of every status in the
first, the middle and the last grade of each of its phases, as they stood in June; then the days go by.
"""

from datetime import date
from types import SimpleNamespace

import pytest
from django.db.models import prefetch_related_objects

from orgs.people.school_system import system_on, systems_on
from reviews.engine import book as rulebook
from reviews.engine.procedures import of_kind
from reviews.rulebook.notice_values import CROSS_PROVINCE, IN_PROVINCE, POST_GRADUATION
from students.admission.late import table
from students.admission.late.models import LateChild
from students.admission.recruitment import actions as recruitment
from students.admission.registration import actions as registration
from students.changes import rules as change_rules
from students.changes.kinds import RESUMPTION
from students.pupil import records
from students.pupil.grades import bounds, grade_of, nominal_grade, stays
from students.pupil.models import Student
from students.pupil.statuses import StudentStatus
from students.tables import imports
from students.year_end import graduation
from students.year_end import graduation_rollback as taking_back
from tests.clock import frozen, shanghai
from tests.workbook import filled
from tests.world import World
from transfers.moving import grade_change, rules
from transfers.moving.preflight import checks_of
from transfers.offline import recording as offline
from web.refusals import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R3.5c", "R4.1", "R4.5")]
JUNE = shanghai(2026, 6, 1, 10)
DAYS = [
    date(2026, 6, 1),
    date(2026, 7, 6),
    date(2026, 7, 31),
    date(2026, 8, 10),
    date(2026, 8, 11),
    date(2026, 9, 7),
    date(2027, 1, 5),
    date(2027, 5, 31),
]
RANK = {"primary": 1, "junior": 2, "senior": 3}
# lowest, highest, 学制
KINDS = {
    "P": (1, 6, "6-3"),
    "J": (7, 9, "6-3"),
    "S": (10, 12, "6-3"),
    "N": (1, 9, "nine"),
    "T": (1, 12, "twelve"),
    "P5": (1, 5, "5-4"),
    "J4": (6, 9, "5-4"),
    "TP": (1, 4, "6-3"),
}
GONE = ("deceased", "removed")
LEFT = ("graduated", "completed", "incomplete")
SENIOR_ONLY = ("withdrawn", "expelled", "completed", "incomplete")
GRADUATED_ON = date(2026, 6, 1)


class Place:
    """A school of one kind with its pupils, and one of every kind beside it and in the other province."""

    def __init__(self, kind):
        self.world = world = World(now=JUNE)
        self.kind, self.school = kind, world.school(f"示例{kind}学校", world.east, *KINDS[kind])
        self.near = {
            name: world.school(f"另一所{name}学校", world.west, *made) for name, made in KINDS.items()
        }
        self.far = {
            name: world.school(f"外省{name}学校", world.zhangbei, *KINDS[name])
            for name in ("P", "J", "S", "J4")
        }
        schools = [self.school, *self.near.values(), *self.far.values()]
        prefetch_related_objects(schools, "system_periods", "authority")
        rows = Student.objects.filter(pk__in=[pupil.pk for pupil in self._pupils()])
        self.pupils = list(rows.select_related("school_class").order_by("pk"))
        for pupil in self.pupils:
            pupil.school = self.school

    def _pupils(self):
        lowest, highest, system = KINDS[self.kind]
        for phase in ("primary", "junior", "senior"):
            first, last = bounds(phase, system)
            here = sorted(
                {max(first, lowest), (max(first, lowest) + min(last, highest)) // 2, min(last, highest)}
            )
            for grade in here if lowest <= min(last, highest) and highest >= first else ():
                for status in StudentStatus.values:
                    if status == "removed" or (status in SENIOR_ONLY and phase != "senior"):
                        continue
                    if status in LEFT and grade != last:
                        continue
                    yield self._pupil(phase, grade, status)

    def _pupil(self, phase, grade, status):
        more = {"graduated_on": GRADUATED_ON} if status in LEFT else {}
        pupil = self.world.pupil(self.school, grade=grade, status=status, **more)
        assert pupil.phase == phase
        return pupil


@pytest.fixture(params=list(KINDS))
def place(request):
    with frozen(JUNE):
        return Place(request.param)


def facts_of(pupil, to, now, book, kind, systems, **typed):
    """What the rules of a transfer judge, as the simulator puts it."""
    return rules.Facts(pupil, to, pupil.school, now, book, kind=kind, systems=systems, **typed)


def transfers_open(place, pupil, now, book, systems):
    """Each school and grade into which a plain transfer goes through: as it comes, or into another grade with a reason.

    A closed window is no obstacle for good: it opens by itself.
    """
    for to, kind in (
        *((s, IN_PROVINCE) for s in place.near.values()),
        *((s, CROSS_PROVINCE) for s in place.far.values()),
    ):
        facts = facts_of(pupil, to, now, book, kind, systems)
        checks = checks_of(of_kind(kind).preflight, facts, to)
        if any(not one.ok and not one.warns and one.code != "window_closed" for one in checks):
            continue
        for grade in systems[to.pk].grades:
            chosen = facts_of(
                pupil, to, now, book, kind, systems, grade_to=grade, grade_reason="孩子学习基础需要。"
            )
            # Without the nine years, which only refuse more.
            if all(
                guard(chosen) is None
                for guard in (grade_change.chosen_grade_offered, grade_change.phase_change)
            ):
                yield to, kind, grade


def ends_in(kind, to, grade, day):
    """Where the transfer brings the pupil, by the procedure itself."""
    case = SimpleNamespace(
        ruled_on=lambda _: day, transfer=SimpleNamespace(grade_to=grade, reported_on=None), receiving_unit=to
    )
    return of_kind(kind).entering(case, day)


def resumes_into(pupil, now):
    """The grades into which the school resumes the pupil."""
    (facts,) = change_rules.facts_before(pupil, pupil.school, (RESUMPTION,), now)
    if any(guard(facts) is not None for guard in change_rules.OFFERED):
        return []
    return facts.grades


def listed_on(place, day):
    """Whom a list of the school, regular or late, would graduate on the day."""
    found, season = set(), graduation.season_refusal(day, place.school.province_id)
    for row in graduation.leavers(place.school, day):
        if row.late or season is None:
            lines = graduation.lines_of(place.school, row.phase, row.cohort, day)
            found |= {pk for pk, line in lines.items() if line.leaving == "graduated"}
    return found


def recruited_on(place, day):
    """Whom some school could list as recruited on the day."""
    found = set()
    for school in (place.school, *place.near.values()):
        found |= {pupil.pk for pupil in place.pupils} - set(recruitment.troubles(place.pupils, school, day))
    return found


def taken_back(place, pupil, now):
    """Whether the graduation may be taken back."""
    facts = taking_back.BackFacts(pupil, place.school.authority, now)
    return all(guard(facts) is None for guard in taking_back.BEFORE)


def enrols_across(place, pupil, now, book, systems):
    """Whether a school of the other province may enrol the graduate."""
    for to in place.far.values():
        facts = facts_of(pupil, to, now, book, POST_GRADUATION, systems)
        checks = checks_of(of_kind(POST_GRADUATION).preflight, facts, to)
        if all(one.ok or one.warns or one.code == "window_closed" for one in checks):
            return True
    return False


def goes_up_by_time(pupil, day):
    """在校 and not yet in the last grade of its phase: nothing has to be done."""
    last = bounds(pupil.phase, system_on(pupil.school, day, pupil.cohort))[1]
    return pupil.status == "enrolled" and nominal_grade(pupil.cohort, day) < last


def at_an_end(pupil, day):
    """Nothing has to lead on: the record has ended, or the last phase has, and half a year with it."""
    over = pupil.status in LEFT and pupil.phase == "senior" and day > date(2026, 12, 1)
    return pupil.status in GONE or over


def led_upward(pupil, systems, moves, resumed, day):
    """What would bring the pupil into a higher phase by a plain transfer or a resumption."""
    for to, kind, grade in moves:
        if RANK[ends_in(kind, to, grade, day).phase] > RANK[pupil.phase] and grade != 6:
            yield f"{kind} to {to.name} grade {grade}"
    if any(grade > bounds(pupil.phase, systems[pupil.school_id])[1] for grade in resumed):
        yield f"resumption into {resumed}"


def judged(place, day):
    """Of each pupil: who it is, whether something leads on, what leads upward."""
    with frozen(shanghai(day.year, day.month, day.day, 10)) as now:
        book = rulebook.current()
        lists, recruits = listed_on(place, day), recruited_on(place, day)
        schools = [place.school, *place.near.values(), *place.far.values()]
        known = {}
        for pupil in place.pupils:
            if pupil.cohort not in known:
                known[pupil.cohort] = systems_on(schools, day, pupil.cohort)
            systems = known[pupil.cohort]
            moves = list(transfers_open(place, pupil, now, book, systems))
            resumed = resumes_into(pupil, now)
            leads_on = (
                moves
                or resumed
                or pupil.pk in lists
                or pupil.pk in recruits
                or goes_up_by_time(pupil, day)
                or (pupil.status in LEFT and taken_back(place, pupil, now))
                or (pupil.status == "graduated" and enrols_across(place, pupil, now, book, systems))
            )
            upward = list(led_upward(pupil, systems, moves, resumed, day))
            if pupil.status != "graduated" and pupil.pk in recruits:
                upward.append("recruited")
            stay = "应毕业未毕业" if stays(pupil, day) else ""
            yield (
                pupil,
                f"{day} {pupil.status} {pupil.phase} {grade_of(pupil, day)}{stay}",
                bool(leads_on),
                upward,
            )


def test_something_lawful_leads_on_and_nothing_plain_leads_upward(place):
    found = [(day, *one) for day in DAYS for one in judged(place, day)]
    assert [(who, upward) for _, _, who, _, upward in found if upward] == []
    stuck = [who for day, pupil, who, leads_on, _ in found if not leads_on and not at_an_end(pupil, day)]
    assert stuck == []
    assert {pupil.status for _, pupil, _, leads_on, _ in found if leads_on} >= {
        "enrolled",
        "suspended",
        "abroad",
    }


# ---------------------------------------------------------------- imports


def line_of(one, number, **more):
    """A line of a table that says a child: who it is, and whom to call."""
    said = {"name": one.name, "sex": one.sex, "birth_date": one.birth_date.isoformat(), "ethnic": one.ethnic}
    said |= {"id_type": "1", "id_number": number, "guardian1.phone": "13900000001"}
    return said | {"guardian1.name": "那日苏", "guardian1.relation": "51"} | more


def grade_above(pupil, day):
    """The first grade of the phase after the pupil's own; of a senior pupil its last."""
    return {"primary": 7, "junior": 10, "senior": 12}[pupil.phase]


def imported(kind, columns, school, world, lines, now):
    """A table through the doors: uploaded, checked, its sound lines written."""
    clerk = world.registrar(school)
    batch = imports.ask(imports.of(kind), school, clerk, filled(columns, lines), now)
    imports.carry_on(now)
    batch.refresh_from_db()
    imports.confirm(batch, clerk, now, partly=True)
    imports.carry_on(now)
    batch.refresh_from_db()
    return batch


@pytest.mark.rule("R2.1", "R2.2")
@pytest.mark.parametrize("day", [date(2026, 7, 6), date(2026, 9, 7)], ids=str)
def test_no_import_leads_upward(place, day):
    """A table of first-graders and one of children without a record say everybody again, those of the last grade in the
    grade above: written is the one child whom nobody knows, and everybody else stays as and where it is."""
    kept = list(Student.objects.order_by("pk").values())
    told = {pupil.pk: line_of(pupil, records.id_number(pupil)) for pupil in place.pupils}
    with frozen(shanghai(day.year, day.month, day.day, 10)) as now:
        for kind, columns, school, more in (
            ("registration", registration.columns(), place.near["P"], lambda _: {}),
            (
                "late",
                table.columns(),
                place.near["T"],
                lambda one: {"grade": str(grade_above(one, day)), "why": "never"},
            ),
        ):
            new = place.world.inventor.pupil(place.world.division, date(2020, 3, 5))
            lines = [told[pupil.pk] | more(pupil) for pupil in place.pupils]
            fresh = line_of(new, new.id_number) | ({"grade": "2", "why": "never"} if kind == "late" else {})
            batch = imported(kind, columns, school, place.world, [*lines, fresh], now)
            assert (batch.written, batch.left_over) == (1, len(place.pupils))
            assert {line for line, *_ in batch.faults} == set(range(2, len(place.pupils) + 2))
            assert all(place.school.name in sentence for *_, sentence in batch.faults)
    known = {row["id"] for row in kept}
    assert list(Student.objects.filter(pk__in=known).order_by("pk").values()) == kept
    (made,) = Student.objects.exclude(pk__in=known)
    assert (made.school, made.phase) == (place.near["P"], "primary")
    assert [child.name for child in LateChild.objects.all()] == [new.name]


# ---------------------------------------------------------------- offline


def test_no_offline_record_leads_upward(place):
    """An offline record names the graduation that comes first."""
    upward = []
    for day in (date(2026, 7, 6), date(2026, 9, 7)):
        with frozen(shanghai(day.year, day.month, day.day, 10)) as now:
            for pupil in place.pupils:
                upward += [
                    f"{day} {pupil.status} {pupil.phase} {grade_of(pupil, day)} {to.name}"
                    for to in place.near.values()
                    if taken_in(pupil, to, now) and beyond(pupil, to, day)
                ]
    assert upward == []


def taken_in(pupil, to, now):
    """Whether the school may record the pupil offline."""
    try:
        offline._check_pupil(pupil, to, now)
    except Refused:
        return False
    return True


def beyond(pupil, to, day):
    """Whether the case that follows could only bring the pupil into a higher phase; a graduate goes by another one."""
    if pupil.status == "graduated":
        return False
    grade, system = grade_of(pupil, day), system_on(to, day, pupil.cohort)
    if grade in system.grades:
        return RANK[ends_in(IN_PROVINCE, to, grade, day).phase] > RANK[pupil.phase] and grade != 6
    last = grade == bounds(pupil.phase, system_on(pupil.school, day, pupil.cohort))[1]
    return last and min(system.grades) > grade
