"""The truth table of the year's end: lists out of season, how a senior phase ends, who dies, whose mark goes along, who is
registered in summer or late, who comes from another province or offline (R4.1, R5.2, R2.1, R2.2, R3.8, R0.4)."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from reviews.engine import book as rulebook
from reviews.engine import door
from reviews.rulebook.notice_values import POST_GRADUATION
from students.admission.late import actions as lists
from students.admission.late.models import Late
from students.admission.recruitment import actions as recruitment
from students.admission.registration.actions import Newcomer
from students.bulletins import counting
from students.bulletins.counting import Month
from students.dropouts import marking
from students.pupil import records
from students.pupil.grades import grade_of, label_of, waits
from students.pupil.models import Enrolment, ProblemRecord, SchoolClass, Student
from students.year_end import graduation
from students.year_end import graduation_rollback as taking_back
from tests import late_children
from tests.clock import frozen, shanghai
from tests.students.test_registration import child
from tests.students.year_end.test_rows import asked, listed, now_is, on, refusal, run_of, signed
from tests.students.year_end.truth import JULY, Rows, played
from tests.world import rewritten
from transfers.moving import drafting, preflight
from web import clock

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.rule("R4.1", "R3.5c", "R1.8", "R3.8", "R0.4", "R0.1", "R2.1", "R2.2", "R5.2"),
]
EFFORTS = "班主任、校长多次上门劝返，电话联系无人接听。"
AGREED = "情况属实，同意。"
row = Rows()


def fresh(pupil):
    return Student.objects.select_related("school__authority", "school_class").get(pk=pupil.pk)


# ---------------------------------------------------------------- A, B, C, H  lists


@row("Y02")
def no_list_before_june(world, letter):
    pupil = world.pupil(world.first, grade=6, letter=letter)
    with on(2026, 5, 31):
        refusal("season", listed, world.first, world)
    now_is(pupil, "enrolled", 2020, "primary")


@row("Y12")
def who_stays_is_graduated_before_another_province_enrols_it(world, letter):
    far = world.school("张北县初级中学", world.zhangbei, 7, 9)
    pupil = fresh(world.pupil(world.first, grade=6, letter=letter))
    with on(2026, 9, 7):
        case = drafting.begin(pupil, far, world.registrar(far), clock.now(), kind=POST_GRADUATION)
        told = refusal(
            "has_graduated",
            door.perform,
            case,
            "submit",
            world.registrar(far),
            opinion="本校已录取，申请就学。",
        )
    assert "先补办毕业" in told
    assert "按跨省转学办理" not in told
    now_is(pupil, "enrolled", 2020, "primary")


@row("Y32")
def nothing_is_done_for_a_child_who_has_died(world, letter):
    pupil = world.pupil(world.first, grade=6, letter=letter)
    with on(2026, 6, 10):
        world.finish(world.changed(pupil, "death"))
    run = run_of(world.first, world) if graduation.leavers(world.first, JULY.date()) else None
    assert run is None or not run.lines.filter(student=pupil, leaving="graduated").exists()
    with on(2026, 9, 7) as now:
        dead = fresh(pupil)
        refusal("status_allows", asked, world, world.second, dead)
        refusal("record_ended", world.taken_in, world.second, dead)
        refusal("not_graduated", recruitment.add, [dead], world.junior, world.registrar(world.junior), now)
    now_is(pupil, "deceased", 2020, "primary")


@row("Y35")
def a_mark_goes_with_the_pupil(world, letter):
    pupil = fresh(world.pupil(world.first, grade=5, letter=letter))
    old = world.registrar(world.first)
    with on(2026, 9, 1) as now:
        seen = {"last_seen_on": date(2026, 5, 20), "reason": "unwilling", "efforts": EFFORTS}
        mark = marking.mark(pupil, old, now, **seen)
        marking.sign(mark, world.head(world.first), now)
    with on(2026, 9, 10):
        world.finish(asked(world, world.second, pupil))
    with on(2026, 9, 11) as now:
        assert marking.live_mark(fresh(pupil)) == mark
        refusal("no_seat", marking.returned, mark, old, now, on=now.date())
        marking.returned(mark, world.registrar(world.second), now, on=now.date())
    assert marking.live_mark(fresh(pupil)) is None


@row("Y60")
def a_graduates_problem_is_neither_counted_nor_listed(world, letter):
    gone, here = (
        world.graduate(world.first, letter=letter, on=date(2026, 7, 6)),
        world.pupil(world.first, grade=5, letter=letter),
    )
    ProblemRecord.objects.create(student=gone, kind="id_duplicate")
    open_here = ProblemRecord.objects.create(student=here, kind="id_duplicate")
    rewritten(ProblemRecord.objects.all(), opened_at=JULY)
    july = counting._problems(world.im, Month.of(JULY.date()))
    assert july == {world.first.pk: {"id_duplicate": [1, 0]}}
    client = Client()
    client.force_login(world.registrar(world.first))
    shown = client.get(reverse("problems")).content.decode()
    assert reverse("problem", args=[open_here.pk]) in shown
    assert gone.name not in shown


@row("Y86", "Y87")
def a_senior_phase_ends_otherwise_and_is_taken_back_within_half_a_year(world, letter):
    senior = world.school("示例高级中学", world.east, 10, 12)
    other = world.school("示例第二高级中学", world.east, 10, 12)
    pupils = {
        leaving: world.pupil(senior, grade=12, letter=letter) for leaving in ("completed", "incomplete")
    }
    run = listed(senior, world, "senior", 2014)
    for leaving, pupil in pupils.items():
        graduation.decide(run, pupil.pk, leaving, "缺课过多，课程未学完。", world.registrar(senior), JULY)
    signed(run, world)
    words = {"why": "误列入名单，学生仍在读。", "opinion": "经核实属误办。"}
    for leaving, pupil in pupils.items():
        now_is(pupil, leaving, 2014, "senior", JULY.date())
        found, clerk = fresh(pupil), world.registrar(world.east)
        with on(2026, 9, 7) as now:
            refusal("status_allows", asked, world, other, found)
            refusal("not_graduated", recruitment.add, [found], other, world.registrar(other), now)
        with frozen(shanghai(2027, 1, 7, 0, 0)) as now:
            refusal("within_half_a_year", taking_back.send, found, clerk, now, **words)
        with frozen(shanghai(2027, 1, 6, 23, 59)) as now:
            assert (
                world.decide(taking_back.send(found, clerk, now, **words), opinion=AGREED).state
                == "completed"
            )
        now_is(pupil, "enrolled", 2014, "senior")


@row("Y100")
def a_list_that_no_longer_stands_is_written_anew(world, letter):
    leaving, other = (world.pupil(world.third, grade=6, letter=letter) for _ in range(2))
    with on(2026, 7, 3):
        case = asked(world, world.first, leaving)
    with on(2026, 7, 4):
        run = listed(world.third, world)
        assert set(run.lines.values_list("student", flat=True)) == {leaving.pk, other.pk}
    with on(2026, 7, 5):
        world.finish(case)
    with on(2026, 7, 6):
        refusal("changed", signed, run, world)
        assert set(run.lines.values_list("student", flat=True)) == {other.pk}
        signed(run, world)
    now_is(leaving, "enrolled", 2020, "primary")
    now_is(other, "graduated", 2020, "primary", date(2026, 7, 6))


# ---------------------------------------------------------------- K  new records


@row("Y106")
def a_first_grader_of_july_is_new_and_in_grade_one_in_september(world, letter):
    clerk = world.registrar(world.first)
    with on(2026, 7, 20):
        said = child(world, **{"class": ""}) | nameless(world, letter)
        client = Client()
        client.force_login(clerk)
        assert client.post(reverse("registration-new"), said).status_code in (302, 303)
    pupil = Student.objects.get(name=said["name"])
    now_is(pupil, "enrolled", 2026, "primary")
    assert label_of(pupil, date(2026, 8, 10)) == "一年级（新生）"
    assert (grade_of(pupil, date(2026, 9, 7)), waits(pupil, date(2026, 9, 7))) == (1, False)


def nameless(world, letter):
    """Before a number is issued nobody holds one: who will have a J has no identity number."""
    if letter != "J":
        return {}
    guardian = world.inventor.pupil("152522", date(1988, 5, 1), sex="1").id_number
    return {
        "id_type": "Z",
        "id_number": "",
        "sex": "1",
        "birth_date": "2020-03-05",
        "guardian1.id_type": "1",
        "guardian1.id_number": guardian,
    }


def child_without_record(world, born, letter, pupil=None):
    """What a school says of a child who has no record, or of one of whom it does not know that it has."""
    if pupil is not None:
        one, number = pupil, records.id_number(pupil) if letter != "J" else ""
    else:
        one = world.inventor.pupil(world.division, born)
        number = "" if letter == "J" else one.id_number
    values = {
        "name": one.name,
        "sex": one.sex,
        "birth_date": one.birth_date.isoformat(),
        "ethnic": one.ethnic,
    }
    return values | {"id_type": "1" if number else "Z", "id_number": number}


def collected(world, school, grade, values):
    """A list of one child, agreed to by everybody but the month's check."""
    said = lists.Said(Newcomer(values, {}, None), grade, "never", "", {})
    (row,) = lists.add([said], school, world.registrar(school), clock.now())
    (case,) = lists.send(school, world.registrar(school), clock.now(), "情况属实，上报核办。")
    while case.is_live:
        case = world.decide(case, opinion=AGREED)
    return row


@row("Y107")
def who_is_listed_late_in_july_is_registered_for_the_autumn(world, letter):
    values = child_without_record(world, date(2017, 10, 5), letter)
    with on(2026, 7, 20) as now:
        row = collected(world, world.first, 3, values)
        assert lists.grade_told(row, now.date()) == "2026年秋季三年级"
    with frozen(shanghai(2026, 7, 31, 20)) as now:
        assert late_children.answered(world, now=now) == 1
    pupil = Student.objects.get(name=values["name"], birth_date=values["birth_date"])
    now_is(pupil, "enrolled", 2024, "primary")
    assert Enrolment.objects.get(student=pupil).grade_in == 3
    assert grade_of(pupil, date(2026, 9, 7)) == 3


@row("Y108")
def who_is_registered_late_in_june_graduates_in_july(world, letter):
    values = child_without_record(world, date(2014, 3, 5), letter)
    with on(2026, 6, 10):
        collected(world, world.first, 6, values)
    with frozen(shanghai(2026, 6, 30, 20)) as now:
        assert late_children.answered(world, now=now) == 1
    pupil = Student.objects.get(name=values["name"], birth_date=values["birth_date"])
    now_is(pupil, "enrolled", 2020, "primary")
    with on(2026, 7, 6):
        run = run_of(world.first, world)
    assert run.lines.get(student=pupil).leaving == "graduated"
    now_is(pupil, "graduated", 2020, "primary", JULY.date())


@row("Y110")
def the_months_check_finds_a_child_who_should_have_graduated(world, letter):
    pupil = fresh(world.pupil(world.first, grade=6, letter=letter))
    values = child_without_record(world, None, letter, pupil)
    index = pupil.id_number_index
    with on(2026, 9, 7):
        # Not to be seen at the listing: the number came into the old record only afterwards.
        rewritten(Student.objects.filter(pk=pupil.pk), id_number_index=None)
        row = collected(world, world.junior, 7, values)
        rewritten(Student.objects.filter(pk=pupil.pk), id_number_index=index)
    with frozen(shanghai(2026, 9, 30, 20)) as now:
        assert late_children.answered(world, now=now) == 1
    row.refresh_from_db()
    assert (row.state, row.found) == (Late.REFUSED, pupil)
    with on(2026, 10, 8):
        told = refusal("must_graduate", asked, world, world.junior, pupil)
    assert world.first.name in told
    assert "照常就读" in told
    now_is(pupil, "enrolled", 2020, "primary")
    assert not Student.objects.filter(school=world.junior).exists()


@row("Y111")
def a_child_under_age_from_another_province_is_warned_of(world, letter):
    notes = "已与家长面谈，确认在本地长期居住，同意接收。"
    with on(2026, 8, 11):
        SchoolClass.objects.create(school=world.first, phase="primary", cohort=2026, number=1)
    for born, young in ((date(2020, 9, 1), True), (date(2020, 8, 31), False)):
        pupil = world.pupil(world.abroad, grade=1, letter=letter)
        rewritten(Student.objects.filter(pk=pupil.pk), birth_date=born, cohort=2026, school_class=None)
        pupil = fresh(pupil)
        with on(2026, 8, 20) as now:
            warned = [
                one.code
                for one in preflight.of_pupil(pupil, world.first, now, rulebook.current())
                if one.warns
            ]
            assert warned == (["of_age"] if young else [])
            case = world.decide(asked(world, world.first, pupil))
            if young:
                clerk = world.registrar(world.east)
                refusal(
                    "note_wanted",
                    door.perform,
                    case,
                    "handle",
                    clerk,
                    opinion="情况属实，同意转入。",
                    outcome="agree",
                )
            world.finish(case, opinion=notes if young else AGREED)
        now_is(pupil, "enrolled", 2026, "primary")


@row("Y113")
def an_offline_record_names_the_graduation_that_comes_first(world, letter):
    pupil = fresh(world.pupil(world.first, grade=6, letter=letter))
    with on(2026, 9, 7):
        told = refusal("must_graduate", world.taken_in, world.junior, pupil)
    assert world.first.name in told
    assert "照常就读" in told


@row.each
def test_row(act):
    played(act)
