"""What every page needs to know before it can say anything: the rulebook as it stands, and unread notices.

Read in one statement a request and kept on the request.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, Func, IntegerField, QuerySet, Subquery, Value
from django.http import HttpRequest

from ledger import clock
from reviews import rulebook
from reviews.models import CalendarRevision, Notice
from reviews.rulebook import Rulebook


@dataclass(frozen=True)
class Desk:
    """The instant of the request, its day in Shanghai, the rulebook, the number of unread notices."""

    now: datetime
    today: date
    book: Rulebook
    unread: int


def counting(rows: QuerySet) -> Subquery:
    """How many ``rows`` there are, as an expression: several counts then stand in one statement."""
    number = Func(F("pk"), function="count", output_field=IntegerField())
    return Subquery(rows.order_by().annotate(number_of_rows=number).values("number_of_rows"))


def of(request: HttpRequest) -> Desk:
    """The desk of this request; a visitor has no notices."""
    kept = getattr(request, "_desk", None)
    if kept is None:
        kept = request._desk = _laid(request, clock.now())
    return kept


def _laid(request: HttpRequest, now: datetime) -> Desk:
    account = getattr(request, "user", None)
    unread = Value(0)
    if account is not None and account.is_authenticated:
        unread = counting(Notice.objects.filter(account_id=account.pk, read_at__isnull=True))
    row = CalendarRevision.objects.annotate(unread=unread).values_list("number", "unread").first()
    number, waiting = row or (None, 0)
    return Desk(now, clock.local_date(now), rulebook.current(number), waiting)
