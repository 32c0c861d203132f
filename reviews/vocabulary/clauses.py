"""The notice's own text, for the pages that quote it; every clause has an anchor of its own."""

import re
from functools import lru_cache
from pathlib import Path

TEXT = Path(__file__).resolve().parent.parent / "data" / "notice.txt"
RULES_URL = "/rules/"
_NUMERALS = "零一二三四五六七"
# How clauses are named in refusals and rows of the rulebook, and the part of the text that each name begins.
_NAMES = (
    (re.compile(r"附件1\s*第?([一二三四五六七])(?:条第|[.．])?(\d)?"), "b1"),
    (re.compile(r"正文\s*([一二三])(?:[.．](\d))?"), "zw"),
    (re.compile(r"(?:函|6号)\s*第?([一二三])()"), "han"),
    # In the middle of a list the attachment is not named again: 三.5.
    (re.compile(r"^([三四])[.．](\d)"), "b1"),
)


@lru_cache(maxsize=1)
def documents() -> list[dict]:
    """The letter, the ministry's notice and its attachment 1, as ``rules.html`` shows them.

    Lines of the data file: ``@doc anchor | title | number``, ``@sec anchor | heading``, ``@p anchor | text``.
    """
    found: list[dict] = []
    for line in TEXT.read_text(encoding="utf-8").splitlines():
        kind, anchor, *rest = re.split(r" \| | ", line, maxsplit=2)
        if kind == "@doc":
            title, number = rest[0].split(" | ")
            found.append({"title": title, "number": number, "anchor": anchor, "sections": []})
        elif kind == "@sec":
            heading = rest[0].strip().lstrip("| ") if rest else ""
            found[-1]["sections"].append({"anchor": anchor, "heading": heading, "paragraphs": []})
        elif kind == "@p":
            found[-1]["sections"][-1]["paragraphs"].append({"anchor": anchor, "text": rest[0]})
    return found


@lru_cache(maxsize=1)
def anchors() -> frozenset[str]:
    """Every anchor of the text."""
    return frozenset(
        anchor
        for document in documents()
        for section in document["sections"]
        for anchor in (section["anchor"], *(p["anchor"] for p in section["paragraphs"]))
    )


@lru_cache(maxsize=256)
def url_of(clause: str) -> str:
    """Where the first clause named in ``clause`` (附件1 三.7; 函 一; 正文一) stands; "" for none of the notice's."""
    for pattern, document in _NAMES:
        found = pattern.search(clause)
        if found:
            anchor = f"{document}-{_NUMERALS.index(found[1])}"
            exact = f"{anchor}-{found[2]}" if found[2] else anchor
            return RULES_URL + "#" + (exact if exact in anchors() else anchor)
    return ""
