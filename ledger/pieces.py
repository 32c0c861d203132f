"""A round of the clock piece by piece: one that fails holds up nobody else. It is logged, the others go on, the round tells
at its end what failed, and comes back to it the next time."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from billiard.exceptions import SoftTimeLimitExceeded

log = logging.getLogger(__name__)


class Pieces:
    """The pieces of one round; ``told`` names those that failed, with the kind of the error only: its text may quote a
    person."""

    def __init__(self, of: str):
        self._of = of
        self.told: list[str] = []
        self._errors: list[Exception] = []

    @contextmanager
    def alone(self, what: str) -> Iterator[None]:
        """Carry out one piece, named ``what``; it opens its own transaction, which an error undoes."""
        try:
            yield
        except SoftTimeLimitExceeded:
            raise
        except Exception as error:
            log.error("%s, %s: %s", self._of, what, type(error).__name__)
            error.add_note(what)
            self.told.append(f"{what}：{type(error).__name__}")
            self._errors.append(error)

    def end(self) -> None:
        """Raises ExceptionGroup with all that went wrong, so that the task fails and monitoring sees it."""
        if self._errors:
            raise ExceptionGroup(f"{self._of}: {len(self._errors)} failed", self._errors)
