"""How a pupil is asked for: by number and name, or by what is typed into a search box."""

import re

from django import forms

from reviews.engine.opinions import cleaned
from students.pupil.identity import normalise_number
from web.words import zh

# What is typed into the search box of a roster and is no name.
_NUMBER = re.compile(r"[GLJ]?[0-9]{9,18}[0-9X]?")
LONGEST_SEARCH = 60


def looks_like_number(text: str) -> bool:
    """Whether a typed text is meant as a number: it then must not travel in an address."""
    return _NUMBER.fullmatch(normalise_number(text[:LONGEST_SEARCH])) is not None


def searched(text: str) -> str:
    """A search text fit for the database, or an empty one for what looks like a number."""
    text = cleaned(text[:LONGEST_SEARCH])
    return "" if looks_like_number(text) else text


_PLAIN = {"autocomplete": "off", "spellcheck": "false"}


class NumberAndName(forms.Form):
    """Number and name of a pupil, as the parents state them."""

    number = forms.CharField(
        label=zh("学籍号或身份证号"),
        max_length=200,
        required=False,
        strip=True,
        help_text=zh("学籍号 19 位（G、J 或 L 开头），身份证号 18 位。号码只用于这一次核对，不进入网址。"),
        widget=forms.TextInput(attrs={**_PLAIN, "data-private": "", "autocapitalize": "characters"}),
        error_messages={"max_length": zh("号码太长，请核对后重填（教基一厅〔2016〕2号附件1第一条）。")},
    )
    name = forms.CharField(
        label=zh("学生姓名"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={**_PLAIN, "data-private": ""}),
        error_messages={
            "max_length": zh("姓名太长，请按证件上的姓名填写（教基一厅〔2016〕2号附件1第一条）。")
        },
    )
