"""Procedures: what a kind of case must say about itself, so that the door can decide it without knowing a pupil."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.db.models import Q

from reviews.models import Case
from reviews.own_words import NoteWanted
from reviews.states import State, Verb

_registry: dict[str, "Procedure"] = {}


@dataclass(frozen=True)
class CasePage:
    """What a kind of case tells of its subject on the case page; every string ready, every number masked.

    ``checks`` are lines ``{ok: True | False | None (look at it), text, why, clause}``; ``obstacle`` is the sentence
    that forbids the last sign-off; ``done`` tells what the completed case brought about; ``links`` are
    ``{label, url}``; ``edit_url`` leads to the form while the receiving school has the case in hand,
    ``copy_url`` makes a new draft of a case that ended without moving anything; ``notes`` are ``{title, text, url,
    link}``, shown above the decision; ``note_wanted`` is what the receiving
    authority must write itself (as :meth:`Procedure.note_wanted`).
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


class Procedure:
    """A kind of case. Subclasses live on higher floors and register one instance each."""

    kind = ""
    name = ""
    # verb → guards asked in turn before it; each takes the facts and returns a Refusal or None.
    guards: dict[str, tuple[Callable, ...]] = {}
    clause = "附件1 三.1"
    # What the case page says beside the decision: what must not be done, and what there is to check.
    rule_note = ""
    review_scope = ""

    def lock_subject(self, case: Case):
        """Lock whom the case is about (before the case itself: student, case, step, audit) and return it."""
        raise NotImplementedError(self.kind)

    def facts(self, case: Case, subject, now, book):
        """What the guards judge."""
        raise NotImplementedError(self.kind)

    def phase(self, case: Case, subject, day) -> str:
        """学段 on ``day``, for choosing the route."""
        raise NotImplementedError(self.kind)

    def complete(self, case: Case, subject, now) -> dict:
        """Carry out what the case was for, in the door's transaction; returns ids for the audit body."""
        raise NotImplementedError(self.kind)

    def note_wanted(self, case: Case) -> NoteWanted | None:
        """What the receiving school's authority must write in its own words on agreeing, or ``None`` (R4.3, R3.8)."""
        return None

    def page(self, case: Case, account, now, book, *, proofs: int = 0, full: bool = False) -> CasePage:
        """What the case page says of the subject; ``proofs`` is how many there are, ``full`` after a recorded reveal:
        the numbers unmasked."""
        raise NotImplementedError(self.kind)

    def matching_subjects(self, query: str, account, now) -> list[str]:
        """Subjects whose registration or identity number is ``query`` (exact), for the search box."""
        return []

    def named(self, text: str) -> Q:
        """Cases that a typed name means, for the search box."""
        return Q(search_text__icontains=text)

    def unit_of(self, case: Case, stage: str):
        """The id of the unit whose turn ``stage`` is. The authority is the school's own, so one that is run by a
        league answers to the league (R3.1)."""
        return {
            State.RECEIVING_SCHOOL: case.receiving_unit_id,
            State.CORRECTION: case.receiving_unit_id,
            State.RECEIVING_AUTHORITY: case.receiving_unit.authority_id,
            State.SENDING_SCHOOL: case.sending_unit_id,
            State.SENDING_AUTHORITY: case.sending_unit.authority_id,
        }[stage]

    def guards_for(self, verb: str, last: bool) -> tuple[Callable, ...]:
        """Guards of a verb; those of completion join at the last sign-off."""
        found = self.guards.get(verb, ())
        if verb == Verb.SIGN and last:
            found += self.guards.get("complete", ())
        return found


def register(procedure: Procedure) -> Procedure:
    """Make a kind known; called once at start by the app that owns it."""
    _registry[procedure.kind] = procedure
    return procedure


def of(case: Case) -> Procedure:
    """The procedure of a case."""
    return _registry[case.kind]


def all_procedures() -> list[Procedure]:
    """Every kind, in order of registration."""
    return list(_registry.values())


def kind_name(kind: str) -> str:
    """What a kind is called."""
    return _registry[kind].name if kind in _registry else kind
