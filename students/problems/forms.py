"""The form of 问题学籍处理 (R1.9). The rules judge; the form only reads, and keeps what was typed."""

from django import forms

from students.changes.forms import STALE
from students.problems.models import Answer
from web.words import zh


class AnswerForm(forms.Form):
    """How the school answers, with the registrar's opinion. A draft may be kept half filled."""

    use_required_attribute = False

    answer = forms.ChoiceField(
        label=zh("处理方式"),
        required=False,
        choices=[("", zh("请选择")), *Answer.choices],
        error_messages={"invalid_choice": zh("请从所列处理方式中选择（附件1 四.1）。")},
        widget=forms.Select(attrs={"form": "change-form"}),
    )
    note = forms.CharField(
        label=zh("情况说明"),
        max_length=300,
        required=False,
        help_text=zh("怎样核对的，为什么佐证或删除；不要写证件号码。"),
        widget=forms.Textarea(attrs={"rows": 3, "form": "change-form"}),
        error_messages={"max_length": zh("说明最多 300 字，请精简。")},
    )
    opinion = forms.CharField(required=False)
    revision = forms.IntegerField(
        min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput, error_messages=STALE
    )
    key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def plain_fields(self) -> list:
        """The visible controls but the opinion, which stands in the panel beside."""
        return [self["answer"], self["note"]]
