"""A bulletin on paper and as a workbook (R3.7b)."""

from datetime import datetime
from pathlib import Path

from django.conf import settings

from students.bulletins import showing
from students.bulletins.models import Bulletin, BulletinState
from students.counter import sheet_pdf
from students.tables import columns as tables
from web.clock import local_date, moment

TEMPLATE = Path(settings.BASE_DIR) / "templates" / "print" / "bulletin.typ"

_MARKS: dict[str, str] = {
    BulletinState.REPLIES: "（征求说明稿）",
    BulletinState.PROPOSED: "（待发布稿）",
    BulletinState.PUBLISHED: "",
}


def draw(bulletin: Bulletin, by, now: datetime) -> bytes:
    """The PDF, A4. Raises :class:`students.counter.sheet_pdf.GlyphMissing`."""
    return sheet_pdf.typeset(TEMPLATE, contents(bulletin, by, now))


def contents(bulletin: Bulletin, by, now: datetime) -> dict:
    """What the paper says; texts only, never read as markup."""
    lines, day = showing.lines_of(bulletin), local_date(now)
    whole = next((line for line in lines if line.unit_id == bulletin.province_id), None)
    return {
        "sender": bulletin.province_name,
        "number": bulletin.number,
        "title": bulletin.title,
        "mark": _MARKS[bulletin.state],
        "paragraphs": showing.paragraphs(bulletin, whole),
        "head": list(showing.HEAD),
        "tables": [
            {
                "label": part["label"],
                "rows": [[str(cell) for cell in showing.cells(line)] for line in part["lines"]],
                "replies": [f"{line.unit_name}说明：{line.reply}" for line in part["lines"] if line.reply],
            }
            for part in showing.sections(lines)
        ],
        "hints": showing.HINTS,
        "signed": showing.signed(bulletin),
        "footer": [f"打印人：{by}", moment(now)],
        "date": [day.year, day.month, day.day],
    }


def workbook(bulletin: Bulletin) -> bytes:
    """All lines in one sheet, the replies beside them."""
    lines = showing.lines_of(bulletin)
    rows = ([line.unit_code, *showing.cells(line, _share, _days), line.reply] for line in lines)
    return tables.xlsx(bulletin.title, ("单位代码", *showing.HEAD, "说明"), rows, widths=(12, 30))


def _share(per_thousand: int | None):
    return "—" if per_thousand is None else tables.Share(per_thousand / 1000)


def _days(value: int | None):
    return "—" if value is None else value
