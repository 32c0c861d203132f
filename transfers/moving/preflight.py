"""The pre-flight: the same guards, told before anything is sent, each obstacle in words with who can clear it."""

from dataclasses import dataclass
from datetime import datetime

from orgs.people.models import Unit
from reviews.engine.book import Rulebook, window_refusal
from reviews.engine.procedures import kind_name
from reviews.vocabulary.states import Verb
from students.pupil.models import Student
from transfers.moving import rules
from transfers.moving.procedures import kind_between, move_of
from web.clock import local_date
from web.words import zh


@dataclass(frozen=True)
class Check:
    """One line of the list: ✓ or the obstacle, the clause, who can clear it. ``warns``: told, but does not stop."""

    ok: bool
    text: str
    clause: str
    remover: str = ""
    code: str = ""
    warns: bool = False


def of_pupil(student: Student, receiving: Unit, now: datetime, book: Rulebook, kind: str = "") -> list[Check]:
    """All checks about a pupil and the two schools (R3.1b); obstacles first. ``kind``: by the schools if not given."""
    kind = kind or kind_between(receiving, rules.sending_school(student, local_date(now)) or receiving)
    facts = rules.facts_of_pupil(student, receiving, now, book, kind)
    return checks_of(move_of(kind).preflight, facts, receiving)


def of_transfer(facts: rules.Facts) -> list[Check]:
    """All checks of a draft, those on the form too."""
    return checks_of(move_of(facts.kind).guards[Verb.SUBMIT], facts, facts.receiving)


def checks_of(guards, facts: rules.Facts, receiving: Unit) -> list[Check]:
    """The window (R3.5) and each guard as a line; obstacles first."""
    closed = window_refusal(facts.book, facts.kind, receiving.province_id, facts.now)
    found = [
        Check(False, closed.sentence, closed.clause, closed.remover, closed.code)
        if closed
        else Check(True, zh("现在可以发起{kind_name}", kind_name=kind_name(facts.kind)), zh("附件1 三.5"))
    ]
    for check in guards:
        refusal = check(facts)
        if refusal is None:
            found.append(Check(True, check.label, check.clause))
        else:
            found.append(
                Check(
                    False, refusal.sentence, refusal.clause, refusal.remover, refusal.code, not refusal.stops
                )
            )
    return sorted(found, key=lambda c: (c.ok, c.warns))


def stopped(checks: list[Check]) -> bool:
    """True when at least one check forbids sending."""
    return any(not check.ok and not check.warns for check in checks)
