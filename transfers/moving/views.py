"""Pages of a transfer while the receiving school has it in hand: look up, draft, proofs, send (R3.1, R3.1b, R0.6)."""

from datetime import date
from functools import wraps

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orgs.people.models import Unit
from orgs.people.requests import SignedInRequest
from orgs.people.seats import seats_of
from reviews.case_page import proof_views as proofs
from reviews.desk import context as desk
from reviews.engine import door, seating
from reviews.engine.asking import edit_refusal
from reviews.engine.models import Case
from reviews.evidence import uploads
from reviews.faults import announcing as faults
from reviews.vocabulary.states import Outcome, State, Verb
from students.pupil import records
from students.pupil.grades import entering_grade
from students.pupil.identity import IdentityError
from students.pupil.models import Student
from transfers.moving import drafting, pages
from transfers.moving.forms import LookupForm, TransferForm
from transfers.moving.models import Transfer
from transfers.moving.procedures import transfer_of
from web import clock
from web.redirects import see_other
from web.refusals import NO_POST, Refusal, Refused
from web.words import zh

NO_MATCH = zh("没有找到号码与姓名都相符的学生，请与家长核对后重填（附件1 三.1）。")
NO_SEAT = Refusal("no_seat", zh("只有转入学校的学籍管理员可以发起转学，你没有这个岗位。"), zh("附件1 三.1"))
LOOK_UP_FIRST = zh("请先用学籍号和姓名核对学生，再建立草稿。")
# Refusals after which there is nothing left to edit: the case's own page tells more.
_GONE = {"case_closed", "not_in_hand", *NO_POST}


# ---------------------------------------------------------------- look up


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_transfer(request: SignedInRequest, kind: str = "") -> HttpResponse:
    """Number and name; a match leads on, no match says one sentence and nothing more.

    ``kind`` is 毕业后跨省就学, which has its own way in (R3.3); a transfer is in or across provinces by the schools.
    """
    now = clock.now()
    schools = pages.schools_of(request.user, clock.local_date(now))
    if not schools:
        refused = seating.no_seat(request.user, clock.local_date(now), NO_SEAT)
        return proofs.refused_page(request, refused, 403)
    form, status = LookupForm(schools, request.POST if request.method == "POST" else None), 200
    if form.is_bound:
        student, status = look_up(form, request.user, now)
        if student is not None:
            request.session["found_pupil"] = str(student.key)
            return see_other(f"{reverse(pages.WAYS[kind].check)}?school={form.cleaned_data['school']}")
    known = desk.of(request)
    banner = faults.banner(known.faulty, seats_of(request.user, known.today))
    shown = {"form": form, **pages.way_in(kind, schools, now), "fault_banner": banner}
    return render(request, "transfers/transfer_new.html", shown, status=status)


def look_up(form: LookupForm, account, now) -> tuple[Student | None, int]:
    """The pupil, or ``None`` with one sentence on the form and the status that fits it."""
    if not form.is_valid():
        return None, 422
    try:
        typed = form.cleaned_data
        student = records.find(typed["number"], typed["name"], account, now)
    except IdentityError as error:
        form.add_error(None, error.sentence)
        return None, 422
    except records.TooManyMisses as error:
        form.add_error(None, error.sentence)
        return None, 429
    if student is None:
        form.add_error(None, NO_MATCH)
    return student, 422


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check_pupil(request: SignedInRequest, kind: str = "") -> HttpResponse:
    """The pupil just found, as a masked card, with every obstacle in words; POST makes the draft (R3.1b)."""
    now = clock.now()
    schools = pages.schools_of(request.user, clock.local_date(now))
    asked = (request.POST if request.method == "POST" else request.GET).get("school", "")
    school = next((s for s in schools if str(s.pk) == asked), schools[0] if len(schools) == 1 else None)
    found = request.session.get("found_pupil", "")
    if school is None or not found or request.POST.get("pupil", found) != found:
        messages.warning(request, LOOK_UP_FIRST)
        return see_other(reverse(pages.WAYS[kind].new))
    pupils = Student.objects.select_related("school__authority", "school__province", "school_class")
    student = pupils.get(key=found)
    shown = pages.check_page(student, school, now, kind)
    if request.method == "POST" and not shown["stopped"]:
        return begin(request, student, school, now, shown, kind)
    status = 409 if request.method == "POST" else 200
    return render(request, "transfers/transfer_check.html", shown, status=status)


def begin(request: SignedInRequest, student: Student, school, now, shown: dict, kind: str) -> HttpResponse:
    """Make the draft, or say why not."""
    try:
        case = drafting.begin(student, school, request.user, now, kind=kind)
    except Refused as error:
        refused = {"sentence": error.sentence, "clause": error.clause}
        return render(request, "transfers/transfer_check.html", {**shown, "refused": refused}, status=409)
    del request.session["found_pupil"]
    return see_other(reverse("transfer-edit", args=[case.number]))


# ---------------------------------------------------------------- edit and send


def in_hand(view):
    """Give the view the transfer, when the account may change it; 404 across units, else the case's own page."""

    @wraps(view)
    def wrapped(request: SignedInRequest, number: str, *args, **kwargs) -> HttpResponse:
        now = clock.now()
        day = clock.local_date(now)
        visible = Case.objects.visible_to(request.user, day).select_related("receiving_unit", "sending_unit")
        case = get_object_or_404(visible, number=number)
        if not Transfer.objects.filter(case=case).exists():
            raise Http404
        refused = edit_refusal(case, request.user, day)
        if refused is not None:
            return proofs.not_in_hand(request, case, refused, pages.PROOFS)
        transfer = transfer_of(case)
        transfer.case = case
        return view(request, transfer, now, *args, **kwargs)

    return wrapped


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@in_hand
def edit_transfer(request: SignedInRequest, transfer: Transfer, now) -> HttpResponse:
    """The form; POST saves what was typed and, when asked, sends it on to the school's head."""
    if request.method != "POST":
        return edit_page(request, transfer, fresh_form(transfer, now), now)
    form = TransferForm(*_place(transfer, now), request.POST)
    if not form.is_valid():
        return edit_page(request, transfer, form, now, status=422)
    try:
        sent = save(request, transfer, form, now)
    except Refused as error:
        if error.code in _GONE:
            return proofs.not_in_hand(request, transfer.case, error.refusal, pages.PROOFS)
        return edit_page(request, transfer_of(transfer.case), form, now, error.refusal)
    if sent:
        messages.success(request, zh("已送出，等待本校负责人核办。"))
        return see_other(pages.case_url(sent.number))
    messages.success(
        request, zh("草稿已保存，尚未发起。") if transfer.case.state == State.DRAFT else zh("已保存。")
    )
    return see_other(reverse("transfer-edit", args=[transfer.case.number]))


def save(request: SignedInRequest, transfer: Transfer, form: TransferForm, now) -> Case | None:
    """Write what differs from the record; the case when it was sent on as well. Raises Refused.

    A repeated request finds nothing to write and then its own answer at the door, under its key.
    """
    case, typed = transfer.case, form.typed()
    revision = form.cleaned_data["revision"]
    if any(getattr(transfer, name) != value for name, value in typed.items()):
        case = drafting.change(case, request.user, revision=revision, **typed)
        revision = case.revision
    if request.POST.get("action") != "send":
        return None
    verb = pages.sending_verb(case)
    return door.perform(
        case,
        verb,
        request.user,
        opinion=form.cleaned_data["opinion"],
        outcome=Outcome.AGREE if verb == Verb.HANDLE else "",
        revision=revision,
        key=form.cleaned_data["key"],
    )


def fresh_form(transfer: Transfer, now) -> TransferForm:
    """The form as the record stands; an only class is filled in."""
    form = TransferForm(*_place(transfer, now))
    # A draft may have lain over a promotion: a grade that was not changed is always the present one (R3.5c).
    grade = transfer.grade_to if transfer.grade_reason else form.own_grade
    classes = form.classes_of(grade)
    form.initial = {
        "reason": transfer.reason_id,
        "reason_note": transfer.reason_note,
        "grade_to": grade,
        "grade_reason": transfer.grade_reason,
        "school_class": transfer.school_class_id or (classes[0].pk if len(classes) == 1 else None),
    }
    return form


def _place(transfer: Transfer, now) -> tuple[Unit, int, date, str]:
    day = transfer.case.ruled_on(clock.local_date(now))
    return transfer.receiving_school, entering_grade(transfer.student, day), day, transfer.case.kind


def edit_page(
    request: SignedInRequest, transfer: Transfer, form, now, refused: Refusal | None = None, status: int = 200
) -> HttpResponse:
    """The page; the hidden revision and key are always the present ones, what was typed stays."""
    if form.is_bound:
        form.data = form.data.copy()
        form.data["revision"], form.data["key"] = transfer.case.revision, pages.fresh_key()
    else:
        form.initial.update(revision=transfer.case.revision, key=pages.fresh_key())
    shown = pages.edit_page(transfer, request.user, form, now, refused)
    status = 409 if refused is not None else status
    return render(request, "transfers/transfer_edit.html", shown, status=status)


@never_cache
@require_safe
@in_hand
def list_checks(request: SignedInRequest, transfer: Transfer, now) -> HttpResponse:
    """The check-list alone, asked again after a proof came or went."""
    shown = pages.folded_list(pages.transfer_checks(transfer, now))
    return render(request, "reviews/_checklist.html", shown)


@require_POST
@in_hand
def discard_draft(request: SignedInRequest, transfer: Transfer, now) -> HttpResponse:
    """Withdraw a draft; what has been sent is withdrawn on the case's page, with an opinion."""
    case = transfer.case
    if case.state != State.DRAFT:
        refused = Refusal("not_draft", zh("业务已发起，请在业务页面撤销并写明原因。"), zh("附件1 三.1"))
        return proofs.not_in_hand(request, case, refused, pages.PROOFS)
    try:
        door.perform(case, Verb.WITHDRAW, request.user)
    except Refused as error:
        return proofs.not_in_hand(request, case, error.refusal, pages.PROOFS)
    messages.success(request, zh("草稿 {case_number} 已删除。", case_number=case.number))
    return see_other(reverse("transfer-new"))


@require_POST
def copy_as_new(request: SignedInRequest, number: str) -> HttpResponse:
    """A new draft from an ended case, with its reason, class and proofs (R3.1b)."""
    now = clock.now()
    visible = Case.objects.visible_to(request.user, clock.local_date(now)).select_related("receiving_unit")
    case = get_object_or_404(visible, number=number)
    if not Transfer.objects.filter(case=case).exists():
        raise Http404
    try:
        made = drafting.copy_as_new(case, request.user, now)
    except Refused as error:
        return proofs.not_in_hand(request, case, error.refusal, pages.PROOFS)
    messages.success(request, zh("已从 {case_number} 复制，请核对后发起。", case_number=case.number))
    return see_other(reverse("transfer-edit", args=[made.number]))


# ---------------------------------------------------------------- proofs


@csrf_exempt
@require_POST
def add_proof(request: SignedInRequest, number: str) -> HttpResponse:
    """Take in photographs of the reason proof; reading stops at the limit, before the token is looked at."""
    trouble = uploads.receive(request)
    if trouble is not None:
        return proofs.answer(request, number, pages.PROOFS, *trouble)
    return _add_proof(request, number)


@csrf_protect
@in_hand
def _add_proof(request: SignedInRequest, transfer: Transfer, now) -> HttpResponse:
    return proofs.add(request, transfer.case, pages.PROOFS)


@require_POST
@in_hand
def remove_proof(request: SignedInRequest, transfer: Transfer, now, key) -> HttpResponse:
    """Take a proof out again."""
    return proofs.remove(request, transfer.case, key, pages.PROOFS)
