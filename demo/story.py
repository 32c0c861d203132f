"""One case of the past, told verb by verb as the door would have written it, each at its own instant.

Nothing is written here: a story ends as rows (case, transfer, steps, acts, proofs, notices, audit entries) that
:mod:`demo.cases` loads together. A test holds such rows against those of the real door.
"""

import random
import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import cast

from demo.people import Staff
from demo.places import School
from demo.pupils import Pupil
from ledger import idempotency
from orgs.people.models import Account, PostRole, Unit
from reviews.engine.book import Rulebook
from reviews.engine.deadlines import EXPIRY_WARN_DAYS, due_of, warn_dates
from reviews.engine.door import relation_of
from reviews.engine.models import Act, Attachment, Case, OverdueRecord, Step
from reviews.engine.procedures import of_kind
from reviews.notices.models import Notice
from reviews.notices.sending import words
from reviews.rulebook.models import Route
from reviews.rulebook.notice_values import IN_PROVINCE
from reviews.vocabulary.states import DECISIONS, Awaiting, Outcome, State, Verb
from students.changes.procedures import subject_of
from students.pupil import identity
from students.pupil.grades import grade_of
from transfers.moving.models import Transfer, TransferReason
from web.clock import SHANGHAI, local_date

_NUMBER_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# The sweep runs every ten minutes: what falls due at midnight is marked in its first run of the day.
_FIRST_SWEEP = time(0, 10)


@dataclass
class Cast:
    """What all stories share: the rules, the staff, the day it all ends on, and chance."""

    book: Rulebook
    staff: Staff
    today: date
    random: random.Random


@dataclass
class Entry:
    """A line for the audit trail; objects in ``body`` become ids when they have them."""

    at: datetime
    account: Account | None
    action: str
    body: dict


@dataclass
class Story:
    """A case in the making. Each verb is a method; ``at`` is the instant it happened."""

    cast: Cast
    pupil: Pupil
    receiving: School
    sending: School
    reason: TransferReason
    case: Case = field(init=False)
    transfer: Transfer = field(init=False)
    step: Step | None = None
    steps: list[Step] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    proofs: list[Attachment] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    overdue: list[OverdueRecord] = field(default_factory=list)
    trail: list[Entry] = field(default_factory=list)
    now: dict = field(default_factory=dict)
    moved_at: datetime | None = None

    @property
    def running(self) -> Step:
        """The step whose turn it is, for what happens only while there is one."""
        if self.step is None:
            raise LookupError("the case is not under way")
        return self.step

    # ------------------------------------------------------------ before sending

    def draft(self, at: datetime, filled: bool = True, photographs: int = 1) -> None:
        """The registrar of the receiving school begins, fills in and attaches."""
        student, clerk = self.pupil.student, self.cast.staff.registrar(self.receiving.unit)
        letters = "".join(self.cast.random.choice(_NUMBER_LETTERS) for _ in range(8))
        grade = grade_of(student, local_date(at), "")
        self.now = {"state": State.DRAFT, "awaiting": "", "holder": self.receiving.unit, "revision": 0}
        self.case = Case(
            number=f"ZX-{local_date(at).year}-{letters}",
            kind=IN_PROVINCE,
            receiving_unit=self.receiving.unit,
            sending_unit=self.sending.unit,
            relation=relation_of(self.receiving.unit, self.sending.unit),
            subject=subject_of(student.pk),
            headline=identity.mask_name(student.name),
            search_text=f"{student.name} {student.pinyin}"[:400],
            created_by=clerk,
            created_at=at,
        )
        self.transfer = Transfer(
            case=self.case,
            student=student,
            receiving_school=self.receiving.unit,
            sending_school=self.sending.unit,
            reason=self.reason if filled else None,
            reason_note="监护人单位整体搬迁" if filled and self.reason.needs_note else "",
            grade_from=grade,
            grade_to=grade,
            school_class=self.cast.random.choice(self.receiving.classes[student.cohort]) if filled else None,
        )
        self._record(at, clerk, "draft", {"case": self.case})
        if filled:
            self._edit(at + timedelta(minutes=2), clerk, "edit")
        for number in range(photographs):
            self.attach(at + timedelta(minutes=4 + 2 * number))

    def attach(self, at: datetime) -> Attachment:
        """A photograph of the reason proof; its picture is made when all stories are told."""
        clerk = self.cast.staff.registrar(self.receiving.unit)
        proof = Attachment(
            key=uuid.UUID(int=self.cast.random.getrandbits(128), version=4),
            case=self.case,
            position=1 + sum(proof.removed_at is None for proof in self.proofs),
            media_type="image/jpeg",
            uploaded_by=clerk,
            uploaded_at=at,
        )
        self.proofs.append(proof)
        self._edit(at, clerk, "attach", attachment=str(proof.key))
        return proof

    def replace_proof(self, at: datetime) -> None:
        """In a correction: the unreadable photograph out, a better one in."""
        old, clerk = self.proofs[-1], self.cast.staff.registrar(self.receiving.unit)
        old.removed_at = at
        self._edit(at, clerk, "detach", attachment=str(old.key))
        self.attach(at + timedelta(minutes=2))

    # ------------------------------------------------------------ verbs

    def submit(self, at: datetime, opinion: str) -> None:
        """Sent off; judged from here on by the rules in force now (R0.7)."""
        day, receiving, student = local_date(at), self.receiving.unit, self.pupil.student
        case = self.case
        book = self.cast.book
        route = book.route(case.kind, case.relation, student.phase, day, receiving.province_id)
        case.route, case.stages = route, list(cast(Route, route).stages)  # the law has one for every case
        case.submitted_at = at
        days = self.cast.book.limit("expire_days", day, receiving.province_id)
        case.expires_at = at + timedelta(hours=24 * days)
        clerk = self.cast.staff.registrar(receiving)
        self._open(at, case.stages[0])
        self._handled(self.step, clerk, at, opinion, Outcome.AGREE, "")
        self.now["awaiting"] = Awaiting.SIGN
        self._act(at, Verb.SUBMIT, clerk, receiving, opinion, Outcome.AGREE, "", opened=self.step)
        self._tell(at, "to_sign", [self.cast.staff.head(receiving)])

    def handle(self, at: datetime, opinion: str, outcome=Outcome.AGREE, reason: str = "") -> None:
        """The registrar of the unit whose turn it is."""
        step = self.running
        unit, clerk = step.unit, self.cast.staff.registrar(step.unit)
        if step.first_opened_at is None:
            self.opened(at - timedelta(minutes=self.cast.random.randint(3, 20)))
        if self.now["state"] == State.CORRECTION:
            self.replace_proof(at - timedelta(minutes=3))
        self._handled(step, clerk, at, opinion, outcome, reason)
        self.now["awaiting"] = Awaiting.SIGN
        self._act(at, Verb.HANDLE, clerk, unit, opinion, outcome, reason)
        self._tell(at, "to_sign", [self.cast.staff.head(unit)])

    def opened(self, at: datetime) -> None:
        """The registrar looked at it for the first time."""
        self.running.first_opened_at = at
        self.running.first_opened_by = self.cast.staff.registrar(self.running.unit)

    def give_back(self, at: datetime, opinion: str) -> None:
        """The head returned it to the registrar of the same unit (R0.5)."""
        step, head = self.running, self.cast.staff.head(self.running.unit)
        step.handler = step.handler_person = step.handled_at = None
        step.handle_opinion = step.proposal = step.proposal_reason = ""
        self.now["awaiting"] = Awaiting.HANDLE
        self._act(at, Verb.RETURN, head, step.unit, opinion)
        self._tell(at, "returned", [self.cast.staff.registrar(step.unit)])

    def sign(self, at: datetime, opinion: str, outcome=Outcome.AGREE, reason: str = "") -> None:
        """The head's decision: on, back, or the end."""
        step, head = self.running, self.cast.staff.head(self.running.unit)
        step.signer, step.signer_person, step.signed_at = head, head.person, at
        step.sign_opinion, step.outcome, step.reason, step.closed_at = opinion, outcome, reason, at
        opened = None
        if outcome == Outcome.REFUSE:
            self._end(at, State.REFUSED)
        elif outcome == Outcome.SEND_BACK:
            opened = self._open(at, State.CORRECTION, asked_by=step)
        else:
            opened = self._agreed(at, step)
        detail = {"opened": opened} if opened else {}
        self._act(at, Verb.SIGN, head, step.unit, opinion, outcome, reason, step=step, **detail)
        self._tell_after_signing(at, outcome)

    def withdraw(self, at: datetime, opinion: str) -> None:
        """The receiving school takes it back before the last sign-off (R3.1b)."""
        step, clerk = self.step, self.cast.staff.registrar(self.receiving.unit)
        if step is not None:
            step.outcome, step.closed_at = Outcome.WITHDRAWN, at
        self._end(at, State.WITHDRAWN)
        self._act(at, Verb.WITHDRAW, clerk, self.receiving.unit, opinion, step=step)
        if step is not None:
            self._tell(at, "withdrawn", self._clerks())

    def expire(self) -> None:
        """Cleared by the clock in its first run after 90 × 24 hours (R3.7)."""
        due = cast(datetime, self.case.expires_at)  # set as it was sent
        at = due + timedelta(minutes=10 - due.minute % 10) - timedelta(seconds=due.second)
        step, was = self.running, self.now["state"]
        step.outcome, step.closed_at = Outcome.EXPIRED, at
        self._end(at, State.EXPIRED)
        self.case.expiry_warned = len(EXPIRY_WARN_DAYS)
        self._act(at, Verb.EXPIRE, None, None, "", step=step)
        names = ("case", "step", "state", "revision")
        body = {name: self.trail[-1].body[name] for name in names} | {"unit": step.unit, "was": was}
        self.trail[-1].body = body
        self._tell(at, "expired", self._clerks())

    def recall(self, at: datetime) -> None:
        """The head takes the sign-off back within minutes, before the next unit has looked (R3.1b)."""
        before, step = self.steps[-2], self.running
        head = before.signer
        step.outcome, step.closed_at = Outcome.RECALLED, at
        opened = self._open(at, before.stage, asked_by=before.asked_by, recall_of=before)
        for name in (
            "due_on",
            "bulletin_due_on",
            "due_provisional",
            "handler",
            "handler_person",
            "handled_at",
        ):
            setattr(opened, name, getattr(before, name))
        for name in ("handle_opinion", "proposal", "proposal_reason"):
            setattr(opened, name, getattr(before, name))
        self.case.due_on = opened.due_on
        self.now["awaiting"] = Awaiting.SIGN
        self._act(at, Verb.RECALL, head, before.unit, "", step=step, opened=opened)
        self._tell(at, "recalled", [self.cast.staff.registrar(before.unit)])

    # ------------------------------------------------------------ the end

    def close(self) -> None:
        """All is told: set the state, and mark what the sweeps had marked by today."""
        case, now = self.case, self.now
        live = now["state"] not in (State.COMPLETED, State.REFUSED, State.WITHDRAWN, State.EXPIRED)
        # The field lets nobody set it; a row not yet written says so in its own dictionary.
        case.__dict__["state"] = now["state"]
        case.awaiting, case.revision = now["awaiting"], now["revision"]
        case.holder = now["holder"]
        case.exclusive_key = case.subject if live and case.submitted_at else None
        if not live:
            case.due_on = None
        for step in self.steps:
            self._mark(step)

    def _mark(self, step: Step) -> None:
        until = local_date(step.closed_at) if step.closed_at else self.cast.today
        dates = warn_dates(self.cast.book, step.due_on)
        step.warned = sum(day < until for day in dates)
        step.next_warn_on = next((day for day in dates if day >= until), None)
        if step.due_on < until:
            step.overdue_at = _morning_after(step.due_on)
        if step.bulletin_due_on < until:
            at = _morning_after(step.bulletin_due_on)
            due = {"due_on": step.due_on, "bulletin_due_on": step.bulletin_due_on}
            body = {"case": self.case, "step": step, "unit": step.unit, **due}
            self.trail.append(Entry(at, None, "step.overdue", body))
            self.overdue.append(
                OverdueRecord(
                    step=step,
                    case=self.case,
                    unit=step.unit,
                    stage=step.stage,
                    recorded_at=at,
                    **due,
                )
            )

    # ------------------------------------------------------------ inside

    def _agreed(self, at: datetime, step: Step) -> Step | None:
        if step.stage == State.CORRECTION:
            return self._open(at, cast(Step, step.asked_by).stage)
        stages = self.case.stages
        place = stages.index(step.stage)
        if place + 1 < len(stages):
            return self._open(at, stages[place + 1])
        self.moved_at = at
        self._end(at, State.COMPLETED)
        return None

    def _open(self, at: datetime, stage: str, asked_by=None, recall_of=None) -> Step:
        unit = self._unit(stage)
        due = due_of(self.cast.book, local_date(at), unit, self.case.ruled_on(local_date(at)))
        step = Step(
            case=self.case,
            seq=len(self.steps) + 1,
            stage=stage,
            unit=unit,
            opened_at=at,
            due_on=due.due_on,
            bulletin_due_on=due.bulletin_due_on,
            due_provisional=due.provisional,
            asked_by=asked_by,
            recall_of=recall_of,
        )
        self.steps.append(step)
        self.step, self.case.due_on = step, step.due_on
        self.now |= {"state": State(stage), "awaiting": Awaiting.HANDLE, "holder": unit}
        return step

    def _unit(self, stage: str) -> Unit:
        unit_id = of_kind(self.case.kind).unit_of(self.case, stage)
        sides = (self.receiving.unit, self.receiving.authority, self.sending.unit, self.sending.authority)
        return next(unit for unit in sides if unit.pk == unit_id)

    def _handled(self, step, clerk, at, opinion, outcome, reason) -> None:
        step.handler, step.handler_person, step.handled_at = clerk, clerk.person, at
        step.handle_opinion, step.proposal, step.proposal_reason = opinion, outcome, reason

    def _end(self, at: datetime, state: State) -> None:
        self.case.closed_at, self.step = at, None
        self.now |= {"state": state, "awaiting": "", "holder": None}

    def _act(self, at, verb, account, unit, opinion, outcome="", reason="", step=None, **detail) -> None:
        step = step or self.step
        self.now["revision"] += 1
        self.acts.append(
            Act(
                case=self.case,
                step=step,
                stage=step.stage if step else self.now["state"],
                verb=verb,
                account=account,
                unit=unit,
                **_names(verb, account, unit),
                outcome=outcome if outcome in DECISIONS else "",
                reason=reason,
                opinion=opinion,
                at=at,
            )
        )
        body = {
            "case": self.case,
            "step": step,
            "unit": unit,
            "state": self.now["state"],
            "outcome": outcome,
            "reason": reason,
            "opinion": idempotency.digest_of(opinion) if opinion else "",
            "revision": self.now["revision"],
        }
        self._record(at, account, verb, body | detail)

    def _edit(self, at, clerk, action, **detail) -> None:
        self.now["revision"] += 1
        self._record(at, clerk, action, {"case": self.case, "revision": self.now["revision"]} | detail)

    def _record(self, at, account, action, body) -> None:
        self.trail.append(Entry(at, account, f"case.{action}", body))

    # ------------------------------------------------------------ notices

    def _clerks(self) -> list[Account]:
        units = {step.unit.pk: step.unit for step in self.steps}
        return [self.cast.staff.registrar(unit) for unit in units.values()]

    def _tell_after_signing(self, at: datetime, outcome: str) -> None:
        if self.now["state"] == State.COMPLETED:
            self._tell(at, "completed", self._clerks())
        elif outcome == Outcome.REFUSE:
            self._tell(at, "refused", self._clerks())
        else:
            event = "correction" if outcome == Outcome.SEND_BACK else "arrived"
            self._tell(at, event, [self.cast.staff.registrar(self.running.unit)])

    def _tell(self, at: datetime, event: str, accounts: list[Account]) -> None:
        text = words(self.case, event)
        read = at + timedelta(hours=self.cast.random.randint(1, 30))
        # What is a few days old has been read.
        old = local_date(at) < self.cast.today - timedelta(days=4)
        for account in accounts:
            dedup = f"{event}:{self.case.number}:{self.now['revision']}"
            self.notices.append(
                Notice(
                    account=account,
                    case=self.case,
                    text=text,
                    created_at=at,
                    read_at=read if old else None,
                    dedup=dedup,
                )
            )


def _names(verb: str, account: Account | None, unit: Unit | None) -> dict:
    """What the database writes into an act: the names as they were."""
    head = verb in (Verb.SIGN, Verb.RETURN, Verb.RECALL)
    return {
        "person_name": account.display_name if account else "",
        "role": (PostRole.HEAD if head else PostRole.REGISTRAR) if account else "",
        "unit_name": unit.name if unit else "",
        "unit_short": unit.short_name if unit else "",
    }


def _morning_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), _FIRST_SWEEP, SHANGHAI)
