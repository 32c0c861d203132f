"""Seats: the posts an account may act from on a given day, its own and those lent to it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from ledger.statements import columns, planned, read_back
from orgs.people.models import Account, Delegation, Post, PostRole, Unit
from web.words import zh


@dataclass(frozen=True)
class Seat:
    """One place to act from. ``delegated`` is True when the post is another's, lent for a period. ``since``: from when
    it is held; ``trained_until``: the last day of the account's own certificate (R8.1), ``None`` without one.
    ``stands_for``: the closed units that the unit has succeeded, with their paths (R3.1)."""

    unit: Unit
    role: str
    delegated: bool = False
    since: date | None = None
    trained_until: date | None = None
    stands_for: tuple[tuple[int, str], ...] = ()

    @property
    def title(self) -> str:
        """The role as it is shown, e.g. 学籍管理员（代）."""
        return PostRole(self.role).label + (zh("（代）") if self.delegated else "")

    @property
    def units(self) -> set[int]:
        """The ids of the units that are acted for from here: its own, and those it has succeeded."""
        return {self.unit.pk, *(pk for pk, _ in self.stands_for)}

    @property
    def paths(self) -> set[str]:
        """The paths of the same."""
        return {self.unit.path, *(path for _, path in self.stands_for)}


def not_over(day: date) -> Q:
    """Posts and loans that are held on ``day`` or will be later."""
    return Q(valid_until=None) | Q(valid_until__gt=day)


def begun(day: date) -> Q:
    """Posts and loans given for ``day``, also while they wait for their confirmation."""
    return Q(valid_from__lte=day) & not_over(day)


def in_force(day: date) -> Q:
    """Posts and loans from which somebody acts on ``day``."""
    return begun(day) & Q(waiting=False)


def seats_of(account: Account, day: date) -> list[Seat]:
    """All seats of ``account`` on ``day``, own posts first. Kept on the instance, so a request asks once.

    Own and lent posts come in one query. A seat at a closed unit is none (R3.1).
    """
    kept = getattr(account, "_seats", None)
    if kept is not None and kept[0] == day:
        return kept[1]
    seats: list[Seat] = []
    if account.is_authenticated and account.is_active:
        select, names = columns(Unit, "u")
        with planned() as cursor:
            cursor.execute(_SEATS.format(unit=select), {"account": account.pk, "day": day})
            seats = [
                Seat(
                    read_back(Unit, names, unit),
                    role,
                    lent,
                    since,
                    trained,
                    tuple(zip(ids, paths, strict=True)),
                )
                for role, lent, since, trained, ids, paths, *unit in cursor.fetchall()
            ]
    shut = [seat for seat in seats if seat.unit.closed_on is not None and seat.unit.closed_on <= day]
    account._seats = (day, [seat for seat in seats if seat not in shut])
    account._left = (day, shut)
    return account._seats[1]


def left_seats(account: Account, day: date) -> list[Seat]:
    """The seats that ``account`` held at units until these were closed: nobody acts from one, but it is told why."""
    seats_of(account, day)
    kept = getattr(account, "_left", None)
    return kept[1] if kept is not None and kept[0] == day else []


def home_province(account: Account, day: date) -> int | None:
    """The province whose rows a page without a school of its own is written by: that of the first seat."""
    return next((seat.unit.province_id for seat in seats_of(account, day)), None)


# Own posts first. Two parts, so that each comes by its index.
_SEATS = f"""
    SELECT p.role, p.lent, p.valid_from, (
        SELECT max(t.valid_until) FROM orgs_training t JOIN {Account._meta.db_table} a ON a.person_id = t.person_id
        WHERE a.id = %(account)s AND t.trained_on <= %(day)s
    ), b.ids, b.paths, {{unit}} FROM (
        SELECT id, unit_id, role, valid_from, valid_until, false AS lent
        FROM {Post._meta.db_table} WHERE account_id = %(account)s AND NOT waiting
        UNION
        SELECT p.id, p.unit_id, p.role, p.valid_from, p.valid_until, true
        FROM {Delegation._meta.db_table} d JOIN {Post._meta.db_table} p ON p.id = d.post_id
        WHERE d.account_id = %(account)s AND p.account_id <> %(account)s
          AND d.valid_from <= %(day)s AND d.valid_until > %(day)s AND NOT d.waiting AND p.confirmed_at IS NOT NULL
    ) p JOIN {Unit._meta.db_table} u ON u.id = p.unit_id
    CROSS JOIN LATERAL (
        SELECT coalesce(array_agg(b.id ORDER BY b.id), '{{{{}}}}') AS ids,
               coalesce(array_agg(b.path ORDER BY b.id), '{{{{}}}}') AS paths FROM orgs_predecessors(u.id, %(day)s) b
    ) b
    WHERE p.valid_from <= %(day)s
      AND (p.valid_until IS NULL OR p.valid_until > %(day)s OR u.closed_on <= least(p.valid_until, %(day)s))
    ORDER BY p.lent, p.id
"""  # noqa: S608 - put together from the names of tables


class _Bar:
    """Why nobody acts from a seat that is held all the same (R8.1). The rule has limits in the rulebook, so a higher
    floor sets it; there is one, and every seat that is taken is held against it."""

    def __init__(self) -> None:
        self.why: Callable[[Seat, date], object] = lambda seat, day: None


BAR = _Bar()


def acting_seats(account: Account, day: date) -> list[Seat]:
    """The seats from which ``account`` may act on ``day``: those of :func:`seats_of` that no bar stands before."""
    return [seat for seat in seats_of(account, day) if BAR.why(seat, day) is None]


def seat_at(
    account: Account, unit_id: int | None, role: str, day: date, *, standing: bool = True
) -> Seat | None:
    """The seat from which ``account`` may act as ``role`` for the unit, or ``None``: also where a bar stands before
    it, so that no paper can forget to ask (R8.1). For a closed unit it is one at the unit that stands for it, unless ``standing`` is False."""
    for seat in seats_of(account, day):
        if (
            unit_id in (seat.units if standing else {seat.unit.pk})
            and seat.role == role
            and BAR.why(seat, day) is None
        ):
            return seat
    return None


def barred_seats(account: Account, day: date) -> list[Seat]:
    """The seats that ``account`` holds on ``day`` and may not act from."""
    return [seat for seat in seats_of(account, day) if BAR.why(seat, day) is not None]


def holders_of(unit_ids: set[int], day: date) -> list[tuple[int, str, int]]:
    """Who acts for the units on ``day``, own and lent posts alike: ``(unit id, role, account id)``, in one query. For a
    closed unit these are the people of the one that stands for it."""
    if not unit_ids:
        return []
    with planned() as cursor:
        cursor.execute(_HOLDERS, {"units": sorted(unit_ids), "day": day})
        return sorted(cursor.fetchall())


_HOLDERS = f"""
    WITH held AS (
        SELECT asked.unit, p.id, p.role, p.account_id, p.waiting FROM unnest(%(units)s::bigint[]) asked (unit)
        JOIN {Post._meta.db_table} p ON p.unit_id = orgs_standing(asked.unit, %(day)s)
        WHERE p.valid_from <= %(day)s AND (p.valid_until IS NULL OR p.valid_until > %(day)s)
          AND p.confirmed_at IS NOT NULL
    ), found AS (
        SELECT unit, role, account_id FROM held WHERE NOT waiting
        UNION
        SELECT h.unit, h.role, d.account_id FROM held h JOIN {Delegation._meta.db_table} d ON d.post_id = h.id
        WHERE d.valid_from <= %(day)s AND d.valid_until > %(day)s AND NOT d.waiting
    )
    SELECT f.unit, f.role, f.account_id FROM found f
    JOIN {Account._meta.db_table} a ON a.id = f.account_id WHERE a.is_active
"""  # noqa: S608 - put together from the names of tables


def clerks_of(
    unit_ids: set[int], day: date, roles: Collection[str] = (PostRole.REGISTRAR, PostRole.HEAD)
) -> dict[int, list[int]]:
    """The accounts that decide at each unit on ``day``, in order of their ids; a unit where nobody sits has none."""
    found: dict[int, set[int]] = {pk: set() for pk in unit_ids}
    for unit, role, account in holders_of(unit_ids, day):
        if role in roles:
            found[unit].add(account)
    return {unit: sorted(accounts) for unit, accounts in found.items()}


def schools_kept(account: Account, day: date) -> list[Unit]:
    """The schools where the account may act as registrar."""
    seats = acting_seats(account, day)
    kept = (seat.unit for seat in seats if seat.unit.is_school and seat.role == PostRole.REGISTRAR)
    return list({unit.pk: unit for unit in kept}.values())
