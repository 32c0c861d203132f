"""Offline first by hand (R0.4): a fault is announced, a pupil taken in, the electronic case drafted, the fault ended;
and no page of it has an accessibility violation or is wider than a telephone."""

import pytest

from reviews.engine.models import Case
from reviews.faults.models import Fault
from students.pupil import records
from tests.browser.test_axe import LONGEST, SIZES, Inspection
from transfers.attendance.models import OfflineTransfer
from transfers.offline.recording import Stated

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.rule("R0.4")]


def test_from_the_fault_to_the_draft_of_the_electronic_case(world, desk):
    pupil = world.pupil(world.third, name="阿拉坦·其其格")
    office, school = desk(world.registrar(world.east)), desk(world.registrar(world.first))
    office.go("/faults/new/")
    office.page.fill("[name=reason]", "学籍系统无法登录")
    office.page.get_by_role("button", name="发布公告").click()
    office.page.get_by_role("dialog").get_by_role("button", name="发布公告").click()
    office.page.wait_for_url("**/faults/GZ-*/")
    school.go("/transfers/new/")
    school.page.get_by_role("link", name="登记线下转学").click()
    school.page.fill("[name=number]", records.current_number(pupil))
    school.page.fill("[name=name]", pupil.name)
    school.page.get_by_label("母亲").check()
    school.page.get_by_role("button", name="登记").click()
    school.page.wait_for_url("**/offline/XX-*/")
    assert school.page.get_by_text("待负责人确认").first.is_visible()
    head = desk(world.head(world.first))
    head.go(f"/offline/{OfflineTransfer.objects.get().number}/")
    head.page.get_by_role("button", name="确认登记").click()
    head.page.get_by_text("已确认，可以补办电子转学").wait_for()
    school.page.reload()
    assert school.page.get_by_text("学籍未到").first.is_visible()
    school.page.get_by_role("button", name="补办电子转学").click()
    school.page.wait_for_url("**/transfers/*/edit/")
    assert OfflineTransfer.objects.get().case == Case.objects.get()
    school.go("/students/")
    assert school.page.get_by_role("heading", name="线下就读（学籍未到）").is_visible()
    office.page.get_by_role("button", name="结束公告").click()
    office.page.get_by_role("dialog").get_by_role("button", name="结束公告").click()
    office.page.get_by_text("故障公告已结束").wait_for()
    assert not Fault.objects.get().is_open


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}px")
def test_no_page_of_offline_transfers_or_faults_has_a_violation(world, desk, size):
    fault, pupil = world.fault(world.league), world.pupil(world.third, name=LONGEST)
    made = world.taken_in(world.first, pupil, fault)
    unknown = world.pupil(world.third)
    stated = Stated(unknown.name, unknown.sex, unknown.birth_date, "锡林郭勒盟直属示例特殊教育学校小学部")
    other = world.taken_in(world.first, None, fault, stated=stated)
    school = Inspection(desk(world.registrar(world.first), *size))
    school.walk(["/offline/", "/offline/new/", "/worklist/", "/transfers/new/", "/students/"])
    school.walk([f"/offline/{each.number}/" for each in (made, other)])
    fresh = world.taken_in(world.first, world.pupil(world.third), fault, confirmed=False)
    head = Inspection(desk(world.head(world.first), *size)).walk([f"/offline/{fresh.number}/"])
    sending = Inspection(desk(world.registrar(world.third), *size)).walk([f"/students/{pupil.key}/"])
    league = Inspection(desk(world.registrar(world.league), *size))
    league.walk(["/offline/", "/faults/", "/faults/new/", f"/faults/{fault.number}/", "/students/"])
    assert not school.wrong + head.wrong + sending.wrong + league.wrong
