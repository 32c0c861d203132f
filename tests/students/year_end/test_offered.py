"""What may be begun for a pupil in each situation of the truth table, and nothing else: every kind of paper is tried at every
kind of school, and what goes through is exactly what offered.csv says (R3.5c, R4.1, R4.3, R4.5, R5.3; R0.7).

Asked of the guards that judge a real pupil; the simulator says the same wherever it can be asked.
"""

import csv
import os
from datetime import date
from pathlib import Path

import pytest

from orgs.people.school_system import systems_on
from reviews.engine import book as rulebook
from reviews.engine.procedures import of_kind
from reviews.rulebook.notice_values import CROSS_PROVINCE, IN_PROVINCE, POST_GRADUATION
from students.admission.recruitment import actions as recruitment
from students.changes import rules as change_rules
from students.changes.kinds import KINDS, RESUMPTION
from students.changes.resuming import own_cohort_open
from students.pupil import arrivals
from students.pupil.grades import entering_grade, grade_of, stays
from students.pupil.models import Student
from students.year_end import correcting, graduation
from students.year_end import graduation_rollback as taking_back
from students.year_end import recruitment_rollback as recruitment_back
from tests.clock import frozen, shanghai
from tests.students.year_end.truth import Rows, given_back, played, table
from transfers.moving import grade_change, rules
from transfers.moving.preflight import checks_of, stopped
from transfers.moving.procedures import kind_for
from transfers.possible import checking as possible

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R3.5c", "R4.1", "R4.3", "R4.5", "R5.3", "R0.7")]
_FILE = Path(__file__).with_name("offered.csv")
# lowest, highest, 学制
SCHOOLS = {
    "P": (1, 6, "6-3"),
    "J": (7, 9, "6-3"),
    "S": (10, 12, "6-3"),
    "N": (1, 9, "nine"),
    "T": (1, 12, "twelve"),
    "P5": (1, 5, "5-4"),
    "J4": (6, 9, "5-4"),
    "TP": (1, 4, "6-3"),
}
row = Rows()


def situations() -> list[dict[str, str]]:
    """The situations: which rows of the table they are, the school's kind, status, grade of June, the day, policies of
    the province, and what is offered, each kind of paper with the schools and grades to which it leads."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Scene:
    """A school of every kind here and in another province, and one for the pupil of each."""

    def __init__(self, world):
        self.world = world
        self.near = {name: world.school(f"县内{name}", world.east, *made) for name, made in SCHOOLS.items()}
        self.far = {
            name: world.school(f"外省{name}", world.zhangbei, *SCHOOLS[name])
            for name in ("P", "J", "S", "J4")
        }
        self.own = {name: world.school(f"本校{name}", world.east, *made) for name, made in SCHOOLS.items()}

    def everywhere(self, letter):
        """All schools; two of them for a letter that the simulator is not told."""
        found = self.near | {f"外{name}": one for name, one in self.far.items()}
        return found if letter == "L" else {name: found[name] for name in ("P", "外J")}

    def pupil(self, said, letter):
        """A pupil as the situation says."""
        for kind in said["policies"].split():
            self.world.policy(kind)
        school, grade = self.own[said["school"]], int(said["grade"])
        more = (
            {"graduated_on": date(2026, 7, 6)}
            if said["status"] in ("graduated", "completed", "incomplete")
            else {}
        )
        made = self.world.pupil(school, grade=grade, letter=letter, status=said["status"], **more)
        return Student.objects.select_related("school__authority", "school_class").get(pk=made.pk)


def offered(scene, pupil, now) -> dict[str, set[str]]:
    """Every paper that goes through on the day, by its kind."""
    found = {**changes(pupil, now), **transfers(scene, pupil, now), **lists(scene, pupil, now)}
    found |= backwards(pupil, now)
    return {kind: where for kind, where in found.items() if where}


def changes(pupil, now):
    found = {}
    for facts in change_rules.facts_before(pupil, pupil.school, KINDS, now):
        if any(check(facts) for check in change_rules.OFFERED):
            continue
        grades = {str(grade) for grade in facts.grades} if facts.kind.grades else {"是"}
        if facts.kind is RESUMPTION and own_cohort_open(facts):
            grades.add("按原届")
        found[facts.kind.name] = grades
    return found


def transfers(scene, pupil, now):
    """In province, across, 毕业后跨省就学: into the own grade, or another with a reason."""
    book, found = rulebook.current(), {"省内转学": set(), "跨省转学": set(), "毕业后跨省就学": set()}
    schools = [*scene.near.values(), *scene.far.values(), pupil.school]
    systems = systems_on(schools, now.date(), pupil.cohort)
    for named, kind, places in (
        ("省内转学", IN_PROVINCE, scene.near),
        ("跨省转学", CROSS_PROVINCE, scene.far),
        (
            "毕业后跨省就学",
            POST_GRADUATION,
            scene.near | {f"外{name}": one for name, one in scene.far.items()},
        ),
    ):
        for name, to in places.items():
            said = {"kind": kind, "systems": systems}
            facts = rules.Facts(pupil, to, pupil.school, now, book, **said)
            if stopped(checks_of(of_kind(kind).preflight, facts, to)):
                continue
            for grade in systems[to.pk].grades:
                chosen = rules.Facts(
                    pupil,
                    to,
                    pupil.school,
                    now,
                    book,
                    grade_to=grade,
                    grade_reason="孩子学习基础需要。",
                    **said,
                )
                if not any(check(chosen) for check in grade_change.GUARDS):
                    mark = "*" if chosen.grade_changed else ""
                    found[named].add(f"{name}/{grade}{mark}")
    return found


def lists(scene, pupil, now):
    """毕业名单, and 招生 by which schools into which grade."""
    day, found = now.date(), {"毕业名单": set(), "补办毕业名单": set(), "招生": set()}
    season = graduation.season_refusal(day, pupil.school.province_id)
    for one in graduation.leavers(pupil.school, day):
        lines = graduation.lines_of(pupil.school, one.phase, one.cohort, day)
        if pupil.pk in lines and lines[pupil.pk].leaving == "graduated" and (one.late or season is None):
            found["补办毕业名单" if one.late else "毕业名单"].add("是")
    for name, school in {**scene.near, "本校": pupil.school}.items():
        if not recruitment.troubles([pupil], school, day):
            found["招生"].add(f"{name}/{entering_grade(pupil, day)}")
    return found


def backwards(pupil, now):
    office = pupil.school.authority
    ways = {
        "毕业回退": (taking_back.BEFORE, taking_back.BackFacts(pupil, office, now)),
        "招生回退": (
            recruitment_back.BEFORE,
            recruitment_back.ReturnFacts(pupil, office, now, arrival=arrivals.of(pupil)),
        ),
        "结业更正": (correcting.BEFORE, correcting.facts_before(pupil, office, now)),
    }
    return {
        name: {"是"} if not any(check(facts) for check in guards) else set()
        for name, (guards, facts) in ways.items()
    }


# ---------------------------------------------------------------- the situations


def told(found: dict[str, set[str]]) -> str:
    """As the file writes it: “休学；复学：5 6；省内转学：P/6”."""
    return "；".join(
        kind if where == {"是"} else f"{kind}：{' '.join(sorted(where))}" for kind, where in found.items()
    )


def standing(scene, said, letter):
    """The pupil of a situation and the instant."""
    year, month, day = map(int, said["day"].split("-"))
    return scene.pupil(said, letter), shanghai(year, month, day, 10)


@row("offered")
def exactly_this_may_be_begun(world, letter):
    """``GOLDEN=write`` writes what was found, for the review."""
    scene, wrong, known = Scene(world), {}, situations()
    for said in known:
        with given_back():
            pupil, at = standing(scene, said, letter)
            with frozen(at) as now:
                found = told(offered(scene, pupil, now))
            if found != said["offered"]:
                wrong[f"{said['rows']} {said['day']}"] = (found, said["offered"])
                said["offered"] = found
    if os.environ.get("GOLDEN") == "write":
        with _FILE.open("w", encoding="utf-8", newline="") as file:
            lines = csv.DictWriter(file, known[0], lineterminator="\n")
            lines.writeheader()
            lines.writerows(known)
    assert wrong == {}


@row("Y123")
def the_simulator_says_the_same(world, letter):
    scene, book, asked, wrong = Scene(world), rulebook.current(), 0, []
    for said in situations():
        with given_back():
            pupil, at = standing(scene, said, letter)
            with frozen(at) as now:
                own = changes_at_the_doors(pupil, now)
                for place, to in scene.everywhere(letter).items():
                    if question := question_of(pupil, to, said["school"], now):
                        asked += 1
                        simulated, real = of_simulator(question, book), (*of_doors(pupil, to, now, book), own)
                        wrong += [(said["rows"], place, simulated, real)] if simulated != real else []
    assert wrong == []
    # Every status and every kind of school is among what was asked.
    assert asked > (200 if letter == "L" else 25)


def question_of(pupil, to, school, now):
    """The question that describes the pupil between the two schools; ``None`` where the simulator knows no such school."""
    day = now.date()
    grade = grade_of(pupil, day)
    entering = grade + (pupil.status == "graduated")
    of_kind_of = possible._grades(pupil.school.school_system, grade)
    if of_kind_of != SCHOOLS[school][:2] or pupil.status in ("completed", "incomplete") or entering > 12:
        return None
    if possible._grades(to.school_system, entering) != (to.lowest_grade, to.highest_grade):
        return None
    relation = (
        possible.SAME_AUTHORITY if to.authority_id == pupil.school.authority_id else possible.SAME_LEAGUE
    )
    return possible.Question(
        now,
        str(pupil.status),
        grade,
        to.province,
        pupil.school.province,
        relation,
        to.school_system,
        pupil.school.school_system,
        born=pupil.birth_date,
        stays=stays(pupil, day),
    )


def of_simulator(question, book):
    answer = possible.answer(question, book)
    return (
        answer.kind,
        stopped(answer.checks),
        sorted(check.code for check in answer.checks if not check.ok),
        {kind.name: why and why.code for kind, why in answer.changes},
    )


def of_doors(pupil, to, now, book):
    kind = kind_for(pupil, to, now.date())
    facts = rules.facts_of_pupil(pupil, to, now, book, kind)
    checks = checks_of(of_kind(kind).preflight, facts, to)
    return kind, stopped(checks), sorted(check.code for check in checks if not check.ok)


def changes_at_the_doors(pupil, now):
    return {
        one.kind.name: next((why.code for check in change_rules.OFFERED if (why := check(one))), None)
        for one in change_rules.facts_before(pupil, pupil.school, KINDS, now)
    }


def test_every_situation_is_one_of_the_table():
    known = table()
    assert [name for said in situations() for name in said["rows"].split() if name not in known] == []


@row.each
def test_row(act):
    played(act)
