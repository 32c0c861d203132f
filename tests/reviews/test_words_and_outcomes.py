"""An opinion says something, and not the contrary of its outcome; buttons and answers speak of their own kind (R0.3)."""

import uuid

import pytest
from django.test import Client

from reviews.case_page.views import told
from reviews.engine import door, procedures
from reviews.engine.book import phrases_by
from reviews.engine.models import Case, Step
from reviews.engine.opinions import checked_opinion
from reviews.refusal_rules import contradictions
from reviews.rulebook import notice_values
from reviews.vocabulary.states import Outcome, State, Verb
from tests.refusals import refused
from web.text import says

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R0.3"), pytest.mark.usefixtures("evidence")]
KINDS = [procedure.kind for procedure in procedures.all_procedures()]
OUTCOMES = [Outcome.AGREE, Outcome.REFUSE, Outcome.SEND_BACK]
NOTHING = [
    "。。",
    "11",
    "……",
    "2026",
    "！？",
    "😀😀",
    "- -",
    "好",
    "ａ",
    "１２３",
    "，。",
    "\u200b\u200b",
    "a1",
]
SOMETHING = ["同意", "ok", "属实", "ᠮᠣᠩ", "同 意", "𠮷𠮷"]


@pytest.mark.parametrize("text", NOTHING)
def test_marks_digits_and_pictures_are_no_opinion(text):
    assert not says(text)
    for verb in (Verb.SUBMIT, Verb.HANDLE, Verb.SIGN, Verb.RETURN, Verb.MESSAGE):
        with refused("opinion_blank"):
            checked_opinion(text, verb)


@pytest.mark.parametrize("text", SOMETHING)
def test_two_letters_of_any_language_are_one(text):
    assert says(text)
    assert checked_opinion(text, Verb.SIGN) == text


@pytest.mark.parametrize("text", ["。。", "11"])
def test_every_paper_asks_for_words(world, text):
    from tests.papers import others

    part = others.verification_part(world)
    from students.classes import sheets
    from students.classes.models import ChangeSheet
    from students.verification import rounds
    from students.verification.models import SchoolVerification

    with refused("opinion_blank"):
        rounds.sign_part(
            SchoolVerification.objects.get(school=world.third),
            world.head(world.third),
            world.now,
            text,
            agree=True,
        )
    assert part.wall
    sheet = others.class_sheet(world)
    with refused("answer_missing") as caught:
        sheets.give_back(ChangeSheet.objects.get(), world.registrar(world.first), world.now, text)
    assert (caught.value.code, sheet.role) == ("answer_missing", "registrar")


# ---------------------------------------------------------------- words that contradict the outcome

CONTRARY = {
    Outcome.AGREE: [
        "不同意。",
        "不 同 意 办理",
        "经研究，不予办理",
        "予以驳回",
        "情况不属实，退回。",
        "材料与实际不符。",
        "我局不同意该生转入",
        "请退回学校重新拍照",
        "拒绝接收该生",
        "照片不清，请重新上传",
    ],
    Outcome.REFUSE: [
        "情况属实，同意。",
        "经审核同意该生转入",
        "准予转学，手续齐全",
        "我局同意接收",
        "审核通过",
        "同意办理",
    ],
    Outcome.SEND_BACK: ["同意转入。", "情况属实，同意。", "不同意办理。", "予以驳回"],
}
FITTING = {
    Outcome.AGREE: [
        "监护人不同意转学的说法经核实不成立，同意。",
        "未发现与事实不符的情况",
        "家长无不同意见，同意",
        "原不同意意见已消除，同意办理",
        "如不同意请说明；本件同意",
        "不属于不予办理的情形，同意",
        "曾被退回补正，现已清晰，同意",
        "已按退回补正意见重新上传",
        "不影响毕业，同意",
    ],
    Outcome.REFUSE: [
        "监护人书面表示不同意转学，不予办理",
        "须经监护人同意",
        "监护人已同意放弃转学，不予办理",
        "父亲同意而母亲不同意，不予办理",
        "该生不在本校就读，不同意转入。",
    ],
    Outcome.SEND_BACK: [
        "照片缺页，请重拍",
        "暂不予办理，请补拍",
        "转学原因选择有误，与证明不一致",
        "班级填写有误，请更正后再报",
    ],
}


@pytest.mark.parametrize(("outcome", "text"), [(o, t) for o, texts in CONTRARY.items() for t in texts])
def test_words_that_contradict_the_outcome_stop_the_act(outcome, text):
    with refused("opinion_contradicts") as caught:
        checked_opinion(text, Verb.SIGN, outcome)
    assert outcome.label in caught.value.sentence


@pytest.mark.parametrize(("outcome", "text"), [(o, t) for o, texts in FITTING.items() for t in texts])
def test_words_about_others_denied_or_over_contradict_nothing(outcome, text):
    assert contradictions.hit(text, outcome) == ""


@pytest.mark.parametrize(("meant", "text"), notice_values.PHRASES)
def test_a_shipped_phrase_stands_beside_its_own_outcome_only(meant, text):
    for outcome in OUTCOMES:
        assert (contradictions.hit(text, outcome) == "") == (outcome == meant), outcome


def test_the_door_stops_it_and_nothing_is_written(world):
    case = world.decide(world.submitted(world.first, world.pupil(world.third)))
    with refused("opinion_contradicts"):
        door.perform(
            case,
            "handle",
            world.registrar(world.east),
            opinion="经核对与事实不符，不同意办理。",
            outcome="agree",
        )
    assert Step.objects.get(case=case, closed_at=None).handler is None


# ---------------------------------------------------------------- phrases and buttons by outcome


def test_a_phrase_is_offered_with_its_outcome_only(world):
    found = phrases_by(world.registrar(world.east), {world.east.pk}, tuple(OUTCOMES))
    shipped = {
        outcome: [text for meant, text in notice_values.PHRASES if meant == outcome] for outcome in OUTCOMES
    }
    for outcome in OUTCOMES:
        others = {text for other in OUTCOMES if other != outcome for text in shipped[other]}
        assert set(found[outcome]) & others == set()
    case = world.decide(world.submitted(world.first, world.pupil(world.third)))
    page = seen(world.registrar(world.east), case)
    agreeing, _, panels = page.partition('class="outcome-panels"')
    assert "不同意办理" not in agreeing.partition("data-phrases")[2]
    assert "不同意办理" in panels


def seen(account, case):
    client = Client()
    client.force_login(account)
    return client.get(f"/cases/{case.number}/").content.decode()


def test_who_confirms_a_proposed_refusal_has_the_keys_and_the_filled_button_on_it(world):
    case = world.decide(world.submitted(world.first, world.pupil(world.third)))
    case = door.perform(
        case,
        "handle",
        world.registrar(world.east),
        opinion="监护人来电明确表示不再转学，放弃本次申请。",
        outcome="refuse",
        reason="guardian_objects",
    )
    page = seen(world.head(world.east), case)
    assert page.count("data-primary") == 1
    button = page.partition('value="refuse" data-primary')[2].partition("</button>")[0]
    assert "确认不同意，业务终止" in button
    assert "Ctrl+Enter" in button
    agree = page.partition('value="agree"')[0].rpartition("<button")[2]
    assert "btn-primary" not in agree


@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_speaks_of_a_record_that_moves_where_none_does(kind):
    procedure = procedures.of_kind(kind)
    case = Case(kind=kind, state=State.COMPLETED, receiving_unit=None)
    assert procedure.brings
    moving = kind in (*notice_values.TRANSFERS, notice_values.POST_GRADUATION)
    if not moving:
        assert "转入" not in procedure.ending(case)
    assert moving == ("学籍已转入" in told(Verb.SIGN, case))
    assert procedure.brings in told(Verb.SIGN, case)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_what_is_told_after_handling_names_what_was_proposed(kind, outcome):
    said = told(Verb.HANDLE, Case(kind=kind), outcome)
    assert (Outcome(outcome).label in said) == (outcome != Outcome.AGREE)
    ended = told(Verb.SIGN, Case(kind=kind, state=State.REFUSED))
    assert ended == "已核办不同意，业务终止"


def test_the_last_button_of_a_suspension_says_suspension(world):
    case = world.changed(world.pupil(world.third), "suspension")
    case = world.decide(case)
    case = door.perform(
        case, "handle", world.registrar(world.west), opinion="情况属实，同意休学。", outcome="agree"
    )
    page = seen(world.head(world.west), case)
    assert "同意，办结休学" in page
    assert "学籍转入" not in page.partition('class="outcomes"')[2].partition("</section>")[0]
    client = Client()
    client.force_login(world.head(world.west))
    form = {
        "opinion": "情况属实，同意休学。",
        "outcome": "agree",
        "revision": case.revision,
        "key": uuid.uuid4().hex,
    }
    answer = client.post(f"/cases/{case.number}/sign/", form, follow=True)
    answer = answer.content.decode()
    assert "业务办结，已办理休学" in answer
    assert "学籍已转入" not in answer
