"""Whose turn it is: may this account do this verb to this case now, and if not, why, in one sentence.

``refusal`` asks transition, seat, words and guards in turn and returns the first that fails. Buttons, forms, API,
pre-flight and clock all ask here, so no rule is written twice.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, cast

from django_fsm import can_proceed

from orgs.people.models import Account, PostRole, Unit
from orgs.people.seats import Seat, seat_at
from reviews.engine import book as rulebook
from reviews.engine import one_unit, own_words, procedures, seating, send_backs
from reviews.engine.book import Rulebook, window_refusal
from reviews.engine.grounds import check_ground
from reviews.engine.locking import open_step
from reviews.engine.models import Act, Case, Step
from reviews.engine.opinions import checked_opinion, checked_reason
from reviews.engine.seating import two_persons
from reviews.vocabulary.states import FIRST_STAGES, Awaiting, Outcome, State, Verb
from web import clock
from web.refusals import Refusal, refuse
from web.words import zh

_SEATS = {
    Verb.SUBMIT: PostRole.REGISTRAR,
    Verb.HANDLE: PostRole.REGISTRAR,
    Verb.SIGN: PostRole.HEAD,
    Verb.RETURN: PostRole.HEAD,
    Verb.RECALL: PostRole.HEAD,
    Verb.REPORT: PostRole.REGISTRAR,
    Verb.NO_SHOW: PostRole.REGISTRAR,
    Verb.REQUEST_FILE: PostRole.REGISTRAR,
}
_AWAITS = {Verb.HANDLE: Awaiting.HANDLE, Verb.SIGN: Awaiting.SIGN, Verb.RETURN: Awaiting.SIGN}
_TRANSITIONS = {
    Verb.SUBMIT: "start",
    Verb.HANDLE: "handled",
    Verb.RETURN: "returned",
    Verb.SIGN: "agreed",
    Verb.WITHDRAW: "withdrawn",
    Verb.RECALL: "recalled",
    Verb.REPORT: "reported",
    Verb.NO_SHOW: "not_reported",
    Verb.REQUEST_FILE: "filed",
}
# What a unit does about a case whose turn it need not be.
_FREE = (Verb.NUDGE, Verb.MESSAGE)


@dataclass
class Asking:
    """One knock at the door: who wants what of which case, and all that was read to judge it."""

    case: Case
    verb: Verb
    by: Account
    now: datetime
    book: rulebook.Rulebook
    step: Step | None = None
    seat: Seat | None = None
    subject: Any = None
    opinion: str = ""
    outcome: str = ""
    reason: str = ""
    facts: str = ""
    mark: tuple | None = None
    on: date | None = None
    about: str = ""
    event: str = ""
    detail: dict = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The day in Shanghai."""
        return clock.local_date(self.now)

    @property
    def turn(self) -> Step:
        """The open step, for verbs that are about one: the transition was asked before, and only a draft has none."""
        return cast(Step, self.step)

    @property
    def own_seat(self) -> Seat:
        """The seat it is done from, for what is asked after the seat was."""
        return cast(Seat, self.seat)

    @property
    def procedure(self) -> procedures.Procedure:
        """What the case's kind says about itself."""
        return procedures.of(self.case)

    @property
    def last(self) -> bool:
        """True where agreeing is the last sign-off."""
        return procedures.completes(self.case)


def refusal(
    case: Case,
    verb: str,
    by: Account,
    *,
    now: datetime,
    step: Step | None = None,
    book: Rulebook | None = None,
) -> Refusal | None:
    """Why ``by`` cannot do ``verb`` now, or ``None``; asks everything but the words still to be typed.

    For buttons and check-lists: it locks nothing, so the door asks again.
    """
    book = book or rulebook.current()
    step = step or open_step(case)
    asking = Asking(case, Verb(verb), by, now, book, step)
    return _turn_refusal(asking) or _guard_refusal(asking)


def turn_refusal(
    case: Case,
    verb: str,
    by: Account,
    *,
    now: datetime,
    step: Step | None = None,
    book: Rulebook | None = None,
) -> Refusal | None:
    """Why it is not ``by``'s turn for ``verb``: transition and seat only; costs no query but for a recall."""
    book = book or rulebook.current()
    return _turn_refusal(Asking(case, Verb(verb), by, now, book, step or open_step(case)))


def allowed(
    case: Case, by: Account, *, now: datetime, step: Step | None = None, book: Rulebook | None = None
) -> list[str]:
    """The verbs that ``by`` has a seat for and whose turn it is, guards left aside (they are told in words)."""
    book = book or rulebook.current()
    step = step or open_step(case)
    found = []
    for verb in (*_TRANSITIONS, *_FREE):
        asking = Asking(case, verb, by, now, book, step)
        if _turn_refusal(asking) is None:
            found.append(str(verb))
    return found


def edit_refusal(case: Case, by: Account, day: date) -> Refusal | None:
    """Why ``by`` cannot change the data or proofs of ``case``: only its receiving school's registrar, only while it
    has the case in hand (R0.6)."""
    if not case.is_live:
        return Refusal(
            "case_closed", zh("这件业务已经结束，不能再修改；需要时可以复制为新申请。"), zh("附件1 三.7")
        )
    in_hand = case.state == State.DRAFT or (
        case.state in (*FIRST_STAGES, State.CORRECTION) and case.awaiting == Awaiting.HANDLE
    )
    if not in_hand:
        return Refusal(
            "not_in_hand",
            zh("业务已送出，内容和证明材料不能再改；需要更正时，请办理单位退回补正。"),
            zh("附件1 三.1"),
        )
    told = Refusal(
        "no_seat",
        zh("只有{receiving_unit_name}的学籍管理员可以修改。", receiving_unit_name=case.receiving_unit.name),
        zh("附件1 三.1"),
    )
    return seating.seat_refusal(by, case.receiving_unit_id, PostRole.REGISTRAR, day, told)


# ---------------------------------------------------------------- one after the other


def first_refusal(asking: Asking) -> Refusal | None:
    """Transition, seat, words, guards, in turn: the first that fails."""
    found = _turn_refusal(asking)
    if found is None:
        _check_words(asking)
        found = _note_refusal(asking) or send_backs.refusal(asking) or _guard_refusal(asking)
    return found


def _turn_refusal(asking: Asking) -> Refusal | None:
    """Transition, seat, and that one person acts for one unit of a case only."""
    return (
        _state_refusal(asking)
        or _seat_refusal(asking)
        or one_unit.refusal(asking.case, asking.step, asking.verb, asking.by, asking.seat, asking.today)
    )


def _state_refusal(asking: Asking) -> Refusal | None:
    case, verb = asking.case, asking.verb
    if not case.is_live:
        label = State(case.state).label
        return Refusal(
            "case_closed",
            zh(
                "这件业务已{removeprefix}，不能再{verb_label}。",
                removeprefix=label.removeprefix("已"),
                verb_label=verb.label,
            ),
            zh("附件1 三.7"),
        )
    if asking.step is None and case.state != State.DRAFT:
        # Read a moment ago, ended since: only the door reads both under one lock.
        return Refusal(
            "case_closed",
            zh("这件业务刚刚结束，不能再{verb_label}；请刷新后查看结果。", verb_label=verb.label),
            zh("附件1 三.7"),
        )
    if verb in _FREE:
        if asking.step is None:
            return Refusal("not_running", zh("业务还没有发起，不能{verb_label}。", verb_label=verb.label))
        return None
    if not can_proceed(getattr(case, _TRANSITIONS[verb]), check_conditions=False):
        return Refusal(
            "wrong_state",
            zh(
                "业务现在是“{label}”，不能{verb_label}。",
                label=State(case.state).label,
                verb_label=verb.label,
            ),
        )
    if verb == Verb.WITHDRAW and case.state == State.AWAITING_FILE and not asking.procedure.no_show(case):
        return Refusal(
            "not_a_no_show",
            zh("业务待调档，各方已核办同意；登记学生未报到之后，转入学校才可以终止。"),
            zh("附件1 三.6"),
        )
    if case.expires_at is not None and asking.now >= case.expires_at:
        return Refusal(
            "case_expired",
            zh(
                "这件业务发起已满规定期限（{moment}），按规定清理，不能再{verb_label}；仍需办理的，请在清理后复制为新申请重新发起。",
                moment=clock.moment(case.expires_at),
                verb_label=verb.label,
            ),
            zh("附件1 三.7"),
        )
    wanted = _AWAITS.get(verb)
    if wanted and case.awaiting != wanted:
        text = (
            zh("须先由学籍管理员办理，再由负责人核办")
            if wanted == Awaiting.SIGN
            else zh("已经办理，正在等待负责人核办")
        )
        return Refusal("wrong_turn", zh("{words}。", words=text), zh("附件1 三.1"))
    return None


def _seat_refusal(asking: Asking) -> Refusal | None:
    case, verb, by = asking.case, asking.verb, asking.by
    units: tuple[int | None, ...] = (case.receiving_unit_id,)
    if verb == Verb.WITHDRAW:
        asking.seat = seat_at(by, case.receiving_unit_id, PostRole.REGISTRAR, asking.today) or seat_at(
            by, case.receiving_unit_id, PostRole.HEAD, asking.today
        )
        told = zh("只有{procedure_beginner}可以撤销业务。", procedure_beginner=asking.procedure.beginner)
    elif verb == Verb.NUDGE:
        asking.seat, told = _nudging_seat(asking), zh("只有经办双方中不在办理的单位可以催办。")
        units = _sides(case)
    elif verb == Verb.MESSAGE:
        asking.seat = _messaging_seat(asking)
        told = zh(
            "只有{procedure_beginner}可以就这件业务给能解除障碍的单位发消息。",
            procedure_beginner=asking.procedure.beginner,
        )
    elif verb == Verb.RECALL:
        return _recall_refusal(asking)
    else:
        # What waited at a closed unit begins anew with the clock; until then nobody goes on with it (ADR 37).
        asking.seat, told = seat_at(by, case.holder_id, _SEATS[verb], asking.today, standing=False), ""
        units = (case.holder_id,)
    if asking.seat is None:
        # The holder's name costs a query: it is read only to be told.
        told = told or zh(
            "这一步由{holder_name}的{label}{verb_label}，你没有这个岗位。",
            holder_name=cast(Unit, case.holder).name,
            label=_SEATS[verb].label,
            verb_label=verb.label,
        )
        found = Refusal("no_seat", told, zh("附件1 三.1"))
        return (
            seating.left(by, asking.today, PostRole.HEAD, *units) or found
            if _SEATS.get(verb) == PostRole.HEAD
            else seating.no_seat(by, asking.today, found, *units)
        )
    if verb == Verb.SIGN:
        told = zh("这一步由你本人办理，须由另一人核办（办理与核办不能是同一人）。")
        step = asking.turn
        return two_persons(Account(pk=step.handler_id, person_id=step.handler_person_id), by, told)
    return None


def _nudging_seat(asking: Asking) -> Seat | None:
    for unit_id in _sides(asking.case):
        for role in (PostRole.REGISTRAR, PostRole.HEAD):
            seat = seat_at(asking.by, unit_id, role, asking.today)
            if seat:
                return seat
    return None


def _sides(case: Case) -> tuple[int | None, ...]:
    """Both schools and their authorities, without the one whose turn it is."""
    receiving, sending = case.receiving_unit, case.sending_unit
    sides = (receiving.pk, receiving.authority_id, sending.pk, sending.authority_id)
    return tuple(unit for unit in sides if unit != case.holder_id)


def _messaging_seat(asking: Asking) -> Seat | None:
    unit_id, day = asking.case.receiving_unit_id, asking.today
    return seat_at(asking.by, unit_id, PostRole.REGISTRAR, day) or seat_at(
        asking.by, unit_id, PostRole.HEAD, day
    )


def _recall_refusal(asking: Asking) -> Refusal | None:
    """Recall: by the one who signed, within minutes, while the next unit has not opened the case."""
    before = (
        Step.objects.filter(case=asking.case, closed_at__isnull=False, signer__isnull=False)
        .select_related("unit")
        .order_by("-seq")
        .first()
    )
    if before is None or before.seq != asking.turn.seq - 1 or before.signer_person_id != asking.by.person_id:
        return Refusal("no_seat", zh("只有刚刚核办的负责人本人可以撤回。"))
    minutes = recall_minutes(asking.book, asking.case, before, asking.today)
    if asking.now > cast(datetime, before.signed_at) + timedelta(minutes=minutes):
        return Refusal(
            "recall_late",
            zh("核办已超过 {minutes} 分钟，不能撤回；需要更正时请联系下一单位退回补正。", minutes=minutes),
        )
    if asking.turn.first_opened_at is not None or asking.turn.handler_id is not None:
        return Refusal(
            "recall_opened", zh("下一单位已经查看这件业务，不能撤回；需要更正时请联系该单位退回补正。")
        )
    asking.seat = seat_at(asking.by, before.unit_id, PostRole.HEAD, asking.today)
    asking.detail["before"] = before
    return None if asking.seat else Refusal("no_seat", zh("你已不在原核办岗位，不能撤回。"))


def recall_minutes(book: rulebook.Rulebook, case: Case, before: Step, today: date) -> int:
    """How long the head who signed ``before`` may take it back, in minutes."""
    return book.limit("recall_minutes", case.ruled_on(today), before.unit.province_id)


def _guard_refusal(asking: Asking) -> Refusal | None:
    case, verb = asking.case, asking.verb
    if verb == Verb.NUDGE:
        return _nudged_today(asking)
    if verb == Verb.MESSAGE:
        return _addressee_refusal(asking)
    if verb == Verb.REQUEST_FILE:
        found = _file_refusal(asking)
        if found:
            return found
    # What stops the move does not stop a refusal or a sending back.
    agreeing = verb != Verb.SIGN or asking.outcome in ("", Outcome.AGREE)
    guards = asking.procedure.guards_for(verb, case) if agreeing else ()
    if verb == Verb.SUBMIT:
        found = window_refusal(asking.book, case.kind, case.receiving_unit.province_id, asking.now)
        if found:
            return found
    if not guards:
        return None
    subject = asking.subject
    facts = asking.procedure.facts(case, subject, asking.now, asking.book)
    for check in guards:
        found = check(facts)
        if found is not None and found.stops:
            asking.detail["blocked"] = verb == Verb.SIGN and procedures.leaves(case)
            return found
    return None


def _note_refusal(asking: Asking) -> Refusal | None:
    """Where the receiving authority must say so itself, its registrar and its head do it in their own words."""
    if asking.verb not in (Verb.HANDLE, Verb.SIGN) or asking.outcome != Outcome.AGREE:
        return None
    wanted = own_words.wanted_of(asking.procedure, asking.case, asking.turn.stage)
    if wanted is None:
        return None
    return own_words.refusal(wanted, asking.opinion, asking.by, asking.own_seat.unit.pk)


def _file_refusal(asking: Asking) -> Refusal | None:
    """R3.6: the file is requested by the end of the last day; after it the clock cancels, however late it comes."""
    if asking.turn.due_on >= asking.today:
        return None
    return Refusal(
        "file_late",
        zh(
            "调档时限（{day}）已过，这件业务按规定自动取消；需要时请复制为新申请重新发起。",
            day=clock.spoken(asking.turn.due_on),
        ),
        zh("附件1 三.6"),
    )


def _addressee_refusal(asking: Asking) -> Refusal | None:
    """R3.1b: a message goes to the unit that can clear the obstacle as it stands now, and to nobody else."""
    if not asking.about:
        return None
    unit = asking.procedure.clearing_unit(asking.case, asking.about, asking.now, asking.book)
    if unit is None:
        return Refusal(
            "nothing_to_clear",
            zh("这一项现在没有障碍，或没有可以解除它的单位，不需要发消息。"),
            zh("附件1 三.1"),
        )
    asking.detail["to"] = unit.pk
    return None


def _nudged_today(asking: Asking) -> Refusal | None:
    since = datetime.combine(asking.today, datetime.min.time(), clock.SHANGHAI)
    if not asking.book.calendar.is_working(asking.today):
        return Refusal("nudge_day", zh("今天不是工作日，请在工作日催办。"), zh("附件1 三.7"))
    if Act.objects.filter(
        case=asking.case, verb=Verb.NUDGE, unit_id=asking.own_seat.unit.pk, at__gte=since
    ).exists():
        return Refusal("nudged", zh("你单位今天已经催办过这件业务，每个工作日可催办一次。"))
    return None


# A pupil may have sat in class long before the papers were begun (R0.1); a year earlier is a slip of the pen.
_REPORTED_BEFORE = timedelta(days=366)


def _checked_day(asking: Asking) -> date:
    """The day on which the pupil reported. Raises Refused when it is missing, to come, or a slip (R3.6)."""
    day, begun = asking.on, clock.local_date(cast(datetime, asking.case.submitted_at))
    if day is None:
        refuse("reported_on", zh("请填写学生报到的日期。"), zh("附件1 三.6"))
    if day > asking.today:
        refuse("reported_on", zh("报到日期不能晚于今天；学生报到后再登记。"), zh("附件1 三.6"))
    if day < begun - _REPORTED_BEFORE:
        refuse("reported_on", zh("报到日期早于发起前一年，请核对年份后重填。"), zh("附件1 三.6"))
    return day


def _check_words(asking: Asking) -> None:
    """What was typed and chosen: opinion, outcome, coded reason, forbidden grounds (R0.3, R0.6, R3.4)."""
    verb, case = asking.verb, asking.case
    if verb in (Verb.SUBMIT, Verb.HANDLE, Verb.SIGN, Verb.RETURN, Verb.MESSAGE) or (
        verb == Verb.WITHDRAW and case.state != State.DRAFT
    ):
        decided = Outcome.AGREE if verb == Verb.SUBMIT else asking.outcome
        deciding = verb in (Verb.SUBMIT, Verb.HANDLE, Verb.SIGN)
        asking.opinion = checked_opinion(asking.opinion, verb, decided if deciding else "")
    else:
        asking.opinion = asking.opinion.strip()[:500]
    if verb == Verb.MESSAGE and not asking.about:
        refuse("about", zh("请从未通过的核对项发消息：消息只发给能解除该项的单位。"), zh("附件1 三.1"))
    if verb == Verb.REPORT:
        asking.on = _checked_day(asking)
        asking.opinion = zh("报到日期：{day}", day=clock.spoken(asking.on))
    if verb == Verb.SUBMIT:
        asking.outcome = Outcome.AGREE
    if verb in (Verb.HANDLE, Verb.SIGN):
        asking.outcome, asking.reason = checked_reason(
            asking.book, case, asking.turn.stage, asking.outcome, asking.reason, asking.opinion
        )
    else:
        asking.reason = ""
    check_ground(asking)
