"""“That is not what I meant”: a text the wall stopped goes up, is ruled on once, and then passes or stays stopped."""

from datetime import timedelta

import pytest
from django.db import connection

from ledger import audit, outbox
from ledger.models import AuditEntry, OutboxMessage
from orgs.people.models import PostRole
from reviews.appeals import ruling as appeals
from reviews.engine import door
from reviews.engine.models import Case
from reviews.notices.models import Notice
from reviews.refusal_rules.models import WallAppeal
from tests.clock import frozen, shanghai
from tests.refusals import refused, sql_refused
from tests.reviews.case_pages import AGREE, MONDAY, at_the_authority, look, post, says, words
from tests.world import rewritten
from web import clock

pytestmark = [pytest.mark.django_db, pytest.mark.world_at(MONDAY, stands=False)]
TEXT = "材料不齐不办是旧通知里的话，家长本人明确表示不再转学。"
REFUSE = {"outcome": "refuse", "reason": "guardian_objects"}


@pytest.fixture(autouse=True)
def monday():
    with frozen(MONDAY):
        yield


@pytest.fixture
def case(world):
    return at_the_authority(world)


def raised(world, case, by=None, text=TEXT, **more):
    by = by or world.registrar(world.east)
    return appeals.raise_(case, by, opinion=text, **(REFUSE | more))


def ruled(world, appeal, ruling="allow", opinion="意见是转述家长的话，不是驳回理由。"):
    return appeals.decide(appeal, world.head(world.league), ruling=ruling, opinion=opinion)


def handle(world, case, text=TEXT, **more):
    return door.perform(case, "handle", world.registrar(world.east), opinion=text, **(REFUSE | more))


def stopped(code, act, *args, **more):
    with refused(code) as caught:
        act(*args, **more)
    assert caught.value.sentence.endswith("。")
    return caught.value.sentence


def told_to(account):
    outbox.relay(clock.now() + timedelta(days=36500))
    return [notice.text for notice in Notice.objects.filter(account=account).order_by("id")]


# ---------------------------------------------------------------- raised, ruled on, used


@pytest.mark.rule("R3.4")
def test_a_stopped_text_says_who_may_rule_on_it(world, case):
    sentence = stopped("forbidden_ground", handle, world, case)
    assert sentence.endswith("请改写意见；确不是此意的，可以报锡林郭勒盟教育局裁定。")


@pytest.mark.rule("R3.4")
def test_allowed_exactly_this_text_passes_at_both_acts_of_the_unit_and_no_other_does(world, case):
    appeal = raised(world, case)
    stopped("forbidden_ground", handle, world, case)
    ruled(world, appeal)
    stopped("forbidden_ground", handle, world, case, TEXT + "材料不齐。")
    handled = handle(world, case)
    assert handled.awaiting == "sign"
    done = door.perform(handled, "sign", world.head(world.east), opinion=TEXT, **REFUSE)
    assert done.state == "refused"


@pytest.mark.rule("R3.4")
def test_upheld_it_stays_stopped_and_cannot_be_sent_up_again(world, case):
    ruled(world, raised(world, case), "forbid", "意见确以材料不齐为由。")
    assert "已裁定成立，请改写意见" in stopped("forbidden_ground", handle, world, case)
    assert "不能再次上报" in stopped("appeal_decided", raised, world, case)
    assert handle(world, case, "家长明确表示孩子不再转学，已核实。").awaiting == "sign"


@pytest.mark.rule("R3.4")
def test_while_it_waits_other_words_may_be_used_and_the_clock_goes_on(world, case):
    due = case.steps.get(closed_at=None).due_on
    raised(world, case)
    assert "裁定之前不能使用；可以先改写意见办理，时限照常计算" in stopped(
        "forbidden_ground", handle, world, case
    )
    assert Case.objects.get(pk=case.pk).steps.get(closed_at=None).due_on == due
    handle(world, case, AGREE, outcome="agree", reason="")


def test_an_allowed_text_holds_in_its_own_case_and_unit_only(world, case):
    ruled(world, raised(world, case))
    other = at_the_authority(world)
    stopped("forbidden_ground", handle, world, other)
    onward = world.decide(case)
    stopped(
        "forbidden_ground",
        door.perform,
        onward,
        "handle",
        world.registrar(world.third),
        opinion=TEXT,
        **REFUSE,
    )


def test_an_allowed_text_still_holds_after_a_recall(world, case):
    back = {"outcome": "send_back", "reason": "class_mistaken"}
    text = "班级有误。材料不齐不办的旧话不作数，请更正班级。"
    ruled(world, raised(world, case, text=text, **back))
    handle(world, case, text, **back)
    head = world.head(world.east)
    sent = door.perform(case, "sign", head, opinion=text, **back)
    again = door.perform(sent, "recall", head)
    assert door.perform(again, "sign", head, opinion=text, **back).state == "correction"


@pytest.mark.rule("R3.4")
def test_the_head_s_own_words_and_a_return_can_be_sent_up_too(world, case):
    handle(world, case, AGREE, outcome="agree", reason="")
    head = world.head(world.east)
    appeal = appeals.raise_(
        case, head, opinion="请核对：材料不齐是谁说的？", outcome="return_to_registrar", explanation="问询"
    )
    assert (appeal.verb, appeal.outcome, appeal.explanation) == ("return_to_registrar", "", "问询")
    assert appeal.proposed == "退回本单位"
    ruled(world, appeal)
    returned = door.perform(case, "return_to_registrar", head, opinion="请核对：材料不齐是谁说的？")
    assert returned.awaiting == "handle"


def test_the_same_words_twice_are_one_appeal(world, case):
    assert raised(world, case) == raised(world, case, by=world.registrar(world.east))
    assert WallAppeal.objects.count() == 1
    assert OutboxMessage.objects.filter(topic="appeal").count() == 1


@pytest.mark.rule("R3.4")
def test_both_units_are_told(world, case):
    appeal = raised(world, case)
    assert any(
        "请锡林郭勒盟教育局负责人裁定；该环节时限照常计算" in t for t in told_to(world.head(world.league))
    )
    ruled(world, appeal)
    for account in (world.registrar(world.east), world.head(world.east)):
        assert any("锡林郭勒盟教育局裁定被拦用语属误报，可以按原文提交" in text for text in told_to(account))
    outbox.relay(clock.now() + timedelta(days=36500))
    assert not OutboxMessage.objects.filter(topic="appeal", delivered_at=None).exists()


def test_both_acts_stand_in_the_trail_by_digest_and_the_words_do_not(world, case):
    ruled(world, raised(world, case, explanation="转述家长的话"))
    entries = AuditEntry.objects.filter(action__startswith="appeal.").order_by("id")
    assert [entry.action for entry in entries] == ["appeal.raised", "appeal.ruled"]
    assert not any("材料" in str(entry.body) or "转述" in str(entry.body) for entry in entries)
    assert list(audit.verify([audit.case_chain(case.pk)])) == []


# ---------------------------------------------------------------- who may not, and when


def test_only_whose_turn_it_is_sends_a_text_up_and_only_one_that_is_stopped(world, case):
    stopped("no_seat", raised, world, case, by=world.registrar(world.third))
    stopped("no_seat", raised, world, case, by=world.head(world.east))
    stopped("reason_listed", raised, world, case, reason="材料不齐")
    stopped("appeal_needless", raised, world, case, text="家长明确表示孩子不再转学，已核实。")
    stopped("appeal_needless", raised, world, case, text=AGREE, outcome="agree", reason="")
    stopped("opinion_blank", raised, world, case, text=" ")
    done = world.finish(case)
    stopped("case_closed", raised, world, done)


def test_who_has_nobody_above_is_told_to_find_other_words(world, case):
    # Only the ministry has nobody above.
    units = type(world.east).objects
    rewritten(units.filter(pk=world.ministry.pk), level="province", authority=world.league)
    rewritten(units.filter(pk=world.east.pk), level="ministry", authority=None)
    assert stopped("forbidden_ground", handle, world, case).endswith("请改写意见。")
    stopped("appeal_nowhere", raised, world, case)


@pytest.mark.rule("R0.5")
def test_a_head_of_the_unit_above_rules_and_nobody_else(world, case):
    appeal, head = raised(world, case), world.head(world.league)
    rule = {"ruling": "allow", "opinion": "属误报。"}
    for account in (
        world.registrar(world.league),
        world.head(world.east),
        world.head(world.im),
        world.registrar(world.east),
    ):
        stopped("no_seat", appeals.decide, appeal, account, **rule)
    own = world.account(world.league, PostRole.HEAD, person=world.registrar(world.east).person)
    stopped("same_person", appeals.decide, appeal, own, **rule)
    stopped("ruling_missing", appeals.decide, appeal, head, ruling="", opinion="属误报。")
    stopped("opinion_blank", appeals.decide, appeal, head, ruling="allow", opinion="好")
    ruled(world, appeal)
    stopped("appeal_decided", ruled, world, appeal, "forbid")


def test_once_the_unit_has_decided_with_other_words_there_is_nothing_to_rule(world, case):
    appeal = raised(world, case)
    world.decide(case)
    assert "无须裁定" in stopped("appeal_moot", ruled, world, appeal)


# ---------------------------------------------------------------- what the database refuses


@pytest.mark.rule("R3.4")
def test_an_appeal_is_decided_once_by_another_person_and_never_changed_or_deleted(world, case):
    appeal = raised(world, case)
    change = "UPDATE reviews_wallappeal SET {} WHERE id=%s"
    sql_refused("appeal_fixed", change.format("opinion='别的意见'"), appeal.pk)
    sql_refused("appeal_fixed", change.format("explanation='补记'"), appeal.pk)
    rule = "ruling='allow', ruling_opinion='属误报', decider_id=%s"
    sql_refused("appeal_seat", change.format(rule), appeal.account_id, appeal.pk)
    sql_refused("appeal_ruled_whole", change.format("ruling='allow'"), appeal.pk)
    sql_refused("no_delete", "DELETE FROM reviews_wallappeal WHERE id=%s", appeal.pk)
    sql_refused("append_only", "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE reviews_wallappeal")
    done = ruled(world, appeal)
    assert (done.decided_at, done.decider_person) == (MONDAY, world.head(world.league).person)
    sql_refused("appeal_decided", change.format("ruling='forbid'"), appeal.pk)
    sql_refused("appeal_decided", change.format("ruling_opinion='改'"), appeal.pk)


def test_time_person_and_digest_are_the_database_s_and_the_unit_above_is_the_unit_s_own(world, case):
    appeal = raised(world, case)
    copy = (
        "INSERT INTO reviews_wallappeal (case_id, step_id, stage, unit_id, upper_id, account_id, person_id, verb,"
        " outcome, reason, opinion, digest, phrase_id, explanation, ruling, ruling_opinion, raised_at)"
        " SELECT case_id, {step}, stage, {unit}, {upper}, account_id, %s, verb, outcome, reason, '另一段意见', 'x',"
        " phrase_id, '', {ruling}, '', '2020-01-01' FROM reviews_wallappeal WHERE id = %s"
    )
    usual = {"step": "step_id", "unit": "unit_id", "upper": "upper_id", "ruling": "''"}
    stranger = world.registrar(world.third).person_id
    first = case.steps.order_by("seq").first().pk
    sql_refused("appeal_open_step", copy.format(**usual | {"step": first}), stranger, appeal.pk)
    sql_refused("appeal_open_step", copy.format(**usual | {"unit": world.west.pk}), stranger, appeal.pk)
    sql_refused("appeal_upper", copy.format(**usual | {"upper": world.im.pk}), stranger, appeal.pk)
    sql_refused("appeal_opens_undecided", copy.format(**usual | {"ruling": "'allow'"}), stranger, appeal.pk)
    with connection.cursor() as cursor:
        cursor.execute(copy.format(**usual), [stranger, appeal.pk])
    other = WallAppeal.objects.latest("id")
    assert other.raised_at == MONDAY
    assert other.person_id == appeal.person_id
    assert len(other.digest) == 64


# ---------------------------------------------------------------- pages


def stopped_form(client, world, case, **more):
    typed = {"outcome": "refuse", "reason_refuse": "guardian_objects", "opinion": TEXT, **more}
    return post(client, world.registrar(world.east), case, "handle", **typed)


@pytest.mark.rule("R3.4")
def test_the_refused_form_offers_the_way_up_and_nothing_typed_is_lost(client, world, case):
    answer = stopped_form(client, world, case)
    assert says(answer, "不是此意，报上级裁定")
    assert says(answer, "本环节时限照常计算")
    assert f'formaction="/cases/{case.number}/appeal/"' in answer.content.decode()
    sent = post(
        client,
        world.registrar(world.east),
        case,
        "appeal",
        outcome="refuse",
        reason_refuse="guardian_objects",
        opinion=TEXT,
        explanation="转述家长的话。",
    )
    assert (sent.status_code, sent["Location"]) == (303, f"/cases/{case.number}/")
    page = client.get(sent["Location"])
    assert says(page, "待裁定东乌珠穆沁旗教育局的意见因用语被拦，报锡林郭勒盟教育局裁定")
    again = stopped_form(client, world, case)
    assert not says(again, "不是此意，报上级裁定")
    assert again.context["decision"]["opinion"] == TEXT


def test_an_appeal_that_cannot_be_keeps_the_explanation(client, world, case):
    clerk = world.registrar(world.east)
    answer = post(
        client,
        clerk,
        case,
        "appeal",
        outcome="refuse",
        reason_refuse="unknown",
        opinion=TEXT,
        explanation="转述家长的话。",
    )
    assert answer.status_code == 422
    assert answer.context["decision"]["opinion"] == TEXT


@pytest.mark.rule("R3.4")
def test_the_unit_above_finds_it_in_its_list_reads_the_words_marked_and_rules(client, world, case):
    appeal = raised(world, case, explanation="转述家长的话。")
    head = world.head(world.league)
    client.force_login(head)
    listed = client.get("/appeals/")
    assert says(listed, "待你裁定")
    assert case.headline in listed.content.decode()
    page = client.get(f"/appeals/{appeal.pk}/")
    assert "<mark>材料不齐</mark>" in page.content.decode()
    assert says(page, "转述家长的话。")
    assert says(page, "各地各校不应再要求家长（学生）提供其他材料")
    wrong = client.post(f"/appeals/{appeal.pk}/", {"ruling": "", "opinion": "转述而已，属误报。"})
    assert wrong.status_code == 422
    assert says(wrong, "转述而已，属误报。")
    done = client.post(f"/appeals/{appeal.pk}/", {"ruling": "allow", "opinion": "转述而已，属误报。"})
    assert (done.status_code, done["Location"]) == (303, "/appeals/")
    twice = client.post(f"/appeals/{appeal.pk}/", {"ruling": "forbid", "opinion": "改为成立。"})
    assert twice.status_code == 409
    assert says(twice, "裁定不能更改")
    assert says(client.get("/appeals/?tab=ruled"), "属误报")
    page = look(client, world.registrar(world.east), case)
    assert page.context["decision"]["allowed"] == [TEXT]
    assert says(page, "裁定意见：“转述而已，属误报。”")
    assert page.context["decision"]["opinion"] == ""


@pytest.mark.rule("R3.4")
def test_an_appeal_is_seen_by_its_unit_and_those_above_and_by_nobody_else(client, world, case):
    appeal = raised(world, case)
    seen = {
        unit.name: [
            client.force_login(world.registrar(unit)),
            client.get(f"/appeals/{appeal.pk}/").status_code,
        ][1]
        for unit in (world.east, world.league, world.im, world.first, world.third, world.west, world.abroad)
    }
    assert list(seen.values()) == [200, 200, 200, 404, 404, 404, 404]
    for unit in (world.first, world.third):
        page = look(client, world.registrar(unit), case)
        assert TEXT not in page.content.decode()
        assert page.context["appeals"] == []
        client.force_login(world.registrar(unit))
        assert case.number not in words(client.get("/appeals/?tab=all"))


def test_open_ones_come_first_the_oldest_before_the_others_with_their_age(client, world, case):
    first = raised(world, case)
    with frozen(shanghai(2026, 11, 25, 9)):
        later = at_the_authority(world)
        raised(world, later)
        done = at_the_authority(world)
        ruled(world, raised(world, done))
        client.force_login(world.head(world.league))
        rows = client.get("/appeals/").context["rows"]
        assert [row["number"] for row in rows] == [first.case.number, later.number]
        assert rows[0]["waited"] == 2
        every = client.get("/appeals/?tab=all").context["rows"]
        assert [row["number"] for row in every][-1] == done.number
        wild = client.get("/appeals/?tab=%00&page=99999999999999999999")
        assert wild.status_code == 200
