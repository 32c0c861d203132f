"""Every obstacle is told in words before anything is sent, with its clause and who can clear it (R3.1b)."""

import re

import pytest
from django.test import Client

from orgs.people.models import Unit
from reviews.engine import door
from reviews.engine.models import Case
from students.pupil.models import ProblemRecord
from students.pupil.records import current_number
from students.pupil.statuses import StudentStatus
from tests.clock import frozen, shanghai
from tests.refusals import refused
from tests.world import World, rewritten
from transfers.moving import drafting
from transfers.moving.models import Transfer
from web import clock

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R3.1b")]
CHECK = "/transfers/new/check/"


def checked(world, pupil, school=None):
    """The pre-flight page of ``school`` (the first) for ``pupil``, and its client."""
    school = school or world.first
    client = Client()
    client.force_login(world.registrar(school))
    answer = client.post("/transfers/new/", {"number": current_number(pupil), "name": pupil.name})
    return client.get(answer.headers["Location"]), client


def lines(page, kind: str) -> list[str]:
    """The check-list's lines of one kind, without tags."""
    found = re.findall(rf'<li class="{kind}">(.*?)</li>', page.content.decode(), re.S)
    return [re.sub(r"<[^>]+>", " ", line) for line in found]


def obstructed(world, pupil, school=None) -> list[str]:
    """The obstacles, after it was made sure that no draft can be made by pressing on."""
    page, client = checked(world, pupil, school)
    school = school or world.first
    answer = client.post(CHECK, {"pupil": str(pupil.key), "school": school.pk})
    assert answer.status_code == 409
    assert lines(answer, "bad") == lines(page, "bad")
    assert re.search(r'<button class="btn btn-primary" type="submit"[^>]* disabled', page.content.decode())
    return lines(page, "bad")


def test_a_clean_pupil_passes_every_line(world):
    page, _ = checked(world, world.pupil(world.third))
    assert lines(page, "bad") == lines(page, "warn") == []
    text = page.content.decode()
    for line in (
        "不是问题学籍",
        "没有其他在办业务",
        "不处于休学状态",
        "现在可以发起省内转学",
        "本校开设该生所在年级",
    ):
        assert line in text


def test_another_running_case_is_named_with_where_and_since_when(world):
    pupil = world.pupil(world.third)
    case = Case.objects.get(pk=world.submitted(world.second, pupil).pk)
    (line,) = obstructed(world, pupil)
    since = clock.local_date(case.submitted_at)
    assert "有另一件业务在办" in line
    assert f"{since:%Y年%-m月%-d日}由" in line
    assert world.second.name in line
    assert "附件1 三.1" in line
    assert "可撤销该业务" in line


def test_a_problem_record_is_named_with_its_kind_and_who_settles_it(world):
    pupil = world.pupil(world.third)
    ProblemRecord.objects.create(student=pupil, kind="id_name_mismatch")
    (line,) = obstructed(world, pupil)
    assert "问题学籍（身份证件号与姓名不匹配）" in line
    assert "附件1 四.1" in line
    assert f"学籍所在学校{world.third.name}" in line


@pytest.mark.rule("R3.2")
def test_a_suspended_pupil_is_refused_with_the_school_to_resume_at(world):
    (line,) = obstructed(world, world.pupil(world.third, status="suspended"))
    assert f"须先在{world.third.name}办理复学手续" in line
    assert "附件1 三.2" in line


@pytest.mark.rule("R3.2")
@pytest.mark.parametrize("status", StudentStatus.values)
def test_each_status_is_let_through_or_refused_in_words(world, status):
    pupil = world.pupil(world.third, status=status)
    if status in ("enrolled", "abroad", "left_other", "withdrawn", "expelled"):
        page, _ = checked(world, pupil)
        assert lines(page, "bad") == []
    else:
        assert StudentStatus(status).label in obstructed(world, pupil)[0]


def test_a_pupil_of_ones_own_school_needs_no_transfer(world):
    found = obstructed(world, world.pupil(world.first))
    assert any("学籍已在本校" in line for line in found)


@pytest.mark.rule("R3.1")
def test_a_pupil_of_another_province_is_a_cross_province_transfer(world):
    page, _ = checked(world, world.pupil(world.abroad))
    assert "现在可以发起跨省转学" in page.content.decode()
    case = drafting.begin(world.pupil(world.abroad), world.first, world.registrar(world.first), clock.now())
    assert case.kind == "cross_province_transfer"


def test_a_school_that_changed_its_province_meanwhile_needs_the_other_kind(world):
    case = world.draft(world.first, world.pupil(world.third))
    rewritten(Unit.objects.filter(pk=world.third.pk), province=world.hebei)
    with refused("right_kind", match="两校不在同一省（自治区），不能按省内转学办理"):
        door.perform(case, "submit", world.registrar(world.first), opinion="情况属实，申请转入。")


def test_a_grade_that_the_school_does_not_have_is_named(world):
    middle = world.school("示例中学", world.west, lowest=7, highest=9)
    found = obstructed(world, world.pupil(middle, grade=8))
    assert any("本校开设年级为一年级至六年级" in line for line in found)


def test_a_closed_school_names_the_one_that_goes_on(world):
    pupil, clerk = world.pupil(world.third), world.registrar(world.first)
    world.closed(world.first, world.second)
    client = Client()
    client.force_login(clerk)
    answer = client.post("/transfers/new/", {"number": current_number(pupil), "name": pupil.name})
    assert answer.status_code == 403
    told = f"{world.first.name}已于{clock.spoken(world.today)}撤销，原岗位同时结束，由{world.second.name}承接和办理。"
    assert told in answer.content.decode()


@pytest.mark.rule("R3.5b")
def test_a_graduating_grade_is_a_warning_and_does_not_stop(world):
    pupil = world.pupil(world.third, grade=6)
    page, client = checked(world, pupil)
    (line,) = lines(page, "warn")
    assert re.search(r"20\d\d年7月30日前", line)
    assert lines(page, "bad") == []
    assert client.post(CHECK, {"pupil": str(pupil.key), "school": world.first.pk}).status_code == 303


@pytest.mark.rule("R3.5")
def test_in_the_freeze_the_window_is_told_and_a_draft_may_wait():
    with frozen(shanghai(2027, 7, 20, 9)) as at:
        world = World(now=at)
        pupil = world.pupil(world.third)
        page, client = checked(world, pupil)
        (line,) = lines(page, "bad")
        answer = client.post(CHECK, {"pupil": str(pupil.key), "school": world.first.pk})
    assert "8月15日" in line
    assert "附件1 三.5" in line or "三.5" in line
    assert answer.status_code == 303


def test_all_obstacles_stand_together_and_not_only_the_first(world):
    pupil = world.pupil(world.third, status="suspended")
    ProblemRecord.objects.create(student=pupil, kind="id_not_found")
    world.closed(world.third)
    assert len(obstructed(world, pupil)) == 3


@pytest.mark.rule("R1.8", "R1.2")
def test_a_pupil_without_an_identity_number_is_not_held_up_because_it_has_none(world):
    pupil = world.pupil(world.third, letter="J")
    ProblemRecord.objects.create(student=pupil, kind="no_id")
    page, _ = checked(world, pupil)
    assert lines(page, "bad") == []


def test_number_and_name_that_do_not_match_tell_none_of_it(world):
    pupil = world.pupil(world.third, status="suspended")
    client = Client()
    client.force_login(world.registrar(world.first))
    page = client.post("/transfers/new/", {"number": current_number(pupil), "name": "查无此人"})
    text = page.content.decode()
    assert page.status_code == 422
    assert "休学" not in text
    assert world.third.name not in text


def test_who_is_not_the_schools_registrar_cannot_begin_even_past_the_page(world):
    with refused("no_seat", match="只有转入学校的学籍管理员"):
        drafting.begin(world.pupil(world.third), world.first, world.head(world.first), world.now)


def test_a_draft_whose_pupil_moved_elsewhere_meanwhile_is_not_sent_from_the_wrong_school(world):
    pupil = world.pupil(world.third)
    draft = world.draft(world.first, pupil)
    world.finish(world.submitted(world.league_school, pupil))
    clerk = world.registrar(world.first)
    client = Client()
    client.force_login(clerk)
    (line,) = lines(client.get(f"/transfers/{draft.number}/edit/"), "bad")
    assert f"该生学籍已不在{world.third.name}" in line
    with refused("still_at_sending_school", match="请转入学校撤销后重新核对"):
        door.perform(draft, "submit", clerk, opinion="情况属实，申请转入。")
    assert Case.objects.get(pk=draft.pk).state == "draft"
    door.perform(draft, "withdraw", clerk)
    pupil.refresh_from_db()
    again = world.submitted(world.first, pupil)
    assert again.sending_unit == world.league_school


def test_a_class_of_another_year_is_not_written_by_whatever_way(world):
    pupil = world.pupil(world.third, grade=4)
    draft = world.draft(world.first, pupil)
    transfer = Transfer.objects.get(case=draft)
    other = world.first.classes.get(cohort=pupil.cohort - 1)
    for wrong in (other, world.second.classes.get(cohort=pupil.cohort)):
        with refused("grade_and_class", match="不是本校这一年级的班级"):
            drafting.change(
                draft,
                world.registrar(world.first),
                reason=transfer.reason,
                reason_note="",
                grade_to=transfer.grade_to,
                school_class=wrong,
            )
    assert Transfer.objects.get(case=draft).school_class == transfer.school_class
