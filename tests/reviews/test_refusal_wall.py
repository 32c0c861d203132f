"""The refusal wall: no opinion that does not agree gives a ground the notice forbids (R3.4, R0.6)."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from orgs.people.models import Account
from reviews.engine import book as rulebook
from reviews.engine import door
from reviews.engine.grounds import answer_to
from reviews.engine.models import Act, Case
from reviews.refusal_rules.models import ForbiddenPhrase, WallMark, WallWords
from reviews.refusal_rules.wall_values import GRADUATION_AUTHORITY, POST_GRADUATION, POST_GRADUATION_REASONS
from reviews.rulebook.models import RefusalReason
from tests.api import Program, refusal
from tests.clock import frozen
from tests.refusals import refused, refused_by_database, refuses
from tests.reviews.case_pages import AGREE, MONDAY, at_the_authority, look, post, says

pytestmark = [pytest.mark.django_db, pytest.mark.world_at(MONDAY, stands=False)]
UNLAWFUL = "接收学校涉嫌违规招生，不同意转出。"
OWN = "占用牧 区·指标，监护人明确表示不再转学。"
QUOTED = "不得以接收省份可能违规招生、学生分数可能未达到接收省份要求等理由驳回申请"
REFUSE = {"outcome": "refuse", "reason": "guardian_objects"}


@pytest.fixture(autouse=True)
def monday():
    with frozen(MONDAY):
        yield


@pytest.fixture
def case(world):
    return at_the_authority(world)


@pytest.fixture
def words(world):
    """Words of the province, beside the nation's."""
    return own_row(world.im, "违规招生")


def own_row(province, text="牧区指标", **more):
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
    with refused("forbidden_ground") as caught:
        act(*args, **more)
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

    def keys(kind, stage):
        return {row.key for row in book.forbidden_for(kind, stage, MONDAY.date(), world.im.pk)}

    about_recruiting = {"score", "points", "missed", "recruit", "otherside"}
    assert about_recruiting | {"paper", "fee", "temp"} <= keys(POST_GRADUATION, GRADUATION_AUTHORITY)
    assert about_recruiting <= keys("recruitment", "authority")
    assert not about_recruiting & keys(POST_GRADUATION, "receiving_authority")
    assert not about_recruiting & keys("in_province_transfer", "sending_authority")
    assert {"paper", "stuff", "full"} <= keys("in_province_transfer", "receiving_school")
    assert "paper" not in keys("key_information", "authority")
    assert {"fee", "temp", "full"} <= keys("suspension", "school")


@pytest.mark.rule("R3.4")
def test_a_province_adds_words_and_takes_none_of_the_nation_s_away(world):
    own_row(world.im, kinds=[POST_GRADUATION], stages=[GRADUATION_AUTHORITY])
    book, stage = rulebook.current(), (POST_GRADUATION, GRADUATION_AUTHORITY, MONDAY.date())
    ours = {row.text for row in book.forbidden_for(*stage, world.im.pk)}
    theirs = {row.text for row in book.forbidden_for(*stage, world.hebei.pk)}
    assert ours - theirs == {"牧区指标"}
    assert "分数未达到要求" in ours & theirs


@pytest.mark.rule("R3.4")
def test_a_row_added_now_is_known_to_the_next_decision_and_one_that_has_ended_is_not(world, case):
    assert rulebook.current().forbidden_for(case.kind, "x", MONDAY.date(), world.im.pk)
    row = own_row(world.im)
    stopped(handle, world, case, OWN)
    ForbiddenPhrase.objects.filter(pk=row.pk).update(valid_until=date(2026, 1, 1))
    handle(world, case, OWN)


# ---------------------------------------------------------------- handling and signing


@pytest.mark.rule("R3.4")
@pytest.mark.parametrize(
    "text", [UNLAWFUL, "学校违\u200b规 招·生，我们不同意转出", "违规\n招生的学校，不同意学生转去"]
)
def test_a_handling_that_refuses_with_a_forbidden_ground_is_stopped_with_the_clause(world, case, words, text):
    refused = stopped(handle, world, case, text)
    assert f"不得以此不同意：“{QUOTED}”。请改写意见" in refused.sentence
    assert refused.sentence.startswith("意见中写有“违")
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
    told = stopped(handle, world, case, "接收学校涉嫌违规招生，请更正后再报。", **back)
    assert "不得以此退回补正" in told.sentence
    nudge = stopped(door.perform, case, "nudge", world.registrar(world.first), opinion="违 规 招 生 也要快办")
    assert "不得以此催办" in nudge.sentence
    handle(world, case, AGREE, outcome="agree", reason="")
    stopped(door.perform, case, "return_to_registrar", world.head(world.east), opinion=UNLAWFUL)


@pytest.mark.rule("R3.4")
@pytest.mark.parametrize(
    ("text", "clause"),
    [
        ("同意，但请家长周五前把户口本送到局里来。", "函 一；附件1 三.1"),
        ("同意，学费缴清后生效。", "正文 一；附件1 三.1"),
        ("同意，请监护人到局里面签。", "函 一；附件1 三.1"),
        ("同意，等正式学籍号下来再转。", "附件1 一.4"),
    ],
)
def test_a_demand_is_a_demand_though_the_opinion_agrees(world, case, text, clause):
    refused = stopped(handle, world, case, text, outcome="agree", reason="")
    assert "不得以此办理" in refused.sentence
    assert refused.clause == clause
    assert handle(world, case, AGREE, outcome="agree", reason="").awaiting == "sign"


@pytest.mark.rule("R3.4")
def test_the_words_of_another_province_do_not_bind(world, case):
    own_row(world.hebei)
    assert handle(world, case, OWN).awaiting == "sign"


def test_a_case_is_judged_by_the_words_in_force_when_it_was_sent(world, case):
    own_row(world.im, valid_from=date(2026, 11, 24))
    assert handle(world, case, OWN).awaiting == "sign"


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
    stopped(handle, world, case, "请家长补交户口本、房产证，证件不齐。", **proof)
    assert handle(world, case, "转学原因证明第二页缺失，请重新拍照上传。", **proof).awaiting == "sign"


@pytest.mark.rule("R3.4")
def test_what_is_in_doubt_passes_with_the_facts_its_writer_states_and_is_marked(client, world, case):
    proof = {"outcome": "send_back", "reason": "proof_unreadable"}
    text = "第二页模糊，请补交房产证第二页。"
    with refused("facts_wanted") as caught:
        handle(world, case, text, **proof)
    assert caught.value.sentence.startswith("意见中写有“补交房产证”，可能涉及“各地各校不应再要求")
    with refused("forbidden_ground"):
        handle(world, case, text, **proof, facts="请家长再带户口本来。")
    registrar = world.registrar(world.east)
    asked = post(
        client, registrar, case, "handle", opinion=text, outcome="send_back", reason_send_back=proof["reason"]
    )
    assert (asked.status_code, asked.context["decision"]["wall"]["asks"]) == (422, True)
    assert "<mark>补交房产证</mark>" in asked.content.decode()
    assert '<textarea class="form-control" id="facts"' in asked.content.decode()
    handle(world, case, text, **proof, facts="已传图片第二页拍虚，看不到地址。")
    mark = WallMark.objects.get()
    assert (mark.step.case_id, mark.verb, mark.why, mark.rule.key) == (case.pk, "handle", "words", "paper")
    page = look(client, world.head(world.east), case)
    assert says(
        page,
        "存疑：写有可能不得作为理由的用语：另要证件、表格（函 一；附件1 三.1）。写明的事实：“已传图片第二页拍虚，看不到地址。”",
    )


@pytest.mark.rule("R3.4")
@pytest.mark.parametrize(
    ("text", "why"), [("不同意办理，请予理解支持。", "no_ground"), ("ᠮᠣᠩᠭᠣᠯ ᠬᠡᠯᠡ ᠪᠡᠷ ᠪᠢᠴᠢᠪᠡ 同名", "unread")]
)
def test_no_ground_and_a_script_that_is_not_read_are_doubts_and_stop_nobody(world, case, text, why):
    with refused("facts_wanted"):
        handle(world, case, text)
    assert handle(world, case, text, facts="监护人电话表示不转").awaiting == "sign"
    assert WallMark.objects.get().why == why


@pytest.mark.rule("R3.4")
def test_the_list_of_refusals_shows_what_was_in_doubt_on_top(client, world, case):
    from reviews.engine.models import Step
    from reviews.refusal_register import register as refusal_register

    doubtful = at_the_authority(world)
    for each, text, facts in (
        (doubtful, "不同意办理，请予理解支持。", "监护人电话表示不转"),
        (case, "监护人明确表示不再转学，已核实。", ""),
    ):
        handle(world, each, text, facts=facts)
        door.perform(each, "sign", world.head(world.east), opinion=text, facts=facts, **REFUSE)
    rows = refusal_register.in_order(refusal_register.full(Step.objects.filter(outcome="refuse")), "time")
    assert [row.case_id for row in rows] == [doubtful.pk, case.pk]
    client.force_login(world.head(world.league))
    assert says(
        client.get("/refusals/"), "存疑：没有读出与所选理由相符的事实。写明的事实：“监护人电话表示不转”"
    )


@pytest.mark.rule("R3.4")
def test_an_agreement_that_seems_to_make_a_condition_passes_with_the_facts_and_is_marked(client, world, case):
    text = "同意，待学校另行安排后再定。"
    agree = {"outcome": "agree", "reason": ""}
    with refused("facts_wanted") as caught:
        handle(world, case, text, **agree)
    assert caught.value.sentence.startswith("意见是同意，写法却像是另有条件或要求。")
    asked = post(client, world.registrar(world.east), case, "handle", opinion=text, outcome="agree")
    assert (asked.status_code, asked.context["decision"]["wall"]["asks"]) == (422, True)
    assert '<textarea class="form-control" id="facts"' in asked.content.decode()
    handle(world, case, text, **agree, facts="指的是系统里的调档环节")
    assert WallMark.objects.get().why == "condition"
    page = look(client, world.head(world.east), case)
    assert says(page, "存疑：同意而像是另有条件或要求。写明的事实：“指的是系统里的调档环节”")
    assert says(asked, "意见是同意，写法却像是另有条件或要求。")


def test_a_mark_is_never_changed(world, case):
    handle(world, case, "不同意办理，请予理解支持。", facts="监护人电话表示不转")
    for act in (lambda rows: rows.update(facts="别的"), lambda rows: rows.delete()):
        with refused_by_database("append_only"):
            act(WallMark.objects.all())


@pytest.mark.rule("R1.8")
def test_a_temporary_number_is_no_ground_for_refusing(world, case):
    assert "一视同仁" in stopped(handle, world, case, "该生没有正式学籍号，不能办理。").sentence


@pytest.mark.rule("R0.1")
def test_that_there_is_no_record_yet_is_no_ground_for_refusing(world, case):
    assert "必要条件" in stopped(handle, world, case, "该生没有学籍不得入学，请先建籍。").sentence


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("家长明确表示孩子不再转学，已两次电话核实。", "guardian_objects"),
        ("房产证上的姓名与监护人不符，与所申报的购房原因不一致。", "reason_untrue"),
        ("经核对学籍信息，照片与姓名不是同一人，不是我校学生。", "wrong_school"),
        ("该生已在原校继续就读，转入学校发起有误。", "wrong_school"),
        ("转学原因证明看不清，第二张是空白照片，请重新拍照上传。", "proof_unreadable"),
        ("班级填写有误，应为四年级二班，请更正后再送，无需提供其他材料。", "class_mistaken"),
        ("临时学籍号不符，请核对学生本人。", "wrong_school"),
    ],
)
def test_what_officials_rightly_write_is_clear(world, case, text, reason):
    outcome = "send_back" if reason in ("proof_unreadable", "class_mistaken") else "refuse"
    assert handle(world, case, text, outcome=outcome, reason=reason).awaiting == "sign"
    assert not WallMark.objects.exists()


@pytest.mark.rule("R3.4")
def test_a_ground_that_does_not_fit_the_chosen_reason_is_in_doubt(world, case):
    with refused("facts_wanted") as caught:
        handle(world, case, "转学原因证明看不清，第二张是空白照片。", reason="guardian_objects")
    assert "没有读出与所选理由相符的具体事实" in caught.value.sentence


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
    own_row(world.im)
    for text in ("牧区指标", "牧\u3000区·指 标"):
        with pytest.raises(DatabaseError, match="“牧区指标”不得作为理由"), transaction.atomic():
            RefusalReason.objects.filter(pk=row.pk).update(text=text)
    assert not RefusalReason.objects.filter(text__contains="标").exists()


@pytest.mark.rule("R3.4")
def test_a_listed_reason_is_judged_by_its_meaning_wherever_it_is_made(world):
    row = RefusalReason(
        **reason_form("成绩没到外省的要求", kinds=[POST_GRADUATION], stages=[GRADUATION_AUTHORITY])
    )
    with pytest.raises(ValidationError, match="“成绩没到”不得作为理由"):
        row.full_clean()
    row.text = "学生不是本地学校毕业"
    row.full_clean()


@pytest.mark.rule("R3.4")
def test_nothing_of_the_nation_s_is_taken_away_narrowed_or_ended(boss, client, world):
    rule, words = (
        ForbiddenPhrase.objects.get(key="score"),
        WallWords.objects.get(concept="score", province=None),
    )
    for rows, change in (
        (ForbiddenPhrase.objects.filter(pk=rule.pk), {"valid_until": date(2026, 1, 1)}),
        (ForbiddenPhrase.objects.filter(pk=rule.pk), {"stages": ["school"]}),
        (WallWords.objects.filter(pk=words.pk), {"words": "分数"}),
    ):
        with pytest.raises(DatabaseError, match="全国的条文用语只能由程序更新"), transaction.atomic():
            rows.update(**change)
        with pytest.raises(DatabaseError, match="全国的条文用语只能由程序更新"), transaction.atomic():
            rows.delete()
    refuses(
        client.post(f"/admin/reviews/wallwords/{words.pk}/change/", {"words": "分数"}),
        403,
        "岗位有误请联系本单位学籍管理员",
    )


@pytest.mark.rule("R3.4")
def test_a_province_adds_words_to_a_meaning_and_none_that_would_stop_a_lawful_sentence(
    boss, client, world, case
):
    text = "没有草场证，不能办理。"
    assert (
        answer_to(text, kind=case.kind, stage="sending_authority", province_id=world.im.pk).verdict != "stop"
    )
    url, form = (
        "/admin/reviews/wallwords/add/",
        {"concept": "paper", "valid_from": "2026-01-01", "source": "自治区规定"},
    )
    told = client.post(url, form | {"province": world.im.pk, "words": "草场证 孩子"})
    assert (told.status_code, says(told, "这样写会拦下合法的意见“")) == (422, True)
    assert client.post(url, form | {"province": world.im.pk, "words": "草(场|原)证"}).status_code == 302
    assert (
        answer_to(text, kind=case.kind, stage="sending_authority", province_id=world.im.pk).verdict == "stop"
    )
    assert (
        answer_to(text, kind=case.kind, stage="sending_authority", province_id=world.hebei.pk).verdict
        != "stop"
    )


@pytest.mark.rule("R3.4")
@pytest.mark.rule("R0.6")
def test_a_province_s_typed_reason_meets_the_nation_s_words_and_its_own_with_the_clause(boss, client, world):
    own_row(world.im, "牧区指标")
    url, ours = "/admin/reviews/refusalreason/add/", {"province": world.im.pk}
    told = client.post(url, reason_form("材料不齐", **ours))
    assert told.status_code == 422
    assert says(told, "“材料不齐”不得作为理由：“各地各校不应再要求家长（学生）提供其他材料")
    assert says(told, "（函 一；附件1 三.1）。请改写。")
    told = client.post(url, reason_form("造成牧 区 指 标", **ours))
    assert told.status_code == 422
    assert says(told, f"“牧区指标”不得作为理由：“{QUOTED}”（附件1 三.4）")
    assert client.post(url, reason_form("造成牧区指标", province=world.hebei.pk)).status_code == 302


@pytest.mark.rule("R3.4")
def test_a_reason_of_the_province_that_stood_before_the_words_is_no_ground_any_more(client, world, case):
    own = {"stages": ["receiving_authority"], "code": "own", "valid_from": date(2020, 1, 1)}
    row = RefusalReason.objects.create(**reason_form("造成牧区指标", province=world.im, **own))
    own_row(world.im, "牧区指标")
    text = "家长来电说明孩子不再转学，已核实。"
    with refused("forbidden_reason") as caught:
        handle(world, case, text, reason=row.code)
    assert caught.value.sentence.startswith(
        f"所列理由“造成牧区指标”写有“牧区指标”，不得以此不同意：“{QUOTED}”。请改选其他理由"
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
    RefusalReason.objects.create(**reason_form("造成牧区指标", province=world.hebei))
    form = {
        "text": "牧区指标",
        "kinds": ["in_province_transfer"],
        "clause": "附件1 三.4",
        "quoted": QUOTED,
        "valid_from": "2026-02-01",
        "source": "自治区规定",
    }
    url = "/admin/reviews/forbiddenphrase/add/"
    told = client.post(url, form | {"province": world.hebei.pk})
    assert (told.status_code, says(told, "本省（自治区）的理由请先修改")) == (422, True)
    refuses(client.post(url, form), 422, "所列理由“造成牧区指标”里就有这几个字")
    assert client.post(url, form | {"province": world.im.pk}).status_code == 302
    RefusalReason.objects.filter(code="own").update(valid_until=date(2026, 2, 1))
    assert client.post(url, form | {"province": world.hebei.pk}).status_code == 302


def test_a_province_keeps_its_own_words_in_the_administration(boss, client, world):
    form = {
        "text": "牧区指标",
        "kinds": ["in_province_transfer"],
        "clause": "附件1 三.4",
        "quoted": QUOTED,
        "province": world.im.pk,
        "valid_from": "2026-01-01",
        "source": "自治区规定",
    }
    url = "/admin/reviews/forbiddenphrase/add/"
    refuses(client.post(url, form | {"text": "。线。"}), 422, "用语至少两个字，标点和空格不算")
    told = client.post(url, form | {"text": "不是该生"})
    assert told.status_code == 422
    assert "这样写会拦下合法的意见“务工证明上的姓名不是该生监护人。”" in told.content.decode()
    told = client.post(url, form | {"text": "名册所列录取", "kinds": []})
    assert "这条理由将无法说明" in told.content.decode()
    assert client.post(url, form).status_code == 302
    row = ForbiddenPhrase.objects.get(text="牧区指标")
    refuses(
        client.post(f"/admin/reviews/forbiddenphrase/{row.pk}/delete/", {"post": "yes"}),
        403,
        "岗位有误请联系本单位学籍管理员",
    )
