"""The form of one new record: the items of the dictionary, block by block (R2.1). The checks are the record's own."""

from typing import Any

from django import forms

from students.admission.registration import actions as registration
from students.admission.registration.actions import CLASS, NEEDED, Newcomer
from students.record.fields import BLOCKS
from web.words import zh

_PLAIN = {"autocomplete": "off", "spellcheck": "false"}
# Longer texts are cut before they are judged.
WIDE = 300


class NewcomerForm(forms.Form):
    """What is typed of one child; whatever is wrong with it, it stays typed. ``claimed``: that the school keeps to its
    own registration although another school has the child on its books."""

    use_required_attribute = False

    def __init__(
        self, codes: dict[str, dict[str, str]], data=None, *, more: dict[str, forms.Field] | None = None
    ):
        super().__init__(data, initial={"id_type": registration.RESIDENT_CARD, "ethnic": "01"})
        self.codes = codes
        for item in registration.items():
            self.fields[item.key] = _control(item, codes)
        self.fields[CLASS] = forms.CharField(
            label=zh("班级"), help_text=zh("班号，如 1；还没有编班的不填。"), required=False
        )
        self.fields[CLASS].widget.attrs.update(_PLAIN)
        self.fields["claimed"] = forms.BooleanField(
            required=False, label=zh("仍然登记：是另一名学生，或确在本校就读，按问题学籍处理")
        )
        self.fields.update(more or {})

    def first_fields(self) -> list:
        """What a record cannot exist without, with the class."""
        names = [
            item.key
            for item in registration.items()
            if item.key in NEEDED or item.key in ("sex", "birth_date", "id_number")
        ]
        return [self[name] for name in [*names[:6], CLASS, *names[6:]]]

    def blocks(self) -> list[dict]:
        """The other items by block of the national form; one with something wrong stands open."""
        shown = {field.name for field in self.first_fields()}
        found: dict[str, list] = {}
        for item in registration.items():
            if item.key not in shown:
                found.setdefault(item.block, []).append(self[item.key])
        return [
            {"label": BLOCKS[block], "fields": fields, "open": any(field.errors for field in fields)}
            for block, fields in found.items()
        ]

    def typed(self) -> dict[str, str]:
        """The texts as they were sent, cut to :data:`WIDE`, by control."""
        self.is_valid()
        return {key: str(self.data.get(key, ""))[:WIDE] for key in self.fields}

    def newcomer(self, today) -> Newcomer:
        """The child as it was typed, judged; what is wrong stands beside its item."""
        one = registration.read(self.typed(), self.codes, today)
        for key, sentence in one.errors.items():
            self.add_error(key, sentence)
            # What was left out and is demanded after all (sex, without a resident's number) carries the star now.
            self.fields[key].required = not self.data.get(key)
        return one


def _control(item, codes) -> forms.Field:
    choices = registration.choices_of(item, codes)
    options: dict[str, Any] = {"label": registration.label_of(item), "required": item.key in NEEDED}
    hint = registration.hint_of(item)
    if choices:
        control: forms.Field = forms.ChoiceField(
            choices=[("", zh("未填写")), *choices.items()],
            help_text=hint if item.key == "id_type" else "",
            **options,
        )
    else:
        control = forms.CharField(help_text=hint, **options)
        control.widget.attrs.update(_PLAIN)
    # The record's own checks speak, in words of their own.
    control.clean = lambda value: value or ""  # type: ignore[method-assign]  # of this one field
    return control
