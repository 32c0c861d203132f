"""The states of a case and the transitions between them: the whole graph stands in this one file.

A state names the stage whose turn it is, so a row tells who holds the ball. The verbs change fields only; what they
need (locks, seats, guards, rows written beside) is the door's business.
"""

from collections.abc import Callable

from django.db import models
from django_fsm import GET_STATE, transition

from web.words import zh


class State(models.TextChoices):
    """Where a case stands."""

    DRAFT = "draft", zh("草稿")
    RECEIVING_SCHOOL = "receiving_school", zh("转入学校")
    RECEIVING_AUTHORITY = "receiving_authority", zh("转入主管部门")
    RECEIVING_LEAGUE = "receiving_league", zh("转入盟市")
    RECEIVING_PROVINCE = "receiving_province", zh("转入省")
    SENDING_SCHOOL = "sending_school", zh("转出学校")
    SENDING_AUTHORITY = "sending_authority", zh("转出主管部门")
    GRADUATION_AUTHORITY = "graduation_authority", zh("毕业学校主管部门")
    SENDING_LEAGUE = "sending_league", zh("转出盟市")
    SENDING_PROVINCE = "sending_province", zh("转出省")
    SCHOOL = "school", zh("学校")
    AUTHORITY = "authority", zh("主管部门")
    LEAGUE = "league", zh("盟市")
    PROVINCE = "province", zh("省（自治区）")
    MINISTRY = "ministry", zh("教育部")
    CORRECTION = "correction", zh("补正")
    AWAITING_FILE = "awaiting_file", zh("待调档")
    COMPLETED = "completed", zh("办结")
    REFUSED = "refused", zh("已驳回")
    WITHDRAWN = "withdrawn", zh("已撤销")
    EXPIRED = "expired", zh("超期清理")
    LAPSED = "lapsed", zh("逾期未调档取消")
    CLEARED = "cleared", zh("毕业清理")


class Verb(models.TextChoices):
    """What can be done to a case. ``expire`` and ``lapse`` belong to the clock alone, ``clear`` to the graduation,
    ``give_way`` to whatever was completed first."""

    SUBMIT = "submit", zh("发起")
    HANDLE = "handle", zh("办理")
    SIGN = "sign", zh("核办")
    RETURN = "return_to_registrar", zh("退回本单位")
    WITHDRAW = "withdraw", zh("撤销")
    RECALL = "recall", zh("撤回核办")
    NUDGE = "nudge", zh("催办")
    MESSAGE = "message", zh("发消息")
    REPORT = "report", zh("登记报到")
    NO_SHOW = "no_show", zh("登记未报到")
    REQUEST_FILE = "request_file", zh("调档")
    EXPIRE = "expire", zh("超期清理")
    LAPSE = "lapse", zh("逾期未调档取消")
    CLEAR = "clear", zh("毕业清理")
    TAKE_OVER = "take_over", zh("承接")
    GIVE_WAY = "give_way", zh("另案办结，随之终止")


# What the clock or the graduation run does, by nobody's account.
BY_NOBODY = (Verb.EXPIRE, Verb.LAPSE, Verb.CLEAR, Verb.TAKE_OVER, Verb.GIVE_WAY)


class Outcome(models.TextChoices):
    """What a unit decides; and how a step ends that was not decided."""

    AGREE = "agree", zh("同意")
    REFUSE = "refuse", zh("不同意")
    SEND_BACK = "send_back", zh("退回补正")
    WITHDRAWN = "withdrawn", zh("业务已撤销")
    RECALLED = "recalled", zh("被撤回")
    EXPIRED = "expired", zh("业务已清理")
    FILED = "filed", zh("已调档")
    LAPSED = "lapsed", zh("逾期未调档")
    CLEARED = "cleared", zh("毕业清理")
    TAKEN_OVER = "taken_over", zh("已由承接单位接办")


DECISIONS = (Outcome.AGREE, Outcome.REFUSE, Outcome.SEND_BACK)
RECEIVING_SIDE = (
    State.RECEIVING_SCHOOL,
    State.RECEIVING_AUTHORITY,
    State.RECEIVING_LEAGUE,
    State.RECEIVING_PROVINCE,
)
SENDING_SIDE = (
    State.SENDING_SCHOOL,
    State.SENDING_AUTHORITY,
    State.GRADUATION_AUTHORITY,
    State.SENDING_LEAGUE,
    State.SENDING_PROVINCE,
)
# What concerns one school alone goes up from it, unit by unit (R5.1, R5.3).
OWN_SIDE = (State.SCHOOL, State.AUTHORITY, State.LEAGUE, State.PROVINCE, State.MINISTRY)
# Stages at which units decide, in the one order in which a route may have them: between two schools, and of one.
LADDERS = (RECEIVING_SIDE + SENDING_SIDE, OWN_SIDE)
STAGES = LADDERS[0] + LADDERS[1]
# Where a case begins: the school that sends it off, and takes it back or corrects it.
FIRST_STAGES = tuple(ladder[0] for ladder in LADDERS)
# What an authority does of its own begins there (R4.4).
STARTS = (*FIRST_STAGES, State.AUTHORITY)
# Decided upon; the 90 days run (R3.7). 调档 is past all decisions and has its own limit (R3.6).
RUNNING = (*STAGES, State.CORRECTION)
LATER_STAGES = tuple(stage for stage in STAGES if stage not in FIRST_STAGES)
LIVE = (State.DRAFT, *RUNNING, State.AWAITING_FILE)
ENDS = (
    State.COMPLETED,
    State.REFUSED,
    State.WITHDRAWN,
    State.EXPIRED,
    State.LAPSED,
    State.CLEARED,
)
# Nothing moved: such a case may be copied as a new draft (R3.1b, R3.6, R3.7, R3.5b).
MOVED_NOTHING = ENDS[1:]


class Awaiting(models.TextChoices):
    """Which of the unit's two acts is outstanding (R0.5)."""

    NOBODY = "", "—"
    HANDLE = "handle", zh("待办理")
    SIGN = "sign", zh("待核办")


class NamesFrom(models.TextChoices):
    """Whence the names of an act are known."""

    ACT = "act", zh("办理时")
    AUDIT = "audit", zh("留痕")
    TODAY = "today", zh("现在的登记")


def _target(case: object, target: str, *args: object, **kwargs: object) -> str:
    return target


def _onward(method: Callable) -> Callable:
    """From each stage to the later ones of its ladder, to 调档 or to the end. Between schools no route ends at its
    first stage; what concerns one school may be left to it alone (R5.1)."""
    for between in (True, False):
        ladder = LADDERS[0 if between else 1]
        for at, stage in enumerate(ladder):
            ends = [State.AWAITING_FILE, State.COMPLETED] if between else [State.COMPLETED]
            method = _signing(stage, [*ladder[at + 1 :], *(ends if at or not between else [])])(method)
    return _signing(State.CORRECTION, list(LATER_STAGES))(method)


def _backward(method: Callable) -> Callable:
    """A recall: from each stage to an earlier one or to the correction before it; from a correction to its asker."""
    for ladder in LADDERS:
        for at, stage in enumerate(ladder[1:], 1):
            method = _recalling(stage, [*ladder[:at], State.CORRECTION])(method)
    return _recalling(State.CORRECTION, list(LATER_STAGES))(method)


def _signing(source: State, targets: list[State]) -> Callable[[Callable], Callable]:
    return transition(
        field="state", source=source, target=GET_STATE(_target, states=targets), custom={"verb": Verb.SIGN}
    )


def _recalling(source: State, targets: list[State]) -> Callable[[Callable], Callable]:
    return transition(
        field="state", source=source, target=GET_STATE(_target, states=targets), custom={"verb": Verb.RECALL}
    )


class CaseTransitions:
    """The verbs of a case as django-fsm transitions; mixed into :class:`reviews.engine.models.Case`."""

    awaiting: str
    subject: str
    exclusive_key: str | None

    @transition(
        field="state",
        source=State.DRAFT,
        target=GET_STATE(_target, states=list(STARTS)),
        custom={"verb": Verb.SUBMIT},
    )
    def start(self, target: str) -> None:
        """The registrar of the school that begins it sends the case off; it awaits the head's signature (R3.1)."""
        self.awaiting = Awaiting.SIGN
        self.exclusive_key = self.subject

    @transition(field="state", source=RUNNING, custom={"verb": Verb.HANDLE})
    def handled(self) -> None:
        """The registrar has handled; the head of the same unit signs next (R0.5)."""
        self.awaiting = Awaiting.SIGN

    @transition(field="state", source=RUNNING, custom={"verb": Verb.RETURN})
    def returned(self) -> None:
        """The head sends it back to the registrar of the same unit (R0.5)."""
        self.awaiting = Awaiting.HANDLE

    @_onward
    def agreed(self, target: str) -> None:
        """The head agreed: on to a later stage, or to the end after the last (R3.1); after a correction straight
        back to the unit that asked (R3.1b)."""
        self.awaiting = Awaiting.NOBODY if target == State.COMPLETED else Awaiting.HANDLE

    @transition(field="state", source=STAGES, target=State.REFUSED, custom={"verb": Verb.SIGN})
    def refused(self) -> None:
        """The head refused, with a coded reason. Final (R3.1b)."""
        self.awaiting = Awaiting.NOBODY

    @transition(field="state", source=LATER_STAGES, target=State.CORRECTION, custom={"verb": Verb.SIGN})
    def sent_back(self) -> None:
        """A later unit sent the case back to the receiving school for correction (R3.1b)."""
        self.awaiting = Awaiting.HANDLE

    @transition(
        field="state",
        source=(State.DRAFT, *RUNNING, State.AWAITING_FILE),
        target=State.WITHDRAWN,
        custom={"verb": Verb.WITHDRAW},
    )
    def withdrawn(self) -> None:
        """The receiving school took the case back before the last sign-off (R3.1b); at 调档 only where the pupil is
        registered as not having reported (R3.6)."""
        self.awaiting = Awaiting.NOBODY

    @_backward
    def recalled(self, target: str) -> None:
        """The head took a sign-off back within minutes, before the next unit had opened the case."""
        self.awaiting = Awaiting.SIGN

    @transition(field="state", source=RUNNING, target=State.EXPIRED, custom={"verb": Verb.EXPIRE})
    def expired(self) -> None:
        """Not finished within the 90 days: cleared by the clock (R3.7)."""
        self.awaiting = Awaiting.NOBODY

    @transition(field="state", source=State.AWAITING_FILE, custom={"verb": Verb.REPORT})
    def reported(self) -> None:
        """The pupil has reported at the receiving school (R3.6)."""

    @transition(field="state", source=State.AWAITING_FILE, custom={"verb": Verb.NO_SHOW})
    def not_reported(self) -> None:
        """The pupil did not report: there will be no request of the file (R3.6)."""

    @transition(
        field="state",
        source=State.AWAITING_FILE,
        target=State.COMPLETED,
        custom={"verb": Verb.REQUEST_FILE},
    )
    def filed(self) -> None:
        """The receiving school has requested the file: the record moves (R3.6)."""
        self.awaiting = Awaiting.NOBODY

    @transition(field="state", source=State.AWAITING_FILE, target=State.LAPSED, custom={"verb": Verb.LAPSE})
    def lapsed(self) -> None:
        """No request by the end of the 10th working day: cancelled by the clock (R3.6)."""
        self.awaiting = Awaiting.NOBODY

    @transition(
        field="state",
        source=(*RUNNING, State.AWAITING_FILE),
        target=State.CLEARED,
        custom={"verb": Verb.CLEAR},
    )
    def cleared(self) -> None:
        """The pupil graduates before the case was finished: cleared with the graduation run (R3.5b)."""
        self.awaiting = Awaiting.NOBODY

    @transition(field="state", source=(*RUNNING, State.AWAITING_FILE), custom={"verb": Verb.TAKE_OVER})
    def taken_over(self) -> None:
        """The unit whose turn it is was merged into another, which begins its step anew (R3.1b)."""
        self.awaiting = Awaiting.HANDLE

    @transition(
        field="state",
        source=(*RUNNING, State.AWAITING_FILE),
        target=State.WITHDRAWN,
        custom={"verb": Verb.TAKE_OVER},
    )
    def merged(self) -> None:
        """Both schools have become one: there is nothing left to move (R3.1b)."""
        self.awaiting = Awaiting.NOBODY

    @transition(
        field="state",
        source=(*RUNNING, State.AWAITING_FILE),
        target=State.WITHDRAWN,
        custom={"verb": Verb.GIVE_WAY},
    )
    def gave_way(self) -> None:
        """Another paper about the same pupil was completed first: by the clock, without anybody's fault (R4.5)."""
        self.awaiting = Awaiting.NOBODY


def edges() -> list[tuple[str, str, str]]:
    """Every (from, verb, to) that the transitions allow, sorted: the golden state graph."""
    from reviews.engine.models import Case

    found = set()
    for step in Case._meta.get_field("state").get_all_transitions(Case):
        targets = (
            step.target.allowed_states if isinstance(step.target, GET_STATE) else [step.target or step.source]
        )
        found |= {(str(step.source), str(step.custom["verb"]), str(target)) for target in targets}
    return sorted(found)


def edges_of(stages: list[str]) -> list[tuple[str, str, str]]:
    """The edges that a case on a route of these stages can take: one stage after the other, none left out."""
    order = [str(stage) for stage in stages]
    decided = [stage for stage in order if stage != State.AWAITING_FILE]
    within = {State.DRAFT, State.CORRECTION, *order, *ENDS}
    last = [order[at + 1] if at + 1 < len(order) else str(State.COMPLETED) for at in range(len(order))]
    following = dict(zip(order, last, strict=True))

    def possible(source: str, verb: str, target: str) -> bool:
        if verb == Verb.SUBMIT:
            return target == order[0]
        if verb == Verb.SIGN and source in decided and target not in (State.CORRECTION, State.REFUSED):
            return target == following[source]
        if verb == Verb.RECALL and source in decided and target in decided:
            return following[target] == source
        if target == State.LAPSED:
            return State.AWAITING_FILE in order
        return True

    return [edge for edge in edges() if {edge[0], edge[2]} <= within and possible(*edge)]
