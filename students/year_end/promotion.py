"""升级 (R3.5c, R4.1): nothing is written to any pupil, since the grade follows from the cohort and the day; what is kept is
how many were in each grade before and after 08-10 24:00."""

from datetime import datetime

from django.db import connection

from ledger import audit
from students.pupil.grades import school_year
from students.pupil.statuses import StudentStatus
from students.year_end.models import PromotionCount
from web import clock

# Once a year and province, by whichever round comes first after the instant; all counts are of the pupils who are still to
# be taught then, by what stands at the time of counting. The derived grade is below the nominal one where somebody stays
# in a last grade, above it before a new pupil begins: neither is counted as in a grade.
_COUNT = """
INSERT INTO students_promotioncount (year, province_id, grade, before, after, stayed)
SELECT %(year)s, p.province_id, g.grade,
    coalesce(sum(p.pupils) FILTER (WHERE p.was = g.grade AND p.was = p.nominal - 1), 0),
    coalesce(sum(p.pupils) FILTER (WHERE p.now_in = g.grade AND p.now_in = p.nominal), 0),
    coalesce(sum(p.pupils) FILTER (WHERE p.now_in = g.grade AND p.now_in < p.nominal), 0)
FROM (SELECT t.*, %(year)s - t.cohort + 1 AS nominal,
        students_grade_at(t.cohort, t.phase, t.school_id, make_date(%(year)s, 8, 10)) AS was,
        students_grade_at(t.cohort, t.phase, t.school_id, make_date(%(year)s, 8, 11)) AS now_in
      FROM (SELECT u.province_id, s.school_id, s.phase, s.cohort, count(*) AS pupils FROM students_student s
            JOIN orgs_unit u ON u.id = s.school_id
            WHERE s.status = ANY(%(counted)s) AND u.province_id IS NOT NULL GROUP BY 1, 2, 3, 4) t) p
CROSS JOIN generate_series(1, 12) g (grade)
WHERE g.grade IN (p.was, p.now_in)
GROUP BY p.province_id, g.grade
ON CONFLICT DO NOTHING
"""
# Who goes up a grade: the pupils at school, and those who are away for a time.
COUNTED = [StudentStatus.ENROLLED, StudentStatus.SUSPENDED]


def record(now: datetime) -> int:
    """Keep the counts of the last promotion, unless they are kept already; returns how many rows were written."""
    day = clock.local_date(now)
    year = school_year(day)
    # In spring the last promotion is too long ago to be counted by what stands now.
    if day.year != year or PromotionCount.objects.filter(year=year).exists():
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"year": year, "counted": [str(status) for status in COUNTED]})
        written = cursor.rowcount
    if written:
        audit.record("students", "clock", "promotion.counted", {"year": year, "rows": written})
    return written


def figures(province: int) -> list[PromotionCount]:
    """The counts of the last promotion kept for a province, by grade."""
    rows = PromotionCount.objects.filter(province=province)
    last = rows.order_by("-year").values_list("year", flat=True).first()
    return list(rows.filter(year=last).order_by("grade")) if last else []
