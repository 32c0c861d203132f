"""Which stages a case goes through: the rows of the rulebook put together for its two sides (R3.1, R0.7)."""

from datetime import date

from reviews.engine.book import Rulebook
from reviews.engine.models import Case
from reviews.rulebook.models import Route
from reviews.vocabulary.relations import Relation
from reviews.vocabulary.states import SENDING_SIDE, STAGES, State

_ORDER = [str(stage) for stage in (*STAGES, State.AWAITING_FILE)]


def route_of(book: Rulebook, case: Case, phase: str, day: date) -> tuple[Route, list[str]] | None:
    """The route in force for the case and its stages in order, or ``None`` where no row speaks of it.

    Across provinces each province says what happens on its own side: the receiving one's row gives the stages there
    and whether a 调档 follows, the sending one's row those of the sending side.
    """
    receiving, sending = case.receiving_unit, case.sending_unit
    across = case.relation == Relation.SAME_PROVINCE and receiving.league_id != sending.league_id
    row = book.route(case.kind, case.relation, phase, day, receiving.province_id, across)
    if row is None or case.relation != Relation.CROSS_PROVINCE:
        return (row, row.stages) if row else None
    other = book.route(case.kind, case.relation, phase, day, sending.province_id, across) or row
    return row, joined(row, other)


def joined(receiving: Route, sending: Route) -> list[str]:
    """The stages of a case between two provinces: of the receiving one's row what happens there and the 调档, of the
    sending one's row the stages of the sending side (R3.1)."""
    if sending.pk == receiving.pk:
        return receiving.stages
    mine = [stage for stage in receiving.stages if stage not in SENDING_SIDE]
    theirs = [stage for stage in sending.stages if stage in SENDING_SIDE]
    return sorted([*mine, *theirs], key=_ORDER.index)
