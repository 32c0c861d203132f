"""Taking a photograph in through the API: the same for every kind of case that its school has in hand (R0.6)."""

import hashlib
from collections.abc import Callable
from typing import Any, cast

from django.http import HttpRequest
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ledger.api import Choice, Endpoint, Revision, Strict, once, problem
from orgs.people.calls import SignedInCall
from reviews.engine.api_shapes import ProofOut
from reviews.engine.models import Attachment, Case
from reviews.evidence import proofs as evidence
from reviews.evidence import uploads

_TURNS = [0, 90, 180, 270]


class ProofIn(Strict):
    """One photograph."""

    file = serializers.FileField(
        label="照片", help_text="JPEG 或 PNG，2 MB 以内。", allow_empty_file=True, max_length=None
    )
    rotate = Choice(_TURNS, required=False, default=0, label="顺时针旋转")
    revision = Revision()


class TakesProofs(Endpoint):
    """A resource one of whose acts, called ``proofs``, takes a photograph."""

    takes_forms = ("proofs",)

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """Photographs are read here, no further than their limit, before anything else touches the body."""
        self.trouble = None
        self.settle(request)
        action_name = getattr(self, "action_map", {}).get(cast(str, request.method).lower())
        if action_name in self.takes_forms and request.content_type == "multipart/form-data":
            self.trouble = uploads.receive(request)
        return super().initialize_request(request, *args, **kwargs)

    def taken(self, request: SignedInCall, case: Case) -> Response:
        """Keep the photograph of the request with ``case``, once for one key."""
        if self.trouble is not None:
            refused, status = self.trouble
            return problem(refused.code, refused.sentence, status, refused.clause)
        typed = self.read(ProofIn)

        def act(keep: Callable[[dict], object]) -> dict:
            taken = evidence.take_in(
                case,
                request.user,
                typed["file"],
                rotate=typed["rotate"],
                revision=typed["revision"],
                kept=lambda made: keep({"key": str(made.key)}),
            )
            return {"key": str(taken.key)}

        picture = hashlib.file_digest(typed["file"], "sha256").hexdigest()
        typed["file"].seek(0)
        made, _ = once(request, (picture, typed["rotate"]), act)
        return Response(ProofOut(Attachment.objects.get(case=case, key=made["key"])).data, status=201)
