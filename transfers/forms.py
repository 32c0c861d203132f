"""Forms of a transfer. What is not here cannot be asked for (R0.6)."""

from datetime import date

from django import forms
from django.db.models import Q

from orgs.models import Unit
from students.models import SchoolClass
from transfers.models import TransferReason

_PLAIN = {"autocomplete": "off", "spellcheck": "false"}


class LookupForm(forms.Form):
    """Number and name of the pupil, as the parents state them; the school is asked only of who serves several."""

    number = forms.CharField(
        label="学籍号或身份证号",
        max_length=200,
        required=False,
        strip=True,
        help_text="学籍号 19 位（G、J 或 L 开头），身份证号 18 位。号码只用于这一次核对，不进入网址。",
        widget=forms.TextInput(attrs={**_PLAIN, "data-private": "", "autocapitalize": "characters"}),
        error_messages={"max_length": "号码太长，请核对后重填（教基一厅〔2016〕2号附件1第一条）。"},
    )
    name = forms.CharField(
        label="学生姓名",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={**_PLAIN, "data-private": ""}),
        error_messages={"max_length": "姓名太长，请按证件上的姓名填写（教基一厅〔2016〕2号附件1第一条）。"},
    )
    school = forms.ChoiceField(
        label="转入学校",
        error_messages={
            "required": "请选择转入学校。",
            "invalid_choice": "请从你任学籍管理员的学校中选择转入学校。",
        },
    )

    def __init__(self, schools: list[Unit], data=None):
        super().__init__(data)
        choices = [(str(school.pk), school.name) for school in schools]
        field = self.fields["school"]
        field.choices = choices
        if len(choices) == 1:
            field.required, field.widget = False, forms.HiddenInput()
            field.initial = choices[0][0]
        self._only = choices[0][0] if len(choices) == 1 else None

    def clean_school(self) -> int:
        """The id of the school."""
        return int(self.cleaned_data["school"] or self._only)


class TransferForm(forms.Form):
    """Why, and into which class, with the registrar's opinion; grade and schools are not typed but known."""

    reason = forms.ModelChoiceField(
        label="转学原因",
        queryset=TransferReason.objects.none(),
        required=False,
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "请从所列原因中选择转学原因（附件1 三.1）。"},
    )
    reason_note = forms.CharField(
        label="原因说明",
        max_length=200,
        required=False,
        help_text="只在选“其他”时填写，最多 200 字；不要写学生或家长的证件号码。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"max_length": "原因说明最多 200 字，请精简。"},
    )
    school_class = forms.ModelChoiceField(
        label="转入班级",
        queryset=SchoolClass.objects.none(),
        required=False,
        empty_label="请选择班级",
        error_messages={"invalid_choice": "请从本校这一年级的班级中选择（附件1 四.2）。"},
    )
    opinion = forms.CharField(label="审核补充意见", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    revision = forms.IntegerField(
        min_value=0,
        max_value=2**31 - 1,
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), "页面已失效，请刷新后再提交。"
        ),
    )
    key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def __init__(self, school: Unit, cohort: int, day: date, data=None, **more):
        super().__init__(data, **more)
        self.fields["reason"].queryset = offered_reasons(school, day)
        classes = SchoolClass.objects.filter(school=school, cohort=cohort).order_by("number")
        self.fields["school_class"].queryset = classes
        for name in ("reason", "reason_note", "school_class"):
            # The fields stand beside the panel that holds the form.
            self.fields[name].widget.attrs["form"] = "transfer-form"

    def typed(self) -> dict:
        """What is to be written: the note only where the reason asks for one, so nothing else can be asked for."""
        reason = self.cleaned_data["reason"]
        note = self.cleaned_data["reason_note"] if reason is not None and reason.needs_note else ""
        return {
            "reason": reason,
            "reason_note": note,
            "school_class": self.cleaned_data["school_class"],
        }


def offered_reasons(school: Unit, day: date):
    """The closed list in force on ``day``: the province's own rows, and the nation's that none of them replaces (R0.7)."""
    rows = TransferReason.objects.filter(Q(valid_until=None) | Q(valid_until__gt=day), valid_from__lte=day)
    own = rows.filter(province_id=school.province_id, province_id__isnull=False)
    replaced = Q(province_id=None, key__in=own.values("key"))
    return (
        rows.filter(Q(province_id=None) | Q(province_id=school.province_id))
        .exclude(replaced)
        .order_by("position", "id")
    )
