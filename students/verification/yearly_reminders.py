"""What numbers and records ask of offices every year: the spring issuing of formal numbers (R1.1) and the verification of
each term (R6.2)."""

from datetime import date, datetime, time

from django.db.models import Exists, OuterRef, QuerySet

from orgs.people.models import Unit, UnitLevel
from reviews.clock.yearly_dates import matter
from reviews.rulebook.windows import Reminder
from students.numbers.models import IssuingBatch
from students.pupil.models import NumberKind, RegistrationNumber, Student
from students.pupil.statuses import StudentStatus
from students.verification import rounds
from students.verification.models import VerificationRound
from students.verification.reminder_values import ISSUING, VERIFICATION
from web import clock


def _issuing_text(last: date, _count: int, clause: str) -> str:
    return (
        "春季学期已开学，本省（自治区）还有学生持临时学籍号，"
        f"请在{clock.spoken(last)}前准备下发正式学籍号（{clause}）。"
    )


def _verification_text(last: date, _count: int, clause: str) -> str:
    year, term = rounds.term_of(last)
    which = "第二" if term == 2 else "第一"
    return (
        f"本单位还没有发起{year}—{year + 1}学年{which}学期的学籍核查，每学期须核查一次，"
        f"请在{clock.spoken(last)}前完成（{clause}）。"
    )


@matter(ISSUING, link="/numbers/", text=_issuing_text)
def not_issued(reminder: Reminder, provinces: list[int]) -> dict[int, int]:
    """Provinces where somebody holds L and nothing was prepared since the first day (R1.1)."""
    begins = date.fromisoformat(f"{reminder.last_day.year}-{reminder.window.starts}")
    begun = IssuingBatch.objects.filter(
        province=OuterRef("pk"), prepared_at__gte=datetime.combine(begins, time(), clock.SHANGHAI)
    )
    waiting = RegistrationNumber.objects.filter(
        student__school__province=OuterRef("pk"), closed_at=None, kind=NumberKind.L
    )
    rows = Unit.objects.filter(~Exists(begun), Exists(waiting), pk__in=provinces)
    return dict.fromkeys(rows.values_list("pk", flat=True), 0)


@matter(VERIFICATION[1], link="/verification/", text=_verification_text)
@matter(VERIFICATION[2], link="/verification/", text=_verification_text)
def not_verified(reminder: Reminder, provinces: list[int]) -> dict[int, int]:
    """Authorities that have opened no verification of the term (R6.2)."""
    day = clock.local_date(clock.now())
    rows = unverified(provinces, *rounds.term_of(reminder.last_day), day)
    return dict.fromkeys(rows.values_list("pk", flat=True), 0)


def unverified(provinces: list[int], year: int, term: int, day: date) -> QuerySet[Unit]:
    """Authorities of the provinces with schools that have pupils on ``day``, but no verification of the term (R6.2)."""
    done = VerificationRound.objects.filter(school_year=year, term=term)
    attended = Student.objects.filter(
        school__authority=OuterRef("pk"), school__level=UnitLevel.SCHOOL, status=StudentStatus.ENROLLED
    )
    offices = Unit.objects.filter(Exists(attended), province__in=provinces).exclude(closed_on__lte=day)
    return offices.exclude(pk__in=done.values("authority")).order_by("code")
