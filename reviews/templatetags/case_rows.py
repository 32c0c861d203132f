"""The rows of the worklist, and the choices of its filters, as ready text.

Nothing else of a page is repeated so often: as nodes of a template the 25 rows took half of the whole request
(``make bench``, row “worklist page”). Whatever is put in is escaped here, once, by :func:`html.escape`.
"""

from functools import lru_cache
from html import escape

from django import template
from django.utils.safestring import SafeString

register = template.Library()

_ROW = (
    '<tr{tier} data-row data-stage="{stage_key}" data-stage-name="{stage}">{check}'
    '<td class="c-number nowrap"><a href="{url}" data-open>{number}</a>{kind}</td>'
    '<td class="nowrap" data-label="学生">{name}</td>'
    '<td class="c-schools" data-label="学校"><span>{from_name} <span class="arrow">→</span> {to_name}</span></td>'
    '<td class="c-stage nowrap" data-label="环节">{stage}</td>'
    '<td class="c-waited num" data-label="已等候">{waited}</td>'
    '<td class="c-due" data-label="时限">{due}</td>'
    '<td class="c-state" data-label="状态">{chips}</td></tr>\n'
)
_CHECK = (
    '<td class="c-check"><input class="form-check-input" type="checkbox" name="case" value="{number}" form="bulk"'
    ' aria-label="选择 {number} {name}"></td>'
)
_PLAIN = ("number", "url", "name", "from_name", "to_name", "stage", "stage_key", "waited")


@register.simple_tag
def case_rows(rows: list[dict], bulk) -> SafeString:
    """Table rows of the worklist (the keys of a row: see ``reviews/case_list.html``); ``bulk``: with a first column
    to choose them by."""
    return SafeString("".join([_row(row, bool(bulk)) for row in rows]))


def _row(row: dict, bulk: bool) -> str:
    told = {key: escape(str(row[key])) for key in _PLAIN}
    check = ""
    if bulk:
        check = _CHECK.format_map(told) if row["checkbox"] else '<td class="c-check"></td>'
    return _ROW.format(
        **told,
        check=check,
        tier=f' class="row-{escape(row["due_tier"])}"' if row["due_tier"] else "",
        kind=f' <span class="kind">{escape(row["kind_tag"])}</span>' if row["kind_tag"] else "",
        due=_due(row),
        chips="".join([_chip(chip["tone"], chip["text"]) for chip in row["state_chips"]]),
    )


def _due(row: dict) -> str:
    told = escape(row["due_text"])
    if row["due_tier"]:
        title = f' title="{escape(row["due_title"])}"' if row["due_title"] else ""
        told = f'<span class="chip chip-{escape(row["due_tier"])}"{title}>{told}</span>'
    return f"{told} <small>{escape(row['due_on'])}</small>" if row["due_on"] else told


@lru_cache(maxsize=256)
def _chip(tone: str, text: str) -> str:
    return f'<span class="state state-{escape(tone)}">{escape(text)}</span> '


@register.simple_tag
def options(choices: list[dict]) -> SafeString:
    """The options of a filter: ``{value, label, selected}`` each."""
    return SafeString(
        "".join(
            [
                f'<option value="{escape(choice["value"])}"{" selected" if choice["selected"] else ""}>'
                f"{escape(choice['label'])}</option>"
                for choice in choices
            ]
        )
    )
