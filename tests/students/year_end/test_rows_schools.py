"""The truth table of the year's end, part L: schools that merge or change (R3.1, R3.5c, R4.1, R4.3).

Each row is a small function of a world, in which it is July 2026, and of a pupil's letter, as in test_rows.
"""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from ledger import outbox
from orgs.people.models import Unit
from orgs.people.school_system import SchoolSystemPeriod
from reviews.clock import sweeps
from reviews.engine.models import Case
from reviews.notices.models import Notice
from reviews.rulebook.models import Window
from students.changes import drafting as change_drafting
from students.changes import rules as change_rules
from students.changes.kinds import RESUMPTION
from students.changes.resuming import own_cohort_open
from students.pupil import identity
from students.pupil.grades import grade_of, stays
from students.pupil.models import SchoolClass, Student
from students.year_end import graduation
from students.year_end.models import GraduationRun
from tests.clock import frozen, shanghai
from tests.refusals import refused_by_database, refuses
from tests.students.year_end.test_rows import WORDS, asked, listed, now_is, on, recruited, refusal, run_of
from tests.students.year_end.test_rows import signed as signed_by_head
from tests.students.year_end.truth import JULY, Rows, played
from tests.world import World
from transfers.moving import drafting
from web import clock
from web.refusals import refuse

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.rule("R3.1", "R3.5c", "R4.1", "R4.3"),
    pytest.mark.world_at(JULY),
]
AUGUST = date(2026, 8, 11)
row = Rows()


def round_at(*parts):
    """The clock comes round on that day; what is looked at only at the end of a transaction is looked at now."""
    at = shanghai(*parts, 0, 10)
    with frozen(at), connection.cursor() as cursor:
        sweeps.run(at)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        outbox.relay(shanghai(2100, 1, 1))


def fresh(pupil):
    return Student.objects.select_related("school__authority").get(pk=pupil.pk)


def closing(world, name="示例将撤小学"):
    """A school that is closed on 20 July into ``world.second``, its head and registrar appointed."""
    school = world.school(name, world.east)
    world.registrar(school), world.head(school)
    return school


def system(school, wall="", **said):
    """A 学制 row entered on 6 July; what refuses it, in words."""
    said = {"valid_from": AUGUST, "source": "旗政发〔2026〕8号"} | said
    if not wall:
        return SchoolSystemPeriod.objects.create(school=school, **said)
    with refused_by_database(wall) as error:
        SchoolSystemPeriod.objects.create(school=school, **said)
    return error.value.__cause__.diag.message_primary


FIVE = {"school_system": "5-4", "lowest_grade": 1, "highest_grade": 5}
SIX = {"school_system": "6-3", "lowest_grade": 1, "highest_grade": 6}


@row("Y114")
def the_successor_lists_the_pupils_of_the_closed_school(world, letter):
    school = closing(world)
    pupil = world.pupil(school, grade=6, letter=letter)
    own = world.pupil(world.second, grade=6, letter=letter)
    world.closed(school, world.second, on=date(2026, 7, 20))
    round_at(2026, 7, 20)
    with on(2026, 7, 21):
        (offered,) = [
            one for one in graduation.leavers(world.second, date(2026, 7, 21)) if one.cohort == 2020
        ]
        assert offered.pupils == 2
        run = listed(world.second, world)
        assert graduation.origins(run) == {pupil.pk: school.name}
        client = Client()
        client.force_login(world.registrar(world.second))
        assert f"原{school.name}" in client.get(f"/graduation/{run.number}/").content.decode()
        signed_by_head(run, world)
    for one in (pupil, own):
        now_is(one, "graduated", 2020, "primary", date(2026, 7, 21))
        assert one.school == world.second


@row("Y115")
def a_list_that_waits_at_the_closing_is_dropped(world, letter):
    school = closing(world)
    pupil = world.pupil(school, grade=6, letter=letter)
    run, head, heir = listed(school, world), world.head(school), world.head(world.second)
    world.closed(school, world.second, on=date(2026, 7, 20))
    # Before the clock comes round as well as after it.
    for rounds in (False, True):
        if rounds:
            round_at(2026, 7, 20)
        with on(2026, 7, 21) as now:
            found = GraduationRun.objects.select_related("school").get(pk=run.pk)
            refusal("school_closed", graduation.sign, found, head, now, WORDS)
    assert found.state == "dropped"
    now_is(pupil, "enrolled", 2020, "primary")
    told = Notice.objects.filter(account=heir, text__contains=f"毕业名单 {run.number} ")
    assert "在撤并前没有核办，已作废：请由示例第二小学重新列出、核办，学生不受影响" in told.get().text


@row("Y116")
def a_graduate_of_the_closed_school_goes_through_the_successors_authority(world, letter):
    school, heir = closing(world), world.school(f"承接{letter}小学", world.west)
    pupil = world.pupil(school, grade=6, letter=letter)
    run_of(school, world)
    world.closed(school, heir, on=date(2026, 7, 20))
    round_at(2026, 7, 20)
    with on(2026, 9, 3):
        case = recruited(world, pupil, world.junior)
    assert world.west in {step.unit for step in case.steps.all()}
    now_is(pupil, "enrolled", 2020, "junior")


@row("Y117")
def a_system_that_strands_a_grade_is_refused(world, letter):
    school = closing(world)
    pupil = world.pupil(school, grade=5, letter=letter)
    world.pupil(school, grade=4, letter=letter)
    told = system(school, "would_stay", **FIVE)
    assert told.startswith("有 1 名学生自2026年8月11日起会高于所在学段的最高年级（五年级）")
    assert "“自哪一级起”填 2022" in told
    assert "生效日期改为 2027 年 5 月 31 日或以前" in told
    assert school.system_periods.count() == 1
    # The other way out: both cohorts are listed in one summer.
    system(school, valid_from=date(2027, 5, 31), **FIVE)
    with on(2027, 6, 7):
        assert (grade_of(pupil, date(2027, 6, 7)), stays(pupil, date(2027, 6, 7))) == (5, True)
        run_of(school, world, cohort=None)
        run_of(school, world, cohort=2022)
    assert set(Student.objects.filter(school=school).values_list("status", flat=True)) == {"graduated"}


@row("Y118")
def those_who_are_there_go_on_as_before(world, letter):
    school = closing(world)
    pupil = world.pupil(school, grade=5, letter=letter)
    system(school, from_cohort=2022, **FIVE)
    for day in (AUGUST, date(2027, 6, 7)):
        assert (grade_of(pupil, day), stays(pupil, day)) == (6, False)
    with on(2027, 6, 7):
        run_of(school, world, cohort=2021)
    now_is(pupil, "graduated", 2021, "primary", date(2027, 6, 7))


@row("Y119")
def a_school_that_grows_takes_its_own_graduates_on(world, letter):
    school = world.school("示例五年制小学", world.east, 1, 5, "5-4")
    pupil = world.pupil(school, grade=5, letter=letter)
    run_of(school, world, cohort=2021)
    system(school, **SIX)
    with on(2026, 8, 12):
        sweeps.run(clock.now())
    with on(2026, 9, 1):
        recruited(world, pupil, Unit.objects.get(pk=school.pk))
    now_is(pupil, "enrolled", 2021, "primary")
    assert grade_of(pupil, date(2026, 9, 1)) == 6


# ---------------------------------------------------------------- 复学 where the grade is not taught


@row("resumed-without-a-class")
def who_resumes_beyond_a_teaching_point_keeps_its_grade_and_is_moved(world, letter):
    point = world.school("示例教学点", world.east, 1, 4)
    pupil, down = (world.pupil(point, grade=4, letter=letter, status="suspended") for _ in range(2))
    clerk, browser = world.registrar(point), Client()
    browser.force_login(clerk)
    told = "五年级（本校未开设，不编班，复学后由有这个年级的学校按转学办理）"
    with on(2026, 9, 7) as now:
        case = change_drafting.begin(fresh(pupil), RESUMPTION, clerk, now)
        address = reverse("change-edit", args=[case.number])
        shown = browser.get(address)
        assert told in shown.content.decode()
        said = {"on": "2026-09-07", "note": "家长到校说明情况。", "opinion": "情况属实，申请办理。"}
        said |= {"school_class": "", "revision": shown.context["form"]["revision"].value(), "action": "send"}
        assert browser.post(address, said).status_code == 303
        world.finish(Case.objects.get(pk=case.pk))
    now_is(pupil, "enrolled", 2022, "primary")
    assert (pupil.school_class, grade_of(pupil, date(2026, 9, 7))) == (None, 5)
    with on(2026, 9, 8):
        assert pupil.name in browser.get("/untaught/").content.decode()
        world.finish(asked(world, world.first, pupil))
        old = SchoolClass.objects.get(school=point, cohort=2022)
        told = refusal("grade_given", world.changed, fresh(down), "resumption", grade_to=5, school_class=old)
        assert "不编班" in told
        # Another goes down by one, into the class that is there.
        class_of = SchoolClass.objects.get(school=point, cohort=2023)
        refusal("grade_given", world.changed, fresh(down), "resumption", grade_to=4, school_class=None)
        world.finish(world.changed(fresh(down), "resumption", grade_to=4, school_class=class_of))
    now_is(pupil, "enrolled", 2022, "primary")
    assert pupil.school == world.first
    now_is(down, "enrolled", 2023, "primary")


@row("stays-beyond-the-grades-of-its-school")
def who_stays_in_a_grade_that_the_school_never_had_may_resume_too(world, letter):
    point = world.school("示例教学点", world.east, 1, 4)
    pupil = world.pupil(point, grade=4, letter=letter, status="suspended")
    with on(2029, 9, 7) as now:
        (facts,) = change_rules.facts_before(fresh(pupil), point, (RESUMPTION,), now)
        assert (facts.grades, own_cohort_open(facts)) == ([6], True)
        world.finish(world.changed(fresh(pupil), "resumption", grade_to=6, school_class=None))
    now_is(pupil, "enrolled", 2024, "primary")
    with on(2029, 9, 8):
        world.finish(asked(world, world.first, pupil))
    now_is(pupil, "enrolled", 2024, "primary")


@row.each
def test_row(act):
    played(act)


# ---------------------------------------------------------------- siblings


def test_a_junior_school_that_gives_its_first_grade_up_strands_those_who_are_in_it(world):
    school = world.school("示例四年制初中", world.east, 6, 9, "5-4")
    with on(2026, 9, 7):
        made = World(now=clock.now())
        made.pupil(school, grade=6)
        said = {"school_system": "6-3", "lowest_grade": 7, "highest_grade": 9}
        told = system(school, "would_wait", valid_from=date(2026, 10, 1), **said)
        assert told.startswith("有 1 名初中六年级学生自2026年10月1日起会低于所在学段的最低年级（七年级）")
        system(school, valid_from=date(2026, 10, 1), from_cohort=2022, **said)


def test_a_merger_into_a_school_of_another_system_strands_no_grade(world):
    school = closing(world)
    world.pupil(school, grade=5)
    heir = world.school("五四制一贯学校", world.east, 1, 9, "5-4")
    with refused_by_database("would_stay") as error:
        world.closed(school, heir, on=AUGUST)
    assert "有 1 名六年级学生并入后会不在所在学段的年级内" in str(error.value)
    school.refresh_from_db()
    assert world.closed(school, heir, on=date(2027, 5, 31)).successor == heir


def test_a_merger_leaves_nobody_in_a_phase_that_the_successor_lacks(world):
    school = world.school("示例九年一贯制学校", world.east, 1, 9, "nine")
    world.pupil(school, grade=8)
    with refused_by_database("unit_successor_phase") as error:
        world.closed(school, world.second, on=AUGUST)
    assert "本校有 1 名学生的学段在承接学校没有年级" in str(error.value)


def test_a_correction_that_changes_no_last_grade_asks_nobody(world):
    world.pupil(world.first, grade=6)
    row = world.first.system_periods.get()
    row.source = "旗政发〔2026〕9号"
    row.save()
    row.school_system, row.highest_grade = "5-4", 6
    with refused_by_database("would_stay"):
        row.save()


# ---------------------------------------------------------------- a grade that the school does not have


@pytest.mark.parametrize("letter", "LJG")
def test_who_is_promoted_beyond_a_teaching_point_is_listed_and_taken_in_together(world, letter):
    point = world.school("示例教学点", world.east, 1, 4)
    pupil, other = (world.pupil(point, grade=4, letter=letter) for _ in range(2))
    stays_there = world.pupil(point, grade=3, letter=letter)
    with on(2026, 8, 12):
        seen = Client()
        seen.force_login(world.registrar(point))
        roster = seen.get(f"/students/?school={point.code}").content.decode()
        assert roster.count("升级后本校未开设五年级") == 2
        # The count leads to the list, and only who finds them there is led.
        linked = {}
        for unit in (point, world.east, world.league, world.im):
            seen.force_login(world.registrar(unit))
            page = seen.get(f"/students/?school={point.code}").content.decode()
            assert "本校未开设" in page
            linked[unit] = 'href="/untaught/"' in page
            assert (pupil.name in seen.get("/untaught/").content.decode()) is linked[unit]
        assert linked == {point: True, world.east: True, world.league: False, world.im: False}
        # Where graduations are, too, with the number; for who may take them in as well.
        words = "升级后本校未开设的年级（2 人）"
        told = {}
        for unit in (point, world.east, world.first, world.third, world.league):
            seen.force_login(world.registrar(unit))
            page = seen.get("/graduation/").content.decode()
            told[unit] = (words in page, 'href="/untaught/"' in page)
        assert told == {
            point: (True, True),
            world.east: (True, True),
            world.first: (True, True),
            world.third: (False, False),
            world.league: (False, False),
        }
        seen.force_login(world.registrar(point))
        assert "升级后本校未开设五年级" in seen.get(f"/students/{pupil.key}/").content.decode()
        for account in (world.registrar(point), world.head(world.east)):
            seen.force_login(account)
            page = seen.get("/untaught/").content.decode()
            assert pupil.name in page
            assert stays_there.name not in page
            assert f"{world.first.name}、{world.second.name}" in page
            assert "起草所选学生的转学" not in page
        seen.force_login(world.registrar(world.first))
        page = seen.get("/untaught/").content.decode()
        told = "每年7月15日零时至8月14日24时暂停发起，现在不能提交；2026年8月15日零时起可以提交"
        assert f"学生照常就读，不受影响。{told}" in page
        assert f"起草后逐件补齐、发起。{told}" in page
        # By the row, as a province has its own.
        own = Window.objects.get(province=None, closes=True, kinds__contains=["in_province_transfer"])
        own.pk, own.province, own.ends, own._state.adding = None, world.im, "08-17", True
        own.save()
        assert f"起草后逐件补齐、发起。{told.replace('8月14', '8月16').replace('8月15', '8月17')}" in (
            seen.get("/untaught/").content.decode()
        )
    with on(2026, 8, 17):
        clerk = world.registrar(world.first)
        seen.force_login(clerk)
        page = seen.get("/untaught/").content.decode()
        # Of another school's pupils only as much as the headline of a case tells.
        assert pupil.name not in page
        assert identity.mask_name(pupil.name) in page
        # The window is open: no day is named.
        assert "起可以提交" not in page
        assert "8月15日" not in page
        nobody = seen.post("/untaught/begin/", {"school": world.first.code})
        assert nobody.status_code == 409
        assert "请勾选要转入本校的学生" in nobody.content.decode()
        refuses(
            seen.post("/untaught/begin/", {"school": point.code, "pupil": pupil.key}),
            403,
            "只有转入学校的学籍管理员可以发起转学，你没有这个岗位",
        )
        chosen = {"school": world.first.code, "pupil": [str(pupil.key), str(other.key), str(stays_there.key)]}
        assert seen.post("/untaught/begin/", chosen).status_code == 303
        drafts = Case.objects.filter(state="draft", receiving_unit=world.first)
        assert {case.subject for case in drafts} == {f"student:{one.pk}" for one in (pupil, other)}
        world.finish(asked(world, world.first, pupil))
        assert drafts.all().count() == 1
    now_is(pupil, "enrolled", 2022, "primary")
    assert pupil.school == world.first


def test_a_refusal_half_way_tells_how_many_were_drafted(world, monkeypatch):
    point = world.school("示例教学点", world.east, 1, 4)
    first, second = sorted(
        (world.pupil(point, grade=4) for _ in range(2)), key=lambda one: (one.pinyin, one.pk)
    )
    begun = drafting.begin

    def moved_away(student, *given):
        """The other pupil comes to the school by another way just now."""
        if student.pk == second.pk:
            refuse("other_school", "该生学籍已在本校。", "附件1 三.1")
        return begun(student, *given)

    monkeypatch.setattr(drafting, "begin", moved_away)
    with on(2026, 8, 17):
        seen = Client()
        seen.force_login(world.registrar(world.first))
        chosen = {"school": world.first.code, "pupil": [str(first.key), str(second.key)]}
        answer = seen.post("/untaught/begin/", chosen)
    assert answer.status_code == 409
    name = identity.mask_name(second.name)
    assert f"已起草 1 件（共选 2 名），到{name}时停下：该生学籍已在本校。" in answer.content.decode()
    (draft,) = Case.objects.filter(state="draft", receiving_unit=world.first)
    assert draft.subject == f"student:{first.pk}"


def test_no_school_nearby_with_the_grade_is_said(world):
    point = world.school("示例教学点", world.west, 1, 4)
    Unit.objects.filter(pk=world.third.pk).update(closed_on=date(2026, 8, 1))
    world.pupil(point, grade=4)
    with on(2026, 8, 12):
        seen = Client()
        seen.force_login(world.registrar(world.west))
        assert (
            f"{world.west.name}没有其他学校有这个年级，由主管部门确定"
            in seen.get("/untaught/").content.decode()
        )
