"""Procedures: what a kind of case must say about itself, so that the door can decide it without knowing a pupil."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from orgs.people.models import Account, Unit
from reviews.engine.book import Rulebook
from reviews.engine.models import Case
from reviews.engine.own_words import NoteWanted
from reviews.vocabulary.states import RECEIVING_SIDE, SENDING_SIDE, State, Verb
from web.words import zh

_registry: dict[str, "Procedure"] = {}


@dataclass(frozen=True)
class CasePage:
    """What a kind of case tells of its subject on the case page; every string ready, every number masked.

    ``checks`` are lines ``{ok: True | False | None (look at it), text, why, clause}``; ``obstacle`` is the sentence
    that forbids the last sign-off; ``done`` tells what the completed case brought about; ``links`` are
    ``{label, url}``; ``edit_url`` leads to the form while the receiving school has the case in hand,
    ``copy_url`` makes a new draft of a case that ended without moving anything; ``notes`` are ``{title, text, url,
    link}``, shown above the decision; ``note_wanted`` is what the receiving authority must write itself (as
    :meth:`Procedure.note_wanted`); ``reporting`` is, at 调档, what is kept of the subject's reporting:
    ``{on, no_show, by}`` (R3.6).
    """

    facts: list[tuple[str, str]]
    checks: list[dict] = field(default_factory=list)
    obstacle: str = ""
    done: str = ""
    links: list[dict] = field(default_factory=list)
    edit_url: str = ""
    copy_url: str = ""
    notes: list[dict] = field(default_factory=list)
    note_wanted: NoteWanted | None = None
    reporting: dict | None = None


@dataclass(frozen=True)
class Objection:
    """Why a case goes back by itself: the code of a reason for sending back, and the sentence."""

    reason: str
    sentence: str


class Procedure:
    """A kind of case. Subclasses live on higher floors and register one instance each."""

    kind = ""
    # The code of the reason with which its own checks send a case back (R1.6); empty where it has none.
    checks_reason = ""
    name = ""
    # verb → guards asked in turn before it; each takes the facts and returns a Refusal or None.
    guards: dict[str, tuple[Callable, ...]] = {}
    clause = zh("附件1 三.1")
    # What the case page says beside the decision: what must not be done, and what there is to check.
    rule_note = ""
    review_scope = ""
    # What a proof is called, and what stands where there is none.
    proof_name = zh("转学原因证明")
    no_proof = zh("还没有上传转学原因证明。")
    fewest_proofs = 1
    # Who begins it, as sentences call that school; whether it concerns that school alone (it then stands on both
    # sides); what its end brings about, for the notice.
    beginner = zh("转入学校")
    of_one_school = False
    # The stage at which it begins, where that is not the school's.
    starts_at = ""
    brings = ""
    # The last button, after “同意，”: what it will bring about.
    ends = ""
    # Where its form stands while the school has it in hand.
    edit_path = ""

    def lock_subject(self, case: Case) -> Any:
        """Lock whom the case is about (before the case itself: student, case, step, audit) and return it."""
        raise NotImplementedError(self.kind)

    def facts(self, case: Case, subject: Any, now: datetime, book: Rulebook) -> Any:
        """What the guards judge."""
        raise NotImplementedError(self.kind)

    def phase(self, case: Case, subject: Any, day: date) -> str:
        """学段 on ``day``, for choosing the route."""
        raise NotImplementedError(self.kind)

    def consult(self, case: Case, verb: str, outcome: str, now: datetime) -> None:
        """Ask whoever must be asked outside of the program before this verb, and keep the answer in the kind's own
        row; called before anything is locked, because it may wait for a network (R1.7)."""

    def ending(self, case: Case) -> str:
        """What the last agreement will bring about, as it stands on the button after “同意，”."""
        return self.ends

    def objection(self, case: Case, subject: Any, now: datetime) -> Objection | None:
        """What the checks at the end find that nobody has decided: the case then goes back to its beginner with it
        instead of being carried out (R1.6); in the door's transaction."""
        return None

    def complete(self, case: Case, subject: Any, now: datetime) -> dict:
        """Carry out what the case was for, in the door's transaction; returns ids for the audit body."""
        raise NotImplementedError(self.kind)

    def note_wanted(self, case: Case) -> NoteWanted | None:
        """What the receiving school's authority must write in its own words on agreeing, or ``None`` (R4.3, R3.8)."""
        return None

    def reported(self, case: Case, by: Account, on: date | None) -> None:
        """Keep that the subject has reported at the receiving school ``on`` that day, or, with ``None``, that it did
        not (R3.6); in the door's transaction."""
        raise NotImplementedError(self.kind)

    def no_show(self, case: Case) -> bool:
        """Whether it is registered that the subject did not report, so that the receiving school may end the case at
        once (R3.6)."""
        return False

    def succeeded(self, case: Case) -> None:
        """A school of the case was merged into another, which stands in the case already: keep it in the kind's own
        row; in the clock's transaction (R3.1b)."""

    def clearing_unit(self, case: Case, code: str, now: datetime, book: Rulebook) -> Unit | None:
        """The unit that can clear the obstacle with this ``code`` as it stands now, or ``None`` (R3.1b)."""
        return None

    def page(
        self,
        case: Case,
        account: Account,
        now: datetime,
        book: Rulebook,
        *,
        proofs: int = 0,
        full: bool = False,
    ) -> CasePage:
        """What the case page says of the subject; ``proofs`` is how many there are, ``full`` after a recorded reveal:
        the numbers unmasked."""
        raise NotImplementedError(self.kind)

    def matching_subjects(self, query: str, account: Account, now: datetime) -> list[str]:
        """Subjects whose registration or identity number is ``query`` (exact), for the search box."""
        return []

    def named(self, text: str) -> Q:
        """Cases that a typed name means, for the search box."""
        return Q(search_text__icontains=text)

    def unit_of(self, case: Case, stage: str) -> int | None:
        """The id of the unit whose turn ``stage`` is. The authority is the school's own, so one that is run by a
        league answers to the league (R3.1); ``None`` where there is no such unit."""
        side = case.sending_unit if stage in SENDING_SIDE else case.receiving_unit
        return getattr(side, _UNIT_OF[stage])

    def stages_of(self, case: Case, stages: list[str]) -> list[str]:
        """The stages of a route that there are for this case: a unit decides once (R3.1).

        A school run by a league has the league as its authority: it stands there, not at the league's stage. Where
        both sides have a unit in common, it decides with the sending side, when all that comes before is known.
        """
        side: dict[bool, dict[int, str]] = {False: {}, True: {}}
        for stage in stages:
            unit = self.unit_of(case, stage)
            if unit is not None and stage != State.AWAITING_FILE:
                side[stage in SENDING_SIDE].setdefault(unit, stage)
        kept = [stage for unit, stage in side[False].items() if unit not in side[True]]
        kept += side[True].values()
        return kept + [stage for stage in stages if stage == State.AWAITING_FILE]

    def guards_for(self, verb: str, case: Case) -> tuple[Callable, ...]:
        """Guards of a verb; at a sign-off those of leaving the receiving side join, at the last those of completion."""
        found = self.guards.get(verb, ())
        if verb == Verb.SIGN:
            if leaves(case):
                found += self.guards.get("leave", ())
            if completes(case):
                found += self.guards.get("complete", ())
        return found


# Which unit of its side stands at a stage.
_UNIT_OF: dict[str, str] = {
    State.RECEIVING_SCHOOL: "pk",
    State.CORRECTION: "pk",
    State.AWAITING_FILE: "pk",
    State.RECEIVING_AUTHORITY: "authority_id",
    State.RECEIVING_LEAGUE: "league_id",
    State.RECEIVING_PROVINCE: "province_id",
    State.SENDING_SCHOOL: "pk",
    State.SENDING_AUTHORITY: "authority_id",
    State.GRADUATION_AUTHORITY: "authority_id",
    State.SENDING_LEAGUE: "league_id",
    State.SENDING_PROVINCE: "province_id",
    State.SCHOOL: "pk",
    State.AUTHORITY: "authority_id",
    State.LEAGUE: "league_id",
    State.PROVINCE: "province_id",
}


def onward(case: Case) -> str:
    """The stage after the present one in the case's route; :attr:`State.COMPLETED` after the last, "" off the route."""
    if case.state not in case.stages:
        return ""
    at = case.stages.index(case.state)
    return case.stages[at + 1] if at + 1 < len(case.stages) else State.COMPLETED


def completes(case: Case) -> bool:
    """Whether agreeing now is the last sign-off: the record moves, or the file may be requested (R3.1, R3.6)."""
    return onward(case) in (State.COMPLETED, State.AWAITING_FILE)


def leaves(case: Case) -> bool:
    """Whether agreeing now sends the case on from the receiving side to the other."""
    return case.state in RECEIVING_SIDE and onward(case) in SENDING_SIDE


def register(procedure: Procedure) -> Procedure:
    """Make a kind known; called once at start by the app that owns it."""
    _registry[procedure.kind] = procedure
    return procedure


def of(case: Case) -> Procedure:
    """The procedure of a case."""
    return _registry[case.kind]


def of_kind(kind: str) -> Procedure:
    """The procedure of a kind."""
    return _registry[kind]


def all_procedures() -> list[Procedure]:
    """Every kind, in order of registration: those between two schools before those of one."""
    return sorted(_registry.values(), key=lambda procedure: procedure.of_one_school)


def alike() -> list[list[Procedure]]:
    """The kinds in groups that look for their subjects in the same way, so that each way is gone once."""
    found: dict[tuple, list[Procedure]] = {}
    for procedure in all_procedures():
        ways = (type(procedure).matching_subjects, type(procedure).named)
        found.setdefault(ways, []).append(procedure)
    return list(found.values())


def kind_name(kind: str) -> str:
    """What a kind is called."""
    return _registry[kind].name if kind in _registry else kind
