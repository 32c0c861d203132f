"""The papers of attachments 2–4: exactly their printed fields, as rows of cells for PDF, page and print alike (R8.6)."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from ledger import audit
from students.counter import sheet_pdf
from students.pupil.records import ethnic_name
from tickets.forms import sealed
from tickets.forms.kinds import paper_of, whole
from tickets.forms.models import Kind
from web.clock import local_date, moment, spoken

TEMPLATE = Path(settings.BASE_DIR) / "templates" / "print" / "ticket.typ"
# 说明 under the report; the third names the addresses of 2016 on paper: here the ministry's own of today.
_NOTES = (
    "问题报告单需省级教育行政部门盖章后报教育部基础教育一司或教育部教育管理信息中心。",
    "报送问题较多的，“问题描述”部分可另附页。",
)

# Widths of the columns in millimetres, as on the paper; a telephone number fits into its place.
_REPORT_MM = (28, 30, 14, 46, 17, 35)
_PEOPLE_MM = (26, 34, 13, 19, 15, 22, 13, 28)


@dataclass(frozen=True)
class Cell:
    """One cell: its text, how many of the columns it takes, label or value, how high it is at least (mm)."""

    text: str
    span: int = 1
    label: bool = False
    tall: int = 0


@dataclass(frozen=True)
class Sheet:
    """One paper."""

    title: str
    above: str
    columns: tuple[int, ...]
    rows: list[list[Cell]]
    notes: list[str]
    footer: tuple[str, str, str]


def sheet_of(ticket, by, now: datetime, *, full: bool) -> Sheet:
    """What the paper says; numbers and telephones of citizens in full only for print. Raises SealBroken."""
    ticket = whole(ticket)
    rows = _report(ticket) if ticket.kind == Kind.REPORT else _about_people(ticket, full)
    columns = _REPORT_MM if ticket.kind == Kind.REPORT else _PEOPLE_MM
    return Sheet(
        title=paper_of(ticket).name,
        above=f"省份：{ticket.called('issuing_unit')}（盖章）" if ticket.kind == Kind.REPORT else "",
        columns=columns,
        rows=rows,
        notes=_notes(ticket) if ticket.kind == Kind.REPORT else [],
        footer=(f"编号 {ticket.number}", f"打印人：{by}", moment(now)),
    )


def draw(ticket, by, now: datetime) -> bytes:
    """The PDF; its drawing is on record. Raises :class:`students.counter.sheet_pdf.GlyphMissing`."""
    sheet = sheet_of(ticket, by, now, full=True)
    data = sheet_pdf.typeset(TEMPLATE, _data(sheet, now))
    note_printed(ticket, by, "pdf")
    return data


def note_printed(ticket, by, how: str) -> None:
    """A paper that carries numbers in full left the program."""
    with transaction.atomic():
        audit.record(
            "access",
            audit.actor_of(by),
            "ticket.printed",
            {"ticket": ticket.number, "how": how},
            subject=f"ticket:{ticket.number}",
        )


def _data(sheet: Sheet, now: datetime) -> dict:
    day = local_date(now)
    return {
        "title": sheet.title,
        "above": sheet.above,
        "columns": list(sheet.columns),
        "rows": [
            [{"text": c.text, "span": c.span, "label": c.label, "tall": c.tall} for c in row]
            for row in sheet.rows
        ],
        "notes": sheet.notes,
        "footer": list(sheet.footer),
        "date": [day.year, day.month, day.day],
    }


def _notes(ticket) -> list[str]:
    email = ticket.handling_unit.email if ticket.handling_unit else ""
    where = f"：{email}" if email else "，邮箱以教育部公布的为准"
    return [*_NOTES, f"问题报告单及附件需另以电子格式报送{where}。"]


def _pair(label: str, value, span: int = 1, width: int = 1) -> list[Cell]:
    return [Cell(label, width, label=True), Cell("" if value is None else str(value), span)]


def _long(label: str, value: str, span: int, tall: int) -> list[Cell]:
    return [Cell(label, label=True, tall=tall), Cell(value, span, tall=tall)]


def _report(ticket) -> list[list[Cell]]:
    problems = "\n".join(f"{row.position}. {row.text}" for row in ticket.problems.all())
    return [
        [
            *_pair("业务联系人", ticket.business_name),
            *_pair("单位", ticket.business_unit),
            *_pair("电话", ticket.business_phone),
        ],
        [
            *_pair("技术联系人", ticket.technical_name),
            *_pair("单位", ticket.technical_unit),
            *_pair("电话", ticket.technical_phone),
        ],
        _pair("报送时间", _on(ticket.issued_at), 5),
        _long("问题描述\n（有多个问题\n请分条列出）", problems, 5, 90),
        [
            *_pair("教育部\n受理人", ticket.undertaker),
            *_pair("受理\n单位", ticket.accepting_unit),
            *_pair("受理\n时间", _on(ticket.accepted_at)),
        ],
        _long("处理意见", ticket.answer, 5, 55),
    ]


def _about_people(ticket, full: bool) -> list[list[Cell]]:
    check = ticket.kind == Kind.CHECK
    who = "问题反映\n人姓名" if check else "反映问题\n人姓名"
    issuing, handling, when = (
        ("交办单位", "核查单位", "交办时间") if check else ("督办单位", "承办单位", "督办时间")
    )
    matter = "所反映事项\n（由交办单位\n填写）" if check else "反映事项"
    rows = [
        _person(who, ticket, "reporter"),
        [
            *_pair("身份证号", _number(ticket, "reporter_id", full), 3),
            *_pair("联系\n电话", _number(ticket, "reporter_phone", full), 3),
        ],
        _person("学生姓名", ticket, "pupil"),
        [
            *_pair("学生学籍号", _number(ticket, "pupil_number", full), 3),
            *_pair("学生身\n份证号", _number(ticket, "pupil_id", full), 3),
        ],
        _long(matter, ticket.matter, 7, 62 if check else 48),
        [
            *_pair(issuing, ticket.called("issuing_unit"), 3),
            *_pair("责任人", ticket.responsible),
            *_pair("联系\n电话", ticket.responsible_phone),
        ],
        [
            *_pair(handling, ticket.called("handling_unit"), 3),
            *_pair("承办人", ticket.undertaker),
            *_pair("联系\n电话", ticket.undertaker_phone),
        ],
        [
            *_pair(when, _on(ticket.issued_at), 3),
            *_pair("完成\n时限", spoken(ticket.complete_by) if ticket.complete_by else _BLANK, 3),
        ],
    ]
    if check:
        return [*rows, _long("经核实的情况\n（由核查单位\n填写）", ticket.answer, 7, 62)]
    return [
        *rows,
        _long("办理意见", ticket.instruction, 7, 38),
        _long("办理情况\n（承办单位\n填写）", ticket.answer, 7, 48),
    ]


_BLANK = "　　年　　月　　日"


def _on(instant: datetime | None) -> str:
    return spoken(local_date(instant)) if instant else _BLANK


def _person(label: str, ticket, who: str) -> list[Cell]:
    sex = getattr(ticket, f"get_{who}_sex_display")()
    ethnic = getattr(ticket, f"{who}_ethnic")
    return [
        *_pair(label, getattr(ticket, f"{who}_name")),
        *_pair("性别", sex),
        *_pair("年龄", getattr(ticket, f"{who}_age")),
        *_pair("民族", ethnic_name(ethnic) if ethnic else ""),
    ]


def _number(ticket, field: str, full: bool) -> str:
    return sealed.opened(ticket, field) if full else sealed.masked(ticket, field)
