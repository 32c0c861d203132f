"""Forms of faults and offline transfers. What is not here cannot be asked for (R0.6): no paper, no telephone."""

from typing import cast

from django import forms

from orgs.people.models import Unit
from reviews.faults import announcing as faults
from reviews.faults.models import Fault
from reviews.rulebook_pages.calendar_forms import date_field
from students.pupil.models import Sex
from transfers.attendance.models import Requester
from transfers.moving.forms import LookupForm
from transfers.offline.recording import ENDINGS, Stated
from web.clock import spoken
from web.words import zh

_PLAIN = {"autocomplete": "off", "spellcheck": "false"}


class FaultForm(forms.Form):
    """A fault to be announced: over which unit, since when, what failed."""

    unit = forms.ModelChoiceField(
        label=zh("范围"),
        queryset=Unit.objects.none(),
        to_field_name="code",
        empty_label=None,
        help_text=zh("公告对所选单位和它下属的全部学校生效。"),
        error_messages={
            "required": zh("请选择故障的范围。"),
            "invalid_choice": zh("请从本单位和下属单位中选择故障的范围（函 一）。"),
        },
    )
    since = date_field(zh("故障起始日期"), zh("故障从哪天开始；发布时间由系统另行记录。"))
    reason = forms.CharField(
        label=zh("故障情况"),
        max_length=faults.LONGEST,
        help_text=zh(
            "写明什么出了故障、影响什么，{faults_shortest}–{faults_longest} 字；不要写学生信息。",
            faults_shortest=faults.SHORTEST,
            faults_longest=faults.LONGEST,
        ),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "placeholder": zh("如：学籍系统无法登录，转学不能发起")}
        ),
        error_messages={
            "required": zh("请写明什么出了故障。"),
            "max_length": zh("故障情况最多 {faults_longest} 字，请精简。", faults_longest=faults.LONGEST),
        },
    )

    def __init__(self, units, data=None, **more):
        super().__init__(data, **more)
        self.fields["unit"].queryset = units


class PupilForm(LookupForm):
    """Number and name of the pupil, to be looked up."""

    field_order = ("school", "number", "name")


class FaultField(forms.ModelChoiceField):
    """The fault that a record rests on, told in words."""

    def label_from_instance(self, fault: Fault) -> str:
        """Since when, and what failed."""
        return _fault_label(fault)


class OfflineForm(LookupForm):
    """A pupil taken in offline. With a number the pupil is looked up; without one, while the look-up itself is down,
    what the parents state stands in."""

    sex = forms.ChoiceField(
        label=zh("性别"),
        choices=[("", zh("请选择")), *Sex.choices],
        required=False,
        error_messages={"invalid_choice": zh("请选择性别。")},
    )
    birth_date = date_field(zh("出生日期"))
    origin = forms.CharField(
        label=zh("原就读学校"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs=_PLAIN),
        error_messages={"max_length": zh("学校名称最多 60 字，请精简。")},
    )
    paper_date = date_field(
        zh("纸质日期"), zh("线下办理的纸面材料上的日期：在故障期间，或其后的补记期限内。")
    )
    requester = forms.ChoiceField(
        label=zh("由谁提出"),
        choices=Requester.choices,
        widget=forms.RadioSelect,
        help_text=zh("线下办理须由家长（监护人）提出（函 一）。"),
        error_messages=dict.fromkeys(("required", "invalid_choice"), zh("请选择由哪位监护人提出。")),
    )
    fault = FaultField(
        label=zh("依据的故障公告"),
        queryset=Fault.objects.none(),
        to_field_name="number",
        empty_label=None,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), zh("请从覆盖本校的故障公告中选择一条。")
        ),
    )
    field_order = (
        "school",
        "number",
        "name",
        "sex",
        "birth_date",
        "origin",
        "paper_date",
        "requester",
        "fault",
    )
    stated_fields = ("sex", "birth_date", "origin")

    def __init__(self, schools: list[Unit], found: list[Fault], data=None):
        super().__init__(schools, data)
        self.fields["birth_date"].required = False
        self.fields["number"].help_text = zh("核对功能也出故障时留空，改填下面三项，系统恢复后再核对。")
        field = cast("forms.ModelChoiceField", self.fields["fault"])
        field.queryset = Fault.objects.filter(pk__in=[fault.pk for fault in found]).select_related("unit")
        if len(found) == 1:
            field.required, field.widget = False, forms.HiddenInput()
            field.initial = found[0].number
        self._only_fault = found[0] if len(found) == 1 else None

    def clean_fault(self) -> Fault:
        """The fault; the only one where there is one."""
        # Without one of its own the field demands a choice.
        return self.cleaned_data["fault"] or cast("Fault", self._only_fault)

    def clean(self) -> dict:
        """Without a number all that is stated must be there."""
        super().clean()
        typed = self.cleaned_data
        if not typed.get("number") and "number" not in self.errors:
            told = {
                "sex": zh("请选择性别。"),
                "birth_date": zh("请填写出生日期。"),
                "origin": zh("请填写原就读学校。"),
            }
            for name, sentence in told.items():
                if not typed.get(name) and name not in self.errors:
                    self.add_error(name, zh("没有填号码时，{sentence}", sentence=sentence))
                    # From now on the label carries the star of what is demanded.
                    self.fields[name].required = True
            if not typed.get("name") and "name" not in self.errors:
                self.add_error("name", zh("请填写学生姓名。"))
        return typed

    def stated(self) -> Stated:
        """The pupil as the parents state him."""
        typed = self.cleaned_data
        return Stated(typed["name"], typed["sex"], typed["birth_date"], typed["origin"])


class EndForm(forms.Form):
    """Why a record is settled without a case."""

    outcome = forms.ChoiceField(
        label=zh("了结原因"),
        choices=[("", zh("请选择")), *((value.value, value.label) for value in ENDINGS)],
        error_messages=dict.fromkeys(("required", "invalid_choice"), zh("请选择了结的原因。")),
    )


def _fault_label(fault: Fault) -> str:
    until = zh("未结束") if fault.is_open else zh("已结束")
    return zh(
        "{fault_number} {unit_short_name}：{fault_reason}（{day}起，{until}）",
        fault_number=fault.number,
        unit_short_name=fault.unit.short_name,
        fault_reason=fault.reason,
        day=spoken(fault.since),
        until=until,
    )
