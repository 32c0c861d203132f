"""直升, row by row: a school of several phases recruits its own graduates by the one procedure of 招生 (R4.5, R3.5c)."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orgs.people.models import Unit
from reviews.engine.models import Case
from students.admission.recruitment import actions as recruitment
from students.admission.recruitment import through
from students.onward.models import RecruitedPupil
from students.pupil.grades import grade_of, label_of
from students.pupil.models import Enrolment, SchoolClass, Student
from students.year_end import recruitment_rollback as recruitment_back
from tests.refusals import refuses
from tests.students.year_end.test_rows import now_is, on, recruited, refusal, run_of
from tests.students.year_end.truth import JULY, Rows, played
from web import clock

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R4.5", "R3.5c", "R1.8"), pytest.mark.world_at(JULY)]
row = Rows()


def nine_of(world):
    return world.school("九年一贯制学校", world.east, 1, 9, "nine")


@pytest.fixture
def nine(world):
    return nine_of(world)


def browser_of(account):
    client = Client()
    client.force_login(account)
    return client


def page(client, name="recruitment-through", *args):
    return client.get(reverse(name, args=args)).content.decode()


def ticked(shown):
    return len(re.findall(r'name="student"[^>]* checked', shown))


def taken_on(world, school, *pupils, day=None, classes=None):
    """All of them through the pages: listed, sent, agreed to, reported together."""
    client = browser_of(world.registrar(school))
    said = {"school": school.code, "student": [pupil.pk for pupil in pupils]}
    said |= {f"class-{pk}": text for pk, text in (classes or {}).items()}
    assert client.post(reverse("recruitment-through"), said).status_code == 303
    sent = {"school": school.code, "opinion": "本校毕业生直升，核对无误。"}
    assert client.post(reverse("recruitment-send"), sent).status_code == 303
    (case,) = Case.objects.filter(kind="recruitment", submitted_at__isnull=False, state="receiving_school")
    assert case.stages == ["receiving_school", "graduation_authority"]
    while case.is_live:
        case = world.decide(case, opinion="核对属实，同意直升。")
    if day is None:
        return case
    with on(*day):
        listed = page(client, "recruitment-list", case.number)
        assert (listed.count('name="student"'), ticked(listed)) == (len(pupils), 0)
        told = {
            "student": [pupil.pk for pupil in pupils],
            "on": date(*day).isoformat(),
            "outcome": "reported",
        }
        answer = client.post(reverse("recruitment-report", args=[case.number]), told)
        assert answer.status_code == 303, answer.content.decode()
    return case


@row("Y79")
def a_nine_year_school_takes_its_own_graduates_on(world, letter):
    nine = nine_of(world)
    pupils = [world.pupil(nine, grade=6, letter=letter) for _ in range(3)]
    run_of(nine, world)
    with on(2026, 8, 20):
        shown = page(browser_of(world.registrar(nine)))
        assert shown.count('name="student"') == ticked(shown) == 3
        assert "七年级（初中）" in shown
        assert "办理直升（3 人）" in page(browser_of(world.registrar(nine)), "recruitment")
        case = taken_on(world, nine, *pupils, day=(2026, 9, 1), classes={pupil.pk: "1" for pupil in pupils})
    assert "3 名本校毕业生直升" in case.headline
    for pupil in pupils:
        now_is(pupil, "enrolled", 2020, "junior")
        assert pupil.school == nine
        old, new = Enrolment.objects.filter(student=pupil).order_by("period")
        assert (old.school, old.phase, old.grade_out, old.left_by) == (nine, "primary", 6, "直升")
        assert (new.school, new.phase, new.grade_in, new.entered_by) == (nine, "junior", 7, "直升")
        at = pupil.school_class
        assert (at.school, at.phase, at.cohort, at.number) == (nine, "junior", 2020, 1)
        assert label_of(pupil, date(2026, 9, 1)) == "七年级（初中）"
    # The class of the phase that has ended is another one.
    assert SchoolClass.objects.filter(school=nine, phase="primary", cohort=2020, number=1).exists()


@row("Y81")
def who_goes_elsewhere_is_taken_off_and_free(world, letter):
    nine = nine_of(world)
    leaving, staying = (world.pupil(nine, grade=6, letter=letter) for _ in range(2))
    run_of(nine, world)
    client = browser_of(world.registrar(nine))
    with on(2026, 8, 20) as now:
        said = {"school": nine.code, "student": [leaving.pk, staying.pk]}
        assert client.post(reverse("recruitment-through"), said).status_code == 303
        there = Student.objects.select_related("school").get(pk=leaving.pk)
        refusal("listed", recruitment.add, [there], world.junior, world.registrar(world.junior), now)
        row = RecruitedPupil.objects.get(student=leaving)
        assert client.post(reverse("recruitment-drop"), {"row": row.pk}).status_code == 303
        # Offered again, and no longer chosen.
        assert [
            (one.student.pk, one.chosen)
            for one in through.offered(nine, clock.local_date(now))
            if not one.refusal
        ] == [(leaving.pk, False)]
    with on(2026, 9, 2):
        recruited(world, leaving, world.junior)
    now_is(leaving, "enrolled", 2020, "junior")
    assert leaving.school == world.junior
    now_is(staying, "graduated", 2020, "primary", date(2026, 7, 6))


@row("Y82")
def from_junior_into_senior_and_never_without_it(world, letter):
    twelve = world.school("十二年一贯制学校", world.east, 1, 12, "twelve")
    pupil, other = (world.pupil(twelve, grade=9, letter=letter) for _ in range(2))
    sixth = world.pupil(twelve, grade=6, letter=letter)
    run_of(twelve, world, "junior", 2017)
    run_of(twelve, world)
    with on(2026, 8, 20):
        taken_on(world, twelve, pupil, day=(2026, 9, 1))
    now_is(pupil, "enrolled", 2017, "senior")
    now_is(other, "graduated", 2017, "junior", date(2026, 7, 6))
    now_is(sixth, "graduated", 2020, "primary", date(2026, 7, 6))
    assert {grade_of(other, date(year, 9, 7)) for year in (2026, 2028)} == {9}


@row("Y85")
def a_special_school_puts_down_a_grade_by_policy_only(world, letter):
    special = world.school("特殊教育学校", world.east, 1, 9, "nine")
    pupil = world.pupil(special, grade=3, letter=letter)
    refusal("policy_allows", world.changing, pupil, "grade_repeat")
    world.policy("grade_repeat", phase="primary")
    world.finish(world.changed(pupil, "grade_repeat"))
    now_is(pupil, "enrolled", 2024, "primary")


@row.each
def test_row(act):
    played(act)


def test_each_phase_of_a_school_is_a_list_of_its_own_and_others_graduates_another(world):
    twelve = world.school("十二年一贯制学校", world.east, 1, 12, "twelve")
    sixth, ninth = (world.graduate(twelve, grade=grade, on=date(2026, 7, 6)) for grade in (6, 9))
    other = world.graduate(world.first, on=date(2026, 7, 6))
    clerk = world.registrar(twelve)
    with on(2026, 8, 20) as now:
        recruitment.add([sixth, ninth, other], twelve, clerk, now)
        assert "分为 3 份上报" in page(browser_of(clerk), "recruitment")
        cases = recruitment.send(twelve, clerk, now, "核对无误，申请录取。")
    heads = sorted(case.headline for case in cases)
    assert heads == ["1 名本校毕业生直升", "1 名本校毕业生直升", f"1 名毕业生（{world.east.short_name}）"]


def test_who_cannot_be_taken_on_is_told_and_nobody_of_the_last_phase_is_offered(world, nine):
    listed, ninth = (
        world.graduate(nine, on=date(2026, 7, 6)),
        world.graduate(nine, grade=9, on=date(2026, 7, 6)),
    )
    with on(2026, 8, 20) as now:
        recruitment.add([listed], world.junior, world.registrar(world.junior), now)
        shown = page(browser_of(world.registrar(nine)))
        assert f"已在{world.junior.name}的招生名册中" in shown
        assert 'name="student"' not in shown
        assert ninth.name not in shown
        said = {"school": nine.code, "student": [listed.pk]}
        answer = browser_of(world.registrar(nine)).post(reverse("recruitment-through"), said)
        assert (answer.status_code, "已在" in answer.content.decode()) == (409, True)


def test_what_was_typed_is_not_lost_and_only_offered_pupils_of_ones_own_school_are_listed(world, nine):
    pupil, other = world.graduate(nine, on=date(2026, 7, 6)), world.graduate(world.first, on=date(2026, 7, 6))
    client = browser_of(world.registrar(nine))
    with on(2026, 8, 20):
        said = {"school": nine.code, "student": [pupil.pk], f"class-{pupil.pk}": "甲"}
        answer = client.post(reverse("recruitment-through"), said)
        assert (answer.status_code, "班级请填班号" in answer.content.decode()) == (422, True)
        assert 'value="甲"' in answer.content.decode()
        for students in ([], [other.pk], [pupil.pk, other.pk]):
            answer = client.post(reverse("recruitment-through"), {"school": nine.code, "student": students})
            assert answer.status_code == 409
            assert "请勾选要直升的本校毕业生" in answer.content.decode()
        elsewhere = client.post(
            reverse("recruitment-through"), {"school": world.first.code, "student": [other.pk]}
        )
        refuses(elsewhere, 403, "招生由招生学校的学籍管理员办理，你没有这个岗位")
    assert not RecruitedPupil.objects.exists()


@pytest.mark.rule("R4.4")
def test_it_is_taken_back_like_every_other(world, nine):
    pupil = world.pupil(nine, grade=6)
    run_of(nine, world)
    with on(2026, 8, 20):
        taken_on(world, nine, pupil, day=(2026, 9, 1), classes={pupil.pk: "1"})
    with on(2027, 5, 2) as now:
        pupil = Student.objects.select_related("school").get(pk=pupil.pk)
        case = recruitment_back.send(
            pupil, world.registrar(world.east), now, why="学生实际到他校就读。", opinion="核对属实。"
        )
        world.decide(case, opinion="同意回退。")
    now_is(pupil, "graduated", 2020, "primary", date(2026, 7, 6))
    assert (pupil.school_class.phase, pupil.school_class.cohort) == ("primary", 2020)
    assert Enrolment.objects.filter(student=pupil).count() == 3


def test_only_the_registrar_of_a_school_sees_and_lists_them(world, nine):
    pupil = world.graduate(nine, on=date(2026, 7, 6))
    said = {"school": nine.code, "student": [pupil.pk]}
    with on(2026, 8, 20):
        for by in (world.head(nine), world.registrar(world.east)):
            client = browser_of(by)
            refuses(
                client.get(reverse("recruitment-through")),
                403,
                "招生由招生学校的学籍管理员办理，你没有这个岗位",
            )
            refuses(
                client.post(reverse("recruitment-through"), said),
                403,
                "招生由招生学校的学籍管理员办理，你没有这个岗位",
            )
        shown = page(browser_of(world.registrar(world.first)))
        assert pupil.name not in shown
        untrained = world.certified(world.registrar(nine), None)
        told = browser_of(untrained).post(reverse("recruitment-through"), said)
        refuses(told, 403, "你还没有培训合格证")
    assert not RecruitedPupil.objects.exists()


def test_graduates_of_a_school_that_was_merged_are_offered_too(world, nine):
    closing = world.school("示例将并小学", world.east)
    pupil = world.graduate(closing, on=date(2026, 7, 6))
    with on(2026, 8, 1):
        world.closed(closing, nine)
        assert [one.student for one in through.offered(nine, date(2026, 8, 1))] == [pupil]


def test_of_a_phase_that_the_school_does_not_go_on_from_nobody_is_read(world, nine, monkeypatch):
    """Those a school has graduated for good become ever more: they are not judged at each look at the desk."""
    judged, troubles = [], recruitment.troubles

    def seen(students, *args):
        judged.extend(students)
        return troubles(students, *args)

    monkeypatch.setattr(recruitment, "troubles", seen)
    world.graduate(world.first, on=date(2026, 7, 6))
    world.graduate(nine, on=date(2026, 7, 6), grade=9)
    own = world.graduate(nine, on=date(2026, 7, 6))
    with on(2026, 8, 20):
        assert "可以直升" not in page(browser_of(world.registrar(world.first)), "recruitment")
        assert judged == []
        assert "办理直升（1 人）" in page(browser_of(world.registrar(nine)), "recruitment")
    assert judged == [own]


def test_a_hundred_are_offered_in_as_few_statements_as_one(world, nine):
    def statements(count):
        for _ in range(count):
            world.graduate(nine, on=date(2026, 7, 6))
        school = Unit.objects.get(pk=nine.pk)
        with CaptureQueriesContext(connection) as taken:
            assert through.offered(school, date(2026, 8, 20))
        return len(taken)

    assert statements(1) == statements(30)
