"""The states of a ticket and the transitions between them: the whole graph stands in this one file (R8.6).

The verbs change fields only; who may use them, locks, log and messages are the door's business (:mod:`tickets.forms.actions`).
"""

from django.db import models
from django_fsm import transition

from web.words import zh


class State(models.TextChoices):
    """Where a ticket stands."""

    DRAFTED = "drafted", zh("起草")
    ISSUED = "issued", zh("已发出，待受理")
    ACCEPTED = "accepted", zh("已受理，办理中")
    ANSWERED = "answered", zh("已答复，待确认")
    RETURNED = "returned", zh("退回重办")
    CONFIRMED = "confirmed", zh("已确认")
    CLOSED = "closed", zh("已办结")


class Verb(models.TextChoices):
    """What can be done to a ticket. ``escalate`` belongs to the clock alone."""

    PROPOSE = "propose", zh("送负责人签发")
    SEND_BACK = "send_back", zh("退回修改")
    ISSUE = "issue", zh("签发")
    RECALL = "recall", zh("撤回")
    DISCARD = "discard", zh("作废")
    ACCEPT = "accept", zh("受理")
    DECLINE = "decline", zh("退回发出单位")
    ANSWER = "answer", zh("答复")
    RETURN = "return_answer", zh("退回重办")
    CONFIRM = "confirm", zh("确认")
    CLOSE = "close", zh("办结")
    ESCALATE = "escalate", zh("上报")


# Whose turn it is with the unit that has to handle the ticket; until it is answered its time limit runs.
RUNNING = (State.ISSUED, State.ACCEPTED, State.RETURNED)
LIVE = (State.DRAFTED, *RUNNING, State.ANSWERED, State.CONFIRMED)


def _step(verb: Verb, source, target=None):
    return transition(field="state", source=source, target=target, custom={"verb": verb})


class TicketTransitions:
    """The verbs of a ticket as django-fsm transitions; mixed into :class:`tickets.forms.models.Ticket`."""

    @_step(Verb.PROPOSE, State.DRAFTED)
    def proposed(self, by):
        """The draft is ready; the head of the issuing unit signs next: a stamp stands for two people."""
        self.proposed_by = by

    @_step(Verb.SEND_BACK, State.DRAFTED)
    def sent_back(self):
        """The head wants the draft changed."""
        self.proposed_by = None

    @_step(Verb.ISSUE, State.DRAFTED, State.ISSUED)
    def issued(self, by, now, touch_by):
        """Stamped and sent; untouched, it goes up after ``touch_by``."""
        self.issued_by, self.issued_at = by, now
        self.holder, self.touch_by = self.handling_unit, touch_by

    @_step(Verb.RECALL, State.ISSUED, State.DRAFTED)
    def recalled(self):
        """Taken back before anybody accepted it."""
        self._unissued()

    @_step(Verb.DECLINE, State.ISSUED, State.DRAFTED)
    def declined(self):
        """Not this unit's matter: back to those who issued it, to be addressed anew."""
        self._unissued()

    @_step(Verb.DISCARD, State.DRAFTED, State.CLOSED)
    def discarded(self, now):
        """A draft that is not sent; its number is never used again."""
        self.closed_at = now

    @_step(Verb.ACCEPT, State.ISSUED, State.ACCEPTED)
    def accepted(self, now, undertaker, phone):
        """Somebody with a name takes it up, at the unit where it lies."""
        self.accepted_at, self.undertaker, self.undertaker_phone = now, undertaker, phone
        self.handling_unit, self.touch_by = self.holder, None

    @_step(Verb.ANSWER, (State.ACCEPTED, State.RETURNED), State.ANSWERED)
    def answered(self, by, now, answer):
        """What was found, or done; those who asked for it are next. A complaint was asked for by no unit."""
        self.answer, self.answered_by, self.answered_at = answer, by, now
        self.holder = self.issuing_unit or self.handling_unit

    @_step(Verb.RETURN, State.ANSWERED, State.RETURNED)
    def answer_returned(self):
        """Those who issued it are not content with the answer."""
        self.holder = self.handling_unit

    @_step(Verb.CONFIRM, State.ANSWERED, State.CONFIRMED)
    def confirmed(self, now):
        """Those who issued it take the answer."""
        self.confirmed_at = now

    @_step(Verb.CLOSE, State.CONFIRMED, State.CLOSED)
    def closed(self, now):
        """Nothing of its thread is open under it any more."""
        self.closed_at = now

    @_step(Verb.ESCALATE, State.ISSUED)
    def escalated(self, above, touch_by):
        """Nobody accepted it in time: it lies with the unit above now (R8.5)."""
        self.holder, self.touch_by, self.times_escalated = above, touch_by, self.times_escalated + 1

    def _unissued(self):
        self.issued_by = self.issued_at = self.proposed_by = self.touch_by = None
        self.holder = self.issuing_unit


def edges() -> list[tuple[str, str, str]]:
    """``(from, verb, to)``, sorted: the graph as it is reviewed."""
    found = set()
    for name in dir(TicketTransitions):
        known = getattr(getattr(TicketTransitions, name), "_django_fsm", None)
        for source, step in known.transitions.items() if known else ():
            found.add((str(source), str(step.custom["verb"]), str(step.target or source)))
    return sorted(found)
