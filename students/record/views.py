"""The record of a pupil: all blocks to read and print, one block at a time to change (R6.1, R7.1)."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from orgs.people.requests import SignedInRequest
from students.pupil.access import visible_pupil
from students.pupil.models import Student
from students.record import changes as record_changes
from students.record import fields as record_fields
from students.record import pages as record_pages
from students.record import values as record_values
from students.record.fields import BLOCKS, EDITABLE, KEY_SENTENCE
from students.record.forms import BlockForm
from web import clock
from web.redirects import see_other
from web.refusals import Refused
from web.words import zh


@never_cache
@require_safe
def show_record(request: SignedInRequest, key) -> HttpResponse:
    """Every item of the record, numbers masked, with its history."""
    student, day = visible_pupil(request, key)
    return record_page(request, student, day)


def record_page(request: SignedInRequest, student: Student, day, refused=None, status=200) -> HttpResponse:
    """The page, with the refusal of the last act if there was one."""
    record = record_values.record_of(student)
    shown = {
        "student": student,
        "blocks": record_pages.block_rows(
            record, day, record_changes.refusal(student, request.user, day) is None
        ),
        "told": record_pages.told_of(record, day),
        "history": record_pages.history_rows(student),
        "key_sentence": KEY_SENTENCE,
        "printed": clock.moment(clock.now()),
        "refused": refused,
    }
    return render(request, "students/record_detail.html", shown, status=status)


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit_block(request: SignedInRequest, key, block: str) -> HttpResponse:
    """One block of the record in the hands of the school's registrar."""
    student, day = visible_pupil(request, key)
    if not any(item.key in EDITABLE for item in record_fields.of_block(block)):
        raise Http404
    refused = record_changes.refusal(student, request.user, day)
    if refused is not None:
        told = {"sentence": refused.sentence, "clause": refused.clause}
        return record_page(request, student, day, told, status=403)
    record, codes = record_values.record_of(student), record_values.code_names()
    form = BlockForm(block, record, codes, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        return changed(request, student, day, block, form)
    return block_page(request, student, block, form)


def changed(request: SignedInRequest, student: Student, day, block: str, form: BlockForm) -> HttpResponse:
    """Write the block, or show what is wrong with it."""
    if not form.is_valid():
        return block_page(request, student, block, form, status=422)
    try:
        keys = record_changes.change(
            student, request.user, form.typed(), revision=form.cleaned_data["revision"]
        )
    except record_changes.ItemsRefused as error:
        form.tell(error.errors, record_pages.name_of)
        return block_page(request, student, block, form, status=422)
    except Refused as error:
        refused = {"sentence": error.sentence, "clause": error.clause}
        return block_page(request, student, block, form, refused, status=409)
    messages.success(
        request, zh("已更新 {count} 项，并记入变更记录。", count=len(keys)) if keys else zh("没有改动。")
    )
    return see_other(reverse("student-record", args=[student.key]) + f"#{block}")


def block_page(request, student, block, form, refused=None, status=200) -> HttpResponse:
    """The form of a block."""
    shown = {
        "student": student,
        "form": form,
        "title": BLOCKS[block],
        "key_sentence": KEY_SENTENCE if block == "basic" else "",
        "refused": refused,
    }
    return render(request, "students/record_edit.html", shown, status=status)
