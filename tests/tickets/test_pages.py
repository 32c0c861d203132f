"""The pages of the three official forms: begin, fill, send, answer, print; what is wrong is told and stays typed (R8.6)."""

import io
from datetime import timedelta

import pypdfium2
import pytest
from django.test import Client
from PIL import Image

from ledger.models import AuditEntry
from orgs.people.models import UnitLevel
from reviews.clock import sweeps
from students.pupil.models import CodeTable
from students.pupil.records import current_number
from tests import ticketed
from tests.clock import frozen
from tests.refusals import refuses
from tests.world import png
from tickets.forms import sealed
from tickets.forms.models import Enclosure, Kind, Ticket
from tickets.forms.states import State
from web import clock

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R8.6")]


def at(account):
    client = Client()
    client.force_login(account)
    return client


def text_of(response):
    return response.content.decode()


def test_one_click_on_a_case_begins_a_supervision_with_its_fields_filled(world):
    case = world.submitted(world.first, world.pupil(world.third))
    client = at(world.registrar(world.league))
    page = text_of(client.get(f"/cases/{case.number}/"))
    assert "开问题督办单" in page
    assert "开问题核查单" not in page, "checks are the technical department's"
    answer = client.post("/tickets/new/supervision/", {"case": case.number})
    assert answer.status_code == 303
    ticket = Ticket.objects.get()
    assert ticket.supervision.matter.startswith(f"业务 {case.number}")
    assert ticket.handling_unit == world.first
    assert ticket.thread.case == case


def test_one_click_on_an_overdue_line_begins_a_supervision_of_the_unit_that_is_late(world):
    case = world.submitted(world.first, world.pupil(world.third))
    with frozen(clock.now() + timedelta(days=60)):
        sweeps.run(clock.now())
        client = at(world.registrar(world.league))
        late = text_of(client.get(f"/dashboard/cases/?unit={world.league.code}&late=1"))
        every = text_of(client.get(f"/dashboard/cases/?unit={world.league.code}"))
        assert late.count(f'name="case" value="{case.number}"') == 1
        assert "开问题督办单" not in every, "only a line that is late offers it"
        client.post("/tickets/new/supervision/", {"case": case.number})
        ticket = Ticket.objects.get()
        assert ticket.thread.overdue.case == case
        assert "逾期" in ticket.supervision.matter
        assert ticket.handling_unit == world.first


def test_one_click_on_a_pupil_fills_in_who_it_is(world):
    pupil = world.pupil(world.third, letter="G")
    client = at(world.registrar(world.league))
    assert "开问题督办单" in text_of(client.get(f"/students/{pupil.key}/"))
    client.post("/tickets/new/supervision/", {"student": str(pupil.key)})
    paper = Ticket.objects.get().supervision
    assert (paper.pupil_name, paper.pupil_ethnic) == (pupil.name, pupil.ethnic)
    page = text_of(client.get(f"/tickets/{paper.number}/"))
    assert pupil.name in page
    assert current_number(pupil) not in page, "the page shows numbers masked"


def test_a_case_of_another_league_is_not_found(world):
    case = world.changing(world.pupil(world.abroad), "leaving_otherwise")
    client = at(world.registrar(world.league))
    assert client.post("/tickets/new/supervision/", {"case": case.number}).status_code == 404
    assert client.post("/tickets/new/supervision/", {"student": "x"}).status_code == 404
    assert client.post("/tickets/new/nothing/").status_code == 404


def test_a_school_issues_no_papers(world):
    answer = at(world.registrar(world.first)).post("/tickets/new/supervision/")
    assert answer.status_code == 403
    assert "问题督办单由行政部门核发" in text_of(answer)


def filled(ticket, **more):
    values = {
        "revision": ticket.revision,
        "matter": ticketed.MATTER,
        "handling_unit": ticket.handling_unit.name if ticket.handling_unit else "",
        "responsible": "包文杰",
        "responsible_phone": "0479-8210001",
        "complete_by": "2099-01-04",
        "instruction": "请查明原因，限期办结。",
    }
    return values | more


def test_a_draft_is_filled_in_sent_signed_and_read_by_the_county(world):
    by = world.registrar(world.league)
    ticket = ticketed.again(ticketed.supervision(world))
    client, url = at(by), f"/tickets/{ticket.number}/edit/"
    page = text_of(client.get(url))
    assert "保存并送负责人签发" in page
    assert world.east.name in page
    answer = client.post(
        url, filled(ticket, action="propose", reporter_name="王建国", reporter_phone="13900001234")
    )
    assert answer.status_code == 303
    head = at(world.head(world.league))
    assert "签发" in text_of(head.get(f"/tickets/{ticket.number}/"))
    done = head.post(f"/tickets/{ticket.number}/act/", {"verb": "issue"})
    assert done.status_code == 303
    assert ticketed.again(ticket).state == State.ISSUED
    county = at(world.registrar(world.east))
    assert ticket.number in text_of(county.get("/tickets/"))
    page = text_of(county.get(f"/tickets/{ticket.number}/"))
    assert "王建国" in page
    assert "13900001234" not in page


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("handling_unit", "没有这个单位", "没有找到，请核对代码或全称"),
        ("complete_by", "三天后", "请按 年-月-日 填写完成时限"),
        ("reporter_age", "四十", "年龄请填 0–120 的整数"),
        ("responsible_phone", "12", "联系电话应为11位手机号"),
        ("pupil_id", "123", "学生身份证号"),
        ("matter", "学生身份证号 11010519491231002X 有误，请核查。", "号码只填在专门的栏目里"),
    ],
)
def test_what_is_wrong_is_told_in_words_and_what_was_typed_stays(world, field, value, told):
    ticket = ticketed.supervision(world)
    answer = at(world.registrar(world.league)).post(
        f"/tickets/{ticket.number}/edit/", filled(ticket, **{field: value})
    )
    assert answer.status_code in (422, 409)
    page = text_of(answer)
    assert told in page
    assert value in page
    assert "包文杰" in page


def test_a_draft_that_lacks_something_is_kept_and_the_lack_is_told(world):
    ticket = ticketed.supervision(world)
    answer = at(world.registrar(world.league)).post(
        f"/tickets/{ticket.number}/edit/", filled(ticket, action="propose", instruction="")
    )
    assert answer.status_code == 422
    assert "办理意见" in text_of(answer)
    assert ticketed.again(ticket).responsible == "包文杰", "what was typed is kept as a draft"
    again = at(world.registrar(world.league)).get(f"/tickets/{ticket.number}/edit/")
    assert again.status_code == 200


def test_a_report_lists_its_problems_with_their_numbers(world):
    ticket = ticketed.report(world, problems=[])
    client = at(world.registrar(world.im))
    values = {"revision": ticket.revision, "business_name": "包文杰", "problem": ["甲问题。", "", "乙问题。"]}
    assert client.post(f"/tickets/{ticket.number}/edit/", values).status_code == 303
    page = text_of(client.get(f"/tickets/{ticket.number}/"))
    assert "1. 甲问题。<br>2. 乙问题。" in page


def test_two_people_are_needed_and_the_drafter_is_told_so(world):
    ticket = ticketed.supervision(world)
    client = at(world.registrar(world.league))
    client.post(f"/tickets/{ticket.number}/act/", {"verb": "propose"})
    answer = client.post(f"/tickets/{ticket.number}/act/", {"verb": "issue"})
    assert answer.status_code == 403
    assert "负责人" in text_of(answer)


def test_an_act_that_is_no_act_is_told(world):
    ticket = ticketed.issued(world, ticketed.check(world))
    client = at(world.registrar(world.east))
    answer = client.post(f"/tickets/{ticket.number}/act/", {"verb": "explode", "text": "内容"})
    assert answer.status_code == 422
    answer = client.post(f"/tickets/{ticket.number}/act/", {"verb": "accept", "revision": "0", "phone": "x"})
    assert answer.status_code == 409
    assert "刚被他人办理" in text_of(answer)


def test_the_pdf_has_the_fields_of_the_paper_and_its_drawing_is_recorded(world):
    pupil = world.pupil(world.first, letter="G")
    ticket = ticketed.check(world, pupil_number=current_number(pupil), pupil_name=pupil.name)
    ticket = ticketed.answered(world, ticket)
    answer = at(world.registrar(world.east)).get(f"/tickets/{ticket.number}/pdf/")
    assert answer["Content-Type"] == "application/pdf"
    with pypdfium2.PdfDocument(answer.content) as document:
        assert len(document) == 1
        words = document[0].get_textpage().get_text_range().replace("\r\n", "")
    for label in (
        "中小学生学籍管理问题核查单",
        "问题反映人姓名",
        "学生学籍号",
        "交办单位",
        "核查单位",
        "完成时限",
    ):
        assert label in words
    assert current_number(pupil) in words
    assert AuditEntry.objects.filter(action="ticket.printed", subject=f"ticket:{ticket.number}").count() == 1


def test_the_printed_page_says_the_same(world):
    ticket = ticketed.issued(world, ticketed.report(world))
    page = text_of(at(world.registrar(world.im)).get(f"/tickets/{ticket.number}/print/"))
    for label in (
        "业务联系人",
        "技术联系人",
        "报送时间",
        "问题描述",
        "受理",
        "处理意见",
        "（盖章）",
        "可另附页",
    ):
        assert label in page
    assert AuditEntry.objects.filter(action="ticket.printed").exists()


def test_photographs_are_enclosed_by_those_who_have_the_ticket_in_hand(world):
    ticket = ticketed.check(world)
    mine = at(ticketed.technician(world, world.league))
    url = f"/tickets/{ticket.number}/enclosures/"
    assert mine.post(url, {"file": png()}).status_code == 303
    ticketed.accepted(world, ticket)
    assert mine.post(url, {"file": png()}).status_code in (403, 409)
    theirs = at(world.registrar(world.east))
    assert theirs.post(url, {"file": png()}).status_code == 303
    refuses(theirs.post(url, {"file": io.BytesIO(b"no picture")}), 422, "只收 JPEG 或 PNG 照片，请换一张")
    first, second = Enclosure.objects.order_by("position")
    shown = theirs.get(f"{url}{first.key}/")
    assert Image.open(io.BytesIO(shown.content)).format == "JPEG"
    assert at(world.registrar(world.west)).get(f"{url}{first.key}/").status_code == 404
    refuses(theirs.post(f"{url}{first.key}/remove/"), 409, "这张照片已经移除，或不是本单位上传的")
    assert theirs.post(f"{url}{second.key}/remove/").status_code == 303
    assert theirs.get(f"{url}{second.key}/").status_code == 404


def test_a_thread_shows_the_tickets_one_may_see_and_counts_the_others(world):
    report = ticketed.accepted(world, ticketed.report(world))
    client = at(ticketed.technician(world, world.ministry))
    assert client.get(f"/tickets/{report.number}/").status_code == 200
    made = client.post("/tickets/new/check/", {"parent": report.number})
    assert made.status_code == 303
    check = Ticket.objects.get(kind=Kind.CHECK)
    assert check.thread == report.thread
    assert check.verification.matter.startswith("1. ")
    page = text_of(client.get(f"/tickets/{report.number}/"))
    assert check.number in page


def test_lists_are_narrowed_by_tab_kind_and_number(world):
    first, second = ticketed.issued(world, ticketed.check(world)), ticketed.supervision(world)
    client = at(world.head(world.league))
    assert world.league.level == UnitLevel.LEAGUE
    everything = text_of(client.get("/tickets/?tab=all"))
    assert first.number in everything
    assert second.number in everything
    only = text_of(client.get("/tickets/?tab=all&kind=check"))
    assert first.number in only
    assert second.number not in only
    assert second.number not in text_of(client.get(f"/tickets/?tab=all&number={first.number[-4:]}"))
    assert "没有单据" in text_of(client.get("/tickets/?tab=overdue&page=99&kind=x"))


def test_sealed_places_stay_as_they_are_when_a_form_leaves_them_empty(world):
    ticket = ticketed.supervision(world, reporter_phone="13900001234")
    client, url = at(world.registrar(world.league)), f"/tickets/{ticket.number}/edit/"
    page = text_of(client.get(url))
    assert "139****1234" in page
    assert "13900001234" not in page
    client.post(url, filled(ticket))
    assert sealed.opened(ticketed.again(ticket), "reporter_phone") == "13900001234"
    client.post(url, filled(ticketed.again(ticket), reporter_phone="无"))
    assert sealed.opened(ticketed.again(ticket), "reporter_phone") == ""


def test_every_people_is_offered(world):
    ticket = ticketed.supervision(world)
    page = text_of(at(world.registrar(world.league)).get(f"/tickets/{ticket.number}/edit/"))
    assert page.count("蒙古族") == 2
    assert CodeTable.objects.filter(table="ethnic").count() > 50
