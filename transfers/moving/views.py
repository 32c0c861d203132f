"""Pages of a transfer while the receiving school has it in hand: look up, draft, proofs, send (R3.1, R3.1b, R0.6)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from orgs.people.requests import SignedInRequest
from orgs.people.seats import seats_of
from reviews.case_page import proof_views as proofs
from reviews.case_page.form_pages import FormPages, in_hand
from reviews.desk import context as desk
from reviews.engine import seating
from reviews.engine.models import Case
from reviews.faults import announcing as faults
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
from web.refusals import Refusal, Refused
from web.words import zh

NO_MATCH = zh("没有找到号码与姓名都相符的学生，请与家长核对后重填（附件1 三.1）。")
NO_SEAT = Refusal("no_seat", zh("只有转入学校的学籍管理员可以发起转学，你没有这个岗位。"), zh("附件1 三.1"))
LOOK_UP_FIRST = zh("请先用学籍号和姓名核对学生，再建立草稿。")


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


class TransferPages(FormPages):
    """The form of a transfer, of whichever of its three kinds."""

    at = pages.PROOFS
    discarding = "transfer-discard"
    template = "transfers/transfer_edit.html"

    def row_of(self, case: Case) -> Transfer | None:
        """The transfer of the case."""
        return transfer_of(case) if Transfer.objects.filter(case=case).exists() else None

    def form(self, row: Transfer, now, data=None) -> TransferForm:
        """As the record stands; an only class is filled in."""
        day = row.case.ruled_on(clock.local_date(now))
        own_grade = entering_grade(row.student, day)
        form = TransferForm(row.receiving_school, own_grade, day, row.case.kind, data)
        if data is None:
            form.initial = _initial(row, form)
        return form

    def write(self, row: Transfer, by, form: TransferForm, revision: int) -> Case:
        """Write what differs."""
        typed = form.typed()
        if all(getattr(row, name) == value for name, value in typed.items()):
            return row.case
        return drafting.change(row.case, by, revision=revision, **typed)

    def shown(self, request: SignedInRequest, row: Transfer, form, now) -> dict:
        """The pupil, the two schools, and everything that is still missing."""
        return pages.edit_page(row, form, now)

    def after_discarding(self, row: Transfer) -> str:
        """The look-up."""
        return reverse("transfer-new")

    def begin_copy(self, case: Case, by, now) -> Case:
        """With its reason, class and proofs."""
        return drafting.copy_as_new(case, by, now)

    @method_decorator([never_cache, require_safe])
    @in_hand
    def list_checks(self, request: SignedInRequest, row: Transfer, now) -> HttpResponse:
        """The check-list alone, asked again after a proof came or went."""
        shown = pages.folded_list(pages.transfer_checks(row, now))
        return render(request, "reviews/_checklist.html", shown)


def _initial(transfer: Transfer, form: TransferForm) -> dict:
    # A draft may have lain over a promotion: a grade that was not changed is always the present one (R3.5c).
    grade = transfer.grade_to if transfer.grade_reason else form.own_grade
    classes = form.classes_of(grade)
    return {
        "reason": transfer.reason_id,
        "reason_note": transfer.reason_note,
        "grade_to": grade,
        "grade_reason": transfer.grade_reason,
        "school_class": transfer.school_class_id or (classes[0].pk if len(classes) == 1 else None),
    }


TRANSFERS = TransferPages()
