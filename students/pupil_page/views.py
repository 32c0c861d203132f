"""Roster, pupil page and archived copy (R3.1, R3.2): each row narrowed by who may see it, 404 otherwise."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from ledger import audit
from orgs.people import scope
from orgs.people.models import PostRole, Unit
from orgs.people.requests import SignedInRequest
from orgs.people.seats import seat_at
from students.changes import status
from students.dropouts.marking import live_mark
from students.pupil import arrivals, attendance, records, reveal
from students.pupil.access import visible_pupil
from students.pupil.forms import looks_like_number
from students.pupil.models import Enrolment, Student
from students.roster import listing as roster
from students.roster import typed
from students.roster.forms import RevealForm, RosterForm
from students.year_end import correcting
from web import clock
from web.paging import stretch
from web.redirects import see_other
from web.refusals import Refused
from web.words import zh

FORGOTTEN = zh("查找条件只在本人本次登录内有效，这里列出的是全部；请重新查找。")
NOT_HERE = zh("在你单位（及下属学校）没有找到这个号码对应的学生，请核对后重查。")


# ---------------------------------------------------------------- roster


@never_cache
@require_safe
def list_pupils(request: SignedInRequest) -> HttpResponse:
    """A school's roster; who stands above several schools first chooses one."""
    if typed.forgotten(request):
        messages.warning(request, FORGOTTEN)
    day = clock.local_date(clock.now())
    schools = roster.schools_under(request.user, day).select_related("authority")
    code = request.GET.get("school", "")
    first = list(schools[:2])
    if not code and len(first) != 1:
        return list_schools(request, schools)
    if code:
        school = get_object_or_404(schools, code=code[:12].replace("\x00", ""))
    else:
        school = first[0]
    common = frame(school, request.GET.get("tab", ""), several=len(first) > 1)
    if request.GET.get("tab") == "left":
        return list_left(request, school, day, common)
    return list_present(request, school, day, common)


def list_present(request: SignedInRequest, school: Unit, day, common: dict) -> HttpResponse:
    """Who is on the school's books."""
    counts = roster.grade_counts(school, day)
    form = RosterForm(counts, roster.classes_of(school, day), request.GET, typed.text_of(request))
    wanted = form.wanted()
    pages = Paginator(
        roster.pupils_of(school, wanted, day), roster.MOST_ON_PAPER if wanted.whole else roster.PAGE
    )
    page = pages.get_page(wanted.page)
    near = {school.pk, school.authority_id} & set(scope.own_units(request.user, day))
    shown = {
        **common,
        "today": roster.day_text(day),
        "untaught_url": reverse("untaught") if near else "",
        "form": form,
        "counts": counts,
        "rows": roster.pupil_rows(list(page), school, day),
        "guests": attendance.known.guests(school, day),
        "page": pager(request, page, zh("名")),
        "q": wanted.text,
        "q_key": typed.key_of(request),
        "whole_url": "" if wanted.whole else f"?{kept(request, page=None, whole='1')}",
        "filtered": bool(wanted.text or wanted.grade or wanted.class_id or wanted.status),
    }
    return render(request, "students/student_roster.html", shown)


def list_left(request: SignedInRequest, school: Unit, day, common: dict) -> HttpResponse:
    """Whose archived copy the school keeps."""
    text = typed.text_of(request)
    rows = roster.left_enrolments(school)
    if text:
        rows = rows.filter(archive__name__icontains=text)
    page = Paginator(rows, roster.PAGE).get_page(request.GET.get("page"))
    shown = {
        **common,
        "today": roster.day_text(day),
        "rows": roster.left_rows(list(page)),
        "page": pager(request, page, zh("份")),
        "q": text,
    }
    return render(request, "students/student_left.html", shown)


def list_schools(request: SignedInRequest, schools) -> HttpResponse:
    """The schools under the account, with the number of pupils of each."""
    text = typed.text_of(request)
    if text:
        schools = schools.filter(name__contains=text)
    page = Paginator(schools, roster.PAGE).get_page(request.GET.get("page"))
    shown = {
        "rows": roster.school_rows(list(page), reverse("student-roster"), clock.local_date(clock.now())),
        "page": pager(request, page, zh("所")),
        "q": text,
    }
    return render(request, "students/student_schools.html", shown)


def frame(school: Unit, tab: str, several: bool) -> dict:
    """What roster and list of those who left have in common."""
    url = f"{reverse('student-roster')}?{urlencode({'school': school.code})}"
    return {
        "school": school,
        "back": reverse("student-roster") if several else "",
        "tabs": [
            {"label": zh("在籍学生"), "url": url, "current": tab != "left"},
            {"label": zh("已转出（存档）"), "url": f"{url}&tab=left", "current": tab == "left"},
        ],
    }


@never_cache
@sensitive_post_parameters("q")
@require_POST
def search_pupils(request: SignedInRequest) -> HttpResponse:
    """The search box: an exact number leads straight to the pupil, a name is kept in the session.

    Neither ever stands in an address; the look-up of a number is recorded.
    """
    text, school = request.POST.get("q", ""), request.POST.get("school", "")[:12]
    parts = {"school": school, "tab": "left" if request.POST.get("tab") == "left" else ""}
    back = f"{reverse('student-roster')}?"
    if not looks_like_number(text):
        parts["q"] = typed.keep(request, text)
        return see_other(back + urlencode({name: value for name, value in parts.items() if value}))
    url = page_of_number(text, request.user)
    if url:
        return see_other(url)
    messages.warning(request, NOT_HERE)
    return see_other(back + urlencode({name: value for name, value in parts.items() if value}))


def page_of_number(text: str, account) -> str:
    """The page of the pupil with exactly this number, or of the archived copy the account may see; else nothing."""
    day = clock.local_date(clock.now())
    found = records.ids_by_number(text, day)
    student = Student.objects.visible_to(account, day).filter(pk__in=found).first()
    body = {"student": student.pk} if student else {}
    audit.record(
        "access", audit.actor_of(account), "student.number_search", body, subject=f"search:{account.pk}"
    )
    if student is not None:
        return reverse("student-detail", args=[student.key])
    kept_here = archived_for(account, day).filter(student__in=found).order_by("-id").first()
    return reverse("student-archive", args=[kept_here.pk]) if kept_here else ""


# ---------------------------------------------------------------- one pupil


@never_cache
@require_safe
def show_pupil(request: SignedInRequest, key) -> HttpResponse:
    """The pupil's page, numbers masked."""
    student, day = visible_pupil(request, key)
    return pupil_page(request, student, day)


def pupil_page(request, student: Student, day, form=None, revealed=(), refused=None, status_code=200):
    """The page with whatever the last act has to tell."""
    settle = status.settle_refusal(student, request.user, day)
    above = student.school is not None and bool(
        seat_at(request.user, student.school.authority_id, PostRole.REGISTRAR, day)
    )
    shown = {
        "student": student,
        "facts": roster.pupil_facts(student, day),
        "enrolments": roster.enrolment_rows(student, request.user, day),
        "numbers": roster.number_rows(student),
        "guardians": roster.guardian_rows(student),
        "problems": roster.problem_texts(student),
        "case": roster.running_case(student, request.user, day),
        "elsewhere": attendance.known.notes(student, day),
        "may_change": student.school_id is not None
        and seat_at(request.user, student.school_id, PostRole.REGISTRAR, day) is not None,
        "may_take_back": student.graduated_on is not None and above,
        "may_correct": above and correcting.asks_correction(student),
        "may_return": above and arrivals.of(student) is not None,
        "dropout": live_mark(student),
        "reveal_form": form or RevealForm(),
        "revealed": revealed,
        "settle": student.status in status.KEPT
        and (settle is None or settle.code not in ("no_seat", "not_moved")),
        "settle_refused": settle.sentence if settle else "",
        "refused": refused,
    }
    return render(request, "students/student_detail.html", shown, status=status_code)


@never_cache
@require_POST
def reveal_numbers(request: SignedInRequest, key) -> HttpResponse:
    """The full numbers, once, after the reason is on record."""
    student, day = visible_pupil(request, key)
    form = RevealForm(request.POST)
    if not form.is_valid():
        return pupil_page(request, student, day, form, status_code=422)
    revealed = reveal.numbers_of(student, request.user, form.cleaned_data["purpose"])
    return pupil_page(request, student, day, revealed=revealed)


@never_cache
@require_POST
def settle_pupil(request: SignedInRequest, key) -> HttpResponse:
    """办理到校手续 (R3.2)."""
    student, day = visible_pupil(request, key)
    try:
        status.settle_in(student, request.user)
    except Refused as error:
        refused = {"sentence": error.sentence, "clause": error.clause}
        return pupil_page(request, student, day, refused=refused, status_code=409)
    messages.success(request, zh("已办理到校手续，学籍状态改为在校。"))
    return see_other(reverse("student-detail", args=[student.key]))


# ---------------------------------------------------------------- archived copy


def archived_for(account, day):
    """Archived copies of the account's own schools and of those under its units."""
    return Enrolment.objects.filter(scope.under("school", account, day), archive__isnull=False)


@never_cache
@require_safe
def show_archive(request: SignedInRequest, pk: int) -> HttpResponse:
    """What the record said when the pupil left, to see and to print; only for the school it left and those above."""
    day = clock.local_date(clock.now())
    copies = archived_for(request.user, day).select_related("school__authority")
    enrolment = get_object_or_404(copies, pk=min(pk, 2**63 - 1))
    shown = {
        "enrolment": enrolment,
        "facts": roster.archive_facts(enrolment),
        "guardians": enrolment.archive["guardians"],
        "entered": roster.day_text(clock.local_date(enrolment.period.lower)),
        "left": roster.day_text(clock.local_date(enrolment.period.upper)),
        "printed": clock.moment(clock.now()),
        "roster_url": f"{reverse('student-roster')}?{urlencode({'school': enrolment.school.code})}&tab=left",
    }
    return render(request, "students/student_archive.html", shown)


# ---------------------------------------------------------------- addresses


def kept(request: SignedInRequest, **changes) -> str:
    """The address's own filters with some changed; what a roster does not know is dropped."""
    known = ("school", "tab", "grade", "class_id", "status", "order", "whole", "q", "page")
    parts = {name: request.GET[name][:60] for name in known if request.GET.get(name)}
    parts["q"] = typed.key_of(request)
    parts.update(changes)
    return urlencode({name: value for name, value in parts.items() if value})


def pager(request: SignedInRequest, page, unit: str) -> dict:
    """The line under a list."""
    text = stretch(page, unit)
    return {
        "text": text,
        "previous_url": f"?{kept(request, page=page.number - 1)}" if page.has_previous() else "",
        "next_url": f"?{kept(request, page=page.number + 1)}" if page.has_next() else "",
    }
