"""The pages of offline transfers and faults: 人籍一致, recording, roster and pupil page, announcing and ending (R0.4)."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ledger import outbox
from orgs.people.models import PostRole
from reviews.engine.models import Case
from reviews.faults import announcing as faults
from reviews.faults.models import Fault
from reviews.notices.models import Notice
from students.pupil import records
from students.pupil.identity import mask_name
from tests.clock import frozen, shanghai
from tests.refusals import refuses
from transfers.attendance.models import OfflineTransfer
from transfers.offline import notices as offline_notices
from transfers.offline import recording as offline
from transfers.offline import views
from transfers.offline.recording import Stated
from web import clock
from web.refusals import Refusal, Refused

NOW = shanghai(2026, 11, 23, 10)
pytestmark = [pytest.mark.django_db, pytest.mark.rule("R0.4"), pytest.mark.world_at(NOW)]
LIST, NEW, FAULTS = "/offline/", "/offline/new/", "/faults/"


def signed_in(account) -> Client:
    client = Client()
    client.force_login(account)
    return client


@pytest.fixture
def clerk(world):
    return signed_in(world.registrar(world.first))


def text_of(answer) -> str:
    return answer.content.decode()


def names(answer) -> list[str]:
    return re.findall(r'<td class="c-name"><a href="[^"]+">([^<]+)</a>', text_of(answer))


def typed(world, pupil=None, **more) -> dict:
    """A whole form; without a pupil what the parents state."""
    found = {"paper_date": "2026-11-23", "requester": "mother"}
    if pupil is None:
        stated = {"name": "张三", "sex": "1", "birth_date": "2017-5-1", "origin": "示例第三小学"}
        return found | stated | {"number": ""} | more
    return found | {"number": records.current_number(pupil), "name": pupil.name} | more


# ---------------------------------------------------------------- recording


def test_a_pupil_is_looked_up_and_taken_in_and_the_page_names_no_number(world, clerk):
    world.fault(world.east)
    pupil = world.pupil(world.third, letter="G")
    assert "依据的故障公告" not in text_of(clerk.get(NEW))  # the only one needs no choice
    answer = clerk.post(NEW, typed(world, pupil))
    made = OfflineTransfer.objects.get()
    assert (answer.status_code, answer.url) == (303, f"/offline/{made.number}/")
    page = text_of(clerk.get(answer.url))
    assert pupil.name in page
    assert "待负责人确认" in page
    assert records.current_number(pupil) not in page
    assert (made.student, made.school, made.sending_school) == (pupil, world.first, world.third)


def test_while_the_look_up_is_down_the_stated_pupil_is_taken_in(world, clerk):
    world.fault(world.east)
    answer = clerk.post(NEW, typed(world))
    made = OfflineTransfer.objects.get()
    assert answer.status_code == 303
    assert (made.name, made.origin, made.student) == ("张三", "示例第三小学", None)
    page = text_of(clerk.get(answer.url))
    assert "核对学生" in page
    assert "补办电子转学</button>" not in page


STAR = '性别 <span class="required"'


def test_what_is_demanded_without_a_number_carries_the_star(world, clerk):
    world.fault(world.east)
    assert STAR not in text_of(clerk.get(NEW))
    page = text_of(clerk.post(NEW, typed(world) | {"sex": ""}))
    assert "没有填号码时，请选择性别。" in page
    assert STAR in page
    assert '出生日期 <span class="required"' not in page, "it was filled in"


@pytest.mark.rule("R0.1")
@pytest.mark.parametrize(
    ("change", "status", "told"),
    [
        ({"name": "查无此人"}, 422, "可把号码留空"),
        ({"number": "L1"}, 422, "号"),
        ({"paper_date": "2026-11-24"}, 409, "纸质日期须在"),
        ({"paper_date": "明天"}, 422, "这个日期看不懂"),
        ({"requester": "school"}, 422, "请选择由哪位监护人提出"),
        ({"fault": "GZ-2026-00000000"}, 422, "请从覆盖本校的故障公告中选择一条"),
    ],
)
def test_a_mistake_keeps_what_was_typed_and_says_what_to_do(world, clerk, change, status, told):
    world.fault(world.east)
    pupil = world.pupil(world.third)
    answer = clerk.post(NEW, typed(world, pupil) | change)
    assert answer.status_code == status
    page = text_of(answer)
    assert told in page
    assert (change.get("name") or pupil.name) in page
    assert not OfflineTransfer.objects.exists()


@pytest.mark.parametrize("missing", ["sex", "birth_date", "origin", "name"])
def test_without_a_number_everything_stated_is_needed(world, clerk, missing):
    world.fault(world.east)
    answer = clerk.post(NEW, typed(world, **{missing: ""}))
    assert answer.status_code == 422
    assert "请填写" in text_of(answer) or "请选择" in text_of(answer)


@pytest.mark.rule("R0.1")
def test_without_a_fault_there_is_no_form_and_the_page_says_that_the_child_goes_to_school(world, clerk):
    page = clerk.get(NEW)
    assert page.status_code == 200
    assert "学生可先入班就读" in text_of(page)
    refuses(clerk.post(NEW, typed(world)), 409, "本校现在没有故障公告")


def test_a_refusal_of_the_same_pupil_says_who_recorded_it(world):
    world.fault(world.league)
    pupil = world.pupil(world.third)
    made = world.taken_in(world.second, pupil)
    answer = signed_in(world.registrar(world.first)).post(NEW, typed(world, pupil))
    assert answer.status_code == 409
    assert made.number in text_of(answer)
    assert world.second.name in text_of(answer)
    assert "学生照常就读" in text_of(answer)


# ---------------------------------------------------------------- one record


def test_the_electronic_transfer_is_drafted_and_its_page_leads_back(world, clerk):
    pupil = world.pupil(world.third)
    made = world.taken_in(world.first, pupil)
    answer = clerk.post(f"/offline/{made.number}/start/")
    case = Case.objects.get()
    assert answer.url == f"/transfers/{case.number}/edit/"
    page = text_of(clerk.get(f"/cases/{case.number}/"))
    assert "线下先行" in page
    assert "纸质日期2026年11月23日" in page
    assert made.fault.number in page
    assert f'href="/offline/{made.number}/"' in page
    assert f'href="/transfers/{case.number}/edit/"' in text_of(clerk.get(f"/offline/{made.number}/"))
    sent = world.submitted(world.first, pupil)
    page = text_of(signed_in(world.registrar(world.third)).get(f"/offline/{made.number}/"))
    assert sent.number in page
    assert "补办中" in page


@pytest.mark.rule("R0.5")
def test_the_head_confirms_on_the_page_and_then_the_electronic_transfer_is_offered(world, clerk):
    made = world.taken_in(world.first, world.pupil(world.third), confirmed=False)
    url = f"/offline/{made.number}/"
    page = text_of(clerk.get(url))
    assert "登记由示例第一小学负责人确认后，再补办电子转学" in page
    assert f"{url}confirm/" not in page
    assert f"{url}start/" not in page
    early = clerk.post(f"{url}start/")
    assert early.status_code == 409
    assert "线下转学登记还没有经本校负责人确认" in text_of(early)
    refuses(clerk.post(f"{url}confirm/"), 409, "线下转学登记由就读学校的负责人确认，你没有这个岗位")
    head = signed_in(world.head(world.first))
    assert f'action="{url}confirm/"' in text_of(head.get(url))
    assert "待负责人确认 1" in text_of(clerk.get("/offline/"))
    assert names(clerk.get("/offline/?stands=waiting")) == []
    assert len(names(clerk.get("/offline/?stands=unconfirmed"))) == 1
    assert head.post(f"{url}confirm/").status_code == 303
    again = head.post(f"{url}confirm/")
    assert (again.status_code, "已经确认过" in text_of(again)) == (409, True)
    page = text_of(clerk.get(url))
    assert f'action="{url}start/"' in page
    assert world.head(world.first).display_name in page


def test_an_obstacle_is_told_on_the_page_with_who_can_clear_it(world, clerk):
    made = world.taken_in(world.first, world.pupil(world.third, status="suspended"))
    answer = clerk.post(f"/offline/{made.number}/start/")
    assert answer.status_code == 409
    assert "复学" in text_of(answer)


def test_a_stated_pupil_is_matched_with_number_and_name(world, clerk):
    pupil = world.pupil(world.third)
    told = Stated(pupil.name, pupil.sex, pupil.birth_date, "示例第三小学")
    made = world.taken_in(world.first, None, stated=told)
    url = f"/offline/{made.number}/match/"
    number = records.current_number(pupil)
    refuses(
        clerk.post(url, {"number": number, "name": "查无此人"}),
        422,
        "没有找到号码与姓名都相符的学生，请与家长核对后重填（附件1 三.1）",
    )
    other = world.pupil(world.third, grade=2)
    wrong = {"number": records.current_number(other), "name": other.name}
    refuses(clerk.post(url, wrong), 409, "查到的学生与登记时的性别或出生日期不符")
    assert clerk.post(url, {"number": number, "name": pupil.name}).status_code == 303
    made.refresh_from_db()
    assert made.student == pupil


def test_it_is_settled_by_hand_for_a_listed_reason(world, clerk):
    made = world.taken_in(world.first, world.pupil(world.third))
    refuses(
        clerk.post(f"/offline/{made.number}/end/", {"outcome": "done"}),
        422,
        "请选择了结的原因",
    )
    assert clerk.post(f"/offline/{made.number}/end/", {"outcome": "returned"}).status_code == 303
    assert "学生已回原校就读" in text_of(clerk.get(f"/offline/{made.number}/"))
    refuses(
        clerk.post(f"/offline/{made.number}/end/", {"outcome": "returned"}),
        409,
        "这条线下转学登记已经了结，不需再办",
    )


def test_the_office_above_sees_the_name_masked_and_no_button(world):
    pupil = world.pupil(world.third, name="阿拉坦·其其格")
    made = world.taken_in(world.first, pupil)
    page = text_of(signed_in(world.registrar(world.east)).get(f"/offline/{made.number}/"))
    assert mask_name(pupil.name) in page
    assert pupil.name not in page
    assert "/start/" not in page
    # The other side's office does not stand under the fault: the number is told, no way to a page it may not see.
    page = text_of(signed_in(world.registrar(world.west)).get(f"/offline/{made.number}/"))
    assert made.fault.number in page
    assert f"/faults/{made.fault.number}/" not in page


# ---------------------------------------------------------------- 人籍一致


def several(world):
    """Three open records of different age under one fault, one done, one ended."""
    fault = world.fault(world.league, since=world.today - timedelta(days=30))
    ages = {"甲": (world.first, 30), "乙": (world.second, 10), "丙": (world.third, 2)}
    made = {
        name: world.taken_in(
            school,
            world.pupil(world.third if school != world.third else world.first, name=f"{name}生"),
            fault,
            world.today - timedelta(days=days),
        )
        for name, (school, days) in ages.items()
    }
    done = world.pupil(world.third, name="丁生")
    made["丁"] = world.taken_in(world.first, done, fault)
    world.finish(world.submitted(world.first, done))
    made["戊"] = world.taken_in(world.first, world.pupil(world.third, name="戊生"), fault)
    offline.end(made["戊"], world.registrar(world.first), NOW, "mistaken")
    return made


def test_it_lists_who_attends_without_the_record_the_oldest_first_with_days_and_working_days(world):
    made = several(world)
    page = signed_in(world.registrar(world.league)).get(LIST)
    assert names(page) == [mask_name(f"{name}生") for name in "甲乙丙"]
    text = text_of(page)
    assert "3 名学生线下就读、学籍未到" in text
    calendar = faults.current().calendar
    row = text[text.index(made["甲"].number) : text.index(made["乙"].number)]
    assert ">30<" in row
    assert f">{calendar.between(world.today - timedelta(days=30), world.today)}<" in row
    assert 'class="row-late"' in text


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({"age": "7"}, "甲乙"),
        ({"age": "30"}, "甲"),
        ({"stands": "running"}, ""),
        ({"stands": "waiting"}, "甲乙丙"),
        ({"tab": "done"}, "丁"),
        ({"tab": "ended"}, "戊"),
        ({"age": "x", "county": "x", "tab": "\x00", "page": "99999999999"}, "甲乙丙"),
    ],
)
def test_filters_narrow_the_list_and_what_is_not_understood_is_left_aside(world, query, shown):
    several(world)
    page = signed_in(world.registrar(world.im)).get(LIST, query)
    assert page.status_code == 200
    assert set(names(page)) == {mask_name(f"{name}生") for name in shown}


def test_by_county_and_by_side_as_each_unit_sees_it(world):
    several(world)
    league = signed_in(world.head(world.league))
    assert len(names(league.get(LIST, {"county": world.east.pk}))) == 2
    assert len(names(league.get(LIST, {"county": world.west.pk}))) == 1
    third = signed_in(world.registrar(world.third))
    assert len(names(third.get(LIST))) == 3
    assert len(names(third.get(LIST, {"side": "in"}))) == 1
    assert len(names(third.get(LIST, {"side": "out"}))) == 2
    assert len(names(signed_in(world.registrar(world.second)).get(LIST))) == 1
    assert "人籍一致</h2>" in text_of(signed_in(world.registrar(world.abroad)).get(LIST))


def test_the_list_asks_the_same_statements_however_many_stand_in_it(world, monkeypatch):
    fault, client = world.fault(world.league), signed_in(world.registrar(world.league))

    def asked() -> int:
        client.get(LIST)
        with CaptureQueriesContext(connection) as statements:
            assert client.get(LIST).status_code == 200
        return len(statements)

    world.taken_in(world.first, world.pupil(world.third), fault)
    few = asked()
    for _ in range(8):
        world.taken_in(world.first, world.pupil(world.third), fault)
    assert asked() == few
    monkeypatch.setattr("transfers.offline.pages.PAGE", 4)
    assert len(names(client.get(LIST, {"page": "3"}))) == 1
    assert "第 5–8 名，共 9 名" in text_of(client.get(LIST, {"page": "2"}))
    assert len(names(client.get(LIST, {"whole": "1"}))) == 9


# ---------------------------------------------------------------- roster, pupil page, banner


def test_the_roster_of_the_school_shows_who_attends_while_the_record_is_elsewhere(world, clerk):
    pupil = world.pupil(world.third, name="阿拉坦·其其格")
    made = world.taken_in(world.first, pupil)
    page = text_of(clerk.get("/students/"))
    assert "线下就读（学籍未到）" in page
    assert pupil.name in page
    assert f"/offline/{made.number}/" in page
    schools = text_of(signed_in(world.registrar(world.east)).get("/students/"))
    assert re.search(r'data-label="线下就读">1<', schools)
    world.finish(world.submitted(world.first, pupil))
    assert "线下就读（学籍未到）" not in text_of(clerk.get("/students/"))


def test_the_pupils_page_tells_the_sending_side(world):
    pupil = world.pupil(world.third)
    made = world.taken_in(world.first, pupil)
    page = text_of(signed_in(world.registrar(world.third)).get(f"/students/{pupil.key}/"))
    assert "线下转出，学籍待办" in page
    assert world.first.name in page
    assert made.number in page


def test_while_a_fault_lasts_the_pages_of_covered_schools_say_so(world, clerk):
    paths = ("/worklist/", "/transfers/new/")
    assert not any("故障期间可先线下办理" in text_of(clerk.get(path)) for path in paths)
    fault = world.fault(world.east)
    for path in paths:
        page = text_of(clerk.get(path))
        assert "故障期间可先线下办理" in page
        assert "函 一；正文一" in page
        assert 'href="/offline/new/"' in page
        assert fault.number in page
        assert "故障期间可先线下办理" not in text_of(signed_in(world.registrar(world.third)).get(path))
    head = text_of(signed_in(world.head(world.first)).get("/worklist/"))
    assert "故障期间可先线下办理" in head
    assert 'href="/offline/new/"' not in head
    faults.close_fault(fault, world.registrar(world.east), clock.now())
    assert not any("故障期间可先线下办理" in text_of(clerk.get(path)) for path in paths)
    assert clerk.get(NEW).status_code == 200
    assert "登记线下转学" in text_of(clerk.get(LIST))


# ---------------------------------------------------------------- faults


def test_an_office_announces_and_ends_a_fault_on_its_pages(world):
    office = signed_in(world.registrar(world.east))
    form = text_of(office.get("/faults/new/"))
    assert "data-confirm" in form
    assert world.first.name in form
    assert world.third.name not in form
    given = {"unit": world.first.code, "since": "2026-11-20", "reason": "线路中断，无法登录"}
    refuses(
        office.post("/faults/new/", given | {"unit": world.third.code}),
        422,
        "请从本单位和下属单位中选择故障的范围（函 一）",
    )
    refuses(
        office.post("/faults/new/", given | {"reason": "断"}),
        409,
        "请写明什么出了故障（4–200 字），如“学籍系统无法登录”",
    )
    late = office.post("/faults/new/", given | {"since": "2026-11-24"})
    assert late.status_code == 409
    assert "线路中断，无法登录" in text_of(late)
    answer = office.post("/faults/new/", given)
    fault = Fault.objects.get()
    assert (answer.status_code, answer.url) == (303, f"/faults/{fault.number}/")
    refuses(
        office.post("/faults/new/", given),
        409,
        "这一范围已有尚未结束的故障公告，不需重复发布；请在列表中查看",
    )
    page = text_of(office.get(answer.url))
    assert "结束公告" in page
    assert "结束公告" not in text_of(signed_in(world.registrar(world.first)).get(answer.url))
    assert office.post(f"/faults/{fault.number}/close/").status_code == 303
    refuses(office.post(f"/faults/{fault.number}/close/"), 409, "已经结束，不需再办")
    assert "至2026年12月23日" in text_of(office.get(answer.url))


def test_the_list_of_faults_tells_what_was_done_under_each(world):
    several(world)
    fault = Fault.objects.get()
    for unit, numbers in ((world.im, ("5", "1", "3", "30")), (world.second, ("1", "0", "1", "10"))):
        page = text_of(signed_in(world.registrar(unit)).get(FAULTS))
        assert fault.number in page
        labels = ("线下转学", "已一致", "待一致", "最久（天）")
        found = tuple(re.search(f'data-label="{label}">([^<]*)<', page)[1] for label in labels)
        assert found == numbers, unit
    page = text_of(signed_in(world.head(world.im)).get(f"/faults/{fault.number}/"))
    assert "5 名，已人籍一致 1，待一致 3，最久 30 天" in page
    assert "没有故障公告" in text_of(signed_in(world.registrar(world.abroad)).get(FAULTS))


# ---------------------------------------------------------------- the weekly reminder


def told(world) -> list[str]:
    outbox.relay(clock.now() + timedelta(days=400))
    rows = Notice.objects.filter(dedup__startswith="offline:").order_by("id")
    assert {row.account_id for row in rows} <= {world.registrar(world.first).pk}
    return [row.text for row in rows]


def test_each_week_the_registrar_is_reminded_once_until_the_record_has_come(world):
    pupil = world.pupil(world.third)
    world.taken_in(world.first, pupil)
    world.head(world.first), world.account(world.first, PostRole.TECHNICIAN), world.registrar(world.east)
    assert offline_notices.remind(NOW) == 0  # recorded this very week
    monday = NOW + timedelta(days=7)
    with frozen(monday):
        assert offline_notices.remind(monday) == 1
        assert [offline_notices.remind(monday + timedelta(days=days)) for days in range(7)] == [0] * 7
        (sentence,) = told(world)
        assert "有 1 名学生线下就读、学籍未到，最早的纸质日期是2026年11月23日" in sentence
    sunday = NOW + timedelta(days=20)  # the first time the clock comes round in that week
    with frozen(sunday) as late:
        assert offline_notices.remind(late) == 1
        assert len(told(world)) == 2
        world.finish(world.submitted(world.first, pupil))
    assert offline_notices.remind(NOW + timedelta(days=28)) == 0
    notice = Notice.objects.filter(dedup__startswith="offline:").last()
    answer = signed_in(notice.account).get(f"/notices/{notice.pk}/")
    assert answer.headers["Location"] == "/offline/?side=in"


@pytest.mark.rule("R0.4")
def test_a_refusal_leads_to_its_own_clause():
    """And says who can clear the obstacle, where somebody can."""
    shown = views.told(Refused(Refusal("x", "该生在别处有业务。", "附件1 三.1", remover="示例第一小学")))
    assert shown == {
        "sentence": "该生在别处有业务。由谁解除：示例第一小学。",
        "clause": "附件1 三.1",
        "clause_url": "/rules/#b1-3-1",
    }
    assert views.told(Refused(Refusal("x", "没有岗位。", "函 一", remover="—"))) == {
        "sentence": "没有岗位。",
        "clause": "函 一",
        "clause_url": "/rules/#han-1",
    }
