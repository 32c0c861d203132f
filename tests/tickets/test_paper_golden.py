"""The three papers as they are printed, next to the reviewed pictures (R8.6, attachments 2–4)."""

import io
from datetime import date, datetime

import pypdfium2
import pytest
from PIL import Image

from students.counter import sheet_pdf
from tests import golden, ticketed
from tests.world import rewritten
from tickets.forms import paper
from tickets.forms.models import Ticket
from web.clock import SHANGHAI

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R8.6")]
AT = datetime(2026, 11, 23, 10, 30, tzinfo=SHANGHAI)
PEOPLE = {
    "reporter_name": "那日苏",
    "reporter_sex": "1",
    "reporter_age": 41,
    "reporter_ethnic": "02",
    "reporter_phone": "13900001234",
    "pupil_name": "阿拉坦·其其格",
    "pupil_sex": "2",
    "pupil_age": 9,
    "pupil_ethnic": "02",
    "pupil_number": "J150102201805120010",
    "complete_by": date(2099, 12, 18),
}


def drawn(ticket) -> bytes:
    """The paper with the random parts of number and person fixed."""
    ticket = ticketed.again(ticket)
    sheet = paper.sheet_of(ticket, "吴海燕", AT, full=True)
    fixed = paper._data(sheet, AT) | {
        "footer": [f"编号 {ticket.number[:2]}-2026-7K3M9QXP", "打印人：吴海燕", sheet.footer[2]]
    }
    return sheet_pdf.typeset(paper.TEMPLATE, fixed)


def picture(data: bytes) -> Image.Image:
    with pypdfium2.PdfDocument(data) as document:
        assert len(document) == 1, "one sheet of A4"
        assert [round(edge) for edge in document[0].get_size()] == [595, 842]
        return document[0].render(scale=1.4).to_pil().convert("L")


def on(ticket, **dates):
    """The dates of a ticket as a test of looks needs them, past the door."""
    rewritten(Ticket.objects.filter(pk=ticket.pk), issued_at=AT, undertaker="吴海燕", **dates)
    return ticket


MADE = {
    "ticket_report": lambda world: on(ticketed.answered(world, ticketed.report(world)), accepted_at=AT),
    "ticket_check": lambda world: on(
        ticketed.answered(world, ticketed.check(world, **PEOPLE, responsible="白志国"))
    ),
    "ticket_supervision": lambda world: on(
        ticketed.answered(world, ticketed.supervision(world, **PEOPLE, responsible="包文杰"))
    ),
    "ticket_blank": lambda world: ticketed.again(
        ticketed.supervision(world, matter="", instruction="", responsible="", responsible_phone="")
    ),
}


@pytest.mark.parametrize("name", MADE)
def test_the_paper_looks_as_it_was_reviewed(world, name):
    golden.looks(name, picture(drawn(MADE[name](world))))


def test_a_long_text_goes_on_to_a_second_sheet_and_nothing_is_lost(world):
    ticket = ticketed.report(world, problems=["问题很长，" * 150 + "到此为止。"] * 4)
    data = paper.draw(ticket, world.registrar(world.im), AT)
    with pypdfium2.PdfDocument(io.BytesIO(data)) as document:
        told = [page.get_textpage().get_text_range() for page in document]
    words = "".join(told)
    assert len(told) >= 2
    assert all(f"{at} / {len(told)}" in text for at, text in enumerate(told, 1))
    assert words.replace("\r\n", "").count("到此为止。") == 4
