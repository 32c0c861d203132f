"""Procedures: what a kind of case must say about itself, so that the door can decide it without knowing a pupil."""

from collections.abc import Callable

from reviews.models import Case
from reviews.states import State, Verb

_registry: dict[str, "Procedure"] = {}


class Procedure:
    """A kind of case. Subclasses live on higher floors and register one instance each."""

    kind = ""
    name = ""
    # verb → guards asked in turn before it; each takes the facts and returns a Refusal or None.
    guards: dict[str, tuple[Callable, ...]] = {}
    clause = "附件1 三.1"
    rule_note = ""

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

    def matching_subjects(self, query: str, account, now) -> list[str]:
        """Subjects whose registration or identity number is ``query`` (exact), for the search box."""
        return []

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
