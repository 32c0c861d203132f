"""How often a unit sends one case back for correction, and in whose words (R3.7): twice at most, a row of the rulebook,
the second time in the head's own words. What the checks after a sign-off send back is nobody's sending back (R1.6)."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from reviews.engine import own_words
from reviews.engine.book import Rulebook
from reviews.engine.models import Case, Step
from reviews.vocabulary.states import Outcome, Verb
from web.refusals import Refusal
from web.words import zh

if TYPE_CHECKING:
    from reviews.engine.asking import Asking

CLAUSE = zh("附件1 三.7")
LIMIT = "send_backs"


def made(steps: Iterable[Step], stage: str, by_checks: str) -> int:
    """How often the unit of ``stage`` has sent the case back; what was recalled does not count, nor what its own
    checks sent back (``by_checks``: the code of their reason)."""
    steps = list(steps)
    recalled = {step.recall_of_id for step in steps}
    return sum(
        step.stage == stage
        and step.outcome == Outcome.SEND_BACK
        and step.reason != by_checks
        and step.pk not in recalled
        for step in steps
    )


def most(book: Rulebook, case: Case, province_id: int | None, today: date) -> int:
    """How often the unit may send it back."""
    return book.limit(LIMIT, case.ruled_on(today), province_id)


def told_over(count: int) -> str:
    """That it cannot be sent back again, and what can be done instead."""
    return zh(
        "本单位已退回这件业务补正 {count} 次，不能再退回；请同意，或从所列理由中选择不同意并写明具体情况。",
        count=count,
    )


def refusal(asking: "Asking") -> Refusal | None:
    """Why the unit whose turn it is cannot send the case back so, or ``None``."""
    if asking.outcome != Outcome.SEND_BACK or asking.verb not in (Verb.HANDLE, Verb.SIGN):
        return None
    step, case = asking.turn, asking.case
    count = made(Step.objects.filter(case=case), step.stage, asking.procedure.checks_reason)
    if count >= most(asking.book, case, asking.own_seat.unit.province_id, asking.today):
        return Refusal(LIMIT, told_over(count), CLAUSE)
    if count == 0 or asking.verb != Verb.SIGN:
        return None
    words = own_words.own_words(asking.opinion, asking.by, step.unit_id)
    handled = own_words.plain(step.handle_opinion)
    words = words.replace(handled, "") if handled else words
    if len(words) >= own_words.SHORTEST:
        return None
    told = zh(
        "这是本单位第 {count} 次退回这件业务：须由负责人用自己的话写明还缺什么、怎样补正，不少于 {shortest} 字，常用短语和经办意见不算（现有 {now} 字）。",
        count=count + 1,
        shortest=own_words.SHORTEST,
        now=len(words),
    )
    return Refusal("own_words_wanted", told, CLAUSE)
