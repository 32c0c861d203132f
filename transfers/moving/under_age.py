"""Children not yet six on 31 August who come from another province into grade 1 (R3.8): be cautious, do not stop.

A warning to those who send and who decide, a note of the receiving authority in its own words, and figures by county.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, F, Min, OuterRef, Q, Subquery

from orgs.people import scope
from orgs.people.models import Unit, UnitLevel
from reviews.engine.models import Case, Step
from reviews.engine.own_words import NoteWanted
from reviews.rulebook.notice_values import CROSS_PROVINCE
from reviews.vocabulary.states import Outcome
from students.pupil.grades import PRIMARY, PROMOTION, school_year
from transfers.moving.models import Transfer
from web.clock import SHANGHAI, local_date, spoken
from web.refusals import guard
from web.words import zh

CLAUSE = zh("附件1 三.8")
AGE = 6
# 8月31日 of the year of entering.
CUT_OFF = (8, 31)


def last_birthday(year: int) -> date:
    """The latest day of birth with which one is six by 31 August of ``year``."""
    return date(year - AGE, *CUT_OFF)


def is_under_age(born: date, year: int) -> bool:
    """Whether a child born on ``born`` is not yet six on 31 August of ``year``. Who was born on 29 February is six
    long before."""
    return born > last_birthday(year)


@guard(
    "该生到{cut_off}未满 6 周岁，属未足龄外省儿童跨省入学：须慎重对待，避免跨省就学后再转回本省就学；"
    "可以发起，{authority}核办时须写明意见。",
    CLAUSE,
    "由转入学校与家长再次确认",
    stops=False,
)
def of_age(facts):
    """8 月 31 日已满 6 周岁，或不是跨省转入一年级"""
    year = entering_year(facts.kind, facts.grade_to or facts.grade, facts.ruled_on)
    if year is None or not is_under_age(facts.student.birth_date, year):
        return None
    authority = facts.receiving.authority
    return {
        "cut_off": spoken(date(year, *CUT_OFF)),
        "authority": authority.name if authority else zh("主管部门"),
    }


def entering_year(kind: str, grade: int | None, day: date) -> int | None:
    """The year in which the pupil is to be in grade 1 of a school of another province; else ``None``."""
    return school_year(day) if kind == CROSS_PROVINCE and grade == 1 else None


def note(year: int) -> NoteWanted:
    """What the receiving authority must write itself."""
    return NoteWanted(
        zh("对未足龄儿童跨省入学的审核意见"),
        zh("该生到{day}未满 6 周岁，由外省转入一年级，须慎重对待。", day=spoken(date(year, *CUT_OFF))),
        CLAUSE,
    )


# ---------------------------------------------------------------- figures


@dataclass(frozen=True)
class Row:
    """A county's cases of a school year: all into grade 1 across provinces, those under age, and how it decided these."""

    unit: str
    path: str
    cases: int
    under_age: int
    agreed: int
    refused: int

    @property
    def open(self) -> int:
        """Under-age cases that the authority has not decided, or that ended before it could."""
        return self.under_age - self.agreed - self.refused


def figures(year: int, account, day: date) -> list[Row]:
    """Cases into grade 1 from another province submitted in the school year ``year``, by receiving authority, as far
    as the account stands above it; in two statements. Authorities without a case are not among them."""
    young = Q(student__birth_date__gt=last_birthday(year))
    rows = (
        _cases(year)
        .filter(scope.under("receiving_school__authority", account, day))
        .annotate(decision=_decision())
        .values(unit=F("receiving_school__authority__name"), path=F("receiving_school__authority__path"))
        .annotate(
            cases=Count("pk"),
            under_age=Count("pk", filter=young),
            agreed=Count("pk", filter=young & Q(decision=Outcome.AGREE)),
            refused=Count("pk", filter=young & Q(decision=Outcome.REFUSE)),
        )
        .order_by("path")
    )
    return [Row(r["unit"], r["path"], r["cases"], r["under_age"], r["agreed"], r["refused"]) for r in rows]


def _cases(year: int):
    """By the class they enter: its cohort is the school year of the submission, so it is grade 1 on that day, whatever
    happened since."""
    begins = datetime(year, *PROMOTION, tzinfo=SHANGHAI)
    ends = datetime(year + 1, *PROMOTION, tzinfo=SHANGHAI)
    return Transfer.objects.filter(
        case__kind=CROSS_PROVINCE,
        case__submitted_at__gte=begins,
        case__submitted_at__lt=ends,
        school_class__phase=PRIMARY,
        school_class__cohort=year,
    )


def _decision():
    """What the receiving authority signed last; a recalled or corrected decision is followed by another."""
    steps = Step.objects.filter(
        case=OuterRef("case"), unit=OuterRef("receiving_school__authority"), signer__isnull=False
    )
    return Subquery(steps.order_by("-seq").values("outcome")[:1])


def offices(account, day: date) -> list[Unit]:
    """Where the account sits above schools: who may see the figures."""
    own = scope.own_units(account, day)
    return list(Unit.objects.filter(pk__in=own).exclude(level=UnitLevel.SCHOOL).order_by("path"))


def years_with_cases(account, day: date) -> list[int]:
    """School years of which there is a case, the present one always among them, the latest first."""
    cases = Case.objects.filter(scope.under("receiving_unit__authority", account, day), kind=CROSS_PROVINCE)
    first = cases.aggregate(first=Min("submitted_at"))["first"]
    earliest = school_year(local_date(first)) if first else school_year(day)
    return list(range(school_year(day), earliest - 1, -1))
