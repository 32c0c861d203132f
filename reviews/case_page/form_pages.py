"""The pages of a form while the beginner has its case in hand: write, send on, proofs, discard. What a kind asks for,
and what its page shows, its own floor says; everything else is the same for all kinds (R0.6)."""

import secrets
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from orgs.people.models import Account
from orgs.people.requests import SignedInRequest
from reviews.case_page import proof_views as proofs
from reviews.engine import book as rulebook
from reviews.engine import door, procedures
from reviews.engine.asking import edit_refusal
from reviews.engine.models import Case
from reviews.evidence import uploads
from reviews.vocabulary.refusals import refusal_context
from reviews.vocabulary.states import FIRST_STAGES, Outcome, State, Verb
from web import clock
from web.redirects import see_other
from web.refusals import NO_POST, Refusal, Refused
from web.words import zh

# Refusals after which there is nothing left to edit: the case's own page tells more.
GONE = {"case_closed", "not_in_hand", *NO_POST}
_SEND = {
    State.DRAFT: zh("发起"),
    State.CORRECTION: zh("补正完成"),
    **dict.fromkeys(FIRST_STAGES, zh("重新办理")),
}


def in_hand(view: Callable) -> Callable:
    """Give the view the row of the case, when the account may change it; 404 across units, else the case's own page."""

    @wraps(view)
    def wrapped(
        self: "FormPages", request: SignedInRequest, number: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        now = clock.now()
        day = clock.local_date(now)
        visible = Case.objects.visible_to(request.user, day).select_related("receiving_unit", "sending_unit")
        case = get_object_or_404(visible, number=number)
        row = self.row_of(case)
        if row is None:
            raise Http404
        refused = edit_refusal(case, request.user, day)
        if refused is not None:
            return proofs.not_in_hand(request, case, refused, self.at)
        row.case = case
        return view(self, request, row, now, *args, **kwargs)

    return wrapped


class FormPages:
    """One kind of form. A floor above says where it stands (``at``, ``discarding``), what it looks like (``template``)
    and the four things below; its methods are the views."""

    at: proofs.Addresses
    discarding: str
    template: str
    head = zh("本校负责人")

    def row_of(self, case: Case) -> Any:
        """What the case is about, or ``None`` when it is of another kind."""
        raise NotImplementedError

    def form(self, row: Any, now: datetime, data: QueryDict | None = None) -> Any:
        """The form; without data as the row stands. It bears ``revision``, ``key`` and ``opinion``."""
        raise NotImplementedError

    def write(self, row: Any, by: Account, form: Any, revision: int) -> Case:
        """Write what differs; the case as it then stands. Raises Refused."""
        raise NotImplementedError

    def shown(self, request: SignedInRequest, row: Any, form: Any, now: datetime) -> dict:
        """What the page shows beside what all pages show."""
        raise NotImplementedError

    def after_discarding(self, row: Any) -> str:
        """Where one goes when the draft is gone."""
        raise NotImplementedError

    @method_decorator([never_cache, require_http_methods(["GET", "HEAD", "POST"])])
    @in_hand
    def edit(self, request: SignedInRequest, row: Any, now: datetime) -> HttpResponse:
        """The form; POST saves what was typed and, when asked, sends it on to the unit's head."""
        if request.method != "POST":
            return self.page(request, row, self.form(row, now), now)
        form = self.form(row, now, request.POST)
        if not form.is_valid():
            return self.page(request, row, form, now, status=422)
        try:
            sent = self._save(request, row, form)
        except Refused as error:
            if error.code in GONE:
                return proofs.not_in_hand(request, row.case, error.refusal, self.at)
            case = Case.objects.select_related("receiving_unit", "sending_unit").get(pk=row.case_id)
            again = self.row_of(case)
            again.case = case
            return self.page(request, again, form, now, error.refusal)
        if sent:
            messages.success(request, zh("已送出，等待{head}核办。", head=self.head))
            return see_other(reverse("case", args=[sent.number]))
        messages.success(
            request, zh("草稿已保存，尚未发起。") if row.case.state == State.DRAFT else zh("已保存。")
        )
        return see_other(reverse(self.at.edit, args=[row.case.number]))

    def _save(self, request: SignedInRequest, row: Any, form: Any) -> Case | None:
        """The case when it was sent on as well.

        A repeated request finds nothing to write and then its own answer at the door, under its key.
        """
        case = self.write(row, request.user, form, form.cleaned_data["revision"])
        revision = form.cleaned_data["revision"] if case is row.case else case.revision
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

    def page(
        self,
        request: SignedInRequest,
        row: Any,
        form: Any,
        now: datetime,
        refused: Refusal | None = None,
        status: int = 200,
    ) -> HttpResponse:
        """The page; the hidden revision and key are always the present ones, what was typed stays."""
        case, fresh = row.case, secrets.token_urlsafe(18)
        if form.is_bound:
            form.data = form.data.copy()
            form.data["revision"], form.data["key"] = case.revision, fresh
        else:
            form.initial.update(revision=case.revision, key=fresh)
        shown = {
            "case": {
                "number": case.number,
                "headline": case.headline,
                "is_draft": case.state == State.DRAFT,
                "state": State(case.state).label,
            },
            "title": procedures.of(case).name,
            "fewest": procedures.of(case).fewest_proofs,
            "discard_url": reverse(self.discarding, args=[case.number]),
            "form": form,
            "upload": proofs.upload_of(case, now, self.at),
            "send_label": zh("{part}，送{head}核办", part=_SEND[case.state], head=self.head),
            "phrases": [{"text": t} for t in rulebook.phrases_for(request.user, {case.receiving_unit_id})],
            "asked": proofs.asking_of(case, rulebook.current()),
            "refused": refusal_context(refused),
            **self.shown(request, row, form, now),
        }
        return render(request, self.template, shown, status=409 if refused else status)

    @method_decorator(require_POST)
    @in_hand
    def discard(self, request: SignedInRequest, row: Any, now: datetime) -> HttpResponse:
        """Withdraw a draft; what has been sent is withdrawn on the case's page, with an opinion."""
        case = row.case
        if case.state != State.DRAFT:
            refused = Refusal("not_draft", zh("业务已发起，请在业务页面撤销并写明原因。"), zh("附件1 三.1"))
            return proofs.not_in_hand(request, case, refused, self.at)
        try:
            door.perform(case, Verb.WITHDRAW, request.user)
        except Refused as error:
            return proofs.not_in_hand(request, case, error.refusal, self.at)
        messages.success(request, zh("草稿 {case_number} 已删除。", case_number=case.number))
        return see_other(self.after_discarding(row))

    @method_decorator([csrf_exempt, require_POST])
    def add_proof(self, request: SignedInRequest, number: str) -> HttpResponse:
        """Take in photographs; reading stops at the limit, before the token is looked at."""
        trouble = uploads.receive(request)
        if trouble is not None:
            return proofs.answer(request, number, self.at, *trouble)
        return self._add_proof(request, number)

    @method_decorator(csrf_protect)
    @in_hand
    def _add_proof(self, request: SignedInRequest, row: Any, now: datetime) -> HttpResponse:
        return proofs.add(request, row.case, self.at)

    @method_decorator(require_POST)
    @in_hand
    def remove_proof(self, request: SignedInRequest, row: Any, now: datetime, key: UUID) -> HttpResponse:
        """Take a proof out again."""
        return proofs.remove(request, row.case, key, self.at)

    def begin_copy(self, case: Case, by: Account, now: datetime) -> Case:
        """A new draft from an ended case. Raises Refused."""
        raise NotImplementedError

    @method_decorator(require_POST)
    def copy(self, request: SignedInRequest, number: str) -> HttpResponse:
        """A new draft from an ended case, with all it said and its proofs (R3.1b)."""
        now = clock.now()
        visible = Case.objects.visible_to(request.user, clock.local_date(now)).select_related(
            "receiving_unit"
        )
        case = get_object_or_404(visible, number=number)
        if self.row_of(case) is None:
            raise Http404
        try:
            made = self.begin_copy(case, request.user, now)
        except Refused as error:
            return proofs.not_in_hand(request, case, error.refusal, self.at)
        messages.success(request, zh("已从 {case_number} 复制，请核对后发起。", case_number=case.number))
        return see_other(reverse(self.at.edit, args=[made.number]))
