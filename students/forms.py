"""Forms of roster and pupil page."""

import re

from django import forms

from ledger.words import zh
from reviews.opinions import cleaned
from students import roster
from students.identity import normalise_number
from students.models import StudentStatus
from students.reveal import PURPOSES

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


class RosterForm(forms.Form):
    """The filters of a roster. What does not fit is left aside: an address sent by a colleague never breaks."""

    grade = forms.TypedChoiceField(label=zh("年级"), required=False, coerce=int, empty_value=None)
    class_id = forms.TypedChoiceField(label=zh("班级"), required=False, coerce=int, empty_value=None)
    status = forms.ChoiceField(
        label=zh("学籍状态"),
        required=False,
        choices=[("", zh("在籍")), *StudentStatus.choices, ("all", zh("全部状态"))],
    )
    order = forms.ChoiceField(
        label=zh("排序"),
        required=False,
        choices=[("class", zh("按班级")), ("name", zh("按姓名拼音")), ("birth", zh("按出生日期"))],
    )
    page = forms.IntegerField(required=False, min_value=1, max_value=100_000)
    whole = forms.BooleanField(required=False)

    def __init__(self, counts: list[dict], classes: list[tuple[int, str]], data, text: str = ""):
        super().__init__(data)
        self.text = text
        grades = [(row["grade"], row["label"]) for row in counts if row["grade"]]
        self.fields["grade"].choices = [("", zh("全部年级")), *grades]
        self.fields["class_id"].choices = [("", zh("全部班级")), *classes]

    def wanted(self) -> roster.Wanted:
        """The filters that fit."""
        self.is_valid()
        fitting = {
            name: value for name, value in self.cleaned_data.items() if name not in self.errors and value
        }
        return roster.Wanted(text=self.text, **fitting)


class RevealForm(forms.Form):
    """Why a full number is to be shown."""

    purpose = forms.ChoiceField(
        label=zh("查看原因"),
        choices=PURPOSES,
        error_messages=dict.fromkeys(("required", "invalid_choice"), zh("请选择查看完整号码的原因。")),
    )
