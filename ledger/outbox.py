"""The outbox: what must be told is written with the decision and carried out afterwards, each exactly once.

The web process never talks to the broker; a relay run by the worker takes messages with SKIP LOCKED. A handler runs
in the same transaction that marks its messages delivered, so a crash between the two undoes both. What a handler
cannot deliver is tried again later and later; the others do not wait for it.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from ledger import statements
from ledger.models import OutboxMessage
from web import clock

BACK_OFF_LIMIT = timedelta(hours=6)
BATCH = 200
# 2 ** 15 seconds is beyond the limit already; more would overflow.
_DOUBLINGS = 15


_Delivers = Callable[[list[OutboxMessage], datetime], object]


@dataclass(frozen=True)
class _Topic:
    deliver: _Delivers
    outside: bool


_topics: dict[str, _Topic] = {}


def handler(topic: str, *, outside: bool = False) -> Callable[[_Delivers], _Delivers]:
    """Register the function that delivers messages of ``topic``; it gets a list of them and the time at
    which it is called, and may raise.

    It may be called again with a part of the same list, so it must write nothing but to the database. ``outside``
    says that it talks to another system: it then gets one message in each transaction, after all others, and the
    first that fails ends the round, so that a mail server that hangs keeps nobody waiting twice.
    """

    def register(function: _Delivers) -> _Delivers:
        _topics[topic] = _Topic(function, outside)
        return function

    return register


def post(topic: str, payload: dict, dedup: str) -> None:
    """Write one message in the caller's transaction; a message with the same ``dedup`` is written only once."""
    statements.insert(
        OutboxMessage,
        on_conflict="ON CONFLICT (dedup) DO NOTHING",
        topic=topic,
        payload=json.dumps(payload),
        dedup=dedup,
    )


def post_all(topic: str, payloads: dict[str, dict]) -> None:
    """Write many messages at once, ``payloads`` by their ``dedup``; those written before stay as they are."""
    rows = [OutboxMessage(topic=topic, payload=payload, dedup=dedup) for dedup, payload in payloads.items()]
    OutboxMessage.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)


def relay(now: datetime, limit: int = 5000) -> int:
    """Try up to ``limit`` waiting messages; returns how many were delivered. Safe to run several at once.

    Oldest first by the time from which a message may be delivered, so one that was put off queues behind the rest.
    """
    outside = [name for name, topic in _topics.items() if topic.outside]
    tried = delivered = 0
    while tried < limit:
        taken, good = _round(now, min(BATCH, limit - tried), exclude=outside)
        tried, delivered = tried + taken, delivered + good
        if not taken:
            break
    for name in outside:
        while tried < limit:
            taken, good = _round(now, 1, only=name)
            tried, delivered = tried + taken, delivered + good
            if not good:
                break
    return delivered


def _round(now: datetime, size: int, only: str = "", exclude: Iterable[str] = ()) -> tuple[int, int]:
    """One transaction: take, deliver, mark. Returns how many were taken and how many delivered."""
    with transaction.atomic():
        waiting = OutboxMessage.objects.filter(delivered_at__isnull=True, available_at__lte=now)
        waiting = waiting.filter(topic=only) if only else waiting.exclude(topic__in=exclude)
        taken = list(waiting.select_for_update(skip_locked=True).order_by("available_at", "id")[:size])
        by_topic = defaultdict(list)
        for message in taken:
            by_topic[message.topic].append(message)
        good = [
            message.pk for name, messages in by_topic.items() for message in _deliver(name, messages, now)
        ]
        OutboxMessage.objects.filter(pk__in=good).update(delivered_at=now)
    return len(taken), len(good)


def _deliver(name: str, messages: list[OutboxMessage], now: datetime) -> list[OutboxMessage]:
    """Deliver messages of one topic together; when that fails, one by one. Returns those that were delivered."""
    try:
        with transaction.atomic():
            _topics[name].deliver(messages, clock.now())
        return messages
    except Exception as error:
        if len(messages) == 1:
            _put_off(messages[0], error, now)
            return []
    return [message for one in messages for message in _deliver(name, [one], now)]


def _put_off(message: OutboxMessage, error: Exception, now: datetime) -> None:
    message.attempts = min(message.attempts + 1, 32000)
    # The kind of the error only: its text may quote a person.
    message.last_error = type(error).__name__
    message.available_at = now + min(
        BACK_OFF_LIMIT, timedelta(seconds=2 ** min(message.attempts, _DOUBLINGS))
    )
    message.save(update_fields=["attempts", "last_error", "available_at"])
