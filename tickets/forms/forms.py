"""What is typed into a draft. Nothing is required here: what a paper lacks is told when it is to be sent (R8.6)."""

from datetime import date

from django import forms

from orgs.people.models import Unit
from orgs.people.successors import not_closed
from reviews.case_page.forms import PlainText
from students.pupil.models import CodeTable, Sex
from tickets.forms import sealed
from tickets.forms.models import Kind
from web.words import zh

_PRIVATE = {"autocomplete": "off", "spellcheck": "false", "data-private": ""}
_ADDRESS = zh("请填写单位代码或全称；可从提示中选择。")
_SEXES = [("", "—"), *Sex.choices]


class _Line(PlainText):
    def __init__(self, label: str, longest: int, private=False, **more):
        super().__init__(label=label, **more)
        self.widget.attrs |= {"maxlength": longest, **(_PRIVATE if private else {})}


class _Text(PlainText):
    widget = forms.Textarea

    def __init__(self, label: str, longest: int, rows: int, **more):
        super().__init__(label=label, **more)
        self.widget.attrs |= {"maxlength": longest, "rows": rows}


class _Age(forms.IntegerField):
    def __init__(self):
        wrong = zh("年龄请填 0–120 的整数。")
        told = dict.fromkeys(("invalid", "min_value", "max_value"), wrong)
        super().__init__(label=zh("年龄"), required=False, min_value=0, max_value=120, error_messages=told)


class DraftForm(forms.Form):
    """The part of every draft: the revision that the page was shown with."""

    revision = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput())

    def typed(self) -> dict:
        """What is to be written."""
        return {name: value for name, value in self.cleaned_data.items() if name != "revision"}


class ReportForm(DraftForm):
    """问题报告单; the problems stand beside, as many as there are."""

    business_name = _Line(zh("业务联系人"), 50)
    business_unit = _Line(zh("业务联系人单位"), 60)
    business_phone = _Line(zh("业务联系人电话"), 30)
    technical_name = _Line(zh("技术联系人"), 50)
    technical_unit = _Line(zh("技术联系人单位"), 60)
    technical_phone = _Line(zh("技术联系人电话"), 30)


class PeopleForm(DraftForm):
    """核查单 and 督办单."""

    reporter_name = _Line(zh("姓名"), 50, private=True)
    reporter_sex = forms.ChoiceField(label=zh("性别"), required=False, choices=_SEXES)
    reporter_age = _Age()
    reporter_ethnic = forms.ChoiceField(label=zh("民族"), required=False)
    reporter_id = _Line(zh("身份证号"), 40, private=True)
    reporter_phone = _Line(zh("联系电话"), 40, private=True)
    pupil_name = _Line(zh("姓名"), 50, private=True)
    pupil_sex = forms.ChoiceField(label=zh("性别"), required=False, choices=_SEXES)
    pupil_age = _Age()
    pupil_ethnic = forms.ChoiceField(label=zh("民族"), required=False)
    pupil_number = _Line(zh("学籍号"), 40, private=True)
    pupil_id = _Line(zh("身份证号"), 40, private=True)
    matter = _Text(
        zh("反映事项"),
        4000,
        6,
        help_text=zh("事情、时间、涉及的单位；证件号码填在下面的栏目里，不写进正文。"),
    )
    handling_unit = _Line(zh("承办单位"), 60, help_text=_ADDRESS)
    responsible = _Line(zh("责任人"), 50)
    responsible_phone = _Line(zh("责任人联系电话"), 30)
    complete_by = forms.DateField(
        label=zh("完成时限"),
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": zh("请按 年-月-日 填写完成时限，如 2026-12-18。")},
    )
    instruction = _Text(zh("办理意见"), 2000, 4)

    def __init__(self, ticket, day, data=None, **more):
        super().__init__(data, **more)
        self.ticket, self.day = ticket, day
        ethnic = list(CodeTable.objects.filter(table="ethnic").order_by("code").values_list("code", "name"))
        for name in ("reporter_ethnic", "pupil_ethnic"):
            self.fields[name].choices = [("", "—"), *ethnic]
        if ticket.kind == Kind.CHECK:
            del self.fields["instruction"]
            self.fields["handling_unit"].label = zh("核查单位")
            self.fields["matter"].label = zh("所反映事项")
        self.fields["handling_unit"].widget.attrs["list"] = "units"
        for field in sealed.SEALED:
            if field in self.fields and (kept := sealed.masked(ticket, field)):
                self.fields[field].help_text = zh("已填 {kept}。留空不变，填“无”清空。", kept=kept)

    def clean_handling_unit(self) -> Unit | None:
        """The unit by its code or its whole name, under those who issue."""
        text = self.cleaned_data["handling_unit"]
        if not text:
            return None
        under = Unit.objects.filter(not_closed(self.day), path__startswith=self.ticket.issuing_unit.path)
        found = list(under.filter(code=text)[:1]) or list(under.filter(name=text)[:2])
        if len(found) == 1:
            return found[0]
        if found:
            raise forms.ValidationError(zh("有几个单位叫这个名字，请改填单位代码（正文 三.2）。"))
        raise forms.ValidationError(zh("在本单位的下级单位中没有找到，请核对代码或全称（正文 三.2）。"))


def form_of(ticket, day: date, data=None) -> DraftForm:
    """The form of a draft, filled with what it says; sealed places stay empty."""
    kind = ReportForm if ticket.kind == Kind.REPORT else PeopleForm
    initial = {"revision": ticket.revision}
    for name in kind.base_fields:
        if name not in sealed.SEALED and hasattr(ticket, name):
            initial[name] = getattr(ticket, name)
    if ticket.handling_unit is not None:
        initial["handling_unit"] = ticket.handling_unit.name
    if kind is ReportForm:
        return ReportForm(data, initial=initial)
    return PeopleForm(ticket, day, data, initial=initial)


def problems_typed(request) -> list[str]:
    """The problems of a report, in their order, without the empty ones."""
    plain = PlainText()
    texts = (plain.to_python(text) for text in request.POST.getlist("problem")[:40])
    return [text for text in texts if text]
