"""The rows of the worklist, and the choices of its filters, as ready text.

Nothing else of a page is repeated so often: as nodes of a template the 25 rows took half of the whole request
(``make bench``, row “worklist page”). Whatever is put in is escaped here, once, by :func:`html.escape`.
"""

from functools import lru_cache
from html import escape

from django import template
from django.utils.safestring import SafeString

from web.words import reads_english, zh

register = template.Library()

_PLAIN = ("number", "url", "name", "from_name", "to_name", "stage", "stage_key", "waited")


@lru_cache(maxsize=2)
def _forms(_english: bool) -> tuple[str, str]:
    """The row and its box to tick, with the labels of the language that is being rendered."""
    label = {
        "pupil": zh("学生"),
        "school": zh("学校"),
        "at": zh("环节"),
        "since": zh("已等候"),
        "by": zh("时限"),
        "how": zh("状态"),
    }
    said = {name: escape(str(text)) for name, text in label.items()}
    row = (
        '<tr{tier} data-row data-stage="{stage_key}" data-stage-name="{stage}">{check}'
        '<td class="c-number nowrap"><a href="{url}" data-open>{number}</a>{kind}</td>'
        f'<td class="c-pupil" data-label="{said["pupil"]}">{{name}}</td>'
        f'<td class="c-schools" data-label="{said["school"]}"><span>{{from_name}} <span class="arrow">→</span>'
        " {to_name}</span></td>"
        f'<td class="c-stage nowrap" data-label="{said["at"]}">{{stage}}</td>'
        f'<td class="c-waited num" data-label="{said["since"]}">{{waited}}</td>'
        f'<td class="c-due" data-label="{said["by"]}">{{due}}</td>'
        f'<td class="c-state" data-label="{said["how"]}">{{chips}}</td></tr>\n'
    )
    choose = escape(str(zh("选择")))
    check = (
        '<td class="c-check"><input class="form-check-input" type="checkbox" name="case" value="{number}"'
        f' form="bulk" aria-label="{choose} {{number}} {{name}}"></td>'
    )
    return row, check


@register.simple_tag
def case_rows(rows: list[dict], bulk: object) -> SafeString:
    """Table rows of the worklist (the keys of a row: see ``reviews/case_list.html``); ``bulk``: with a first column
    to choose them by."""
    return SafeString("".join([_row(row, bool(bulk)) for row in rows]))


def _row(row: dict, bulk: bool) -> str:
    form, box = _forms(reads_english())
    told = {key: escape(str(row[key])) for key in _PLAIN}
    check = ""
    if bulk:
        check = box.format_map(told) if row["checkbox"] else '<td class="c-check"></td>'
    return form.format(
        **told,
        check=check,
        tier=f' class="row-{escape(row["due_tier"])}"' if row["due_tier"] else "",
        kind=f' <span class="kind">{escape(str(row["kind_tag"]))}</span>' if row["kind_tag"] else "",
        due=_due(row),
        chips="".join([_chip(chip["tone"], str(chip["text"])) for chip in row["state_chips"]]),
    )


def _due(row: dict) -> str:
    told = escape(str(row["due_text"]))
    if row["due_tier"]:
        title = f' title="{escape(str(row["due_title"]))}"' if row["due_title"] else ""
        told = f'<span class="chip chip-{escape(row["due_tier"])}"{title}>{told}</span>'
    return f"{told} <small>{escape(str(row['due_on']))}</small>" if row["due_on"] else told


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
                f"{escape(str(choice['label']))}</option>"
                for choice in choices
            ]
        )
    )
