"""The refusal wall: no opinion that does not agree gives a ground the notice forbids (R3.4, R0.6)."""

from datetime import date

import pytest
from django.db import DatabaseError, transaction

from orgs.models import Account
from reviews import door, rulebook
from reviews.models import Act, Case, ForbiddenPhrase, RefusalReason
from reviews.refusals import Refused
from reviews.wall_values import GRADUATION_AUTHORITY, POST_GRADUATION, POST_GRADUATION_REASONS
from tests.api import Program, refusal
from tests.clock import frozen
from tests.reviews.case_pages import AGREE, MONDAY, at_the_authority, post, says
from tests.world import World

pytestmark = pytest.mark.django_db
UNLAWFUL = "接收学校涉嫌违规招生，不同意转出。"
QUOTED = "不得以接收省份可能违规招生、学生分数可能未达到接收省份要求等理由驳回申请"
REFUSE = {"outcome": "refuse", "reason": "guardian_objects"}


@pytest.fixture(autouse=True)
def monday():
    with frozen(MONDAY):
        yield


@pytest.fixture
def world():
    return World(MONDAY)


@pytest.fixture
def case(world):
    return at_the_authority(world)


@pytest.fixture
def words(world):
    """The province forbids the words for transfers as well."""
    return own_row(world.im)


def own_row(province, text="违规招生", **more):
    values = {
        "kinds": ["in_province_transfer"],
        "clause": "附件1 三.4",
        "quoted": QUOTED,
        "valid_from": date(2020, 1, 1),
        "source": "自治区规定",
        **more,
    }
    return ForbiddenPhrase.objects.create(text=text, province=province, **values)


def handle(world, case, opinion=UNLAWFUL, **decided):
    return door.perform(case, "handle", world.registrar(world.east), opinion=opinion, **(REFUSE | decided))


def stopped(act, *args, **more):
    with pytest.raises(Refused) as caught:
        act(*args, **more)
    assert caught.value.code == "forbidden_ground"
    return caught.value


# ---------------------------------------------------------------- the rows


@pytest.mark.rule("R3.4")
def test_the_stage_of_the_graduation_authority_has_a_closed_list_without_recruiting_and_scores():
    book = rulebook.current()
    rows = book.reasons_for(POST_GRADUATION, GRADUATION_AUTHORITY, "refuse", MONDAY.date(), None)
    assert [row.code for row in rows] == [
        "grad_not_local",
        "grad_guardian_declines",
        "grad_wrong_school",
        "grad_reported_here",
    ]
    assert not any(word in row.text for row in rows for word in ("招生", "分数", "线", "违规"))
    back = book.reasons_for(POST_GRADUATION, GRADUATION_AUTHORITY, "send_back", MONDAY.date(), None)
    assert {row.code for row in back} == {
        "grad_proof_unreadable",
        "grad_school_mistaken",
        "grad_class_mistaken",
    }
    assert RefusalReason.objects.filter(kinds=[POST_GRADUATION]).count() == len(POST_GRADUATION_REASONS)


@pytest.mark.rule("R3.4")
def test_recruiting_and_scores_are_forbidden_where_the_notice_says_so_and_nowhere_else(world):
    book = rulebook.current()

    def texts(kind, stage):
        return {row.text for row in book.forbidden_for(kind, stage, MONDAY.date(), world.im.pk)}

    graduation = texts(POST_GRADUATION, GRADUATION_AUTHORITY)
    assert {"违规招生", "分数不够", "录取线", "材料不齐"} <= graduation
    assert "违规招生" not in texts(POST_GRADUATION, "receiving_authority")
    assert "违规招生" not in texts("in_province_transfer", "sending_authority")
    assert "材料不齐" in texts("in_province_transfer", "receiving_school")


@pytest.mark.rule("R3.4")
def test_a_province_adds_words_and_takes_none_of_the_nation_s_away(world):
    own_row(world.im, "生源流失", kinds=[POST_GRADUATION], stages=[GRADUATION_AUTHORITY])
    own_row(world.im, "违规招生", kinds=["in_province_transfer"])
    book, stage = rulebook.current(), (POST_GRADUATION, GRADUATION_AUTHORITY, MONDAY.date())
    ours = {row.text for row in book.forbidden_for(*stage, world.im.pk)}
    theirs = {row.text for row in book.forbidden_for(*stage, world.hebei.pk)}
    assert ours - theirs == {"生源流失"}
    assert "违规招生" in ours & theirs


@pytest.mark.rule("R3.4")
def test_a_row_added_now_is_known_to_the_next_decision_and_one_that_has_ended_is_not(world, case):
    assert rulebook.current().forbidden_for(case.kind, "x", MONDAY.date(), world.im.pk)
    row = own_row(world.im)
    stopped(handle, world, case)
    ForbiddenPhrase.objects.filter(pk=row.pk).update(valid_until=date(2026, 1, 1))
    handle(world, case)


# ---------------------------------------------------------------- handling and signing


@pytest.mark.rule("R3.4")
@pytest.mark.parametrize(
    "text", [UNLAWFUL, "学校违\u200b规 招·生，我们不同意转出", "违规\n招生的学校，不同意学生转去"]
)
def test_a_handling_that_refuses_with_a_forbidden_ground_is_stopped_with_the_clause(world, case, words, text):
    refused = stopped(handle, world, case, text)
    assert refused.sentence.startswith(f"意见中写有“违规招生”，不得以此不同意：“{QUOTED}”。请改写意见")
    assert refused.clause == "附件1 三.4"
    assert Act.objects.filter(case=case, verb="handle").count() == 0


@pytest.mark.rule("R3.4")
def test_the_head_is_stopped_as_well_whatever_the_registrar_wrote(world, case, words):
    handle(world, case, "家长来电说明不再转学，已核实。")
    head = world.head(world.east)
    refused = stopped(door.perform, case, "sign", head, opinion=UNLAWFUL, **REFUSE)
    assert "不得以此不同意" in refused.sentence
    assert Case.objects.get(pk=case.pk).is_live


@pytest.mark.rule("R3.4")
def test_a_sending_back_a_return_and_a_reminder_are_stopped_too(world, case, words):
    back = {"outcome": "send_back", "reason": "reason_mistaken"}
    assert "不得以此退回补正" in stopped(handle, world, case, **back).sentence
    nudge = stopped(door.perform, case, "nudge", world.registrar(world.first), opinion="违 规 招 生 也要快办")
    assert "不得以此催办" in nudge.sentence
    handle(world, case, AGREE, outcome="agree", reason="")
    stopped(door.perform, case, "return_to_registrar", world.head(world.east), opinion=UNLAWFUL)


@pytest.mark.rule("R3.4")
def test_an_opinion_that_agrees_may_name_anything(world, case, words):
    text = "有人反映违规招生，但不得以此驳回，同意。"
    done = handle(world, case, text, outcome="agree", reason="")
    assert done.awaiting == "sign"


@pytest.mark.rule("R3.4")
def test_the_words_of_another_province_do_not_bind(world, case):
    own_row(world.hebei)
    assert handle(world, case).awaiting == "sign"


def test_a_case_is_judged_by_the_words_in_force_when_it_was_sent(world, case):
    own_row(world.im, valid_from=date(2026, 11, 24))
    assert handle(world, case).awaiting == "sign"


@pytest.mark.rule("R0.6")
@pytest.mark.parametrize(
    "text", ["材料不齐，请家长补齐后再来。", "请家长补交户口本和房产证后再申请", "没有转学审批表，不予办理。"]
)
def test_asking_for_more_papers_is_no_ground_for_refusing(world, case, text):
    refused = stopped(handle, world, case, text, reason="reason_untrue")
    assert "不应再要求家长（学生）提供其他材料" in refused.sentence
    assert refused.clause == "函 一；附件1 三.1"


@pytest.mark.rule("R0.6")
def test_the_proof_itself_may_be_asked_for_again_and_nothing_else(world, case):
    proof = {"outcome": "send_back", "reason": "proof_unreadable"}
    stopped(handle, world, case, "材料不齐，请补。", outcome="send_back", reason="class_mistaken")
    stopped(handle, world, case, "照片不清，另请补交学籍证明。", **proof)
    assert handle(world, case, "材料不齐：第二页缺失，请补交房产证第二页。", **proof).awaiting == "sign"


@pytest.mark.rule("R1.8")
def test_a_temporary_number_is_no_ground_for_refusing(world, case):
    assert "一视同仁" in stopped(handle, world, case, "该生没有正式学籍号，不能办理。").sentence


@pytest.mark.rule("R0.1")
def test_that_there_is_no_record_yet_is_no_ground_for_refusing(world, case):
    assert "必要条件" in stopped(handle, world, case, "该生没有学籍不得入学，请先建籍。").sentence


@pytest.mark.parametrize(
    "text",
    [
        "家长明确表示孩子不再转学，已两次电话核实。",
        "房产证上的姓名与监护人不符，与所申报的购房原因不一致。",
        "经核对学籍信息，照片与姓名不是同一人，不是我校学生。",
        "该生已在原校继续就读，转入学校发起有误。",
        "转学原因证明看不清，第二张是空白照片，请重新拍照上传。",
        "班级填写有误，应为四年级二班，请更正后再送，无需提供其他材料。",
        "临时学籍号不符，请核对学生本人。",
    ],
)
def test_what_officials_rightly_write_is_not_stopped(world, case, text):
    assert handle(world, case, text).awaiting == "sign"


# ---------------------------------------------------------------- page and API


@pytest.mark.rule("R3.4")
def test_the_page_shows_sentence_and_clause_and_keeps_what_was_typed(client, world, case, words):
    answer = post(
        client,
        world.registrar(world.east),
        case,
        "handle",
        outcome="refuse",
        reason_refuse="guardian_objects",
        opinion=UNLAWFUL,
    )
    assert answer.status_code == 422
    assert says(answer, QUOTED)
    assert '<a href="/rules/#b1-3-4">附件1 三.4</a>' in answer.content.decode()
    decision = answer.context["decision"]
    assert decision["opinion"] == UNLAWFUL
    refusing = next(panel for panel in decision["panels"] if panel["outcome"] == "refuse")
    assert (refusing["open"], refusing["chosen"]) == (True, "guardian_objects")


@pytest.mark.rule("R3.4")
def test_the_api_answers_409_with_code_sentence_and_clause(world, case, words):
    program = Program(world.registrar(world.east))
    told = refusal(program.act(case, "handle", {"opinion": UNLAWFUL, **REFUSE}))
    assert told["code"] == "forbidden_ground"
    assert told["clause"] == "附件1 三.4"
    assert QUOTED in told["sentence"]


# ---------------------------------------------------------------- the closed list itself


@pytest.fixture
def boss(world, client):
    account = Account.objects.create_user("boss", password="x", person=world.person(), is_staff=True)
    client.force_login(account)
    return account


def reason_form(text, **more):
    return {
        "code": "own",
        "kinds": ["in_province_transfer"],
        "stages": ["sending_school"],
        "outcome": "refuse",
        "text": text,
        "position": 9,
        "valid_from": "2026-01-01",
        "source": "自治区规定",
        **more,
    }


@pytest.mark.rule("R0.6")
@pytest.mark.parametrize("text", ["材料不齐", "材 料 不 全，不予受理", "缺少材料", "临时学籍号不予办理"])
def test_no_reason_of_a_closed_list_is_written_in_forbidden_words(boss, client, text):
    for outcome in ("refuse", "send_back"):
        answer = client.post("/admin/reviews/refusalreason/add/", reason_form(text, outcome=outcome))
        assert answer.status_code == 422
        assert "不得作为理由：“" in answer.content.decode()
        assert text in answer.content.decode()
    assert not RefusalReason.objects.filter(code="own").exists()
    assert client.post("/admin/reviews/refusalreason/add/", reason_form("学生已退学")).status_code == 302


@pytest.mark.rule("R3.4")
def test_nor_by_plain_sql_and_not_by_changing_a_row_either(world):
    row = RefusalReason.objects.create(**reason_form("学生已退学"))
    for text in ("材料不齐", "材\u3000料·不 齐"):
        with pytest.raises(DatabaseError, match="不得作为理由"), transaction.atomic():
            RefusalReason.objects.filter(pk=row.pk).update(text=text)
    with pytest.raises(DatabaseError, match="“分数线”不得作为理由"), transaction.atomic():
        RefusalReason.objects.create(
            **reason_form("未到分 数 线", kinds=[POST_GRADUATION], stages=[GRADUATION_AUTHORITY], code="own2")
        )


@pytest.mark.rule("R3.4")
@pytest.mark.rule("R0.6")
def test_a_province_s_typed_reason_meets_the_nation_s_words_and_its_own_with_the_clause(boss, client, world):
    own_row(world.im, "生源流失")
    url, ours = "/admin/reviews/refusalreason/add/", {"province": world.im.pk}
    told = client.post(url, reason_form("材料不齐", **ours))
    assert told.status_code == 422
    assert says(told, "“材料不齐”不得作为理由：“各地各校不应再要求家长（学生）提供其他材料")
    assert says(told, "（函 一；附件1 三.1）。请改写。")
    told = client.post(url, reason_form("造成生 源 流 失", **ours))
    assert told.status_code == 422
    assert says(told, f"“生源流失”不得作为理由：“{QUOTED}”（附件1 三.4）")
    assert client.post(url, reason_form("造成生源流失", province=world.hebei.pk)).status_code == 302


@pytest.mark.rule("R3.4")
def test_a_reason_of_the_province_that_stood_before_the_words_is_no_ground_any_more(client, world, case):
    own = {"stages": ["receiving_authority"], "code": "own", "valid_from": date(2020, 1, 1)}
    row = RefusalReason.objects.create(**reason_form("造成生源流失", province=world.im, **own))
    own_row(world.im, "生源流失")
    text = "家长来电说明孩子不再转学，已核实。"
    with pytest.raises(Refused) as caught:
        handle(world, case, text, reason=row.code)
    assert caught.value.code == "forbidden_reason"
    assert caught.value.sentence.startswith(
        f"所列理由“造成生源流失”写有“生源流失”，不得以此不同意：“{QUOTED}”。请改选其他理由"
    )
    assert caught.value.clause == "附件1 三.4"
    page = post(
        client,
        world.registrar(world.east),
        case,
        "handle",
        opinion=text,
        outcome="refuse",
        reason_refuse=row.code,
    )
    assert (page.status_code, says(page, "请改选其他理由")) == (409, True)
    assert page.context["decision"]["opinion"] == text
    assert not says(page, "报上级裁定")
    handle(world, case, text)


def test_words_of_one_province_are_held_against_its_own_reasons_and_the_nation_s_only(boss, client, world):
    RefusalReason.objects.create(**reason_form("造成生源流失", province=world.hebei))
    form = {
        "text": "生源流失",
        "kinds": ["in_province_transfer"],
        "clause": "附件1 三.4",
        "quoted": QUOTED,
        "valid_from": "2026-02-01",
        "source": "自治区规定",
    }
    url = "/admin/reviews/forbiddenphrase/add/"
    told = client.post(url, form | {"province": world.hebei.pk})
    assert (told.status_code, says(told, "本省（自治区）的理由请先修改")) == (422, True)
    assert client.post(url, form).status_code == 422
    assert client.post(url, form | {"province": world.im.pk}).status_code == 302
    RefusalReason.objects.filter(code="own").update(valid_until=date(2026, 2, 1))
    assert client.post(url, form | {"province": world.hebei.pk}).status_code == 302


def test_a_province_keeps_its_own_words_in_the_administration(boss, client, world):
    form = {
        "text": "生源流失",
        "kinds": ["in_province_transfer"],
        "clause": "附件1 三.4",
        "quoted": QUOTED,
        "province": world.im.pk,
        "valid_from": "2026-01-01",
        "source": "自治区规定",
    }
    url = "/admin/reviews/forbiddenphrase/add/"
    assert client.post(url, form | {"text": "。线。"}).status_code == 422
    told = client.post(url, form | {"text": "不是该生"})
    assert told.status_code == 422
    assert "这条理由将无法说明" in told.content.decode()
    assert client.post(url, form).status_code == 302
    row = ForbiddenPhrase.objects.get(text="生源流失")
    assert client.post(f"/admin/reviews/forbiddenphrase/{row.pk}/delete/", {"post": "yes"}).status_code == 403
