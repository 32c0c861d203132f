"""What a closed unit leaves behind: from the closing day on all of it belongs to the unit that stands for it (R3.1, ADR 37).

One registry over every column that names a unit. Each floor says of its own what becomes of it: it *moves* to the
successor, it *ends*, the successor *acts* for it from its own seat and the paper stays where it was signed, or it is
history and *stays*. A test holds the registry against the models, so that a new paper cannot be forgotten.

The round of the clock takes a unit over in one transaction, by a handful of statements a kind however many rows there
are. It finds out from the rows themselves what is left, so it may come late, be missed or run twice.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast

from django.db import transaction
from django.db.models import F, Q

from ledger import audit, outbox, statements
from ledger.models import OutboxMessage
from ledger.pieces import Pieces
from orgs.confirmations.models import Confirmation
from orgs.people.models import Post, PostRole, Unit
from orgs.people.school_system import SchoolSystemPeriod
from orgs.people.seats import holders_of
from orgs.staff.models import AccessReview, Arrangement
from reviews.clock.take_over import heirs
from reviews.engine import procedures
from reviews.engine.door import relation_of
from reviews.engine.models import Act, Case, OverdueRecord, Step
from reviews.faults.models import Fault
from reviews.notices.sending import Letter, tell
from reviews.refusal_rules.models import ForbiddenPhrase, WallAppeal, WallWords
from reviews.rulebook.models import Limit, QuickPhrase, RefusalReason, Route, Vacation, Window, YearRow
from reviews.vocabulary.states import State
from web.clock import local_date, spoken
from web.words import joined, zh

MOVES, ENDS, ACTS, STAYS = "moves", "ends", "acts", "stays"
CHAIN = "orgs"
_TOLD = 300
_CLERKS = (PostRole.REGISTRAR, PostRole.HEAD)


@dataclass
class Succession:
    """One closed unit and the one that stands for it; ``said`` is what people have to know beside the numbers.

    ``renumbered``: classes by phase, year and old number, with the number they have now.
    """

    old: Unit
    heir: Unit
    now: datetime
    said: list[str] = field(default_factory=list)
    renumbered: dict[tuple[str, int, int], int] = field(default_factory=dict)

    @property
    def day(self) -> date:
        """Today."""
        return local_date(self.now)


@dataclass(frozen=True)
class Kind:
    """What becomes of the rows of a model: ``waiting`` says at which of some closed units any are left, ``take`` takes
    them over and tells how many. ``last``: after the others."""

    key: str
    label: str
    waiting: Callable[[Iterable[int]], set[int]]
    take: Callable[[Succession], int]
    last: bool = False


# The column as “app.Model.field” → what becomes of it, and why.
columns: dict[str, tuple[str, str]] = {}
_kinds: list[Kind] = []


def _known(model: type[Any], names: Iterable[str], how: str, why: str) -> None:
    for name in names:
        column = f"{model._meta.label}.{name}"
        if column in columns:
            raise ValueError(column)
        columns[column] = how, why


def acts(why: str, model: type[Any], *names: str) -> None:
    """The paper stays where it was made; the successor acts for the closed unit (:func:`orgs.people.seats.seat_at`)."""
    _known(model, names, ACTS, why)


def stays(why: str, model: type[Any], *names: str) -> None:
    """Nothing is to be done with it by anybody: history, or a rule."""
    _known(model, names, STAYS, why)


def kind(
    label: str,
    model: type[Any],
    *names: str,
    of: Q | None = None,
    how: str = MOVES,
    waiting: Callable[[Iterable[int]], set[int]] | None = None,
    last: bool = False,
) -> Callable[[Callable[[Succession], int]], Callable[[Succession], int]]:
    """Register how rows with a unit in one of ``names`` are taken over; ``of`` says which of them are open.

    ``waiting`` replaces the question at which units any are left; rows that are ``last`` wait for all other kinds."""
    _known(model, names, how, label)
    open_ = of if of is not None else Q()

    def left(units: Iterable[int]) -> set[int]:
        rows = model.objects.filter(open_).order_by()
        return {
            unit
            for name in names
            for unit in rows.filter(**{f"{name}__in": units}).values_list(name, flat=True).distinct()
        }

    def registered(take: Callable[[Succession], int]) -> Callable[[Succession], int]:
        _kinds.append(Kind(model._meta.label_lower, label, waiting or left, take, last))
        _kinds.sort(key=lambda one: one.last)
        return take

    return registered


def moved(label: str, model: type[Any], *names: str, of: Q | None = None) -> None:
    """Rows that only change their unit, a statement a column."""

    @kind(label, model, *names, of=of)
    def take(found: Succession) -> int:
        return sum(
            model.objects.filter(of if of is not None else Q(), **{name: found.old}).update(
                **{name: found.heir}
            )
            for name in names
        )


# ---------------------------------------------------------------- the round of the clock


def take_over(now: datetime, pieces: Pieces) -> int:
    """Let successors take over what closed units left behind, a unit a piece and a transaction; returns of how many units.
    One that cannot be taken over stays as it was.

    Whoever of a closed unit has a post there loses it; a unit without a successor is told to the unit above.
    """
    day = local_date(now)
    _end_posts(day)
    standing = heirs(day)
    _tell_of_orphans(day, standing)
    closed = list(standing)
    left: set[int] = set().union(*(one.waiting(closed) for one in _kinds)) if closed else set()
    codes = dict(Unit.objects.filter(pk__in=left).values_list("pk", "code"))
    taken = 0
    for pk in sorted(left):
        with pieces.alone(codes[pk]):
            taken += _taken(pk, standing[pk], now)
    return taken


def waiting(day: date) -> list[tuple[str, str]]:
    """Of the units a round would take over their names, and whose they become; writes nothing."""
    standing = heirs(day)
    left: set[int] = set().union(*(one.waiting(list(standing)) for one in _kinds)) if standing else set()
    units = Unit.objects.in_bulk({*left, *(standing[pk] for pk in left)})
    return [(units[pk].name, units[standing[pk]].name) for pk in sorted(left)]


def _taken(old: int, heir: int, now: datetime) -> bool:
    with transaction.atomic():
        locked = Unit.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=old).first()
        if locked is None:
            return False
        found = Succession(locked, Unit.objects.get(pk=heir), now)
        counts: dict[str, int] = {}
        for one in _kinds:
            if count := one.take(found):
                counts[one.key] = counts.get(one.key, 0) + count
        if not counts and not found.said:
            return False
        body = {"unit": old, "successor": heir, "taken": counts}
        audit.record(CHAIN, "clock", "unit.taken_over", body, subject=f"unit:{locked.code}")
        labels = {one.key: one.label for one in reversed(_kinds)}
        said = joined("、", (zh("{label} {count}", label=labels[key], count=counts[key]) for key in counts))
        payload = {
            "unit": old,
            "successor": heir,
            "taken": str(said),
            "said": [str(one) for one in found.said],
        }
        outbox.post("succession", payload, f"succession:{old}:{now.isoformat()}")
    return True


def _end_posts(day: date) -> None:
    """Posts at closed units end, whoever stands for the unit; a loan ends with its post. Nobody sits there anyway
    (:mod:`orgs.people.seats`); this keeps the staff lists true. One of today goes with tomorrow's round: no post is empty."""
    rows = Post.objects.filter(unit__closed_on__lte=day, valid_from__lt=day).exclude(valid_until__lte=day)
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    if ids:
        with transaction.atomic():
            Post.objects.filter(pk__in=ids).update(valid_until=day)
            audit.record(CHAIN, "clock", "post.unit_closed", {"posts": ids})


def _tell_of_orphans(day: date, standing: dict[int, int]) -> None:
    """Units that are closed and that nobody stands for: the unit above is told, once."""
    rows = Unit.objects.filter(closed_on__lte=day, authority__isnull=False).exclude(pk__in=standing)
    outbox.post_all(
        "succession",
        {f"orphan:{pk}:{closed}": {"unit": pk} for pk, closed in rows.values_list("pk", "closed_on")},
    )


# ---------------------------------------------------------------- telling


@outbox.handler("succession")
def tell_everybody(messages: list[OutboxMessage], now: datetime) -> None:
    """Who had a post at the closed unit, who has one at its successor, and both units above (R3.1)."""
    payloads = [message.payload for message in messages]
    ids = {payload[name] for payload in payloads for name in ("unit", "successor") if name in payload}
    units = Unit.objects.select_related("authority").in_bulk(ids)
    above = {unit.authority_id for unit in units.values() if unit.authority_id}
    seats = holders_of({*ids, *above}, local_date(now))
    former = _former([units[payload["unit"]] for payload in payloads])
    letters = []
    for message in messages:
        old, heir = units[message.payload["unit"]], units.get(message.payload.get("successor"))
        told = {old.authority_id} | ({heir.pk, heir.authority_id} if heir else set())
        people = {account for unit, role, account in seats if unit in told and role in _CLERKS} | former[
            old.pk
        ]
        for at, text in enumerate(_texts(old, heir, message.payload)):
            letters += [Letter(one, None, _cut(text), f"{message.dedup}:{at}") for one in people]
    tell(letters, now)


def _cut(text: str) -> str:
    """What to do and the clause stand first, a list last: only of the list something may be left out."""
    return text if len(text) <= _TOLD else text[: _TOLD - 1] + "…"


def _former(units: list[Unit]) -> dict[int, set[int]]:
    """The accounts that had a post at each of the closed units on the day before the closing, in one statement."""
    found: dict[int, set[int]] = {unit.pk: set() for unit in units}
    rows = Post.objects.filter(unit__in=units, account__is_active=True, valid_from__lt=F("unit__closed_on"))
    rows = rows.filter(Q(valid_until=None) | Q(valid_until__gte=F("unit__closed_on")))
    for unit, account in rows.values_list("unit", "account"):
        found[unit].add(account)
    return found


def _texts(old: Unit, heir: Unit | None, payload: dict) -> list[str]:
    day = spoken(old.closed_on)
    if heir is None:
        told = zh(
            "{old}已于{day}撤销，还没有确定承接单位：学籍保留在册，学生照常就读。请{above}尽快确定承接单位并报系统管理员登记（附件1 三.1）。",
            old=old.name,
            day=day,
            above=cast(Unit, old.authority).name,
        )
        return [str(told)]
    told = zh(
        "{old}已于{day}撤并，由{heir}承接，原岗位同时结束，此后由{heir}办理；原单位签署的材料可按原代码 {code} 查找（附件1 三.1）。承接内容：{taken}。",
        old=old.name,
        day=day,
        heir=heir.name,
        taken=payload["taken"],
        code=old.code,
    )
    return [str(told), *payload["said"]]


# ---------------------------------------------------------------- this floor's own


# Last: whoever sends a draft off locks the pupil before the case, and so does the round.
@kind(zh("草稿"), Case, of=Q(state=State.DRAFT), waiting=lambda units: drafts_of(units), last=True)
def take_drafts(found: Succession) -> int:
    """A draft is gone on with by the successor; one whose two schools have become one has lost its matter."""
    rows = Case.objects.filter(state=State.DRAFT).filter(
        Q(receiving_unit=found.old) | Q(sending_unit=found.old)
    )
    cases = list(
        rows.select_for_update(of=("self",), no_key=True)
        .select_related("receiving_unit", "sending_unit")
        .order_by("pk")
    )
    for case in cases:
        for side in ("receiving_unit", "sending_unit"):
            if getattr(case, f"{side}_id") == found.old.pk:
                setattr(case, side, found.heir)
        alone = procedures.of(case).of_one_school
        over = not alone and case.receiving_unit_id == case.sending_unit_id
        changes: dict[str, Any] = {
            "receiving_unit": case.receiving_unit_id,
            "sending_unit": case.sending_unit_id,
        }
        changes["holder"] = None if over else case.receiving_unit_id
        if over:
            changes["state"] = str(State.WITHDRAWN)
        else:
            changes["relation"] = relation_of(case.receiving_unit, case.sending_unit)
            procedures.of(case).succeeded(case)
        statements.update(Case, case.pk, revision=case.revision + 1, **changes)
    return len(cases)


def drafts_of(units: Iterable[int]) -> set[int]:
    """At which of the units a draft begins or would send."""
    rows = Case.objects.filter(state=State.DRAFT).order_by()
    return set(rows.filter(receiving_unit__in=units).values_list("receiving_unit", flat=True)) | set(
        rows.filter(sending_unit__in=units).values_list("sending_unit", flat=True)
    )


_ONE_BY_ONE = "a running case goes on step by step: reviews.clock.take_over"
stays(_ONE_BY_ONE, Case, "holder", "receiving_unit", "sending_unit")
stays(_ONE_BY_ONE, Step, "unit")
_RULE = "a row of the rulebook: provinces are not merged by the program"
for _model in (Vacation, Window, Limit, Route, RefusalReason, ForbiddenPhrase, WallWords, YearRow):
    stays(_RULE, _model, "province")
stays("who did it, and where: history", Act, "unit")
stays("what came too late, and where: history", OverdueRecord, "unit")
stays("a unit's own wording; the successor has its own", QuickPhrase, "unit")
stays("who announced and ended it: history", Fault, "opened_from", "closed_from")
acts("ended by who stands for the office, or above it", Fault, "unit")
acts("ruled on by the heads of the unit that stands for the upper one", WallAppeal, "unit", "upper")
_OF_ORGS = "the tree, the posts and who gave them: orgs.people.successors, and the posts end"
stays(_OF_ORGS, Unit, "authority", "province", "league", "successor")
stays(_OF_ORGS, Post, "unit")
stays(_OF_ORGS, Confirmation, "unit")
stays(_OF_ORGS, AccessReview, "unit")
stays(_OF_ORGS, Arrangement, "above")
stays("what the school followed while it stood: history", SchoolSystemPeriod, "school")
