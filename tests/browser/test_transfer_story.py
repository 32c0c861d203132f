"""The whole story in the browser: eight people at four units move a child's record; refusal, correction, withdrawal."""

import re

import pytest
from playwright.sync_api import expect

from reviews.engine.models import Case
from reviews.notices.models import Notice
from students.pupil.models import Enrolment
from students.pupil.records import current_number
from tests.world import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def state_of(number):
    case = Case.objects.get(number=number)
    return case.state, case.awaiting


def relay():
    """What the worker does every two seconds."""
    from ledger import outbox
    from web import clock

    outbox.relay(clock.now())


@pytest.mark.rule("R3.1")
@pytest.mark.rule("R0.5")
@pytest.mark.rule("R0.2")
def test_eight_people_at_four_units_move_a_record_from_one_county_to_another(world: World, desk):
    pupil = world.pupil(world.third, letter="G", name="阿拉坦其其格")
    chain = [world.first, world.east, world.third, world.west]
    clerks = [(desk(world.registrar(unit)), desk(world.head(unit))) for unit in chain]

    starter = clerks[0][0]
    starter.go("/transfers/new/")
    starter.picture("story-1-look-up")
    number = starter.apply(current_number(pupil), pupil.name, photos=2)
    starter.go(f"/cases/{number}/")
    starter.picture("story-2-sent", full=True)
    assert state_of(number) == ("receiving_school", "sign")

    clerks[0][1].go("/worklist/")
    clerks[0][1].sees(number)
    clerks[0][1].picture("story-3-worklist-of-the-head")
    clerks[0][1].decide(number, opinion="情况属实，同意接收。")
    for at, (registrar, head) in enumerate(clerks[1:], 1):
        registrar.go("/worklist/")
        registrar.sees(number)
        registrar.go(f"/cases/{number}/")
        registrar.sees("在你这里")
        registrar.picture(f"story-4-unit-{at}", full=True)
        registrar.decide(number, opinion="学籍信息一致，同意。")
        head.decide(number, opinion="同意。已核对。")
    assert state_of(number) == ("completed", "")

    pupil.refresh_from_db()
    assert pupil.school == world.first
    old = Enrolment.objects.get(student=pupil, school=world.third)
    starter.go(f"/students/{pupil.key}/")
    starter.sees(pupil.name)
    starter.picture("story-5-pupil-at-the-new-school", full=True)
    sending = clerks[2][0]
    sending.go(f"/students/archive/{old.pk}/")
    sending.sees(pupil.name)
    sending.picture("story-6-archived-copy", full=True)
    assert sending.go(f"/students/{pupil.key}/").status == 404
    relay()
    told = set(
        Notice.objects.filter(case__number=number, text__contains="办结").values_list("account_id", flat=True)
    )
    assert {window.account.pk for pair in clerks for window in pair} <= told
    starter.go("/notices/")
    starter.sees("办结")


@pytest.mark.rule("R3.1")
def test_within_a_county_three_units_decide_and_the_county_once(world: World, desk):
    pupil = world.pupil(world.second)
    number = desk(world.registrar(world.first)).apply(current_number(pupil), pupil.name)
    for unit in (world.first, world.second, world.east):
        if unit != world.first:
            desk(world.registrar(unit)).decide(number, opinion="学籍信息一致，同意。")
        desk(world.head(unit)).decide(number)
    assert state_of(number) == ("completed", "")


@pytest.mark.rule("R3.1b")
def test_a_refusal_wants_a_listed_reason_and_ten_characters_and_keeps_what_was_typed(world: World, desk):
    pupil = world.pupil(world.second)
    number = desk(world.registrar(world.first)).apply(current_number(pupil), pupil.name)
    desk(world.head(world.first)).decide(number)
    registrar = desk(world.registrar(world.second))
    registrar.decide(number, "refuse", opinion="不是本校学生")
    registrar.sees("请先选一条理由")
    expect(registrar.page.locator("#decision #opinion")).to_have_value("不是本校学生")
    registrar.decide(number, "refuse", "not_our_pupil", opinion="不是本校")
    registrar.page.wait_for_load_state()
    expect(registrar.page.locator("#decision #opinion")).to_have_value("不是本校")
    assert state_of(number) == ("sending_school", "handle")
    registrar.decide(number, "refuse", "not_our_pupil", opinion="经核对学籍在册但本人不在本校就读。")
    desk(world.head(world.second)).decide(
        number, "refuse", "not_our_pupil", opinion="经核对该生不在我校就读，不予同意。"
    )
    assert state_of(number) == ("refused", "")
    pupil.refresh_from_db()
    assert pupil.school == world.second


@pytest.mark.rule("R3.1b")
def test_a_correction_goes_to_the_receiving_school_and_straight_back(world: World, desk):
    pupil = world.pupil(world.third)
    starter, own_head = desk(world.registrar(world.first)), desk(world.head(world.first))
    number = starter.apply(current_number(pupil), pupil.name)
    own_head.decide(number)
    county, county_head = desk(world.registrar(world.east)), desk(world.head(world.east))
    county.decide(number, "send_back", "proof_unreadable", opinion="照片看不清，请重新拍摄。")
    county_head.decide(number, "send_back", "proof_unreadable", opinion="照片看不清，请重新拍摄。")
    assert state_of(number) == ("correction", "handle")
    starter.go(f"/transfers/{number}/edit/")
    starter.sees("退回补正")
    # R0.3: what was written once does not come back as a ready text.
    expect(starter.page.locator("#opinion")).to_have_value("")
    starter.upload(1)
    starter.picture("story-7-correction", full=True)
    starter.page.get_by_label(re.compile("审核补充意见")).fill("已重新拍摄上传。")
    starter.page.locator("button[name=action][value=send]").click()
    expect(starter.page).not_to_have_url(re.compile("/edit/"))
    own_head.decide(number, opinion="已补正，同意送出。")
    assert state_of(number) == ("receiving_authority", "handle")


@pytest.mark.rule("R3.1b")
def test_the_receiving_school_withdraws_and_says_why(world: World, desk):
    pupil = world.pupil(world.third)
    starter = desk(world.registrar(world.first))
    number = starter.apply(current_number(pupil), pupil.name)
    starter.go(f"/cases/{number}/")
    page = starter.page
    page.locator("details", has=page.locator("form[action$='/withdraw/']")).locator("summary").click()
    form = page.locator("form[action$='/withdraw/']")
    form.locator("textarea, input[type=text]").first.fill("家长决定不再转学。")
    form.get_by_role("button").click()
    page.locator("dialog[open]").get_by_role("button", name="撤销").click()
    starter.sees("已撤销")
    assert state_of(number) == ("withdrawn", "")


def test_a_decision_taken_meanwhile_is_told_and_the_typing_stays(world: World, desk):
    case = world.submitted(world.first, world.pupil(world.third))
    slow, quick = desk(world.head(world.first)), desk(world.account(world.first, "head"))
    slow.go(f"/cases/{case.number}/")
    slow.page.locator("#decision #opinion").fill("我慢慢写的意见，不能丢。")
    quick.decide(case.number, opinion="我先核办了。")
    slow.page.locator("#decision button[data-primary]").click()
    slow.sees("核办了这件业务")
    assert "我慢慢写的意见，不能丢。" in slow.page.content()
    slow.picture("story-8-someone-was-faster", full=True)
