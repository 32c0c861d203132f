"""Pages of a 学籍异动: which kinds a pupil may have, the form while the school has it in hand, its proofs (R5.1–R5.3)."""

import secrets
from functools import wraps

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from ledger import clock
from orgs.models import PostRole
from orgs.seats import seat_at
from reviews import door, rulebook, uploads
from reviews.asking import edit_refusal
from reviews.clauses import url_of
from reviews.models import Case
from reviews.refusals import Refusal, Refused
from reviews.states import FIRST_STAGES, Outcome, State, Verb
from reviews.views import proofs, see_other
from students import change_drafting, change_page, change_rules
from students.change_forms import ChangeForm, initial_of
from students.change_kinds import BY_KIND, KINDS
from students.change_models import StatusChange
from students.procedures import change_of
from students.views import visible_pupil

PROOFS = proofs.Addresses("change-edit", "change-proofs", "change-proof-remove")
# Refusals after which there is nothing left to edit: the case's own page tells more.
_GONE = {"case_closed", "not_in_hand", "no_seat"}
_SEND = {
    State.DRAFT: "发起，送本校负责人核办",
    State.CORRECTION: "补正完成，送本校负责人核办",
    **dict.fromkeys(FIRST_STAGES, "重新办理，送本校负责人核办"),
}


# ---------------------------------------------------------------- begin


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_change(request: HttpRequest, key) -> HttpResponse:
    """Every kind, those that the pupil may have first, the others with the sentence why not; POST begins one."""
    student, day = visible_pupil(request, key)
    now, school = clock.now(), student.school
    if school is None or seat_at(request.user, school.pk, PostRole.REGISTRAR, day) is None:
        told = Refusal("no_seat", change_drafting.NO_SEAT, change_rules.STATUS_CLAUSE)
        return proofs.refused_page(request, told, 403)
    refused, status = None, 200
    if request.method == "POST":
        kind = BY_KIND.get(request.POST.get("kind", ""))
        try:
            if kind is None:
                raise Refused(Refusal("kind", "请选择要办理的异动。", change_rules.STATUS_CLAUSE))
            case = change_drafting.begin(student, kind, request.user, now)
            return see_other(reverse("change-edit", args=[case.number]))
        except Refused as error:
            refused, status = error.refusal, 409
    shown = {"student": student, "kinds": kinds_of(student, school, now), "refused": _shown(refused)}
    return render(request, "students/change_new.html", shown, status=status)


def kinds_of(student, school, now) -> list[dict]:
    """The kinds with what stands in the way of each; drafts and steps later ask the same guards."""
    rows = []
    for known in change_rules.facts_before(student, school, KINDS, now):
        found = next((told for check in change_rules.OFFERED if (told := check(known))), None)
        condition = known.policy.condition if known.policy else ""
        rows.append({"kind": known.kind, "why": found, "condition": condition})
    return sorted(rows, key=lambda row: row["why"] is not None)


# ---------------------------------------------------------------- edit and send


def in_hand(view):
    """Give the view the change, when the account may change it; 404 across units, else the case's own page."""

    @wraps(view)
    def wrapped(request: HttpRequest, number: str, *args, **kwargs) -> HttpResponse:
        now = clock.now()
        day = clock.local_date(now)
        visible = Case.objects.visible_to(request.user, day).select_related("receiving_unit", "sending_unit")
        case = get_object_or_404(visible, number=number)
        if not StatusChange.objects.filter(case=case).exists():
            raise Http404
        refused = edit_refusal(case, request.user, day)
        if refused is not None:
            return proofs.not_in_hand(request, case, refused, PROOFS)
        change = change_of(case)
        change.case = case
        return view(request, change, now, *args, **kwargs)

    return wrapped


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@in_hand
def edit_change(request: HttpRequest, change: StatusChange, now) -> HttpResponse:
    """The form; POST saves what was typed and, when asked, sends it on to the school's head."""
    known = change_rules.facts_of(change, change.case, change.student, now)
    if request.method != "POST":
        return edit_page(request, change, ChangeForm(known, initial=initial_of(change)), now)
    form = ChangeForm(known, request.POST)
    if not form.is_valid():
        return edit_page(request, change, form, now, status=422)
    try:
        sent = save(request, change, form)
    except Refused as error:
        if error.code in _GONE:
            return proofs.not_in_hand(request, change.case, error.refusal, PROOFS)
        again = change_of(change.case)
        again.case = Case.objects.select_related("receiving_unit").get(pk=change.case_id)
        return edit_page(request, again, form, now, error.refusal)
    if sent:
        messages.success(request, "已送出，等待本校负责人核办。")
        return see_other(reverse("case", args=[sent.number]))
    messages.success(request, "草稿已保存，尚未发起。" if change.case.state == State.DRAFT else "已保存。")
    return see_other(reverse("change-edit", args=[change.case.number]))


def save(request: HttpRequest, change: StatusChange, form: ChangeForm) -> Case | None:
    """Write what differs; the case when it was sent on as well. Raises Refused.

    A repeated request finds nothing to write and then its own answer at the door, under its key.
    """
    case, typed, revision = change.case, form.typed(), form.cleaned_data["revision"]
    if differs(change, typed):
        case = change_drafting.change(case, request.user, revision=revision, **typed)
        revision = case.revision
    if request.POST.get("action") != "send":
        return None
    verb = Verb.SUBMIT if case.state == State.DRAFT else Verb.HANDLE
    return door.perform(
        case,
        verb,
        request.user,
        opinion=form.cleaned_data["opinion"],
        outcome=Outcome.AGREE if verb == Verb.HANDLE else "",
        revision=revision,
        key=form.cleaned_data["key"],
    )


def differs(change: StatusChange, typed: dict) -> bool:
    """Whether what was typed is not what stands already."""
    were = [(c.on, c.way, c.result) for c in change.contacts.all()]
    now = sorted((c.on, c.way, c.result) for c in typed["contacts"])
    plain = {name: value for name, value in typed.items() if name != "contacts"}
    return sorted(were) != now or any(getattr(change, name) != value for name, value in plain.items())


def edit_page(
    request: HttpRequest, change: StatusChange, form, now, refused: Refusal | None = None, status: int = 200
) -> HttpResponse:
    """The page; the hidden revision and key are always the present ones, what was typed stays."""
    case, fresh = change.case, secrets.token_urlsafe(18)
    if form.is_bound:
        form.data = form.data.copy()
        form.data["revision"], form.data["key"] = case.revision, fresh
    else:
        form.initial.update(revision=case.revision, key=fresh)
    book, what = rulebook.current(), BY_KIND[case.kind]
    known = change_rules.facts_of(change, case, change.student, now)
    shown = {
        "case": {
            "number": case.number,
            "headline": case.headline,
            "is_draft": case.state == State.DRAFT,
            "state": State(case.state).label,
        },
        "what": what,
        "facts": change_page.pupil_facts(case, change, clock.local_date(now)),
        "form": form,
        "upload": proofs.upload_of(case, now, PROOFS),
        "checklist": change_page.lines(change_rules.OFFERED, known)
        + change_page.lines(change_rules.TYPED, known),
        "send_label": _SEND[case.state],
        "phrases": [{"text": t} for t in rulebook.phrases_for(request.user, {case.receiving_unit_id})],
        "asked": proofs.asking_of(case, book),
        "refused": _shown(refused),
        "clause": {"text": what.hint, "note": "", "source": what.clause, "url": url_of(what.clause)},
        "policy": known.policy,
    }
    return render(request, "students/change_edit.html", shown, status=409 if refused else status)


def _shown(refused: Refusal | None) -> dict | None:
    if refused is None:
        return None
    return {"sentence": refused.sentence, "clause": refused.clause, "clause_url": url_of(refused.clause)}


@require_POST
@in_hand
def discard_draft(request: HttpRequest, change: StatusChange, now) -> HttpResponse:
    """Withdraw a draft; what has been sent is withdrawn on the case's page, with an opinion."""
    case = change.case
    if case.state != State.DRAFT:
        refused = Refusal("not_draft", "业务已发起，请在业务页面撤销并写明原因。", "附件1 三.1")
        return proofs.not_in_hand(request, case, refused, PROOFS)
    try:
        door.perform(case, Verb.WITHDRAW, request.user)
    except Refused as error:
        return proofs.not_in_hand(request, case, error.refusal, PROOFS)
    messages.success(request, f"草稿 {case.number} 已删除。")
    return see_other(reverse("student-detail", args=[change.student.key]))


@require_POST
def copy_as_new(request: HttpRequest, number: str) -> HttpResponse:
    """A new draft from an ended case, with all it said and its proofs (R3.1b)."""
    now = clock.now()
    visible = Case.objects.visible_to(request.user, clock.local_date(now)).select_related("receiving_unit")
    case = get_object_or_404(visible, number=number)
    if not StatusChange.objects.filter(case=case).exists():
        raise Http404
    try:
        made = change_drafting.copy_as_new(case, request.user, now)
    except Refused as error:
        return proofs.not_in_hand(request, case, error.refusal, PROOFS)
    messages.success(request, f"已从 {case.number} 复制，请核对后发起。")
    return see_other(reverse("change-edit", args=[made.number]))


# ---------------------------------------------------------------- proofs


@csrf_exempt
@require_POST
def add_proof(request: HttpRequest, number: str) -> HttpResponse:
    """Take in photographs; reading stops at the limit, before the token is looked at."""
    trouble = uploads.receive(request)
    if trouble is not None:
        return proofs.answer(request, number, PROOFS, *trouble)
    return _add_proof(request, number)


@csrf_protect
@in_hand
def _add_proof(request: HttpRequest, change: StatusChange, now) -> HttpResponse:
    return proofs.add(request, change.case, PROOFS)


@require_POST
@in_hand
def remove_proof(request: HttpRequest, change: StatusChange, now, key) -> HttpResponse:
    """Take a proof out again."""
    return proofs.remove(request, change.case, key, PROOFS)
