"""The same request twice is one act and one answer."""

import threading

import pytest
from django.db import connection

from ledger import idempotency
from ledger.models import AuditEntry, IdempotencyKey
from reviews.engine import door
from reviews.engine.models import Act
from tests.refusals import refused, refused_by_database
from tests.world import World

OPINION = "情况属实，同意转入。"


@pytest.mark.django_db
def test_a_digest_tells_requests_apart():
    assert idempotency.digest_of("a", "b") == idempotency.digest_of("a", "b")
    assert idempotency.digest_of("a", "b") != idempotency.digest_of("ab", "")
    assert idempotency.digest_of("a", 1) != idempotency.digest_of("a", "1")


@pytest.mark.django_db
def test_an_answer_is_kept_for_its_own_account_and_request_only():
    idempotency.keep(1, "k", "digest", {"number": "ZX-1"})
    assert idempotency.earlier(1, "k", "digest") == {"number": "ZX-1"}
    assert idempotency.earlier(2, "k", "digest") is None
    assert idempotency.earlier(1, "other", "digest") is None
    with pytest.raises(idempotency.KeyReused):
        idempotency.earlier(1, "k", "another")


@pytest.mark.django_db
def test_a_key_stands_once_for_each_account():
    idempotency.keep(1, "k", "digest", {})
    idempotency.keep(2, "k", "digest", {})
    with refused_by_database("idempotency_once"):
        idempotency.keep(1, "k", "digest", {})
    assert IdempotencyKey.objects.count() == 2


@pytest.mark.django_db
def test_the_same_signing_twice_is_one_signature_and_one_answer():
    world = World()
    case = world.submitted(world.first, world.pupil(world.third))
    head = world.head(world.first)
    answers = [
        door.perform(case, "sign", head, opinion=OPINION, outcome="agree", key="one").state for _ in range(2)
    ]
    assert answers == ["receiving_authority"] * 2
    assert Act.objects.filter(case=case, verb="sign").count() == 1
    with refused("key_reused") as caught:
        door.perform(case, "sign", head, opinion="另一个意见，同意。", outcome="agree", key="one")
    assert "幂等键" in caught.value.sentence


@pytest.mark.django_db
def test_what_was_refused_keeps_no_answer():
    world = World()
    case = world.submitted(world.first, world.pupil(world.third))
    with refused("opinion_blank"):
        door.perform(case, "sign", world.head(world.first), opinion=" ", outcome="agree", key="one")
    assert not IdempotencyKey.objects.exists()
    door.perform(case, "sign", world.head(world.first), opinion=OPINION, outcome="agree", key="one")


@pytest.mark.django_db(transaction=True)
def test_eight_clicks_at_once_are_one_signature_and_eight_same_answers():
    world = World()
    case = world.submitted(world.first, world.pupil(world.third))
    head = world.head(world.first)
    answers, errors, gate = [], [], threading.Barrier(8)

    def click():
        gate.wait()
        try:
            answers.append(
                door.perform(case, "sign", head, opinion=OPINION, outcome="agree", key="one").state
            )
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not errors, errors[:2]
    assert answers == ["receiving_authority"] * 8
    assert Act.objects.filter(case=case, verb="sign").count() == 1
    assert AuditEntry.objects.filter(action="case.sign").count() == 1
