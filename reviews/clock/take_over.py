"""A unit is merged during a case: its successor takes its place, by the clock and by nobody's account (R3.1b).

The step that was open at the closed unit ends as taken over, and begins anew at the unit that stands for it, with the
same limit: two people of the successor decide, whatever had been done before. Where both schools of a transfer have
become one there is nothing left to move, and the case ends. Mergers are rare, so a case is written one at a time, each in
its own transaction; one that cannot be taken over holds up no other, and rows that a clerk is deciding on are left for
the next round.
"""

from datetime import date, datetime
from typing import cast

from django.db import connection, transaction
from django.db.models import Q

from ledger import audit, outbox, statements
from ledger.pieces import Pieces
from orgs.people.models import Unit
from reviews.engine import procedures
from reviews.engine.locking import locked_case, open_step
from reviews.engine.models import Act, Case, Step
from reviews.vocabulary.states import Outcome, State, Verb
from web.clock import local_date, spoken
from web.words import joined, zh

CLAUSE = zh("附件1 三.1")
_CLOSED = """
    SELECT id, orgs_standing(id, %(today)s) FROM orgs_unit
    WHERE closed_on <= %(today)s AND successor_id IS NOT NULL AND orgs_standing(id, %(today)s) IS NOT NULL
"""
# Asked by each of the three indexes on its own: few cases are in question, of millions.
_IN_QUESTION = """
    SELECT id, number FROM reviews_case c WHERE c.id IN (
        SELECT id FROM reviews_case WHERE closed_at IS NULL AND receiving_unit_id = ANY(%(closed)s)
        UNION SELECT id FROM reviews_case WHERE closed_at IS NULL AND sending_unit_id = ANY(%(closed)s)
        UNION SELECT id FROM reviews_case WHERE closed_at IS NULL AND holder_id = ANY(%(closed)s)
    ) AND c.closed_at IS NULL AND c.state <> 'draft' ORDER BY c.id
"""
# Looked at again once it is held: it may have ended, or another round may have been faster.
_HOLD = """
    SELECT id FROM reviews_case WHERE id = %(case)s AND closed_at IS NULL AND state <> 'draft'
      AND (receiving_unit_id = ANY(%(closed)s) OR sending_unit_id = ANY(%(closed)s) OR holder_id = ANY(%(closed)s))
    FOR NO KEY UPDATE SKIP LOCKED
"""


def heirs(day: date) -> dict[int, int]:
    """Closed units by id with the unit that stands for each on ``day``."""
    with connection.cursor() as cursor:
        cursor.execute(_CLOSED, {"today": day})
        return dict(cursor.fetchall())


def waiting(day: date) -> list[tuple[str, str]]:
    """Numbers of the cases a round would take over, and who holds each; writes nothing."""
    closed = list(heirs(day))
    concerned = Q(receiving_unit__in=closed) | Q(sending_unit__in=closed) | Q(holder__in=closed)
    rows = Case.objects.live().exclude(state=State.DRAFT).filter(concerned)
    return list(rows.order_by("pk").values_list("number", "holder__short_name"))


def take_over(now: datetime, pieces: Pieces) -> int:
    """Let successors take over the running cases of closed units, a case a piece; returns how many."""
    standing = heirs(local_date(now))
    if not standing:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_IN_QUESTION, {"closed": list(standing)})
        cases = cursor.fetchall()
    units = Unit.objects.in_bulk({*standing, *standing.values()}) if cases else {}
    taken = 0
    for pk, number in cases:
        with pieces.alone(number):
            taken += _taken(pk, standing, units)
    return taken


def _taken(pk: int, standing: dict[int, int], units: dict[int, Unit]) -> bool:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_HOLD, {"case": pk, "closed": list(standing)})
            if cursor.fetchone() is None:
                return False
        case, _ = locked_case(pk)
        _Succession(case, standing, units).write()
        return True


class _Succession:
    """One case whose school or whose holder no longer stands."""

    def __init__(self, case: Case, standing: dict[int, int], units: dict[int, Unit]):
        self.case, self.standing, self.units = case, standing, units
        # A running case has an open step.
        self.step = cast(Step, open_step(case))
        self.was = str(case.state)

    def write(self) -> None:
        """Both schools, the open step, the log, the trail and the notice."""
        case, changes, told = self.case, {}, []
        for side in ("receiving_unit", "sending_unit"):
            unit_id = getattr(case, f"{side}_id")
            if unit_id in self.standing:
                changes[f"{side}_id"] = self.standing[unit_id]
                told.append(unit_id)
        for name, unit_id in changes.items():
            setattr(case, name.removesuffix("_id"), self.units[unit_id])
        if changes:
            procedures.of(case).succeeded(case)
        if self.step.unit_id in self.standing and self.step.unit_id not in told:
            told.append(self.step.unit_id)
        sentence = joined("；", (self._sentence(unit_id) for unit_id in dict.fromkeys(told)))
        alone = procedures.of(case).of_one_school
        if changes and not alone and case.receiving_unit_id == case.sending_unit_id:
            self._end(changes, sentence)
        else:
            self._go_on(changes, sentence)

    def _sentence(self, unit_id: int) -> str:
        old = self.units[unit_id]
        return zh(
            "{old_name}已于{day}撤并，由{name}承接",
            old_name=old.name,
            day=spoken(old.closed_on),
            name=self.units[self.standing[unit_id]].name,
        )

    def _go_on(self, changes: dict, sentence: str) -> None:
        case, step = self.case, self.step
        if step.unit_id in self.standing:
            case.taken_over()
            changes["holder_id"] = self.standing[step.unit_id]
            statements.update(Step, step.pk, outcome=str(Outcome.TAKEN_OVER))
            kept = ("due_on", "bulletin_due_on", "due_provisional", "next_warn_on", "warned")
            opened = statements.insert(
                Step,
                returning=True,
                case=case.pk,
                seq=step.seq + 1,
                stage=step.stage,
                unit=changes["holder_id"],
                asked_by=step.asked_by_id,
                resumes=step.resumes_id,
                **{name: getattr(step, name) for name in kept},
            )
            sentence += zh("，按原时限继续办理")
        else:
            opened = step.pk
        case.revision += 1
        statements.update(Case, case.pk, awaiting=str(case.awaiting), revision=case.revision, **changes)
        self._record("taken_over", opened, sentence)

    def _end(self, changes: dict, sentence: str) -> None:
        case = self.case
        statements.update(Step, self.step.pk, outcome=str(Outcome.WITHDRAWN))
        case.merged()
        case.revision += 1
        changes |= {"holder_id": None, "due_on": None, "exclusive_key": None}
        statements.update(
            Case, case.pk, state=str(case.state), awaiting="", revision=case.revision, **changes
        )
        where = self.units[case.receiving_unit_id].name
        self._record(
            "merged",
            self.step.pk,
            zh(
                "{sentence}。两校已成为一校，学籍由{where}承接，不需要转学，业务撤销",
                sentence=sentence,
                where=where,
            ),
        )

    def _record(self, event: str, step_id: int, sentence: str) -> None:
        case = self.case
        unit_id = self.standing.get(self.step.unit_id, self.step.unit_id)
        statements.insert(
            Act,
            case=case.pk,
            step=step_id,
            stage=self.was,
            verb=str(Verb.TAKE_OVER),
            unit=unit_id,
            opinion=zh("{sentence}（{clause}）。", sentence=sentence, clause=CLAUSE),
        )
        body = {
            "case": case.pk,
            "step": step_id,
            "unit": unit_id,
            "from": self.step.unit_id,
            "state": str(case.state),
            "revision": case.revision,
        }
        audit.record("clock", "clock", f"case.{Verb.TAKE_OVER}", body, subject=case.audit_subject)
        payload = {
            "case": case.pk,
            "event": event,
            "by": None,
            "unit": unit_id,
            "sentence": zh("{sentence}。", sentence=sentence),
        }
        outbox.post("notice", payload, f"{event}:{case.pk}:{case.revision}")
