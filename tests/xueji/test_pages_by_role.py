"""The pages of the year's end and of the month, as each role: words where there is nothing, no page for outsiders, one sentence
for what is missing with what was typed, and nothing done twice."""

import pytest
from django.test import Client
from django.urls import reverse

from orgs.people.models import PostRole
from students.admission.late.models import MonthlyCheck
from students.bulletins import drafting, publishing
from students.bulletins.models import Bulletin
from students.onward.models import RecruitedPupil
from tests import late_children
from tests.clock import frozen, shanghai
from tests.refusals import refuses

DRAFTED = shanghai(2026, 11, 1, 2)
LATER = shanghai(2026, 11, 6, 9)
pytestmark = [pytest.mark.django_db, pytest.mark.world_at(LATER)]
ROLES = (
    "school",
    "school head",
    "teacher",
    "county",
    "league",
    "province",
    "ministry",
    "technician",
    "other province",
)
PAGES = {
    "/recruitment/through/": {"school"},
    "/untaught/": set(ROLES),
    "/late/collected/": set(ROLES),
    "/graduation/unrecorded/": set(ROLES),
    "/bulletins/": set(ROLES),
}
POSTS = ("/recruitment/through/", "/untaught/begin/", "/late/collected/close/")


def account_of(world, role):
    return {
        "school": lambda: world.registrar(world.junior),
        "school head": lambda: world.head(world.junior),
        "teacher": lambda: world.account(world.first, PostRole.CLASS_TEACHER),
        "county": lambda: world.registrar(world.east),
        "league": lambda: world.registrar(world.league),
        "province": lambda: world.registrar(world.im),
        "ministry": lambda: world.registrar(world.ministry),
        "technician": lambda: world.account(world.im, PostRole.TECHNICIAN),
        "other province": lambda: world.registrar(world.hebei),
    }[role]()


def browser_of(account):
    client = Client()
    client.force_login(account)
    return client


def main_of(answer):
    return answer.content.decode().partition("<main")[2]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("address", PAGES)
def test_a_page_without_anything_says_so_in_words(world, address, role):
    answer = browser_of(account_of(world, role)).get(address)
    page = main_of(answer)
    if answer.status_code == 200:
        assert 'class="empty"' in page, page
    else:
        refuses(answer, 403, "招生由招生学校的学籍管理员办理，你没有这个岗位")
        assert role not in PAGES[address]
        assert "。" in page


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("address", POSTS)
@pytest.mark.parametrize(
    "typed", [{}, {"school": "x" * 40, "student": ["-1", "\x00", "9" * 40], "pupil": "no key"}]
)
def test_what_is_sent_with_nothing_in_it_is_answered_by_one_sentence(world, address, role, typed):
    answer = browser_of(account_of(world, role)).post(address, typed)
    assert answer.status_code in (403, 409, 422)
    told = answer.context.get("refused")
    if told is None:
        # Nothing of the page is for this account: a page of the refusal alone.
        assert (answer.status_code, "。" in main_of(answer)) == (403, True)
    else:
        assert told["sentence"].endswith("。")
        assert told["sentence"][:12] in main_of(answer)
    assert not RecruitedPupil.objects.exists()
    assert not MonthlyCheck.objects.exists()


@pytest.fixture
def month_end(world):
    with frozen(shanghai(2026, 11, 30, 10)):
        yield world


def test_the_month_is_closed_and_sent_once(month_end):
    world = month_end
    case, _ = late_children.sent(world, world.first)
    while case.is_live:
        case = world.decide(case, opinion="情况属实，同意补建。")
    clerk, head = browser_of(world.registrar(world.im)), browser_of(world.head(world.im))
    assert [clerk.post("/late/collected/close/").status_code for _ in range(2)] == [303, 409]
    month = MonthlyCheck.objects.get()
    send, drop = (reverse(f"late-month-{act}", args=[month.number]) for act in ("send", "drop"))
    for outsider in (world.registrar(world.hebei), world.account(world.first, PostRole.CLASS_TEACHER)):
        assert [browser_of(outsider).post(address).status_code for address in (send, drop)] == [404, 404]
    empty = head.post(send, {"opinion": "。"})
    assert (empty.status_code, empty.context["opinion"]) == (422, "。")
    numbered = head.post(send, {"opinion": "学生 152522201503040013 已核对。"})
    assert (numbered.status_code, "里写有身份证号或学籍号" in main_of(numbered)) == (422, True)
    assert "152522201503040013" in main_of(numbered)
    said = {"opinion": "名单核对无误，同意上报。"}
    assert [head.post(send, said).status_code for _ in range(2)] == [303, 409]
    refuses(head.post(drop), 409, "名单已上报，正在查重，现在不能上报或退回重收")


@pytest.mark.parametrize("act", ["propose", "return", "recount", "publish"])
def test_who_has_no_part_in_a_bulletin_is_refused_and_reads_nothing(world, act):
    with frozen(DRAFTED):
        world.pupil(world.first)
        drafting.draft_all(DRAFTED)
    bulletin = Bulletin.objects.get(province=world.im)
    address = reverse(f"bulletin-{act}", args=[bulletin.number])
    for outsider in (world.registrar(world.hebei), world.account(world.hebei, PostRole.TECHNICIAN)):
        assert browser_of(outsider).post(address, {"reason": "数据请再核对。"}).status_code == 404
    above = browser_of(world.registrar(world.ministry)).post(address, {"reason": "数据请再核对。"})
    assert (above.status_code, above.context["refused"]["sentence"][-1]) == (403, "。")


def test_a_bulletin_is_proposed_given_back_and_published_once(world):
    with frozen(DRAFTED):
        world.pupil(world.first)
        drafting.draft_all(DRAFTED)
    bulletin = Bulletin.objects.get(province=world.im)
    clerk, head = browser_of(world.registrar(world.im)), browser_of(world.head(world.im))
    propose, back, recount, publish = (
        reverse(f"bulletin-{act}", args=[bulletin.number])
        for act in ("propose", "return", "recount", "publish")
    )
    assert publishing.unanswered(bulletin) == 0
    assert [clerk.post(propose).status_code for _ in range(2)] == [303, 409]
    for address, typed in (
        (back, "。"),
        (back, "学生 152522201503040013 有误"),
        (recount, "改"),
        (recount, ""),
    ):
        answer = head.post(address, {"reason": typed})
        assert (answer.status_code, answer.context["refused"]["sentence"][-1]) == (422, "。")
        assert f'value="{typed}"' in answer.content.decode()
    assert [head.post(back, {"reason": "数据请再核对。"}).status_code for _ in range(2)] == [303, 409]
    assert clerk.post(propose).status_code == 303
    assert [head.post(publish).status_code for _ in range(2)] == [303, 409]
    assert [head.post(address, {"reason": "数据请再核对。"}).status_code for address in (back, recount)] == [
        409,
        409,
    ]
