"""Forms of roster and pupil page."""

from typing import cast

from django import forms

from students.pupil.reveal import PURPOSES
from students.pupil.statuses import StudentStatus
from students.roster import listing as roster
from web.words import zh


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
        cast("forms.ChoiceField", self.fields["grade"]).choices = [("", zh("全部年级")), *grades]
        cast("forms.ChoiceField", self.fields["class_id"]).choices = [("", zh("全部班级")), *classes]

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
