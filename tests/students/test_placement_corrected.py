"""A 学段 or 级 that was entered wrongly is set right by 关键信息变更, with evidence, by two people at the school and two at the
authority; by no other paper, and not while a list rests on it (R1.6, R3.5c)."""

import pytest

from reviews.engine import door
from reviews.engine.models import Case
from students.changes.key import drafting, rules
from students.changes.key.models import KeyInformationChange
from students.pupil.grades import cohort_of, grade_of
from students.pupil.models import Enrolment, FieldChange, SchoolClass, Student
from students.year_end import graduation
from tests.clock import frozen, shanghai
from tests.refusals import refused, sql_refused
from tests.students.test_key_information import decided, drafted, sent
from tests.world import World, rewritten

NOW = shanghai(2026, 11, 27, 10)
JULY = shanghai(2026, 7, 6, 10)
pytestmark = [pytest.mark.django_db, pytest.mark.rule("R1.6", "R3.5c")]


@pytest.fixture
def world(settings, tmp_path):
    settings.EVIDENCE_ROOT = tmp_path
    with frozen(NOW):
        yield World(NOW)


def codes(case):
    row = case.key_change
    facts = rules.facts_of(row, case, row.student, NOW)
    return [check.__name__ for check in rules.SUBMIT if check(facts) is not None]


def test_a_wrong_year_of_entry_is_set_right_with_grade_class_and_history(world):
    pupil = world.pupil(world.first, grade=4)
    of_three = world.pupil(world.first, grade=3)
    old, new = pupil.cohort, of_three.cohort
    mine = SchoolClass.objects.create(school=world.first, phase="primary", cohort=old, number=2)
    right = SchoolClass.objects.create(school=world.first, phase="primary", cohort=new, number=2)
    Student.objects.filter(pk=pupil.pk).update(school_class=mine)
    pupil.refresh_from_db()
    case = decided(world, sent(world, pupil, cohort=new, basis="placed"))
    assert case.state == "completed"
    pupil = Student.objects.select_related("school").get(pk=pupil.pk)
    assert (pupil.cohort, pupil.phase, pupil.school_class_id) == (new, "primary", right.pk)
    assert grade_of(pupil, NOW.date()) == 3
    line = FieldChange.objects.get(student=pupil, field="cohort")
    assert (line.old, line.new) == (str(old), str(new))
    assert case.key_change.was == {"cohort": f"{old}级"}


def test_a_wrong_phase_is_set_right_in_the_enrolment_too(world):
    school = world.school("示例九年一贯学校", world.east, lowest=1, highest=9)
    pupil = world.pupil(school, grade=6)
    cohort = cohort_of(7, NOW.date())
    case = decided(world, sent(world, pupil, phase="junior", cohort=cohort, basis="placed"))
    assert case.state == "completed"
    pupil.refresh_from_db()
    assert (pupil.phase, pupil.cohort, pupil.school_class.cohort) == ("junior", cohort, cohort)
    assert Enrolment.objects.get(student=pupil).phase == "junior"
    assert grade_of(pupil, NOW.date()) == 7


def test_the_register_is_not_asked_about_what_it_does_not_know(world):
    """No register is loaded here: a change of the name would come back."""
    pupil = world.pupil(world.first, grade=4, letter="G")
    case = decided(world, sent(world, pupil, cohort=pupil.cohort + 1, basis="placed"))
    assert (case.state, case.key_change.answer) == ("completed", "")


def test_only_where_the_school_has_the_grade_of_that_phase_today(world):
    pupil = world.pupil(world.first, grade=4)
    year = pupil.cohort
    for said in (
        {"cohort": year - 3},
        {"cohort": year + 4},
        {"phase": "junior"},
        {"phase": "junior", "cohort": cohort_of(7, NOW.date())},
    ):
        case = drafted(world, pupil, basis="placed", **said)
        assert codes(case) == ["placement_fits"], said
        with refused("placement_fits"):
            door.perform(case, "submit", world.registrar(world.first), opinion="申请更正级。")
        case = drafted(world, pupil, basis="placed", cohort=year, phase="primary", proofs=0)
        assert codes(case) == ["something_changes"]


def test_who_has_graduated_is_set_right_by_the_papers_of_graduation(world):
    pupil = world.graduate(world.first)
    case = drafted(world, pupil, basis="placed", cohort=pupil.cohort + 1)
    assert codes(case) == ["placement_fits"]
    facts = rules.facts_of(case.key_change, case, pupil, NOW)
    assert "毕业回退或毕业更正" in rules.placement_fits(facts).sentence


def test_not_while_a_list_of_graduates_rests_on_it(settings, tmp_path):
    settings.EVIDENCE_ROOT = tmp_path
    with frozen(JULY):
        world = World(JULY)
        pupil = world.pupil(world.first, grade=6)
        run = graduation.prepare(world.first, "primary", pupil.cohort, world.registrar(world.first), JULY)
        case = drafted(world, pupil, basis="placed", cohort=pupil.cohort + 1)
        facts = rules.facts_of(case.key_change, case, pupil, JULY)
        assert rules.on_no_list(facts).sentence.startswith(f"该生在毕业名单 {run.number}中")
        with refused("on_no_list"):
            door.perform(case, "submit", world.registrar(world.first), opinion="申请更正级。")
        sql_refused(
            "placement_listed", "UPDATE students_student SET cohort = cohort + 1 WHERE id = %s", pupil.pk
        )
        graduation.drop(run, world.registrar(world.first), JULY)
        case = door.perform(
            Case.objects.get(pk=case.pk), "submit", world.registrar(world.first), opinion="申请更正级。"
        )
        assert case.is_live


def test_not_while_another_case_of_the_pupil_runs(world):
    pupil = world.pupil(world.third, grade=4)
    world.submitted(world.first, pupil)
    with refused("no_other_change"):
        drafting.begin(pupil, world.registrar(world.third), NOW)


def test_the_database_asks_for_the_completed_case(world):
    school = world.school("示例九年一贯学校", world.east, lowest=1, highest=9)
    pupil = world.pupil(school, grade=6)
    cohort = cohort_of(7, NOW.date())
    to_junior = f"UPDATE students_student SET phase = 'junior', cohort = {cohort}, school_class_id = NULL WHERE id = %s"
    sql_refused("student_phase_change", to_junior, pupil.pk)
    case = sent(world, pupil, phase="junior", cohort=cohort, basis="placed")
    sql_refused("cohort_without_case", to_junior, pupil.pk)
    rows = KeyInformationChange.objects.filter(case=case)
    rewritten(rows, cohort=pupil.cohort)
    sql_refused("phase_without_case", "UPDATE students_student SET phase = 'junior' WHERE id = %s", pupil.pk)
    rewritten(rows, cohort=cohort)
    sql_refused(
        "cohort_without_case",
        f"UPDATE students_student SET cohort = {cohort}, school_class_id = NULL WHERE id = %s",
        pupil.pk,
    )
    sql_refused("student_phase_change", to_junior.replace(str(cohort), str(cohort - 1)), pupil.pk)
    assert decided(world, case).state == "completed"
    pupil.refresh_from_db()
    assert pupil.phase == "junior"
    sql_refused(
        "cohort_without_case", "UPDATE students_student SET cohort = cohort + 1 WHERE id = %s", pupil.pk
    )
