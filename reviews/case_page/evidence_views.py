"""A proof, as kept: only to those who may see its case, only when it fits its digest, never stored on the way."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from orgs.people.requests import SignedInRequest
from reviews.case_page.page import visible
from reviews.engine.models import Attachment
from reviews.evidence import proofs as evidence
from web import clock
from web.refusals import Refused
from web.served import inert

# What the database allows for a proof; nothing is ever served as anything else.
_TYPES = {"image/jpeg": "jpg", "image/png": "png"}


@cache_control(private=True, no_store=True)
@require_safe
def proof(request: SignedInRequest, number: str, key: UUID) -> HttpResponse:
    """The re-encoded picture; what was sent is never stored, so it cannot be served (R0.6)."""
    cases = visible(request.user, number, clock.local_date(clock.now()))
    rows = Attachment.objects.filter(key=key, removed_at__isnull=True, case__in=cases)
    attachment = rows.filter(media_type__in=_TYPES).first()
    if attachment is None:
        raise Http404
    try:
        data = evidence.read(attachment)
    except Refused as refused:
        return render(request, "409.html", {"sentence": refused.sentence}, status=409)
    return picture(attachment, data)


def picture(attachment: Attachment, data: bytes) -> HttpResponse:
    """The answer that carries a proof, for page and API alike: its one type, kept nowhere, unable to run anything."""
    name = f"proof-{attachment.position}.{_TYPES[attachment.media_type]}"
    return inert(data, attachment.media_type, name)
