"""How often something was tried: counted by the database in the very statement that asks.

A limit that is read first and counted afterwards is none for those who ask at once. Here each try is told its number, so
that 64 tries in the same instant are the first to the sixty-fourth. What is counted stands as a digest only.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection
from django.utils.crypto import salted_hmac
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from ledger.models import Tally
from web import clock

if TYPE_CHECKING:
    from rest_framework.views import APIView

# A count that ended lies about until the next round of the clock; none is asked about longer than a day.
_COUNTED = f"""
    INSERT INTO {Tally._meta.db_table} AS t (key, until, tries) VALUES (%(key)s, %(now)s + %(period)s, 1)
    ON CONFLICT (key) DO UPDATE SET
        tries = CASE WHEN t.until > %(now)s THEN t.tries + 1 ELSE 1 END,
        until = CASE WHEN t.until > %(now)s THEN t.until ELSE excluded.until END
    RETURNING tries, until
"""  # noqa: S608 - the name of a table


class Try(NamedTuple):
    """The number of a try within its period, how many are let pass, and when the counting begins anew."""

    key: str
    number: int
    most: int
    until: datetime

    @property
    def exceeds(self) -> bool:
        """Whether it is one too many."""
        return self.number > self.most

    def give_back(self) -> None:
        """It was no guess: it does not count."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {Tally._meta.db_table} SET tries = tries - 1 WHERE key = %s AND until = %s AND tries > 0",  # noqa: S608
                [self.key, self.until],
            )


def key_of(scope: str, *subjects: object) -> str:
    """The name of a count: its scope, and a digest of each thing it is about."""
    digests = (
        salted_hmac("ledger.tally", str(each), algorithm="sha256").hexdigest()[:24] for each in subjects
    )
    return ":".join((scope, *digests))


def count(key: str, most: int, period: timedelta, now: datetime) -> Try:
    """Count one more try, of which ``most`` are let pass in a period that begins with the first."""
    asked: dict[str, Any] = {"key": key, "now": now, "period": period}
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, asked)
        number, until = cursor.fetchone()
    return Try(key, number, most, until)


def forget(scope: str, *subjects: object) -> None:
    """Begin anew for the first of the subjects, whatever the further ones are."""
    Tally.objects.filter(key__startswith=key_of(scope, *subjects)).delete()


def clear(now: datetime) -> int:
    """Take away the counts that have ended. For the clock."""
    gone, _ = Tally.objects.filter(until__lte=now).delete()
    return gone


class Counted(SimpleRateThrottle):
    """A limit of the API by the rate of its ``scope`` in the settings; a scope names whom it counts."""

    scope: str
    duration: int
    num_requests: int

    def subjects(self, request: Request) -> tuple[object, ...] | None:
        """Whom it counts; ``None`` for one that it does not."""
        raise NotImplementedError

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Count it, and whether it is let pass."""
        subjects = self.subjects(request)
        if subjects is None:
            return True
        self.tried = self.counted(*subjects)
        return not self.tried.exceeds

    def counted(self, *subjects: object) -> Try:
        """This try among those of the same subjects."""
        period = timedelta(seconds=self.duration)
        return count(key_of(self.scope, *subjects), self.num_requests, period, clock.now())

    def wait(self) -> float:
        """Seconds until it is let pass again."""
        return max((self.tried.until - clock.now()).total_seconds(), 1)
