"""Whether somebody may sit down to act as registrar, and if not, why: no such post, or untrained (持证上岗, R8.1).

Every paper asks here with its own sentence for whoever has no such post; the bar itself stands in
:func:`orgs.people.seats.seat_at`, so a paper that does not ask is refused all the same.
"""

from collections.abc import Collection
from datetime import date, timedelta

from orgs.people.models import Account, PostRole
from orgs.people.persons import same_person
from orgs.people.seats import Seat, acting_seats, barred_seats, left_seats, seat_at
from orgs.people.successors import standing
from reviews.engine import book as rulebook
from web.clock import spoken
from web.refusals import Refusal
from web.words import zh

CLAUSE = zh("正文 二.1")
CLOSED = zh("附件1 三.1")
# How many days a new registrar may act without a certificate: a row of the rulebook, a province's own before the nation's.
GRACE = "training_grace_days"


def untrained(seat: Seat, day: date) -> Refusal | None:
    """Why nobody acts from this seat now: a registrar's (own, lent, handed over) without a certificate in force."""
    if seat.role != PostRole.REGISTRAR:
        return None
    if seat.trained_until is not None and seat.trained_until >= day:
        return None
    grace = rulebook.current().limit(GRACE, day, seat.unit.province_id)
    if seat.since is not None and day < seat.since + timedelta(days=grace):
        return None
    was = zh("培训合格证已过有效期") if seat.trained_until is not None else zh("还没有培训合格证")
    told = zh(
        "你{was}，可以查看，不能办理：学籍管理员须经培训、持证上岗；请参加培训，由上级登记备案后再办理。",
        was=was,
    )
    return Refusal("untrained", told, CLAUSE, zh("本人参加培训，由上级学籍管理部门登记备案"))


def bar_of(by: Account, day: date, units: Collection[int | None] | None = None) -> Refusal | None:
    """The bar before a registrar's seat that ``by`` holds (at one of ``units``), or ``None``."""
    for seat in barred_seats(by, day):
        if units is None or seat.unit.pk in units:
            return untrained(seat, day)
    return None


def no_seat(by: Account, day: date, told: Refusal, *units: int | None) -> Refusal:
    """Why ``by`` has no seat to act from as registrar (at one of ``units``): the bar where there is one, that its unit
    was closed, else ``told``."""
    return bar_of(by, day, units or None) or left(by, day, PostRole.REGISTRAR, *units) or told


def left(by: Account, day: date, role: str, *units: int | None) -> Refusal | None:
    """That ``by`` had such a post at one of ``units`` which is closed, or at one that a unit of ``units`` stands for now;
    with another post there ``by`` could not have done it either."""
    for seat in left_seats(by, day):
        if seat.role != role:
            continue
        heir = standing(seat.unit, day)
        if units and seat.unit.pk not in units and (heir is None or heir.pk not in units):
            continue
        above = seat.unit.authority.name if seat.unit.authority else zh("主管部门")
        told = zh(
            "{old}已于{day}撤销，原岗位同时结束，{instead}。",
            old=seat.unit.name,
            day=spoken(seat.unit.closed_on),
            instead=zh("由{heir}承接和办理", heir=heir.name)
            if heir is not None
            else zh("还没有确定承接单位，请联系{above}", above=above),
        )
        attends = zh("学生照常就读，不受影响。") if seat.unit.is_school else ""
        return Refusal("school_closed", told + attends, CLOSED, heir.name if heir is not None else above)
    return None


def seat_refusal(by: Account, unit_id: int | None, role: str, day: date, told: Refusal) -> Refusal | None:
    """Why ``by`` cannot act as ``role`` of the unit: untrained, at a unit that was closed, or ``told`` where there is no
    such post."""
    if seat_at(by, unit_id, role, day) is not None:
        return None
    return (
        no_seat(by, day, told, unit_id)
        if role == PostRole.REGISTRAR
        else left(by, day, role, unit_id) or told
    )


def only_barred(by: Account, day: date) -> Refusal | None:
    """The bar before everything that ``by`` could do, or ``None`` for who has another seat, or none at all: told on
    the first page, and before anything typed is read."""
    return None if acting_seats(by, day) else bar_of(by, day)


def two_persons(first: Account | None, by: Account, told: str) -> Refusal | None:
    """R0.5: why ``by`` cannot sign what the account ``first`` did: they are one person, whatever the accounts."""
    return Refusal("same_person", told, zh("附件1 三.1")) if same_person(first, by) else None
