"""The public counter counts for anyone; the administrator's page changes the calendar and tells what moves."""


import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orgs.models import Account
from reviews.models import CalendarDay, Window
from tests.clock import frozen, shanghai
from tests.world import World

pytestmark = pytest.mark.django_db
PAGE, IMPORT = "/calendar/", "/calendar/import/"
HEADING = "日期,类型,名称,来源\n"


def text_of(answer):
    return answer.content.decode()


# ---------------------------------------------------------------- the public counter


@pytest.mark.rule("R3.7")
def test_anyone_may_count_and_reads_how_the_date_came_about(client):
    answer = client.get(PAGE, {"start": "2026-09-28", "days": "10"})
    assert answer.status_code == 200
    # 国庆 1–7 October off, 10 October (Saturday) worked: 29 30 / 8 9 10 12 13 14 15 16.
    assert answer.context["result"]["text"] == "2026年10月16日 周五"
    assert not answer.context["result"]["provisional"]
    counted = [day for day in answer.context["rows"] if day["counted"]]
    assert len(counted) == 10
    page = text_of(answer)
    assert "补班，计入" in page
    assert "国庆节" in page
    assert "国办发明电〔2025〕7号" in page
    assert "2026年放假与补班" in page
    assert "10月1日至7日（7 天）" in page


@pytest.mark.rule("R3.7")
def test_without_anything_given_ten_working_days_from_today_are_counted(client):
    with frozen(shanghai(2026, 11, 23, 23, 59)):
        answer = client.get(PAGE)
    assert answer.context["result"]["text"] == "2026年12月7日 周一"
    assert 'value="2026-11-23"' in text_of(answer)


@pytest.mark.rule("R3.7")
def test_a_date_beyond_the_known_years_is_given_as_provisional_with_the_reason(client):
    answer = client.get(PAGE, {"start": "2026-12-25", "days": "10"})
    assert answer.status_code == 200
    assert answer.context["result"]["provisional"]
    assert "暂定：2026年12月31日以后的放假安排尚未经国务院办公厅公布并录入" in text_of(answer)
    assert client.get(PAGE, {"start": "2099-12-25", "days": "250"}).status_code == 200


@pytest.mark.rule("R3.5")
@pytest.mark.parametrize(
    ("instant", "told"),
    [
        (shanghai(2026, 7, 15), "暂停发起"),
        (shanghai(2026, 8, 14, 23, 59, 59), "暂停发起"),
        (shanghai(2026, 8, 15), "可以发起"),
        (shanghai(2026, 7, 14, 23, 59, 59), "可以发起"),
    ],
)
def test_the_page_says_whether_a_transfer_may_be_submitted_now(client, instant, told):
    with frozen(instant):
        page = text_of(client.get(PAGE))
    assert f"{told}</span>" in page
    assert "每年7月15日零时至8月14日24时" in page


def test_a_page_without_any_window_says_so(client):
    Window.objects.all().delete()
    assert "任何时候都可以发起" in text_of(client.get(PAGE))


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"start": "2026-02-30"}, "这个日期看不懂或不存在，请写成 2026-10-01 的样子。"),
        ({"start": "明天"}, "这个日期看不懂或不存在，请写成 2026-10-01 的样子。"),
        ({"start": ""}, "请填写日期，如 2026-10-01。"),
        ({"start": "2026-10-01\x00"}, "这个日期看不懂或不存在"),
        ({"start": "1999-12-31"}, "只能计算 2000 年至 2100 年之间的日期"),
        ({"start": "2101-01-01"}, "只能计算 2000 年至 2100 年之间的日期"),
        ({"days": "0"}, "工作日数请填 1 至 250 之间的整数。"),
        ({"days": "251"}, "工作日数请填 1 至 250 之间的整数。"),
        ({"days": "十"}, "工作日数请填 1 至 250 之间的整数。"),
        ({"days": "9" * 5000}, "工作日数请填 1 至 250 之间的整数。"),
        ({"days": ""}, "工作日数请填 1 至 250 之间的整数。"),
        ({"days": "1e3"}, "工作日数请填 1 至 250 之间的整数。"),
    ],
)
def test_bad_input_gets_one_sentence_and_keeps_what_was_typed(client, given, sentence):
    answer = client.get(PAGE, given)
    assert answer.status_code == 422
    assert answer.context["result"] is None
    page = text_of(answer)
    assert page.count(sentence) == 2, "once above the form, once at its field"
    name, value = next(iter(given.items()))
    assert answer.context["form"][name].value() == value


@pytest.mark.parametrize("written", ["2026/10/1", "2026年10月1日", "20261001", "２０２６-10-01"])
def test_a_date_is_taken_the_ways_people_write_it(client, written):
    answer = client.get(PAGE, {"start": written})
    assert answer.context["result"]["text"] == "2026年10月20日 周二"


def test_the_counter_is_cheap_and_only_looks(client):
    client.get(PAGE)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        client.get(PAGE, {"start": "2026-09-28", "days": "10"})
    assert len(seen) <= 2, [query["sql"] for query in seen]
    assert client.post(PAGE).status_code == 405


# ---------------------------------------------------------------- the administrator's page


@pytest.fixture
def world():
    return World()


@pytest.fixture
def boss(world, client):
    account = Account.objects.create_user("boss", password="x", person=world.person(), is_staff=True)
    client.force_login(account)
    return account


def hidden(answer):
    """What the confirmation posts."""
    return {"revision": answer.context["change"].revision, "confirm": "1", **dict(answer.context["hidden"])}


def test_only_administrators_enter_the_notice(world, client):
    assert client.get(IMPORT).url.startswith("/accounts/sign-in/")
    client.force_login(world.registrar(world.first))
    for answer in (client.get(IMPORT), client.post(IMPORT, {"text": HEADING})):
        assert answer.status_code == 403


def test_wrong_rows_are_told_one_by_one_and_nothing_is_saved(boss, client):
    before = list(CalendarDay.objects.values_list())
    text = f"{HEADING}2027-02-30,放假,春节,文号\n2027-10-01,放假,国庆节,文号\n2027-10-02,放,国庆节,文号\n"
    answer = client.post(IMPORT, {"text": text})
    assert answer.status_code == 422
    page = text_of(answer)
    assert "第 2 行：日期“2027-02-30”不存在，请对照通知核对。" in page
    assert "第 4 行：类型“放”无法识别" in page
    assert "2027-02-30,放假,春节,文号" in page, "what was typed is gone"
    assert list(CalendarDay.objects.values_list()) == before


@pytest.mark.parametrize("given", [{}, {"text": "  "}, {"text": "\x00"}, {"text": "x"}])
def test_nothing_readable_is_told_in_a_sentence(boss, client, given):
    answer = client.post(IMPORT, given)
    assert answer.status_code == 422
    assert "请" in text_of(answer)
