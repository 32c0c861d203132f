"""What stands beside a hit of the refusal wall (R3.4), and what it makes of it: a stop, a doubt, or nothing.

Who is spoken of, how far a denial reaches, what is told as done or as another's words, and whether anything is asked
at all. An opinion that agrees rests on nothing; only what it demands is held against it.
"""

from typing import TYPE_CHECKING, NamedTuple

from reviews.refusal_rules import wall_grounds
from reviews.refusal_rules.wall_scan import Scan, Token, gap, overlap

if TYPE_CHECKING:
    from reviews.refusal_rules.wall import Rule

STOP, DOUBT, CLEAR = "stop", "doubt", "clear"
# What a rule of these finds can be a demand; of the others a ground for not agreeing, and nothing else.
_DEMANDS = {
    "paper",
    "task",
    "named_paper",
    "owed",
    "stuff",
    "presence",
    "fee",
    "debt",
    "temp",
    "numberwait",
    "norecord",
}
# On these an agreement must not depend.
_NO_CONDITIONS = {"score", "score_if", "points", "missed", "recruit", "otherside", "poach", "kept", "full"}
# Nor may it depend on these, whatever is said of them.
DEPENDED = {
    "bare_score",
    "bare_paper",
    "bare_fee",
    "bare_number",
    "bare_record",
    "bare_recruit",
    "bare_seat",
    "bare_presence",
    "bare_homeland",
    "bare_code",
    "bare_money",
    "bare_slip",
    "bare_roll",
}
# A condition of an agreement stands so near to what it is about.
_DEPENDS = 24
# “不得收” of these says that nothing is asked.
_THINGS = {
    "fee",
    "debt",
    "bare_fee",
    "bare_money",
    "bare_slip",
    "paper",
    "named_paper",
    "bare_paper",
    "owed",
    "stuff",
    "task",
}
# So near to it, words belong to a ground: “放弃录取资格”.
_TOUCHES = 2
# A ground of one word, and no clause that other words stand in.
_SHORT = 8
# A denial after the hit reaches back so far, in one sentence; words that bind stand so near.
_BACK, _BINDS = 40, 14
_TURN = ("但", "而是", "除", "只", "却", "不过", "仍", "还是", "才")
# After these, what was said before does not hold any more.
_TURNS_BACK = ("但", "不过", "然而", "只是", "可是", "否则")


class Manner(NamedTuple):
    """How the whole text speaks: it is to refuse, it agrees in words of its own or decides nothing, which lawful
    grounds were read in it, and whether it only tells what happened."""

    refuses: bool
    agrees: bool
    grounds: frozenset[str]
    told: bool = False

    @property
    def grounded(self) -> bool:
        return bool(self.grounds)


def manner(
    scan: Scan, *, refuses: bool, opinion: bool, grounds: frozenset[str], told: bool = False
) -> Manner:
    """The manner of a text; only an opinion can agree, and what only tells is held to no more than that."""
    refusing = scan.of("cue.refuses")
    agrees = any(not any(overlap(each, other) for other in refusing) for each in scan.of("cue.agrees"))
    return Manner(refuses, told or (agrees and opinion and not refuses), grounds, told)


def answer_of(rule: "Rule", partners: list[Token], scan: Scan, how: Manner) -> str:
    """The answer of a hit of ``rule``, by the meaning beside it; a stop only where nothing makes it uncertain."""
    key = rule.key
    for token in partners:
        # The same word is found by several rules.
        denied = scan.denied.get(token)
        if denied is None:
            denied = scan.denied[token] = _denied(token, scan)
        if denied:
            return CLEAR
    if how.agrees and key:
        bound = not how.told and (_depends(partners, scan) or _binding(partners, scan))
        if key in _NO_CONDITIONS | DEPENDED and bound:
            free = key in DEPENDED and _free(key, partners, scan)
            answer = CLEAR if free else _softened(key, partners, scan, how)
            return rule.answer if answer == STOP else answer
        if key not in _DEMANDS or not _demanded(key, partners, scan, how):
            return CLEAR
    judge = _BESIDE.get(key)
    answer = judge(partners, scan, how) if judge else STOP
    if answer == STOP:
        answer = _softened(key, partners, scan, how)
    if answer == STOP:
        answer = _beside_ground(rule, partners, scan, how)
    return rule.answer if answer == STOP else answer


def _beside_ground(rule: "Rule", partners: list[Token], scan: Scan, how: Manner) -> str:
    """What a stop becomes beside a ground: a demand stays one beside any. Words that ask nothing of anybody are a doubt
    in the ground's own sentence; words that would be the only ground are a doubt, or nothing where it is told in them."""
    if not rule.key:
        return STOP
    if not how.grounded:
        return STOP
    told = wall_grounds.places(how.grounds, scan)
    first = partners[0]
    if rule.key == "stuff":
        # “没有跳级手续，总年限不足九年”: what looks like the lack of something is the ground itself.
        short = [each for each in told if each.end - each.start <= _SHORT]
        return DOUBT if any(overlap(partners[1], each) for each in short) else STOP
    if rule.key in _DEMANDS - {"temp"}:
        return STOP
    if rule.groundless:
        return CLEAR if any(gap(each, first) <= _TOUCHES for each in told) else DOUBT
    near = any(scan.one_sentence(each, first) and not overlap(each, first) for each in told)
    return DOUBT if near else STOP


# ---------------------------------------------------------------- denials


def _denied(token: Token, scan: Scan) -> bool:
    """“无需提供…”: the demand or the ground is denied right there, in the same clause."""
    plain = scan.text.plain
    for cue in scan.near("cue.not_demanded", token, 9, clause=True):
        between = plain[cue.end : token.start] if cue.end <= token.start else plain[token.end : cue.start]
        limit = 9 if cue.end <= token.start else 3
        if len(between) > limit or any(turn in between for turn in _TURN):
            continue
        if plain[max(cue.start - 2, 0) : cue.start].endswith(("不是", "并非", "不能", "不得", "不可")):
            continue
        return True
    return _no_matter_of(token, scan)


_NOT, _MATTER = ("不是", "并非", "而非"), ("的问题", "的原因", "的缘故", "的事")


def _no_matter_of(token: Token, scan: Scan) -> bool:
    """“不是学位已满的问题”: what was found is said, in its clause, not to be the matter."""
    plain, clause = scan.text.plain, scan.text.clause
    after = plain[token.end : token.end + 6]
    if not any(word in after for word in _MATTER):
        return False
    before = "".join(
        plain[at] for at in range(max(token.start - 6, 0), token.start) if clause[at] == clause[token.start]
    )
    return any(word in before for word in _NOT)


def _void(key: str, partners: list[Token], scan: Scan) -> bool:
    """“…与学籍无关”, “…该要求已撤销”: what was found is said to count for nothing, later in the sentence."""
    last = max(partners, key=lambda each: each.end)
    plain = scan.text.plain
    cues = [*scan.near("cue.void", last, _BACK)]
    if key in _THINGS:
        cues += scan.near("cue.not_charged", last, _BACK)
    for cue in cues:
        if cue.start < last.start:
            continue
        between, after = plain[last.end : cue.start], plain[cue.end : cue.end + 3]
        if any(turn in after for turn in _TURNS_BACK) or "其他" in between or "其余" in between:
            continue
        return True
    return False


# ---------------------------------------------------------------- what is asked


def _binding(partners: list[Token], scan: Scan, *, clause: bool = False) -> bool:
    """Whether words that bind stand around: 请, 须, 先, …后, before the end of the sentence or the clause."""
    return any(
        not all(overlap(cue, token) for token in partners)
        for token in partners
        for cue in scan.near("cue.binds", token, _BINDS, clause=clause)
    )


def _depends(partners: list[Token], scan: Scan) -> bool:
    """“前提是成绩达线”, “等有人转走再办”: an agreement that depends on what was found is none."""
    return _conditional(partners, scan) or any(
        cue.end <= token.start
        for token in partners
        for cue in scan.near("cue.awaits", token, _DEPENDS, clause=True)
    )


def _conditional(partners: list[Token], scan: Scan) -> bool:
    return any(scan.near("cue.condition", token, _DEPENDS) for token in partners)


def _free(key: str, partners: list[Token], scan: Scan) -> bool:
    """What is done, left to them, or counts for nothing, is no condition."""
    denied = _void(key, partners, scan) or _not_charged(key, partners, scan)
    return denied or _done(partners, scan) or _optional(partners, scan)


def _optional(partners: list[Token], scan: Scan) -> bool:
    """“方便时来认认门，来不来都不影响”: asked for and left to them, and nothing depends on it."""
    left = any(scan.near("cue.optional", token, _DEPENDS) for token in partners)
    return left and not _conditional(partners, scan)


def _not_charged(key: str, partners: list[Token], scan: Scan) -> bool:
    """“学费一概不收”: said of it right there."""
    return key in _THINGS and any(
        token.end <= cue.start
        for token in partners
        for cue in scan.near("cue.not_charged", token, 3, clause=True)
    )


def _demanded(key: str, partners: list[Token], scan: Scan, how: Manner) -> bool:
    """Whether an opinion that agrees asks for what was found, in earnest and of its own; an account of what happened
    does so only in the very clause: “交不起学费，老师上门请他回来” asks for none."""
    bound = _binding(partners, scan, clause=how.told) or (not how.told and _conditional(partners, scan))
    left = _optional(partners, scan) or _not_charged(key, partners, scan)
    if not bound or left or _done(partners, scan):
        return False
    if not _void(key, partners, scan):
        return True
    # Who is asked in one clause is not let off by the next, unless it was told of others.
    first = min(partners, key=lambda each: each.start)
    asked = any(scan.near("cue.summons", token, 10, clause=True) for token in partners)
    told = [*scan.near("cue.told", first, 24), *scan.near("cue.reported", first, 24)]
    return asked and not any(cue.start < first.end for cue in told)


def _done(partners: list[Token], scan: Scan) -> bool:
    """“已主动带来户口本”: told as done, and nobody is called."""
    did = any(
        cue.end <= token.start for token in partners for cue in scan.near("cue.done", token, 4, clause=True)
    )
    return did and not any(scan.near("cue.summons", token, 10, clause=True) for token in partners)


def _softened(key: str, partners: list[Token], scan: Scan, how: Manner) -> str:
    """Doubt where others' words are told, or it is said that it does not matter, or that it is done already.
    Hearsay about the other side excuses nothing where the refusal rests on it."""
    first = min(partners, key=lambda each: each.start)
    last = max(partners, key=lambda each: each.end)
    rests = how.refuses and not how.grounded and key not in {*_DEMANDS, "bare_paper"}
    if not rests and any(cue.end <= first.start + 2 for cue in scan.near("cue.told", first, 10)):
        return DOUBT
    if _void(key, [last], scan) and not scan.near("cue.summons", last, 10, clause=True):
        return CLEAR if how.grounded else DOUBT
    for token in partners:
        for cue in scan.near("cue.done", token, 4 if how.grounded else 1, clause=True):
            if cue.end <= token.start and (token is not first or how.grounded):
                return CLEAR if how.grounded and not _binding(partners, scan) else DOUBT
    return STOP


# ---------------------------------------------------------------- rule by rule


def _paper(partners: list[Token], scan: Scan, how: Manner) -> str:
    noun = partners[0]
    demands = [each for each in scan.near("demand", noun, 12, clause=True) if not overlap(each, noun)]
    defects = scan.near("cue.defect", noun, 40, clause=True)
    around = defects or scan.near("cue.defect", noun, 20)
    # “上传的…” says which one it is, and asks for none.
    soft = [*around, *scan.near("cue.attached", noun, 6, clause=True)]
    hard = [each for each in demands if not any(overlap(each, cue) for cue in soft)]
    called = scan.near("cue.summons", noun, 10, clause=True)
    if any(cue.end == noun.start for cue in scan.near("cue.described", noun, 0)) and not called:
        return CLEAR
    if scan.near("cue.gave_up", noun, 10) and not called and not _first_to_be(noun, scan):
        return CLEAR
    said = any(cue.start == noun.end for cue in scan.near("cue.content", noun, 0))
    if said and how.grounded and not called:
        return CLEAR
    if len(partners) == 1:
        return CLEAR if around or _held(noun, scan) else DOUBT
    demand = partners[1]
    if any(overlap(demand, cue) for cue in around):
        return CLEAR
    if hard and called and _page_of_family(noun, defects, scan):
        return STOP
    if not called and _attached(noun, scan):
        return DOUBT if hard else CLEAR if around else DOUBT
    if defects:
        return DOUBT if hard else CLEAR
    if around and not hard:
        return CLEAR
    return STOP


def _page_of_family(noun: Token, defects: list[Token], scan: Scan) -> bool:
    """“请家长补户口本首页”: the page of a paper that the family is to bring, not one that is missing of the proof."""
    plain = scan.text.plain
    pages = scan.near("cue.page", noun, 40, clause=True)
    only = defects and all(any(overlap(each, page) for page in pages) for each in defects)
    family = [each for each in scan.near("family", noun, 10, clause=True) if each.end <= noun.start]
    return bool(only and family) and not any(word in plain[family[-1].end : noun.start] for word in "传拍")


def _attached(noun: Token, scan: Scan) -> bool:
    """“上传的租房合同…”: the one that was sent in, of which something is told."""
    return any(cue.end <= noun.start for cue in scan.near("cue.attached", noun, 3, clause=True))


def _first_to_be(noun: Token, scan: Scan) -> bool:
    """“前提是家长先写一份…”: asked for before anything else, whatever is to be given up in it."""
    before = scan.text.plain[max(noun.start - 14, 0) : noun.start]
    return any(word in before for word in ("先", "须", "前提", "请"))


# Of money these tell no debt.
_NEUTRAL = (
    "收",
    "交",
    "缴",
    "付",
    "退",
    "出",
    "给",
    "拿",
    "补",
    "票据",
    "发票",
    "收据",
    "单据",
    "收费",
    "缴费",
    "交费",
    "退还",
)


def _fee(partners: list[Token], scan: Scan, how: Manner) -> str:
    """“上传的图片是一张学费收据”: what a picture shows is not asked for."""
    first = min(partners, key=lambda each: each.start)
    shown = any(cue.end <= first.start for cue in scan.near("cue.described", first, 5, clause=True))
    if shown and not scan.near("cue.summons", first, 10, clause=True):
        return CLEAR
    told = [scan.text.plain[each.start : each.end] for each in partners[1:]]
    only_told = how.grounded and told and all(each in _NEUTRAL for each in told)
    return DOUBT if only_told and not _binding(partners, scan) else STOP


def _bare_paper(partners: list[Token], scan: Scan, how: Manner) -> str:
    """Where no ground is read, a paper that is named is a paper that is asked for."""
    return STOP if _paper(partners, scan, how) == DOUBT else CLEAR


def _task(partners: list[Token], scan: Scan, how: Manner) -> str:
    """“请家长写一份…”: called upon, or the very thing the refusal rests on; what they wrote already is neither."""
    called = any(scan.near("cue.summons", token, 8, clause=True) for token in partners)
    if _done(partners, scan) or scan.near("cue.gave_up", partners[0], 14):
        return CLEAR
    return STOP if called or (how.refuses and not how.grounded) else CLEAR


def _held(noun: Token, scan: Scan) -> bool:
    """“已领取毕业证书”: what the pupil has, told and not asked."""
    had = any(cue.end <= noun.start for cue in scan.near("cue.has", noun, 8, clause=True))
    return had and not scan.near("cue.binds", noun, _BINDS, clause=True)


def _stuff(partners: list[Token], scan: Scan, how: Manner) -> str:
    noun, lack = partners
    if any(cue.start >= noun.end for cue in scan.near("cue.page", noun, 2, clause=True)):
        return CLEAR
    defects = scan.near("cue.defect", noun, 14, clause=True)
    return DOUBT if any(not overlap(each, lack) for each in defects) else STOP


# Right behind “到我校”: the child came to learn.
_ATTENDS = ("上", "读", "就", "念")
# Right before it: “转到你校”, “录取到该校”.
_MOVED = ("转", "调", "迁", "升", "取", "考", "选", "读")
# Of a child that stays away, beside a ground that is told.
_ABSENT = ("不来", "没来", "未来", "没有来", "没有到")
_AT_SCHOOL = ("报到", "复学", "入学", "就读", "上学", "上课")


def _presence(partners: list[Token], scan: Scan, how: Manner) -> str:
    go = partners[0]
    plain = scan.text.plain
    if plain[go.end : go.end + 1] in _ATTENDS or plain[max(go.start - 1, 0) : go.start] in _MOVED:
        return CLEAR
    summons = scan.near("cue.summons", go, 12, clause=True)
    came = scan.near("cue.came", go, 10, clause=True)
    if any(scan.text.plain[each.start : each.end] in _AT_SCHOOL for each in came):
        return CLEAR
    if came and not summons:
        return CLEAR
    if how.grounded and summons and all(plain[each.start : each.end] in _ABSENT for each in summons):
        return CLEAR
    asked = summons or scan.near("cue.summons", go, 12) or (how.refuses and not how.grounded)
    if asked:
        return STOP
    return CLEAR if how.grounded else DOUBT


def _kept(partners: list[Token], scan: Scan, how: Manner) -> str:
    token = partners[0]
    for person in scan.near("cue.wish", token, 14):
        if person.end <= token.start + 1 and (
            any(person.end <= wish.start <= token.end for wish in scan.near("cue.wished", person, 10))
        ):
            return CLEAR if scan.near("stay", token, 0) else DOUBT
    return STOP


def _wrong_entry(partners: list[Token], scan: Scan, how: Manner) -> str:
    """“招生学校名称有问题，请更正”: the entry is wrong, not the recruiting."""
    if any(scan.near("cue.entry", token, 5, clause=True) for token in partners):
        told = scan.text.plain[partners[1].start : partners[1].end]
        return CLEAR if told in ("有问题", "不存在", "不当", "没有") else DOUBT
    return STOP


def _number(partners: list[Token], scan: Scan, how: Manner) -> str:
    return DOUBT if scan.near("cue.entry", partners[0], 6, clause=True) else STOP


def _no_record(partners: list[Token], scan: Scan, how: Manner) -> str:
    ours = scan.near("cue.ours", partners[0], 4, clause=True)
    return DOUBT if any(cue.end <= partners[0].start for cue in ours) else STOP


def _full(partners: list[Token], scan: Scan, how: Manner) -> str:
    """“接收学校已停办，不再接收”: the other side tells it of itself, beside a ground that can be read."""
    token = partners[0]
    theirs = any(each.end <= token.start for each in scan.near("otherside", token, 14))
    ours = scan.near("cue.ours", token, 14)
    return CLEAR if theirs and not ours and how.grounded else STOP


def _mild(partners: list[Token], scan: Scan, how: Manner) -> str:
    """“…后再转” or “慎重” may be said of anything; “下学期” or “先放一放” puts off what it is said of."""
    mild = {(each.start, each.end) for each in scan.of("cue.mild")}
    if not all((each.start, each.end) in mild for each in partners):
        return STOP
    return CLEAR if how.grounded else DOUBT


_BESIDE = {
    "delay": _mild,
    "evade": _mild,
    "fee": _fee,
    "bare_fee": _fee,
    "full": _full,
    "paper": _paper,
    "named_paper": _paper,
    "bare_paper": _bare_paper,
    "task": _task,
    "stuff": _stuff,
    "presence": _presence,
    "kept": _kept,
    "otherside": _wrong_entry,
    "recruit": _wrong_entry,
    "temp": _number,
    "norecord": _no_record,
}
