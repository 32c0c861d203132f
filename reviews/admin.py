"""Administrators' pages: the rulebook's rows may be changed (R0.7), what was decided may only be looked at."""

from typing import Any, cast

from django.contrib import admin, messages
from django.db import transaction
from django.forms import ModelForm
from django.http import HttpRequest

from ledger.administration import ReadOnlyAdmin, ReadOnlyInline
from orgs.people.models import Account
from reviews.clock.recompute import recompute
from reviews.engine.models import Act, Attachment, Case, OverdueRecord, Step
from reviews.faults.models import Fault
from reviews.refusal_rules.models import ForbiddenPhrase, WallAppeal, WallWords
from reviews.rulebook import year_words
from reviews.rulebook.models import (
    CalendarDay,
    Limit,
    QuickPhrase,
    RefusalReason,
    Route,
    Vacation,
    Window,
    YearRow,
)
from reviews.rulebook_pages import admin_forms as forms
from reviews.rulebook_pages.row_admin import RulebookAdmin
from reviews.vocabulary.relations import Relation
from reviews.vocabulary.states import State
from web import clock
from web.words import joined, zh


def kind_name(kind: str) -> str:
    """What a kind of case is called."""
    return dict(forms.kind_choices()).get(kind, kind)


# ---------------------------------------------------------------- the rulebook


class DueDatesFollow(admin.ModelAdmin):
    """A page whose rows move due dates: they are reckoned again in the same transaction, and the change is told."""

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        """Save, then reckon open due dates again (R3.7)."""
        super().save_model(request, obj, form, change)
        self._follow(request)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete, then reckon open due dates again (R3.7)."""
        with transaction.atomic():
            super().delete_model(request, obj)
            self._follow(request)

    def _follow(self, request: HttpRequest) -> None:
        moved = recompute(clock.now(), cast(Account, request.user))
        if moved:
            messages.warning(
                request, zh("{count} 个在办环节的时限随之变动，已逐件记录在审计记录中。", count=len(moved))
            )


@admin.register(CalendarDay)
class CalendarDayAdmin(DueDatesFollow, RulebookAdmin):
    """放假与补班; whole years come in through the import page."""

    may_delete = True
    list_display = ("date", "kind", "name", "confirmed", "source")
    list_filter = ("kind", "confirmed")
    date_hierarchy = "date"
    ordering = ("-date",)


@admin.register(Vacation)
class VacationAdmin(DueDatesFollow, RulebookAdmin):
    """寒暑假."""

    may_delete = True
    form = forms.VacationForm
    list_display = ("name", "province", "starts_on", "ends_on", "source")
    list_select_related = ("province",)
    ordering = ("-starts_on",)


@admin.register(Limit)
class LimitAdmin(DueDatesFollow, RulebookAdmin):
    """时限. To change one from a day on, a row is added that is valid from that day."""

    form = forms.LimitForm
    fixed = ("key", "province", "valid_from")
    list_display = ("name", "value", "unit", "province", "valid_from", "valid_until", "clause")
    list_select_related = ("province",)
    ordering = ("key", "-valid_from")


@admin.register(Window)
class WindowAdmin(RulebookAdmin):
    """发起时段."""

    form = forms.WindowForm
    fixed = ("key",)
    list_display = ("name", "starts", "ends", "closes", "province", "valid_from", "valid_until")
    list_select_related = ("province",)


@admin.register(YearRow)
class YearRowAdmin(RulebookAdmin):
    """毕业招生升级规则. To change one from a day on, a row is added that is valid from that day."""

    form = forms.YearRowForm
    fixed = ("key", "province", "valid_from")
    list_display = ("key", "said", "province", "valid_from", "valid_until", "clause")
    list_filter = ("key",)
    list_select_related = ("province",)
    ordering = ("key", "-valid_from")

    @admin.display(description=zh("取值"), ordering="value")
    def said(self, row: YearRow) -> str:
        """The word of the row as people read it."""
        return year_words.told(row.key, row.value)


@admin.register(Route)
class RouteAdmin(RulebookAdmin):
    """流程. One that a case runs on is held by the database: only its end and its source may change."""

    form = forms.RouteForm
    list_display = (
        "kind_name",
        "relation_name",
        "phase",
        "province",
        "stage_names",
        "valid_from",
        "valid_until",
    )
    list_display_links = ("kind_name", "stage_names")
    list_select_related = ("province",)

    @admin.display(description=zh("业务类型"), ordering="kind")
    def kind_name(self, route: Route) -> str:
        """What the kind is called."""
        return kind_name(route.kind)

    @admin.display(description=zh("双方关系"), ordering="relation")
    def relation_name(self, route: Route) -> str:
        """How the two schools stand to one another."""
        return dict(Relation.choices).get(route.relation, route.relation)

    @admin.display(description=zh("环节"))
    def stage_names(self, route: Route) -> str:
        """The stages in their order."""
        return joined(" → ", (State(stage).label for stage in route.stages))


@admin.register(RefusalReason)
class RefusalReasonAdmin(RulebookAdmin):
    """驳回与补正理由."""

    form = forms.RefusalReasonForm
    fixed = ("code",)
    list_display = ("text", "outcome", "code", "province", "valid_from", "valid_until", "position")
    list_filter = ("outcome",)
    list_select_related = ("province",)


class NationKeeps(admin.ModelAdmin):
    """A page whose rows of the nation are read only: a province adds, it narrows and ends nothing of theirs (R3.4)."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only a province's own row."""
        return super().has_change_permission(request, obj) and (obj is None or obj.province_id is not None)


@admin.register(ForbiddenPhrase)
class ForbiddenPhraseAdmin(NationKeeps, RulebookAdmin):
    """不得作为理由的用语. The nation's rows hold everywhere; a province's stand beside them."""

    form = forms.ForbiddenPhraseForm
    fixed = ("text", "province", "valid_from")
    list_display = ("text", "clause", "answer", "province", "valid_from", "valid_until")
    list_filter = ("clause",)
    list_select_related = ("province",)
    search_fields = ("text",)


@admin.register(WallWords)
class WallWordsAdmin(NationKeeps, RulebookAdmin):
    """驳回用语的同义词. A province's row of the same meaning adds its words to the nation's."""

    form = forms.WallWordsForm
    fixed = ("concept", "province", "valid_from")
    list_display = ("concept", "province", "valid_from", "valid_until")
    list_select_related = ("province",)
    search_fields = ("concept",)


@admin.register(QuickPhrase)
class QuickPhraseAdmin(RulebookAdmin):
    """常用短语: no unit and no account means everyone's."""

    may_delete = True
    list_display = ("text", "outcome", "unit", "account", "position")
    list_filter = ("outcome",)
    list_select_related = ("unit", "account__person")
    autocomplete_fields = ("unit", "account")


# ---------------------------------------------------------------- what was decided


class OfCase(ReadOnlyAdmin):
    """Rows that belong to a case: found by its number, the latest first."""

    search_fields = ("=case__number",)
    search_help_text = zh("按业务号准确查找")
    ordering = ("-id",)
    sortable_by = ()

    @admin.display(description=zh("业务号"))
    def case_number(self, row: Any) -> str:
        """The number of its case."""
        return row.case.number


class StepInline(ReadOnlyInline):
    """The steps of a case."""

    model = Step
    fields = ("seq", "stage", "unit", "opened_at", "due_on", "handler", "signer", "outcome", "closed_at")


@admin.register(Case)
class CaseAdmin(ReadOnlyAdmin):
    """业务. The headline bears the masked name; what is searched by stays out of sight."""

    list_display = (
        "number",
        "headline",
        "state",
        "awaiting",
        "holder",
        "receiving_unit",
        "sending_unit",
        "due_on",
    )
    list_filter = ("state", "awaiting")
    list_select_related = ("holder", "receiving_unit", "sending_unit")
    search_fields = ("=number",)
    search_help_text = zh("按业务号准确查找")
    ordering = ("-id",)
    sortable_by = ()
    inlines = (StepInline,)
    fieldsets = (
        (None, {"fields": ("number", "kind_name", "headline", "state", "awaiting", "holder")}),
        (zh("双方"), {"fields": ("receiving_unit", "sending_unit", "relation", "stage_names")}),
        (zh("时间"), {"fields": ("created_at", "submitted_at", "due_on", "expires_at", "closed_at")}),
        (zh("来历"), {"fields": ("created_by", "copied_from", "revision")}),
    )

    @admin.display(description=zh("业务类型"))
    def kind_name(self, case: Case) -> str:
        """What the kind is called."""
        return kind_name(case.kind)

    @admin.display(description=zh("流程"))
    def stage_names(self, case: Case) -> str:
        """The stages in their order."""
        return joined(" → ", (State(stage).label for stage in case.stages)) or "—"


class ActInline(ReadOnlyInline):
    """What was done in a step."""

    model = Act
    fields = ("at", "verb", "account", "unit", "delegated", "outcome", "reason", "opinion")


@admin.register(Step)
class StepAdmin(OfCase):
    """环节."""

    list_display = ("case_number", "seq", "stage", "unit", "opened_at", "due_on", "outcome", "closed_at")
    list_filter = ("stage", "outcome")
    list_select_related = ("case", "unit")
    inlines = (ActInline,)
    fieldsets = (
        (None, {"fields": ("case_number", "seq", "stage", "unit")}),
        (zh("办理"), {"fields": ("handler", "handled_at", "proposal", "proposal_reason", "handle_opinion")}),
        (zh("核办"), {"fields": ("signer", "signed_at", "outcome", "reason", "sign_opinion")}),
        (
            zh("时间"),
            {"fields": ("opened_at", "first_opened_at", "due_on", "due_provisional", "bulletin_due_on")},
        ),
        (zh("结束"), {"fields": ("overdue_at", "closed_at")}),
    )


@admin.register(Act)
class ActAdmin(OfCase):
    """办理记录."""

    list_display = ("at", "case_number", "stage", "verb", "account", "unit", "outcome")
    list_filter = ("verb", "outcome")
    list_select_related = ("case", "account__person", "unit")
    fields = (
        "case_number", "stage", "verb", "account", "unit", "delegated", "outcome", "reason", "opinion", "at",
    )  # fmt: skip


@admin.register(Attachment)
class AttachmentAdmin(OfCase):
    """证明材料: that it is there and unchanged, never the picture itself."""

    list_display = ("id", "case_number", "media_type", "size", "uploaded_by", "uploaded_at", "removed_at")
    list_select_related = ("case", "uploaded_by__person")
    fields = (
        "case_number", "kind", "position", "media_type", "size", "width", "height", "sha256",
        "uploaded_by", "uploaded_at", "removed_at",
    )  # fmt: skip


@admin.register(OverdueRecord)
class OverdueRecordAdmin(OfCase):
    """逾期记录."""

    list_display = ("case_number", "unit", "stage", "due_on", "bulletin_due_on", "recorded_at")
    list_filter = ("stage",)
    list_select_related = ("case", "unit")
    fields = ("case_number", "unit", "stage", "due_on", "bulletin_due_on", "recorded_at")


@admin.register(Fault)
class FaultAdmin(ReadOnlyAdmin):
    """故障公告: announced and ended by offices on their own page (R0.4)."""

    list_display = ("number", "unit", "since", "reason", "opened_at", "opened_from", "closed_at")
    list_select_related = ("unit", "opened_from")
    list_filter = (("closed_at", admin.EmptyFieldListFilter),)
    ordering = ("-id",)
    sortable_by = ()


@admin.register(WallAppeal)
class WallAppealAdmin(OfCase):
    """用语申诉."""

    list_display = ("case_number", "unit", "upper", "phrase", "raised_at", "ruling", "decided_at")
    list_filter = ("ruling",)
    list_select_related = ("case", "unit", "upper", "phrase")
    fieldsets = (
        (None, {"fields": ("case_number", "stage", "unit", "upper", "phrase")}),
        (
            zh("上报"),
            {"fields": ("account", "verb", "outcome", "reason", "opinion", "explanation", "raised_at")},
        ),
        (zh("裁定"), {"fields": ("ruling", "ruling_opinion", "decider", "decided_at")}),
    )
