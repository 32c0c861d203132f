"""What an administrator's list may be asked: its declared filters, the columns it shows, its search, nothing else.

A list that can be filtered or sorted by a column it does not show tells that column, one question after another: by
``?session_key__gte=`` a live session was read in 166 questions. So every way to ask is closed unless a page declares it.
"""

from collections.abc import Sequence
from typing import Any, cast

from django.contrib import admin
from django.contrib.admin import FieldListFilter
from django.contrib.admin.utils import get_fields_from_path
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest


class ShownColumns(ChangeList):
    """A list that is sorted by columns which it shows, and by no other whatever ``?o=`` names."""

    def get_ordering_field(self, field_name: Any) -> Any:
        """The column to sort by; ``None`` for one that has no arrow on the page."""
        return super().get_ordering_field(field_name) if field_name in (self.sortable_by or ()) else None


def sorts(model: type[Model], field_name: str) -> bool:
    """Whether a list may be sorted by one of its columns.

    Not by a relation: that sorts by the order of the other table, which may be of a column that nobody sees here.
    """
    try:
        return not model._meta.get_field(field_name).is_relation
    except FieldDoesNotExist:
        return True  # a column that the page computes: sorted only where the page says by what


def declared_lookups(page: admin.ModelAdmin, request: HttpRequest) -> set[str]:
    """The parameters by which the filters of a page, and its dates, are asked."""
    found = {f"{page.date_hierarchy}__{part}" for part in ("year", "month", "day") if page.date_hierarchy}
    entry: Any
    for entry in page.get_list_filter(request):
        if callable(entry):
            found.add(entry.parameter_name)
            continue
        path, of_class = entry if isinstance(entry, list | tuple) else (entry, FieldListFilter.create)
        field = get_fields_from_path(page.model, path)[-1]
        found |= set(of_class(field, request, {}, page.model, page, field_path=path).expected_parameters())
    return found


class DeclaredFields(AutocompleteJsonView):
    """Suggestions for the fields that a page declares, each showing whatever it can be found by."""

    def process_request(self, request: HttpRequest) -> Any:
        """As Django reads it. Raises PermissionDenied for a field that no page fills in this way."""
        model = f"{request.GET.get('app_label')}.{request.GET.get('model_name')}"
        site = cast(admin.AdminSite, self.admin_site)  # given by Site.autocomplete_view
        pages = [page for each in site._registry.values() for page in (each, *each.inlines)]
        declared = [page.autocomplete_fields for page in pages if page.model._meta.label_lower == model]
        if not any(request.GET.get("field_name") in names for names in declared):
            raise PermissionDenied
        return super().process_request(request)

    def get_queryset(self) -> QuerySet:
        """With what the rows are named by, in the same statement."""
        related = cast(Sequence[str], self.model_admin.list_select_related or ())
        return super().get_queryset().select_related(*related)

    def serialize_result(self, obj: Model, to_field_name: str) -> dict[str, str]:
        """The row's name, followed by what else it is searched by."""
        told = super().serialize_result(obj, to_field_name)
        more = [str(value) for path in self.model_admin.search_fields if (value := _shown(obj, path))]
        more = [value for value in dict.fromkeys(more) if value not in told["text"]]
        if more:
            told["text"] = f"{told['text']}（{' · '.join(more)}）"
        return told


def _shown(obj: Any, path: str) -> Any:
    """What stands at the end of a search path; nothing where the program computes it from a field that is shown."""
    *steps, last = path.lstrip("=^@").split("__")
    for step in steps:
        obj = getattr(obj, step, None)
    if obj is None or not obj._meta.get_field(last).editable:
        return None
    return getattr(obj, last)
