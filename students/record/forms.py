"""The form of one block of the record, made from the dictionary. The checks are the record's own, not the form's."""

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any

from django import forms

from students.record import fields as record_fields
from students.record.fields import EDITABLE, RecordField
from students.record.pages import YES_NO
from students.record.values import Record
from web.words import zh

_HINTS = {
    "date": zh("如 20200305"),
    "month": zh("年和月，如 202409"),
    "division": zh("6位或12位区划代码，如 152522"),
    "country": zh("三位字母代码，中国为 CHN"),
    "span": zh("如 2010.06.01-2020.06.01，长期有效写 2010.06.01-长期"),
    "decimal": zh("公里，如 1.5"),
}


class ItemsForm(forms.Form):
    """Items that may be changed; what was typed is kept whatever is wrong with it. ``now`` are values that stand in for
    those of the record; ``label`` says what an item is called."""

    use_required_attribute = False

    def __init__(
        self,
        items: Iterable[RecordField],
        record: Record,
        codes: dict[str, dict[str, str]],
        data=None,
        *,
        now: dict[str, str] | None = None,
        label: Callable[[RecordField], str] = attrgetter("label"),
    ):
        items = list(items)
        super().__init__(data, initial=_initial(items, record, now or {}))
        self.record = record
        for item in items:
            if item.key in EDITABLE:
                self.fields[item.key] = _control(item, label(item), record, codes)
                if item.secret and not item.required and item.key in record.given:
                    self.fields[f"clear {item.key}"] = forms.BooleanField(
                        label=zh("清除已登记的{item_label}", item_label=item.label), required=False
                    )
        self.fields["revision"] = forms.IntegerField(
            widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1
        )

    def typed(self) -> dict[str, str]:
        """What was sent, by key. A sealed item left empty stays as it is, unless it is to be cleared."""
        found = {}
        for key in self.fields:
            item = EDITABLE.get(key)
            if item is None or key not in self.data:
                continue
            text = str(self.data[key])
            if not item.secret or text.strip() or self.data.get(f"clear {key}"):
                found[key] = text
        return found

    def tell(self, errors: dict[str, str], name_of) -> None:
        """Put each refusal beside its item; one about an item of another block stands above the form."""
        for key, sentence in errors.items():
            if key in self.fields:
                self.add_error(key, sentence)
            else:
                self.add_error(None, zh("{name_of}：{sentence}", name_of=name_of(key), sentence=sentence))


class BlockForm(ItemsForm):
    """The items of a block that the registrar may change."""

    def __init__(self, block: str, record: Record, codes: dict[str, dict[str, str]], data=None):
        super().__init__(record_fields.of_block(block), record, codes, data)


def _initial(items: list[RecordField], record: Record, now: dict[str, str]) -> dict[str, object]:
    values: dict[str, object] = {"revision": record.row.revision}
    for item in items:
        value = now.get(item.key, record.values.get(item.key, ""))
        if item.kind == "date":
            value = value.replace("-", "")
        elif item.kind == "month":
            value = value[:7].replace("-", "")
        values[item.key] = value
    return values


def _control(item: RecordField, label: str, record: Record, codes: dict[str, dict[str, str]]) -> forms.Field:
    options: dict[str, Any] = {"label": label, "required": item.required}
    if item.kind in ("code", "yes_no"):
        now = record.values.get(item.key, "")
        table = YES_NO if item.kind == "yes_no" else codes.get(item.table, {})
        choices = [
            (code, name)
            for code, name in sorted(table.items())
            if not item.offered or code in item.offered or code == now
        ]
        control: forms.Field = forms.ChoiceField(choices=[("", zh("未填写")), *choices], **options)
    else:
        hint = _HINTS.get(item.kind, "")
        if item.secret and item.key in record.given:
            hint = zh("现为 {masked}；不填则不改", masked=record.masked(item))
        control = forms.CharField(help_text=hint, **options)
        control.widget.attrs["autocomplete"] = "off"
    control.clean = lambda value: value or ""  # type: ignore[method-assign]  # of this one field
    return control
