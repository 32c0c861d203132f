"""The form of one child to be registered late: grade and reason beside the items of a new record (R2.2)."""

from django import forms

from orgs.people.models import Unit
from students.admission.late import actions as lists
from students.admission.late.actions import GRADE, NOTE, WHY, Said
from students.admission.late.models import Why
from students.admission.registration.forms import NewcomerForm
from students.pupil.grades import school_year
from students.pupil.year_rows import entry_year
from students.record import values as record_values
from web.words import zh


def form_for(school: Unit, day, data=None) -> NewcomerForm:
    """The form with the grades that the school has."""
    grades = [
        ("", zh("请选择")),
        *((str(grade), label) for grade, label in lists.grades_of(school, day).items()),
    ]
    more: dict[str, forms.Field] = {
        GRADE: forms.ChoiceField(label=zh("就读年级"), choices=grades, help_text=_autumn(school, day)),
        WHY: forms.ChoiceField(label=zh("此前没有学籍的原因"), choices=[("", zh("请选择")), *Why.choices]),
        NOTE: forms.CharField(
            label=zh("原因说明"),
            required=False,
            max_length=200,
            help_text=zh("原因选“其他”的必填，2–200 字。"),
        ),
    }
    for control in more.values():
        # The list's own checks speak, in words of their own.
        control.clean = lambda value: value or ""  # type: ignore[method-assign]  # of this one field
    return NewcomerForm(record_values.code_names(), data, more=more)


def _autumn(school: Unit, day) -> str:
    """In summer a child is registered for the autumn."""
    year = entry_year(day, school.province_id, late=True)
    return zh("现在登记的，填{year}年秋季就读的年级。", year=year) if year > school_year(day) else ""


def said(form: NewcomerForm, school: Unit, day) -> Said:
    """The child as it was typed, judged; what is wrong stands beside its item."""
    one = lists.read(form.typed(), form.codes, school, day)
    for key, sentence in one.errors.items():
        form.add_error(key, sentence)
    return one
