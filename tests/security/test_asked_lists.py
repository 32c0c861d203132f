"""A list answers the same whatever is asked about a column it does not show: by filter, order, search or suggestion.

The administrators' pages are walked with every path of fields through one relation × the lookups that tell something;
the lists of the API with the same paths. Each walk must find what is planted for it.
"""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.templatetags.admin_list import results
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import FieldDoesNotExist, PermissionDenied, SuspiciousOperation
from django.db import models, transaction
from django.http import Http404
from django.template.response import TemplateResponse
from django.test import Client, RequestFactory

from orgs.admin import AccountAdmin
from orgs.people.models import Account, Person, Post
from orgs.sign_in.signing_in import digest_of
from students.admin import StudentAdmin
from students.pupil.models import ProblemRecord, Student
from tests.refusals import refuses
from tests.security.scene import addresses
from tests.world import PASSWORD

pytestmark = pytest.mark.django_db
LOOKUPS = ("", "__gte", "__startswith", "__in", "__isnull", "__regex")
NONE = "~~~"


@pytest.fixture
def boss(scene):
    return scene.actors["staff"]


# ---------------------------------------------------------------- how a list is asked


def asked(page, boss, point=None, **given):
    """What a page's list answers: its rows in their order, or the name of its refusal; anything else breaks it."""
    request = RequestFactory().get("/", given)
    request.user = boss
    try:
        answer = page.changelist_view(request)
    except (SuspiciousOperation, PermissionDenied, Http404) as refusal:
        return type(refusal).__name__
    except Exception as error:  # whatever else is raised is an answer of 500
        if point:
            transaction.savepoint_rollback(point)
        return f"5xx {type(error).__name__}"
    if isinstance(answer, TemplateResponse):
        return [row.pk for row in answer.context_data["cl"].result_list]
    return answer.status_code


def listed(page, boss, **given) -> ChangeList:
    """The list itself, for a question that it takes."""
    request = RequestFactory().get("/", given)
    request.user = boss
    found = page.get_changelist_instance(request)
    found.formset = None
    return found


def fields_of(model, deep=True):
    """Every path of fields of a model, through at most one relation in either direction."""
    for field in model._meta.get_fields():
        yield field.name
        if deep and field.is_relation and field.related_model:
            for further in fields_of(field.related_model, deep=False):
                yield f"{field.name}__{further}"


def declared(page) -> set[str]:
    """What its filters are asked by, as the page's own links show it: written down here, not read from the wall."""
    found = set()
    for entry in page.list_filter:
        name, kind = entry if isinstance(entry, tuple) else (entry, None)
        field = page.model._meta.get_field(name)
        if kind is admin.EmptyFieldListFilter:
            found.add(f"{name}__isempty")
        elif isinstance(field, models.BooleanField) or field.choices:
            found |= {f"{name}__exact", f"{name}__isnull"}
        elif isinstance(field, models.DateField):
            found |= {f"{name}__gte", f"{name}__lt", f"{name}__isnull"}
        else:
            found |= {name, f"{name}__isnull"}
    return found


def test_a_list_is_filtered_by_columns_that_it_shows():
    """A filter on another column would tell it, one choice after another."""
    wrong = []
    for model, page in admin.site._registry.items():
        for entry in page.list_filter:
            path = entry[0] if isinstance(entry, tuple) else entry
            if path not in page.list_display:
                wrong.append(f"{model._meta.label}: {path}")
    assert not wrong, wrong


def values_at(model, path):
    """A value that stands at the end of a path."""
    try:
        with transaction.atomic():
            rows = model._base_manager.exclude(**{f"{path}__isnull": True}).values_list(path, flat=True)
            return rows.order_by("pk").first()
    except Exception:  # a path that the database cannot read tells nothing
        return None


def told_apart(page, boss) -> list[str]:
    """Every path × lookup by which two questions get two answers, or one that breaks."""
    found, point = [], transaction.savepoint()
    for path in fields_of(page.model):
        value = values_at(page.model, path)
        hit = NONE if value is None or isinstance(value, bytes | memoryview) else str(value)
        for lookup in LOOKUPS:
            name = f"{path}{lookup}"
            if name in declared(page):
                continue
            pair = ("True", "False") if lookup == "__isnull" else (hit, NONE)
            one, other = (asked(page, boss, point, **{name: each}) for each in pair)
            if one != other or "5xx" in str(one):
                found.append(name)
    return found


# ---------------------------------------------------------------- the administrators' lists


def test_no_list_tells_two_values_of_an_undeclared_column_apart(boss):
    wrong = {
        page.model._meta.label: found
        for page in admin.site._registry.values()
        if (found := told_apart(page, boss))
    }
    assert not wrong


def test_a_session_or_a_pupil_is_not_asked_out_by_a_filter(scene, boss):
    """The address of the attack itself: refused with a sentence, whatever it asks for."""
    client, head = scene.clients["staff"], scene.actors["head@own"]
    for column in ("session_digest__gte", "password__startswith", "posts__unit__name"):
        for value in ("", "0", "z"):
            answer = client.get("/admin/orgs/account/", {"username": head.username, column: value})
            assert answer.status_code == 400, column
            assert "系统没有看懂这次提交" in answer.content.decode()
    for column in ("id_number_index", "name__startswith", "id_number_sealed__isnull", "birth_date__gte"):
        refuses(client.get("/admin/students/student/", {column: "1"}), 400, "核对后重新提交")


def test_what_the_table_of_accounts_holds_opens_no_session(client, scene):
    account = Account.objects.create_user("wulan", password=PASSWORD, person=scene.world.person())
    client.post("/accounts/sign-in/", {"username": "wulan", "password": PASSWORD})
    key = client.cookies["xueji_session"].value
    account.refresh_from_db()
    assert account.session_digest == digest_of(key) != key
    assert key not in str(Account.objects.filter(pk=account.pk).values().get())
    thief = Client()
    thief.cookies["xueji_session"] = account.session_digest
    assert thief.get("/worklist/").status_code == 302


def test_declared_filters_still_answer(boss, scene):
    page = admin.site._registry[Account]
    switched_off = asked(page, boss, is_active__exact="0")
    assert switched_off == list(Account.objects.filter(is_active=False).values_list("pk", flat=True))
    days = admin.site.get_model_admin(apps.get_model("reviews", "CalendarDay"))
    assert asked(days, boss, date__year="2026")
    assert asked(days, boss, date__year="1999") == []
    assert asked(days, boss, date__gte="2026-01-01") == "DisallowedModelAdminLookup"


def test_a_list_is_sorted_by_columns_of_its_own_that_it_shows(boss):
    for page in admin.site._registry.values():
        shown = {sorted_column(page, name) for name in page.get_list_display(None)} - {""}
        usual = {str(each).lstrip("-") for each in listed(page, boss).queryset.query.order_by}
        for at in range(12):
            for sign in ("", "-"):
                order = listed(page, boss, o=f"{sign}{at}").queryset.query.order_by
                assert {str(each).lstrip("-") for each in order} <= shown | usual | {"pk"}, (page, at)


def sorted_column(page, name) -> str:
    """The field of this table by which a column sorts; an empty string for none."""
    try:
        field = page.model._meta.get_field(name)
    except FieldDoesNotExist:
        return getattr(getattr(page, name), "admin_order_field", None) or ""
    return "" if field.is_relation else field.name


def searched_out(page, boss) -> list[str]:
    """Every column whose text finds a row that does not show it."""
    found = []
    for path in fields_of(page.model):
        value = values_at(page.model, path)
        if not isinstance(value, str) or not value.strip():
            continue
        cl = listed(page, boss, q=value)
        for cells in list(results(cl))[:20]:
            if value.casefold() not in " ".join(cells).casefold():
                found.append(path)
                break
    return found


def test_a_search_finds_nothing_that_the_row_does_not_show(boss):
    """But for the sound of a name, which is reckoned from the name that is shown."""
    for page in admin.site._registry.values():
        if page.search_fields:
            assert set(searched_out(page, boss)) <= {"pinyin"}, page


def test_a_row_is_named_by_its_key_alone(boss):
    for model, page in admin.site._registry.items():
        for field in model._meta.concrete_fields:
            answer = asked(page, boss, _popup="1", _to_field=field.name)
            expected = list if field.primary_key else str
            assert isinstance(answer, expected), f"{model.__name__}.{field.name}"


def test_counts_beside_the_filters_change_no_row(boss):
    for page in admin.site._registry.values():
        assert asked(page, boss, _facets="1") == asked(page, boss)


# ---------------------------------------------------------------- suggestions


def suggested(client, field, term=""):
    """What is offered for a field that points to another table."""
    meta = field.model._meta
    asked_for = {"app_label": meta.app_label, "model_name": meta.model_name, "field_name": field.name}
    return client.get("/admin/autocomplete/", asked_for | {"term": term})


def test_suggestions_are_made_for_declared_fields_only(scene):
    """Those of the pupils named all of them in full: any column that points to a pupil would do."""
    client = scene.clients["staff"]
    pages = [each for page in admin.site._registry.values() for each in (page, *page.inlines)]
    may = {(page.model, name) for page in pages for name in page.autocomplete_fields}
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            answer = suggested(client, field) if field.is_relation else None
            if answer is not None:
                expected = 200 if (model, field.name) in may else 403
                assert answer.status_code == expected, f"{model.__name__}.{field.name}"
    names = suggested(client, ProblemRecord._meta.get_field("student"))
    assert scene.pupil.name not in names.content.decode()


def test_a_suggestion_shows_what_it_was_found_by(scene):
    client, person = scene.clients["staff"], Person.objects.first()
    (found,) = suggested(client, Account._meta.get_field("person"), person.staff_number).json()["results"]
    assert found == {"id": str(person.pk), "text": f"{person.name}（{person.staff_number}）"}
    head = scene.actors["head@own"]
    (found,) = suggested(client, Post._meta.get_field("account"), head.username).json()["results"]
    assert found["text"] == f"{head.person.name}（{head.username} · {head.person.staff_number}）"


# ---------------------------------------------------------------- the lists of the API


def api_lists() -> dict[str, object]:
    """The addresses of the API that answer with rows, and their views."""
    found = {}
    for route, _, view in addresses():
        actions = getattr(view, "actions", {})
        if route.startswith("api/v1/") and "<" not in route and actions.get("get") == "list":
            found[f"/{route}"] = view.cls
    return found


def sent(client, address, given):
    """The rows of an answer; its status where it has none."""
    answer = client.get(address, given)
    body = answer.json() if answer.status_code == 200 else answer.status_code
    return body["results"] if isinstance(body, dict) and "results" in body else body


def steered(client, address, model) -> list[str]:
    """The lookups by which a list of the API answers otherwise than without them."""
    usual = sent(client, address, {})
    paths = [path for path in fields_of(model) if "__" in path or path not in OWN_FILTERS]
    found = []
    for lookup in LOOKUPS[1:]:
        given = {f"{path}{lookup}": NONE for path in paths + sorted(OWN_FILTERS)}
        if sent(client, address, given) != usual:
            found.append(lookup)
    if sent(client, address, dict.fromkeys(paths, NONE)) != usual:
        found.append("plain")
    for order in ("o", "ordering", "order", "order_by", "sort"):
        if any(
            sent(client, address, {order: f"{sign}{path}"}) != usual
            for path in paths[:8]
            for sign in ("", "-")
        ):
            found.append(order)
    return found


# The parameters that the lists of the API name themselves (docs: /api/docs/); none is a column out of sight.
OWN_FILTERS = {
    "authority", "days", "fault", "grade", "kind", "level", "live", "mine", "open", "outcome", "overdue", "phase",
    "province", "q", "reason", "school", "side", "since", "stage", "standing", "start", "state", "tab", "unit",
    "until", "waits", "relation",
}  # fmt: skip


def test_no_list_of_the_api_is_steered_by_a_column(scene):
    lists = api_lists()
    assert len(lists) > 9
    client, wrong = scene.clients["registrar@own"], {}
    for address, view in lists.items():
        model = getattr(getattr(view, "queryset", None), "model", Student)
        if found := steered(client, address, model):
            wrong[address] = found
    assert not wrong


# ---------------------------------------------------------------- the walks can see


class OpenAccounts(AccountAdmin):
    """Django's own readiness to filter and to sort."""

    def lookup_allowed(self, lookup, value, request=None):
        return True

    def get_changelist(self, request, **kwargs):
        return ChangeList


class OpenPupils(StudentAdmin):
    """Finds by the name in full, which it does not show."""

    search_fields = ("name",)


def test_the_walks_find_what_was_planted_for_them(scene, boss, settings):
    holes = told_apart(OpenAccounts(Account, admin.site), boss)
    assert {"session_digest__gte", "password__startswith", "person__phone__isnull"} <= set(holes)
    assert "name" in searched_out(OpenPupils(Student, admin.site), boss)
    order = listed(OpenAccounts(Account, admin.site), boss, o="2").queryset.query.order_by
    assert "person" in {str(each).lstrip("-") for each in order}
    settings.ROOT_URLCONF = "tests.security.holes"
    assert "__gte" in steered(scene.clients["registrar@own"], "/hole/steered/", Student)
