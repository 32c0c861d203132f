"""The truth table of the year's end: rows of 招生 and of 调档, through the doors, for holders of L, J and G (R4.5, R3.6)."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from reviews.clock import sweeps
from reviews.engine import door
from reviews.engine.models import Case
from students.admission.recruitment import actions as recruitment
from students.onward.models import RecruitedPupil
from students.pupil.models import SchoolClass, Student
from students.pupil.records import current_number
from tests.clock import frozen, shanghai
from tests.students.year_end.test_rows import now_is, on, recruited, refusal
from tests.students.year_end.truth import Rows, played
from web import clock

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R4.5", "R3.6", "R1.8")]
SUMMER = date(2026, 7, 6)
WORDS = "录取属实，同意。"
row = Rows()


def signed_in(account):
    client = Client()
    client.force_login(account)
    return client


def admitted(world, pupil, school):
    """On a list of the school that everybody has agreed to."""
    recruitment.add([pupil], school, world.registrar(school), clock.now())
    (case,) = recruitment.send(school, world.registrar(school), clock.now(), WORDS)
    while case.is_live:
        case = world.decide(case, opinion=WORDS)
    return case


def other_junior(world):
    return world.school("另一初级中学", world.west, 7, 9)


def beyond(world, name="外省初级中学"):
    """A junior middle school of another province, with a class for this autumn's seventh grade."""
    school = world.school(name, world.zhangbei, 7, 9)
    SchoolClass.objects.create(school=school, phase="junior", cohort=2020, number=1)
    return school


def afresh(pupil):
    return Student.objects.select_related("school").get(pk=pupil.pk)


# ---------------------------------------------------------------- D  招生


@row("Y50-remark")
def five_years_later_the_page_remarks_the_age_and_refuses_nothing(world, letter):
    pupil = world.graduate(world.first, letter=letter, on=SUMMER)
    with on(2031, 9, 3):
        browser = signed_in(world.registrar(world.junior))
        said = {"school": world.junior.code, "number": current_number(pupil), "name": pupil.name}
        page = browser.post(reverse("recruitment-add"), said, follow=True).content.decode()
        assert "已列入招生名册" in page
        assert "周岁" in page
        assert RecruitedPupil.objects.get(student=pupil).state == "listed"


@row("Y52")
def who_did_not_come_is_free_for_another_school_at_once(world, letter):
    pupil, other = world.graduate(world.first, letter=letter, on=SUMMER), other_junior(world)
    with on(2026, 9, 7):
        case = admitted(world, pupil, world.junior)
    with on(2026, 9, 12) as now:
        refusal("listed", recruitment.add, [afresh(pupil)], other, world.registrar(other), now)
        recruitment.absent(case, [pupil.pk], world.registrar(world.junior), now)
        now_is(pupil, "graduated", 2020, "primary", SUMMER)
        recruited(world, pupil, other)
    now_is(pupil, "enrolled", 2020, "junior")
    assert pupil.school == other


@row("Y53")
def another_school_is_told_who_has_the_child_on_its_list(world, letter):
    pupil, other = world.graduate(world.first, letter=letter, on=SUMMER), other_junior(world)
    with on(2026, 9, 2) as now:
        recruitment.add([pupil], world.junior, world.registrar(world.junior), now)
    with on(2026, 9, 3) as now:
        told = refusal("listed", recruitment.add, [afresh(pupil)], other, world.registrar(other), now)
    assert world.junior.name in told
    now_is(pupil, "graduated", 2020, "primary", SUMMER)


@row("Y54")
def after_november_it_is_told_and_goes_on(world, letter):
    pupil = world.graduate(world.first, letter=letter, on=SUMMER)
    with on(2026, 12, 5):
        browser = signed_in(world.registrar(world.junior))
        assert "招生处理应在2026年11月30日前完成" in browser.get(reverse("recruitment")).content.decode()
        recruited(world, pupil, world.junior)
    now_is(pupil, "enrolled", 2020, "junior")


@row("Y81")
def a_nine_year_school_takes_a_graduate_of_its_own_off_and_another_lists_it(world, letter):
    nine = world.school("九年一贯制学校", world.east, 1, 9, "nine")
    pupil = world.graduate(nine, letter=letter, on=SUMMER)
    with on(2026, 8, 20) as now:
        (line,) = recruitment.add([pupil], nine, world.registrar(nine), now)
        refusal("listed", recruitment.add, [afresh(pupil)], world.junior, world.registrar(world.junior), now)
        recruitment.drop(line, world.registrar(nine), now)
    with on(2026, 9, 2):
        recruited(world, pupil, world.junior)
    now_is(pupil, "enrolled", 2020, "junior")
    assert pupil.school == world.junior


# ---------------------------------------------------------------- E  毕业后跨省就学


@row("Y67")
def at_the_file_and_not_reported_it_lapses_by_itself(world, letter):
    abroad = beyond(world)
    pupil = world.graduate(world.first, letter=letter, on=SUMMER)
    with on(2026, 9, 7):
        case = world.awaited(world.enrolling(abroad, pupil))
    over = shanghai(2026, 9, 21)
    with frozen(over):
        assert case.due_on == date(2026, 9, 20)
        sweeps.run(over)
        now_is(pupil, "graduated", 2020, "primary", SUMMER)
        assert Case.objects.get(pk=case.pk).state == "lapsed"
    with on(2026, 9, 23):
        recruited(world, pupil, world.junior)


@row("Y68")
def a_registered_no_show_lets_the_school_end_the_case_the_same_day(world, letter):
    abroad = beyond(world)
    pupil = world.graduate(world.first, letter=letter, on=SUMMER)
    with on(2026, 9, 7):
        case = world.awaited(world.enrolling(abroad, pupil))
        clerk = world.registrar(abroad)
        refusal("not_a_no_show", door.perform, case, "withdraw", clerk, opinion="学生没有来校报到。")
        case = door.perform(case, "no_show", clerk)
        case = door.perform(case, "withdraw", clerk, opinion="学生没有来校报到。")
        assert (case.state, case.exclusive_key) == ("withdrawn", None)
        now_is(pupil, "graduated", 2020, "primary", SUMMER)
        # Another school may begin, in either way.
        elsewhere = beyond(world, "外省另一初级中学")
        assert world.enrolling(elsewhere, afresh(pupil)).is_live


@row.each
def test_row(act):
    played(act)
