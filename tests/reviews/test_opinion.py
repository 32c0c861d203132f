"""The opinion (R0.3): chosen or typed by a person, two to five hundred characters, kept as it was meant."""

import pytest

from reviews.engine.book import phrases_for
from reviews.engine.models import Act, Step
from reviews.engine.opinions import checked_opinion, cleaned
from reviews.rulebook.models import QuickPhrase
from reviews.vocabulary.states import Verb
from tests.refusals import refused
from tests.reviews.case_pages import AGREE, MONDAY, at_the_authority, look, post, says

pytestmark = pytest.mark.world_at(MONDAY)


@pytest.fixture
def case(world):
    return at_the_authority(world)


@pytest.mark.rule("R0.3")
@pytest.mark.parametrize(
    "text", ["", "  ", "\n\t", "　", "\u200b\u2060\ufeff", "\u202e\u202d", "\x00\x01", "好", " 好 ", None]
)
def test_what_shows_nothing_or_one_character_is_no_opinion(text):
    with refused("opinion_blank") as caught:
        checked_opinion(text, Verb.HANDLE)
    assert caught.value.sentence == "请填写审核补充意见（2–500 字），或点选一条常用短语。"


@pytest.mark.rule("R0.3")
@pytest.mark.parametrize(("length", "holds"), [(2, True), (500, True), (501, False)])
def test_two_to_five_hundred_characters_make_an_opinion(length, holds):
    text = "意" * length
    if holds:
        assert checked_opinion(text, Verb.SIGN) == text
    else:
        with refused("opinion_long", match="最多 500 字，现在有 501 字"):
            checked_opinion(text, Verb.SIGN)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  情况属实。\r\n同意。 ", "情况属实。\n同意。"),
        ("同\u202e意\u200b转入", "同意转入"),
        ("e\u0301tude", "étude"),
        ("乌云·其其格 同意", "乌云·其其格 同意"),
        ("𠅤㐆䶮 同意", "𠅤㐆䶮 同意"),
        ("同\ud800意", "同意"),
    ],
)
def test_it_is_kept_as_it_was_meant_without_characters_that_hide_or_turn(typed, kept):
    assert cleaned(typed) == kept


@pytest.mark.rule("R0.3")
def test_every_act_of_a_decided_case_carries_the_opinion_of_its_person(world, case):
    case = world.finish(case)
    steps = Step.objects.filter(case=case)
    assert steps.count() == 4
    assert all(len(step.handle_opinion) >= 2 and len(step.sign_opinion) >= 2 for step in steps)
    assert all(act.opinion for act in Act.objects.filter(case=case))


@pytest.mark.rule("R0.3")
def test_a_phrase_is_offered_and_never_filled_in(client, world, case):
    for unit in (world.east,):
        for account in (world.registrar(unit), world.head(unit)):
            answer = look(client, account, case)
            if answer.context["decision"]:
                assert answer.context["decision"]["opinion"] == ""
                assert '<button type="button" data-phrase="' in answer.content.decode()
                post(client, account, case, "handle", outcome="agree", opinion=AGREE)


def test_phrases_come_own_first_then_the_unit_s_then_everyone_s_and_nobody_else_s(world):
    clerk, other = world.registrar(world.east), world.registrar(world.west)
    QuickPhrase.objects.create(account=clerk, text="我的短语。")
    QuickPhrase.objects.create(unit=world.east, text="单位短语。")
    QuickPhrase.objects.create(account=other, text="别人的短语。")
    QuickPhrase.objects.create(unit=world.west, text="别单位的短语。")
    found = phrases_for(clerk, {world.east.pk})
    assert found[:2] == ["我的短语。", "单位短语。"]
    assert "情况属实，同意办理。" in found
    assert not {"别人的短语。", "别单位的短语。"} & set(found)


def test_at_most_nine_phrases_are_offered(world):
    clerk = world.registrar(world.east)
    for at in range(12):
        QuickPhrase.objects.create(account=clerk, text=f"第 {at} 条短语。", position=at)
    assert len(phrases_for(clerk, {world.east.pk})) == 9


@pytest.mark.rule("R0.3")
def test_the_typed_opinion_is_what_the_next_one_reads(client, world, case):
    post(
        client,
        world.registrar(world.east),
        case,
        "handle",
        outcome="agree",
        opinion="已电话核实，家长确已购房。",
    )
    assert says(look(client, world.head(world.east), case), "已电话核实，家长确已购房。")
