"""Seats: the posts an account may act from on a given day, its own and those lent to it."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from ledger.statements import columns, planned, read_back
from ledger.words import zh
from orgs.models import Account, Delegation, Post, PostRole, Unit


@dataclass(frozen=True)
class Seat:
    """One place to act from. ``delegated`` is True when the post is another's, lent for a period. ``since``: from when
    it is held; ``trained_until``: the last day of the account's own certificate (R8.1), ``None`` without one."""

    unit: Unit
    role: str
    delegated: bool = False
    since: date | None = None
    trained_until: date | None = None

    @property
    def title(self) -> str:
        """The role as it is shown, e.g. 学籍管理员（代）."""
        return PostRole(self.role).label + (zh("（代）") if self.delegated else "")


def not_over(day: date) -> Q:
    """Posts and loans that are held on ``day`` or will be later."""
    return Q(valid_until=None) | Q(valid_until__gt=day)


def in_force(day: date) -> Q:
    """Posts and loans that are held on ``day``."""
    return Q(valid_from__lte=day) & not_over(day)


def seats_of(account: Account, day: date) -> list[Seat]:
    """All seats of ``account`` on ``day``, own posts first. Kept on the instance, so a request asks once.

    Own and lent posts come in one query.
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
                Seat(read_back(Unit, names, unit), role, lent, since, trained)
                for role, lent, since, trained, *unit in cursor.fetchall()
            ]
    account._seats = (day, seats)
    return seats


# Own posts first. Two parts, so that each comes by its index.
_SEATS = f"""
    SELECT p.role, p.lent, p.valid_from, (
        SELECT max(t.valid_until) FROM orgs_training t JOIN {Account._meta.db_table} a ON a.person_id = t.person_id
        WHERE a.id = %(account)s
    ), {{unit}} FROM (
        SELECT id, unit_id, role, valid_from, valid_until, false AS lent
        FROM {Post._meta.db_table} WHERE account_id = %(account)s
        UNION
        SELECT p.id, p.unit_id, p.role, p.valid_from, p.valid_until, true
        FROM {Delegation._meta.db_table} d JOIN {Post._meta.db_table} p ON p.id = d.post_id
        WHERE d.account_id = %(account)s AND p.account_id <> %(account)s
          AND d.valid_from <= %(day)s AND d.valid_until > %(day)s
    ) p JOIN {Unit._meta.db_table} u ON u.id = p.unit_id
    WHERE p.valid_from <= %(day)s AND (p.valid_until IS NULL OR p.valid_until > %(day)s)
    ORDER BY p.lent, p.id
"""  # noqa: S608 - put together from the names of tables


def seat_at(account: Account, unit_id: int | None, role: str, day: date) -> Seat | None:
    """The seat from which ``account`` may act as ``role`` for the unit, or ``None``."""
    for seat in seats_of(account, day):
        if seat.unit.pk == unit_id and seat.role == role:
            return seat
    return None


def holders_of(unit_ids: set[int], day: date) -> list[tuple[int, str, int]]:
    """Who sits at the units on ``day``, own and lent posts alike: ``(unit id, role, account id)``, in two queries."""
    posts = Post.objects.filter(in_force(day), unit_id__in=unit_ids)
    own = posts.filter(account__is_active=True).values_list("unit_id", "role", "account_id")
    lent = Delegation.objects.filter(in_force(day), post__in=posts, account__is_active=True)
    found = set(own) | set(lent.values_list("post__unit_id", "post__role", "account_id"))
    return sorted(found)


def clerks_of(
    unit_ids: set[int], day: date, roles=(PostRole.REGISTRAR, PostRole.HEAD)
) -> dict[int, list[int]]:
    """The accounts that decide at each unit on ``day``, in order of their ids; a unit where nobody sits has none."""
    found: dict[int, set[int]] = {pk: set() for pk in unit_ids}
    for unit, role, account in holders_of(unit_ids, day):
        if role in roles:
            found[unit].add(account)
    return {unit: sorted(accounts) for unit, accounts in found.items()}


def schools_kept(account: Account, day: date) -> list[Unit]:
    """The schools where the account is registrar."""
    seats = seats_of(account, day)
    kept = (seat.unit for seat in seats if seat.unit.is_school and seat.role == PostRole.REGISTRAR)
    return list({unit.pk: unit for unit in kept}.values())
