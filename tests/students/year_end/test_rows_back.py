"""Rows of the truth table about what is taken back, recruited and enrolled across provinces (R3.3, R4.4, R4.5), as in
test_rows.py: each a small function of a world in July 2026 and of a pupil's letter."""

from datetime import date, timedelta

import pytest

from ledger import outbox
from reviews.clock import sweeps
from reviews.engine import door
from reviews.engine.models import Case, Step
from reviews.evidence.proofs import take_in
from reviews.notices.models import Notice
from reviews.rulebook.notice_values import POST_GRADUATION
from students.admission.recruitment import actions as recruitment
from students.onward.models import RecruitedPupil
from students.problems import answering
from students.pupil.grades import grade_of, phase_of, stays
from students.pupil.models import Enrolment, ProblemRecord, SchoolClass, Student
from students.year_end import correcting
from students.year_end import graduation_rollback as taking_back
from students.year_end import recruitment_rollback as recruitment_back
from tests.clock import frozen, shanghai
from tests.students.test_issuing import issued, registered
from tests.students.year_end.test_rows import asked, now_is, on, recruited, refusal, run_of
from tests.students.year_end.truth import Rows, played
from tests.world import png
from transfers.moving import drafting
from transfers.moving.models import Transfer, TransferReason
from transfers.moving.rules import facts_of_transfer, grade_change
from web import clock

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R3.3", "R4.4", "R4.5", "R1.8")]
row = Rows()
WHY = {"why": "同名学生，误办。", "opinion": "经核实属误办，予以回退。"}
ACT = date(2026, 7, 6)


def fresh(pupil):
    return Student.objects.select_related("school__authority", "school_class").get(pk=pupil.pk)


def graduated(world, letter, day=ACT, school=None, grade=6):
    return world.graduate(school or world.first, grade=grade, letter=letter, on=day)


def drafted(world, school, pupil, grade_to=None, kind=POST_GRADUATION, reason="next_phase"):
    """A draft of 毕业后跨省就学 (or a transfer), into the class of the grade entered that is there now."""
    clerk, now = world.registrar(school), clock.now()
    case = drafting.begin(fresh(pupil), school, clerk, now, kind=kind)
    transfer = Transfer.objects.get(case=case)
    grade = grade_to or transfer.grade_to
    chosen = None
    if grade:
        where = {
            "phase": phase_of(grade, school.school_system),
            "cohort": clock.local_date(now).year - grade + 1,
        }
        if clock.local_date(now) < date(clock.local_date(now).year, 8, 11):
            where["cohort"] -= 1
        chosen, _ = SchoolClass.objects.get_or_create(school=school, number=1, **where)
    drafting.change(
        case,
        clerk,
        reason=TransferReason.objects.get(key=reason),
        reason_note="",
        grade_to=grade,
        grade_reason="孩子学习基础需要。" if grade_to else "",
        school_class=chosen,
    )
    if kind != POST_GRADUATION:
        take_in(case, clerk, png())
    return Case.objects.get(pk=case.pk)


def submitted(world, case):
    clerk = world.registrar(case.receiving_unit)
    return door.perform(Case.objects.get(pk=case.pk), "submit", clerk, opinion="本校已录取，申请就学。")


def enrolled(world, school, pupil, grade_to=None):
    return submitted(world, drafted(world, school, pupil, grade_to))


def far_junior(world):
    return world.school("张北县初级中学", world.zhangbei, 7, 9)


def far_four(world):
    return world.school("张北县五四制初中", world.zhangbei, 6, 9, "5-4")


def five(world):
    return world.school("示例五年制小学", world.east, 1, 5, "5-4")


def returned(world, pupil, authority, now):
    """招生回退 by the authority, both persons."""
    case = recruitment_back.send(fresh(pupil), world.registrar(authority), now, **WHY)
    return world.decide(case, opinion="确属误办。")


# ---------------------------------------------------------------- A  corrected


@row("Y18")
def an_old_completion_of_a_sixth_grader_becomes_a_graduation(world, letter):
    pupil = world.pupil(world.first, grade=6, letter=letter, status="completed", graduated_on=ACT)
    senior = world.school("示例高级中学", world.east, 10, 12)
    other = world.pupil(senior, grade=12, letter=letter, status="completed", graduated_on=ACT)
    clerk = world.registrar(world.east)
    with on(2028, 10, 12) as now:
        refusal("to_set_right", correcting.send, fresh(other), clerk, now, **WHY)
        refusal("no_seat", correcting.send, fresh(pupil), world.registrar(world.west), now, **WHY)
        refusal("why_given", correcting.send, fresh(pupil), clerk, now, **WHY | {"why": ""})
        case = correcting.send(fresh(pupil), clerk, now, **WHY)
        refusal("no_seat", door.perform, case, "sign", clerk, opinion="情况属实，同意更正。", outcome="agree")
        assert world.decide(case, opinion="情况属实，同意更正。").state == "completed"
        now_is(pupil, "graduated", 2020, "primary", ACT)
        recruited(world, pupil, world.junior)
    now_is(pupil, "enrolled", 2022, "junior")


# ---------------------------------------------------------------- C  taking back a graduation


@row("Y38")
def who_was_taken_back_is_in_its_grade_and_nowhere_higher(world, letter):
    pupil = world.pupil(world.first, grade=6, letter=letter)
    run_of(world.first, world)
    with on(2027, 1, 5) as now:
        world.decide(
            taking_back.send(fresh(pupil), world.registrar(world.east), now, **WHY), opinion="同意回退。"
        )
        now_is(pupil, "enrolled", 2020, "primary")
        assert (grade_of(pupil, now.date()), stays(pupil, now.date())) == (6, True)
        refusal("must_graduate", asked, world, world.junior, pupil)
        clerk = world.registrar(world.junior)
        refusal("not_graduated", recruitment.add, [fresh(pupil)], world.junior, clerk, now)
    now_is(pupil, "enrolled", 2020, "primary")


@row("Y42")
def not_while_another_case_runs(world, letter):
    pupil = graduated(world, letter)
    with on(2026, 9, 7) as now:
        enrolled(world, far_junior(world), pupil)
        refusal("no_other_change", taking_back.send, fresh(pupil), world.registrar(world.east), now, **WHY)
    now_is(pupil, "graduated", 2020, "primary", ACT)


@row("Y43", "Y44")
def wrong_twice_goes_back_step_by_step(world, letter):
    pupil = world.pupil(world.first, grade=6, letter=letter)
    run_of(world.first, world)
    old_class = fresh(pupil).school_class
    with on(2026, 9, 2):
        recruited(world, pupil, world.junior)
    clerk = world.registrar(world.east)
    with on(2026, 10, 12) as now:
        told = refusal("has_left", taking_back.send, fresh(pupil), clerk, now, **WHY)
    assert f"须先由{world.east.name}办理招生回退" in told
    assert world.junior.name in told
    with on(2026, 10, 13) as now:
        returned(world, pupil, world.east, now)
    now_is(pupil, "graduated", 2020, "primary", ACT)
    with on(2026, 10, 14) as now:
        world.decide(taking_back.send(fresh(pupil), clerk, now, **WHY), opinion="同意回退。")
    now_is(pupil, "enrolled", 2020, "primary")
    assert (fresh(pupil).school, fresh(pupil).school_class) == (world.first, old_class)
    assert grade_of(fresh(pupil), date(2026, 10, 14)) == 6


@row("Y45")
def graduated_before_the_system_by_the_day_of_the_table(world, letter):
    pupil = graduated(world, letter, date(2026, 6, 30))
    clerk = world.registrar(world.east)
    with on(2026, 12, 31) as now:
        refusal("within_half_a_year", taking_back.send, fresh(pupil), clerk, now, **WHY)
    with on(2026, 12, 30) as now:
        case = taking_back.send(fresh(pupil), clerk, now, **WHY)
        assert taking_back.original(taking_back.row_of(case).line) == "本系统启用前办理"
        world.decide(case, opinion="同意回退。")
    now_is(pupil, "enrolled", 2020, "primary")


# ---------------------------------------------------------------- D  招生


@row("Y52")
def who_did_not_come_is_free_at_once(world, letter):
    pupil, other = graduated(world, letter), world.school("示例第二初级中学", world.east, 7, 9)
    clerk = world.registrar(world.junior)
    with on(2026, 9, 2) as now:
        recruitment.add([pupil], world.junior, clerk, now)
        (case,) = recruitment.send(world.junior, clerk, now, "录取核对无误。")
        case = world.decide(world.decide(case, opinion="录取属实，同意。"), opinion="录取属实，同意。")
    with on(2026, 9, 12) as now:
        assert recruitment.absent(case, [pupil.pk], clerk, now) == 1
        now_is(pupil, "graduated", 2020, "primary", ACT)
        recruitment.add([fresh(pupil)], other, world.registrar(other), now)
    assert set(RecruitedPupil.objects.filter(student=pupil).values_list("school", "state")) == {
        (world.junior.pk, "absent"),
        (other.pk, "listed"),
    }


@row("Y53")
def on_one_list_only(world, letter):
    pupil, other = graduated(world, letter), world.school("示例第二初级中学", world.east, 7, 9)
    with on(2026, 9, 3) as now:
        recruitment.add([pupil], world.junior, world.registrar(world.junior), now)
        told = refusal("listed", recruitment.add, [fresh(pupil)], other, world.registrar(other), now)
    assert world.junior.name in told


@row("Y55")
def papers_about_the_record_hold_nobody_and_end_with_its_leaving(world, letter):
    pupil = graduated(world, letter)
    problem = ProblemRecord.objects.create(student=pupil, kind="id_not_found")
    clerk = world.registrar(world.first)
    with on(2026, 9, 1) as now:
        paper = answering.begin(
            ProblemRecord.objects.select_related("student__school").get(pk=problem.pk), clerk, now
        )
        take_in(paper, clerk, png())
        answering.change(
            Case.objects.get(pk=paper.pk), clerk, answer="vouch", note="与户口簿核对无误，学生在校就读。"
        )
        door.perform(Case.objects.get(pk=paper.pk), "submit", clerk, opinion="材料齐全，情况属实。")
    with on(2026, 9, 7) as now:
        recruited(world, pupil, world.junior)
        paper = Case.objects.get(pk=paper.pk)
        assert (paper.state, paper.closed_at) == ("withdrawn", now)
        step = Step.objects.filter(case=paper).latest("seq")
        assert (step.outcome, step.signer_id) == ("withdrawn", None)
        outbox.relay(shanghai(2026, 12, 20))
        told = set(Notice.objects.filter(case=paper, account=clerk).values_list("text", flat=True))
        assert any("各方均无责任" in text for text in told), told
        # The problem stands at the recruiting school, which begins anew.
        problem = ProblemRecord.objects.select_related("student__school").get(pk=problem.pk)
        assert (problem.closed_at, problem.student.school) == (None, world.junior)
        again = answering.begin(problem, world.registrar(world.junior), now)
    assert again.receiving_unit_id == world.junior.pk
    now_is(pupil, "enrolled", 2020, "junior")


@row("Y56")
def graduates_of_another_province_are_not_recruited(world, letter):
    pupil = graduated(world, letter)
    far = far_junior(world)
    with on(2026, 9, 7) as now:
        told = refusal("other_province", recruitment.add, [fresh(pupil)], far, world.registrar(far), now)
    assert "毕业后就学" in told


@row("Y58")
def recruited_by_mistake_without_limit_of_time(world, letter):
    pupil = world.pupil(world.first, grade=6, letter=letter)
    run_of(world.first, world)
    old_class = fresh(pupil).school_class
    with on(2026, 9, 2):
        recruited(world, pupil, world.junior)
    now_is(pupil, "enrolled", 2020, "junior")
    with on(2027, 5, 2) as now:
        returned(world, pupil, world.east, now)
    now_is(pupil, "graduated", 2020, "primary", ACT)
    assert (fresh(pupil).school, fresh(pupil).school_class) == (world.first, old_class)
    assert RecruitedPupil.objects.get(student=pupil).state == "taken_back"


@row("Q12")
def from_every_living_status(world, letter):
    """Who went on leave meanwhile is returned all the same."""
    pupil = graduated(world, letter)
    with on(2026, 9, 2):
        recruited(world, pupil, world.junior)
    with on(2026, 10, 12):
        world.finish(world.changed(fresh(pupil), "suspension"))
        assert fresh(pupil).status == "suspended"
    with on(2026, 11, 2) as now:
        returned(world, pupil, world.east, now)
    now_is(pupil, "graduated", 2020, "primary", ACT)


@row("Y59")
def not_after_another_move(world, letter):
    pupil, other = graduated(world, letter), world.school("示例第二初级中学", world.east, 7, 9)
    with on(2026, 9, 2):
        recruited(world, pupil, world.junior)
    with on(2026, 11, 2):
        world.finish(submitted(world, drafted(world, other, pupil, kind="", reason="house")))
    with on(2026, 11, 9) as now:
        told = refusal(
            "was_recruited", recruitment_back.send, fresh(pupil), world.registrar(world.east), now, **WHY
        )
    assert "请按转学办理" in told
    now_is(pupil, "enrolled", 2020, "junior")


@row("Y61")
def a_graduate_is_numbered_like_everybody(world, letter):
    pupil = graduated(world, letter)
    with on(2027, 4, 6):
        other = graduated(world, "L")
        registered(other, *([pupil] if letter == "L" else []))
        batch = issued(world)
    held = {"L": {"G"}, "J": {"J"}, "G": {"G"}}[letter]
    assert set(pupil.numbers.filter(closed_at=None).values_list("kind", flat=True)) == held
    assert batch.issued == 1 + (letter == "L")
    now_is(pupil, "graduated", 2020, "primary", ACT)


# ---------------------------------------------------------------- E  毕业后跨省就学


@row("Y63")
def only_the_start_has_a_window(world, letter):
    pupil, far = graduated(world, letter), far_junior(world)
    with frozen(shanghai(2026, 8, 14, 23, 59, 59)):
        case = drafted(world, far, pupil)
        refusal("window_closed", submitted, world, case)
    with frozen(shanghai(2026, 8, 15)):
        assert submitted(world, case).state == "receiving_school"


@row("Y64")
def begun_on_the_last_second_it_goes_on(world, letter):
    pupil, far = graduated(world, letter), far_junior(world)
    with frozen(shanghai(2026, 12, 14, 23, 59, 59)):
        case = enrolled(world, far, pupil)
    with on(2027, 2, 25):
        case = world.filed(case, date(2027, 2, 25))
    assert case.state == "completed"
    now_is(pupil, "enrolled", 2020, "junior")


@row("Y65")
def the_cohort_is_that_of_the_day_of_reporting(world, letter):
    pupil, far = graduated(world, letter), far_junior(world)
    with on(2027, 5, 31):
        case = world.decide(enrolled(world, far, pupil))
    world.pupil(world.first, grade=5, letter=letter)
    with on(2027, 7, 6):
        run_of(world.first, world, cohort=2021)
    with on(2027, 7, 20) as now:
        sweeps.run(now)
    with on(2027, 8, 20):
        case = world.filed(Case.objects.get(pk=case.pk))
    assert case.state == "completed"
    now_is(pupil, "enrolled", 2021, "junior")
    assert Enrolment.objects.filter(student=pupil).latest("period").grade_in == 7
    assert grade_of(fresh(pupil), date(2027, 8, 21)) == 7


@row("Y66")
def graduated_two_years_ago(world, letter):
    pupil, far = graduated(world, letter, date(2024, 7, 6)), far_junior(world)
    with on(2026, 9, 1):
        world.filed(enrolled(world, far, pupil))
    now_is(pupil, "enrolled", 2020, "junior")
    assert Enrolment.objects.filter(student=pupil).latest("period").grade_in == 7


@row("Y67")
def who_does_not_come_is_free_after_ten_working_days(world, letter):
    pupil, far = graduated(world, letter), far_junior(world)
    with on(2026, 9, 1):
        case = world.awaited(enrolled(world, far, pupil))
    due = Case.objects.get(pk=case.pk).due_on
    assert due == date(2026, 9, 15)
    for day, state in ((due, "awaiting_file"), (due + timedelta(days=1), "lapsed")):
        with on(day.year, day.month, day.day) as now:
            sweeps.run(now)
            assert Case.objects.get(pk=case.pk).state == state
    now_is(pupil, "graduated", 2020, "primary", ACT)
    with on(2026, 9, 17):
        assert enrolled(world, far, pupil).state == "receiving_school"


@row("Y69")
def a_wrong_enrolment_is_taken_back_by_the_county_that_took_the_pupil_in(world, letter):
    pupil, far = world.pupil(world.first, grade=6, letter=letter), far_junior(world)
    run_of(world.first, world)
    old_class = fresh(pupil).school_class
    with on(2026, 9, 1):
        first = world.filed(enrolled(world, far, pupil))
    now_is(pupil, "enrolled", 2020, "junior")
    with on(2027, 5, 10) as now:
        for unit in (world.east, world.hebei):
            told = refusal("no_seat", recruitment_back.send, fresh(pupil), world.registrar(unit), now, **WHY)
            assert "主管部门" in told
        case = recruitment_back.send(fresh(pupil), world.registrar(world.zhangbei), now, **WHY)
        acts = dict(recruitment_back.facts_shown(recruitment_back.row_of(case)))
        assert first.number in acts["原招生操作"]
        assert str(world.registrar(far).person) in acts["原招生操作"]
        assert world.first.name in acts["毕业学校"]
        assert case.stages == ["authority"]
        refusal(
            "no_seat",
            door.perform,
            case,
            "sign",
            world.registrar(world.zhangbei),
            opinion="确属误办。",
            outcome="agree",
        )
        case = world.decide(case, opinion="确属误办。")
        outbox.relay(clock.now() + timedelta(seconds=5))
    assert case.state == "completed"
    now_is(pupil, "graduated", 2020, "primary", ACT)
    assert (fresh(pupil).school, fresh(pupil).school_class) == (world.first, old_class)
    for unit in (world.first, world.east, far, world.zhangbei):
        told = Notice.objects.filter(account=world.registrar(unit), case__in=[case.pk, None])
        told |= Notice.objects.filter(account=world.registrar(unit), text__contains=case.number)
        assert told.exists(), unit
    text = Notice.objects.get(account=world.head(world.east), text__contains=case.number).text
    assert f"学籍已退回{world.first.name}" in text
    with on(2027, 5, 11) as now:
        recruitment.add([fresh(pupil)], world.junior, world.registrar(world.junior), now)


# ---------------------------------------------------------------- F  different 学制


@row("Y70")
def five_years_of_primary_school_lead_into_grade_six(world, letter):
    pupil = graduated(world, letter, school=five(world), grade=5)
    with on(2026, 9, 1):
        world.filed(enrolled(world, world.abroad, pupil))
    now_is(pupil, "enrolled", 2021, "primary")
    assert grade_of(fresh(pupil), date(2026, 9, 2)) == 6
    with on(2027, 7, 6):
        run = run_of(world.abroad, world, cohort=2021)
        assert run.lines.get(student=pupil).leaving == "graduated"


@row("Y71")
def but_never_into_grade_seven(world, letter):
    pupil = graduated(world, letter, school=five(world), grade=5)
    with on(2026, 9, 1):
        told = refusal("nine_years", enrolled, world, far_junior(world), pupil, 7)
    assert "8 年" in told


@row("Y72")
def a_five_four_school_recruits_them(world, letter):
    pupil, four = graduated(world, letter, school=five(world), grade=5), None
    four = world.school("示例五四制初中", world.east, 6, 9, "5-4")
    with on(2026, 9, 1):
        recruited(world, pupil, four)
    now_is(pupil, "enrolled", 2021, "junior")
    assert grade_of(fresh(pupil), date(2026, 9, 2)) == 6


@row("Y73")
def a_six_three_graduate_enters_grade_seven_or_six_by_word(world, letter):
    four = far_four(world)
    pupil, other = graduated(world, letter), graduated(world, letter)
    with on(2026, 9, 1):
        world.filed(enrolled(world, four, pupil))
        case = enrolled(world, four, other, 6)
        case = world.decide(case)
        refusal("note_wanted", world.decide, case)
        words = "该生基础薄弱，经与家长面谈，同意变更为六年级入读，九年义务教育不受影响。"
        case = world.decide(case, opinion=words)
        world.filed(case)
    now_is(pupil, "enrolled", 2020, "junior")
    now_is(other, "enrolled", 2021, "junior")


@row("Y74")
def a_six_three_graduate_does_not_repeat_grade_six(world, letter):
    pupil = graduated(world, letter)
    with on(2026, 9, 1):
        refusal("grade_offered", enrolled, world, world.abroad, pupil)
    now_is(pupil, "graduated", 2020, "primary", ACT)


@row("Y75")
def the_same_grade_in_another_phase(world, letter):
    pupil, four = world.pupil(world.first, grade=6, letter=letter), far_four(world)
    with on(2026, 5, 11):
        world.finish(submitted(world, drafted(world, four, pupil, kind="", reason="house")))
    now_is(pupil, "enrolled", 2020, "junior")
    with on(2026, 7, 6):
        refusal("cohort", run_of, four, world, "primary", 2020)


@row("Y78")
def grade_five_does_not_go_on_to_grade_six_of_junior_school(world, letter):
    pupil, four = world.pupil(world.first, grade=5, letter=letter), far_four(world)
    with on(2026, 5, 11) as now:
        case = drafted(world, four, pupil, grade_to=6, kind="", reason="house")
        refusal("nine_years", submitted, world, case)
        from reviews.engine import book as rulebook

        transfer = Transfer.objects.select_related(
            "student", "receiving_school", "sending_school", "case"
        ).get(case=case)
        facts = facts_of_transfer(transfer, now, rulebook.current())
        assert grade_change.phase_change(facts).code == "phase_change"
    now_is(pupil, "enrolled", 2021, "primary")


@row.each
def test_row(act):
    played(act)
