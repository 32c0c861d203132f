"""What every page needs to know before it can say anything: the rulebook as it stands, unread notices, whether any
fault lasts.

Read in one statement a request and kept on the request.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.http import HttpRequest

from ledger.statements import planned
from reviews.engine import book as rulebook
from reviews.engine.book import Rulebook
from reviews.faults.models import Fault
from reviews.notices.models import Notice
from reviews.rulebook.countdown import soon_until
from reviews.rulebook.models import CalendarRevision
from web import clock

_READ = (
    f"SELECT (SELECT number FROM {CalendarRevision._meta.db_table} LIMIT 1), (SELECT count(*)"  # noqa: S608
    f" FROM {Notice._meta.db_table} WHERE account_id = %s AND read_at IS NULL),"
    f" EXISTS (SELECT FROM {Fault._meta.db_table} WHERE closed_at IS NULL)"
)

# Under this name it is kept on the request.
_KEPT = "_desk"


@dataclass(frozen=True)
class Desk:
    """The instant of the request, its day in Shanghai, the rulebook, the number of unread notices; ``faulty``:
    somewhere a fault lasts, so a page of a school asks whether there (R0.4)."""

    now: datetime
    today: date
    book: Rulebook
    unread: int
    faulty: bool = False

    @property
    def soon(self) -> date:
        """The last due date that is shown as pressing."""
        return soon_until(self.book.calendar, self.today)


def of(request: HttpRequest) -> Desk:
    """The desk of this request; a visitor has no notices."""
    kept = getattr(request, _KEPT, None)
    if kept is None:
        kept = _laid(request, clock.now())
        setattr(request, _KEPT, kept)
    return kept


def _laid(request: HttpRequest, now: datetime) -> Desk:
    account = getattr(request, "user", None)
    reader = account.pk if account is not None and account.is_authenticated else None
    with planned() as cursor:
        cursor.execute(_READ, [reader])
        number, unread, faulty = cursor.fetchone()
    return Desk(now, clock.local_date(now), rulebook.current(number), unread, faulty)
