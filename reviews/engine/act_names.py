"""Who did it, in the words that stood when it was done: every page, paper and answer about an act asks here (R0.2).

The names are the act's own columns, written by the database; renaming a person or a unit later changes none of them.
"""

from collections.abc import Sequence

from reviews.engine.models import Act, Step
from reviews.vocabulary.states import NamesFrom, Verb
from web.words import joined, zh

_HANDLING = (Verb.SUBMIT, Verb.HANDLE)
_TOLD: dict[str, str] = {
    NamesFrom.AUDIT: zh("（名称据留痕）"),
    NamesFrom.TODAY: zh("（名称据现在的登记）"),
}


def name(act: Act) -> str:
    """The person; the clock is called 系统."""
    return act.person_name or zh("系统")


def who(act: Act) -> str:
    """The person with the unit, as deputy where the post was lent; of an old act, whence the names are known."""
    if not act.account_id:
        return zh("系统")
    part = zh("（代）") if act.delegated else ""
    unit = zh("（{unit_short_name}）", unit_short_name=act.unit_short) if act.unit_short else ""
    return joined("", (act.person_name, part, unit, _TOLD.get(act.names_from, "")))


def handling(step: Step, steps: Sequence[Step], acts: Sequence[Act]) -> Act | None:
    """The act by which the registrar handled ``step``; after a recall the one before it still counts."""
    by_id = {each.pk: each for each in steps}
    turn: set[int] = set()
    at: Step | None = step
    while at is not None and at.pk not in turn:
        turn.add(at.pk)
        at = by_id.get(at.recall_of_id or 0)
    return next((act for act in reversed(acts) if act.step_id in turn and act.verb in _HANDLING), None)


def signing(step: Step, acts: Sequence[Act]) -> Act | None:
    """The act by which the head decided ``step``."""
    return next((act for act in reversed(acts) if act.step_id == step.pk and act.verb == Verb.SIGN), None)


def unit_of(step: Step, acts: Sequence[Act]) -> str:
    """The unit's short name as it was when it acted last in ``step``; of a turn that goes on, as it is."""
    done = None if step.closed_at is None else next((a for a in reversed(acts) if a.step_id == step.pk), None)
    return done.unit_short if done is not None and done.unit_id == step.unit_id else step.unit.short_name
