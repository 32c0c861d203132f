"""The outbox delivers each message once, together where it can, and what fails keeps nobody waiting."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection

from ledger import outbox
from ledger.models import IdempotencyKey, OutboxMessage
from tests.refusals import refused_by_database
from web import clock


@pytest.fixture
def topics(monkeypatch):
    """Topics of the test's own beside the program's."""
    own = dict(outbox._topics)
    monkeypatch.setattr(outbox, "_topics", own)
    return own


def soon():
    """A moment at which all that was posted may be delivered."""
    return clock.now() + timedelta(seconds=1)


def post(topic, *names):
    for name in names:
        outbox.post(topic, {"name": name}, f"{topic}:{name}")


def trace(message):
    """A lasting effect of a delivery, to be found or not found afterwards."""
    IdempotencyKey.objects.create(account_id=0, key=message.payload["name"], digest="", response={})


def names_kept():
    return sorted(IdempotencyKey.objects.values_list("key", flat=True))


pytestmark = pytest.mark.django_db


def test_the_same_dedup_is_written_once():
    post("a", "1")
    post("a", "1")
    assert OutboxMessage.objects.filter(topic="a").count() == 1


def test_waiting_messages_are_delivered_together_and_once(topics):
    calls = []
    outbox.handler("a")(lambda messages, now: calls.append([m.payload["name"] for m in messages]))
    post("a", "1", "2", "3")
    assert outbox.relay(soon()) == 3
    assert calls == [["1", "2", "3"]]
    assert outbox.relay(soon()) == 0
    assert len(calls) == 1


def test_one_that_fails_is_undone_alone_and_the_others_are_delivered(topics):
    @outbox.handler("a")
    def deliver(messages, now):
        for message in messages:
            trace(message)
            if message.payload["name"] == "2":
                raise ValueError("the father of a pupil")

    post("a", "1", "2", "3")
    assert outbox.relay(soon()) == 2
    assert names_kept() == ["1", "3"]
    failed = OutboxMessage.objects.get(delivered_at__isnull=True)
    assert (failed.payload["name"], failed.attempts, failed.last_error) == ("2", 1, "ValueError")


def test_one_that_breaks_the_transaction_harms_no_other(topics):
    @outbox.handler("a")
    def deliver(messages, now):
        for message in messages:
            trace(message)
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / %s", [0 if message.payload["name"] == "2" else 1])

    post("a", "1", "2", "3")
    assert outbox.relay(soon()) == 2
    assert names_kept() == ["1", "3"]


def test_what_fails_is_tried_again_later_and_later_up_to_six_hours_for_ever(topics):
    outbox.handler("a")(lambda messages, now: 1 / 0)
    post("a", "1")
    now, waits = soon(), []
    for _ in range(60):
        assert outbox.relay(now) == 0
        message = OutboxMessage.objects.get()
        waits.append(message.available_at - now)
        assert outbox.relay(message.available_at - timedelta(microseconds=1)) == 0
        assert OutboxMessage.objects.get().attempts == message.attempts
        now = message.available_at
    assert waits[:3] == [timedelta(seconds=2), timedelta(seconds=4), timedelta(seconds=8)]
    assert waits[-1] == timedelta(hours=6)
    outbox.handler("a")(lambda messages, now: None)
    assert outbox.relay(now) == 1


def test_a_crowd_that_fails_does_not_keep_a_good_message_waiting(topics, monkeypatch):
    monkeypatch.setattr(outbox, "BATCH", 10)
    delivered = []
    outbox.handler("bad")(lambda messages, now: 1 / 0)
    outbox.handler("good")(lambda messages, now: delivered.extend(messages))
    post("bad", *map(str, range(35)))
    post("good", "1")
    assert outbox.relay(soon()) == 1
    assert len(delivered) == 1
    assert set(OutboxMessage.objects.filter(topic="bad").values_list("attempts", flat=True)) == {1}


def test_an_unknown_topic_waits_for_the_program_that_knows_it(topics):
    post("later", "1")
    assert outbox.relay(soon()) == 0
    assert OutboxMessage.objects.get().last_error == "KeyError"


def test_outside_systems_come_last_and_their_first_failure_ends_the_round(topics):
    order, calls = [], []
    outbox.handler("inside")(lambda messages, now: order.append("inside"))

    @outbox.handler("mail", outside=True)
    def send(messages, now):
        calls.append([m.payload["name"] for m in messages])
        order.append("mail")
        raise ConnectionRefusedError

    post("mail", "1", "2", "3")
    post("inside", "1")
    assert outbox.relay(soon()) == 1
    assert order == ["inside", "mail"]
    assert calls == [["1"]]
    assert OutboxMessage.objects.filter(topic="mail", attempts=0).count() == 2


def test_the_limit_bounds_one_round(topics):
    outbox.handler("a")(lambda messages, now: None)
    post("a", *map(str, range(7)))
    assert outbox.relay(soon(), limit=5) == 5
    assert outbox.relay(soon(), limit=5) == 2


@pytest.mark.django_db(transaction=True)
def test_eight_relays_at_once_deliver_each_message_once(topics):
    counts, guard = Counter(), threading.Lock()

    @outbox.handler("a")
    def deliver(messages, now):
        for message in messages:
            trace(message)  # unique: a second delivery of one message would fail
        with guard:
            counts.update(m.payload["name"] for m in messages)

    post("a", *map(str, range(900)))
    now, errors = soon(), []

    def one():
        try:
            outbox.relay(now)
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    outbox.relay(now)
    assert not errors
    assert len(counts) == 900
    assert set(counts.values()) == {1}
    assert not OutboxMessage.objects.filter(attempts__gt=0).exists()


@pytest.mark.django_db(transaction=True)
def test_a_relay_that_dies_before_it_has_marked_its_messages_has_done_nothing(topics):
    class Killed(BaseException):
        pass

    @outbox.handler("a")
    def deliver(messages, now):
        for message in messages:
            trace(message)
        raise Killed

    post("a", "1", "2")
    with pytest.raises(Killed):
        outbox.relay(soon())
    assert names_kept() == []
    outbox.handler("a")(lambda messages, now: [trace(m) for m in messages])
    assert outbox.relay(soon()) == 2
    assert names_kept() == ["1", "2"]


def test_a_waiting_message_cannot_be_taken_away_nor_a_delivered_one_changed(topics):
    outbox.handler("a")(lambda messages, now: None)
    post("a", "1")
    with refused_by_database("outbox_undelivered"):
        OutboxMessage.objects.all().delete()
    outbox.relay(soon())
    with refused_by_database("outbox_delivered"):
        OutboxMessage.objects.update(payload={})
