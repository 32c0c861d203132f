"""Typesetting in a process of its own: it ends before it is large, comes back when it is lost, and binds what it set."""

import io
import os
import signal
import time

import pikepdf
import pypdfium2
import pytest

from students.counter import sheet_pdf
from students.counter.models import PrintKind
from students.counter.sheet_pdf import GlyphMissing
from students.counter.sheet_pdf import typesetting as used
from students.pupil import typesetting
from tests.students.test_sheet_golden import TEXTS, paper


def papers(many: int, **texts):
    return [paper(PrintKind.SLIP, TEXTS | {"name": f"示例{at}"} | texts) for at in range(many)]


def child() -> int:
    return used.typesetter(sheet_pdf._font_folders())._child.pid


@pytest.mark.rule("R8.4")
def test_a_file_longer_than_a_piece_has_all_pages_in_order_and_stays_pdf_a(monkeypatch):
    monkeypatch.setattr(sheet_pdf, "PIECE", 2)
    data = sheet_pdf.draw(papers(5))
    with pypdfium2.PdfDocument(data) as document:
        told = [document[at].get_textpage().get_text_range() for at in range(len(document))]
    assert [f"示例{at}" in "".join(text.split()) for at, text in enumerate(told)] == [True] * 5, told[0]
    with pikepdf.Pdf.open(io.BytesIO(data)) as bound:
        assert b"pdfaid:part" in bytes(bound.Root.Metadata.read_bytes())
        assert bound.Root.OutputIntents


def test_the_process_is_replaced_before_it_has_set_too_many_pages(monkeypatch):
    monkeypatch.setattr(typesetting, "PAGES", 3)
    monkeypatch.setattr(sheet_pdf, "PIECE", 2)
    sheet_pdf.draw(papers(2))
    before = child()
    sheet_pdf.draw(papers(1))
    assert child() == before
    sheet_pdf.draw(papers(1))
    assert child() != before


def test_a_process_that_was_killed_is_begun_again():
    sheet_pdf.draw(papers(1))
    lost = child()
    os.kill(lost, signal.SIGKILL)
    time.sleep(0.1)
    assert sheet_pdf.draw(papers(1)).startswith(b"%PDF")
    assert child() != lost


def test_a_process_that_does_not_answer_is_given_up_and_the_next_sheet_is_printed(monkeypatch):
    sheet_pdf.draw(papers(1))
    os.kill(child(), signal.SIGSTOP)
    monkeypatch.setattr(typesetting, "PATIENCE", 0.2)
    with pytest.raises(typesetting.TypesettingFailed, match="in time"):
        sheet_pdf.draw(papers(1))
    monkeypatch.undo()
    assert sheet_pdf.draw(papers(1)).startswith(b"%PDF")


@pytest.mark.rule("R8.4")
def test_characters_that_no_font_shows_are_named_from_every_piece(monkeypatch):
    monkeypatch.setattr(sheet_pdf, "PIECE", 1)
    wanted = [*papers(1, name="王\U0010fff0"), *papers(1), *papers(1, name="李\U0010fff1")]
    with pytest.raises(GlyphMissing) as raised:
        sheet_pdf.draw(wanted)
    assert len(raised.value.characters) == 2
