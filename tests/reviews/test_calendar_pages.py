"""The public counter counts for anyone; the administrator's page changes the calendar and tells what moves."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from ledger.models import AuditEntry
from orgs.people.models import Account
from reviews.engine import book as rulebook
from reviews.engine import deadlines
from reviews.engine.models import Case, Step
from reviews.rulebook.models import CalendarDay, Limit, Vacation, Window
from tests.clock import frozen, shanghai
from tests.refusals import refuses

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
        refuses(answer, 403, "岗位有误请联系本单位学籍管理员")


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


NOTICE_2027 = (
    HEADING + "2027-01-01,放假,元旦,国办发明电〔2026〕9号\n2027-10-01,放假,国庆节,国办发明电〔2026〕9号\n"
)


@pytest.fixture
def running(world):
    """A case submitted at the end of December 2026, so that its limit falls into 2027."""
    with frozen(shanghai(2026, 12, 28, 10)):
        world.now, world.today = shanghai(2026, 12, 28, 10), date(2026, 12, 28)
        return world.submitted(world.first, world.pupil(world.third))


def open_due(case):
    return Step.objects.get(case=case, closed_at=None).due_on


@pytest.mark.rule("R3.7")
def test_a_notice_is_previewed_old_and_new_before_anything_is_saved(world, boss, running, client):
    before = list(CalendarDay.objects.values_list())
    due, entries = open_due(running), AuditEntry.objects.count()
    # 4 to 6 January 2027 off as well: three working days less before the limit.
    text = NOTICE_2027 + "".join(f"2027-01-0{day},放假,元旦,国办发明电〔2026〕9号\n" for day in (4, 5, 6))
    answer = client.post(IMPORT, {"text": text})
    assert answer.status_code == 200
    page = text_of(answer)
    assert "预览：2027年全年" in page
    assert "1 个在办环节的时限会随之变动" in page
    assert running.number in page
    days = {day["date"]: (day["before"], day["after"]) for day in answer.context["days"]}
    assert days["2027年1月4日"] == ("平常工作日", "放假（元旦，国办发明电〔2026〕9号）")
    assert days["2027年2月6日"][0].startswith("放假（春节，暂定")
    assert days["2027年2月6日"][1] == "周末"
    moved = answer.context["dues"][0]
    assert moved["before"] == "2027年1月12日"
    assert moved["after"] == "2027年1月15日"
    assert "2027 年没有春节、清明节、劳动节、端午节、中秋节的放假日，请核对是否漏行。" in page
    assert list(CalendarDay.objects.values_list()) == before
    assert open_due(running) == due == date(2027, 1, 12)
    assert AuditEntry.objects.count() == entries


@pytest.mark.rule("R3.7")
def test_a_confirmed_notice_replaces_the_year_moves_open_due_dates_and_is_recorded(
    world, boss, running, client
):
    text = NOTICE_2027 + "2027-01-04,放假,元旦,国办发明电〔2026〕9号\n"
    answer = client.post(IMPORT, {"text": text})
    done = client.post(IMPORT, hidden(answer), follow=True)
    assert done.redirect_chain == [(IMPORT, 303)]
    assert "个在办环节的时限随之变动，已记录。" in text_of(done)
    year = CalendarDay.objects.filter(date__year=2027)
    assert {(row.date.month, row.date.day) for row in year} == {(1, 1), (1, 4), (10, 1)}
    assert all(row.confirmed for row in year)
    assert CalendarDay.objects.filter(date__year=2026).count() == 39
    step = Step.objects.get(case=running, closed_at=None)
    assert (step.due_on, step.due_provisional) == (date(2027, 1, 13), False)
    assert Case.objects.get(pk=running.pk).due_on == date(2027, 1, 13)
    with frozen(shanghai(2026, 12, 28, 10)):
        assert (
            step.due_on
            == deadlines.due_of(
                rulebook.current(), date(2026, 12, 28), world.first, date(2026, 12, 28)
            ).due_on
        )
    entry = AuditEntry.objects.get(chain="rulebook", action="calendar.replaced")
    assert (entry.actor, entry.subject) == (f"account:{boss.pk}", "calendar:2027")
    assert ["2027-01-04", "平常工作日", "放假（元旦，国办发明电〔2026〕9号）"] in entry.body["days"]
    assert entry.body["due_dates_moved"] == 1
    told = client.get(PAGE, {"start": "2026-12-28", "days": "10"})
    assert told.context["result"]["text"] == "2027年1月13日 周三"
    assert not told.context["result"]["provisional"]


def test_a_file_is_read_as_well_and_confirmed_without_sending_it_again(boss, client):
    upload = SimpleUploadedFile("2027.csv", NOTICE_2027.encode("gb18030"), content_type="text/csv")
    answer = client.post(IMPORT, {"file": upload})
    assert answer.status_code == 200
    assert client.post(IMPORT, hidden(answer)).status_code == 303
    assert CalendarDay.objects.filter(date__year=2027).count() == 2


@pytest.mark.parametrize(
    "content",
    [b"PK\x03\x04" + bytes(100), b"", b"\xff\xfe\xff\xff\x81", b"x" * 1_100_000],
    ids=["xlsx", "empty", "odd", "big"],
)
def test_a_file_that_is_no_such_table_is_told_in_a_sentence(boss, client, content):
    answer = client.post(IMPORT, {"file": SimpleUploadedFile("a.csv", content)})
    assert answer.status_code == 422
    assert len(answer.context["found"].errors) == 1
    assert answer.context["found"].errors[0].sentence in text_of(answer)


@pytest.mark.rule("R3.7")
def test_a_preview_that_has_grown_old_is_shown_again_instead_of_being_carried_out(boss, client):
    answer = client.post(IMPORT, {"text": NOTICE_2027})
    CalendarDay.objects.filter(date="2027-10-01").delete()
    again = client.post(IMPORT, hidden(answer))
    assert again.status_code == 409
    assert "预览之后规则又有改动，没有保存" in text_of(again)
    assert not CalendarDay.objects.filter(date__year=2027, confirmed=True).exists()
    assert client.post(IMPORT, hidden(again)).status_code == 303
    for revision in ("", "x", "-1", "9" * 40):
        stale = client.post(IMPORT, {"text": NOTICE_2027, "confirm": "1", "revision": revision})
        refuses(stale, 409, "预览之后规则又有改动，没有保存")


def test_the_same_notice_twice_has_nothing_to_confirm(boss, client):
    client.post(IMPORT, hidden(client.post(IMPORT, {"text": NOTICE_2027})))
    answer = client.post(IMPORT, {"text": NOTICE_2027})
    assert "与现有安排完全一致，不需要保存。" in text_of(answer)
    assert 'name="confirm"' not in text_of(answer)


def single(**given):
    return {"single": "1"} | {f"day-{name}": value for name, value in given.items()}


@pytest.mark.rule("R3.7")
def test_one_day_is_entered_changed_and_made_plain_again_leaving_all_others(boss, client):
    count = CalendarDay.objects.count()
    new = single(date="2026-12-31", kind="holiday", name="临时放假", source="国办通知", confirmed="on")
    answer = client.post(IMPORT, new)
    assert [tuple(day.values()) for day in answer.context["days"]] == [
        ("2026年12月31日", "周四", "平常工作日", "放假（临时放假，国办通知）")
    ]
    assert client.post(IMPORT, hidden(answer)).status_code == 303
    assert CalendarDay.objects.get(date="2026-12-31").name == "临时放假"
    answer = client.post(IMPORT, single(date="2026-12-31", kind="plain", source="国办通知"))
    assert client.post(IMPORT, hidden(answer)).status_code == 303
    assert CalendarDay.objects.count() == count
    assert AuditEntry.objects.filter(action="calendar.replaced", subject="calendar:2026-12-31").count() == 2


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"date": "2026-02-30"}, "这个日期看不懂或不存在"),
        ({"date": "1999-12-31"}, "只能计算 2000 年至 2100 年之间的日期"),
        ({"name": ""}, "请填写节日名称，如“国庆节”。"),
        ({"source": ""}, "请填写依据，如国务院办公厅通知的文号。"),
    ],
)
def test_a_single_day_that_cannot_be_is_told(boss, client, given, sentence):
    good = {"date": "2026-12-31", "kind": "holiday", "name": "放假", "source": "国办通知", "confirmed": "on"}
    answer = client.post(IMPORT, single(**(good | given)))
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert not CalendarDay.objects.filter(date="2026-12-31").exists()


# ---------------------------------------------------------------- the same by the plain admin


@pytest.mark.rule("R3.7")
def test_a_day_changed_in_the_admin_moves_open_due_dates_in_the_same_breath(world, boss, running, client):
    data = {"date": "2027-01-04", "kind": "holiday", "name": "元旦", "source": "国办通知", "confirmed": "on"}
    answer = client.post("/admin/reviews/calendarday/add/", data, follow=True)
    assert "1 个在办环节的时限随之变动" in text_of(answer)
    assert open_due(running) == date(2027, 1, 13)
    row = CalendarDay.objects.get(date="2027-01-04")
    client.post(f"/admin/reviews/calendarday/{row.pk}/delete/", {"post": "yes"})
    assert open_due(running) == date(2027, 1, 12)
    actions = AuditEntry.objects.filter(chain="rulebook").values_list("action", flat=True)
    assert list(actions.exclude(action="step.due_moved").order_by("seq")) == [
        "calendarday.added",
        "calendarday.deleted",
    ]
    assert actions.filter(action="step.due_moved").count() == 2


@pytest.mark.rule("R3.7")
def test_a_limit_changed_in_the_admin_moves_open_due_dates(world, boss, running, client):
    row = Limit.objects.get(key="step_days", province=None)
    data = {"name": row.name, "value": 12, "unit": row.unit, "clause": row.clause, "source": row.source}
    assert client.post(f"/admin/reviews/limit/{row.pk}/change/", data).status_code == 302
    assert open_due(running) == date(2027, 1, 14)


@pytest.mark.rule("R3.7b")
def test_a_vacation_changed_in_the_admin_moves_the_bulletins_limit_only(world, boss, running, client):
    data = {"name": "寒假", "starts_on": "2027-01-11", "ends_on": "2027-02-28", "source": "自治区校历"}
    data |= {"province": world.im.pk}
    before = Step.objects.get(case=running, closed_at=None)
    Vacation.objects.filter(name="2027年寒假").delete()
    assert client.post("/admin/reviews/vacation/add/", data).status_code == 302
    after = Step.objects.get(case=running, closed_at=None)
    assert after.due_on == before.due_on
    assert after.bulletin_due_on == date(2027, 3, 2)


@pytest.mark.parametrize(
    ("page", "given", "sentence"),
    [
        (
            "calendarday",
            {"date": "1999-12-31", "kind": "holiday", "name": "元旦", "source": "x"},
            "日期须在 2000 年至 2100 年之间。",
        ),
        (
            "calendarday",
            {"date": "2101-01-01", "kind": "holiday", "name": "元旦", "source": "x"},
            "日期须在 2000 年至 2100 年之间。",
        ),
        (
            "calendarday",
            {"date": "2026-10-01", "kind": "holiday", "name": "国庆节", "source": "x"},
            "这一天已经录入，请修改原来的一行。",
        ),
        (
            "vacation",
            {"name": "x", "starts_on": "2027-02-01", "ends_on": "2027-01-31", "source": "x"},
            "结束日期不能早于开始日期。",
        ),
        (
            "vacation",
            {"name": "x", "starts_on": "2027-01-01", "ends_on": "2027-12-31", "source": "x"},
            "一个寒假或暑假不会超过 120 天，请核对起止日期。",
        ),
        (
            "vacation",
            {"name": "x", "starts_on": "9998-01-01", "ends_on": "9998-02-01", "source": "x"},
            "日期须在 2000 年至 2100 年之间。",
        ),
    ],
)
def test_days_that_cannot_be_are_told_in_the_admin(boss, client, page, given, sentence):
    answer = client.post(f"/admin/reviews/{page}/add/", given)
    assert answer.status_code == 422
    assert sentence in text_of(answer)


@pytest.mark.parametrize("day", ["1999-12-31", "2101-01-01"])
def test_the_database_itself_holds_the_calendar_to_a_century(day):
    with pytest.raises(IntegrityError, match="calendar_day_range"), transaction.atomic():
        CalendarDay.objects.create(date=day, kind="holiday", name="x", source="x")
    with pytest.raises(IntegrityError, match="vacation_range"), transaction.atomic():
        Vacation.objects.create(name="x", starts_on=day, ends_on=day, source="x")
