"""The pages and the API of the monthly bulletin: who reads what, reply, publication, paper, workbook (R3.7b)."""

import io
from datetime import timedelta

import openpyxl
import pypdfium2
import pytest
from django.test import Client

from reviews.rulebook import calendar
from students.bulletins import drafting
from students.bulletins.counting import Month
from tests import golden
from tests.api import Program, refusal
from tests.clock import frozen, shanghai
from tests.refusals import refuses
from tests.world import World
from web import clock

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R3.7b")]
REPLY = "该件因学生材料补正停留，已于本月二日办结。"


def at(account):
    client = Client()
    client.force_login(account)
    return client


@pytest.fixture
def world(db):
    """October 2026 with one county late, and the draft of the first of November."""
    with frozen(shanghai(2026, 10, 9, 9)) as now:
        world = World(now)
        for unit in (world.east, world.west, world.im, world.third):
            world.head(unit), world.registrar(unit)
        world.late = world.decide(world.submitted(world.first, world.pupil(world.third)))
    with frozen(shanghai(2026, 11, 1, 2)) as now:
        world.bulletin = drafting.draft(world.im, Month.before(now.date()), calendar.current(), now)
    return world


@pytest.fixture(params=[shanghai(2026, 11, 3, 10)])
def now(request):
    with frozen(request.param) as at_:
        yield at_


def page(client, world, rest=""):
    return client.get(f"/bulletins/{world.bulletin.number}/{rest}")


def test_a_county_sees_its_own_line_only_and_its_head_may_answer(world, now):
    text = page(at(world.head(world.east)), world).content.decode()
    assert world.east.name in text
    assert "提交说明" in text
    assert world.west.name not in text
    assert "总体情况" not in text
    assert "提交说明" not in page(at(world.registrar(world.east)), world).content.decode()
    assert page(at(world.head(world.third)), world).status_code == 404


def test_a_reply_stands_beside_the_figures_and_a_bad_one_stays_typed(world, now):
    client, line = at(world.head(world.east)), world.bulletin.lines.get(unit=world.east)
    url = f"/bulletins/{world.bulletin.number}/reply/"
    bad = client.post(url, {"line": line.pk, "reply": "好吧"})
    assert bad.status_code == 422
    assert "好吧" in bad.content.decode()
    assert client.post(url, {"line": line.pk, "reply": REPLY}).status_code == 303
    assert REPLY in page(at(world.registrar(world.im)), world).content.decode()
    other = world.bulletin.lines.get(unit=world.west)
    refuses(client.post(url, {"line": other.pk, "reply": REPLY}), 422, "请在本单位的一行里填写说明")


def test_the_province_waits_for_the_replies_and_then_publishes_for_everyone(world, now):
    head, url = at(world.head(world.im)), f"/bulletins/{world.bulletin.number}/publish/"
    early = head.post(url)
    assert early.status_code == 409
    assert "提交说明" in early.content.decode()
    with frozen(shanghai(2026, 11, 5, 9)):
        clerk, head = at(world.registrar(world.im)), at(world.head(world.im))
        refuses(clerk.post(url), 403, "通报由内蒙古自治区教育厅的负责人发布")
        early = head.post(url)
        assert early.status_code == 409
        assert "通报先由本单位学籍管理员拟发，再由负责人发布" in early.content.decode()
        assert "通报先由本单位学籍管理员拟发，再由负责人发布" in page(head, world).content.decode()
        propose = url.replace("publish", "propose")
        assert f'action="{propose}"' in page(clerk, world).content.decode()
        assert f'action="{propose}"' not in page(head, world).content.decode()
        refuses(head.post(propose), 403, "通报由内蒙古自治区教育厅的学籍管理员拟发")
        assert clerk.post(propose).status_code == 303
        shown = page(head, world).content.decode()
        assert f"{world.registrar(world.im).display_name}于" in shown
        assert "已拟发，待发布" in shown
        bad = head.post(url.replace("publish", "return"), {"reason": "。"})
        assert (bad.status_code, "请写明退回的原因（2–200 字）" in bad.content.decode()) == (422, True)
        field = ' name="reason" maxlength="200" value="'
        assert f'id="return-reason"{field}。"' in bad.content.decode()
        assert f'id="reason"{field}。"' not in bad.content.decode()
        assert head.post(url.replace("publish", "return"), {"reason": "请再核对东乌旗。"}).status_code == 303
        assert "负责人退回：请再核对东乌旗。" in page(clerk, world).content.decode()
        assert clerk.post(propose).status_code == 303
        assert "负责人退回" not in page(head, world).content.decode()
        assert head.post(url).status_code == 303
        text = page(at(world.head(world.third)), world).content.decode()
    assert "总体情况" in text
    assert world.east.name in text
    assert "发布</button>" not in text


def test_the_paper_looks_like_an_official_notice_and_says_what_the_page_says(world, now):
    answer = page(at(world.registrar(world.im)), world, "pdf/")
    with pypdfium2.PdfDocument(answer.content) as document:
        words = document[0].get_textpage().get_text_range().replace("\r\n", "")
    assert "关于2026年10月学籍业务办理情况的通报" in words.replace(" ", "")
    assert "征求说明稿" in words
    assert world.east.name in words


def test_the_paper_looks_as_it_was_reviewed(world, now):
    from students.bulletins import paper
    from students.counter import sheet_pdf

    said = paper.contents(world.bulletin, "吴海燕", now) | {"number": "TB-2026-7K3M9QXP"}
    for part in said["tables"]:
        part["rows"] = [
            [cell.replace(world.late.number, "ZX-2026-7K3M9QXP") for cell in row] for row in part["rows"]
        ]
    with pypdfium2.PdfDocument(sheet_pdf.typeset(paper.TEMPLATE, said)) as document:
        golden.looks("bulletin", document[0].render(scale=1.4).to_pil().convert("L"))


def test_the_workbook_has_a_row_for_every_line(world, now):
    answer = page(at(world.registrar(world.im)), world, "xlsx/")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = list(sheet.iter_rows(values_only=True))
    rates = [cell for (cell,) in sheet.iter_rows(min_row=3, min_col=7, max_col=7) if cell.value != "—"]
    assert rates
    assert {(cell.data_type, cell.number_format) for cell in rates} == {("n", "0.0%")}
    assert list(rows[1][:3]) == ["单位代码", "单位", "收到"]
    assert len(rows) == 2 + world.bulletin.lines.count()
    refuses(page(at(world.head(world.east)), world, "xlsx/"), 403, "通报还没有发布，现在只能看本单位的数据")


def test_the_list_shows_what_one_may_read(world, now):
    assert world.bulletin.number in at(world.head(world.east)).get("/bulletins/").content.decode()
    assert "还没有通报" in at(world.head(world.third)).get("/bulletins/").content.decode()


def test_the_api_tells_replies_and_publishes_alike(world, now):
    county, number = Program(world.head(world.east)), world.bulletin.number
    told = county.get(f"/bulletins/{number}/").json()
    assert [line["unit"]["code"] for line in told["lines"]] == [world.east.code]
    assert told["lines"][0]["figures"]["open_late"] == 1
    assert (
        refusal(county.post(f"/bulletins/{number}/reply/", {"unit": world.west.code, "reply": REPLY}))["code"]
        == "line"
    )
    said = county.post(f"/bulletins/{number}/reply/", {"unit": world.east.code, "reply": REPLY}, "k1")
    assert said.json()["lines"][0]["reply"] == REPLY
    province = Program(world.head(world.im))
    assert refusal(province.post(f"/bulletins/{number}/publish/", {}))["code"] == "replies_run"
    with frozen(now + timedelta(days=3)):
        clerk = Program(world.registrar(world.im))
        assert refusal(province.post(f"/bulletins/{number}/publish/", {}))["code"] == "not_proposed"
        assert clerk.post(f"/bulletins/{number}/propose/", {}).json()["state"] == "proposed"
        assert (
            province.post(f"/bulletins/{number}/return/", {"reason": "请再核对。"}).json()["state"]
            == "replies"
        )
        assert clerk.post(f"/bulletins/{number}/propose/", {}).json()["proposed_at"]
        assert province.post(f"/bulletins/{number}/publish/", {}).json()["state"] == "published"
        assert len(Program(world.registrar(world.third)).get("/bulletins/").json()["results"]) == 1


def test_units_named_are_fewer_than_lines(world, now):
    from students.bulletins import publishing

    assert publishing.unanswered(world.bulletin) == 2, "the league and the county itself; not the province"
    assert clock.local_date(now) <= world.bulletin.reply_until
