"""报到与调档 on the case page (R3.6), and the message beside an obstacle (R3.1b)."""

from datetime import timedelta

import pytest

from ledger import outbox
from ledger.models import OutboxMessage
from reviews.clock import expire as door_clock
from reviews.clock import sweeps
from reviews.engine.models import Act, Case
from reviews.notices.models import Notice
from reviews.vocabulary.states import State
from students.pupil.models import ProblemRecord
from tests.clock import frozen, shanghai
from tests.refusals import refuses
from tests.reviews.case_pages import look, post, says
from transfers.moving.models import Transfer
from web import clock

SENT = shanghai(2026, 9, 14, 9)
pytestmark = [pytest.mark.django_db, pytest.mark.rule("R3.6"), pytest.mark.world_at(SENT, stands=False)]


@pytest.fixture(autouse=True)
def monday():
    with frozen(SENT):
        yield


@pytest.fixture
def waiting(world):
    return world.awaited(world.submitted(world.first, world.pupil(world.abroad)))


@pytest.fixture
def clerk(world):
    return world.registrar(world.first)


# ---------------------------------------------------------------- the panel


def test_the_receiving_schools_registrar_sees_until_when_and_what_to_do(client, waiting, clerk):
    page = look(client, clerk, waiting, tab="handle")
    for told in (
        "报到与调档",
        "至迟2026年9月28日，逾期自动取消",
        "还没有登记学生报到，不能调档",
        "登记未报到",
        "待登记报到",
        "在你这里",
    ):
        assert says(page, told)
    assert page.context["decision"] is None
    request = page.context["file"]["acts"][0]
    assert request["disabled"].startswith("还没有登记学生报到，不能调档")
    assert page.context["file"]["report"]["value"] == "2026-09-14"


def test_every_other_party_reads_how_it_stands_and_finds_no_button(client, world, waiting):
    for account in (world.head(world.first), world.registrar(world.east), world.registrar(world.abroad)):
        page = look(client, account, waiting)
        assert page.context["file"]["report"] is None
        assert page.context["file"]["acts"] == []
        assert says(page, "由示例第一小学的学籍管理员登记报到并调档")


def test_reported_then_requested_the_record_has_moved(client, waiting, clerk):
    assert post(client, clerk, waiting, "report", on="2026-09-10").status_code == 303
    page = look(client, clerk, waiting)
    assert says(page, f"学生已于2026年9月10日报到（{clerk}登记）")
    assert says(page, "待调档")
    assert page.context["file"]["acts"][0]["disabled"] == ""
    answer = post(client, clerk, waiting, "request_file")
    assert answer.status_code == 303
    page = look(client, clerk, waiting)
    assert page.context["file"] is None
    assert says(page, "转入示例第一小学")
    assert "调档" in page.context["stages"][-1]["lines"][0]["text"]
    acts = [line["text"] for line in page.context["log"] if line["text"] != "首次查看"]
    assert acts[-2:] == ["登记报到", "调档"]


def test_a_registered_no_show_stops_the_request_and_may_be_corrected(client, waiting, clerk):
    post(client, clerk, waiting, "no_show")
    page = look(client, clerk, waiting)
    assert says(page, "学生未报到")
    assert page.context["file"]["acts"][1]["disabled"] == "已登记为未报到。"
    assert "已登记为未报到，不能调档" in page.context["file"]["acts"][0]["disabled"]
    refuses(post(client, clerk, waiting, "request_file"), 409, "已登记为未报到，不能调档")
    post(client, clerk, waiting, "report", on="2026-09-14")
    assert post(client, clerk, waiting, "request_file").status_code == 303


@pytest.mark.parametrize(
    ("typed", "status", "sentence"),
    [
        ("", 422, "请填写学生报到的日期"),
        ("2026-09-15", 422, "报到日期不能晚于今天"),
        ("2024-09-15", 422, "报到日期早于发起前一年"),
        ("明天", 400, "请按 年-月-日 填写学生报到的日期"),
        ("2026-02-30", 400, "请按 年-月-日 填写学生报到的日期"),
        ("9" * 5000, 400, "请按 年-月-日 填写学生报到的日期"),
    ],
)
def test_a_day_that_cannot_be_comes_back_with_a_sentence_and_what_was_typed(
    client, waiting, clerk, typed, status, sentence
):
    answer = post(client, clerk, waiting, "report", on=typed)
    assert answer.status_code == status
    assert sentence in answer.context["file"]["refused"]["sentence"]
    assert says(answer, sentence)
    if typed:
        assert answer.context["file"]["report"]["value"].startswith(typed[:10])
    assert Transfer.objects.get(case=waiting).reported_on is None


def test_after_the_limit_the_button_says_so_before_the_clock_has_come_by(client, waiting, clerk):
    post(client, clerk, waiting, "report", on="2026-09-14")
    with frozen(shanghai(2026, 9, 29)):
        page = look(client, clerk, waiting)
        assert "调档时限（2026年9月28日）已过" in page.context["file"]["acts"][0]["disabled"]


def test_the_worklist_tells_the_case_apart_and_finds_it_by_stage(client, waiting, clerk):
    client.force_login(clerk)
    page = client.get("/worklist/?tab=handle&stage=awaiting_file")
    (row,) = page.context["rows"]
    assert (row["number"], row["stage"], row["kind_tag"]) == (waiting.number, "待调档", "跨省")
    assert client.get("/worklist/?tab=handle&stage=correction").context["rows"] == []


@pytest.mark.parametrize("ending", ["lapsed", "cleared"])
def test_an_ended_case_tells_why_and_is_copied_with_one_click(client, world, waiting, clerk, ending):
    with frozen(shanghai(2026, 9, 29, 1)):
        if ending == "lapsed":
            sweeps.run(shanghai(2026, 9, 29, 1))
        else:
            door_clock.clear([waiting.subject], [waiting.kind], "毕业操作", actor="clock")
        page = look(client, clerk, waiting)
        told = {
            "lapsed": "调档时限（2026年9月28日）内没有调档，已于",
            "cleared": "由系统清理：毕业操作",
        }
        assert says(page, told[ending])
        assert page.context["stages"][-1]["state"] == "stop"
        assert [verb["label"] for verb in page.context["verbs"]] == ["复制为新申请"]
        assert client.post(page.context["verbs"][0]["url"]).status_code == 303
        assert Case.objects.get(copied_from=waiting).state == State.DRAFT


# ---------------------------------------------------------------- before it leaves its side


@pytest.fixture
def leaving(world):
    """A case at the receiving authority whose pupil has become a problem record meanwhile."""
    pupil = world.pupil(world.abroad)
    case = world.decide(world.submitted(world.first, pupil))
    ProblemRecord.objects.create(student=pupil, kind="id_name_mismatch")
    return case


@pytest.mark.rule("R3.1b")
def test_what_stops_a_case_at_its_border_is_told_in_words_to_the_receiving_school(world, leaving, client):
    clerk, head = world.registrar(world.east), world.head(world.east)
    post(client, clerk, leaving, "handle", outcome="agree", opinion="情况属实，同意转入。")
    answer = post(client, head, leaving, "sign", outcome="agree", opinion="情况属实，同意转入。")
    assert answer.status_code == 409
    assert says(answer, "该生属于问题学籍")
    assert Case.objects.get(pk=leaving.pk).state == State.RECEIVING_AUTHORITY
    assert OutboxMessage.objects.filter(payload__event="blocked").count() == 1
    outbox.relay(clock.now() + timedelta(days=400))  # its rows are stamped by the server
    told = Notice.objects.filter(account=world.registrar(world.first)).latest("id")
    assert "问题学籍" in told.text


@pytest.mark.rule("R3.1b")
def test_beside_the_obstacle_the_receiving_school_writes_to_the_unit_that_can_clear_it(
    world, leaving, clerk, client
):
    addressee = world.registrar(world.abroad)
    page = look(client, clerk, leaving)
    (check,) = [check for check in page.context["checklist"] if check.get("message")]
    assert (check["ok"], check["message"]["about"]) == (False, "no_problem")
    short = post(client, clerk, leaving, "message", about="no_problem", opinion="请")
    assert short.status_code == 422
    (kept,) = [check for check in short.context["checklist"] if check.get("message")]
    assert kept["message"]["open"]
    assert kept["message"]["value"] == "请"
    answer = post(client, clerk, leaving, "message", about="no_problem", opinion="请尽快处理姓名不符的问题。")
    assert answer.status_code == 303
    assert Act.objects.get(case=leaving, verb="message").opinion == "请尽快处理姓名不符的问题。"
    outbox.relay(clock.now() + timedelta(days=400))  # its rows are stamped by the server
    told = Notice.objects.filter(account=addressee).latest("id")
    assert "请尽快处理姓名不符的问题" in told.text


@pytest.mark.rule("R3.1b")
@pytest.mark.parametrize("about", ["", "no_such_check", "data_match", "x" * 3000])
def test_a_message_about_nothing_is_refused_in_words(world, leaving, clerk, client, about):
    answer = post(client, clerk, leaving, "message", about=about, opinion="请尽快处理。")
    assert answer.status_code in (409, 422)
    assert says(answer, "发消息")
    assert not Act.objects.filter(case=leaving, verb="message").exists()


@pytest.mark.rule("R3.1b")
def test_others_find_no_message_beside_the_obstacle(world, leaving, client):
    for account in (world.registrar(world.east), world.registrar(world.abroad)):
        page = look(client, account, leaving)
        assert not [check for check in page.context["checklist"] if check.get("message")]
        assert post(
            client, account, leaving, "message", about="no_problem", opinion="请处理。"
        ).status_code in (
            404,
            409,
        )


# ---------------------------------------------------------------- who did not come


def test_each_school_and_its_authorities_list_who_did_not_report(world, client, waiting, clerk):
    other = world.awaited(world.submitted(world.third, world.pupil(world.abroad)))
    post(client, clerk, waiting, "no_show")
    post(client, world.registrar(world.third), other, "no_show")

    def numbers(account, query=""):
        client.force_login(account)
        return [row["number"] for row in client.get(f"/no-shows/{query}").context["rows"]]

    assert numbers(clerk) == [waiting.number]
    assert numbers(world.registrar(world.east)) == [waiting.number]
    assert numbers(world.registrar(world.league)) == [other.number, waiting.number]
    assert numbers(world.registrar(world.league), f"?school={world.first.code}&page=99") == [waiting.number]
    assert numbers(world.registrar(world.second)) == []
    post(client, clerk, waiting, "report", on="2026-09-14")
    assert numbers(clerk) == []


def test_the_list_tells_who_said_so_when_and_how_the_case_stands(world, client, waiting, clerk):
    post(client, clerk, waiting, "no_show")
    client.force_login(clerk)
    page = client.get("/no-shows/?school=%00&page=x")
    assert page.status_code == 200
    for told in ("未报到名单", "共 1 人", str(clerk), "待调档，至迟2026年9月28日", "跨省转学"):
        assert says(page, told)
    with frozen(shanghai(2026, 9, 29, 1)):
        sweeps.run(shanghai(2026, 9, 29, 1))
        assert says(client.get("/no-shows/"), "逾期未调档取消")
