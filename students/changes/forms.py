"""The form of a 学籍异动: only what its kind asks for (R0.6, R5.1–R5.3). The rules judge; the form only reads."""

from typing import cast

from django import forms

from reviews.rulebook_pages.calendar_forms import date_field
from students.changes.kinds import CONTACTS, GRADE, LAST_SEEN, UNTIL
from students.changes.models import ContactAttempt, ContactWay, StatusChange
from students.changes.resuming import classless, grade_chosen, own_cohort_open, told_grade
from students.changes.rules import OWN, REASONS_TABLE, ChangeFacts
from students.pupil.grades import cohort_of, label_of, takes
from students.pupil.models import CodeTable, SchoolClass
from web.words import zh

CONTACT_ROWS = 4
STALE = dict.fromkeys(("required", "invalid", "min_value", "max_value"), zh("页面已失效，请刷新后再提交。"))


class ByGrade(forms.models.ModelChoiceIterator):
    """Classes in groups, one a grade: choosing the class chooses the grade."""

    def __iter__(self):
        """The empty choice, then the groups, in the order of the grades that may be chosen."""
        yield ("", self.field.empty_label)
        rows = list(self.queryset)
        known = self.field.known
        for grade in known.grades if known else ():
            found = [self.choice(row) for row in rows if takes(row, grade, known.system, known.ruled_on)]
            if found:
                yield (told_grade(known, grade), found)


class ClassField(forms.ModelChoiceField):
    """A class of the school in one of the grades that may be chosen."""

    iterator = ByGrade
    known: ChangeFacts | None = None

    def label_from_instance(self, row) -> str:
        """With its grade, so that the choice reads whole."""
        known = cast("ChangeFacts", self.known)  # a form gives it before its classes are asked for
        return zh(
            "{grade_label}{row}",
            grade_label=label_of(row, known.ruled_on, known.system),
            row=row,
        )


class ChangeForm(forms.Form):
    """What a change says, with the registrar's opinion. Nothing is required here: a draft may be kept half filled."""

    use_required_attribute = False

    def __init__(self, known: ChangeFacts, data=None, **more):
        super().__init__(data, **more)
        what, self.known = known.kind, known
        self.fields["on"] = date_field(what.date_label, zh("写成 2026-10-01 或 2026年10月1日。"))
        if UNTIL in what.asks:
            self.fields["until"] = date_field(
                zh("休学截止日期"), zh("期满前 30 天、7 天和当天会提醒学校办理复学。")
            )
        if LAST_SEEN in what.asks:
            self.fields["last_seen_on"] = date_field(
                zh("最后在校日期"), zh("离校须超过三个月（附件1 五.2）。")
            )
        if what.reasons:
            self.fields["reason"] = self._reason(what)
        if GRADE in what.asks:
            self.fields["school_class"] = self._class(known)
        if own_cohort_open(known):
            self._own_cohort(known)
        self.fields["note"] = forms.CharField(
            label=zh("说明"),
            max_length=300,
            required=False,
            help_text=zh("2–300 字；原因选“其他”或没有原因可选时必填。不要写证件号码。"),
            widget=forms.Textarea(attrs={"rows": 2}),
            error_messages={"max_length": zh("说明最多 300 字，请精简。")},
        )
        if CONTACTS in what.asks:
            self._contacts()
        for field in self.fields.values():
            field.required = False
            field.widget.attrs["form"] = "change-form"
        self.fields["opinion"] = forms.CharField(required=False)
        self.fields["revision"] = forms.IntegerField(
            min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput, error_messages=STALE
        )
        self.fields["key"] = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    @staticmethod
    def _reason(what) -> forms.ModelChoiceField:
        rows = CodeTable.objects.filter(table=REASONS_TABLE, code__in=what.reasons)
        return forms.ModelChoiceField(
            label=zh("异动原因"),
            queryset=rows.order_by("code"),
            to_field_name="code",
            empty_label=zh("请选择原因"),
            error_messages={"invalid_choice": zh("请从所列原因中选择。")},
        )

    @staticmethod
    def _class(known: ChangeFacts) -> ClassField:
        taught = [grade for grade in known.grades if grade in known.system.grades]
        cohorts = [cohort_of(grade, known.ruled_on) for grade in taught]
        field = ClassField(
            label=zh("编入年级和班级"),
            queryset=SchoolClass.objects.filter(
                school=known.school, phase=known.student.phase, cohort__in=cohorts
            ).order_by("-cohort", "number"),
            empty_label=told_grade(known, known.grade) if classless(known) else zh("请选择班级"),
            error_messages={"invalid_choice": zh("请从所列班级中选择（附件1 五.1）。")},
        )
        field.known = known
        field.choices = ByGrade(field)
        return field

    def _own_cohort(self, known: ChangeFacts) -> None:
        self.fields["own_cohort"] = forms.BooleanField(
            label=zh("按原届复学（{cohort}级，级和班级不变，不重读）", cohort=known.student.cohort),
            help_text=zh(
                "离校期间已完成本学年学业的，可按原届复学，复学后由本校补办毕业；勾选后不选班级，并在下面写明情况。"
            ),
        )
        self.fields["own_cohort_reason"] = forms.CharField(
            label=zh("按原届复学的理由"),
            max_length=200,
            help_text=zh("2–200 字：在哪里、怎样完成了本学年的学业。不要写证件号码。"),
            widget=forms.Textarea(attrs={"rows": 2}),
            error_messages={"max_length": zh("按原届复学的理由最多 200 字，请精简。")},
        )

    def _contacts(self) -> None:
        for at in range(1, CONTACT_ROWS + 1):
            self.fields[f"contact_{at}_on"] = date_field(zh("第 {at} 次联系日期", at=at))
            self.fields[f"contact_{at}_way"] = forms.ChoiceField(
                label=zh("第 {at} 次方式", at=at),
                choices=[("", zh("方式")), *ContactWay.choices],
                error_messages={"invalid_choice": zh("请从所列方式中选择。")},
            )
            self.fields[f"contact_{at}_result"] = forms.CharField(
                label=zh("第 {at} 次结果", at=at),
                max_length=100,
                error_messages={"max_length": zh("结果最多 100 字，请精简。")},
                widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": zh("如：电话停机")}),
            )

    def clean(self):
        """A contact needs its date and its way."""
        said = super().clean()
        for at in range(1, CONTACT_ROWS + 1):
            on, way = said.get(f"contact_{at}_on"), said.get(f"contact_{at}_way")
            told = on or way or said.get(f"contact_{at}_result")
            if told and not on and f"contact_{at}_on" not in self.errors:
                self.add_error(f"contact_{at}_on", zh("请填写这次联系的日期（附件1 五.2）。"))
            if told and not way and f"contact_{at}_way" not in self.errors:
                self.add_error(f"contact_{at}_way", zh("请选择这次联系的方式（附件1 五.2）。"))
        return said

    def typed(self) -> dict:
        """What is to be written; the grade is that of the class."""
        said = self.cleaned_data
        chosen = said.get("school_class")
        return {
            "on": said.get("on"),
            "until": said.get("until"),
            "reason": said.get("reason"),
            "note": said.get("note", ""),
            "last_seen_on": said.get("last_seen_on"),
            "school_class": chosen,
            "own_cohort": said.get("own_cohort", False),
            "own_cohort_reason": said.get("own_cohort_reason", ""),
            "grade_to": grade_chosen(self.known, chosen, said.get("own_cohort", False)),
            "contacts": [
                ContactAttempt(
                    on=said[f"contact_{at}_on"],
                    way=said[f"contact_{at}_way"],
                    result=said[f"contact_{at}_result"],
                )
                for at in range(1, CONTACT_ROWS + 1)
                if said.get(f"contact_{at}_on")
            ],
        }

    def contact_rows(self) -> list[list]:
        """The controls of each contact, for the page."""
        if "contact_1_on" not in self.fields:
            return []
        names = ("on", "way", "result")
        return [[self[f"contact_{at}_{name}"] for name in names] for at in range(1, CONTACT_ROWS + 1)]

    def plain_fields(self) -> list:
        """All other visible controls, in order; the opinion stands in the panel beside."""
        skipped = {"opinion", "revision", "key"}
        return [self[n] for n in self.fields if n not in skipped and not n.startswith("contact_")]


def initial_of(change: StatusChange) -> dict:
    """The form as the record stands."""
    plain = ("on", "until", "note", "last_seen_on", "school_class", *OWN)
    found = {name: getattr(change, name) for name in plain}
    found["reason"] = change.reason.code if change.reason else None
    for at, row in enumerate(change.contacts.all()[:CONTACT_ROWS], 1):
        found |= {
            f"contact_{at}_on": row.on,
            f"contact_{at}_way": row.way,
            f"contact_{at}_result": row.result,
        }
    return found
