"""Notices, quick phrases, and the frame of every page: unread counts, navigation, the freeze (R3.5)."""

import pytest
from django.test import Client

from reviews.engine.book import phrases_for
from reviews.notices.models import Notice
from reviews.rulebook.models import QuickPhrase
from tests.clock import frozen, shanghai
from tests.golden import assert_queries
from web.clock import now

pytestmark = pytest.mark.django_db


@pytest.fixture
def registrar(client, world):
    account = world.registrar(world.first)
    client.force_login(account)
    return account


def tell(account, text, case=None, read=False):
    return Notice.objects.create(
        account=account, text=text, case=case, dedup=text, read_at=now() if read else None
    )


def unread_in_nav(client):
    items = client.get("/notices/").context["nav"]
    return next(item["unread"] for item in items if item["url"] == "/notices/")


# ---------------------------------------------------------------- notices


def test_notices_stand_newest_first_and_the_navigation_counts_the_unread(client, world, registrar):
    tell(registrar, "第一条", read=True)
    tell(registrar, "第二条")
    tell(registrar, "第三条")
    tell(world.registrar(world.second), "别人的")
    context = client.get("/notices/").context
    assert [(row["text"], row["unread"]) for row in context["notices"]] == [
        ("第三条", True),
        ("第二条", True),
        ("第一条", False),
    ]
    assert unread_in_nav(client) == 2
    assert [row["text"] for row in client.get("/notices/?unread=1").context["notices"]] == [
        "第三条",
        "第二条",
    ]


def test_opening_a_notice_marks_it_read_and_leads_to_its_case(client, world, registrar):
    case = world.submitted(world.first, world.pupil(world.third))
    notice, other = tell(registrar, "有业务到达", case), tell(registrar, "另一条")
    answer = client.get(f"/notices/{notice.pk}/")
    assert (answer.status_code, answer.url) == (302, f"/cases/{case.number}/")
    notice.refresh_from_db()
    first_read = notice.read_at
    assert first_read is not None
    client.get(f"/notices/{notice.pk}/")
    notice.refresh_from_db()
    assert notice.read_at == first_read
    assert unread_in_nav(client) == 1
    assert client.get(f"/notices/{other.pk}/").url == "/notices/"


def test_nobody_opens_or_marks_anothers_notice(client, world, registrar):
    notice = tell(world.registrar(world.second), "别人的")
    assert client.get(f"/notices/{notice.pk}/").status_code == 404
    assert client.get("/notices/99999999999999999999999/").status_code == 404
    client.post("/notices/read/")
    notice.refresh_from_db()
    assert notice.read_at is None


def test_all_are_marked_read_by_a_post_only(client, registrar):
    for n in range(3):
        tell(registrar, f"第 {n} 条")
    assert client.get("/notices/read/").status_code == 405
    answer = client.post("/notices/read/", follow=True)
    assert "已将 3 条通知标为已读。" in answer.content.decode()
    assert unread_in_nav(client) == 0


@pytest.mark.parametrize("page", ["1", "2", "99", "0", "-3", "x", "\x00", "９"])
def test_pages_of_notices_never_break(client, registrar, page):
    for n in range(30):
        tell(registrar, f"第 {n} 条")
    assert client.get("/notices/", {"page": page}).status_code == 200


def test_the_page_costs_the_same_for_one_and_for_many(client, registrar):
    tell(registrar, "一条")
    client.get("/notices/")
    with assert_queries("notices", 6):
        client.get("/notices/")
    for n in range(24):
        tell(registrar, f"第 {n} 条")
    with assert_queries("notices", 6):
        client.get("/notices/")


def test_a_visitor_reads_nothing(world):
    answer = Client().get("/notices/")
    assert answer.status_code == 302
    assert answer.url.startswith("/accounts/sign-in/")


# ---------------------------------------------------------------- quick phrases


def add(client, text="材料清楚，同意。", **more):
    return client.post("/phrases/", {"outcome": "agree", "text": text, "position": "1", **more})


def test_ones_own_phrase_is_offered_first(client, world, registrar):
    assert add(client).status_code == 303
    row = QuickPhrase.objects.get(text="材料清楚，同意。")
    assert (row.account, row.unit) == (registrar, None)
    assert phrases_for(registrar, {world.first.pk})[0] == "材料清楚，同意。"
    assert "材料清楚，同意。" not in phrases_for(world.registrar(world.second), {world.second.pk})


def test_a_head_keeps_the_units_phrases_and_the_registrar_only_reads_them(client, world, registrar):
    head = Client()
    head.force_login(world.head(world.first))
    assert add(head, "本校同意。", unit=str(world.first.pk)).status_code == 303
    row = QuickPhrase.objects.get(text="本校同意。")
    assert (row.account, row.unit) == (None, world.first)
    assert "本校同意。" in phrases_for(registrar, {world.first.pk})
    page = client.get("/phrases/")
    (shown,) = next(g["rows"] for g in page.context["groups"] if g["title"] == "本单位短语")
    assert (shown["text"], shown["change_url"]) == ("本校同意。", "")
    assert client.post(f"/phrases/{row.pk}/remove/").status_code == 404
    assert add(client, "冒充本校。", unit=str(world.first.pk)).status_code == 404
    assert add(head, "冒充别校。", unit=str(world.second.pk)).status_code == 404


def test_a_phrase_is_changed_and_removed_by_its_owner_alone(client, world, registrar):
    add(client)
    row = QuickPhrase.objects.get(account=registrar)
    answers = {"outcome": "refuse", "text": "经核对不属实。", "position": "3"}
    stranger = Client()
    stranger.force_login(world.head(world.first))
    assert stranger.post(f"/phrases/{row.pk}/", answers).status_code == 404
    assert stranger.post(f"/phrases/{row.pk}/remove/").status_code == 404
    assert client.post(f"/phrases/{row.pk}/", answers).status_code == 303
    row.refresh_from_db()
    assert (row.outcome, row.text, row.position) == ("refuse", "经核对不属实。", 3)
    assert client.get(f"/phrases/{row.pk}/remove/").status_code == 405
    assert client.post(f"/phrases/{row.pk}/remove/").status_code == 303
    assert not QuickPhrase.objects.filter(pk=row.pk).exists()


def test_everyones_phrases_cannot_be_changed_here(client, world):
    client.force_login(world.head(world.ministry))
    row = QuickPhrase.objects.filter(account=None, unit=None).first()
    assert client.get(f"/phrases/{row.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"text": ""}, "请填写短语内容"),
        ({"text": "好"}, "短语至少 2 个字"),
        ({"text": "\u200b\u200b\u200b"}, "短语至少 2 个字"),
        ({"text": "字" * 101}, "短语最多 100 字"),
        ({"outcome": "withdrawn"}, "请从同意、不同意、退回补正中选择一种"),
        ({"position": "0"}, "次序须在 1–99 之间"),
        ({"position": "第一"}, "次序须是 1–99 的数字"),
    ],
)
def test_a_bad_phrase_is_told_in_words_and_the_typed_text_stays(client, registrar, typed, sentence):
    answer = add(client, **{"text": "这一句留在页面上", **typed})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert sentence in page
    assert typed.get("text", "这一句留在页面上") in page
    assert not QuickPhrase.objects.filter(account=registrar).exists()


def test_nobody_hoards_phrases(client, registrar):
    for n in range(40):
        add(client, f"第 {n} 句，同意。")
    answer = add(client, "再来一句，同意。")
    assert answer.status_code == 422
    assert "短语最多 40 条，请先删去不用的。" in answer.content.decode()


# ---------------------------------------------------------------- the frame


def frame(client, path="/notices/"):
    return client.get(path).context


def test_the_frame_says_who_acts_and_for_which_unit(client, world, registrar):
    me = frame(client)["me"]
    assert (me["name"], me["unit"], me["role"]) == (
        str(registrar.person),
        world.first.short_name,
        "学籍管理员",
    )
    assert str(registrar.pk) != me["key"]


def test_the_navigation_shows_only_what_the_account_can_use(client, world, registrar):
    def labels(account):
        client.force_login(account)
        found = {}
        for section in frame(client)["nav"]:
            found[section["label"]] = [page["label"] for page in section["pages"]]
        return found

    def alone(*names):
        return {name: [name] for name in names}

    assert labels(registrar) == alone("待办", "三张单", "家长窗口", "通讯录", "通知", "规则与假期") | {
        "转学": ["发起转学", "毕业后就学", "人籍一致"],
        "统计": ["月度通报", "人数和居住证", "名册导出"],
        "学籍": [
            "学生",
            "班级变动",
            "辍学标识",
            "学期核查",
            "新生建籍",
            "补建学籍",
            "问题学籍",
            "毕业",
            "招生",
        ],
    }
    assert labels(world.head(world.first)) == alone(
        "待办", "人籍一致", "三张单", "家长窗口", "通讯录", "通知", "规则与假期"
    ) | {
        "统计": ["月度通报", "人数和居住证", "名册导出"],
        "学籍": [
            "学生",
            "班级变动",
            "辍学标识",
            "学期核查",
            "新生建籍",
            "补建学籍",
            "问题学籍",
            "毕业",
            "招生",
        ],
    }
    assert labels(world.registrar(world.east)) == alone(
        "待办", "三张单", "家长窗口", "通讯录", "通知", "规则与假期"
    ) | {
        "转学": ["人籍一致", "驳回情况"],
        "统计": ["办理情况", "月度通报", "人数和居住证", "名册导出"],
        "学籍": [
            "学生",
            "辍学标识",
            "学期核查",
            "新生建籍",
            "补建学籍",
            "问题学籍",
            "毕业",
            "招生",
            "学籍号",
        ],
    }
    technician = world.account(world.east, "technician")
    assert labels(technician) == alone("三张单", "月度通报", "通讯录", "通知", "规则与假期")
    client.force_login(registrar)
    assert [i["label"] for i in frame(client, "/worklist/")["nav"] if i["current"]] == ["待办"]
    section = next(i for i in frame(client, "/students/")["nav"] if i["current"])
    assert [page["label"] for page in section["pages"] if page["current"]] == ["学生"]


@pytest.mark.rule("R3.5")
@pytest.mark.parametrize(
    ("instant", "shown"),
    [
        (shanghai(2026, 7, 14, 23, 59, 59, 999999), False),
        (shanghai(2026, 7, 15), True),
        (shanghai(2026, 8, 14, 23, 59, 59, 999999), True),
        (shanghai(2026, 8, 15), False),
    ],
)
def test_the_freeze_stands_on_every_page_from_its_first_to_its_last_instant(
    client, registrar, instant, shown
):
    sentence = "每年7月15日零时至8月14日24时暂停发起"
    with frozen(instant):
        for path in ("/worklist/", "/notices/", "/phrases/", "/accounts/password/"):
            assert (sentence in client.get(path).content.decode()) is shown, path
        visitor = Client()
        assert (sentence in visitor.get("/accounts/sign-in/").content.decode()) is shown
        if shown:
            assert "2026年8月15日零时起可以提交" in client.get("/worklist/").content.decode()


def test_a_page_without_a_frame_still_tells_that_the_database_is_away(rf):
    from django.contrib.auth.models import AnonymousUser
    from django.db import OperationalError

    from xueji import context

    request = rf.get("/")
    request.user = AnonymousUser()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(context.desk, "of", lambda request: (_ for _ in ()).throw(OperationalError("gone")))
        assert context.page(request) == {}
