"""Decisions exist only as recorded acts of named people; only the clearing of a case that ran out is the clock's (R0.2)."""

import ast
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from reviews.clock import sweeps
from reviews.engine import door
from reviews.engine.models import Act, Case, Step
from reviews.vocabulary.states import BY_NOBODY, DECISIONS, Outcome, Verb
from tests.clock import frozen, shanghai

SENT, LATER = shanghai(2026, 9, 1, 9), shanghai(2026, 12, 1, 9)
pytestmark = [pytest.mark.django_db, pytest.mark.rule("R0.2"), pytest.mark.world_at(SENT, stands=False)]


def ends(world):
    """Cases that ended in every way there is, and one that runs."""
    with frozen(SENT):
        sent = [world.submitted(world.first, world.pupil(world.third)) for _ in range(5)]
        completed = world.finish(sent[0])
        refused = world.decide(
            world.decide(sent[1]), "refuse", "reason_untrue", "经核对证明与申报原因不一致，不同意。"
        )
        withdrawn = door.perform(
            world.decide(sent[2]), "withdraw", world.registrar(world.first), opinion="家长不再转学。"
        )
        back = world.decide(world.decide(sent[3]))
        world.decide(back, "send_back", "proof_unreadable", "第一张看不清，请重拍。")
    with frozen(LATER):
        sweeps.run(LATER)
    return completed, refused, withdrawn, *sent[3:]


def test_every_decided_step_names_two_people_with_their_acts_and_no_other_step_is_decided(world):
    cases = ends(world)
    states = {Case.objects.get(pk=case.pk).state for case in cases}
    assert states == {"completed", "refused", "withdrawn", "expired"}
    decided = Step.objects.filter(outcome__in=DECISIONS)
    assert decided.count() == 4 + 2 + 1 + 3
    for step in decided:
        assert step.handler_person_id
        assert step.signer_person_id
        assert step.handler_person_id != step.signer_person_id
        signed = Act.objects.get(step=step, verb=Verb.SIGN)
        assert (signed.account_id, signed.outcome, signed.opinion) == (
            step.signer_id, step.outcome, step.sign_opinion,
        )  # fmt: skip
        assert Act.objects.filter(
            step=step, account=step.handler, verb__in=[Verb.SUBMIT, Verb.HANDLE]
        ).exists()
    undecided = Step.objects.exclude(outcome__in=DECISIONS)
    assert not undecided.filter(signer__isnull=False).exists()


def test_the_clock_clears_and_does_nothing_else_to_a_case(world):
    ends(world)
    assert set(Act.objects.filter(account=None).values_list("verb", flat=True)) == {Verb.EXPIRE}
    assert not Step.objects.filter(outcome=Outcome.EXPIRED, signer__isnull=False).exists()


@pytest.mark.parametrize("verb", [verb for verb in Verb.values if verb not in BY_NOBODY])
def test_the_database_takes_no_act_of_nobody_but_the_clearing(world, verb):
    with frozen(SENT):
        case = world.submitted(world.first, world.pupil(world.third))
    with pytest.raises(IntegrityError, match="act_by_a_named_person"), transaction.atomic():
        Act.objects.create(case=case, stage="receiving_school", verb=verb, opinion="同意。")


@pytest.mark.parametrize("outcome", [str(outcome) for outcome in DECISIONS])
def test_the_database_takes_no_decision_without_the_person_who_took_it(world, outcome):
    with frozen(SENT):
        case = world.submitted(world.first, world.pupil(world.third))
    sql = "UPDATE reviews_step SET outcome = %s, sign_opinion = '同意。' WHERE case_id = %s"
    broken = pytest.raises(IntegrityError, match="step_decided_whole")
    with connection.cursor() as cursor, broken, transaction.atomic():
        cursor.execute(sql, [outcome, case.pk])


def test_only_the_door_writes_who_signed():
    """No module but the door (and the demonstration's story, told backwards) hands a signer to a step."""
    writers = set()
    for package in ("web", "demo", "ledger", "orgs", "reviews", "students", "transfers", "xueji"):
        for path in (Path(settings.BASE_DIR) / package).rglob("*.py"):
            if {"migrations", "demo"} & set(path.parts):
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                named = isinstance(node, ast.keyword) and node.arg == "signer"
                stored = (
                    isinstance(node, ast.Attribute)
                    and node.attr in ("signer", "signer_id")
                    and isinstance(node.ctx, ast.Store)
                )
                if named or stored:
                    writers.add(str(path.relative_to(settings.BASE_DIR)))
    assert writers == {"reviews/engine/door.py"}
