"""Signing many cases at once: a dry run that says what falls out and why, then each case on its own through the door.

Agreement only. The opinion is typed or chosen once and written into every case's own line (R0.3); every case keeps
its own transaction, so one that fails takes no other with it.
"""

import logging
from dataclasses import dataclass
from typing import cast

from django.db import DatabaseError

from ledger.models import IdempotencyKey
from orgs.people.models import Account
from reviews.desk.context import Desk
from reviews.engine import door, one_unit, own_words, procedures
from reviews.engine.models import Case, Step
from reviews.engine.opinions import checked_opinion
from reviews.vocabulary.states import Outcome, State, Verb
from web.refusals import Refusal, Refused
from web.words import zh

log = logging.getLogger(__name__)
# More are not looked at with care; one page of the list is half of it.
MOST = 50
_UNKNOWN = zh("没有这件业务，或不在你的权限范围内。")
_BROKEN = zh("系统暂时没有响应，这件没有办成，什么都没有改动；请稍后打开单独核办。")


@dataclass
class Line:
    """One case of the dry run or of the result: what it is, and why it falls out (empty: it goes)."""

    number: str
    why: str = ""
    clause: str = ""
    case: Case | None = None
    step: Step | None = None

    @property
    def known(self) -> Case:
        """The case, of a line that goes or was found."""
        return cast(Case, self.case)

    @property
    def goes(self) -> bool:
        """Whether it can be signed with the others."""
        return not self.why


def dry_run(numbers: list[str], account: Account, desk: Desk) -> list[Line]:
    """What signing these cases would do, case by case, in the order of their due dates. Changes nothing."""
    numbers = list(dict.fromkeys(numbers))[:MOST]
    cases = (
        Case.objects.visible_to(account, desk.today)
        .filter(number__in=numbers)
        .select_related("holder", "receiving_unit", "sending_unit")
        .order_by("due_on", "id")
    )
    found = {case.number: case for case in cases}
    every = list(Step.objects.filter(case__in=found.values()))
    one_unit.keep(every)
    steps = {s.case_id: s for s in every if s.closed_at is None}
    lines = [Line(number, case=case, step=steps.get(case.pk)) for number, case in found.items()]
    stage = next((line.known.state for line in lines if line.known.is_live), "")
    for line in lines:
        _judge(line, stage, account, desk)
    return lines + [Line(number, _UNKNOWN) for number in numbers if number not in found]


def _judge(line: Line, stage: str, account: Account, desk: Desk) -> None:
    # Without a step it is nobody's turn, and the door says so before the step is looked at.
    case, step = line.known, cast(Step, line.step)
    refused = door.refusal(case, Verb.SIGN, account, now=desk.now, step=line.step, book=desk.book)
    if refused is None and case.state != stage:
        told = zh("与其余业务不在同一环节（{label}），请另行核办。", label=State(stage).label)
        refused = Refusal("other_stage", told)
    if refused is None and step.proposal != Outcome.AGREE:
        told = zh("学籍管理员拟办“{label}”，须打开单独核办。", label=Outcome(step.proposal).label)
        refused = Refusal("not_proposed", told, zh("附件1 三.1"))
    refused = refused or _note_wanted(case, step) or _not_green(case, desk)
    if refused is not None:
        line.why, line.clause = refused.sentence, refused.clause


def _note_wanted(case: Case, step: Step) -> Refusal | None:
    """A case that asks for the receiving authority's own words: one opinion for many is none."""
    wanted = own_words.wanted_of(procedures.of(case), case, step.stage)
    return own_words.left_out(wanted) if wanted else None


def _not_green(case: Case, desk: Desk) -> Refusal | None:
    """The first check of the case that is not green: warnings too, because nobody reads them in a bulk."""
    procedure = procedures.of(case)
    guards = (*procedure.guards.get(Verb.SUBMIT, ()), *procedure.guards.get("complete", ()))
    facts = procedure.facts(case, None, desk.now, desk.book)
    return next((found for guard in dict.fromkeys(guards) if (found := guard(facts))), None)


def sign(chosen: list[tuple[str, int]], opinion: str, batch: str, account: Account, desk: Desk) -> list[Line]:
    """Sign each (case number, revision seen) with agreement; the lines say which failed and why.

    ``batch`` makes each an idempotent request: sent twice, it is decided once. Raises :class:`Refused` for an opinion
    that cannot stand, before anything is decided.
    """
    opinion = checked_opinion(opinion, Verb.SIGN)
    lines = dry_run([number for number, _ in chosen], account, desk)
    revisions = dict(chosen)
    for line in lines:
        if line.case is not None and _signed_before(account, _key(batch, line.number)):
            line.why = line.clause = ""
        elif line.goes:
            _sign_one(line, revisions[line.number], opinion, batch, account)
    return lines


def _signed_before(account: Account, key: str) -> bool:
    """Whether this very request was carried out already: a double click, a page sent again."""
    return IdempotencyKey.objects.filter(account_id=account.pk, key=key).exists()


def _key(batch: str, number: str) -> str:
    return f"bulk:{batch}:{number}"


def _sign_one(line: Line, revision: int, opinion: str, batch: str, account: Account) -> None:
    try:
        door.perform(
            line.known,
            Verb.SIGN,
            account,
            opinion=opinion,
            outcome=Outcome.AGREE,
            revision=revision,
            key=_key(batch, line.number),
        )
    except Refused as refused:
        line.why, line.clause = refused.sentence, refused.clause
    except DatabaseError as error:
        log.error("bulk sign-off of %s: %s", line.number, type(error).__name__)
        line.why = _BROKEN
