"""What the API answers with on floor 3: a case, its steps, its log, a counted date, a window. Nothing here is written."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from reviews.engine import act_names, asking, procedures
from reviews.engine.models import Act, Attachment, Case, Step
from reviews.vocabulary.relations import Relation
from reviews.vocabulary.states import BY_NOBODY, DECISIONS, Awaiting, NamesFrom, Outcome, State, Verb
from web.clock import local_date

if TYPE_CHECKING:
    from reviews.case_page.page import Sight
    from reviews.rulebook.windows import WindowState

# The verbs of people; the clock has its own.
_VERBS = [verb for verb in Verb if verb not in BY_NOBODY]
# What a unit may decide, as choices of a field.
DECIDED = [(outcome.value, outcome.label) for outcome in DECISIONS]
# Of these what does not agree; and what a text stopped for its words was to bring about (R3.4).
REFUSING = DECIDED[1:]
STOPPED = [*DECIDED, (Verb.RETURN.value, Verb.RETURN.label)]


def _listed(many: serializers.BaseSerializer) -> list[dict]:
    """The data of a serializer made with ``many=True``, which its type does not know of."""
    return cast(list[dict], many.data)


class UnitRef(serializers.Serializer):
    """A unit, named."""

    code = serializers.CharField()
    name = serializers.CharField()


class CaseRow(serializers.Serializer):
    """A case as a list shows it; the pupil's name is masked."""

    number = serializers.CharField()
    kind = serializers.CharField()
    kind_name = serializers.SerializerMethodField()
    headline = serializers.CharField()
    state = serializers.ChoiceField(State.choices)
    state_label = serializers.CharField(source="get_state_display")
    awaiting = serializers.ChoiceField(Awaiting.choices, help_text="本环节还缺哪一项：办理或核办；空为没有。")
    holder = UnitRef(allow_null=True, help_text="业务现在在谁手中；结束后为 null。")
    receiving = serializers.SerializerMethodField(help_text="转入学校；业务结束后为当时的名称。")
    sending = serializers.SerializerMethodField(help_text="转出学校；业务结束后为当时的名称。")
    relation = serializers.ChoiceField(Relation.choices)
    due_on = serializers.DateField(allow_null=True)
    created_at = serializers.DateTimeField()
    submitted_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    revision = serializers.IntegerField()

    @extend_schema_field(UnitRef)
    def get_receiving(self, case: Case) -> dict[str, str]:
        """Called as then, once the case has ended (R0.2)."""
        return {"code": case.receiving_unit.code, "name": case.receiving_name}

    @extend_schema_field(UnitRef)
    def get_sending(self, case: Case) -> dict[str, str]:
        """Likewise."""
        return {"code": case.sending_unit.code, "name": case.sending_name}

    @extend_schema_field(str)
    def get_kind_name(self, case: Case) -> str:
        """The kind in words."""
        return procedures.kind_name(case.kind)


class ReasonOut(serializers.Serializer):
    """One of the closed list."""

    code = serializers.CharField()
    text = serializers.CharField()


class ChoiceOut(serializers.Serializer):
    """An outcome that may be chosen now, with its reasons."""

    outcome = serializers.ChoiceField(DECIDED)
    label: Any = serializers.CharField()
    reasons = ReasonOut(many=True)


class RefusalOut(serializers.Serializer):
    """Why not."""

    code = serializers.CharField()
    sentence = serializers.CharField()
    clause = serializers.CharField()


class VerbOut(serializers.Serializer):
    """A verb, and why it cannot be done now."""

    verb = serializers.ChoiceField([(verb.value, verb.label) for verb in _VERBS])
    label: Any = serializers.CharField()
    allowed = serializers.BooleanField(help_text="轮到你，且没有条款不许；意见等内容在提交时再核。")
    refusal = RefusalOut(allow_null=True)


class ActedOut(serializers.Serializer):
    """Who, when, with which words."""

    by = serializers.CharField(help_text="姓名")
    at = serializers.DateTimeField()
    opinion = serializers.CharField()
    outcome = serializers.CharField(help_text="拟办（办理）或结论（核办）")
    reason = serializers.CharField(help_text="理由的文字；没有时为空")


class StepOut(serializers.Serializer):
    """One unit's turn."""

    seq = serializers.IntegerField()
    stage = serializers.ChoiceField(State.choices)
    stage_label = serializers.CharField(source="get_stage_display")
    unit = UnitRef()
    opened_at = serializers.DateTimeField()
    first_opened_at = serializers.DateTimeField(allow_null=True)
    due_on = serializers.DateField()
    due_provisional = serializers.BooleanField()
    overdue_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    outcome = serializers.ChoiceField(Outcome.choices, allow_blank=True)
    handled = serializers.SerializerMethodField()
    signed = serializers.SerializerMethodField()

    @extend_schema_field(ActedOut(allow_null=True))
    def get_handled(self, step: Step) -> dict | None:
        """The registrar's act."""
        if step.handler_id is None:
            return None
        sight = self.context["sight"]
        words = (step.handle_opinion, step.proposal, step.proposal_reason)
        return self._acted(act_names.handling(step, sight.steps, sight.acts), step.handled_at, *words)

    @extend_schema_field(ActedOut(allow_null=True))
    def get_signed(self, step: Step) -> dict | None:
        """The head's act."""
        if step.signer_id is None:
            return None
        act = act_names.signing(step, self.context["sight"].acts)
        return self._acted(act, step.signed_at, step.sign_opinion, step.outcome, step.reason)

    def _acted(self, act: Act | None, at: datetime | None, opinion: str, outcome: str, reason: str) -> dict:
        book, case = self.context["sight"].desk.book, self.context["sight"].case
        shown = {"by": act_names.name(cast(Act, act)), "at": at, "opinion": opinion, "outcome": outcome}
        return ActedOut(shown | {"reason": book.reason_text(reason, case) if reason else ""}).data


class ProofOut(serializers.Serializer):
    """A proof without its picture."""

    key = serializers.UUIDField()
    position = serializers.IntegerField()
    media_type = serializers.CharField()
    size = serializers.IntegerField(help_text="字节")
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    sha256 = serializers.CharField()
    uploaded_at = serializers.DateTimeField()


class CaseOut(serializers.Serializer):
    """A case with all that its page shows; made of what the page reads (:class:`reviews.case_page.page.Sight`)."""

    case = CaseRow()
    stages = serializers.ListField(source="case.stages", child=serializers.ChoiceField(State.choices))
    expires_at = serializers.DateTimeField(source="case.expires_at", allow_null=True)
    working_days_left = serializers.SerializerMethodField()
    verbs = serializers.SerializerMethodField()
    outcomes = serializers.SerializerMethodField()
    steps = serializers.SerializerMethodField()
    proofs = serializers.SerializerMethodField()

    @extend_schema_field(
        {"type": ["integer", "null"], "description": "距时限的工作日数，负数为已逾期；没有时限时为 null。"}
    )
    def get_working_days_left(self, sight: "Sight") -> int | None:
        """Counted as everywhere."""
        due = sight.case.due_on
        return None if due is None else sight.desk.book.calendar.working_left(sight.desk.today, due)

    @extend_schema_field(VerbOut(many=True))
    def get_verbs(self, sight: "Sight") -> list[dict]:
        """Every verb, allowed or with its refusal: asked where the buttons ask."""
        rows = []
        for verb in _VERBS:
            found = asking.refusal(
                sight.case, verb, sight.account, now=sight.desk.now, step=sight.step, book=sight.desk.book
            )
            rows.append({"verb": verb.value, "label": verb.label, "allowed": found is None, "refusal": found})
        return _listed(VerbOut(rows, many=True))

    @extend_schema_field(ChoiceOut(many=True))
    def get_outcomes(self, sight: "Sight") -> list[dict]:
        """Empty unless it is the account's turn to handle or to sign."""
        return _listed(ChoiceOut(choices(sight), many=True))

    @extend_schema_field(StepOut(many=True))
    def get_steps(self, sight: "Sight") -> list[dict]:
        """Oldest first."""
        return _listed(StepOut(sight.steps, many=True, context={"sight": sight}))

    @extend_schema_field(ProofOut(many=True))
    def get_proofs(self, sight: "Sight") -> list[dict]:
        """Those not removed."""
        rows = Attachment.objects.filter(case=sight.case, removed_at__isnull=True)
        return _listed(ProofOut(rows, many=True))


def choices(sight: "Sight") -> list[dict]:
    """The outcomes open to the account now, each with its closed list of reasons (R0.6)."""
    case = sight.case
    if sight.seat is None or sight.step is None or case.state == State.AWAITING_FILE:
        return []
    day, province = local_date(cast(datetime, case.submitted_at)), case.receiving_unit.province_id
    found: list[dict] = [{"outcome": Outcome.AGREE.value, "label": Outcome.AGREE.label, "reasons": []}]
    for outcome in (Outcome.REFUSE, Outcome.SEND_BACK):
        rows = sight.desk.book.reasons_for(case.kind, sight.step.stage, outcome, day, province)
        if rows:
            reasons = [{"code": row.code, "text": row.text} for row in rows]
            found.append({"outcome": outcome.value, "label": outcome.label, "reasons": reasons})
    return found


class ActOut(serializers.Serializer):
    """One line of the log."""

    at = serializers.DateTimeField()
    stage = serializers.ChoiceField(State.choices)
    verb = serializers.ChoiceField(Verb.choices)
    verb_label = serializers.CharField(source="get_verb_display")
    by = serializers.SerializerMethodField()
    names_from = serializers.ChoiceField(NamesFrom.choices, help_text="姓名、单位名称的依据")
    unit = serializers.SerializerMethodField()
    post = serializers.CharField(source="get_role_display", help_text="办理时的岗位；系统为空")
    delegated = serializers.BooleanField()
    outcome = serializers.CharField()
    reason = serializers.CharField()
    opinion = serializers.CharField()

    @extend_schema_field(str)
    def get_by(self, act: Act) -> str:
        """The person as named when it was done; the clock is called 系统."""
        return act_names.name(act)

    @extend_schema_field(UnitRef(allow_null=True))
    def get_unit(self, act: Act) -> dict | None:
        """The unit as named when it was done."""
        return {"code": act.unit.code, "name": act.unit_name} if act.unit else None


class DayOut(serializers.Serializer):
    """One day of a count."""

    date = serializers.DateField()
    weekday = serializers.CharField()
    counted = serializers.IntegerField(allow_null=True, help_text="数到第几个；不计时为 null。")
    reason = serializers.CharField(help_text="为什么不计，或“补班，计入”。")
    provisional = serializers.BooleanField()


class ExplanationOut(serializers.Serializer):
    """How a date came about."""

    start = serializers.DateField()
    days_counted = serializers.IntegerField(source="n")
    result = serializers.DateField()
    provisional = serializers.BooleanField()
    provisional_reason = serializers.CharField()
    sentence = serializers.CharField()
    sources = serializers.ListField(child=serializers.CharField())
    days = DayOut(many=True)


class WindowOut(serializers.Serializer):
    """Whether a kind may be submitted now; made of (procedure, state)."""

    kind = serializers.SerializerMethodField()
    kind_name = serializers.SerializerMethodField()
    open = serializers.SerializerMethodField()
    sentence = serializers.SerializerMethodField()
    changes_at = serializers.SerializerMethodField()
    clause = serializers.SerializerMethodField()

    @extend_schema_field(str)
    def get_kind(self, row: "tuple[procedures.Procedure, WindowState]") -> str:
        """The kind's identifier."""
        return row[0].kind

    @extend_schema_field(str)
    def get_kind_name(self, row: "tuple[procedures.Procedure, WindowState]") -> str:
        """The kind in words."""
        return row[0].name

    @extend_schema_field(bool)
    def get_open(self, row: "tuple[procedures.Procedure, WindowState]") -> bool:
        """Whether it may be submitted at this instant."""
        return row[1].open

    @extend_schema_field(str)
    def get_sentence(self, row: "tuple[procedures.Procedure, WindowState]") -> str:
        """The same in words."""
        return row[1].sentence

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_changes_at(self, row: "tuple[procedures.Procedure, WindowState]") -> datetime | None:
        """The next change, to the second, or null."""
        return row[1].changes_at

    @extend_schema_field(str)
    def get_clause(self, row: "tuple[procedures.Procedure, WindowState]") -> str:
        """Where the rule stands."""
        return row[1].window.clause if row[1].window else ""
