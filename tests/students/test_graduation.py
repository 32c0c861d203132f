"""毕业、结业 (R4.1, R4.2, R3.5b), 毕业回退 (R4.4) and the counts of the promotion (R3.5c)."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.urls import reverse

from ledger.models import AuditEntry
from reviews.engine import door
from reviews.engine.models import Case
from students.pupil.grades import PRIMARY, SENIOR
from students.pupil.models import ProblemRecord, Student
from students.year_end import graduation, promotion
from students.year_end import graduation_rollback as taking_back
from students.year_end.models import GraduationLine, GraduationRun, PromotionCount, TakenBack
from tests.clock import frozen, shanghai
from tests.refusals import refused, refuses
from tests.world import World

JULY = shanghai(2026, 7, 6, 10)
pytestmark = [pytest.mark.django_db, pytest.mark.rule("R4.1"), pytest.mark.world_at(JULY)]
COHORT = 2020  # grade 6 in the summer of 2026
WORDS = "名单核对无误，同意毕业。"


def prepared(world, school=None, cohort=COHORT):
    school = school or world.first
    return graduation.prepare(school, PRIMARY, cohort, world.registrar(school), JULY)


def signed(world, run, at=JULY):
    return graduation.sign(run, world.head(run.school), at, WORDS)


def status_of(pupil):
    pupil.refresh_from_db()
    return (str(pupil.status), pupil.graduated_on)


# ---------------------------------------------------------------- the run


@pytest.mark.rule("R1.8", "R0.5")
@pytest.mark.parametrize("letter", ["L", "J", "G"])
def test_the_registrar_lists_and_the_head_signs_and_the_cohort_has_graduated(world, letter):
    pupils = [world.pupil(world.first, grade=6, letter=letter) for _ in range(3)]
    younger = world.pupil(world.first, grade=5, letter=letter)
    elsewhere = world.pupil(world.second, grade=6, letter=letter)
    run = prepared(world)
    assert {line.leaving for line in run.lines.all()} == {"graduated"}
    assert [status_of(p)[0] for p in pupils] == ["enrolled"] * 3
    run = signed(world, run)
    assert (run.state, run.day, run.signed_at) == ("done", date(2026, 7, 6), JULY)
    assert {status_of(p) for p in pupils} == {("graduated", date(2026, 7, 6))}
    assert {status_of(p)[0] for p in (younger, elsewhere)} == {"enrolled"}
    entry = AuditEntry.objects.get(action="graduation.signed")
    assert entry.body == {
        "run": run.pk,
        "school": world.first.pk,
        "phase": PRIMARY,
        "cohort": COHORT,
        "graduated": 3,
        "cleared": 0,
    }


@pytest.mark.parametrize("leaving", ["completed", "incomplete"])
def test_in_senior_secondary_who_completes_instead_needs_a_reason_and_may_be_put_back(world, leaving):
    """Y86, Y87."""
    senior = world.school("示例高级中学", world.east, lowest=10, highest=12)
    one, other = (world.pupil(senior, grade=12) for _ in range(2))
    clerk = world.registrar(senior)
    run = graduation.prepare(senior, SENIOR, 2014, clerk, JULY)
    with refused("reason") as error:
        graduation.decide(run, one.pk, leaving, "缺", clerk, JULY)
    assert (error.value.code, error.value.sentence) == (
        "reason",
        "请写明原因（2–200 字）；改回毕业时不用写。",
    )
    for pupil in (one, other):
        graduation.decide(run, pupil.pk, leaving, "体育不合格，补考未过。", clerk, JULY)
    graduation.decide(run, other.pk, "graduated", "", clerk, JULY)
    signed(world, run)
    assert (status_of(one), status_of(other)[0]) == ((leaving, date(2026, 7, 6)), "graduated")
    assert GraduationLine.objects.get(student=one).reason == "体育不合格，补考未过。"


def test_who_is_away_or_has_a_change_running_takes_no_part_and_the_list_says_why(world):
    world.pupil(world.first, grade=6)
    away = world.pupil(world.first, grade=6, status="suspended")
    changing = world.pupil(world.first, grade=6)
    case = world.changed(changing, "suspension")
    run = prepared(world)
    why = dict(run.lines.filter(leaving="left_out").values_list("student", "reason"))
    assert why == {
        away.pk: "学籍状态为休学",
        changing.pk: f"业务 {case.number} 在办，办结或撤销后再办毕业",
    }
    with refused("not_listed"):
        graduation.decide(run, away.pk, "left_out", "长期休学。", world.registrar(world.first), JULY)
    signed(world, run)
    assert {status_of(p)[0] for p in (away, changing)} == {"suspended", "enrolled"}


@pytest.mark.rule("R3.5b")
def test_running_transfers_are_told_before_and_cleared_with_the_signature(world):
    leaving, staying = world.pupil(world.third, grade=6), world.pupil(world.third, grade=5)
    cases = [world.decide(world.submitted(world.first, pupil)) for pupil in (leaving, staying)]
    draft = world.draft(world.second, world.pupil(world.third, grade=6))
    run = prepared(world, world.third)
    assert graduation.open_transfers(run) == 1
    run = signed(world, run)
    assert run.cleared == 1
    assert [Case.objects.get(pk=case.pk).state for case in cases] == ["cleared", "receiving_authority"]
    assert Case.objects.get(pk=draft.pk).state == "draft"


@pytest.mark.rule("R4.2", "R1.9")
def test_a_problem_record_is_told_and_stops_nothing(world):
    pupil = world.pupil(world.first, grade=6)
    ProblemRecord.objects.create(student=pupil, kind="id_duplicate")
    run = prepared(world)
    assert graduation.open_problems(run) == 1
    signed(world, run)
    assert status_of(pupil)[0] == "graduated"
    assert ProblemRecord.objects.get(student=pupil).closed_at is None


def test_a_list_that_no_longer_stands_is_written_anew_before_anyone_graduates(world):
    world.pupil(world.first, grade=6)
    run = prepared(world)
    late = world.pupil(world.first, grade=6)
    with refused("changed"):
        signed(world, run)
    assert run.lines.filter(student=late, leaving="graduated").exists()
    signed(world, run)
    assert status_of(late)[0] == "graduated"


@pytest.mark.rule("R0.5")
def test_the_schools_registrar_prepares_its_head_signs_and_nobody_else(world):
    """That they are two persons: tests/papers."""
    world.pupil(world.first, grade=6)
    for account in (world.head(world.first), world.registrar(world.east), world.registrar(world.second)):
        with refused("no_seat"):
            graduation.prepare(world.first, PRIMARY, COHORT, account, JULY)
    run = prepared(world)
    clerk = world.registrar(world.first)
    for account in (clerk, world.head(world.second), world.head(world.east)):
        with refused("no_seat"):
            graduation.sign(run, account, JULY, WORDS)
    with refused("live"):
        graduation.prepare(world.first, PRIMARY, COHORT, clerk, JULY)
    graduation.drop(run, clerk, JULY)
    assert prepared(world).state == "ready"


@pytest.mark.parametrize("cohort", [2021, 2019, 1990])
def test_only_a_cohort_in_the_last_grade_is_listed(world, cohort):
    world.pupil(world.first, grade=5)
    with refused("cohort"):
        prepared(world, cohort=cohort)


@pytest.mark.rule("R4.3")
def test_the_last_grade_is_that_of_the_schools_system(world):
    five = world.school("示例五四制小学", world.west, 1, 5, "5-4")
    nine = world.school("示例九年制学校", world.west, 1, 9, "nine")
    for school, grades in ((five, (4, 5)), (nine, (5, 6, 9))):
        for grade in grades:
            world.pupil(school, grade=grade)
    assert [row.grade for row in graduation.leavers(five, JULY.date())] == [5]
    assert [row.grade for row in graduation.leavers(nine, JULY.date())] == [9, 6]


def test_before_june_no_cohort_is_listed():
    """Y02."""
    may = shanghai(2026, 5, 31, 23, 59)
    with frozen(may):
        world = World(now=may)
        world.pupil(world.first, grade=6)
        with refused("season") as error:
            graduation.prepare(world.first, PRIMARY, COHORT, world.registrar(world.first), may)
        assert "从2026年6月1日起，应在2026年7月30日前完成" in error.value.sentence


@pytest.mark.parametrize(
    "forbidden",
    [
        "UPDATE students_graduationrun SET opinion = '另一种意见'",
        "DELETE FROM students_graduationrun",
        "UPDATE students_graduationline SET leaving = 'completed', reason = '事后改为结业'",
        "DELETE FROM students_graduationline",
    ],
)
def test_what_was_signed_stays_as_it_was(world, forbidden):
    world.pupil(world.first, grade=6)
    signed(world, prepared(world))
    with pytest.raises(Exception, match="不可"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(forbidden)


@pytest.mark.rule("R0.5")
def test_the_database_lets_no_person_sign_its_own_list(world):
    world.pupil(world.first, grade=6)
    run = prepared(world)
    twin = world.account(world.second, "head", person=world.registrar(world.first).person)
    with pytest.raises(Exception, match="两个人"), transaction.atomic():
        GraduationRun.objects.filter(pk=run.pk).update(
            state="done", signed_by=twin, signed_at=JULY, day=date(2026, 7, 6), opinion=WORDS
        )


# ---------------------------------------------------------------- taken back


def graduated(world, grade=6):
    pupil = world.pupil(world.first, grade=grade)
    signed(world, prepared(world))
    pupil.refresh_from_db()
    return Student.objects.select_related("school").get(pk=pupil.pk)


def taken(world, pupil, at, why="误列入毕业名单，学生仍在读。"):
    return taking_back.send(pupil, world.registrar(world.east), at, why=why, opinion="经核实属误毕业。")


@pytest.mark.rule("R4.4", "R0.5")
def test_an_authority_takes_a_graduate_back_with_two_people_and_names_whose_act_it_was(world):
    pupil = graduated(world)
    at = JULY + timedelta(days=3)
    with frozen(at):
        case = taken(world, pupil, at)
        assert (case.state, case.awaiting, case.stages) == ("authority", "sign", ["authority"])
        assert status_of(pupil)[0] == "graduated"
        case = door.perform(case, "sign", world.head(world.east), opinion="同意回退。", outcome="agree")
    assert (case.state, status_of(pupil)) == ("completed", ("enrolled", None))
    row = TakenBack.objects.get(case=case)
    assert row.line.run.signed_by == world.head(world.first)
    assert f"{world.registrar(world.first)}准备" in taking_back.original(row.line)


@pytest.mark.rule("R4.4")
@pytest.mark.parametrize(
    ("graduated_on", "last"),
    [
        (date(2026, 7, 10), date(2027, 1, 10)),
        (date(2026, 8, 31), date(2027, 2, 28)),
        (date(2027, 8, 31), date(2028, 2, 29)),
        (date(2028, 2, 29), date(2028, 8, 29)),
        (date(2026, 12, 31), date(2027, 6, 30)),
        (date(2026, 7, 30), date(2027, 1, 30)),
    ],
)
def test_half_a_year_is_over_on_the_day_after(world, graduated_on, last):
    pupil = world.graduate(world.first, on=graduated_on)
    late, timely = (shanghai(day.year, day.month, day.day, 9) for day in (last + timedelta(days=1), last))
    with frozen(late), refused("within_half_a_year") as error:
        taken(world, pupil, late)
    assert "已过回退期限" in error.value.sentence
    with frozen(timely):
        assert taken(world, pupil, timely).state == "authority"


@pytest.mark.rule("R4.4")
def test_nobody_but_the_schools_own_authority_takes_back_and_only_who_has_left(world):
    pupil = graduated(world)
    for account in (world.registrar(world.first), world.head(world.east), world.registrar(world.west)):
        with refused("no_seat"):
            taking_back.send(pupil, account, JULY, why="误毕业。", opinion="经核实属误毕业。")
    with refused("why_given") as error:
        taken(world, pupil, JULY, why="")
    assert error.value.sentence == "请写明毕业回退的原因（2–200 字）。"
    with refused("has_left") as error:
        taken(world, world.pupil(world.first), JULY)
    assert "只有毕业、结业、肄业的学生可以回退" in error.value.sentence


@pytest.mark.rule("R4.4")
def test_a_head_may_refuse_to_take_back_and_the_pupil_stays_a_graduate(world):
    pupil = graduated(world)
    case = taken(world, pupil, JULY)
    case = door.perform(
        case,
        "sign",
        world.head(world.east),
        opinion="原毕业操作无误，不予回退。",
        outcome="refuse",
        reason="back_not_mistaken",
    )
    assert (case.state, status_of(pupil)[0]) == ("refused", "graduated")


# ---------------------------------------------------------------- promotion


@pytest.mark.rule("R3.5c")
def test_the_promotion_is_on_record_once_with_the_counts_before_and_after(world):
    for grade, count in ((1, 2), (5, 3), (6, 1)):
        for _ in range(count):
            world.pupil(world.first, grade=grade)
    world.pupil(world.first, grade=3, status="withdrawn")
    world.pupil(world.abroad, grade=4)
    assert promotion.record(shanghai(2026, 8, 10, 23, 59)) == 0
    first = shanghai(2026, 8, 11, 0, 5)
    with frozen(first):
        assert promotion.record(first) > 0
        assert promotion.record(first) == 0
    kept = {row.grade: (row.before, row.after, row.stayed) for row in promotion.figures(world.im.pk)}
    # Nobody reaches grade 7 by time: who was not graduated stays (Y121).
    assert kept == {1: (2, 0, 0), 2: (0, 2, 0), 5: (3, 0, 0), 6: (1, 3, 1)}
    assert {row.province_id for row in PromotionCount.objects.all()} == {world.im.pk, world.hebei.pk}


@pytest.mark.rule("R3.5c")
def test_a_promotion_counted_a_week_late_says_the_same_and_in_spring_nothing_is_counted(world):
    world.pupil(world.first, grade=4)
    assert promotion.record(shanghai(2027, 3, 1, 9)) == 0
    assert promotion.record(shanghai(2026, 8, 18, 9)) == 2
    assert [(row.grade, row.before, row.after) for row in promotion.figures(world.im.pk)] == [
        (4, 1, 0),
        (5, 0, 1),
    ]


# ---------------------------------------------------------------- pages


def test_the_pages_lead_from_the_cohort_to_the_signature(world, client):
    pupils = [world.pupil(world.first, grade=6) for _ in range(2)]
    client.force_login(world.registrar(world.first))
    page = client.get(reverse("graduations"))
    assert "2020级（六年级）" in page.content.decode()
    answer = client.post(
        reverse("graduation-prepare"), {"school": world.first.code, "phase": PRIMARY, "cohort": COHORT}
    )
    assert answer.status_code == 303
    run = GraduationRun.objects.get()
    posted = {"student": pupils[0].pk, "leaving": "left_out", "reason": "申请留级，课程未学完。"}
    assert client.post(reverse("graduation-decide", args=[run.number]), posted).status_code == 303
    page = client.get(answer.url)
    assert page.context["sums"] == {"graduated": 1, "completed": 0, "incomplete": 0, "left_out": 1}
    assert not page.context["may_sign"]
    client.force_login(world.head(world.first))
    blank = client.post(reverse("graduation-sign", args=[run.number]), {"opinion": ""})
    refuses(blank, 422, "请填写审核补充意见（2–500 字），或点选一条常用短语")
    answer = client.post(reverse("graduation-sign", args=[run.number]), {"opinion": WORDS})
    assert answer.status_code == 303
    assert (status_of(pupils[0])[0], status_of(pupils[1])[0]) == ("enrolled", "graduated")
    client.force_login(world.registrar(world.east))
    assert run.number in client.get(reverse("graduations")).content.decode()


@pytest.mark.rule("R4.4")
def test_the_page_of_taking_back_shows_whose_act_it_is_and_keeps_what_was_typed(world, client):
    pupil = graduated(world)
    client.force_login(world.registrar(world.east))
    assert "毕业回退" in client.get(reverse("student-detail", args=[pupil.key])).content.decode()
    url = reverse("student-take-back", args=[pupil.key])
    page = client.get(url).content.decode()
    assert f"{world.registrar(world.first)}准备，{world.head(world.first)}核办" in page
    assert "2027年1月6日" in page
    refused = client.post(url, {"why": "", "opinion": "经核实属误毕业。"})
    assert refused.status_code == 422
    assert "经核实属误毕业。" in refused.content.decode()
    answer = client.post(url, {"why": "误列入名单。", "opinion": "经核实属误毕业。"})
    assert answer.status_code == 303
    assert "原毕业操作" in client.get(answer.url).content.decode()
    client.force_login(world.registrar(world.first))
    refuses(client.get(url), 403, "毕业回退由学籍所在学校的主管部门的学籍管理员发起，你没有这个岗位")
