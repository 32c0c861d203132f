"""Refusals: why something cannot be done, as one Chinese sentence with its clause; and guards, which find them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, NoReturn, Protocol, cast

from web.words import zh

# What is wrong is who asks, not what is asked: there is no such post, nobody acts from it untrained (R8.1), or its unit
# was closed (R3.1).
NO_POST = ("no_seat", "untrained", "school_closed")


@dataclass(frozen=True)
class Refusal:
    """Why not. ``code`` is stable for programs, ``sentence`` is for people, ``clause`` is where the rule stands.

    ``remover`` says who can clear the obstacle; ``stops`` is False for a warning that does not forbid the act.
    """

    code: str
    sentence: str
    clause: str = ""
    remover: str = ""
    stops: bool = True

    @property
    def status(self) -> int:
        """What a page answers with: 403 where it is who asks, 409 where it is how the thing stands."""
        return 403 if self.code in NO_POST else 409


class Refused(Exception):
    """Raised by the door; carries the :class:`Refusal` that every surface shows in its own way (form, 409)."""

    def __init__(self, refusal: Refusal):
        super().__init__(refusal.sentence)
        self.refusal = refusal

    @property
    def sentence(self) -> str:
        """What is wrong and what to do, for people."""
        return self.refusal.sentence

    @property
    def clause(self) -> str:
        """Where the rule stands."""
        return self.refusal.clause

    @property
    def status(self) -> int:
        """See :attr:`Refusal.status`."""
        return self.refusal.status

    @property
    def code(self) -> str:
        """The stable code, for programs."""
        return self.refusal.code


def refuse(code: str, sentence: str, clause: str = "") -> NoReturn:
    """Raise :class:`Refused`."""
    raise Refused(Refusal(code, sentence, clause))


class Guard(Protocol):
    """Judges the facts; says its clause and, for a check-list, what holds when it has nothing to say."""

    label: str
    clause: str
    __name__: str

    def __call__(self, facts: Any) -> Refusal | None: ...


def guard(
    sentence: str, clause: str, remover: str = "", stops: bool = True
) -> Callable[[Callable[..., dict | None]], Guard]:
    """Make a function of the facts into a guard that carries its own sentence and clause.

    The function returns ``None`` when all is well, otherwise a dict that fills the sentence's braces. The guard
    returns ``None`` or a :class:`Refusal` whose code is the function's name. ``guard.label`` is what a checklist
    says when the guard holds: the first line of the function's docstring.
    """

    sentence, clause, remover = zh(sentence), zh(clause), zh(remover)

    def decorate(function: Callable[..., dict | None]) -> Guard:
        @wraps(function)
        def check(facts: Any) -> Refusal | None:
            found = function(facts)
            if found is None:
                return None
            return Refusal(
                function.__name__, sentence.format(**found), clause, remover.format(**found), stops
            )

        made = cast(Guard, check)
        made.label = zh((function.__doc__ or function.__name__).strip().splitlines()[0].rstrip("。."))
        made.clause = clause
        return made

    return decorate
