"""The truth table of the year's end: cases running over the summer's days, other 学制, a child without a record (R3.5, R3.5b,
R3.7, R4.3, R2.2), row by row, for holders of L, J and G alike (R1.8)."""

from datetime import date

import pytest

from reviews.clock import sweeps
from reviews.engine import door
from reviews.engine.models import Case
from reviews.evidence.proofs import take_in
from reviews.rulebook.notice_values import POST_GRADUATION
from students.admission.late import actions as lists
from students.admission.registration.actions import Newcomer
from students.pupil.grades import grade_of, label_of, stays
from students.pupil.models import Enrolment, SchoolClass, Student
from tests import late_children
from tests.clock import frozen, shanghai
from tests.students.year_end.test_rows import asked, listed, now_is, on, refusal, run_of, signed
from tests.students.year_end.truth import Rows, played
from tests.world import png
from transfers.moving import drafting
from transfers.moving.models import Transfer, TransferReason
from web import clock

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R3.5", "R3.5b", "R3.5c", "R1.8")]
CONSENT = "经核对学籍和学力，该生已完成相应学业，同意编入所选年级就读。"
WHY = "孩子学习基础需要。"
row = Rows()


def drafted(world, receiving, pupil):
    """A transfer of the pupil into its own grade, ready to be sent."""
    clerk, now = world.registrar(receiving), clock.now()
    case = drafting.begin(Student.objects.select_related("school").get(pk=pupil.pk), receiving, clerk, now)
    filled(case, clerk, Transfer.objects.get(case=case).grade_to)
    take_in(case, clerk, png())
    return Case.objects.get(pk=case.pk)


def filled(case, clerk, grade, reason="house", why=""):
    day = clock.local_date(clock.now())
    classes = SchoolClass.objects.filter(school=case.receiving_unit)
    drafting.change(
        case,
        clerk,
        reason=TransferReason.objects.get(key=reason),
        reason_note="",
        grade_to=grade,
        grade_reason=why,
        school_class=next(one for one in classes if grade_of(one, day) == grade and not stays(one, day)),
    )


def submitted(case):
    """Sent off by the receiving school."""
    clerk = _clerk(case)
    return door.perform(case, "submit", clerk, opinion="情况属实，申请转入。")


def _clerk(case):
    from orgs.people.models import Post, PostRole

    return Post.objects.get(unit=case.receiving_unit, role=PostRole.REGISTRAR).account


# ---------------------------------------------------------------- I  cases running over the summer's days


@row("Y90")
def what_was_begun_before_the_freeze_goes_on(world, letter):
    pupil = world.pupil(world.first, grade=3, letter=letter)
    with frozen(shanghai(2026, 7, 14, 23, 59)):
        case = submitted(drafted(world, world.second, pupil))
    with on(2026, 8, 20):
        world.finish(case)
    now_is(pupil, "enrolled", 2023, "primary")
    assert (pupil.school, label_of(pupil, date(2026, 8, 20))) == (world.second, "四年级")


@row("Y91")
def ninety_days_go_on_through_the_freeze(world, letter):
    pupil = world.pupil(world.first, grade=3, letter=letter)
    with frozen(shanghai(2026, 7, 14, 23, 59)):
        case = submitted(drafted(world, world.second, pupil))
    with frozen(shanghai(2026, 10, 12, 23, 58)) as now:
        sweeps.run(now)
        assert Case.objects.get(pk=case.pk).is_live
    with frozen(shanghai(2026, 10, 13, 0, 0)) as now:
        sweeps.run(now)
        assert Case.objects.get(pk=case.pk).state == "expired"
    pupil.refresh_from_db()
    assert pupil.school == world.first


@row("Y93")
def a_file_that_is_awaited_is_cleared_by_the_run_too(world, letter):
    pupil = world.pupil(world.first, grade=6, letter=letter)
    with on(2026, 6, 20):
        case = world.awaited(submitted(drafted(world, world.abroad, pupil)))
        day = clock.local_date(clock.now())
        case = door.perform(case, "report", world.registrar(world.abroad), on=day)
    with on(2026, 7, 6):
        run_of(world.first, world)
    assert Case.objects.get(pk=case.pk).state == "cleared"
    now_is(pupil, "graduated", 2020, "primary", date(2026, 7, 6))
    assert pupil.school == world.first
    far = world.school("张北县初级中学", world.zhangbei, 7, 9)
    SchoolClass.objects.create(school=far, phase="junior", cohort=2020, number=1)
    with on(2026, 8, 15):
        world.finish(world.enrolling(far, Student.objects.select_related("school").get(pk=pupil.pk)))
    now_is(pupil, "enrolled", 2020, "junior")


@row("Y94")
def nothing_is_cleared_by_the_clock_alone(world, letter):
    pupil = world.pupil(world.first, grade=6, letter=letter)
    left = world.pupil(world.first, grade=6, letter=letter)
    with on(2026, 6, 20):
        case = submitted(drafted(world, world.second, pupil))
    for day in ((2026, 7, 15), (2026, 7, 31)):
        with on(*day) as now:
            sweeps.run(now)
    with on(2026, 8, 25):
        world.finish(Case.objects.get(pk=case.pk))
    now_is(pupil, "enrolled", 2020, "primary")
    day = date(2026, 8, 25)
    assert (pupil.school, grade_of(pupil, day), stays(pupil, day)) == (world.second, 6, True)
    with on(2026, 9, 15):
        run = run_of(world.first, world, cohort=None)
        assert set(run.lines.values_list("student", flat=True)) == {left.pk}
        run_of(world.second, world, cohort=None)
    now_is(pupil, "graduated", 2020, "primary", date(2026, 9, 15))


@row("Y95")
def a_draft_of_a_sixth_grader_who_has_graduated_meanwhile(world, letter):
    pupil = world.pupil(world.first, grade=6, letter=letter)
    with on(2026, 7, 10):
        draft = drafted(world, world.second, pupil)
    with on(2026, 7, 12):
        signed(listed(world.first, world), world)
    with frozen(shanghai(2026, 8, 15, 0, 0)):
        told = refusal("status_allows", submitted, draft)
    assert "招生或毕业后跨省就学" in told
    now_is(pupil, "graduated", 2020, "primary", date(2026, 7, 12))


@row("Y96")
def the_freeze_ends_with_14_august_and_the_grade_is_that_of_the_new_year(world, letter):
    pupil = world.pupil(world.first, grade=3, letter=letter)
    with frozen(shanghai(2026, 8, 14, 23, 59)):
        draft = drafted(world, world.second, pupil)
        refusal("window_closed", submitted, draft)
    with frozen(shanghai(2026, 8, 15, 0, 0)):
        case = submitted(draft)
    assert Transfer.objects.get(case=case).grade_to == 4
    with on(2026, 8, 20):
        world.finish(case)
    now_is(pupil, "enrolled", 2023, "primary")


# ---------------------------------------------------------------- F  other systems


@row("Y73")
def a_six_year_graduate_at_a_four_year_junior_school_of_another_province(world, letter):
    four = world.school("张北县四年制初中", world.zhangbei, 6, 9, "5-4")
    SchoolClass.objects.create(school=four, phase="junior", cohort=2021, number=1)
    for grade, cohort in ((7, 2020), (6, 2021)):
        pupil = world.graduate(world.first, letter=letter, on=date(2026, 7, 6))
        pupil = Student.objects.select_related("school").get(pk=pupil.pk)
        with on(2026, 9, 1):
            clerk = world.registrar(four)
            case = drafting.begin(pupil, four, clerk, clock.now(), kind=POST_GRADUATION)
            assert Transfer.objects.get(case=case).grade_to == 7
            filled(case, clerk, grade, "next_phase", WHY if grade != 7 else "")
            case = door.perform(
                Case.objects.get(pk=case.pk), "submit", clerk, opinion="本校已录取，申请就学。"
            )
            if grade != 7:
                case = world.decide(case, opinion=CONSENT)
                _needs_the_countys_own_word(world, case)
            world.finish(case, opinion=CONSENT)
        now_is(pupil, "enrolled", cohort, "junior")
        assert grade_of(pupil, date(2026, 9, 1)) == grade


def _needs_the_countys_own_word(world, case):
    case = Case.objects.select_related("holder").get(pk=case.pk)
    clerk = world.registrar(case.holder)
    refusal("note_wanted", door.perform, case, "handle", clerk, opinion="同意转入。", outcome="agree")


@row("Y77")
def who_stays_in_grade_five_comes_to_a_six_year_school(world, letter):
    five = world.school("五年制小学", world.west, 1, 5, "5-4")
    for grade, cohort in ((5, 2022), (6, 2021)):
        pupil = world.pupil(five, grade=5, letter=letter)
        assert (pupil.cohort, stays(pupil, date(2026, 9, 7))) == (2021, True)
        with on(2026, 9, 7):
            case = asked(world, world.first, pupil, grade if grade != 5 else None)
            if grade != 5:
                case = world.decide(case, opinion=CONSENT)
                _needs_the_countys_own_word(world, case)
            world.finish(case, opinion=CONSENT)
        now_is(pupil, "enrolled", cohort, "primary")
        assert grade_of(pupil, date(2026, 9, 7)) == grade


# ---------------------------------------------------------------- K  a child without any record


@row("Y109")
def a_child_of_twelve_without_a_record_enters_grade_seven(world, letter):
    SchoolClass.objects.create(school=world.junior, phase="junior", cohort=2020, number=7)
    one, clerk = world.inventor.pupil(world.division, date(2014, 3, 5)), world.registrar(world.junior)
    values = {
        "name": one.name,
        "sex": one.sex,
        "birth_date": one.birth_date.isoformat(),
        "ethnic": one.ethnic,
    }
    # Nobody holds a number before; who has none in the population register comes without an identity number.
    values |= (
        {"id_type": "Z", "id_number": ""} if letter == "J" else {"id_type": "1", "id_number": one.id_number}
    )
    with on(2026, 9, 7) as now:
        said = lists.Said(Newcomer(values, {}, 7), 7, "never", "", {})
        lists.add([said], world.junior, clerk, now)
        (case,) = lists.send(world.junior, clerk, now, "情况属实，上报核办。")
        while case.is_live:
            case = world.decide(case, opinion="情况属实，同意。")
    with frozen(shanghai(2026, 9, 30, 20)) as now:
        assert late_children.answered(world, now=now) == 1
    pupil = Student.objects.get(name=one.name)
    now_is(pupil, "enrolled", 2020, "junior")
    assert grade_of(pupil, date(2026, 9, 30)) == 7
    assert Enrolment.objects.filter(student=pupil).count() == 1


# ---------------------------------------------------------------- the table


@row.each
def test_row(act):
    played(act)
