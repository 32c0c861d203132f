"""The truth table of the year's end: who was away over the summer, and 按原届复学 (R5.3, R3.2, R3.5c), row by row.

Each row is a small function of a world, in which it is July 2026, and of a pupil's letter. Grade 6 is cohort 2020.
"""

from datetime import date

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from reviews.engine import book as rulebook
from reviews.engine import door
from reviews.engine.models import Case
from reviews.engine.procedures import of_kind
from reviews.rulebook.models import YearRow
from students.changes import drafting as change_drafting
from students.changes import rules as change_rules
from students.changes.kinds import RESUMPTION
from students.changes.models import StatusChange
from students.changes.resuming import own_cohort_open
from students.changes.status import settle_in
from students.pupil.grades import grade_of, stays
from students.pupil.models import SchoolClass, Student
from tests.api import Program
from tests.refusals import sql_refused
from tests.students.year_end.test_rows import asked, now_is, on, recruited, refusal, run_of
from tests.students.year_end.truth import JULY, Rows, played
from tests.world import rewritten
from transfers.moving import preflight
from web import clock

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.rule("R5.3", "R3.5c", "R3.2", "R1.8"),
    pytest.mark.world_at(JULY, stands=False),
]
FINISHED = "随父母在外地学校读完六年级，有成绩单。"
row = Rows()


def page_of(account, name, *args):
    browser = Client()
    browser.force_login(account)
    return browser.get(reverse(name, args=args)).content.decode()


def grades_of(pupil):
    """The grades that may be chosen on 复学, and whether 按原届 is open."""
    pupil = Student.objects.select_related("school").get(pk=pupil.pk)
    (facts,) = change_rules.facts_before(pupil, pupil.school, (RESUMPTION,), clock.now())
    return facts.grades, own_cohort_open(facts)


def resumed(world, pupil, grade=None):
    """复学 into a class of the grade, signed at school and county; without a grade the first that may be chosen."""
    pupil = Student.objects.select_related("school").get(pk=pupil.pk)
    said = {} if grade is None else {"grade_to": grade, "school_class": class_in(pupil, grade)}
    return world.finish(world.changed(pupil, "resumption", **said))


def class_in(pupil, grade):
    day = clock.local_date(clock.now())
    rows = SchoolClass.objects.filter(school=pupil.school, phase=pupil.phase)
    return next(one for one in rows if grade_of(one, day) == grade and not stays(one, day))


def own(world, pupil, **said):
    """按原届复学, sent off."""
    told = {"own_cohort": True, "own_cohort_reason": FINISHED, "school_class": None}
    return world.changed(
        Student.objects.select_related("school").get(pk=pupil.pk), "resumption", **told | said
    )


def transferred(world, school, pupil, grade_to=None):
    return world.finish(
        asked(world, school, pupil, grade_to), opinion="经核对学籍和学力，同意该生转入所选年级就读。"
    )


# ---------------------------------------------------------------- into the last grade


@row("Y20")
def who_was_away_sits_the_last_grade_with_the_class_of_now(world, letter):
    pupil = world.pupil(world.first, grade=6, letter=letter, status="suspended")
    with on(2026, 9, 7):
        assert grades_of(pupil) == ([6], True)
        fifth = SchoolClass.objects.get(school=world.first, cohort=2022)
        refusal("grade_given", world.changed, pupil, "resumption", grade_to=5, school_class=fifth)
        old = SchoolClass.objects.get(school=world.first, cohort=2020)
        refusal("grade_given", world.changed, pupil, "resumption", grade_to=6, school_class=old)
        resumed(world, pupil, 6)
    now_is(pupil, "enrolled", 2021, "primary")
    assert pupil.school_class.cohort == 2021
    with on(2027, 7, 6):
        run_of(world.first, world, cohort=2021)
    now_is(pupil, "graduated", 2021, "primary", date(2027, 7, 6))


@row("Y21")
def who_is_suspended_resumes_before_a_transfer(world, letter):
    pupil = world.pupil(world.first, grade=6, letter=letter, status="suspended")
    with on(2026, 9, 7):
        told = refusal("not_suspended", asked, world, world.second, pupil)
        assert f"须先在{world.first.name}办理复学" in told
        resumed(world, pupil, 6)
        transferred(world, world.second, pupil)
    now_is(pupil, "enrolled", 2021, "primary")
    assert pupil.school == world.second


@row("Y22")
def in_june_into_the_own_grade_or_one_below(world, letter):
    sixth, fifth = (world.pupil(world.first, grade=6, letter=letter, status="suspended") for _ in range(2))
    with on(2026, 6, 20):
        assert grades_of(sixth) == ([6, 5], False)
        resumed(world, sixth, 6)
        resumed(world, fifth, 5)
    now_is(fifth, "enrolled", 2021, "primary")
    with on(2026, 7, 6):
        run_of(world.first, world)
    now_is(sixth, "graduated", 2020, "primary", date(2026, 7, 6))
    now_is(fifth, "enrolled", 2021, "primary")


@row("Y23")
def after_two_summers_too(world, letter):
    pupil, other = (world.pupil(world.first, grade=6, letter=letter, status="suspended") for _ in range(2))
    with on(2027, 9, 6):
        assert grades_of(pupil) == ([6], True)
        resumed(world, pupil, 6)
        world.finish(own(world, other))
    now_is(pupil, "enrolled", 2022, "primary")
    now_is(other, "enrolled", 2020, "primary")


@row("Y24")
def who_was_away_below_the_last_grade_is_promoted_or_put_one_down(world, letter):
    sixth, fifth = (world.pupil(world.first, grade=5, letter=letter, status="suspended") for _ in range(2))
    with on(2026, 9, 7):
        assert grades_of(sixth) == ([6, 5], False)
        resumed(world, sixth, 6)
        resumed(world, fifth, 5)
    now_is(sixth, "enrolled", 2021, "primary")
    now_is(fifth, "enrolled", 2022, "primary")


@row("Y33")
def who_was_missing_is_found(world, letter):
    pupil = world.pupil(world.first, grade=6, letter=letter, status="missing")
    world.pupil(world.first, grade=6, letter=letter)
    run_of(world.first, world)
    now_is(pupil, "missing", 2020, "primary")
    with on(2026, 10, 9):
        resumed(world, pupil, 6)
    now_is(pupil, "enrolled", 2021, "primary")


@row("Y97")
def promotion_leaves_a_running_resumption_as_it_is(world, letter):
    pupil = world.pupil(world.first, grade=5, letter=letter, status="suspended")
    with on(2026, 8, 5):
        case = world.changed(pupil, "resumption", grade_to=5, school_class=class_in(pupil, 5))
    with on(2026, 8, 12):
        world.finish(case)
    now_is(pupil, "enrolled", 2021, "primary")
    assert grade_of(pupil, date(2026, 8, 12)) == 6


@row("Y98")
def the_form_says_what_each_choice_becomes_on_11_august(world, letter):
    sixth, fifth = (world.pupil(world.first, grade=6, letter=letter, status="suspended") for _ in range(2))
    world.pupil(world.first, grade=6, letter=letter)
    run_of(world.first, world)
    clerk, cases = world.registrar(world.first), {}
    with on(2026, 7, 28):
        for pupil, grade in ((sixth, 6), (fifth, 5)):
            pupil = Student.objects.select_related("school").get(pk=pupil.pk)
            draft = world.changing(pupil, "resumption", grade_to=grade, school_class=class_in(pupil, grade))
            page = page_of(clerk, "change-edit", draft.number)
            assert "六年级（2026年8月11日起不升级，那时还没有毕业的，为应毕业未毕业，须补办毕业）" in page
            assert "五年级（2026年8月11日起为六年级）" in page
            assert "按原届复学" not in page
            cases[grade] = door.perform(draft, "submit", clerk, opinion="情况属实，申请办理。")
    with on(2026, 8, 12):
        for case in cases.values():
            world.finish(case)
    now_is(sixth, "enrolled", 2020, "primary")
    now_is(fifth, "enrolled", 2021, "primary")
    day = date(2026, 8, 12)
    assert [(grade_of(one, day), stays(one, day)) for one in (sixth, fifth)] == [(6, True), (6, False)]


# ---------------------------------------------------------------- 按原届


@row("Y25")
def who_has_finished_the_year_resumes_with_its_own_cohort_and_graduates(world, letter):
    pupil = world.pupil(world.junior, grade=9, letter=letter, status="suspended")
    with on(2026, 9, 7):
        case = world.finish(own(world, pupil))
    assert case.stages == ["school", "authority"]
    now_is(pupil, "enrolled", 2017, "junior")
    assert (pupil.school_class.cohort, stays(pupil, date(2026, 9, 7))) == (2017, True)
    change = StatusChange.objects.get(case=case)
    assert (change.own_cohort, change.own_cohort_reason, change.grade_to) == (True, FINISHED, 9)
    with on(2026, 9, 14):
        run_of(world.junior, world, "junior", None)
    now_is(pupil, "graduated", 2017, "junior", date(2026, 9, 14))


@row("Y27")
def from_abroad_upward_by_own_cohort_late_list_and_recruitment_only(world, letter):
    pupil, later = (world.pupil(world.first, grade=grade, letter=letter, status="abroad") for grade in (6, 5))
    with on(2026, 9, 7):
        for one in (pupil, later):
            told = refusal("must_graduate", asked, world, world.junior, one)
            assert world.first.name in told
        world.finish(own(world, pupil))
    with on(2026, 9, 9):
        run_of(world.first, world, cohort=None)
    with on(2026, 9, 11):
        recruited(world, pupil, world.junior)
    now_is(pupil, "enrolled", 2020, "junior")


@row("own-cohort-words")
def own_cohort_is_for_who_stays_and_with_a_reason(world, letter):
    pupil = world.pupil(world.first, grade=6, letter=letter, status="suspended")
    younger = world.pupil(world.first, grade=5, letter=letter, status="suspended")
    with on(2026, 9, 7):
        assert "怎样完成了本学年的学业" in refusal(
            "own_cohort_fits", own, world, pupil, own_cohort_reason="。。"
        )
        old = SchoolClass.objects.get(school=world.first, cohort=2021)
        assert "不选班级" in refusal("own_cohort_fits", own, world, pupil, school_class=old, grade_to=6)
        assert "该生在六年级" in refusal("own_cohort_fits", own, world, younger)
        case = own(world, pupil)
        door.perform(case, "return_to_registrar", world.head(world.first), opinion="请补充理由。")
        said = {"on": clock.local_date(clock.now()), "note": "家长到校说明情况。", "own_cohort": True}
        case, clerk = Case.objects.get(pk=case.pk), world.registrar(world.first)
        refusal("own_cohort_fits", change_drafting.change, case, clerk, **said)
    now_is(pupil, "suspended", 2020, "primary")


# ---------------------------------------------------------------- by transfer, the status kept


@row("Y28")
def from_abroad_into_the_same_grade_elsewhere(world, letter):
    pupil = world.pupil(world.first, grade=6, letter=letter, status="abroad")
    with on(2026, 9, 7):
        transferred(world, world.second, pupil)
        now_is(pupil, "abroad", 2021, "primary")
        settle_in(pupil, world.registrar(world.second))
    now_is(pupil, "enrolled", 2021, "primary")


@row("Y29")
def who_left_otherwise_across_provinces(world, letter):
    pupil = world.pupil(world.first, grade=6, letter=letter, status="left_other")
    with on(2026, 10, 8):
        transferred(world, world.abroad, pupil)
        now_is(pupil, "left_other", 2021, "primary")
        settle_in(pupil, world.registrar(world.abroad))
    now_is(pupil, "enrolled", 2021, "primary")


@row("Y30", "Y31")
def who_was_withdrawn_or_expelled_from_grade_twelve(world, letter):
    senior, other = (world.school(name, world.east, 10, 12) for name in ("第一高级中学", "第二高级中学"))
    for status in ("withdrawn", "expelled"):
        pupil, back = (world.pupil(senior, grade=12, letter=letter, status=status) for _ in range(2))
        with on(2026, 9, 7):
            transferred(world, other, pupil)
            now_is(pupil, status, 2015, "senior")
            settle_in(pupil, world.registrar(other))
            now_is(pupil, "enrolled", 2015, "senior")
            if status == "withdrawn":
                resumed(world, back, 12)
                now_is(back, "enrolled", 2015, "senior")
            else:
                refusal("status_fits", world.changed, back, "resumption")


@row("Y34")
def a_ninth_grader_who_is_gone_leaves_otherwise(world, letter):
    pupil = world.pupil(world.junior, grade=9, letter=letter)
    with on(2026, 9, 20):
        change = world.changing(pupil, "leaving_otherwise")
        clerk = world.registrar(world.junior)
        told = refusal(
            "dropout_reported", door.perform, change, "submit", clerk, opinion="情况属实，申请办理。"
        )
        assert "辍学标识" in told
        world.reported(pupil)
        world.finish(
            door.perform(Case.objects.get(pk=change.pk), "submit", clerk, opinion="情况属实，申请办理。")
        )
    now_is(pupil, "left_other", 2017, "junior")
    assert grade_of(pupil, date(2026, 9, 20)) == 9


@row("Y88")
def an_eleventh_grader_withdraws(world, letter):
    senior = world.school("示例高级中学", world.east, 10, 12)
    pupil = world.pupil(senior, grade=11, letter=letter)
    with on(2026, 9, 7):
        world.finish(world.changed(pupil, "withdrawal"))
    now_is(pupil, "withdrawn", 2015, "senior")


# ---------------------------------------------------------------- another grade


@row("Y101")
def a_fifth_grader_skips_into_the_last_grade(world, letter):
    world.policy("grade_skip", phase="primary")
    pupil = world.pupil(world.first, grade=5, letter=letter)
    with on(2026, 6, 10):
        draft = world.changing(pupil, "grade_skip")
        assert "该生跳入六年级，本学年即应毕业" in page_of(
            world.registrar(world.first), "change-edit", draft.number
        )
        case = door.perform(draft, "submit", world.registrar(world.first), opinion="情况属实，申请办理。")
        case = world.finish(case)
    now_is(pupil, "enrolled", 2020, "primary")
    with on(2026, 7, 6):
        run_of(world.first, world)
    now_is(pupil, "graduated", 2020, "primary", date(2026, 7, 6))
    assert case.state == "completed"


@row("Y102")
def a_skip_that_was_open_at_the_run(world, letter):
    world.policy("grade_skip", phase="primary")
    pupil, missed = (world.pupil(world.first, grade=5, letter=letter) for _ in range(2))
    with on(2026, 6, 28):
        cases = [world.changed(one, "grade_skip") for one in (pupil, missed)]
    world.pupil(world.first, grade=6, letter=letter)
    with on(2026, 7, 6):
        run_of(world.first, world)
    with on(2026, 7, 10):
        world.finish(cases[0])
    with on(2026, 7, 20):
        run_of(world.first, world)
    now_is(pupil, "graduated", 2020, "primary", date(2026, 7, 20))
    with on(2026, 8, 5):
        world.finish(cases[1])
    now_is(missed, "enrolled", 2020, "primary")
    assert stays(missed, date(2026, 8, 11))


@row("Y103", "Y105")
def nobody_skips_beyond_the_last_grade(world, letter):
    world.policy("grade_skip", phase="primary")
    pupil = world.pupil(world.first, grade=6, letter=letter)
    for day in ((2026, 6, 10), (2026, 9, 7)):
        with on(*day):
            refusal("grade_open", world.changing, pupil, "grade_skip")
    now_is(pupil, "enrolled", 2020, "primary")


@row("Y104")
def who_stays_repeats_by_policy_only(world, letter):
    pupil = world.pupil(world.first, grade=6, letter=letter)
    with on(2026, 9, 7):
        refusal("policy_allows", world.changing, pupil, "grade_repeat")
        world.policy("grade_repeat", phase="primary")
        world.finish(world.changed(pupil, "grade_repeat", grade_to=6, school_class=class_in(pupil, 6)))
    now_is(pupil, "enrolled", 2021, "primary")


@row("Y89")
def grade_twelve_left_out(world, letter):
    senior, other = (world.school(name, world.east, 10, 12) for name in ("第一高级中学", "第二高级中学"))
    world.policy("grade_repeat", phase="senior")
    moved, repeated = (world.pupil(senior, grade=12, letter=letter) for _ in range(2))
    with on(2026, 9, 7):
        assert "高三（应毕业未毕业）" in page_of(world.registrar(senior), "student-detail", moved.key)
        student = Student.objects.select_related("school").get(pk=moved.pk)
        checks = preflight.of_pupil(student, other, clock.now(), rulebook.current())
        assert [one.text for one in checks if one.code == "repeats_grade" and one.warns] != []
        world.finish(asked(world, other, moved))
        world.finish(
            world.changed(repeated, "grade_repeat", grade_to=12, school_class=class_in(repeated, 12))
        )
    now_is(moved, "enrolled", 2015, "senior")
    now_is(repeated, "enrolled", 2015, "senior")


# ---------------------------------------------------------------- the table


@row.each
def test_row(act):
    played(act)


# ---------------------------------------------------------------- through page, API and simulator: one rule


def test_the_form_offers_own_cohort_to_who_stays_and_keeps_what_was_typed(world):
    pupil = world.pupil(world.first, grade=6, status="suspended")
    clerk = world.registrar(world.first)
    with on(2026, 9, 7) as now:
        case = change_drafting.begin(
            Student.objects.select_related("school").get(pk=pupil.pk), RESUMPTION, clerk, now
        )
        browser = Client()
        browser.force_login(clerk)
        address = reverse("change-edit", args=[case.number])
        page = browser.get(address).content.decode()
        assert "按原届复学（2020级，级和班级不变，不重读）" in page
        assert "六年级（编入现在的班级，重读本学年）" in page
        revision = browser.get(address).context["form"]["revision"].value()
        said = {"on": "2026-09-07", "note": "家长到校说明情况。", "opinion": "情况属实，申请办理。"}
        said |= {"own_cohort": "on", "own_cohort_reason": "", "revision": revision, "action": "send"}
        told = browser.post(address, said)
        assert (told.status_code, "怎样完成了本学年的学业" in told.content.decode()) == (409, True)
        assert told.context["form"]["own_cohort"].value() is True
        said |= {"own_cohort_reason": FINISHED}
        said["revision"] = browser.get(address).context["form"]["revision"].value()
        assert browser.post(address, said).status_code == 303
        case = world.finish(Case.objects.get(pk=case.pk))
        page = page_of(world.registrar(world.east), "case", case.number)
        assert "按原届（2020级），级和班级不变" in page
        assert FINISHED in page
    now_is(pupil, "enrolled", 2020, "primary")


@pytest.mark.rule("R6.1")
def test_no_number_of_a_person_is_kept_in_the_reason(world):
    pupil = world.pupil(world.first, grade=6, status="suspended")
    clerk, told = world.registrar(world.first), "在他校读完，学籍号 G152522201503040013 可查。"
    with on(2026, 9, 7) as now:
        case = change_drafting.begin(
            Student.objects.select_related("school").get(pk=pupil.pk), RESUMPTION, clerk, now
        )
        said = {"on": clock.local_date(now), "own_cohort": True, "own_cohort_reason": told}
        sentence = refusal("number_in_text", change_drafting.change, case, clerk, **said)
        assert "“按原届复学的理由”里写有身份证号或学籍号" in sentence
        browser = Client()
        browser.force_login(clerk)
        address = reverse("change-edit", args=[case.number])
        revision = browser.get(address).context["form"]["revision"].value()
        typed = {"on": "2026-09-07", "own_cohort": "on", "own_cohort_reason": told, "revision": revision}
        answer = browser.post(address, typed | {"action": "save"})
        assert (answer.status_code, sentence in answer.content.decode()) == (409, True)
        assert answer.context["form"]["own_cohort_reason"].value() == told
    column = "UPDATE students_statuschange SET own_cohort_reason=%s WHERE case_id=%s"
    sql_refused("change_own_cohort_no_numbers", column, told, case.pk)


def test_the_api_says_which_grades_and_takes_own_cohort(world):
    pupil = world.pupil(world.first, grade=6, status="suspended")
    program = Program(world.registrar(world.first))
    with on(2026, 9, 7):
        rows = {row["kind"]: row for row in program.get("/changes/kinds/", student=str(pupil.key)).json()}
        told = rows["resumption"]
        grades = [{"grade": 6, "name": "六年级（编入现在的班级，重读本学年）"}]
        assert (told["grades"], told["own_cohort"], told["refusal"]) == (grades, True, None)
        assert not any(row["own_cohort"] for kind, row in rows.items() if kind != "resumption")
        made = program.post("/changes/", {"student": str(pupil.key), "kind": "resumption"})
        case = Case.objects.get(number=made.json()["case"]["number"])
        said = {"on": "2026-09-07", "note": "家长到校说明情况。", "own_cohort": True}
        told = program.send("PATCH", f"/changes/{case.number}/", said).json()
        assert (told["change"]["own_cohort"], told["change"]["grade_to"]) == (True, 6)
        assert [line["text"] for line in told["checks"] if line["ok"] is False] == [
            "按原届复学的，请写明学生在哪里、怎样完成了本学年的学业（2–200 字）。"
        ]
        program.send("PATCH", f"/changes/{case.number}/", {"own_cohort_reason": FINISHED})
        assert program.act(case, "submit", {"opinion": "情况属实，申请办理。"}).status_code == 200
        world.finish(Case.objects.get(pk=case.pk))
    now_is(pupil, "enrolled", 2020, "primary")


def test_copied_as_new_it_says_the_same(world):
    pupil = world.pupil(world.first, grade=6, status="suspended")
    with on(2026, 9, 7) as now:
        case = own(world, pupil)
        door.perform(case, "withdraw", world.registrar(world.first), opinion="家长补充情况后再办。")
        made = change_drafting.copy_as_new(Case.objects.get(pk=case.pk), world.registrar(world.first), now)
    change = StatusChange.objects.get(case=made)
    assert (change.own_cohort, change.own_cohort_reason) == (True, FINISHED)


@pytest.mark.rule("R0.7")
def test_the_simulator_answers_for_who_stays_as_the_doors_do(world):
    with on(2026, 9, 7):
        asked_of = {"receiving": world.im.code, "status": "suspended", "grade": 6, "on": "2026-09-07"}
        told = Program(world.registrar(world.first)).get("/possible/", **asked_of, stays=True).json()
        (resumption,) = [row for row in told["changes"] if row["kind"] == "resumption"]
        assert resumption["allowed"]
        assert resumption["sentence"] == (
            "可编入六年级（编入现在的班级，重读本学年），也可以按原届复学（级和班级不变，写明理由，复学后补办毕业）。"
        )
        (skipping,) = [row for row in told["changes"] if row["kind"] == "grade_skip"]
        assert not skipping["allowed"]
        wrong = Program(world.registrar(world.first)).get("/possible/", **asked_of | {"grade": 4}, stays=True)
        assert wrong.status_code == 400
        assert "应毕业未毕业的学生在小学、初中或高中的最高年级" in wrong.content.decode()
        abroad = asked_of | {"status": "abroad"}
        told = Program(world.registrar(world.first)).get("/possible/", **abroad, stays=True).json()
        assert [one["code"] for one in told["checks"] if one["warns"]] == ["repeats_grade"]


@pytest.mark.rule("R0.7")
def test_a_province_may_leave_own_cohorts_out_and_a_paper_sent_before_goes_on(world):
    pupil, late = (world.pupil(world.first, grade=6, status="suspended") for _ in range(2))
    abroad = world.pupil(world.abroad, grade=6, status="suspended")
    YearRow.objects.create(
        key="resume_with_own_cohort",
        value="off",
        province=world.im,
        valid_from=date(2026, 9, 8),
        source="省教育厅规定",
        clause="附件1",
    )
    with on(2026, 9, 7):
        case = own(world, pupil)
    with on(2026, 9, 8):
        assert grades_of(late) == ([6], False)
        assert grades_of(abroad) == ([6], True)
        assert "按本省（自治区）的规定不按原届复学" in refusal("own_cohort_fits", own, world, late)
        world.finish(case)
        resumed(world, late, 6)
    now_is(pupil, "enrolled", 2020, "primary")
    now_is(late, "enrolled", 2021, "primary")


def test_the_database_lets_no_own_cohort_go_off_or_end_without_its_reason(world, monkeypatch):
    pupil, other = (world.pupil(world.first, grade=6, status="suspended") for _ in range(2))
    room = SchoolClass.objects.get(school=world.first, phase="primary", cohort=2021)
    sent = (
        "UPDATE reviews_case c SET state=r.state, awaiting=r.awaiting, exclusive_key=c.subject, route_id=r.route_id,"
        " stages=r.stages, holder_id=r.holder_id, due_on=r.due_on FROM reviews_case r WHERE c.id=%s AND r.id=%s"
    )
    with on(2026, 9, 7) as now:
        running = own(world, other)
        found = Student.objects.select_related("school").get(pk=pupil.pk)
        draft = change_drafting.begin(found, RESUMPTION, world.registrar(world.first), now)
        for said in (
            {"own_cohort_reason": ""},
            {"own_cohort_reason": " \u3000\n"},
            {"own_cohort_reason": "好"},
            {"own_cohort_reason": FINISHED, "school_class": room},
        ):
            said = {"own_cohort": True, "school_class": None} | said
            rewritten(StatusChange.objects.filter(case=draft), **said)
            sql_refused("own_cohort_reason", sent, draft.pk, running.pk)
        # Taken away on the way, it does not end either, whatever the program says.
        case = world.decide(running)
        rewritten(StatusChange.objects.filter(case=case), own_cohort_reason="")
        monkeypatch.setitem(of_kind("resumption").guards, "complete", ())
        with pytest.raises(IntegrityError, match="students_own_cohort_said"):
            world.decide(case)
