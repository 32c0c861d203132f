"""The end of the year: what the graduation run of a school tells to whoever has open business about its pupils."""

from datetime import date

from django.db import connection
from django.dispatch import Signal

from orgs.people.models import Unit

# Sent within the run's own transaction, with ``school``, ``students`` (ids), ``day``, ``actor``; a receiver returns how
# many cases it has ended. What a receiver cannot do fails the whole run.
graduated = Signal()


def announce(school: Unit, students: list[int], day: date, actor: str) -> int:
    """Tell that ``students`` have graduated at ``school`` on ``day``; returns how many open cases were cleared (R3.5b).

    The caller has locked the pupils' rows before (student before case, always) and writes their status in the same
    transaction; ``actor`` names in the audit trail who carried the run out. Raises RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a graduation is announced within the transaction that writes it")
    told = graduated.send(announce, school=school, students=students, day=day, actor=actor)
    return sum(int(cleared or 0) for _, cleared in told)
