"""Taking proofs in while a school has its case in hand: the same for every kind, only the addresses differ (R0.6)."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date

from orgs.people.requests import SignedInRequest
from reviews.engine import book as rulebook
from reviews.engine import procedures
from reviews.engine.book import Rulebook
from reviews.engine.models import Attachment, Case
from reviews.evidence import proofs as evidence
from reviews.vocabulary.states import State
from web import clock
from web.clock import brief, local_date, spoken
from web.redirects import see_other
from web.refusals import Refusal, Refused
from web.words import zh

_STATUS = {
    "proof_large": 413,
    "proof_format": 415,
    "proof_unreadable": 422,
    "proof_pixels": 422,
    "proof_missing": 400,
}


@dataclass(frozen=True)
class Addresses:
    """Names of the addresses of a kind's form: where it stands, where a proof is added and taken out."""

    edit: str
    add: str
    remove: str


def upload_of(case: Case, now: datetime, at: Addresses) -> dict:
    """The proofs already taken in, and room for more (R0.6)."""
    most = evidence.most_proofs(rulebook.current(), case, local_date(now))
    rows = Attachment.objects.filter(case=case, removed_at__isnull=True)
    items = [
        {
            "url": reverse("case-evidence", args=[case.number, row.key]),
            "thumb": reverse("case-evidence", args=[case.number, row.key]),
            "label": zh("证明 {number}", number=number),
            "size": _size(row.size),
            "taken": brief(row.uploaded_at),
            "digest_short": row.sha256[:8],
            "remove_url": reverse(at.remove, args=[case.number, row.key]),
        }
        for number, row in enumerate(rows, 1)
    ]
    return {
        "url": reverse(at.add, args=[case.number]),
        "field": "file",
        "limit": most,
        "room": max(0, most - len(items)),
        "items": items,
        "next": "",
        "name": procedures.of(case).proof_name,
        "none": procedures.of(case).no_proof,
        "revision": case.revision,
    }


def _size(number: int) -> str:
    return f"{number / 1048576:.1f} MB" if number >= 1048576 else f"{max(1, number // 1024)} KB"


def add(request: SignedInRequest, case: Case, at: Addresses) -> HttpResponse:
    """Take the photographs of the request in; the answer that fits."""
    try:
        revision = whole(request.POST.get("revision"))
        uploads: list[UploadedFile | None] = [*request.FILES.getlist("file")]
        for upload in uploads or [None]:
            rotate = whole(request.POST.get("rotate")) or 0
            evidence.take_in(case, request.user, upload, rotate=rotate, revision=revision)
            revision = None if revision is None else revision + 1
    except Refused as error:
        return answer(request, case.number, at, error.refusal, _STATUS.get(error.code, 409))
    return answer(request, case.number, at)


def remove(request: SignedInRequest, case: Case, key: UUID, at: Addresses) -> HttpResponse:
    """Take a proof out again."""
    try:
        evidence.remove(case, request.user, key, revision=whole(request.POST.get("revision")))
    except Refused as error:
        return answer(request, case.number, at, error.refusal, 409)
    return answer(request, case.number, at)


def answer(
    request: SignedInRequest, number: str, at: Addresses, refused: Refusal | None = None, status: int = 200
) -> HttpResponse:
    """To the script the list of proofs or a sentence as JSON; to a plain form the page, with the sentence on it."""
    script = request.headers.get("x-requested-with") == "XMLHttpRequest"
    if refused is not None and script:
        told = {"code": refused.code, "sentence": refused.sentence, "clause": refused.clause}
        return JsonResponse(told, status=status, json_dumps_params={"ensure_ascii": False})
    if script:
        case = Case.objects.select_related("receiving_unit").get(number=number)
        return render(request, "reviews/_proofs.html", {"upload": upload_of(case, clock.now(), at)})
    if refused is not None:
        messages.error(request, refused.sentence)
    return see_other(reverse(at.edit, args=[number]))


def not_in_hand(request: SignedInRequest, case: Case, refused: Refusal, at: Addresses) -> HttpResponse:
    """The case is not (any more) this account's to change: the sentence, on the page where the case stands."""
    if request.headers.get("x-requested-with") == "XMLHttpRequest":
        return answer(request, case.number, at, refused, 409)
    if case.state == State.DRAFT:
        return refused_page(request, refused, 403)
    messages.warning(request, refused.sentence)
    return see_other(reverse("case", args=[case.number]))


def asking_of(case: Case, book: Rulebook) -> dict | None:
    """Who sent the case back for correction, why, and until when."""
    step = case.steps.filter(closed_at__isnull=True).select_related("asked_by__unit").first()
    before = step.asked_by if step else None
    if step is None or before is None:
        return None
    return {
        "unit": before.unit.name,
        "reason": book.reason_text(before.reason, case),
        "opinion": before.sign_opinion,
        "due": spoken(step.due_on),
    }


def refused_page(request: SignedInRequest, refused: Refusal, status: int) -> HttpResponse:
    """A page that says why not."""
    shown = {"sentence": refused.sentence, "clause": refused.clause}
    return render(request, "403.html" if status == 403 else "409.html", shown, status=status)


def day_of(text: str | None) -> date | None:
    """A day out of a form (2026-11-23), or ``None``."""
    try:
        return parse_date((text or "").strip()[:20])
    except ValueError:
        return None


def whole(text: str | None) -> int | None:
    """A small whole number out of a form, or ``None``."""
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 9 else None
