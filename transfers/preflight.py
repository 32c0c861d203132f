"""The pre-flight: the same guards, told before anything is sent, each obstacle in words with who can clear it."""

from dataclasses import dataclass
from datetime import datetime

from orgs.models import Unit
from reviews.notice_values import IN_PROVINCE
from reviews.rulebook import Rulebook, window_refusal
from students.models import Student
from transfers import rules


@dataclass(frozen=True)
class Check:
    """One line of the list: ✓ or the obstacle, the clause, who can clear it. ``warns``: told, but does not stop."""

    ok: bool
    text: str
    clause: str
    remover: str = ""
    code: str = ""
    warns: bool = False


def of_pupil(student: Student, receiving: Unit, now: datetime, book: Rulebook) -> list[Check]:
    """All checks about a pupil and the two schools (R3.1b); obstacles first."""
    facts = rules.facts_of_pupil(student, receiving, now, book)
    return _checks(rules.PREFLIGHT, facts, receiving)


def of_transfer(facts: rules.Facts) -> list[Check]:
    """All checks of a draft, those on the form too."""
    return _checks(rules.SUBMIT, facts, facts.receiving)


def _checks(guards, facts: rules.Facts, receiving: Unit) -> list[Check]:
    closed = window_refusal(facts.book, IN_PROVINCE, receiving.province_id, facts.now)
    found = [
        Check(False, closed.sentence, closed.clause, closed.remover, closed.code)
        if closed
        else Check(True, "现在可以发起转学", "附件1 三.5")
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
