"""The case page: everything that is read for it, in few statements, and its context of ready strings.

The look of the page, and every name in the context, is told on top of ``templates/reviews/case_detail.html``.
"""

import secrets
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import cast
from urllib.parse import urlencode

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.urls import reverse

from orgs.people.models import Account, Post, PostRole, Unit
from orgs.people.seats import Seat, in_force, seat_at
from reviews.appeals import pages as appeal_pages
from reviews.case_page import file_panel
from reviews.case_page import history as case_history
from reviews.case_page import panel as case_panel
from reviews.case_page.forms import RevealForm
from reviews.desk.context import Desk
from reviews.engine import one_unit, procedures
from reviews.engine.asking import turn_refusal
from reviews.engine.models import Act, Attachment, Case, CaseQuerySet, Step
from reviews.engine.procedures import CasePage, Procedure
from reviews.refusal_rules import wall_marks
from reviews.vocabulary.clauses import url_of
from reviews.vocabulary.refusals import refusal_context
from reviews.vocabulary.states import Awaiting, State
from reviews.worklist import tabs as worklist
from reviews.worklist.tabs import Place
from web.clock import local_date, moment, spoken
from web.refusals import Refusal
from web.words import zh

# A tab is walked through up to this many cases.
_WALKED = 500
_ROLES: dict[str, str] = {Awaiting.HANDLE: PostRole.REGISTRAR, Awaiting.SIGN: PostRole.HEAD}


@dataclass
class Typed:
    """What was typed and refused: it stays on the page. ``verb`` says in which part."""

    verb: str = ""
    opinion: str = ""
    facts: str = ""
    outcome: str = ""
    reason: str = ""
    on: str = ""
    about: str = ""
    refusal: Refusal | None = None
    explanation: str = ""


@dataclass
class Sight:
    """A case as an account sees it at the desk: all that was read."""

    case: Case
    account: Account
    desk: Desk
    tab: str
    steps: list[Step]
    acts: list[Act]
    typed: Typed = field(default_factory=Typed)
    full: bool = False

    @cached_property
    def step(self) -> Step | None:
        """The open step."""
        return next((step for step in self.steps if step.closed_at is None), None)

    @property
    def turn(self) -> Step:
        """The open step, where it is known that there is one."""
        return cast(Step, self.step)

    @property
    def torn(self) -> bool:
        """Whether the case ended after it was read and before its steps were."""
        return self.case.is_live and self.case.state != State.DRAFT and self.step is None

    @cached_property
    def units(self) -> dict[int, Unit]:
        """The units of the route by id; leagues and provinces are read only where they have a stage."""
        case, procedure = self.case, procedures.of(self.case)
        sides = (case.receiving_unit, case.sending_unit)
        found = {unit.pk: unit for side in sides for unit in (side, side.authority) if unit is not None}
        asked = {procedure.unit_of(case, stage) for stage in case.stages} - {None}
        return found | (Unit.objects.in_bulk(asked - found.keys()) if asked - found.keys() else {})

    @cached_property
    def seat(self) -> Seat | None:
        """The seat from which the account decides the act that is outstanding, if it has it."""
        role = _ROLES.get(self.case.awaiting)
        return seat_at(self.account, self.case.holder_id, role, self.desk.today) if role else None

    @cached_property
    def walk(self) -> list[str]:
        """The numbers of the tab's cases in its order; empty without a tab."""
        return getattr(self.case, "walk", None) or []

    @property
    def next_number(self) -> str:
        """The case that comes after this one in its tab; after the last one, the first that was passed over."""
        numbers = self.walk
        at = numbers.index(self.case.number) if self.case.number in numbers else -1
        return next(iter(numbers[at + 1 :] + numbers[: max(at, 0)]), "")

    def turn_refusal(self, verb: str) -> Refusal | None:
        """Why it is not the account's turn for ``verb``: transition and seat only."""
        return turn_refusal(
            self.case, verb, self.account, now=self.desk.now, step=self.step, book=self.desk.book
        )

    @cached_property
    def told(self) -> CasePage:
        """What the kind of case says of its subject."""
        case, desk = self.case, self.desk
        procedure = procedures.of(case)
        proofs = len(case.proof_rows)
        return procedure.page(case, self.account, desk.now, desk.book, proofs=proofs, full=self.full)

    def unit_of(self, stage: str) -> Unit | None:
        """Whose turn a stage is."""
        return self.units.get(procedures.of(self.case).unit_of(self.case, stage) or 0)

    def url(self, name: str, *args: object) -> str:
        """An address of this case that keeps the tab."""
        return reverse(name, args=[self.case.number, *args]) + (f"?tab={self.tab}" if self.tab else "")

    def key(self) -> str:
        """An idempotency key for one showing of a form."""
        return secrets.token_urlsafe(18)


# ---------------------------------------------------------------- reading


def visible(account: Account, number: str, day: date) -> CaseQuerySet:
    """The case with this number as far as the account may see it: of another unit's cases nothing, not even that
    they exist."""
    return Case.objects.visible_to(account, day).filter(number=number)


def look(account: Account, number: str, desk: Desk, tab: str = "") -> Sight | None:
    """Read a case for its page, in three statements; ``None`` when the account may not see it.

    A case that ended between the first statement and the second is read once more: it ends but once.
    """
    found = _look(account, number, desk, tab)
    return _look(account, number, desk, tab) if found is not None and found.torn else found


def _look(account: Account, number: str, desk: Desk, tab: str) -> Sight | None:
    place = Place.of(account, desk.today)
    if tab not in place.tabs():
        tab = ""
    rows = visible(account, number, desk.today).select_related(
        "receiving_unit__authority", "sending_unit__authority", "holder"
    )
    extras: dict[str, Subquery] = {
        "proof_rows": ArraySubquery(_proofs()),
        "people": ArraySubquery(_people(desk.today)),
        "mark_rows": ArraySubquery(wall_marks.of_case()),
        "appeal_rows": ArraySubquery(appeal_pages.on_case(account, desk.today)),
    }
    seen = Case.objects.visible_to(account, desk.today).order_by("id").values("number")
    extras["origin"] = Subquery(seen.filter(pk=OuterRef("copied_from"))[:1])
    extras["successors"] = ArraySubquery(seen.filter(copied_from=OuterRef("pk")))
    if tab:
        walked = worklist.ordered(worklist.cases_in(tab, place, desk), tab, account)
        extras["walk"] = ArraySubquery(walked.values("number")[:_WALKED])
    case = rows.annotate(**extras).first()
    if case is None:
        return None
    steps = Step.objects.filter(case=case).select_related("unit", "first_opened_by__person")
    acts = Act.objects.filter(case=case).order_by("id")
    sight = Sight(case, account, desk, tab, list(steps.order_by("seq")), list(acts))
    one_unit.keep(sight.steps)
    return sight


def _proofs() -> QuerySet:
    rows = Attachment.objects.filter(case=OuterRef("pk"), removed_at__isnull=True)
    fields = {name: name for name in ("key", "sha256", "uploaded_at", "width", "height")}
    return rows.order_by("position", "id").values(json=JSONObject(**fields))


def _people(day: date) -> QuerySet:
    """Registrars and heads in post at the unit that holds the case."""
    rows = Post.objects.filter(
        in_force(day), unit=OuterRef("holder"), role__in=_ROLES.values(), account__is_active=True
    )
    return rows.order_by("role", "pk").values(json=JSONObject(name="person__name", role="role"))


# ---------------------------------------------------------------- the context


def context(sight: Sight) -> dict:
    """The context of ``reviews/case_detail.html``."""
    case = sight.case
    procedure, told = procedures.of(case), sight.told
    decision = case_panel.decision(sight)
    refused = refusal_context(sight.typed.refusal)
    beside = case_panel.verbs(sight, told.copy_url)
    filing = file_panel.panel(sight, refused)
    in_file = filing is not None and sight.typed.verb in file_panel.VERBS
    in_verbs = sight.typed.verb in case_panel.BESIDE and bool(beside)
    in_panel = decision is not None and sight.typed.verb in case_panel.DECIDING
    checks = case_panel.checks(sight)
    in_message = any(check.get("message", {}).get("open") for check in checks)
    return {
        "case": {
            "number": case.number,
            "headline": case.headline,
            "kind_text": procedure.name,
            "revision": case.revision,
            "revision_url": reverse("case-revision", args=[case.number]) if case.is_live else "",
        },
        "back": back(sight),
        "lineage": _lineage(case),
        "due": case_history.due(sight),
        "print_url": reverse("case-print", args=[case.number]) if case.state != State.DRAFT else "",
        "stages": case_history.strip(sight),
        "ball": case_history.ball(sight),
        "clause": _clause(procedure) if case.is_live else None,
        "pupil": {
            "title": zh("学生与学校"),
            "facts": told.facts,
            "reveal": None if sight.full else _reveal(sight),
            "revealed": sight.full,
        },
        "proofs": _proof_panel(sight),
        "checklist": checks,
        "decision": decision,
        "file": filing,
        "refused": None if in_verbs or in_file else refused,
        "verbs_refused": refused if in_verbs else None,
        "kept_text": "" if in_panel or in_verbs or in_message else sight.typed.opinion,
        "notes": told.notes + case_panel.notes(sight),
        "appeals": appeal_pages.panel(sight),
        "verbs": beside,
        "links": told.links,
        "log": case_history.log(sight),
        "expiry": case_history.expiry(sight),
    }


def back(sight: Sight) -> dict:
    """The way back to the tab, and the cases before and after this one in it."""
    label = worklist.LABELS.get(sight.tab, zh("待办"))
    url = reverse("worklist") + (f"?tab={sight.tab}" if sight.tab else "")
    found = {"label": label, "url": url, "previous_url": "", "next_url": ""}
    numbers, number = sight.walk, sight.case.number
    if not numbers:
        return found
    if number not in numbers:
        # It has left the tab meanwhile: the first one in it comes next.
        return {
            **found,
            "label": zh("{label}（{count} 件）", label=label, count=len(numbers)),
            "next_url": _neighbour(sight, numbers[0]),
        }
    at = numbers.index(number)
    more = "+" if len(numbers) == _WALKED else ""
    found["label"] = zh(
        "{label}（第 {count} / {count2}{more} 件）", label=label, count=at + 1, count2=len(numbers), more=more
    )
    if at:
        found["previous_url"] = _neighbour(sight, numbers[at - 1])
    if at + 1 < len(numbers):
        found["next_url"] = _neighbour(sight, numbers[at + 1])
    return found


def _neighbour(sight: Sight, number: str) -> str:
    return reverse("case", args=[number]) + "?" + urlencode({"tab": sight.tab})


def _lineage(case: Case) -> list[dict]:
    """Whence a copied case came and what was made of it (R3.1b): the histories stay linked both ways."""
    found = [(zh("复制自"), case.origin)] if case.origin else []
    found += [(zh("已复制为"), number) for number in case.successors]
    return [{"label": f"{label} {number}", "url": reverse("case", args=[number])} for label, number in found]


def _clause(procedure: Procedure) -> dict:
    return {
        "text": procedure.rule_note,
        "note": procedure.review_scope,
        "source": procedure.clause,
        "url": url_of(procedure.clause),
    }


def _reveal(sight: Sight) -> dict:
    return {
        "url": sight.url("case-reveal"),
        "label": zh("显示完整学籍号（留痕）"),
        "reasons": [{"code": code, "text": text} for code, text in RevealForm.PURPOSES],
    }


def _proof_panel(sight: Sight) -> dict:
    rows = sight.case.proof_rows
    items = []
    for row in rows:
        url = reverse("case-evidence", args=[sight.case.number, row["key"]])
        items.append(
            {
                "url": url,
                "thumb": url,
                "label": zh("证明"),
                "digest_short": row["sha256"][:4] + "…" + row["sha256"][-4:],
            }
        )
    note = ""
    if rows:
        last = max(datetime.fromisoformat(row["uploaded_at"]) for row in rows)
        note = zh(
            "{day}上传　SHA-256 {part}，打开时逐张校验",
            day=spoken(local_date(last)),
            part=items[0]["digest_short"],
        )
    procedure = procedures.of(sight.case)
    title = (
        zh("{procedure_proof_name}（{count} 张）", procedure_proof_name=procedure.proof_name, count=len(rows))
        if rows
        else procedure.proof_name
    )
    return {"title": title, "note": note, "items": items, "empty": procedure.no_proof}


def printed(sight: Sight) -> dict:
    """The foot of a printed record: by whom and when, and that it is no original."""
    return {
        "at": moment(sight.desk.now),
        "by": str(sight.account),
        "schools": f"{sight.case.sending_name} → {sight.case.receiving_name}",
        "submitted": moment(sight.case.submitted_at) if sight.case.submitted_at else "",
        "state": State(sight.case.state).label,
    }
