"""书面报告 of a drop-out as PDF: A4, one page, as it is signed and sent (R5.2)."""

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from ledger import audit
from students.counter import sheet_pdf
from students.dropouts.models import DropoutMark
from students.pupil import records
from students.pupil.grades import grade_label
from students.pupil.models import Guardian
from web.clock import local_date, moment, spoken

TEMPLATE = Path(settings.BASE_DIR) / "templates" / "print" / "report.typ"
TITLE = "义务教育阶段学生辍学情况书面报告"


def draw(found: DropoutMark, by, now: datetime) -> bytes:
    """The PDF; its drawing is recorded. Raises :class:`students.counter.sheet_pdf.GlyphMissing`."""
    data = sheet_pdf.typeset(TEMPLATE, contents(found, by, now))
    with transaction.atomic():
        body = {"mark": found.number, "student": found.student_id}
        subject = f"student:{found.student.key}"
        audit.record("access", audit.actor_of(by), "dropout.report_printed", body, subject=subject)
    return data


def contents(found: DropoutMark, by, now: datetime) -> dict:
    """What the paper says; texts only, never read as markup."""
    student, school = found.student, found.school
    guardians = Guardian.objects.filter(student=student).order_by("place").values_list("name", flat=True)
    signed = (
        f"{found.called('signed_by')}　{moment(found.signed_at)}"
        if found.signed_by and found.signed_at
        else "（未签核）"
    )
    return {
        "title": TITLE,
        "to": found.addressee,
        "lead": "下列学生在义务教育阶段离校，经劝返仍未返校。学籍予以保留，现按规定标识并书面报告（附件1 五.2）。",
        "rows": [
            ["学校", found.called("school"), "学校标识码", school.code],
            ["姓名", student.name, "性别", student.get_sex_display()],
            ["出生日期", spoken(student.birth_date), "年级", grade_label(found.grade, school.school_system)],
            ["学籍号", records.current_number(student), "监护人", "、".join(guardians) or "—"],
            ["最后到校日期", spoken(found.last_seen_on), "原因", found.get_reason_display()],
        ],
        "long": [["劝返经过", found.efforts]],
        "signatures": [
            ["填报人（学籍管理员）", f"{found.called('marked_by')}　{moment(found.marked_at)}"],
            ["学校负责人", signed],
            [
                "报送",
                f"{spoken(found.sent_on)}　{found.sent_to}" if found.sent_on else "　　　　年　　月　　日",
            ],
        ],
        "footer": [f"编号 {found.number}", f"打印人：{by}", moment(now)],
        "date": [local_date(now).year, local_date(now).month, local_date(now).day],
    }
