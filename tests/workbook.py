"""A workbook written by hand, part by part: what no spreadsheet program would save, and what other programs do save."""

import io
import zipfile
from xml.sax.saxutils import escape

import openpyxl
from xlsxwriter.utility import xl_col_to_name

from students.tables import columns as tables

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def text_cell(at: str, text: str) -> str:
    """A cell that holds its own text."""
    return f'<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def line(number: int, values, attributes: str = "") -> str:
    """A line: texts are texts, a number is a number, what begins with ``<c`` is a cell already, ``None`` is absent."""
    cells = []
    for at, value in enumerate(values):
        name = f"{xl_col_to_name(at)}{number}"
        if value is None:
            continue
        if isinstance(value, int | float):
            cells.append(f'<c r="{name}"><v>{value!r}</v></c>')
        else:
            cells.append(value.format(at=name) if value.startswith("<c ") else text_cell(name, value))
    return f'<row r="{number}" {attributes}>{"".join(cells)}</row>'


def sheet(lines: str, after: str = "", main: str = MAIN) -> str:
    """The part of one sheet."""
    return f'<worksheet xmlns="{main}"><sheetData>{lines}</sheetData>{after}</worksheet>'


def book(*sheets: tuple[str, str, str], main: str = MAIN, styles: str = "") -> bytes:
    """The file: (name, state, part) of each sheet."""
    out = io.BytesIO()
    entries = "".join(
        f'<sheet name="{name}" sheetId="{at}" state="{state}" r:id="rId{at}"/>'
        for at, (name, state, _) in enumerate(sheets, 1)
    )
    relations = "".join(
        f'<Relationship Id="rId{at}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{at}.xml"/>'
        for at in range(1, len(sheets) + 1)
    )
    if styles:
        relations += f'<Relationship Id="rIdS" Type="{_OFFICE}/styles" Target="/xl/styles.xml"/>'
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" Type="{_OFFICE}/officeDocument"'
            ' Target="xl/workbook.xml"/></Relationships>',
        )
        packed.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{_OFFICE}"><sheets>{entries}</sheets></workbook>',
        )
        packed.writestr(
            "xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{_PACKAGE}">{relations}</Relationships>'
        )
        if styles:
            packed.writestr("xl/styles.xml", styles)
        for at, (_, _, part) in enumerate(sheets, 1):
            packed.writestr(f"xl/worksheets/sheet{at}.xml", part)
    return out.getvalue()


def table(rows: list, after: str = "") -> bytes:
    """A file of one visible sheet with these lines, from line 1; a line is a list of values or ready-made."""
    lines = "".join(row if isinstance(row, str) else line(number, row) for number, row in enumerate(rows, 1))
    return book(("名单", "visible", sheet(lines, after)))


def filled(columns, lines: list[dict], heads: list[str] | None = None) -> bytes:
    """A template of the program, filled: names instead of codes where there is a list, as people choose them."""
    file = openpyxl.load_workbook(io.BytesIO(tables.template("名单", columns, ["说明"])))
    page = file.worksheets[0]
    for at, head in enumerate(heads or [], 1):
        page.cell(1, at).value = head
    for number, said in enumerate(lines, 2):
        for at, column in enumerate(columns, 1):
            value = said.get(column.key)
            if value is not None:
                page.cell(number, at).value = (
                    column.choices.get(value, value) if isinstance(value, str) else value
                )
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()
