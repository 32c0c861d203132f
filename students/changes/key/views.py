"""Pages of 关键信息变更: begin at the pupil's, the form while the school has it in hand, its proofs (R1.6)."""

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
from students.changes.key import drafting as key_drafting
from students.changes.key import procedure as key_procedure
from students.changes.key import rules as key_rules
from students.changes.key.forms import KeyForm, initial_of
from students.changes.key.models import KeyInformationChange
from students.pupil import identity, records
from students.pupil.access import visible_pupil
from web import clock
from web.redirects import see_other
from web.refusals import Refusal, Refused
from web.words import zh

CLAUSE_SHOWN = {
    "text": zh(
        "学生姓名、身份证号等关键信息变更时，由学校上传证明材料照片，县级学籍管理部门核办后，重新进行学籍查重和身份信息比对。"
    ),
    "note": zh("查重或比对没有通过的，业务退回学校并写明原因，补正后直接送回核办单位。"),
    "source": zh("教基一厅〔2016〕2号 附件1 第一条第3款"),
    "url": url_of(key_rules.CLAUSE),
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_key_change(request: SignedInRequest, key) -> HttpResponse:
    """What will happen, and whatever stands in the way; POST makes the draft."""
    student, day = visible_pupil(request, key)
    now = clock.now()
    absent = Refusal("no_seat", key_drafting.NO_SEAT, key_rules.CLAUSE)
    if found := seating.seat_refusal(request.user, student.school_id, PostRole.REGISTRAR, day, absent):
        return proofs.refused_page(request, found, 403)
    refused, status = None, 200
    if request.method == "POST":
        try:
            case = key_drafting.begin(student, request.user, now)
            return see_other(reverse("key-change-edit", args=[case.number]))
        except Refused as error:
            refused, status = error.refusal, 409
    known = key_rules.facts_before(student, now)
    shown = {
        "student": student,
        "checklist": key_procedure.lines_without_register(key_rules.BEFORE, known),
        "refused": refusal_context(refused),
        "clause": CLAUSE_SHOWN,
    }
    return render(request, "students/key_change_new.html", shown, status=status)


class KeyPages(FormPages):
    """The form of a change of key information."""

    at = proofs.Addresses("key-change-edit", "key-change-proofs", "key-change-proof-remove")
    discarding = "key-change-discard"
    template = "students/key_change_edit.html"

    def row_of(self, case: Case) -> KeyInformationChange | None:
        """The row of the case."""
        return key_procedure.row_of(case) if case.kind == key_rules.KIND else None

    def form(self, row: KeyInformationChange, now, data=None) -> KeyForm:
        """All items, as they stand or are to be."""
        return KeyForm(row, data) if data is not None else KeyForm(row, initial=initial_of(row))

    def write(self, row: KeyInformationChange, by, form: KeyForm, revision: int) -> Case:
        """Write what differs."""
        typed = form.typed()
        plain = {name: value for name, value in typed.items() if name != "id_number"}
        same = all(getattr(row, name) == value for name, value in plain.items())
        if same and typed["id_number"] == form.typed_before:
            return row.case
        return key_drafting.change(row.case, by, revision=revision, **typed)

    def shown(self, request: SignedInRequest, row: KeyInformationChange, form, now) -> dict:
        """The pupil as it stands, and what rules and checks find in what was kept."""
        known = key_rules.facts_of(row, row.case, row.student, now)
        student = row.student
        return {
            "facts": [
                (zh("姓名"), student.name),
                (zh("性别"), student.get_sex_display()),
                (zh("出生日期"), clock.spoken(student.birth_date)),
                (zh("身份证号"), identity.mask_number(known.old_number) or zh("（无）")),
                (
                    zh("学段和级"),
                    zh("{phase}　{cohort}级", phase=student.get_phase_display(), cohort=student.cohort),
                ),
                (zh("学籍号"), identity.mask_number(records.current_number(student))),
                (zh("学校"), row.case.receiving_name),
            ],
            "checklist": key_procedure.lines_of(known, submitted=False),
            "clause": CLAUSE_SHOWN,
            "conflict": row.conflict,
        }

    def after_discarding(self, row: KeyInformationChange) -> str:
        """The pupil's page."""
        return reverse("student-detail", args=[row.student.key])

    def begin_copy(self, case: Case, by, now) -> Case:
        """With all it said and its proofs."""
        return key_drafting.copy_as_new(case, by, now)


KEY_CHANGES = KeyPages()
