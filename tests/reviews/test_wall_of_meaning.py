"""The refusal wall by meaning: what the clauses forbid is stopped however it is put, what is lawful is left alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opencc import OpenCC
from pypinyin import lazy_pinyin

from reviews.refusal_rules import wall, wall_lexicon, wall_values
from tests.reviews import wordings
from tests.reviews.shipped_wall import judged

GRADUATION, SENDING, SENDING_OFFICE = "graduation_authority", "sending_school", "sending_authority"
RECEIVING, LIST = "receiving_authority", "authority"

# Written from the clauses; each with the rule that stops it.
UNLAWFUL = [
    (GRADUATION, "该生总分低于接收地普高控制线，故驳回。", "score"),
    (GRADUATION, "孩子的分数人家学校够不上，别折腾了。", "score"),
    (GRADUATION, "考得不理想，接收省份恐怕不会认。", "score"),
    (GRADUATION, "成绩并没有真正达到那边的门槛，不办。", "score"),
    (LIST, "名册中学生成绩未达对方划定的标准，不予同意。", "score"),
    (GRADUATION, "成绩达到那边的要求再来申请。", "score_if"),
    (GRADUATION, "只要能证明分数够上外省的线就办。", "score_if"),
    (GRADUATION, "还差三十五分呢，不批。", "points"),
    (GRADUATION, "该生系落榜生，不办理跨省就学。", "missed"),
    (GRADUATION, "未上线，退回。", "missed"),
    (GRADUATION, "对方招生没有教育部门的批文，不予核办。", "recruit"),
    (GRADUATION, "招生程序存疑，先不办理。", "recruit"),
    (GRADUATION, "民办高中来揽生，有猫腻。", "recruit"),
    (LIST, "该高中超计划招生，名册退回。", "poach"),
    (GRADUATION, "那所学校不讲规矩，不能给他们办。", "otherside"),
    (GRADUATION, "接收省份的做法违反政策，驳回。", "otherside"),
    (GRADUATION, "外省来挖我们的生源，不办。", "poach"),
    (SENDING, "优等生被掐尖走了，学校不同意。", "poach"),
    (GRADUATION, "为防止优质生源外流，一律不批。", "kept"),
    (SENDING, "这孩子是好苗子，学校说了不放。", "kept"),
    (SENDING_OFFICE, "初中毕业生一般不建议去省外上高中。", "kept"),
    (SENDING_OFFICE, "本县学生原则上应留在本县就读。", "kept"),
    (SENDING, "户口簿拿来看一下再转。", "paper"),
    (SENDING_OFFICE, "请提交父母的劳动合同和社保证明。", "paper"),
    (RECEIVING, "租房合同未备案，请补办。", "paper"),
    (SENDING, "转学联系函没有盖章，退回。", "paper"),
    (SENDING_OFFICE, "材料不全，请补齐后重报。", "stuff"),
    (RECEIVING, "还差一份手续没有交齐。", "stuff"),
    (SENDING, "请家长到校面谈。", "presence"),
    (SENDING_OFFICE, "必须监护人亲自来局办理。", "presence"),
    (SENDING, "书费还欠着，结清再走。", "fee"),
    (SENDING, "校服钱没有交，暂不办理。", "fee"),
    (SENDING, "图书没有归还，还了再转。", "fee"),
    (RECEIVING, "缴纳赞助费后予以接收。", "debt"),
    (SENDING, "财务未签字，离校清单不全。", "debt"),
    (SENDING, "离校清单没有办完。", "debt"),
    (SENDING, "该生是L字头的号，不能转出。", "temp"),
    (SENDING, "该生是L字头的号，缓一缓再办。", "temp"),
    (SENDING_OFFICE, "临时学籍的学生暂不受理。", "temp"),
    (SENDING_OFFICE, "学籍号还没下来，退回。", "numberwait"),
    (RECEIVING, "孩子以前没有学籍，不能接收。", "norecord"),
    (RECEIVING, "学籍未转来，不得入学。", "norecord"),
    (RECEIVING, "四年级学位已满，请另择学校。", "full"),
    (RECEIVING, "各班都是大班额。", "full"),
    (GRADUATION, "经集体讨论决定，领导没有同意。", "evade"),
    (SENDING_OFFICE, "历来不办此类业务，你懂的。", "evade"),
    (SENDING, "等下学期再考虑。", "delay"),
    (SENDING_OFFICE, "经办人休假，过段时间再报。", "delay"),
]
# The demand is held where the opinion agrees as well.
AGREEING = [
    (SENDING, "同意转出，请家长把房产证复印件交学校留存。"),
    (RECEIVING, "同意接收，报到时须带户口本和接种证。"),
    (SENDING_OFFICE, "同意，学费结清后生效。"),
    (SENDING_OFFICE, "同意，等正式学籍号下来再转。"),
    (GRADUATION, "同意，请监护人到局里当面签字。"),
]
# None of them may be stopped or marked.
LAWFUL = [
    (GRADUATION, "grad_not_local", "学生毕业于邻旗第二中学，不是我旗毕业生。"),
    (GRADUATION, "grad_not_local", "毕业生名册中查无此人，请核对身份证号。"),
    (GRADUATION, "grad_not_local", "申请的是同名的另一名学生，出生日期不同。"),
    (GRADUATION, "grad_guardian_declines", "监护人两次来电，明确不再去外省就读。"),
    (GRADUATION, "grad_guardian_declines", "家长书面放弃录取资格，孩子改读本地职业学校。"),
    (GRADUATION, "grad_guardian_declines", "孩子父亲表示希望留在本地上高中，不去该校。"),
    (GRADUATION, "grad_wrong_school", "发起学校误选学生，该生从未报名。"),
    (GRADUATION, "grad_reported_here", "该生已在本市第三中学注册在读。"),
    (GRADUATION, "grad_reported_here", "学生已被本旗职高录取并报到。"),
    (GRADUATION, "grad_proof_unreadable", "就学证明照片反光，看不清学校名称，请重新上传。"),
    (GRADUATION, "grad_proof_unreadable", "上传的是空白图片。"),
    (GRADUATION, "grad_school_mistaken", "毕业年份填写有误，应为2025年。"),
    (GRADUATION, "grad_class_mistaken", "入读年级选成了高二，应为高一。"),
    (SENDING, "not_our_pupil", "我校没有这名学生，请核实姓名。"),
    (SENDING, "not_our_pupil", "该生上学期已转往实验小学，学籍不在我校。"),
    (SENDING, "guardian_objects", "母亲来校书面说明不再转学。"),
    (SENDING, "guardian_objects", "经电话核实，家长不知情，系亲属误操作。"),
    (SENDING, "wrong_school", "孪生兄弟选错，应为弟弟。"),
    (SENDING, "wrong_school", "重复发起，前一件正在办理。"),
    (SENDING, "reason_untrue", "证明写的是调动工作，所选原因是户籍迁移，两者不符。"),
    (SENDING, "reason_untrue", "房产证上的姓名不是监护人，与所报原因不一致。"),
    (SENDING, "proof_unreadable", "转学原因证明缺第二页，请转入学校补传。"),
    (SENDING, "proof_unreadable", "图片太暗，字迹无法辨认。"),
    (SENDING, "class_mistaken", "转入班级不存在，请更正。"),
    (SENDING, "", "该生休学未满，须先在本校办理复学手续。"),
    (SENDING_OFFICE, "guardian_objects", "监护人已书面撤回申请，孩子继续在原校就读。"),
    (SENDING_OFFICE, "reason_mistaken", "所附为购房合同，转学原因应选购房。"),
    (SENDING_OFFICE, "proof_unreadable", "居住证照片模糊，请重新拍照上传。"),
    (SENDING_OFFICE, "proof_unreadable", "附件打不开，请更换。"),
    (SENDING_OFFICE, "class_mistaken", "该生应为八年级，误填七年级。"),
    (SENDING_OFFICE, "wrong_school", "学籍在邻县，转出学校选错。"),
    (RECEIVING, "wrong_school", "该生没有在该校就读，学校已确认选错学生。"),
    (RECEIVING, "guardian_objects", "家长电话告知放弃转入。"),
    (RECEIVING, "proof_unreadable", "证明被遮挡了一半，姓名看不见，请重拍。"),
    (RECEIVING, "class_mistaken", "该校没有三年级六班，班级填写有误。"),
    (RECEIVING, "grad_conditions", "不符合我省公布的外省学生就学条件第二项。"),
    (RECEIVING, "", "身份证号录入错误，少一位，请更正。"),
    (LIST, "recruit_not_admitted", "名册所列录取不属实，该生没有报考。"),
    (LIST, "recruit_list_wrong", "名册中两行为同一学生，请删去重复的一行。"),
    (LIST, "late_not_at_school", "名单所列学生不在该校就读。"),
    (LIST, "late_list_wrong", "该生在邻校已有学籍，应办理转学。"),
]
AGREED = [
    (SENDING, "情况属实，同意转出，无需提供其他材料。"),
    (SENDING, "同意。不需要家长到校，也不需要户口本。"),
    (RECEIVING, "学籍信息与证明一致，同意接收。"),
    (SENDING_OFFICE, "材料齐全清晰，同意办理。"),
    (GRADUATION, "外省学校同意接收，同意办理。"),
]


# Those that any rule may stop.
SAID = [(stage, text, "") for stage, text in wordings.UNLAWFUL]
SAID += [(stage, text, "") for what, stage, text in wordings.MEASURED if what == "unlawful"]


def lets_through(stage, text, without):
    """Whether a text that is stopped is not, without a rule or a meaning: as a refusal, or as mere words."""
    return any(
        judged(stage, text, refuses=refuses, learned=False).verdict
        == wall.STOP
        != judged(stage, text, refuses=refuses, without=without).verdict
        for refuses in (True, False)
    )


def everything():
    """(stage, text, refuses) of every sentence that is told here."""
    yield from ((stage, text, refuses) for stage, text, _ in UNLAWFUL + SAID for refuses in (True, False))
    yield from ((stage, text, True) for stage, _, text in LAWFUL + wordings.LAWFUL)
    yield from (
        (stage, text, False) for stage, text in AGREEING + AGREED + wordings.AGREEING + wordings.AGREED
    )
    yield from ((stage, text, True) for stage, text, _ in DOUBTFUL)
    yield from ((stage, text, True) for stage, text in wordings.DOUBTFUL)
    yield from ((stage, text, bool(reason)) for stage, reason, text in wall_values.lawful_sentences())


def keys(answer):
    """The rules that stopped a text."""
    return {hit.rule.key for hit in answer.hits if hit.answer == wall.STOP}


@pytest.mark.rule("R3.4")
@pytest.mark.parametrize(("stage", "text", "key"), UNLAWFUL)
def test_what_the_clause_forbids_is_stopped_by_its_own_rule(stage, text, key):
    answer = judged(stage, text)
    assert answer.verdict == wall.STOP
    assert key in keys(answer)
    assert all(hit.rule.row.clause and hit.rule.row.quoted and hit.rule.row.instead for hit in answer.hits)
    assert answer.hits[0].words(text)


@pytest.mark.rule("R0.6")
@pytest.mark.parametrize(("stage", "text"), AGREEING)
def test_a_demand_is_a_demand_though_the_opinion_agrees(stage, text):
    assert judged(stage, text, refuses=False).verdict == wall.STOP


@pytest.mark.rule("R3.4")
@pytest.mark.parametrize(("stage", "reason", "text"), LAWFUL)
def test_what_is_lawful_is_clear(stage, reason, text):
    answer = judged(stage, text, reason=reason)
    assert (answer.verdict, answer.why, [hit.words(text) for hit in answer.hits]) == (wall.CLEAR, "", [])


@pytest.mark.rule("R3.4")
@pytest.mark.parametrize(("stage", "text"), AGREED)
def test_what_agrees_and_demands_nothing_is_clear(stage, text):
    assert judged(stage, text, refuses=False).verdict == wall.CLEAR


DOUBTFUL = [
    (SENDING_OFFICE, "临时学籍号填写有误，等核对后再报。", ""),
    (RECEIVING, "我校没有该生学籍，不能接收，应向红旗小学发起。", ""),
    (SENDING_OFFICE, "第二页模糊，请补交房产证第二页。", ""),
    (SENDING_OFFICE, "不同意办理，请理解。", wall.NO_GROUND),
    (RECEIVING, "不予受理。", wall.NO_GROUND),
    (SENDING, "ᠮᠣᠩᠭᠣᠯ ᠬᠡᠯᠡ ᠪᠡᠷ 同名", wall.UNREAD),
    (SENDING, "བོད་ཡིག 同名学生", wall.UNREAD),
]


@pytest.mark.rule("R3.4")
@pytest.mark.parametrize(("stage", "text", "why"), DOUBTFUL)
def test_what_is_unsure_is_a_doubt_and_no_stop(stage, text, why):
    answer = judged(stage, text)
    assert (answer.verdict, answer.why) == (wall.DOUBT, why)


@pytest.mark.rule("R3.4")
def test_a_ground_that_does_not_fit_the_reason_is_a_doubt_and_one_that_does_is_clear():
    text = "转学原因证明看不清，请重新上传。"
    assert judged(SENDING, text, reason="proof_unreadable").verdict == wall.CLEAR
    assert judged(SENDING, text, reason="guardian_objects").why == wall.NO_GROUND


@pytest.mark.rule("R0.6")
def test_no_code_of_a_reason_switches_the_words_off():
    text = "请家长补交户口本、房产证，证件不齐。"
    for stage in (SENDING, SENDING_OFFICE, RECEIVING, GRADUATION):
        for reason in ("", "proof_unreadable", "grad_proof_unreadable", "guardian_objects"):
            assert judged(stage, text, reason=reason).verdict == wall.STOP


@pytest.mark.rule("R3.4")
@pytest.mark.parametrize(("stage", "reason", "text"), wall_values.lawful_sentences())
def test_no_row_stops_or_marks_a_sentence_of_the_shipped_list(stage, reason, text):
    assert judged(stage, text, refuses=bool(reason), reason=reason).verdict == wall.CLEAR


@pytest.mark.rule("R3.4")
@pytest.mark.parametrize("key", [row["key"] for row in wall_values.rules() if row["answer"] == "stop"])
def test_without_a_rule_something_unlawful_passes(key):
    assert any(lets_through(stage, text, key) for stage, text, rule in UNLAWFUL + SAID if rule in (key, ""))


@pytest.mark.rule("R3.4")
@pytest.mark.parametrize("concept", [row["concept"] for row in wall_values.words()])
def test_without_a_meaning_something_unlawful_passes(concept):
    assert any(lets_through(stage, text, f"words.{concept}") for stage, text, _ in UNLAWFUL + SAID)


@pytest.mark.rule("R3.4")
@pytest.mark.parametrize("name", wall_lexicon.shipped()["cues"])
def test_without_a_cue_some_sentence_is_answered_otherwise(name):
    assert any(
        judged(stage, text, refuses=refuses, learned=False).verdict
        != judged(stage, text, refuses=refuses, without=f"cue.{name}").verdict
        for stage, text, refuses in everything()
    )


@pytest.mark.rule("R3.4")
@pytest.mark.parametrize("key", [row["key"] for row in wall_lexicon.shipped()["grounds"]])
def test_without_a_ground_a_lawful_sentence_is_marked(key):
    assert any(
        judged(stage, text, reason=reason, without=f"ground.{key}").verdict != wall.CLEAR
        for stage, reason, text in LAWFUL + wordings.LAWFUL
    )


def test_the_sentences_that_are_quoted_stand_in_the_notice(settings):
    notice = (settings.BASE_DIR / "reviews/data/notice.txt").read_text(encoding="utf-8")
    for name, quote in wall_lexicon.shipped()["quotes"].items():
        assert quote["quoted"] in notice, name


# ---------------------------------------------------------------- however it is dressed

_TRADITIONAL = OpenCC("s2t")
_BETWEEN = [
    "",
    " ",
    "　",
    "-",
    "－",
    "·",
    "、",
    "，",
    ",",
    "\u200b",
    "\u200d",
    "🙂",
    "*",
    "_",
    "ー",
    "\u0301",
]
PLAIN = [(stage, text, key) for stage, text, key in UNLAWFUL if key not in ("evade", "delay")]


@pytest.mark.rule("R3.4")
@settings(max_examples=150, deadline=None)
@given(st.sampled_from(PLAIN), st.sampled_from(_BETWEEN), st.booleans())
def test_marks_between_all_characters_and_traditional_ones_hide_nothing(sentence, between, traditional):
    stage, text, _ = sentence
    core = text.rstrip("。")
    dressed = between.join(_TRADITIONAL.convert(core) if traditional else core)
    assert judged(stage, dressed).verdict == wall.STOP


@pytest.mark.rule("R3.4")
@pytest.mark.parametrize(
    ("stage", "text", "word"),
    [
        (SENDING, "户口本没有带来。", "户口本"),
        (SENDING, "学费没有交清。", "学费"),
        (SENDING_OFFICE, "缺居住证原件。", "居住证"),
        (GRADUATION, "分数不够。", "分数"),
        (GRADUATION, "违规招生，不办。", "违规"),
        (RECEIVING, "班额已满。", "班额"),
        (SENDING_OFFICE, "材料不齐。", "材料"),
    ],
)
def test_a_key_word_in_pinyin_is_the_word(stage, text, word):
    for pinyin in ("".join(lazy_pinyin(word)), " ".join(lazy_pinyin(word)).upper()):
        dressed = text.replace(word, pinyin)
        assert judged(stage, dressed).verdict == wall.STOP
        assert judged(stage, text).verdict == wall.STOP


TAILS = [
    "班级填写有误，请更正。",
    "该生不是我校学生。",
    "监护人明确表示不再转学。",
    "所附图片看不清，请重新上传。",
]


@pytest.mark.rule("R3.4")
@settings(max_examples=100, deadline=None)
@given(st.sampled_from(PLAIN), st.sampled_from(TAILS), st.booleans())
def test_a_lawful_sentence_elsewhere_excuses_nothing(sentence, tail, first):
    stage, text, _ = sentence
    assert judged(stage, tail + text if first else text + tail).verdict == wall.STOP


@pytest.mark.rule("R3.4")
@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(LAWFUL), min_size=1, max_size=4))
def test_lawful_sentences_together_are_not_stopped(sentences):
    stage = sentences[0][0]
    assert judged(stage, "".join(text for _, _, text in sentences)).verdict != wall.STOP


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=500), st.booleans())
def test_whatever_is_typed_gets_an_answer(text, refuses):
    answer = judged(SENDING, text, refuses=refuses)
    assert answer.verdict in (wall.STOP, wall.DOUBT, wall.CLEAR)
    assert all(0 <= start <= end < len(text) for start, end in answer.spans)
