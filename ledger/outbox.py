"""The outbox: what must be told is written with the decision and carried out afterwards, each exactly once.

The web process never talks to the broker; a relay run by the worker takes messages with SKIP LOCKED. A handler runs
in the same transaction that marks its message delivered, so a crash between the two undoes both.
"""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from ledger import statements
from ledger.models import OutboxMessage

_handlers: dict[str, Callable[[dict], None]] = {}
BACK_OFF_LIMIT = timedelta(hours=6)


def handler(topic: str):
    """Register the function that delivers messages of ``topic``; it gets the payload and may raise to be retried."""

    def register(function):
        _handlers[topic] = function
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


def relay(now: datetime, limit: int = 500) -> int:
    """Deliver up to ``limit`` waiting messages; returns how many were delivered. Safe to run several at once."""
    delivered = 0
    while delivered < limit:
        outcome = _deliver_one(now)
        if outcome is None:
            break
        delivered += outcome
    return delivered


def _deliver_one(now: datetime) -> int | None:
    with transaction.atomic():
        message = (
            OutboxMessage.objects.select_for_update(skip_locked=True)
            .filter(delivered_at__isnull=True, available_at__lte=now)
            .order_by("available_at", "id")
            .first()
        )
        if message is None:
            return None
        try:
            with transaction.atomic():
                _handlers[message.topic](message.payload)
        except Exception as error:
            message.attempts += 1
            message.last_error = type(error).__name__
            message.available_at = now + min(BACK_OFF_LIMIT, timedelta(seconds=2**message.attempts))
            message.save(update_fields=["attempts", "last_error", "available_at"])
            return 0
        message.delivered_at = now
        message.save(update_fields=["delivered_at"])
        return 1
