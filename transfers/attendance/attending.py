"""What roster and pupil page are told of pupils who attend before their record came (R0.4)."""

from datetime import date

from django.db.models import Count, Subquery
from django.db.models.functions import JSONObject
from django.urls import reverse

from orgs.people.models import Unit
from students.pupil.attendance import Attendance
from students.pupil.models import Student
from transfers.attendance.models import OfflineTransfer
from web.clock import spoken
from web.words import zh

# A roster shows so many; the rest stand on the reconciliation list.
MOST = 100


def of_case(case_id) -> Subquery:
    """The offline transfer that a case follows, as an expression: the case page then asks no query more."""
    rows = OfflineTransfer.objects.filter(case_id=case_id).order_by("-id")
    told = JSONObject(number="number", paper="paper_date", fault="fault__number", reason="fault__reason")
    return Subquery(rows.values(told=told)[:1])


def case_notes(told: dict | None) -> list[dict]:
    """On the case page: that the pupil was taken in offline, when, and under which fault (R0.4)."""
    if told is None:
        return []
    paper = spoken(date.fromisoformat(told["paper"]))
    return [
        {
            "title": zh("线下先行"),
            "text": zh(
                "学生已在转入学校就读，纸质日期{paper}，依据故障公告 {part}（{part2}）。",
                paper=paper,
                part=told["fault"],
                part2=told["reason"],
            ),
            "url": reverse("offline-detail", args=[told["number"]]),
            "link": zh("线下转学 {part}", part=told["number"]),
        }
    ]


class OfflineAttendance(Attendance):
    """``attending_offline``: everyone with an open offline transfer."""

    def guests(self, school: Unit, day: date) -> list[dict]:
        """Pupils of the school whose record is elsewhere, the longest first."""
        rows = OfflineTransfer.objects.open().filter(school=school).order_by("paper_date", "id")
        return [
            {
                "url": reverse("offline-detail", args=[row.number]),
                "name": row.pupil_name,
                "sex": (row.student or row).get_sex_display(),
                "birth": spoken((row.student or row).birth_date),
                "origin": row.from_name,
                "since": spoken(row.paper_date),
                "days": (day - row.paper_date).days,
                "state": row.stands.label,
            }
            for row in rows.select_related("student", "sending_school", "case")[:MOST]
        ]

    def counts(self, schools: list[Unit]) -> dict[int, int]:
        """How many such pupils each school has, in one statement."""
        rows = OfflineTransfer.objects.open().filter(school__in=schools).order_by()
        return dict(rows.values_list("school").annotate(Count("pk")))

    def elsewhere(self, pupils: list[int]) -> dict[int, str]:
        """Where those attend who were taken in offline, as two people of that school say, in one statement."""
        rows = OfflineTransfer.objects.counting().filter(student__in=pupils)
        return dict(rows.values_list("student", "school__name"))

    def notes(self, student: Student, day: date) -> list[dict]:
        """That a pupil on these books attends elsewhere: 线下转出."""
        rows = OfflineTransfer.objects.open().filter(student=student).select_related("school", "case")
        return [
            {
                "text": zh(
                    "线下转出，学籍待办：该生自{day}起在{school_name}线下就读（已 {days} 天，{stands_label}）。",
                    day=spoken(row.paper_date),
                    school_name=row.school.name,
                    days=(day - row.paper_date).days,
                    stands_label=row.stands.label,
                ),
                "url": reverse("offline-detail", args=[row.number]),
                "label": row.number,
            }
            for row in rows
        ]
