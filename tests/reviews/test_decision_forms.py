"""The decision panel and what it posts: each verb does its work, each forbidden thing is refused in words, nothing typed
is lost, and after a decision the next case comes."""

import uuid

import pytest
from django.test import Client

from orgs.people.models import Delegation, Post, PostRole
from reviews.engine.models import Act, Case, Step
from students.pupil.models import ProblemRecord, Student
from tests.clock import frozen
from tests.golden import assert_queries
from tests.refusals import refuses
from tests.reviews.case_pages import AGREE, MONDAY, at_the_authority, look, post, says
from tests.world import rewritten
from transfers.moving.models import Transfer

pytestmark = [pytest.mark.django_db, pytest.mark.world_at(MONDAY, stands=False)]
UNTRUE = "经核对证明与申报原因不一致，不同意。"


@pytest.fixture(autouse=True)
def monday():
    with frozen(MONDAY):
        yield


@pytest.fixture
def case(world):
    return at_the_authority(world)


def fresh(case):
    return Case.objects.get(pk=case.pk)


def handled(client, world, case, **typed):
    form = {"outcome": "agree", "opinion": AGREE, **typed}
    return post(client, world.registrar(fresh(case).holder), case, "handle", **form)


def signed(client, world, case, **typed):
    form = {"outcome": "agree", "opinion": AGREE, **typed}
    return post(client, world.head(fresh(case).holder), case, "sign", **form)


def nothing_done(case, acts=2):
    return Act.objects.filter(case=case).count() == acts


# ---------------------------------------------------------------- the panel


def test_the_registrar_sees_a_panel_without_any_opinion_filled_in(client, world, case):
    decision = look(client, world.registrar(world.east), case).context["decision"]
    assert decision["title"] == "你的办理意见"
    assert decision["opinion"] == ""
    assert decision["primary"]["label"] == "同意，送负责人核办"
    assert [p["outcome"] for p in decision["panels"]] == ["send_back", "refuse"]
    assert decision["proposal"] is None
    assert {"text": "情况属实，同意办理。"} in decision["phrases"]


def test_the_head_sees_what_the_registrar_proposes_and_may_return_it(client, world, case):
    handled(client, world, case)
    answer = look(client, world.head(world.east), case)
    decision = answer.context["decision"]
    assert decision["proposal"]["outcome"] == "拟同意"
    assert decision["proposal"]["opinion"] == AGREE
    assert decision["opinion"] == ""
    assert decision["primary"]["label"] == "同意，送示例第三小学"
    assert [p["outcome"] for p in decision["panels"]] == ["return_to_registrar", "send_back", "refuse"]
    assert f'formaction="/cases/{case.number}/return_to_registrar/"' in answer.content.decode()


def test_a_proposed_refusal_opens_its_panel_with_the_reason_and_signs_nothing(client, world, case):
    handled(client, world, case, outcome="refuse", reason_refuse="reason_untrue", opinion=UNTRUE)
    decision = look(client, world.head(world.east), case).context["decision"]
    refusing = next(p for p in decision["panels"] if p["outcome"] == "refuse")
    assert refusing["open"]
    assert refusing["chosen"] == "reason_untrue"
    assert decision["proposal"]["reason"] == "转学原因证明与所申报的转学原因不符"
    assert decision["primary"]["plain"]
    assert fresh(case).state == "receiving_authority"


@pytest.mark.rule("R0.6")
def test_each_stage_offers_its_closed_list_and_the_out_side_no_more_materials(client, world, case):
    case = world.decide(case)
    panels = look(client, world.registrar(world.third), case).context["decision"]["panels"]
    codes = {p["outcome"]: [r["code"] for r in p["reasons"]] for p in panels}
    assert codes["refuse"] == ["not_our_pupil", "guardian_objects", "reason_untrue", "wrong_school"]
    assert codes["send_back"] == ["proof_unreadable", "reason_mistaken", "class_mistaken"]
    assert all("也不得要求家长另交材料" in p["intro"] for p in panels)


def test_at_the_last_stage_an_obstacle_disables_the_head_s_button_with_its_sentence(client, world, case):
    case = world.decide(world.decide(case))
    pupil = Transfer.objects.get(case=case).student
    post(client, world.registrar(world.west), case, "handle", outcome="agree", opinion=AGREE)
    decision = look(client, world.head(world.west), case).context["decision"]
    assert decision["primary"] | {"plain": False} == {
        "outcome": "agree",
        "label": "同意，学籍转入示例第一小学",
        "disabled": "",
        "plain": False,
    }
    ProblemRecord.objects.create(student=pupil, kind="id_duplicate")
    answer = look(client, world.head(world.west), case)
    assert "须先由学籍所在学校处理" in answer.context["decision"]["primary"]["disabled"]
    failed = [check for check in answer.context["checklist"] if check["ok"] is False]
    assert ["属于问题学籍" in check["text"] for check in failed] == [True]
    refused = signed(client, world, case)
    assert refused.status_code == 409
    assert says(refused, "须先由学籍所在学校处理")
    assert fresh(case).state == "sending_authority"


def test_a_suspended_pupil_is_told_in_the_checklist_at_every_stage(client, world, case):
    rewritten(Student.objects.filter(pk=Transfer.objects.get(case=case).student_id), status="suspended")
    checks = look(client, world.registrar(world.east), case).context["checklist"]
    assert checks[0]["ok"] is False
    assert "该生处于休学状态，须先在示例第三小学办理复学手续" in checks[0]["text"]


# ---------------------------------------------------------------- each verb


@pytest.mark.rule("R0.5")
def test_handling_and_signing_by_two_people_send_the_case_on(client, world, case):
    assert handled(client, world, case).status_code == 303
    assert (fresh(case).state, fresh(case).awaiting) == ("receiving_authority", "sign")
    assert signed(client, world, case).status_code == 303
    assert (fresh(case).state, fresh(case).holder) == ("sending_school", world.third)
    step = Step.objects.get(case=case, stage="receiving_authority")
    assert (step.handler, step.signer) == (world.registrar(world.east), world.head(world.east))


def test_a_decision_leads_to_the_next_case_of_the_tab_and_the_last_one_to_the_worklist(client, world, case):
    other = world.decide(world.submitted(world.first, world.pupil(world.third, grade=3)))
    clerk = world.registrar(world.east)
    shown = look(client, clerk, case, "handle").context["decision"]
    assert shown["next"] == other.number
    done = post(client, clerk, case, "handle", "handle", outcome="agree", opinion=AGREE, next=shown["next"])
    assert (done.status_code, done["Location"]) == (303, f"/cases/{other.number}/?tab=handle")
    followed = client.get(done["Location"])
    assert says(followed, f"{case.number}")
    assert followed.context["back"]["label"] == "待办理（第 1 / 1 件）"
    last = followed.context["decision"]["next"]
    done = post(client, clerk, other, "handle", "handle", outcome="agree", opinion=AGREE, next=last)
    assert (done.status_code, done["Location"]) == (303, "/worklist/?tab=handle")


@pytest.mark.parametrize(
    "wild", ["https://example.com/", "//example.com", "../../admin", "ZX-1", "\x00", "ZX-2026-aaaaaaaa"]
)
def test_the_next_case_cannot_lead_out_of_the_program(client, world, case, wild):
    assert handled(client, world, case, next=wild)["Location"] == "/worklist/"


def test_the_head_returns_to_the_registrar_who_reads_why(client, world, case):
    handled(client, world, case)
    answer = post(client, world.head(world.east), case, "return_to_registrar", opinion="请核对班级后再报。")
    assert answer.status_code == 303
    assert fresh(case).awaiting == "handle"
    shown = look(client, world.registrar(world.east), case)
    assert says(shown, "负责人退回经办：“请核对班级后再报。”")


@pytest.mark.rule("R3.1b")
def test_a_refusal_needs_both_acts_and_ends_the_case(client, world, case):
    assert (
        handled(
            client, world, case, outcome="refuse", reason_refuse="reason_untrue", opinion=UNTRUE
        ).status_code
        == 303
    )
    assert fresh(case).is_live
    assert (
        signed(
            client, world, case, outcome="refuse", reason_refuse="reason_untrue", opinion=UNTRUE
        ).status_code
        == 303
    )
    assert fresh(case).state == "refused"


@pytest.mark.rule("R3.1b")
def test_sent_back_the_receiving_school_corrects_and_it_returns_to_the_one_that_asked(client, world, case):
    back = {
        "outcome": "send_back",
        "reason_send_back": "proof_unreadable",
        "opinion": "第一张看不清，请重拍。",
    }
    handled(client, world, case, **back)
    signed(client, world, case, **back)
    assert fresh(case).state == "correction"
    decision = look(client, world.registrar(world.first), case).context["decision"]
    assert decision["primary"]["label"] == "已补正，送负责人核办"
    assert decision["panels"] == []
    assert decision["edit_url"] == f"/transfers/{case.number}/edit/"
    handled(client, world, case, opinion="已重新拍摄上传。")
    decision = look(client, world.head(world.first), case).context["decision"]
    assert decision["primary"]["label"] == "同意，送回东乌珠穆沁旗教育局"
    signed(client, world, case)
    assert (fresh(case).state, fresh(case).holder) == ("receiving_authority", world.east)


# ---------------------------------------------------------------- refused in words, nothing lost


@pytest.mark.rule("R0.3")
@pytest.mark.parametrize("blank", ["", " ", "　　", "\u200b\u200b\u200b", "好", "\x00\x00", "\u202e\u202e"])
def test_without_an_opinion_nothing_is_decided(client, world, case, blank):
    answer = handled(client, world, case, opinion=blank)
    assert answer.status_code == 422
    assert says(answer, "请填写审核补充意见（2–500 字），或点选一条常用短语。")
    assert nothing_done(case)


@pytest.mark.rule("R0.3")
def test_an_opinion_that_is_too_long_stays_on_the_page(client, world, case):
    long = "意见" * 251
    answer = handled(client, world, case, opinion=long)
    assert answer.status_code == 422
    assert says(answer, "最多 500 字，现在有 502 字")
    assert answer.context["decision"]["opinion"] == long
    assert nothing_done(case)


@pytest.mark.rule("R0.6")
def test_a_refusal_for_another_reason_is_refused_and_keeps_opinion_and_choice(client, world, case):
    answer = handled(
        client,
        world,
        case,
        outcome="refuse",
        reason_refuse="材料不齐",
        opinion="请家长补交房产证明和社保证明。",
    )
    assert answer.status_code == 422
    assert says(answer, "不同意须从所列理由中选择一条")
    decision = answer.context["decision"]
    assert decision["opinion"] == "请家长补交房产证明和社保证明。"
    assert next(p for p in decision["panels"] if p["outcome"] == "refuse")["open"]
    assert nothing_done(case)


@pytest.mark.rule("R3.1b")
def test_a_short_refusal_is_refused_and_keeps_the_chosen_reason(client, world, case):
    answer = handled(client, world, case, outcome="refuse", reason_refuse="reason_untrue", opinion="不同意。")
    assert answer.status_code == 422
    assert says(answer, "意见不少于 10 字")
    assert (
        next(p for p in answer.context["decision"]["panels"] if p["outcome"] == "refuse")["chosen"]
        == "reason_untrue"
    )


@pytest.mark.parametrize("outcome", ["", "completed", "同意", "withdrawn", "\x00"])
def test_an_unknown_outcome_is_refused_in_words(client, world, case, outcome):
    answer = handled(client, world, case, outcome=outcome)
    assert answer.status_code == 422
    assert says(answer, "请选择同意、不同意或退回补正")
    assert answer.context["decision"]["opinion"] == AGREE


@pytest.mark.parametrize(
    "spoilt",
    [
        {"revision": ""},
        {"revision": "x"},
        {"revision": "-1"},
        {"revision": "9" * 30},
        {"key": ""},
        {"key": "a b"},
        {"key": "\x00" * 9},
    ],
)
def test_a_form_that_is_not_whole_is_refused_with_a_sentence_and_keeps_the_opinion(
    client, world, case, spoilt
):
    answer = handled(client, world, case, **spoilt)
    assert answer.status_code == 400
    assert says(answer, "页面已经过期或不完整，请核对后重新提交；你填写的内容还在。")
    assert answer.context["decision"]["opinion"] == AGREE
    assert nothing_done(case)


@pytest.mark.rule("R0.5")
def test_each_wrong_seat_is_refused_in_words(client, world, case):
    told = {
        (world.head(world.east), "handle"): "学籍管理员办理，你没有这个岗位",
        (world.registrar(world.east), "sign"): "须先由学籍管理员办理，再由负责人核办",
        (world.registrar(world.first), "handle"): "东乌珠穆沁旗教育局的学籍管理员办理，你没有这个岗位",
        (world.registrar(world.third), "withdraw"): "只有转入学校可以撤销业务",
        (world.registrar(world.east), "nudge"): "只有经办双方中不在办理的单位可以催办",
        (world.registrar(world.first), "recall"): "只有刚刚核办的负责人本人可以撤回",
    }
    for (account, verb), sentence in told.items():
        answer = post(client, account, case, verb, outcome="agree", opinion=AGREE)
        assert answer.status_code == 409, verb
        assert says(answer, sentence), verb
    assert nothing_done(case)


@pytest.mark.rule("R0.5")
def test_the_one_who_handled_cannot_sign_from_a_lent_post_and_reads_why(client, world, case):
    handled(client, world, case)
    clerk, post_of_head = world.registrar(world.east), Post.objects.get(account=world.head(world.east))
    Delegation.objects.create(
        post=post_of_head,
        account=clerk,
        valid_from=MONDAY.date(),
        valid_until=MONDAY.date().replace(day=30),
        reason="出差",
    )
    shown = look(client, clerk, case)
    assert "须由另一人核办" in shown.context["decision"]["primary"]["disabled"]
    answer = post(client, clerk, case, "sign", outcome="agree", opinion=AGREE)
    assert answer.status_code == 409
    assert says(answer, "办理与核办不能是同一人")


def test_a_closed_case_takes_no_further_decision_and_shows_the_lost_opinion(client, world, case):
    case = world.decide(case, "refuse", "reason_untrue", UNTRUE)
    answer = handled_late(client, world, case)
    assert answer.status_code == 409
    assert says(answer, "这件业务已驳回")
    assert answer.context["kept_text"] == AGREE
    assert AGREE in answer.content.decode()


def handled_late(client, world, case):
    return post(client, world.registrar(world.east), case, "handle", outcome="agree", opinion=AGREE)


def test_the_same_form_twice_is_one_decision_and_one_answer(client, world, case):
    form = {"revision": case.revision, "key": str(uuid.uuid4())}
    first = handled(client, world, case, **form)
    again = handled(client, world, case, **form)
    assert (first.status_code, again.status_code) == (303, 303)
    assert Act.objects.filter(case=case, verb="handle").count() == 1


def test_the_same_key_for_another_decision_is_refused(client, world, case):
    key = str(uuid.uuid4())
    handled(client, world, case, key=key)
    answer = post(
        client, world.registrar(world.east), case, "handle", key=key, outcome="agree", opinion="另一条意见。"
    )
    assert answer.status_code == 409
    assert says(answer, "已用于另一项不同的请求")


def test_a_page_cannot_be_decided_by_looking(client, world, case):
    client.force_login(world.registrar(world.east))
    for verb in ("handle", "sign", "withdraw", "nudge", "reveal"):
        assert client.get(f"/cases/{case.number}/{verb}/").status_code == 405
    assert nothing_done(case)


def test_without_the_token_nothing_is_decided(world, case):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(world.registrar(world.east))
    answer = strict.post(f"/cases/{case.number}/handle/", {"outcome": "agree", "opinion": AGREE})
    refuses(answer, 403, "刷新后重新提交")
    assert nothing_done(case)


def test_naughty_words_are_kept_as_text_and_never_run(client, world, case):
    naughty = "<script>alert(1)</script>&'\"{{ 7*7 }}情况属实"
    answer = handled(client, world, case, opinion=naughty)
    assert answer.status_code == 303
    shown = look(client, world.head(world.east), case)
    assert "<script>alert(1)" not in shown.content.decode()
    assert shown.context["decision"]["proposal"]["opinion"] == naughty


# ---------------------------------------------------------------- what a decision costs


def test_a_decision_takes_at_most_fourteen_statements(client, world, case):
    clerk, head = world.registrar(world.east), world.head(world.east)
    for account, verb in ((clerk, "handle"), (head, "sign")):
        shown = look(client, account, case, verb).context["decision"]
        form = {name: shown[name] for name in ("revision", "key", "next")}
        with assert_queries(f"decision, {verb}", 14):
            answer = client.post(
                f"/cases/{case.number}/{verb}/?tab={verb}", {**form, "outcome": "agree", "opinion": AGREE}
            )
        assert answer.status_code == 303


def test_a_technician_of_the_unit_finds_no_case(client, world, case):
    technician = world.account(world.east, PostRole.TECHNICIAN)
    assert look(client, technician, case).status_code == 404
