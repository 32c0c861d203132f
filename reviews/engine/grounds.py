"""The refusal wall at the mouths (R3.4, R0.6, R1.8, R0.1): whatever a unit writes is held against the clauses.

The closed list of reasons stops the ground that is chosen; this stops the one that is typed, and the demand, whatever
the outcome. What is in doubt passes with a mark and the facts that its writer states. Who did not mean what was
stopped can ask the unit above (reviews/appeals/ruling.py).
"""

from datetime import date
from typing import TYPE_CHECKING

from orgs.people.models import Unit
from reviews.engine import book as rulebook
from reviews.engine.opinions import free_text
from reviews.refusal_rules import wall
from reviews.refusal_rules.models import ForbiddenPhrase, Ruling, WallAppeal, digest_of_words
from reviews.refusal_rules.wall import Answer
from reviews.refusal_rules.wall_values import MOVERS
from reviews.vocabulary.states import FIRST_STAGES, Outcome, State, Verb
from web import clock
from web.refusals import Refusal, Refused
from web.words import zh

if TYPE_CHECKING:
    from reviews.engine.asking import Asking

FORBIDDEN = "forbidden_ground"
FORBIDDEN_REASON = "forbidden_reason"
FACTS = "facts_wanted"
SHORTEST_FACTS, LONGEST_FACTS = 4, 300
# What a typed text brings about, where it does not agree.
_REFUSING = (Outcome.REFUSE, Outcome.SEND_BACK)
# Named in the sentence, at most so many of the words.
_NAMED = 3


def answer_to(
    text: str,
    *,
    kind: str | None = None,
    stage: str | None = None,
    refuses: bool = False,
    opinion: bool = True,
    reason: str = "",
    province_id: int | None = None,
    day: date | None = None,
    book: rulebook.Rulebook | None = None,
    told: bool = False,
) -> Answer:
    """What the wall says of ``text``: the one question that every mouth asks.

    Without ``kind`` and ``stage`` the rows of any are asked, for words that may be used at any. ``refuses``: the text
    is to refuse or send back, so a lawful ground must be read in it, one that fits ``reason``. ``opinion``: a whole
    opinion, not facts beside one and no listed reason. ``told``: an account of what happened, held to what it demands.
    """
    book = book or rulebook.current()
    found = book.wall(kind, stage, day or clock.local_date(clock.now()), province_id)
    asked = kind is None or kind in MOVERS
    return found.judge(text, refuses=refuses, opinion=opinion, reason=reason, grounds=asked, told=told)


def held(
    text: str, unit: Unit | None, *, act: str, told: bool = False, book: rulebook.Rulebook | None = None
) -> None:
    """Hold words of a paper that asks for proofs of its own or is no case (``act``: what they bring about) against the
    rows that speak of every kind: fees, numbers, records, places. ``told``: they tell what happened and decide nothing
    (“家里交不起学费”), so only what they demand is stopped. Raises Refused where they are stopped."""
    if not text.strip():
        return
    answer = answer_to(text, kind="", province_id=unit.province_id if unit else None, told=told, book=book)
    if answer.verdict == wall.STOP:
        raise Refused(_stopped(text, answer, act, _what_next(None, "")))


# ---------------------------------------------------------------- at the door


def answer_of(asking: "Asking") -> Answer:
    """The wall's answer to what was typed at the door."""
    if not asking.opinion:
        return Answer()
    case = asking.case
    return answer_to(
        asking.opinion,
        kind=case.kind,
        # What is sent off is told at the first stage, before there is a step.
        stage=asking.step.stage
        if asking.step
        else asking.procedure.starts_at or FIRST_STAGES[asking.procedure.of_one_school],
        refuses=_refuses(asking),
        reason=asking.reason,
        province_id=asking.own_seat.unit.province_id,
        day=case.ruled_on(asking.today),
        book=asking.book,
    )


def _refuses(asking: "Asking") -> bool:
    return asking.verb in (Verb.HANDLE, Verb.SIGN) and asking.outcome in _REFUSING


def _agrees(asking: "Asking") -> bool:
    decides = asking.verb in (Verb.HANDLE, Verb.SIGN) and asking.case.state != State.CORRECTION
    return decides and asking.case.kind in MOVERS


def appeal_against(asking: "Asking") -> WallAppeal | None:
    """The appeal already raised with exactly these words, in this step or the one it goes on from after a recall."""
    turns = [asking.turn.pk, asking.turn.recall_of_id]
    return WallAppeal.objects.filter(
        step__in=turns, unit=asking.own_seat.unit.pk, digest=digest_of_words(asking.opinion)
    ).first()


def check_ground(asking: "Asking") -> None:
    """Raises Refused with the clause's own sentence when what was typed is stopped, or is in doubt and its writer has
    not stated the facts. What passes in doubt stands in ``asking.mark``.

    ``remover`` of the refusal is the unit above, where an appeal can be raised; else it is empty.
    """
    _check_listed(asking)
    answer = answer_of(asking)
    if answer.verdict == wall.CLEAR:
        return
    if answer.verdict == wall.DOUBT:
        # Who refuses or sends back is asked for the facts, and who agrees as if on a condition; no other words are.
        if _refuses(asking) or (_agrees(asking) and answer.why != wall.UNREAD):
            _check_facts(asking, answer)
        return
    earlier = appeal_against(asking) if asking.step else None
    if earlier is not None and earlier.ruling == Ruling.ALLOW:
        return
    appealed = asking.verb in (Verb.HANDLE, Verb.SIGN, Verb.RETURN)
    upper = _upper_name(asking.own_seat.unit) if earlier is None and appealed else ""
    raise Refused(_stopped(asking.opinion, answer, _act(asking), _what_next(earlier, upper), upper))


def _act(asking: "Asking") -> str:
    return Outcome(asking.outcome).label if asking.outcome in _REFUSING else asking.verb.label


def _stopped(text: str, answer: Answer, act: str, what_next: str, upper: str = "") -> Refusal:
    row = answer.hits[0].rule.row
    sentence = zh(
        "意见中写有“{named}”，不得以此{act}：“{quoted}”。{instead}{what_next}",
        named="”“".join(named(text, answer)),
        act=act,
        quoted=row.quoted,
        instead=row.instead,
        what_next=what_next,
    )
    return Refusal(FORBIDDEN, sentence, row.clause, upper)


def named(text: str, answer: Answer) -> list[str]:
    """The words that were found, as they were typed, the first few."""
    found = dict.fromkeys(hit.words(text) for hit in answer.hits)
    return list(found)[:_NAMED]


# ---------------------------------------------------------------- in doubt


def _check_facts(asking: "Asking", answer: Answer) -> None:
    """A doubt stops nobody: its writer states the facts, in words that are held themselves."""
    facts = free_text(" ".join(asking.facts.split()), zh("补充说明"), zh("函 一"))
    if not SHORTEST_FACTS <= len(facts) <= LONGEST_FACTS:
        raise Refused(Refusal(FACTS, _asked(asking, answer), _clause(answer)))
    told = answer_to(
        facts,
        opinion=False,
        kind=asking.case.kind,
        stage=asking.turn.stage,
        province_id=asking.own_seat.unit.province_id,
        book=asking.book,
    )
    if told.verdict == wall.STOP:
        raise Refused(_stopped(facts, told, _act(asking), _what_next(None, "")))
    asking.mark = (answer, facts)


def _clause(answer: Answer) -> str:
    return answer.hits[0].rule.row.clause if answer.hits else zh("附件1 三.4")


def _asked(asking: "Asking", answer: Answer) -> str:
    wanted = zh("请在意见下面写明事实（{shortest} 字以上）再提交；", shortest=SHORTEST_FACTS)
    return zh("{why}{wanted}负责人和上级会看到这一标记。", why=doubt(asking.opinion, answer), wanted=wanted)


def doubt(text: str, answer: Answer) -> str:
    """Why the wall is in doubt, as a sentence."""
    if answer.hits:
        row = answer.hits[0].rule.row
        return zh(
            "意见中写有“{named}”，可能涉及“{quoted}”。",
            named="”“".join(named(text, answer)),
            quoted=row.quoted,
        )
    if answer.why == wall.UNREAD:
        return zh("意见中有系统不能辨读的文字。")
    if answer.why == wall.CONDITION:
        return zh("意见是同意，写法却像是另有条件或要求。")
    if answer.why == wall.LIKE:
        return zh("意见的写法与不得作为理由的情形相近。")
    return zh("意见中没有读出与所选理由相符的具体事实。")


# ---------------------------------------------------------------- provinces' own reasons


def _check_listed(asking: "Asking") -> None:
    """A reason that a province put on its list is words too: where it gives a forbidden ground it is no reason,
    however long it has stood there. No appeal lets it pass: it is mended on the list."""
    row = asking.book.reason_row(asking.reason, asking.case) if _refuses(asking) else None
    if row is None or row.province_id is None:
        return
    case = asking.case
    answer = answer_to(
        row.text,
        opinion=False,
        kind=case.kind,
        stage=asking.turn.stage,
        province_id=asking.own_seat.unit.province_id,
        day=case.ruled_on(asking.today),
        book=asking.book,
    )
    if answer.verdict != wall.STOP:
        return
    hit: ForbiddenPhrase = answer.hits[0].rule.row
    sentence = zh(
        "所列理由“{row_text}”写有“{hit_text}”，不得以此{label}：“{hit_quoted}”。请改选其他理由，并请本省（自治区）修改这条理由。",
        row_text=row.text,
        hit_text="”“".join(named(row.text, answer)),
        label=Outcome(asking.outcome).label,
        hit_quoted=hit.quoted,
    )
    raise Refused(Refusal(FORBIDDEN_REASON, sentence, hit.clause))


def _upper_name(unit: Unit) -> str:
    return unit.authority.name if unit.authority else ""


def _what_next(earlier: WallAppeal | None, upper: str) -> str:
    if earlier is None:
        return (
            zh("请改写意见；确不是此意的，可以报{upper}裁定。", upper=upper) if upper else zh("请改写意见。")
        )
    if earlier.ruling == Ruling.FORBID:
        return zh("{upper_name}已裁定成立，请改写意见。", upper_name=earlier.upper.name)
    return zh(
        "这段意见已报{upper_name}，裁定之前不能使用；可以先改写意见办理，时限照常计算。",
        upper_name=earlier.upper.name,
    )
