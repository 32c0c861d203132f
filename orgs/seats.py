"""Seats: the posts an account may act from on a given day, its own and those lent to it."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from orgs.models import Account, Delegation, Post, PostRole, Unit


@dataclass(frozen=True)
class Seat:
    """One place to act from. ``delegated`` is True when the post is another's, lent for a period."""

    unit: Unit
    role: str
    delegated: bool = False

    @property
    def title(self) -> str:
        """The role as it is shown, e.g. 学籍管理员（代）."""
        return PostRole(self.role).label + ("（代）" if self.delegated else "")


def _in_force(day: date) -> Q:
    return Q(valid_from__lte=day) & (Q(valid_until__isnull=True) | Q(valid_until__gt=day))


def seats_of(account: Account, day: date) -> list[Seat]:
    """All seats of ``account`` on ``day``, own posts first. Kept on the instance, so a request asks once.

    Own and lent posts come in one query.
    """
    kept = getattr(account, "_seats", None)
    if kept is not None and kept[0] == day:
        return kept[1]
    seats: list[Seat] = []
    if account.is_authenticated and account.is_active:
        lent = Delegation.objects.filter(_in_force(day), account_id=account.pk).values("post_id")
        posts = Post.objects.filter(_in_force(day)).filter(Q(account_id=account.pk) | Q(pk__in=lent))
        posts = posts.select_related("unit").order_by("pk")
        seats = [Seat(post.unit, post.role, post.account_id != account.pk) for post in posts]
        seats.sort(key=lambda seat: seat.delegated)
    account._seats = (day, seats)
    return seats


def seat_at(account: Account, unit_id: int | None, role: str, day: date) -> Seat | None:
    """The seat from which ``account`` may act as ``role`` for the unit, or ``None``."""
    for seat in seats_of(account, day):
        if seat.unit.pk == unit_id and seat.role == role:
            return seat
    return None


def holders_of(unit_ids: set[int], day: date) -> list[tuple[int, str, int]]:
    """Who sits at the units on ``day``, own and lent posts alike: ``(unit id, role, account id)``, in two queries."""
    posts = Post.objects.filter(_in_force(day), unit_id__in=unit_ids)
    own = posts.filter(account__is_active=True).values_list("unit_id", "role", "account_id")
    lent = Delegation.objects.filter(_in_force(day), post__in=posts, account__is_active=True)
    found = set(own) | set(lent.values_list("post__unit_id", "post__role", "account_id"))
    return sorted(found)
