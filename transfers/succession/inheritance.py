"""What becomes of this floor's papers when a school is closed into another (R3.1, ADR 37)."""

from django.db.models import F, Func, Q

from reviews.clock.succession import Succession, kind, stays
from transfers.attendance.models import OfflineTransfer
from transfers.moving.models import Transfer, TransferReason
from web.words import zh

_OPEN = Q(closed_at__isnull=True)


def _left(units) -> set[int]:
    """Where one is open whose two schools have not become one: such a one is settled by the registrar as already here."""
    rows = OfflineTransfer.objects.filter(_OPEN).order_by()
    found = set()
    for mine, other in (("school", "sending_school"), ("sending_school", "school")):
        heir = Func(F(f"{mine}_id"), Func(function="orgs_today"), function="orgs_standing")
        held = rows.filter(Q(**{other: None}) | ~Q(**{other: heir}), **{f"{mine}__in": units})
        found |= set(held.values_list(mine, flat=True).distinct())
    return found


@kind(zh("未了结的线下转学登记"), OfflineTransfer, "school", "sending_school", of=_OPEN, waiting=_left)
def take_offline(found: Succession) -> int:
    """Who took the pupil in, and where the record is, as they stand now; of one school by now it stays as it was."""
    rows, taken = OfflineTransfer.objects.filter(_OPEN), 0
    for mine, other in (("school", "sending_school"), ("sending_school", "school")):
        apart = rows.filter(Q(**{other: None}) | ~Q(**{other: found.heir}), **{mine: found.old})
        taken += apart.update(**{mine: found.heir})
    return taken


stays("kept with the running case: procedures.succeeded", Transfer, "receiving_school", "sending_school")
stays("goes with the class, which moves", Transfer, "school_class", "class_was")
stays("a row of the rulebook: provinces are not merged by the program", TransferReason, "province")
