"""Tables of a decision: the case, its steps, the acts done to it, and what is told about it.

The rules' own rows (calendar, windows, limits, routes, reasons) stand in :mod:`reviews.rulebook.models`.
"""

import uuid
from datetime import date

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django_fsm import FSMField

from ledger.kept_texts import no_numbers
from orgs.people import scope
from orgs.people.kept_names import KeepsNames
from orgs.people.models import Account, Person, PostRole, Unit
from reviews.rulebook.models import Route
from reviews.vocabulary.public_numbers import public_number
from reviews.vocabulary.relations import Relation
from reviews.vocabulary.states import (
    BY_NOBODY,
    DECISIONS,
    ENDS,
    Awaiting,
    CaseTransitions,
    NamesFrom,
    Outcome,
    State,
    Verb,
)
from web.clock import local_date
from web.words import zh


def random_number(year: int) -> str:
    """A case number, e.g. ``ZX-2026-7K3M9QXP``: random, so that it tells nothing and cannot be guessed on."""
    return public_number("ZX", year)


class CaseQuerySet(models.QuerySet):
    """What lists and look-ups ask of cases."""

    def visible_to(self, account: Account, day: date) -> "CaseQuerySet":
        """Cases one of whose two schools is, or stands under, a unit of ``account``; drafts only for their school."""
        own = Q(receiving_unit__in=scope.own_units(account, day))
        involved = scope.under("receiving_unit", account, day) | scope.under("sending_unit", account, day)
        return self.filter(own | (involved & ~Q(state=State.DRAFT) & Q(submitted_at__isnull=False)))

    def live(self) -> "CaseQuerySet":
        """Cases that have not ended."""
        return self.filter(closed_at__isnull=True)


class Case(CaseTransitions, KeepsNames, models.Model):
    """One application. Carries all that a list shows, so a worklist joins nothing above this floor.

    ``subject`` names whom it is about (``student:17``); ``exclusive_key`` repeats it while the case is live and is
    unique, so one subject has one live case. ``revision`` grows with every write; a form posts it back, so a decision
    taken meanwhile is noticed. ``names``: from its end on, of the two schools as they were called then (R0.2).
    """

    # What a page has read beside it (reviews/case_page/page.py).
    proof_rows: list[dict]
    people: list[dict]
    mark_rows: list[dict]
    appeal_rows: list[dict]
    origin: str | None
    successors: list[str]

    number = models.CharField(zh("业务号"), max_length=20, unique=True)
    kind = models.CharField(zh("业务类型"), max_length=30)
    state = FSMField(zh("状态"), max_length=24, choices=State.choices, default=State.DRAFT, protected=True)
    awaiting = models.CharField(zh("等候"), max_length=6, choices=Awaiting.choices, blank=True, default="")
    holder = models.ForeignKey(
        Unit,
        verbose_name=zh("当前单位"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="cases_held",
    )
    receiving_unit = models.ForeignKey(
        Unit, verbose_name=zh("转入学校"), on_delete=models.PROTECT, related_name="cases_received"
    )
    sending_unit = models.ForeignKey(
        Unit, verbose_name=zh("转出学校"), on_delete=models.PROTECT, related_name="cases_sent"
    )
    relation = models.CharField(zh("双方关系"), max_length=16, choices=Relation.choices)
    route = models.ForeignKey(
        Route, verbose_name=zh("流程"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    stages = ArrayField(models.CharField(max_length=24), verbose_name=zh("环节"), default=list, blank=True)
    subject = models.CharField(zh("当事人"), max_length=40)
    exclusive_key = models.CharField(max_length=40, null=True, blank=True, unique=True, editable=False)
    headline = models.CharField(zh("摘要"), max_length=80)
    search_text = models.CharField(zh("检索词"), max_length=400, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=zh("创建人"),
        on_delete=models.PROTECT,
        related_name="cases_created",
    )
    created_at = models.DateTimeField(zh("创建时间"), db_default=Now())
    submitted_at = models.DateTimeField(zh("发起时间"), null=True, blank=True)
    due_on = models.DateField(zh("本环节时限"), null=True, blank=True)
    expires_at = models.DateTimeField(zh("清理时间"), null=True, blank=True)
    expiry_warned = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    closed_at = models.DateTimeField(zh("结束时间"), null=True, blank=True)
    revision = models.PositiveIntegerField(zh("版次"), default=0, db_default=0)
    copied_from = models.ForeignKey(
        "self",
        verbose_name=zh("复制自"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="copies",
    )

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = zh("业务")
        indexes = [
            # The worklist: a range is one tab of one unit in its order; counting and filters read no table.
            models.Index(
                fields=["holder", "awaiting", "due_on", "id"],
                include=["receiving_unit", "sending_unit"],
                name="case_worklist",
                condition=Q(closed_at__isnull=True, holder__isnull=False),
            ),
            models.Index(
                fields=["receiving_unit", "due_on", "id"],
                include=["sending_unit"],
                name="case_started",
                condition=Q(closed_at__isnull=True),
            ),
            models.Index(
                fields=["expires_at"],
                name="case_expiry",
                condition=Q(closed_at__isnull=True, expires_at__isnull=False),
            ),
            models.Index(fields=["receiving_unit", "-id"], name="case_receiving"),
            models.Index(fields=["sending_unit", "-id"], name="case_sending"),
            models.Index(fields=["subject", "-id"], name="case_subject"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=ENDS, closed_at__isnull=False, exclusive_key__isnull=True, holder__isnull=True
                )
                | (~Q(state__in=ENDS) & Q(closed_at__isnull=True, holder__isnull=False)),
                name="case_closed_iff_ended",
            ),
            models.CheckConstraint(
                condition=Q(state=State.DRAFT, exclusive_key__isnull=True, submitted_at__isnull=True)
                | Q(state__in=ENDS)
                | Q(
                    exclusive_key__isnull=False, exclusive_key=models.F("subject"), submitted_at__isnull=False
                ),
                name="case_exclusive_while_live",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.headline}"

    @property
    def is_live(self) -> bool:
        """True until the case has ended."""
        return self.closed_at is None

    @property
    def receiving_name(self) -> str:
        """The receiving school: as it is called; of a case that has ended, as it was called then (R0.2)."""
        return self.called("receiving_unit") if self.closed_at else self.receiving_unit.name

    @property
    def sending_name(self) -> str:
        """The sending school, likewise."""
        return self.called("sending_unit") if self.closed_at else self.sending_unit.name

    def ruled_on(self, today: date) -> date:
        """The day whose rows of the rulebook judge the case: that of its submission, ``today`` for a draft (R0.7)."""
        return local_date(self.submitted_at) if self.submitted_at else today

    @property
    def audit_subject(self) -> str:
        """How the audit trail names this case."""
        return f"case:{self.number}"


def called_in(case: Case | None, school: Unit) -> str:
    """The school of a row of a list: by the name of the list's end, while it runs, or has gone on to another, of today."""
    own = case is not None and case.receiving_unit_id == school.pk
    return (case.names.get("receiving_unit_id") if case is not None and own else "") or school.name


class Step(KeepsNames, models.Model):
    """One unit's turn: handled by the registrar, signed by the head, two different people, one shared limit (R0.5).

    Times and persons are stamped by the database. ``bulletin_due_on`` leaves vacation days out (R3.7b).
    ``recall_of`` marks a step that goes on from a sign-off that was recalled; ``asked_by`` marks a correction, and
    names the step that asked for it; ``resumes`` names that same step in the one that follows the correction: the
    unit's clock goes on with what was left (R3.7).
    """

    # (unit, who handled, who signed) of the case's steps, where it was read; see reviews/engine/one_unit.py.
    acted: list[tuple[int, int | None, int | None]]
    # What a line of the register says beside it (reviews/refusal_register/register.py).
    mark: dict | None
    unit_then: str | None

    case = models.ForeignKey(Case, verbose_name=zh("业务"), on_delete=models.PROTECT, related_name="steps")
    seq = models.PositiveSmallIntegerField(zh("序"))
    stage = models.CharField(zh("环节"), max_length=24, choices=State.choices)
    unit = models.ForeignKey(Unit, verbose_name=zh("单位"), on_delete=models.PROTECT, related_name="steps")
    opened_at = models.DateTimeField(zh("到达时间"), db_default=Now())
    due_on = models.DateField(zh("时限"))
    bulletin_due_on = models.DateField(zh("通报时限"))
    due_provisional = models.BooleanField(zh("时限暂定"), default=False, db_default=False)
    next_warn_on = models.DateField(zh("下次提醒"), null=True, blank=True)
    warned = models.PositiveSmallIntegerField(default=0, db_default=0)
    overdue_at = models.DateTimeField(zh("逾期标记"), null=True, blank=True)
    first_opened_at = models.DateTimeField(zh("首次查看"), null=True, blank=True)
    first_opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=zh("办理人"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    handler_person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    handled_at = models.DateTimeField(zh("办理时间"), null=True, blank=True)
    handle_opinion = models.CharField(zh("办理意见"), max_length=500, blank=True, default="", db_default="")
    proposal = models.CharField(
        zh("拟办"), max_length=10, choices=Outcome.choices, blank=True, default="", db_default=""
    )
    proposal_reason = models.CharField(zh("拟办理由"), max_length=40, blank=True, default="", db_default="")
    signer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=zh("核办人"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    signer_person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    signed_at = models.DateTimeField(zh("核办时间"), null=True, blank=True)
    sign_opinion = models.CharField(zh("核办意见"), max_length=500, blank=True, default="", db_default="")
    outcome = models.CharField(
        zh("结论"), max_length=10, choices=Outcome.choices, blank=True, default="", db_default=""
    )
    reason = models.CharField(zh("理由"), max_length=40, blank=True, default="", db_default="")
    closed_at = models.DateTimeField(zh("结束时间"), null=True, blank=True)
    recall_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    asked_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    resumes = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = zh("环节")
        ordering = ["case", "seq"]
        indexes = [
            models.Index(fields=["due_on"], name="step_due", condition=Q(closed_at__isnull=True)),
            models.Index(fields=["next_warn_on"], name="step_warn", condition=Q(closed_at__isnull=True)),
            models.Index(
                fields=["bulletin_due_on"], name="step_bulletin", condition=Q(closed_at__isnull=True)
            ),
            # The register of refusals (R3.4): by unit with all that shares are reckoned from, and by time.
            models.Index(
                fields=["unit", "-signed_at", "-id"],
                include=["outcome", "stage", "reason"],
                name="step_refusals",
                condition=Q(outcome__in=[Outcome.REFUSE, Outcome.SEND_BACK]),
            ),
            models.Index(
                fields=["-signed_at", "-id"],
                name="step_refused_at",
                condition=Q(outcome__in=[Outcome.REFUSE, Outcome.SEND_BACK]),
            ),
        ]
        constraints = [
            no_numbers("step_no_numbers", "handle_opinion", "sign_opinion"),
            models.UniqueConstraint(fields=["case", "seq"], name="step_seq_once"),
            models.UniqueConstraint(
                fields=["case"], condition=Q(closed_at__isnull=True), name="step_one_open_per_case"
            ),
            # R0.5 两人: the head cannot sign what the same person handled, with whatever account.
            models.CheckConstraint(
                condition=Q(handler_person__isnull=True)
                | Q(signer_person__isnull=True)
                | ~Q(handler_person=models.F("signer_person")),
                name="step_two_people",
            ),
            models.CheckConstraint(
                condition=Q(
                    handler__isnull=True,
                    handler_person__isnull=True,
                    handled_at__isnull=True,
                    handle_opinion="",
                    proposal="",
                )
                | (
                    Q(handler__isnull=False, handler_person__isnull=False, handled_at__isnull=False)
                    & Q(handle_opinion__regex=r"^\S.*\S$", proposal__in=DECISIONS)
                ),
                name="step_handled_whole",
            ),
            models.CheckConstraint(
                condition=Q(
                    signer__isnull=True, signer_person__isnull=True, signed_at__isnull=True, sign_opinion=""
                )
                & ~Q(outcome__in=DECISIONS)
                | Q(
                    signer__isnull=False,
                    signer_person__isnull=False,
                    signed_at__isnull=False,
                    handler__isnull=False,
                )
                & Q(sign_opinion__regex=r"^\S.*\S$", outcome__in=DECISIONS),
                name="step_decided_whole",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, outcome="")
                | (Q(closed_at__isnull=False) & ~Q(outcome="")),
                name="step_closed_iff_outcome",
            ),
            # R3.6: at 调档 nothing is decided any more; the file is requested, or the limit passes.
            models.CheckConstraint(
                condition=Q(stage=State.AWAITING_FILE, handler__isnull=True)
                & Q(
                    outcome__in=[
                        "",
                        Outcome.FILED,
                        Outcome.LAPSED,
                        Outcome.CLEARED,
                        Outcome.TAKEN_OVER,
                        Outcome.WITHDRAWN,
                    ]
                )
                | ~Q(stage=State.AWAITING_FILE) & ~Q(outcome__in=[Outcome.FILED, Outcome.LAPSED]),
                name="step_file_decides_nothing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.seq} {self.get_stage_display()}"


class Act(models.Model):
    """One line of a case's log, with its opinion: append-only, stamped by the database. No account: the clock.

    Name, post and unit stand as they were when it was done and are what is shown; the keys beside them tell who it is.
    ``names_from``: of acts older than these columns, whether the trail or today's register told the names.
    """

    case = models.ForeignKey(Case, verbose_name=zh("业务"), on_delete=models.PROTECT, related_name="acts")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, null=True, blank=True, related_name="acts")
    stage = models.CharField(zh("环节"), max_length=24, choices=State.choices)
    verb = models.CharField(zh("行为"), max_length=20, choices=Verb.choices)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=zh("办理人"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="acts",
    )
    unit = models.ForeignKey(
        Unit, verbose_name=zh("单位"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    delegated = models.BooleanField(zh("代办"), default=False, db_default=False)
    person_name = models.CharField(zh("姓名"), max_length=150, blank=True, default="", db_default="")
    role = models.CharField(
        zh("岗位"), max_length=14, choices=PostRole.choices, blank=True, default="", db_default=""
    )
    unit_name = models.CharField(zh("单位名称"), max_length=60, blank=True, default="", db_default="")
    unit_short = models.CharField(zh("单位简称"), max_length=30, blank=True, default="", db_default="")
    names_from = models.CharField(
        zh("姓名依据"),
        max_length=5,
        choices=NamesFrom.choices,
        default=NamesFrom.ACT,
        db_default=NamesFrom.ACT,
    )
    outcome = models.CharField(
        zh("结论"), max_length=10, choices=Outcome.choices, blank=True, default="", db_default=""
    )
    reason = models.CharField(zh("理由"), max_length=40, blank=True, default="", db_default="")
    opinion = models.CharField(zh("审核补充意见"), max_length=500, blank=True, default="", db_default="")
    at = models.DateTimeField(zh("时间"), db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = zh("办理记录")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["case", "id"], name="act_case"),
            models.Index(fields=["account", "-id"], name="act_account"),
        ]
        constraints = [
            no_numbers("act_no_numbers", "opinion"),
            # R0.2: only what the clock or the graduation run brings about is done by nobody (R3.5b, R3.6, R3.7).
            models.CheckConstraint(
                condition=Q(account__isnull=False) | Q(verb__in=BY_NOBODY),
                name="act_by_a_named_person",
            ),
            models.CheckConstraint(
                condition=Q(account__isnull=True) | ~Q(person_name=""), name="act_keeps_the_name"
            ),
            models.CheckConstraint(
                condition=Q(unit__isnull=True) | ~Q(unit_name=""), name="act_keeps_the_unit"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.get_verb_display()}"


class AttachmentKind(models.TextChoices):
    """The only kind of paper a transfer has (R0.6)."""

    REASON_PROOF = "reason_proof", zh("转学原因证明")


class Attachment(models.Model):
    """A photograph of the reason proof, re-encoded and sealed on disk under its random key (R0.6)."""

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(
        Case, verbose_name=zh("业务"), on_delete=models.PROTECT, related_name="attachments"
    )
    kind = models.CharField(
        zh("种类"), max_length=20, choices=AttachmentKind.choices, default=AttachmentKind.REASON_PROOF
    )
    position = models.PositiveSmallIntegerField(zh("次序"), default=1)
    media_type = models.CharField(zh("格式"), max_length=20)
    size = models.PositiveIntegerField(zh("字节数"))
    width = models.PositiveIntegerField(zh("宽"))
    height = models.PositiveIntegerField(zh("高"))
    sha256 = models.CharField(zh("摘要"), max_length=64)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=zh("上传人"), on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField(zh("上传时间"), db_default=Now())
    removed_at = models.DateTimeField(zh("移除时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = zh("证明材料")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind="reason_proof"), name="attachment_reason_proof_only"),
            models.CheckConstraint(condition=Q(size__lte=2 * 1024 * 1024), name="attachment_two_megabytes"),
            models.CheckConstraint(
                condition=Q(media_type__in=["image/jpeg", "image/png"]), name="attachment_jpeg_or_png"
            ),
        ]

    def __str__(self) -> str:
        return str(self.key)


class OverdueRecord(models.Model):
    """That a unit let a step's limit pass (R3.7b): one a step, and it stays when the step is later done."""

    step = models.OneToOneField(Step, on_delete=models.PROTECT, related_name="overdue_record")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="overdue_records")
    unit = models.ForeignKey(
        Unit, verbose_name=zh("责任单位"), on_delete=models.PROTECT, related_name="overdue_records"
    )
    stage = models.CharField(zh("环节"), max_length=24, choices=State.choices)
    due_on = models.DateField(zh("时限"))
    bulletin_due_on = models.DateField(zh("通报时限"))
    recorded_at = models.DateTimeField(zh("记录时间"), db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = zh("逾期记录")
        indexes = [models.Index(fields=["unit", "bulletin_due_on"], name="overdue_unit")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.due_on}"
