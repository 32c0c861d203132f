"""Gather every sentence of the interface into locale/en/LC_MESSAGES/django.po (ADR 28).

Run by ``make catalogue`` after any change of wording: new sentences appear with an empty English, those no longer used
go, everything else stays. Sentences stand in the templates as they are, in Python within ``zh()`` and ``joined()``, in
scripts within ``words()``, and in the field dictionary of the pupil's record.
"""

import ast
import csv
import io
import json
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from docs import measures
from xueji.english import compiling
from xueji.english.compiling import PO
from xueji.english.segments import has_words, translated

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = (*measures.APPS, "demo", "trial")
SCRIPT = ROOT / "static/xueji/js/english.js"
FIELDS = ROOT / "students/data/student_fields.csv"
HEADER = (
    "# The interface in English: every sentence of templates, Python and scripts, written by make catalogue."
)
# The same sentences give the same file, whatever the day.
DAY = datetime(2026, 11, 30, tzinfo=UTC)
_IN_SCRIPT = re.compile(r'\bwords\("((?:[^"\\]|\\.)*)"')
_MARKS = ("zh", "joined")


def in_templates(root: Path = ROOT) -> Iterator[tuple[str, str]]:
    """(sentence, file) of the templates."""
    for path in sorted((root / "templates").rglob("*.html")):
        heard: list[str] = []
        translated(path.read_text(encoding="utf-8"), heard.append)
        for sentence in heard:
            yield sentence, str(path.relative_to(root))


def in_python(root: Path = ROOT) -> Iterator[tuple[str, str]]:
    """(sentence, file) of the calls that mark a sentence in Python."""
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                for sentence in (_marked(node), *_guard_says(node)):
                    # Values put side by side need no blank in Chinese, but one in English.
                    if sentence and (has_words(sentence) or "}{" in sentence):
                        yield sentence, str(path.relative_to(root))


def _marked(node: ast.AST) -> str | None:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _MARKS):
        return None
    first = node.args[0] if node.args else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None


def _guard_says(node: ast.AST) -> list[str]:
    """What a guard says: its first line when it holds, its refusal, clause and who removes it when it does not."""
    if not isinstance(node, ast.FunctionDef):
        return []
    called = [call for call in node.decorator_list if isinstance(call, ast.Call)]
    guards = [call for call in called if isinstance(call.func, ast.Name) and call.func.id == "guard"]
    told = [(ast.get_docstring(node) or "").partition("\n")[0].rstrip("。.")] if guards else []
    given = [value for call in guards for value in (*call.args, *(each.value for each in call.keywords))]
    return told + [
        value.value for value in given if isinstance(value, ast.Constant) and isinstance(value.value, str)
    ]


def in_scripts(root: Path = ROOT) -> Iterator[tuple[str, str]]:
    """(sentence, file) of the scripts."""
    for path in sorted((root / "static/xueji/js").glob("*.js")):
        for found in _IN_SCRIPT.finditer(path.read_text(encoding="utf-8")):
            yield json.loads(f'"{found[1]}"'), str(path.relative_to(root))


def in_fields() -> Iterator[tuple[str, str]]:
    """(name, file) of the items of the pupil's record and of its blocks."""
    with FIELDS.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            for name in (row["field"], row["block"].replace("（2016 新增）", "")):
                yield name, str(FIELDS.relative_to(ROOT))


def sentences() -> dict[str, list[str]]:
    """Every sentence and the files it stands in."""
    found: dict[str, list[str]] = {}
    for gather in (in_templates, in_python, in_scripts, in_fields):
        for sentence, path in gather():
            places = found.setdefault(sentence, [])
            if path not in places:
                places.append(path)
    return found


def read() -> Catalog:
    """The catalogue as it stands."""
    with PO.open("rb") as lines:
        return read_po(lines, locale="en")


def renewed(old: Catalog, found: dict[str, list[str]]) -> Catalog:
    """The catalogue of the sentences ``found`` with the English of ``old``."""
    new = Catalog(locale="en", project="xueji", charset="utf-8", fuzzy=False, header_comment=HEADER)
    for sentence in sorted(found, key=lambda each: (found[each][0], each)):
        known = old.get(sentence)
        places = cast(
            list[tuple[str, int]], [(path, None) for path in found[sentence]]
        )  # no lines: they move
        new.add(sentence, known.string if known else "", locations=places)
    new.creation_date = new.revision_date = DAY
    return new


def written(catalog: Catalog) -> dict[Path, bytes]:
    """The two files of a catalogue that are kept: to read and edit, and what scripts say."""
    po = io.BytesIO()
    write_po(po, catalog, width=0)
    said = {each: known.string for each, _ in in_scripts() if (known := catalog.get(each))}
    script = (
        "/* Made by make catalogue: what scripts say to readers of English. */\n"
        f"window.xuejiEnglish = {json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True)};\n"
    )
    return {PO: po.getvalue(), SCRIPT: script.encode()}


def missing(catalog: Catalog) -> list[str]:
    """Sentences without English."""
    return [cast(str, each.id) for each in catalog if each.id and not each.string]


def main() -> int:
    """Renew the files and the compiled one; the number of sentences still without English is told, and is the exit status (0 or 1)."""
    found = renewed(read(), sentences())
    for path, content in written(found).items():
        path.write_bytes(content)
    compiling.make()
    left = missing(found)
    sys.stdout.writelines(f"{line}\n" for line in [f"{len(found)} 条，未译 {len(left)} 条", *left])
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
