"""Pages of a 学籍异动: which kinds a pupil may have, the form while the school has it in hand, its proofs (R5.1–R5.3)."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from orgs.people.models import PostRole
from orgs.people.requests import SignedInRequest
from reviews.case_page import proof_views as proofs
from reviews.case_page.form_pages import FormPages
from reviews.engine import seating
from reviews.engine.models import Case
from reviews.vocabulary.clauses import url_of
from reviews.vocabulary.refusals import refusal_context
from students.changes import drafting as change_drafting
from students.changes import page as change_page
from students.changes import rules as change_rules
from students.changes.forms import ChangeForm, initial_of
from students.changes.kinds import BY_KIND, KINDS
from students.changes.models import StatusChange
from students.changes.procedures import change_of
from students.pupil.access import visible_pupil
from web import clock
from web.redirects import see_other
from web.refusals import Refusal, Refused
from web.words import zh

# ---------------------------------------------------------------- begin


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_change(request: SignedInRequest, key) -> HttpResponse:
    """Every kind, those that the pupil may have first, the others with the sentence why not; POST begins one."""
    student, day = visible_pupil(request, key)
    now, school = clock.now(), student.school
    absent = Refusal("no_seat", change_drafting.NO_SEAT, change_rules.STATUS_CLAUSE)
    if found := seating.seat_refusal(request.user, student.school_id, PostRole.REGISTRAR, day, absent):
        return proofs.refused_page(request, found, 403)
    refused, status = None, 200
    if request.method == "POST":
        kind = BY_KIND.get(request.POST.get("kind", ""))
        try:
            if kind is None:
                raise Refused(Refusal("kind", zh("请选择要办理的异动。"), change_rules.STATUS_CLAUSE))
            case = change_drafting.begin(student, kind, request.user, now)
            return see_other(reverse("change-edit", args=[case.number]))
        except Refused as error:
            refused, status = error.refusal, 409
    shown = {"student": student, "kinds": kinds_of(student, school, now), "refused": refusal_context(refused)}
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


class ChangePages(FormPages):
    """The form of a change, of whatever kind."""

    at = proofs.Addresses("change-edit", "change-proofs", "change-proof-remove")
    discarding = "change-discard"
    template = "students/change_edit.html"

    def row_of(self, case: Case) -> StatusChange | None:
        """The change of the case."""
        return change_of(case) if StatusChange.objects.filter(case=case).exists() else None

    def form(self, row: StatusChange, now, data=None) -> ChangeForm:
        """Only what the kind asks for."""
        known = change_rules.facts_of(row, row.case, row.student, now)
        return ChangeForm(known, data) if data is not None else ChangeForm(known, initial=initial_of(row))

    def write(self, row: StatusChange, by, form: ChangeForm, revision: int) -> Case:
        """Write what differs."""
        typed = form.typed()
        if not differs(row, typed):
            return row.case
        return change_drafting.change(row.case, by, revision=revision, **typed)

    def shown(self, request: SignedInRequest, row: StatusChange, form, now) -> dict:
        """The kind, the pupil, what the rules find in what was kept."""
        known, what = change_rules.facts_of(row, row.case, row.student, now), BY_KIND[row.case.kind]
        return {
            "what": what,
            "facts": change_page.pupil_facts(row.case, row, clock.local_date(now)),
            "checklist": change_page.lines(change_rules.OFFERED, known)
            + change_page.lines(change_rules.TYPED, known),
            "clause": {"text": what.hint, "note": "", "source": what.clause, "url": url_of(what.clause)},
            "policy": known.policy,
        }

    def after_discarding(self, row: StatusChange) -> str:
        """The pupil's page."""
        return reverse("student-detail", args=[row.student.key])

    def begin_copy(self, case: Case, by, now) -> Case:
        """With all it said and its proofs."""
        return change_drafting.copy_as_new(case, by, now)


def differs(change: StatusChange, typed: dict) -> bool:
    """Whether what was typed is not what stands already."""
    were = [(c.on, c.way, c.result) for c in change.contacts.all()]
    now = sorted((c.on, c.way, c.result) for c in typed["contacts"])
    plain = {name: value for name, value in typed.items() if name != "contacts"}
    return sorted(were) != now or any(getattr(change, name) != value for name, value in plain.items())


CHANGES = ChangePages()
