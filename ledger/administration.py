"""What all administrators' pages have in common: one site, sentences for what the database refuses, and the trail.

Who may come in: active accounts marked as staff, nobody else; there are no further permissions to hand out. What may
be done to a table is said by its page (``may_add``, ``may_change``, ``may_delete``), and nothing may unless said.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, cast

from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import DataError, IntegrityError, models, transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache

from ledger import audit
from ledger.asked_lists import DeclaredFields, ShownColumns, declared_lookups, sorts
from web.words import zh

# SQLSTATE of the program's own triggers, whose message is a Chinese sentence.
_OWN_WALL = "23000"
REFUSED = (IntegrityError, DataError)
INVALID = 422


class Site(admin.AdminSite):
    """The site. Pages that come with a library bring no walls and no audit, so they are not taken in."""

    site_header = zh("学籍转学办理 · 系统管理")
    site_title = zh("系统管理")
    index_title = zh("系统管理")

    def register(
        self, model_or_iterable: Any, admin_class: type[admin.ModelAdmin] | None = None, **options: Any
    ) -> None:
        """Take in a page built on :class:`WalledAdmin`; leave any other out."""
        if admin_class is not None and issubclass(admin_class, WalledAdmin):
            super().register(model_or_iterable, admin_class, **options)

    @method_decorator(never_cache)
    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Sign in as everywhere else; who is signed in and no administrator is told so."""
        index = reverse("admin:index", current_app=self.name)
        if self.has_permission(request):
            return redirect(index)
        if request.user.is_authenticated:
            raise PermissionDenied(zh("系统管理只对系统管理员开放"))
        wanted = request.GET.get("next", "")
        known = url_has_allowed_host_and_scheme(
            wanted, {request.get_host()}, require_https=request.is_secure()
        )
        return redirect_to_login(wanted if known else index)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """One's own password is changed on the program's page, for everybody by the same rules."""
        return redirect("password")

    password_change_done = password_change

    def autocomplete_view(self, request: HttpRequest) -> Any:
        """Suggestions for declared fields alone."""
        return DeclaredFields.as_view(admin_site=self)(request)

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Leave as from every other page."""
        return redirect("sign-out", preserve_request=True)


def sentence_of(error: Exception) -> str:
    """What the database refused, as one sentence: the wall's own, the constraint's, or one that fits any."""
    told = getattr(error.__cause__, "diag", None)
    if told is not None and told.sqlstate == _OWN_WALL:
        return zh("{told_message_primary}。没有保存。", told_message_primary=told.message_primary)
    name = getattr(told, "constraint_name", None)
    walls = (wall for model in apps.get_models() for wall in model._meta.constraints if wall.name == name)
    for wall in walls:
        if wall.violation_error_message != wall.default_violation_error_message:
            return zh(
                "{wall_violation_error_message}没有保存。",
                wall_violation_error_message=wall.violation_error_message,
            )
    return zh("填写的内容与已有的记录或数据库的规定冲突，没有保存。请核对后再试。")


# Typed like everywhere else in the program; the calendar that pops up in Django's own is not translated.
_TYPED_DATES: Mapping[type[models.Field], Mapping[str, Any]] = {
    models.DateField: {
        "widget": forms.DateInput(
            format="%Y-%m-%d", attrs={"placeholder": "2026-10-01", "autocomplete": "off"}
        )
    }
}


class WalledAdmin(admin.ModelAdmin):
    """A page of a table whose rules the database holds.

    What the database refuses comes back as a sentence above the form, with everything typed still in it. Every change
    is recorded in the audit chain ``chain``, old and new; fields in ``private`` are recorded as changed, without what
    they said, because the trail holds no names and no telephone numbers.
    """

    may_add = may_change = may_delete = False
    chain = ""
    private: tuple[str, ...] = ()
    actions: Sequence[str] | None = None
    formfield_overrides = _TYPED_DATES
    list_per_page = 50
    show_full_result_count = False

    # -------------------------------------------------------------- who may do what

    def has_module_permission(self, request: HttpRequest) -> bool:
        """The site's door decides."""
        return self.admin_site.has_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The site's door decides."""
        return self.admin_site.has_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only where the page says so."""
        return self.may_add and self.admin_site.has_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only where the page says so."""
        return self.may_change and self.admin_site.has_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only where the page says so."""
        return self.may_delete and self.admin_site.has_permission(request)

    # -------------------------------------------------------------- what a list may be asked

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """The declared filters; any other would let a column be read that nobody is shown."""
        return lookup in declared_lookups(self, cast(HttpRequest, request))  # Django hands it each time

    def to_field_allowed(self, request: HttpRequest, to_field: str) -> bool:
        """A row is named by its key alone."""
        return to_field in (self.opts.pk.name, self.opts.pk.attname)

    def get_sortable_by(self, request: HttpRequest) -> list[Any]:
        """The columns that are this table's own."""
        return [name for name in super().get_sortable_by(request) if sorts(self.model, cast(str, name))]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ShownColumns]:
        """The list that is sorted by nothing else."""
        return ShownColumns

    # -------------------------------------------------------------- refusals in words

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        """The form; after a refusal, one that carries the sentence."""
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        sentence = getattr(request, "wall_sentence", "")
        if not sentence:
            return form

        class Refused(form):
            def clean(self) -> dict[str, Any] | None:
                cleaned = super().clean()
                self.add_error(None, sentence)
                return cleaned

        return Refused

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Add or change; a refusal of the database shows the form again, with the sentence and all that was typed."""
        try:
            answer = super().changeform_view(request, object_id, form_url, extra_context)
        except REFUSED as error:
            cast(Any, request).wall_sentence = sentence_of(error)
            answer = super().changeform_view(request, object_id, form_url, extra_context)
        if request.method == "POST" and isinstance(answer, TemplateResponse):
            answer.status_code = INVALID  # the form again, because something in it was wrong
        return answer

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Delete; a refusal of the database is told on the row's page."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except REFUSED as error:
            messages.error(request, sentence_of(error))
            opts = self.opts
            return redirect(f"admin:{opts.app_label}_{opts.model_name}_change", object_id)

    # -------------------------------------------------------------- the trail

    def note(self, request: HttpRequest, obj: Model, action: str, before: dict | None = None) -> None:
        """Record what was done to a row; nothing is recorded where nothing changed."""
        after = {} if action == "deleted" else values_of(obj)
        before = before or {}
        changes = {
            field: None if field in self.private else [before.get(field), after.get(field)]
            for field in (before | after)
            if field != "id" and before.get(field) != after.get(field)
        }
        if changes or action != "changed":
            name = cast(str, obj._meta.model_name)
            audit.record(
                self.chain or name,
                audit.actor_of(request.user),
                f"{name}.{action}",
                {"changes": changes},
                f"{name}:{obj.pk}",
            )

    def stored(self, obj: Model) -> dict:
        """What the database holds of a row before it is written."""
        row = obj._meta.base_manager.filter(pk=obj.pk).first()
        return {} if row is None else values_of(row)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save and record, in one transaction."""
        before = self.stored(obj) if change else {}
        super().save_model(request, obj, form, change)
        self.note(request, obj, "changed" if change else "added", before)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Save the rows of an inline and record each."""
        formset.save(commit=False)
        for row in formset.deleted_objects:
            self.note(request, row, "deleted", self.stored(row))
            row.delete()
        for row, _ in formset.changed_objects:
            before = self.stored(row)
            row.save()
            self.note(request, row, "changed", before)
        for row in formset.new_objects:
            row.save()
            self.note(request, row, "added")
        formset.save_m2m()

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete and record; what hangs on the row goes or stays with the same refusal."""
        with transaction.atomic():
            before, key = self.stored(obj), obj.pk
            super().delete_model(request, obj)
            obj.pk = key
            self.note(request, obj, "deleted", before)


class ReadOnlyAdmin(WalledAdmin):
    """A page to look at. What stands in it is written by the door, the clock and the database alone."""

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """None."""
        return {}


class WalledRows:
    """Rows of another table inside a page: open to whom the site is open, none are deleted, changed only if said."""

    admin_site: admin.AdminSite
    may_change = False
    extra = 0
    can_delete = False
    formfield_overrides = _TYPED_DATES

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The site's door decides."""
        return self.admin_site.has_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only where the page says so."""
        return self.may_change and self.admin_site.has_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only where the page says so."""
        return self.may_change and self.admin_site.has_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False


class WalledInline(WalledRows, admin.StackedInline):
    """Rows to change, one below the other, so that every field bears its label."""

    may_change = True


class ReadOnlyInline(WalledRows, admin.TabularInline):
    """Rows to look at."""

    template = "admin/rows_to_look_at.html"


def values_of(obj: Model) -> dict[str, Any]:
    """The columns of a row as JSON can hold them."""
    return {field.attname: _plain(field.value_from_object(obj)) for field in obj._meta.concrete_fields}


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return str(value)
