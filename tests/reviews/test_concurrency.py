"""One decision per step, however many press at once: real threads on real PostgreSQL."""

import random
import threading
from collections import Counter

import pytest
from django.db import connection

from ledger import audit
from ledger.models import AuditEntry, OutboxMessage
from orgs.people.models import PostRole
from reviews.engine import door
from reviews.engine.models import Act, Case, Step
from tests.world import World
from web.refusals import Refused

pytestmark = pytest.mark.django_db(transaction=True)

APPROVERS, CASES = 32, 60


def at_once(jobs):
    """Run every job in a thread of its own, all let go together; returns what each gave back."""
    gate, found = threading.Barrier(len(jobs)), [None] * len(jobs)

    def run(at, job):
        gate.wait()
        try:
            found[at] = job()
        except BaseException as error:
            found[at] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=300)
    return found


@pytest.mark.rule("R0.5")
def test_thirty_two_approvers_on_sixty_cases_make_one_decision_each():
    world = World()
    heads = [world.account(world.first, PostRole.HEAD) for _ in range(APPROVERS)]
    cases = [world.submitted(world.first, world.pupil(world.third)) for _ in range(CASES)]

    def approve(head):
        told = Counter()
        mine = random.Random(head.pk).sample(cases, len(cases))
        for case in mine:
            try:
                door.perform(case, "sign", head, opinion="情况属实，同意转入。", outcome="agree")
                told["won"] += 1
            except Refused as refused:
                told[refused.code if refused.sentence.endswith("。") else "no sentence"] += 1
        return told

    results = at_once([lambda head=head: approve(head) for head in heads])
    errors = [r for r in results if isinstance(r, BaseException)]
    assert not errors, errors[:3]
    total = sum(results, Counter())
    assert total["won"] == CASES
    assert sum(total.values()) == APPROVERS * CASES
    assert set(total) <= {"won", "wrong_turn", "no_seat", "wrong_state", "stale"}, total
    first = Step.objects.filter(case__in=cases, seq=1)
    assert first.filter(outcome="agree").count() == CASES
    assert Step.objects.filter(case__in=cases, closed_at__isnull=True).count() == CASES
    assert Act.objects.filter(case__in=cases, verb="sign").count() == CASES
    assert AuditEntry.objects.filter(action="case.sign").count() == CASES
    assert OutboxMessage.objects.filter(dedup__startswith="arrived:").count() == CASES
    assert list(audit.verify()) == []


def test_two_schools_that_send_for_one_pupil_in_the_same_second_one_wins_and_the_other_is_told():
    world = World()
    for _ in range(5):
        pupil = world.pupil(world.third)
        drafts = [
            (world.draft(school, pupil), world.registrar(school)) for school in (world.first, world.second)
        ]
        results = at_once(
            [
                lambda case=case, clerk=clerk: door.perform(
                    case, "submit", clerk, opinion="情况属实，申请转入。"
                )
                for case, clerk in drafts
            ]
        )
        won = [r for r in results if isinstance(r, Case)]
        lost = [r for r in results if isinstance(r, Refused)]
        assert len(won) == 1
        assert len(lost) == 1, results
        assert "在办" in lost[0].sentence or "先为这名学生发起" in lost[0].sentence


def test_a_double_click_with_one_key_is_one_act_and_one_answer():
    world = World()
    case = world.submitted(world.first, world.pupil(world.third))
    head = world.head(world.first)
    results = at_once(
        [
            lambda: door.perform(
                case, "sign", head, opinion="情况属实，同意转入。", outcome="agree", key="one-key"
            )
            for _ in range(8)
        ]
    )
    assert all(isinstance(r, Case) for r in results), results
    assert Act.objects.filter(case=case, verb="sign").count() == 1
