"""Forms of a transfer. What is not here cannot be asked for (R0.6)."""

from datetime import date
from typing import cast

from django import forms
from django.db.models import Q, QuerySet

from orgs.people.models import Unit
from orgs.people.school_system import SystemOn, system_on
from reviews.rulebook.notice_values import POST_GRADUATION
from students.pupil.forms import NumberAndName
from students.pupil.grades import cohort_of, grade_label, takes
from students.pupil.models import SchoolClass
from transfers.moving.models import TransferReason
from web.words import zh

_PLAIN = {"autocomplete": "off", "spellcheck": "false"}


class LookupForm(NumberAndName):
    """The pupil as the parents state it; the school is asked only of who serves several."""

    school = forms.ChoiceField(
        label=zh("转入学校"),
        error_messages={
            "required": zh("请选择转入学校。"),
            "invalid_choice": zh("请从你任学籍管理员的学校中选择转入学校。"),
        },
    )

    def __init__(self, schools: list[Unit], data=None):
        super().__init__(data)
        choices = [(str(school.pk), school.name) for school in schools]
        field = cast("forms.ChoiceField", self.fields["school"])
        field.choices = choices
        if len(choices) == 1:
            field.required, field.widget = False, forms.HiddenInput()
            field.initial = choices[0][0]
        self._only = choices[0][0] if len(choices) == 1 else ""

    def clean_school(self) -> int:
        """The id of the school."""
        return int(self.cleaned_data["school"] or self._only)


class ByGrade(forms.models.ModelChoiceIterator):
    """Classes in groups, one a grade: the page shows those of the chosen grade."""

    def __iter__(self):
        """The empty choice, then the groups, in the order of the grades offered."""
        yield ("", self.field.empty_label)
        rows = list(self.queryset)
        for grade, label in self.field.grades:
            found = [self.choice(row) for row in rows if takes(row, grade, self.field.system, self.field.day)]
            if found:
                yield (label, found)


class ClassField(forms.ModelChoiceField):
    """A class of the receiving school, by grade on ``day``."""

    iterator = ByGrade
    grades: list[tuple[int, str]] = []
    system: SystemOn | str = ""
    day: date


class TransferForm(forms.Form):
    """Why, into which grade and class, with the registrar's opinion; the schools are not typed but known.

    The grade is the pupil's own unless another one is chosen, which needs a reason (R4.3).
    """

    reason = forms.ModelChoiceField(
        label=zh("转学原因"),
        queryset=TransferReason.objects.none(),
        required=False,
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": zh("请从所列原因中选择转学原因（附件1 三.1）。")},
    )
    reason_note = forms.CharField(
        label=zh("原因说明"),
        max_length=200,
        required=False,
        help_text=zh("只在选“其他”时填写，最多 200 字；不要写学生或家长的证件号码。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"max_length": zh("原因说明最多 200 字，请精简。")},
    )
    grade_to = forms.TypedChoiceField(
        label=zh("转入年级"),
        coerce=int,
        empty_value=None,
        required=False,
        help_text=zh("原则上不变更年级（附件1 四.2）。"),
        error_messages={"invalid_choice": zh("请从本校开设的年级中选择（附件1 四.2）。")},
    )
    grade_reason = forms.CharField(
        label=zh("变更年级的理由"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"max_length": zh("变更年级的理由最多 200 字，请精简（附件1 四.2）。")},
    )
    school_class = ClassField(
        label=zh("转入班级"),
        queryset=SchoolClass.objects.none(),
        required=False,
        empty_label=zh("请选择班级"),
        error_messages={"invalid_choice": zh("请从本校这一年级的班级中选择（附件1 四.2）。")},
    )
    opinion = forms.CharField(
        label=zh("审核补充意见"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    revision = forms.IntegerField(
        min_value=0,
        max_value=2**31 - 1,
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), zh("页面已失效，请刷新后再提交。")
        ),
    )
    key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def __init__(self, school: Unit, own_grade: int, day: date, kind: str, data=None, **more):
        super().__init__(data, **more)
        cast("forms.ModelChoiceField", self.fields["reason"]).queryset = offered_reasons(school, day, kind)
        if kind == POST_GRADUATION:
            self.fields["reason"].label = zh("就学原因")
        self._offer_grades(school, own_grade, day)
        for name in ("reason", "reason_note", "grade_to", "grade_reason", "school_class"):
            # The fields stand beside the panel that holds the form.
            self.fields[name].widget.attrs["form"] = "transfer-form"

    @property
    def _classes(self) -> ClassField:
        return cast("ClassField", self.fields["school_class"])

    def _offer_grades(self, school: Unit, own: int, day: date) -> None:
        """The school's grades on ``day``, the pupil's own chosen; and of each its classes (R4.3)."""
        at = system_on(school, day)
        labels = [(g, grade_label(g, at) + (zh("（该生应读）") if g == own else "")) for g in at.grades]
        self.own_grade = own if own in at.grades else None
        grade, classes = cast("forms.ChoiceField", self.fields["grade_to"]), self._classes
        grade.choices = labels if self.own_grade else [("", zh("请选择年级")), *labels]
        grade.initial = self.own_grade
        grade.widget.attrs["data-own-grade"] = self.own_grade or ""
        authority = school.authority.short_name if school.authority else zh("主管部门")
        self.fields["grade_reason"].help_text = zh(
            "只在变更年级时填写，2–200 字；须保障九年义务教育，并由{authority}写明同意。", authority=authority
        )
        classes.grades, classes.system, classes.day = labels, at, day
        cohorts = [cohort_of(g, day) for g in at.grades]
        rows = SchoolClass.objects.filter(school=school, cohort__in=cohorts)
        classes.queryset = rows.order_by("-cohort", "number")

    def classes_of(self, grade: int | None) -> list[SchoolClass]:
        """The classes of one grade."""
        field = self._classes
        return [row for row in cast("QuerySet", field.queryset) if takes(row, grade, field.system, field.day)]

    def clean_grade_to(self) -> int | None:
        """The grade that was chosen; the pupil's own where none was sent."""
        return self.cleaned_data["grade_to"] or self.own_grade

    def clean(self):
        """The class is one of the chosen grade's."""
        field, chosen = self._classes, self.cleaned_data.get("school_class")
        told = chosen is not None and "grade_to" in self.cleaned_data
        if told and not takes(chosen, self.cleaned_data["grade_to"], field.system, field.day):
            self.add_error("school_class", field.error_messages["invalid_choice"])
        return self.cleaned_data

    def typed(self) -> dict:
        """What is to be written: a note or a reason only where one is asked for, so nothing else can be asked for."""
        said = self.cleaned_data
        reason = said["reason"]
        changed = said["grade_to"] not in (None, self.own_grade)
        return {
            "reason": reason,
            "reason_note": said["reason_note"] if reason is not None and reason.needs_note else "",
            "grade_to": said["grade_to"],
            "grade_reason": said["grade_reason"] if changed else "",
            "school_class": said["school_class"],
        }


def offered_reasons(school: Unit, day: date, kind: str):
    """For a kind of case the closed list in force on ``day``: the province's own rows, and the nation's that none of them replaces (R0.7)."""
    rows = TransferReason.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=day), valid_from__lte=day, kinds__contains=[kind]
    )
    own = rows.filter(province_id=school.province_id, province_id__isnull=False)
    replaced = Q(province_id=None, key__in=own.values("key"))
    return (
        rows.filter(Q(province_id=None) | Q(province_id=school.province_id))
        .exclude(replaced)
        .order_by("position", "id")
    )
