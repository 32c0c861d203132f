"""The refusal wall (R3.4, R0.6): words that do not agree must not give a forbidden ground.

The closed list of reasons stops the ground that is chosen; this stops the one that is typed. An opinion that agrees
may name anything: nothing is refused with it.
"""

from reviews.phrases_in_text import found_in
from reviews.refusals import refuse
from reviews.states import Outcome, Verb

FORBIDDEN = "forbidden_ground"
# What a typed text brings about, where it does not agree.
_REFUSING = (Outcome.REFUSE, Outcome.SEND_BACK)
_SPEAKING = (Verb.RETURN, Verb.NUDGE)


def forbidden_in(asking) -> list:
    """The rows whose words stand in what was typed, in their order; empty for an opinion that agrees."""
    case, verb = asking.case, asking.verb
    refuses = verb in (Verb.HANDLE, Verb.SIGN) and asking.outcome in _REFUSING
    if asking.step is None or not (refuses or verb in _SPEAKING):
        return []
    rows = asking.book.forbidden_for(
        case.kind, asking.step.stage, case.ruled_on(asking.today), asking.seat.unit.province_id
    )
    return [row for row in found_in(asking.opinion, rows) if asking.reason not in row.spared]


def check_ground(asking) -> None:
    """Raises Refused with the clause's own sentence when what was typed gives a forbidden ground."""
    rows = forbidden_in(asking)
    if not rows:
        return
    first = rows[0]
    named = "”“".join(dict.fromkeys(row.text for row in rows[:3]))
    refuse(
        FORBIDDEN,
        f"意见中写有“{named}”，不得以此{_act(asking)}：“{first.quoted}”。请改写意见。",
        first.clause,
    )


def _act(asking) -> str:
    return Outcome(asking.outcome).label if asking.outcome in _REFUSING else asking.verb.label
