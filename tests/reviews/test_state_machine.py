"""Hypothesis plays clerks over the door: whatever they try, in whatever order, the house rules hold."""

import itertools

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from ledger import audit
from ledger.models import AuditEntry
from orgs.people.models import Delegation, Post, PostRole
from reviews.engine import door
from reviews.engine.models import Act, Case, Step
from reviews.vocabulary.states import DECISIONS, ENDS, Awaiting, State
from students.pupil.models import Enrolment
from tests.undo import undo
from tests.world import World
from web.refusals import Refused

REASONS = ("", "reason_untrue", "guardian_objects", "proof_unreadable", "reason_mistaken", "invented")
OPINIONS = ("", " ", "好", "情况属实，同意转入。", "经核对证明与申报原因不一致。", "字" * 501)


class Clerks(RuleBasedStateMachine):
    """Several people, some with two accounts, some with a lent post, at two schools and two authorities."""

    @initialize()
    def begin(self):
        """Each run stands in a savepoint of its own, so runs do not see one another."""
        self.savepoint = transaction.savepoint()
        self.world = world = World()
        self.accounts = []
        for unit in (world.first, world.third, world.east, world.west):
            self.accounts += [world.registrar(unit), world.head(unit)]
        # One person with a second account: registrar at the first school, head at the second county.
        double = world.account(world.west, PostRole.HEAD, person=world.registrar(world.first).person)
        # The head of the first school lends the post to its own registrar: the walls still want two people.
        Delegation.objects.create(
            post=Post.objects.get(unit=world.first, role=PostRole.HEAD),
            account=world.registrar(world.first),
            valid_from=world.today,
            valid_until=world.today.replace(year=world.today.year + 1),
            reason="外出",
        )
        self.accounts += [double, world.registrar(world.second), world.registrar(world.abroad)]
        self.pupil = world.pupil(world.third)
        self.case = world.draft(world.first, self.pupil)
        self.keys = itertools.count()

    @rule(
        who=st.integers(0, 10),
        verb=st.sampled_from(
            ["submit", "handle", "sign", "return_to_registrar", "withdraw", "recall", "nudge"]
        ),
        outcome=st.sampled_from(["", *DECISIONS, "withdrawn"]),
        reason=st.sampled_from(REASONS),
        opinion=st.sampled_from(OPINIONS),
    )
    def anything(self, who, verb, outcome, reason, opinion):
        """Anyone tries anything; it is done whole, or refused in a sentence with nothing written."""
        before = self._written()
        case = Case.objects.get(pk=self.case.pk)
        try:
            self.case = door.perform(
                case, verb, self.accounts[who], outcome=outcome, reason=reason, opinion=opinion
            )
        except Refused as refused:
            self._check(refused.sentence.endswith("。"), refused.sentence)
            self._check(self._written() == before, "a refusal wrote something")
        else:
            self._check(
                self._written() == (before[0] + 1, before[1] + 1), "an act without its one line and entry"
            )

    @rule()
    def whose_turn_it_is_agrees(self):
        """The case goes on as it should, so that runs reach the later stages."""
        case = Case.objects.select_related("holder").get(pk=self.case.pk)
        if case.state == State.DRAFT:
            self.case = door.perform(
                case, "submit", self.world.registrar(self.world.first), opinion="情况属实，申请转入。"
            )
        elif case.is_live:
            role, verb = ("registrar", "handle") if case.awaiting == Awaiting.HANDLE else ("head", "sign")
            by = getattr(self.world, role)(case.holder)
            self.case = door.perform(case, verb, by, opinion="情况属实，同意转入。", outcome="agree")

    @invariant()
    def two_people_decided_every_step(self):
        """R0.5, R0.3: every decision has two different persons and two opinions."""
        if not hasattr(self, "case"):
            return
        for step in Step.objects.filter(case=self.case, outcome__in=DECISIONS):
            self._check(step.handler_person_id != step.signer_person_id, "one person")
            self._check(min(len(step.handle_opinion), len(step.sign_opinion)) >= 2, "no opinion")

    @invariant()
    def the_ball_is_in_one_place(self):
        """A running case has one open step, at its holder; an ended one has none."""
        if not hasattr(self, "case"):
            return
        case = Case.objects.get(pk=self.case.pk)
        open_units = list(Step.objects.filter(case=case, closed_at=None).values_list("unit_id", flat=True))
        running = case.state not in ENDS and case.state != State.DRAFT
        self._check(open_units == ([case.holder_id] if running else []), f"{case.state}: {open_units}")

    @invariant()
    def the_record_moved_exactly_when_the_case_completed(self):
        """R3.1: not before the last sign-off, and then at once."""
        if not hasattr(self, "case"):
            return
        self.pupil.refresh_from_db()
        moved = self.pupil.school_id == self.world.first.pk
        done = Case.objects.get(pk=self.case.pk).state == State.COMPLETED
        self._check(moved == done, "moved without completion, or completed without moving")
        self._check(Enrolment.objects.filter(student=self.pupil).count() == 1 + done, "enrolments")

    def teardown(self):
        """The trail holds; then the run is undone."""
        if hasattr(self, "case"):
            self._check(list(audit.verify([audit.case_chain(self.case.pk)])) == [], "the chain broke")
            undo(self.savepoint)

    def _written(self):
        entries = AuditEntry.objects.filter(subject=self.case.audit_subject).count()
        return Act.objects.filter(case=self.case).count(), entries

    @staticmethod
    def _check(holds, told):
        if not holds:
            raise AssertionError(told)


@pytest.mark.rule("R0.5")
@pytest.mark.rule("R3.1")
@pytest.mark.django_db
def test_whatever_clerks_try_the_rules_of_the_house_hold():
    run_state_machine_as_test(
        Clerks,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        ),
    )
