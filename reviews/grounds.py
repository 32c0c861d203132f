"""The refusal wall (R3.4, R0.6): words that do not agree must not give a forbidden ground.

The closed list of reasons stops the ground that is chosen; this stops the one that is typed. An opinion that agrees
may name anything: nothing is refused with it. Who did not mean it so can ask the unit above (reviews/appeals.py).
"""

from ledger.words import zh
from reviews.models import ForbiddenPhrase, WallAppeal
from reviews.phrases_in_text import found_in
from reviews.refusals import Refusal, Refused
from reviews.states import Outcome, Verb
from reviews.wall_models import Ruling, digest_of_words

FORBIDDEN = "forbidden_ground"
FORBIDDEN_REASON = "forbidden_reason"
# What a typed text brings about, where it does not agree.
_REFUSING = (Outcome.REFUSE, Outcome.SEND_BACK)
_SPEAKING = (Verb.RETURN, Verb.NUDGE)


def forbidden_in(asking) -> list[ForbiddenPhrase]:
    """The rows whose words stand in what was typed, in their order; empty for an opinion that agrees."""
    if asking.step is None or not (_refuses(asking) or asking.verb in _SPEAKING):
        return []
    return [row for row in found_in(asking.opinion, _rows(asking)) if asking.reason not in row.spared]


def _refuses(asking) -> bool:
    return asking.verb in (Verb.HANDLE, Verb.SIGN) and asking.outcome in _REFUSING


def _rows(asking) -> list[ForbiddenPhrase]:
    case = asking.case
    day, province = case.ruled_on(asking.today), asking.seat.unit.province_id
    return asking.book.forbidden_for(case.kind, asking.step.stage, day, province)


def appeal_against(asking) -> WallAppeal | None:
    """The appeal already raised with exactly these words, in this step or the one it goes on from after a recall."""
    turns = [asking.step.pk, asking.step.recall_of_id]
    return WallAppeal.objects.filter(
        step__in=turns, unit=asking.seat.unit.pk, digest=digest_of_words(asking.opinion)
    ).first()


def check_ground(asking) -> None:
    """Raises Refused with the clause's own sentence when what was typed gives a forbidden ground.

    ``remover`` of the refusal is the unit above, where an appeal can be raised; else it is empty.
    """
    _check_listed(asking)
    rows = forbidden_in(asking)
    if not rows:
        return
    earlier = appeal_against(asking)
    if earlier is not None and earlier.ruling == Ruling.ALLOW:
        return
    named = "”“".join(dict.fromkeys(row.text for row in rows[:3]))
    act = Outcome(asking.outcome).label if asking.outcome in _REFUSING else asking.verb.label
    upper = "" if earlier is not None or asking.verb == Verb.NUDGE else _upper_name(asking.seat.unit)
    sentence = zh(
        "意见中写有“{named}”，不得以此{act}：“{quoted}”。{what_next}",
        named=named,
        act=act,
        quoted=rows[0].quoted,
        what_next=_what_next(earlier, upper),
    )
    raise Refused(Refusal(FORBIDDEN, sentence, rows[0].clause, upper))


def _check_listed(asking) -> None:
    """A reason that a province put on its list is words too: where it gives a forbidden ground it is no reason,
    however long it has stood there. No appeal lets it pass: it is mended on the list."""
    row = asking.book.reason_row(asking.reason, asking.case) if _refuses(asking) else None
    if row is None or row.province_id is None:
        return
    hit = next(iter(found_in(row.text, _rows(asking))), None)
    if hit is not None:
        sentence = zh(
            "所列理由“{row_text}”写有“{hit_text}”，不得以此{label}：“{hit_quoted}”。请改选其他理由，并请本省（自治区）修改这条理由。",
            row_text=row.text,
            hit_text=hit.text,
            label=Outcome(asking.outcome).label,
            hit_quoted=hit.quoted,
        )
        raise Refused(Refusal(FORBIDDEN_REASON, sentence, hit.clause))


def _upper_name(unit) -> str:
    return unit.authority.name if unit.authority_id else ""


def _what_next(earlier: WallAppeal | None, upper: str) -> str:
    if earlier is None:
        return (
            zh("请改写意见；确不是此意的，可以报{upper}裁定。", upper=upper) if upper else zh("请改写意见。")
        )
    if earlier.ruling == Ruling.FORBID:
        return zh("{upper_name}已裁定成立，请改写意见。", upper_name=earlier.upper.name)
    return zh(
        "这段意见已报{upper_name}，裁定之前不能使用；可以先改写意见办理，时限照常计算。",
        upper_name=earlier.upper.name,
    )
