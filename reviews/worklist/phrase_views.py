"""Quick phrases: one's own, and the unit's by its head. They fill in an opinion, they never sign (R0.3)."""

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from orgs.people.models import Account
from orgs.people.requests import SignedInRequest
from reviews.desk import context as desk
from reviews.rulebook.models import QuickPhrase
from reviews.worklist.phrase_forms import MOST_PHRASES, PhraseForm
from reviews.worklist.tabs import Place
from web.redirects import see_other
from web.words import zh

_ADDRESS = "/phrases/"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def manage(request: SignedInRequest) -> HttpResponse:
    """All phrases the account is offered; below them a form for a new one."""
    place = Place.of(request.user, desk.of(request).today)
    unit = _unit(place, request.POST.get("unit", ""))
    form = PhraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if _kept(request.user, unit) >= MOST_PHRASES:
            form.add_error(
                None, zh("短语最多 {most_phrases} 条，请先删去不用的。", most_phrases=MOST_PHRASES)
            )
        else:
            form.instance.account = None if unit else request.user
            form.instance.unit_id = unit
            form.save()
            messages.success(request, zh("短语已添加。"))
            return see_other(_ADDRESS)
    context = {"form": form, "groups": _groups(request.user, place), "units": _units(place), "unit": unit}
    return render(request, "reviews/phrase_list.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change one phrase."""
    phrase = _own(request, pk)
    form = PhraseForm(request.POST or None, instance=phrase)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, zh("短语已修改。"))
        return see_other(_ADDRESS)
    context = {"form": form, "heading": zh("修改短语"), "submit_label": zh("保存"), "cancel_url": _ADDRESS}
    return render(request, "_form_page.html", context, status=422 if form.errors else 200)


@require_POST
def remove(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take one phrase away; opinions already written stay as they are."""
    _own(request, pk).delete()
    messages.success(request, zh("短语已删除。"))
    return see_other(_ADDRESS)


def _own(request: SignedInRequest, pk: int) -> QuickPhrase:
    """A phrase the account may change: its own, or one of a unit it heads."""
    place = Place.of(request.user, desk.of(request).today)
    may = Q(account=request.user) | Q(account__isnull=True, unit__in=place.signing)
    return get_object_or_404(QuickPhrase.objects.filter(may), pk=pk)


def _unit(place: Place, text: str) -> int | None:
    """The unit a new phrase is for; only its head may add one. None: for oneself."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) in place.signing):
        raise Http404
    return int(text)


def _kept(account: Account, unit: int | None) -> int:
    mine = Q(unit=unit, account__isnull=True) if unit else Q(account=account)
    return QuickPhrase.objects.filter(mine).count()


def _units(place: Place) -> list[dict]:
    seats = {seat.unit.pk: seat.unit for seat in place.seats if seat.unit.pk in place.signing}
    return [{"id": unit.pk, "name": unit.short_name} for unit in seats.values()]


def _groups(account: Account, place: Place) -> list[dict]:
    """Own phrases, each unit's, everyone's: in the order in which the keys 1–9 offer them."""
    offered = Q(account=account) | Q(account__isnull=True, unit__in=place.units) | Q(account=None, unit=None)
    rows = list(
        QuickPhrase.objects.filter(offered).select_related("unit").order_by("outcome", "position", "id")
    )
    mine = [row for row in rows if row.account_id == account.pk]
    units = [row for row in rows if row.account_id is None and row.unit_id]
    everyone = [row for row in rows if row.account_id is None and not row.unit_id]
    return [
        _group(zh("我的短语"), mine, {row.pk for row in mine}),
        _group(zh("本单位短语"), units, {row.pk for row in units if row.unit_id in place.signing}),
        _group(zh("系统短语"), everyone, set()),
    ]


def _group(title: str, rows: list[QuickPhrase], changeable: set[int]) -> dict:
    listed = [
        {
            "outcome": row.get_outcome_display(),
            "text": row.text,
            "position": row.position,
            "change_url": f"{_ADDRESS}{row.pk}/" if row.pk in changeable else "",
            "remove_url": f"{_ADDRESS}{row.pk}/remove/" if row.pk in changeable else "",
        }
        for row in rows
    ]
    return {"title": title, "rows": listed}
