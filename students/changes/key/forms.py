"""The form of 关键信息变更 (R1.6). The rules judge; the form only reads, and keeps what was typed."""

from django import forms

from reviews.rulebook_pages.calendar_forms import date_field
from reviews.vocabulary.relations import PHASES
from students.changes.forms import STALE
from students.changes.key import rules as key_rules
from students.changes.key.models import KeyBasis, KeyInformationChange
from students.pupil import identity
from students.pupil.models import Sex
from web.clock import local_date, now
from web.words import zh

_PRIVATE = {"autocomplete": "off", "spellcheck": "false", "data-private": "", "form": "change-form"}


class KeyForm(forms.Form):
    """What the key information is to be, with the registrar's opinion. A draft may be kept half filled."""

    use_required_attribute = False

    name = forms.CharField(
        label=zh("姓名"),
        max_length=200,
        help_text=zh("按户口簿或身份证填写，最长 50 字。"),
        widget=forms.TextInput(attrs=_PRIVATE),
        error_messages={
            "required": zh("请填写姓名（附件1 一.3）。"),
            "max_length": zh("姓名太长，请按证件填写（附件1 一.3）。"),
        },
    )
    sex = forms.ChoiceField(
        label=zh("性别"),
        choices=Sex.choices,
        error_messages=dict.fromkeys(("required", "invalid_choice"), zh("请选择性别（附件1 一.3）。")),
    )
    birth_date = date_field(zh("出生日期"), zh("写成 2016-03-12 或 2016年3月12日。"))
    id_number = forms.CharField(
        label=zh("新身份证号"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={**_PRIVATE, "autocapitalize": "characters"}),
        error_messages={"max_length": zh("号码太长，请只填号码本身（附件1 一.3）。")},
    )
    clear_number = forms.BooleanField(label=zh("不再变更身份证号"), required=False)
    phase = forms.ChoiceField(
        label=zh("学段"),
        required=False,
        choices=PHASES,
        help_text=zh("登记有误的才更正；升学、转学不在这里办理。"),
        error_messages={"invalid_choice": zh("请选择学段（附件1 三.5）。")},
    )
    cohort = forms.IntegerField(
        label=zh("级（一年级入学年）"),
        required=False,
        min_value=1990,
        max_value=2100,
        help_text=zh("四位年份，如 2020；年级随级而定，更正后编入本校同号的班，没有的为未编班。"),
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"),
            zh("级是一年级入学的年份，请填四位数字，如 2020（附件1 三.5）。"),
        ),
    )
    basis = forms.ChoiceField(
        label=zh("变更原因"),
        required=False,
        choices=[("", zh("请选择原因")), *KeyBasis.choices],
        error_messages={"invalid_choice": zh("请从所列原因中选择（附件1 一.3）。")},
    )
    note = forms.CharField(
        label=zh("说明"),
        max_length=300,
        required=False,
        help_text=zh("原因选“其他”时必填。不要写证件号码。"),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"max_length": zh("说明最多 300 字，请精简。")},
    )
    opinion = forms.CharField(required=False)
    revision = forms.IntegerField(
        min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput, error_messages=STALE
    )
    key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def __init__(self, row: KeyInformationChange, data=None, **more):
        super().__init__(data, **more)
        self.row, self.typed_before = row, key_rules.number_in(row)
        number = self.fields["id_number"]
        number.help_text = zh("18 位；不变更身份证号的不填。")
        if self.typed_before:
            number.help_text = zh(
                "已填写 {mask_number}；不填则保留。", mask_number=identity.mask_number(self.typed_before)
            )
        else:
            del self.fields["clear_number"]
        for name in self.plain_names():
            self.fields[name].widget.attrs["form"] = "change-form"

    def plain_names(self) -> list[str]:
        """The visible controls but the opinion, which stands in the panel beside."""
        return [name for name in self.fields if name not in ("opinion", "revision", "key")]

    def plain_fields(self) -> list:
        """The same as bound fields."""
        return [self[name] for name in self.plain_names()]

    def clean_name(self) -> str:
        """The name as it is stored."""
        try:
            return identity.check_name(self.cleaned_data["name"])
        except identity.IdentityError as error:
            raise forms.ValidationError(error.sentence) from error

    def clean_id_number(self) -> str:
        """The number as it is stored; what it contradicts, the rules say."""
        text = self.cleaned_data["id_number"]
        if not text.strip():
            return ""
        try:
            return identity.check_id_number(text, local_date(now())).text
        except identity.IdentityError as error:
            raise forms.ValidationError(error.sentence) from error

    def typed(self) -> dict:
        """What is to be written."""
        said = self.cleaned_data
        kept = "" if said.get("clear_number") else self.typed_before
        return {
            "name": said["name"],
            "sex": said["sex"],
            "birth_date": said["birth_date"],
            "id_number": said["id_number"] or kept,
            "phase": said["phase"],
            "cohort": said["cohort"],
            "basis": said["basis"],
            "note": said["note"],
        }


def initial_of(row: KeyInformationChange) -> dict:
    """The form as the row stands; never the number."""
    return {
        name: getattr(row, name) for name in ("name", "sex", "birth_date", "phase", "cohort", "basis", "note")
    }
