"""What of this floor's papers waits for a registrar or a head when the post changes hands (R0.5)."""

from datetime import date

from orgs.people.models import PostRole, Unit
from reviews.engine.open_papers import kind
from transfers.attendance.models import OfflineTransfer
from web.words import zh


@kind(zh("未了结或待确认的线下转入登记"), "/offline/")
def offline_transfers(unit: Unit, role: str, day: date) -> int:
    """Pupils who were taken in offline and whose record has not come; of these, what the head has to confirm."""
    rows = OfflineTransfer.objects.open().filter(school=unit)
    return rows.count() if role == PostRole.REGISTRAR else rows.filter(confirmed_at__isnull=True).count()
