"""What a test did is undone, so that the next question finds the same rows.

``ROLLBACK TO SAVEPOINT`` leaves the savepoint standing. Whoever undoes thousands of requests that way goes one level deeper
with each, and PostgreSQL walks all levels for every row that it looks at: the walls' scans spent nine tenths of their time there.
"""

from django.db import transaction


def undo(point: str) -> None:
    """Back to the savepoint ``point``, and it is gone."""
    transaction.savepoint_rollback(point)
    transaction.savepoint_commit(point)
