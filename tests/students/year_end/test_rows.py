"""The truth table of the year's end, row by row, through the doors, for holders of L, J and G alike (R1.8, R3.5c, R4.1).

Each row is a small function of a world, in which it is July 2026, and of a pupil's letter. Grade 6 is cohort 2020.
"""

from contextlib import contextmanager
from datetime import date

import pytest

from reviews.engine import door
from reviews.engine.models import Case
from students.admission.recruitment import actions as recruitment
from students.dropouts import marking
from students.pupil.grades import grade_of, stays
from students.pupil.models import Enrolment, SchoolClass, Student
from students.year_end import graduation
from students.year_end import graduation_rollback as taking_back
from students.year_end.models import GraduationRun
from tests.clock import frozen, shanghai
from tests.refusals import refused
from tests.students.year_end.truth import JULY, Rows, played
from tests.world import png, rewritten
from transfers.moving import drafting
from transfers.moving.models import Transfer, TransferReason
from web import clock

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R3.5c", "R4.1", "R1.8")]
WORDS = "名单核对无误，同意毕业。"
row = Rows()


@contextmanager
def on(*parts):
    """Both clocks at ten o'clock of a day."""
    with frozen(shanghai(*parts, 10)) as at:
        yield at


def refusal(code, act, *args, **said):
    """What is refused, by its code."""
    with refused(code) as error:
        act(*args, **said)
    return error.value.sentence


def now_is(pupil, status, cohort, phase, graduated_on=None):
    pupil.refresh_from_db()
    found = str(pupil.status), pupil.cohort, pupil.phase, pupil.graduated_on
    assert found == (status, cohort, phase, graduated_on), found


def listed(school, world, phase="primary", cohort=2020):
    return graduation.prepare(school, phase, cohort, world.registrar(school), clock.now())


def signed(run, world):
    return graduation.sign(run, world.head(run.school), clock.now(), WORDS)


def run_of(school, world, phase="primary", cohort=2020):
    return signed(listed(school, world, phase, cohort), world)


def asked(world, receiving, pupil, grade_to=None):
    """A transfer sent off, into another grade for a reason."""
    clerk, now = world.registrar(receiving), clock.now()
    pupil = Student.objects.select_related("school").get(pk=pupil.pk)
    case = drafting.begin(pupil, receiving, clerk, now)
    transfer = Transfer.objects.get(case=case)
    grade = grade_to or transfer.grade_to
    rows = SchoolClass.objects.filter(school=receiving)
    day = clock.local_date(now)
    fitting = [one for one in rows if grade and grade_of(one, day) == grade and not stays(one, day)]
    drafting.change(
        case,
        clerk,
        reason=TransferReason.objects.get(key="house"),
        reason_note="",
        grade_to=grade,
        grade_reason="孩子学习基础需要。" if grade_to else "",
        school_class=fitting[0] if fitting else None,
    )
    from reviews.evidence.proofs import take_in

    take_in(case, clerk, png())
    return door.perform(Case.objects.get(pk=case.pk), "submit", clerk, opinion="情况属实，申请转入。")


def recruited(world, pupil, school, on_day=None):
    """Listed, agreed and reported."""
    clerk, now = world.registrar(school), clock.now()
    pupil = Student.objects.select_related("school").get(pk=pupil.pk)
    recruitment.add([pupil], school, clerk, now)
    (case,) = recruitment.send(school, clerk, now, "录取核对无误。")
    while case.is_live:
        case = world.decide(case, opinion="录取属实，同意。")
    recruitment.report(case, [pupil.pk], on_day or clock.local_date(now), clerk, now)
    return case


# ---------------------------------------------------------------- A  in the last grade


@row("Y01")
def graduates(world, letter):
    pupil = world.pupil(world.first, grade=6, letter=letter)
    run = run_of(world.first, world)
    now_is(pupil, "graduated", 2020, "primary", date(2026, 7, 6))
    assert (run.day, run.lines.get(student=pupil).certificate_on) == (date(2026, 7, 6), date(2026, 7, 6))
    assert {grade_of(pupil, date(year, 9, 7)) for year in (2026, 2027, 2031)} == {6}
    assert pupil.school_class.cohort == 2020


@row("Y03")
def signed_in_august(world, letter):
    pupil = world.pupil(world.first, grade=6, letter=letter)
    with on(2026, 7, 29):
        run = listed(world.first, world)
    with on(2026, 8, 3):
        signed(run, world)
    now_is(pupil, "graduated", 2020, "primary", date(2026, 8, 3))
    assert run.lines.get(student=pupil).certificate_on == date(2026, 7, 30)


@row("Y04", "Y06")
def a_late_list_on_any_day(world, letter):
    for day in ((2026, 9, 10), (2026, 12, 20), (2027, 1, 5), (2027, 3, 2), (2027, 6, 5)):
        pupil = world.pupil(world.first, grade=6, letter=letter)
        with on(*day):
            assert (grade_of(pupil, date(*day)), stays(pupil, date(*day))) == (6, True)
            run = run_of(world.first, world, cohort=None)
        assert (run.occasion, run.day) == ("late", date(*day))
        now_is(pupil, "graduated", 2020, "primary", date(*day))
        assert run.lines.get(student=pupil).certificate_on == date(2026, 7, 30)


@row("Y05", "Y40", "Y102")
def a_second_regular_list(world, letter):
    first, second = (world.pupil(world.first, grade=6, letter=letter) for _ in range(2))
    case = world.changed(second, "suspension")
    run_of(world.first, world)
    now_is(first, "graduated", 2020, "primary", date(2026, 7, 6))
    with on(2026, 7, 16):
        world.decide(case, outcome="refuse", reason=REFUSED, opinion="家长已撤回休学申请。")
    with on(2026, 7, 20):
        run_of(world.first, world)
    now_is(second, "graduated", 2020, "primary", date(2026, 7, 20))


@row("Y07")
def no_plain_transfer_into_the_next_phase(world, letter):
    pupil = world.pupil(world.first, grade=6, letter=letter)
    with on(2026, 9, 7):
        told = refusal("must_graduate", asked, world, world.junior, pupil)
    assert world.first.name in told
    assert "该生应毕业未毕业（六年级）" in told
    assert "招生" in told
    now_is(pupil, "enrolled", 2020, "primary")


@row("Y08")
def nor_across_provinces(world, letter):
    far = world.school("张北县初级中学", world.zhangbei, 7, 9)
    pupil = world.pupil(world.first, grade=6, letter=letter)
    with on(2026, 9, 7):
        told = refusal("must_graduate", asked, world, far, pupil)
    assert "毕业后跨省就学" in told


@row("Y09")
def in_the_same_grade_one_repeats_it(world, letter):
    pupil = world.pupil(world.third, grade=6, letter=letter)
    with on(2026, 9, 7):
        world.finish(asked(world, world.first, pupil))
    now_is(pupil, "enrolled", 2021, "primary")
    assert pupil.school_class.cohort == 2021


@row("Y10", "Y76")
def another_grade_never_crosses_the_phase(world, letter):
    nine = world.school("九年一贯制学校", world.east, 1, 9, "nine")
    pupil = world.pupil(world.third, grade=6, letter=letter)
    SchoolClass.objects.create(school=nine, phase="junior", cohort=2020, number=3)
    with on(2026, 9, 7):
        refusal("phase_change", asked, world, nine, pupil, grade_to=7)


@row("Y11")
def only_graduates_are_recruited(world, letter):
    pupil = Student.objects.select_related("school").get(
        pk=world.pupil(world.first, grade=6, letter=letter).pk
    )
    with on(2026, 9, 7) as now:
        refusal("not_graduated", recruitment.add, [pupil], world.junior, world.registrar(world.junior), now)


@row("Y13")
def late_list_then_recruitment(world, letter):
    pupil = world.pupil(world.first, grade=6, letter=letter)
    with on(2026, 9, 20):
        run_of(world.first, world, cohort=None)
    with on(2026, 9, 23):
        recruited(world, pupil, world.junior)
    now_is(pupil, "enrolled", 2020, "junior")


@row("Y14")
def nobody_of_grade_nine_is_expelled_or_withdrawn(world, letter):
    pupil = world.pupil(world.junior, grade=9, letter=letter)
    with on(2026, 9, 7):
        for kind in ("expulsion", "withdrawal"):
            assert "九年级" in refusal("not_compulsory", world.changed, pupil, kind)


@row("Y15")
def a_ninth_grader_who_stays_can_be_marked(world, letter):
    pupil = world.pupil(world.junior, grade=9, letter=letter)
    with on(2026, 9, 7) as now:
        found = marking.mark(
            pupil,
            world.registrar(world.junior),
            now,
            last_seen_on=date(2026, 5, 20),
            reason=marking.Reason.values[0],
            efforts="班主任、校长多次上门劝返，电话联系无人接听。",
        )
    assert found.grade == 9


@row("Y16")
def a_living_mark_holds_nobody_else(world, letter):
    pupil, other = (world.pupil(world.first, grade=6, letter=letter) for _ in range(2))
    marking.mark(
        pupil,
        world.registrar(world.first),
        JULY,
        last_seen_on=date(2026, 5, 20),
        reason=marking.Reason.values[0],
        efforts="班主任、校长多次上门劝返，电话联系无人接听。",
    )
    run = run_of(world.first, world)
    assert run.lines.get(student=pupil).reason == "辍学标识未解除"
    now_is(other, "graduated", 2020, "primary", date(2026, 7, 6))


@row("Y17")
def no_completion_in_compulsory_education(world, letter):
    pupil = world.pupil(world.first, grade=6, letter=letter)
    run, clerk = listed(world.first, world), world.registrar(world.first)
    for leaving in ("completed", "incomplete"):
        refusal(
            "completion_senior_only", graduation.decide, run, pupil.pk, leaving, "缺课过多。", clerk, JULY
        )
    graduation.drop(run, clerk, JULY)


@row("Y19")
def left_out_by_hand(world, letter):
    pupil = world.pupil(world.first, grade=6, letter=letter)
    run = listed(world.first, world)
    graduation.decide(run, pupil.pk, "left_out", "申请留级，课程未学完。", world.registrar(world.first), JULY)
    signed(run, world)
    now_is(pupil, "enrolled", 2020, "primary")


# ---------------------------------------------------------------- B  away over the summer


@row("Y20", "Y33")
def who_was_away_resumes_in_the_last_grade(world, letter):
    for status in ("suspended", "missing"):
        pupil = world.pupil(world.first, grade=6, letter=letter, status=status)
        with on(2026, 9, 7):
            world.finish(world.changed(pupil, "resumption"))
        now_is(pupil, "enrolled", 2021, "primary")


@row("Y26")
def in_a_nine_year_school_too(world, letter):
    nine = world.school("九年一贯制学校", world.east, 1, 9, "nine")
    pupil = world.pupil(nine, grade=6, letter=letter, status="suspended")
    with on(2026, 9, 7) as now:
        from students.changes import rules as change_rules
        from students.changes.kinds import RESUMPTION

        (facts,) = change_rules.facts_before(pupil, nine, (RESUMPTION,), now)
        assert facts.grades == [6]
        world.finish(world.changed(pupil, "resumption"))
    now_is(pupil, "enrolled", 2021, "primary")


@row("Y27")
def nobody_goes_upward_from_abroad(world, letter):
    pupil = world.pupil(world.first, grade=6, letter=letter, status="abroad")
    with on(2026, 9, 7):
        refusal("must_graduate", asked, world, world.junior, pupil)


# ---------------------------------------------------------------- C, D  taken back, recruited


@row("Y36", "Y37", "Y38", "Y39")
def half_a_year_from_the_act(world, letter):
    pupil = world.pupil(world.first, grade=6, letter=letter)
    run_of(world.first, world)
    words = {"why": "误列入毕业名单，学生仍在读。", "opinion": "经核实属误毕业。"}
    pupil = Student.objects.select_related("school").get(pk=pupil.pk)
    clerk = world.registrar(world.east)
    with on(2027, 1, 7) as late:
        refusal("within_half_a_year", taking_back.send, pupil, clerk, late, **words)
    with frozen(shanghai(2027, 1, 6, 23, 59)) as now:
        case = taking_back.send(pupil, clerk, now, **words)
    with on(2027, 1, 8):
        case = world.decide(case, opinion="同意回退。")
    assert case.state == "completed"
    now_is(pupil, "enrolled", 2020, "primary")
    with on(2027, 1, 12):
        assert (grade_of(pupil, date(2027, 1, 12)), stays(pupil, date(2027, 1, 12))) == (6, True)
        run = run_of(world.first, world, cohort=None)
    now_is(pupil, "graduated", 2020, "primary", date(2027, 1, 12))
    assert run.lines.get(student=pupil).certificate_on == date(2026, 7, 30)


@row("Y41")
def not_while_on_a_list(world, letter):
    pupil = world.graduate(world.first, letter=letter, on=date(2026, 7, 6))
    with on(2026, 9, 7) as now:
        recruitment.add([pupil], world.junior, world.registrar(world.junior), now)
        told = refusal(
            "on_recruitment_list",
            taking_back.send,
            pupil,
            world.registrar(world.east),
            now,
            why="误毕业。",
            opinion="经核实属误毕业。",
        )
    assert world.junior.name in told


@row("Y46", "Y47", "Y48", "Y49", "Y50", "Y51")
def recruited_by_the_day_of_reporting(world, letter):
    for day, cohort in (
        ((2026, 7, 25), 2020),
        ((2026, 9, 2), 2020),
        ((2027, 4, 12), 2020),
        ((2027, 9, 6), 2021),
        ((2028, 9, 4), 2022),
        ((2031, 9, 3), 2025),
    ):
        pupil = world.graduate(world.first, letter=letter, on=date(2026, 7, 6))
        with on(*day):
            recruited(world, pupil, world.junior)
        now_is(pupil, "enrolled", cohort, "junior")
        assert Enrolment.objects.filter(student=pupil).latest("period").grade_in == 7


@row("Y57")
def nobody_is_recruited_from_grade_twelve(world, letter):
    senior = world.school("示例高级中学", world.east, 10, 12)
    pupil = world.graduate(senior, grade=12, letter=letter, on=date(2026, 7, 6))
    with on(2026, 9, 7) as now:
        refusal("no_grade", recruitment.add, [pupil], senior, world.registrar(senior), now)


@row("Y62")
def a_graduate_dies(world, letter):
    pupil = world.graduate(world.first, letter=letter, on=date(2026, 7, 6))
    with on(2026, 11, 3):
        world.finish(world.changed(pupil, "death"))
    pupil.refresh_from_db()
    assert pupil.status == "deceased"


# ---------------------------------------------------------------- G, H, I, L


@row("Y80")
def who_was_not_listed_stays_in_grade_six(world, letter):
    nine = world.school("九年一贯制学校", world.east, 1, 9, "nine")
    pupil = world.pupil(nine, grade=6, letter=letter)
    day = date(2026, 9, 7)
    with on(2026, 9, 7):
        assert (grade_of(pupil, day), stays(pupil, day)) == (6, True)
        found = graduation.leavers(nine, day)
    assert [(one.phase, one.cohort, one.grade, one.pupils) for one in found] == [("primary", None, 6, 1)]


@row("Y83")
def a_nine_year_school_of_a_five_four_area(world, letter):
    nine = world.school("九年一贯制学校", world.east, 1, 9, "nine")
    nine.system_periods.update(last_primary=5)
    world.pupil(nine, grade=5, letter=letter)
    world.pupil(nine, grade=6, letter=letter)
    found = [(one.phase, one.grade) for one in graduation.leavers(nine, JULY.date())]
    assert ("primary", 5) in found
    assert ("primary", 6) not in found


@row("Y84")
def a_school_that_stops_early_graduates_nobody(world, letter):
    small = world.school("示例教学点", world.east, 1, 4)
    pupil = world.pupil(small, grade=4, letter=letter)
    assert graduation.leavers(small, JULY.date()) == []
    refusal("cohort", listed, small, world, cohort=2022)
    assert grade_of(pupil, date(2026, 8, 11)) == 5


@row("offered-no-entry-year")
def a_junior_school_is_not_offered_its_seventh_grade(world, letter):
    with on(2026, 9, 2):
        recruited(world, world.graduate(world.first, letter=letter, on=date(2026, 7, 6)), world.junior)
    with on(2026, 12, 1):
        assert graduation.leavers(world.junior, date(2026, 12, 1)) == []
        refusal("season", listed, world.junior, world, "junior", 2020)


@row("Y92")
def transfers_are_cleared(world, letter):
    pupil = world.pupil(world.third, grade=6, letter=letter)
    with on(2026, 6, 20):
        case = asked(world, world.first, pupil)
    with on(2026, 7, 6):
        run_of(world.third, world)
    assert Case.objects.get(pk=case.pk).state == "cleared"


@row("Y99")
def key_information_holds_nobody(world, letter):
    pupil = world.pupil(world.first, grade=6, letter=letter)
    case = world.changed(pupil, "suspension")
    assert graduation.lines_of(world.first, "primary", 2020, JULY.date())[pupil.pk].leaving == "left_out"
    # The same paper, of another kind: what is about the record and not about attendance or grade.
    rewritten(Case.objects.filter(pk=case.pk), kind="key_information")
    assert graduation.lines_of(world.first, "primary", 2020, JULY.date())[pupil.pk].leaving == "graduated"


@row("Y112")
def who_was_taken_in_offline_is_left_out(world, letter):
    pupil = world.pupil(world.first, grade=6, letter=letter)
    world.taken_in(world.second, pupil)
    line = graduation.lines_of(world.first, "primary", 2020, JULY.date())[pupil.pk]
    assert (line.leaving, line.reason) == ("left_out", f"已线下转入{world.second.name}")


@row("Y115")
def nobody_signs_at_a_closed_school(world, letter):
    school = world.school("示例将撤小学", world.east)
    world.pupil(school, grade=6, letter=letter)
    run, head = listed(school, world), world.head(school)
    rewritten(type(school).objects.filter(pk=school.pk), closed_on=date(2026, 7, 20))
    with on(2026, 7, 21) as now:
        refusal("school_closed", graduation.sign, GraduationRun.objects.get(pk=run.pk), head, now, WORDS)


# ---------------------------------------------------------------- the table

REFUSED = "change_not_wanted"


@row.each
def test_row(act):
    played(act)
