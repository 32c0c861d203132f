"""The states of a case and the transitions between them: the whole graph stands in this one file.

A state names the stage whose turn it is, so a row tells who holds the ball. The verbs change fields only; what they
need (locks, seats, guards, rows written beside) is the door's business.
"""

from django.db import models
from django_fsm import GET_STATE, transition


class State(models.TextChoices):
    """Where a case stands."""

    DRAFT = "draft", "草稿"
    RECEIVING_SCHOOL = "receiving_school", "转入学校"
    RECEIVING_AUTHORITY = "receiving_authority", "转入主管部门"
    SENDING_SCHOOL = "sending_school", "转出学校"
    SENDING_AUTHORITY = "sending_authority", "转出主管部门"
    CORRECTION = "correction", "补正"
    COMPLETED = "completed", "办结"
    REFUSED = "refused", "已驳回"
    WITHDRAWN = "withdrawn", "已撤销"
    EXPIRED = "expired", "超期清理"


class Verb(models.TextChoices):
    """What can be done to a case. ``expire`` belongs to the clock alone."""

    SUBMIT = "submit", "发起"
    HANDLE = "handle", "办理"
    SIGN = "sign", "核办"
    RETURN = "return_to_registrar", "退回本单位"
    WITHDRAW = "withdraw", "撤销"
    RECALL = "recall", "撤回核办"
    NUDGE = "nudge", "催办"
    EXPIRE = "expire", "超期清理"


class Outcome(models.TextChoices):
    """What a unit decides; and how a step ends that was not decided."""

    AGREE = "agree", "同意"
    REFUSE = "refuse", "不同意"
    SEND_BACK = "send_back", "退回补正"
    WITHDRAWN = "withdrawn", "业务已撤销"
    RECALLED = "recalled", "被撤回"
    EXPIRED = "expired", "业务已清理"


DECISIONS = (Outcome.AGREE, Outcome.REFUSE, Outcome.SEND_BACK)
STAGES = (State.RECEIVING_SCHOOL, State.RECEIVING_AUTHORITY, State.SENDING_SCHOOL, State.SENDING_AUTHORITY)
RUNNING = (*STAGES, State.CORRECTION)
LATER_STAGES = STAGES[1:]
LIVE = (State.DRAFT, *RUNNING)
ENDS = (State.COMPLETED, State.REFUSED, State.WITHDRAWN, State.EXPIRED)


class Awaiting(models.TextChoices):
    """Which of the unit's two acts is outstanding (R0.5)."""

    NOBODY = "", "—"
    HANDLE = "handle", "待办理"
    SIGN = "sign", "待核办"


def _target(case, target, *args, **kwargs):
    return target


def _onward(method):
    """From each stage to the later ones of a route, or to the end; no route ends at its first stage."""
    for at, stage in enumerate(STAGES):
        ends = [State.COMPLETED] if at else []
        method = _signing(stage, [*STAGES[at + 1 :], *ends])(method)
    return _signing(State.CORRECTION, list(LATER_STAGES))(method)


def _backward(method):
    """A recall: from each stage to an earlier one or to the correction before it; from a correction to its asker."""
    for at, stage in enumerate(STAGES[1:], 1):
        method = _recalling(stage, [*STAGES[:at], State.CORRECTION])(method)
    return _recalling(State.CORRECTION, list(LATER_STAGES))(method)


def _signing(source, targets):
    return transition(
        field="state", source=source, target=GET_STATE(_target, states=targets), custom={"verb": Verb.SIGN}
    )


def _recalling(source, targets):
    return transition(
        field="state", source=source, target=GET_STATE(_target, states=targets), custom={"verb": Verb.RECALL}
    )


class CaseTransitions:
    """The verbs of a case as django-fsm transitions; mixed into :class:`reviews.models.Case`."""

    @transition(
        field="state",
        source=State.DRAFT,
        target=GET_STATE(_target, states=[State.RECEIVING_SCHOOL]),
        custom={"verb": Verb.SUBMIT},
    )
    def start(self, target):
        """The registrar of the receiving school sends the case off; it awaits the head's signature (R3.1)."""
        self.awaiting = Awaiting.SIGN
        self.exclusive_key = self.subject

    @transition(field="state", source=RUNNING, custom={"verb": Verb.HANDLE})
    def handled(self):
        """The registrar has handled; the head of the same unit signs next (R0.5)."""
        self.awaiting = Awaiting.SIGN

    @transition(field="state", source=RUNNING, custom={"verb": Verb.RETURN})
    def returned(self):
        """The head sends it back to the registrar of the same unit (R0.5)."""
        self.awaiting = Awaiting.HANDLE

    @_onward
    def agreed(self, target):
        """The head agreed: on to a later stage, or to the end after the last (R3.1); after a correction straight
        back to the unit that asked (R3.1b)."""
        self.awaiting = Awaiting.NOBODY if target == State.COMPLETED else Awaiting.HANDLE

    @transition(field="state", source=STAGES, target=State.REFUSED, custom={"verb": Verb.SIGN})
    def refused(self):
        """The head refused, with a coded reason. Final (R3.1b)."""
        self.awaiting = Awaiting.NOBODY

    @transition(field="state", source=LATER_STAGES, target=State.CORRECTION, custom={"verb": Verb.SIGN})
    def sent_back(self):
        """A later unit sent the case back to the receiving school for correction (R3.1b)."""
        self.awaiting = Awaiting.HANDLE

    @transition(field="state", source=LIVE, target=State.WITHDRAWN, custom={"verb": Verb.WITHDRAW})
    def withdrawn(self):
        """The receiving school took the case back before the last sign-off (R3.1b)."""
        self.awaiting = Awaiting.NOBODY

    @_backward
    def recalled(self, target):
        """The head took a sign-off back within minutes, before the next unit had opened the case."""
        self.awaiting = Awaiting.SIGN

    @transition(field="state", source=RUNNING, target=State.EXPIRED, custom={"verb": Verb.EXPIRE})
    def expired(self):
        """Not finished within the 90 days: cleared by the clock (R3.7)."""
        self.awaiting = Awaiting.NOBODY


def edges() -> list[tuple[str, str, str]]:
    """Every (from, verb, to) that the transitions allow, sorted: the golden state graph."""
    from reviews.models import Case  # the field knows its transitions only once the model stands

    found = set()
    for step in Case._meta.get_field("state").get_all_transitions(Case):
        targets = (
            step.target.allowed_states if isinstance(step.target, GET_STATE) else [step.target or step.source]
        )
        found |= {(str(step.source), str(step.custom["verb"]), str(target)) for target in targets}
    return sorted(found)
