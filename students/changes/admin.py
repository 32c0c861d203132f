"""The administrator's page of what provinces say of changes of status (五.1, R5.1)."""

from django import forms
from django.contrib import admin

from reviews.rulebook_pages.admin_forms import month_day
from reviews.rulebook_pages.row_admin import RulebookAdmin
from students.changes.kinds import EXPULSION, KINDS
from students.changes.models import ChangePolicy
from students.changes.values import TRANSFER_REPEAT
from students.pupil.grades import SENIOR
from web.words import zh

# Beside the changes of status and grade: a transfer that is a change in effect.
_POLICY_KINDS = [
    *((kind.kind, kind.name) for kind in KINDS),
    (TRANSFER_REPEAT, zh("应毕业未毕业学生原年级转学")),
]


class ChangePolicyForm(forms.ModelForm):
    """What a province lets be done of one kind of change (R5.1)."""

    kind = forms.ChoiceField(label=zh("异动类型"), choices=_POLICY_KINDS)

    def clean_not_after(self):
        """A day that some year has, or none."""
        said = self.cleaned_data["not_after"]
        return month_day(said) if said else ""

    def clean(self):
        """No row opens 开除 in compulsory education (R5.3)."""
        cleaned = super().clean()
        expelling = cleaned.get("kind", self.instance.kind) == EXPULSION.kind and cleaned.get("allowed")
        if expelling and cleaned.get("phase", self.instance.phase) != SENIOR:
            self.add_error(
                "allowed", zh("义务教育阶段不得开除：允许开除的规定只能用于高中学段（附件1 五）。")
            )
        return cleaned


@admin.register(ChangePolicy)
class ChangePolicyAdmin(RulebookAdmin):
    """学籍异动规定. Who approves is a row of 流程; here stand the conditions, from a day on (R0.7, R5.1)."""

    form = ChangePolicyForm
    fixed = ("kind", "phase", "province", "valid_from")
    list_display = (
        "kind_name",
        "phase",
        "province",
        "allowed",
        "most_times",
        "longest_months",
        "not_after",
        "valid_from",
        "valid_until",
        "source",
    )
    list_filter = ("allowed",)
    list_select_related = ("province",)
    ordering = ("kind", "phase", "-valid_from")

    @admin.display(description=zh("异动类型"), ordering="kind")
    def kind_name(self, row):
        """What the kind is called."""
        return dict(_POLICY_KINDS).get(row.kind, row.kind)
