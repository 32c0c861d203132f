"""三张单: 问题报告单, 问题核查单, 问题督办单, each with exactly the fields of its paper (R8.6, attachments 2–4).

What every ticket has (number, state, whose turn, limits, thread) stands in :class:`Ticket`; what its paper asks for in
the table of its kind. Identity numbers, registration numbers and telephones of citizens are sealed.
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django_fsm import FSMField

from ledger.kept_texts import no_numbers
from orgs.people import scope
from orgs.people.kept_names import KeepsNames
from orgs.people.models import PostRole, Unit
from orgs.people.seats import seats_of
from reviews.engine.models import Case, OverdueRecord
from students.pupil.models import Sex, Student
from tickets.forms.states import LIVE, RUNNING, State, TicketTransitions, Verb
from web.words import zh


def _who(label: str, **more):
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=label,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        **more,
    )


class Kind(models.TextChoices):
    """The three papers; and the complaint of a citizen, which has none but can start them."""

    REPORT = "report", zh("问题报告单")
    CHECK = "check", zh("问题核查单")
    SUPERVISION = "supervision", zh("问题督办单")
    COMPLAINT = "complaint", zh("群众投诉")


class Thread(models.Model):
    """One matter: what it began with, and all tickets that came of it."""

    case = models.ForeignKey(Case, verbose_name=zh("业务"), on_delete=models.PROTECT, null=True, blank=True)
    student = models.ForeignKey(
        Student, verbose_name=zh("学生"), on_delete=models.PROTECT, null=True, blank=True
    )
    overdue = models.ForeignKey(
        OverdueRecord, verbose_name=zh("逾期记录"), on_delete=models.PROTECT, null=True, blank=True
    )
    begun_at = models.DateTimeField(zh("开始时间"), db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = zh("问题")

    def __str__(self):
        return str(self.pk)


class TicketQuerySet(models.QuerySet):
    """What lists and sweeps ask of tickets."""

    def visible_to(self, account, day):
        """Issued by, handled by or lying with one of the account's units or a unit under one; a technician sees the
        tickets of the own unit. A draft is seen by those who issue it."""
        seats = seats_of(account, day)
        mine = {pk for seat in seats if seat.role == PostRole.TECHNICIAN for pk in seat.units}
        theirs = scope.under("handling_unit", account, day) | scope.under("holder", account, day)
        theirs |= Q(handling_unit__in=mine) | Q(holder__in=mine)
        issued = scope.under("issuing_unit", account, day) | Q(issuing_unit__in=mine)
        return self.filter(issued | theirs & Q(issued_at__isnull=False))

    def untouched(self, day):
        """Issued, not accepted by anyone, and the days for it have passed (R8.5)."""
        return self.filter(state=State.ISSUED, touch_by__lt=day)

    def overdue(self, day):
        """Not answered though their limit has passed."""
        return self.filter(state__in=RUNNING, complete_by__lt=day)


class Ticket(TicketTransitions, KeepsNames, models.Model):
    """One ticket. ``holder`` is the unit whose turn it is: after an escalation no longer the one it was sent to."""

    number = models.CharField(zh("编号"), max_length=20, unique=True, editable=False)
    kind = models.CharField(zh("种类"), max_length=12, choices=Kind.choices, editable=False)
    thread = models.ForeignKey(
        Thread, verbose_name=zh("问题"), on_delete=models.PROTECT, related_name="tickets"
    )
    parent = models.ForeignKey(
        "self",
        verbose_name=zh("由此引起"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
    )
    state = FSMField(zh("状态"), max_length=10, choices=State.choices, default=State.DRAFTED, protected=True)
    issuing_unit = models.ForeignKey(
        Unit, verbose_name=zh("发出单位"), on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    handling_unit = models.ForeignKey(
        Unit, verbose_name=zh("办理单位"), on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    holder = models.ForeignKey(Unit, verbose_name=zh("所在单位"), on_delete=models.PROTECT, related_name="+")
    drafted_by = _who(zh("起草人"))
    drafted_at = models.DateTimeField(zh("起草时间"), db_default=Now())
    proposed_by = _who(zh("送签人"))
    issued_by = _who(zh("签发人"))
    issued_at = models.DateTimeField(zh("发出时间"), null=True, blank=True)
    complete_by = models.DateField(zh("完成时限"), null=True, blank=True)
    touch_by = models.DateField(zh("受理时限"), null=True, blank=True)
    times_escalated = models.PositiveSmallIntegerField(zh("上报次数"), default=0)
    overdue_at = models.DateTimeField(zh("逾期记录时间"), null=True, blank=True)
    accepted_at = models.DateTimeField(zh("受理时间"), null=True, blank=True)
    undertaker = models.CharField(zh("承办人"), max_length=50, blank=True)
    undertaker_phone = models.CharField(zh("承办人联系电话"), max_length=30, blank=True)
    answer = models.TextField(zh("答复"), max_length=4000, blank=True)
    answered_by = _who(zh("答复人"))
    answered_at = models.DateTimeField(zh("答复时间"), null=True, blank=True)
    confirmed_at = models.DateTimeField(zh("确认时间"), null=True, blank=True)
    closed_at = models.DateTimeField(zh("办结时间"), null=True, blank=True)
    revision = models.PositiveIntegerField(zh("版本"), default=0)

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = zh("单据")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["holder", "-id"], name="ticket_holder", condition=Q(state__in=LIVE)),
            models.Index(fields=["issuing_unit", "-id"], name="ticket_issuer"),
            models.Index(fields=["handling_unit", "-id"], name="ticket_handler"),
            models.Index(fields=["touch_by"], name="ticket_untouched", condition=Q(state="issued")),
            models.Index(fields=["complete_by"], name="ticket_overdue", condition=Q(state__in=RUNNING)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[State.DRAFTED, State.CLOSED]) | Q(issued_at__isnull=False),
                name="ticket_issued_at",
            ),
            # 盖章: two people. The paper of the technical department bears no stamp (attachment 3).
            models.CheckConstraint(
                condition=Q(issued_by__isnull=True)
                | Q(kind__in=[Kind.CHECK, Kind.COMPLAINT])
                | Q(proposed_by__isnull=False) & ~Q(issued_by=F("proposed_by")),
                name="ticket_stamped_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[State.ACCEPTED, State.ANSWERED, State.RETURNED, State.CONFIRMED])
                | Q(accepted_at__isnull=False) & ~Q(undertaker=""),
                name="ticket_accepted_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[State.ANSWERED, State.CONFIRMED])
                | Q(answered_at__isnull=False) & ~Q(answer=""),
                name="ticket_answered",
            ),
            models.CheckConstraint(
                condition=Q(state=State.CLOSED, closed_at__isnull=False)
                | ~Q(state=State.CLOSED) & Q(closed_at__isnull=True),
                name="ticket_closed_at",
            ),
            no_numbers("ticket_answer_no_numbers", "answer"),
        ]

    def __str__(self):
        return self.number

    @property
    def issuing_called(self) -> dict[str, str] | None:
        """The unit that issued it, as it was called then; of a draft as it is called (R0.2). None for a complaint."""
        return self.with_code("issuing_unit")

    @property
    def handling_called(self) -> dict[str, str] | None:
        """The unit it was sent to, likewise."""
        return self.with_code("handling_unit")

    def is_overdue(self, day) -> bool:
        """Its limit has passed and it is not answered."""
        return self.state in RUNNING and self.complete_by is not None and self.complete_by < day


class ProblemReport(Ticket):
    """问题报告单: a province tells the ministry of what it cannot solve itself (attachment 2)."""

    business_name = models.CharField(zh("业务联系人"), max_length=50, blank=True)
    business_unit = models.CharField(zh("业务联系人单位"), max_length=60, blank=True)
    business_phone = models.CharField(zh("业务联系人电话"), max_length=30, blank=True)
    technical_name = models.CharField(zh("技术联系人"), max_length=50, blank=True)
    technical_unit = models.CharField(zh("技术联系人单位"), max_length=60, blank=True)
    technical_phone = models.CharField(zh("技术联系人电话"), max_length=30, blank=True)
    accepting_unit = models.CharField(zh("受理单位"), max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = zh("问题报告单")


class ReportedProblem(models.Model):
    """One numbered problem of a report (有多个问题请分条列出)."""

    report = models.ForeignKey(ProblemReport, on_delete=models.PROTECT, related_name="problems")
    position = models.PositiveSmallIntegerField(zh("序号"))
    text = models.CharField(zh("问题描述"), max_length=1000)

    class Meta:
        verbose_name = verbose_name_plural = zh("问题描述")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["report", "position"], name="problem_position_once"),
            no_numbers("reported_problem_no_numbers", "text"),
        ]

    def __str__(self):
        return f"{self.position}. {self.text[:20]}"


class AboutPeople(Ticket):
    """What the papers of check and supervision ask alike: who reported it, which pupil, what, who is responsible."""

    reporter_name = models.CharField(zh("反映人姓名"), max_length=50, blank=True)
    reporter_sex = models.CharField(zh("反映人性别"), max_length=1, choices=Sex.choices, blank=True)
    reporter_age = models.PositiveSmallIntegerField(zh("反映人年龄"), null=True, blank=True)
    reporter_ethnic = models.CharField(zh("反映人民族"), max_length=2, blank=True)
    reporter_id_sealed = models.BinaryField(null=True, blank=True)
    reporter_phone_sealed = models.BinaryField(null=True, blank=True)
    pupil_name = models.CharField(zh("学生姓名"), max_length=50, blank=True)
    pupil_sex = models.CharField(zh("学生性别"), max_length=1, choices=Sex.choices, blank=True)
    pupil_age = models.PositiveSmallIntegerField(zh("学生年龄"), null=True, blank=True)
    pupil_ethnic = models.CharField(zh("学生民族"), max_length=2, blank=True)
    pupil_number_sealed = models.BinaryField(null=True, blank=True)
    pupil_id_sealed = models.BinaryField(null=True, blank=True)
    matter = models.TextField(zh("反映事项"), max_length=4000, blank=True)
    responsible = models.CharField(zh("责任人"), max_length=50, blank=True)
    responsible_phone = models.CharField(zh("责任人联系电话"), max_length=30, blank=True)

    class Meta:
        abstract = True


class Verification(AboutPeople):
    """问题核查单: a technical department has something looked into (attachment 3)."""

    class Meta:
        verbose_name = verbose_name_plural = zh("问题核查单")
        constraints = [no_numbers("verification_no_numbers", "matter")]


class Supervision(AboutPeople):
    """问题督办单: an administrative department has something dealt with (attachment 4)."""

    instruction = models.TextField(zh("办理意见"), max_length=2000, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = zh("问题督办单")
        constraints = [
            no_numbers("supervision_no_numbers", "matter"),
            no_numbers("supervision_instruction_no_numbers", "instruction"),
        ]


class Complaint(Ticket):
    """What a citizen wrote on the public page (R8.5): how to answer is sealed, and nothing else is asked."""

    citizen = models.CharField(zh("投诉人"), max_length=50, blank=True)
    contact_sealed = models.BinaryField(null=True, blank=True)
    matter = models.TextField(zh("投诉内容"), max_length=2000)
    case_number = models.CharField(zh("业务编号"), max_length=20, blank=True)
    # By this and the number the citizen reads the answer; the code itself is kept nowhere.
    code_index = models.BinaryField(max_length=16, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = zh("群众投诉")
        constraints = [no_numbers("complaint_no_numbers", "matter")]


class Entry(KeepsNames, models.Model):
    """What happened to a ticket, line by line; only ever added to."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="entries")
    verb = models.CharField(zh("动作"), max_length=14, choices=Verb.choices)
    by = _who(zh("办理人"))
    unit = models.ForeignKey(
        Unit, verbose_name=zh("单位"), on_delete=models.PROTECT, related_name="+", null=True
    )
    text = models.CharField(zh("说明"), max_length=500, blank=True)
    at = models.DateTimeField(zh("时间"), db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = zh("办理记录")
        constraints = [no_numbers("entry_no_numbers", "text")]
        ordering = ["id"]

    def __str__(self):
        return f"{self.ticket_id} {self.verb}"


class Enclosure(models.Model):
    """附件: a photograph, re-encoded and sealed on disk under its random key, of those who issued or those who answer."""

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="enclosures")
    position = models.PositiveSmallIntegerField(zh("次序"))
    unit = models.ForeignKey(Unit, verbose_name=zh("单位"), on_delete=models.PROTECT, related_name="+")
    size = models.PositiveIntegerField(zh("字节数"))
    sha256 = models.CharField(zh("摘要"), max_length=64)
    added_by = _who(zh("上传人"))
    added_at = models.DateTimeField(zh("上传时间"), db_default=Now())
    removed_at = models.DateTimeField(zh("移除时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = zh("附件")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "position"], name="enclosure_position_once"),
            models.CheckConstraint(condition=Q(size__lte=2 * 1024 * 1024), name="enclosure_two_megabytes"),
        ]

    def __str__(self):
        return str(self.key)
