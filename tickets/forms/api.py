"""The API of the three official forms (R8.6): the same lists, drafts and acts as in the browser, through the same door."""

from typing import cast

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from ledger.api import KEY, Choice, Endpoint, Revision, Strict, Typed, once, told
from orgs.people.models import Unit
from orgs.people.successors import not_closed
from orgs.people.unit_codes import UnitCode
from reviews.desk import context as desk
from reviews.engine.api_shapes import UnitRef
from students.pupil.models import Sex
from tickets.forms import actions as door
from tickets.forms import asking, drafting, pages, sealed
from tickets.forms.kinds import BY_KIND, PAPERS, whole
from tickets.forms.models import Kind, Ticket
from tickets.forms.states import State, Verb
from web.clock import local_date, now

NUMBER = OpenApiParameter("number", str, OpenApiParameter.PATH, description="单据编号，如 HC-2026-7K3M9QXP")
PAPER_KINDS = [(paper.kind.value, paper.kind.label) for paper in PAPERS]
ACTS = [(verb.value, verb.label) for verb in asking.BY_PEOPLE]


class TicketRow(serializers.Serializer):
    """A ticket as a list shows it."""

    number = serializers.CharField()
    kind = serializers.ChoiceField(Kind.choices)
    state = serializers.ChoiceField(State.choices)
    state_label = serializers.SerializerMethodField()
    issuing = UnitRef(source="issuing_called", allow_null=True, help_text="群众投诉没有发出单位。")
    handling = UnitRef(source="handling_called", allow_null=True)
    holder = UnitRef(help_text="现在由谁办理。")
    issued_at = serializers.DateTimeField(allow_null=True)
    complete_by = serializers.DateField(allow_null=True)
    overdue = serializers.SerializerMethodField()
    revision = serializers.IntegerField()

    def get_state_label(self, ticket) -> str:
        """The state in words."""
        return pages.state_of(ticket)

    def get_overdue(self, ticket) -> bool:
        """Its limit has passed and it is not answered."""
        return ticket.is_overdue(desk.of(self.context["request"]).today)


class EntryOut(serializers.Serializer):
    """A line of the log."""

    verb = serializers.ChoiceField(Verb.choices)
    unit = UnitRef(allow_null=True)
    text = serializers.CharField()
    at = serializers.DateTimeField()


class TicketOut(TicketRow):
    """A ticket with what its paper says; numbers and telephones of citizens are masked."""

    parent = serializers.CharField(source="parent.number", allow_null=True, default=None)  # type: ignore[assignment]  # our field's name is the framework's too
    undertaker = serializers.CharField()
    answer = serializers.CharField()
    paper = serializers.SerializerMethodField()
    lacking = serializers.SerializerMethodField()
    may = serializers.SerializerMethodField()
    entries = EntryOut(many=True, source="entries.all")

    @extend_schema_field(dict)
    def get_paper(self, ticket) -> dict:
        """The fields of its kind."""
        return _paper(whole(ticket))

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_lacking(self, ticket) -> list[str]:
        """What a draft lacks before it can be sent."""
        day = desk.of(self.context["request"]).today
        return drafting.missing(ticket, day) if ticket.state == State.DRAFTED else []

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(ACTS)))
    def get_may(self, ticket) -> list[str]:
        """What the account may do now."""
        request = self.context["request"]
        day = desk.of(request).today
        return [str(v) for v in asking.BY_PEOPLE if asking.refusal(ticket, v, request.user, day) is None]


def _paper(ticket) -> dict:
    if ticket.kind == Kind.REPORT:
        contacts = ("business_name", "business_unit", "business_phone")
        technical = ("technical_name", "technical_unit", "technical_phone", "accepting_unit")
        said = {name: getattr(ticket, name) for name in (*contacts, *technical)}
        return said | {"problems": [row.text for row in ticket.problems.all()]}
    if ticket.kind == Kind.COMPLAINT:
        return {"citizen": ticket.citizen, "matter": ticket.matter, "case": ticket.case_number}
    names = [f"{who}_{what}" for who in ("reporter", "pupil") for what in ("name", "sex", "age", "ethnic")]
    names += ["matter", "responsible", "responsible_phone"]
    names += ["instruction"] if ticket.kind == Kind.SUPERVISION else []
    masked = ("reporter_id", "reporter_phone", "pupil_number", "pupil_id")
    return {name: getattr(ticket, name) for name in names} | {
        name: sealed.masked(ticket, name) for name in masked
    }


class TicketDraftIn(Strict):
    """Which paper, of which unit, and what it begins with."""

    kind = Choice(PAPER_KINDS, label="单据种类")
    unit = UnitCode(required=False, label="发出单位代码", help_text="只在几个单位有起草岗位时需要。")
    case = serializers.RegexField(r"^[0-9A-Z-]{1,20}$", required=False, label="业务编号")
    student = serializers.UUIDField(required=False, label="学生的内部编号")
    parent = serializers.RegexField(r"^[0-9A-Z-]{1,20}$", required=False, label="由哪张单据引起")  # type: ignore[assignment]  # as above


class PaperIn(Strict):
    """What a draft holds; a field that is left out stays as it is. Fields of another paper are refused."""

    business_name = Typed(max_length=50, default=None)
    business_unit = Typed(max_length=60, default=None)
    business_phone = Typed(max_length=30, default=None)
    technical_name = Typed(max_length=50, default=None)
    technical_unit = Typed(max_length=60, default=None)
    technical_phone = Typed(max_length=30, default=None)
    problems = serializers.ListField(
        child=serializers.CharField(max_length=1000), required=False, max_length=20
    )
    reporter_name = Typed(max_length=50, default=None)
    reporter_sex = Choice(Sex.choices, required=False, allow_blank=True)
    reporter_age = serializers.IntegerField(min_value=0, max_value=120, required=False, allow_null=True)
    reporter_ethnic = serializers.RegexField(r"^\d{0,2}$", required=False, allow_blank=True)
    reporter_id = Typed(max_length=40, default=None, help_text="保存时加密；“无”为清空。")
    reporter_phone = Typed(max_length=40, default=None)
    pupil_name = Typed(max_length=50, default=None)
    pupil_sex = Choice(Sex.choices, required=False, allow_blank=True)
    pupil_age = serializers.IntegerField(min_value=0, max_value=120, required=False, allow_null=True)
    pupil_ethnic = serializers.RegexField(r"^\d{0,2}$", required=False, allow_blank=True)
    pupil_number = Typed(max_length=40, default=None)
    pupil_id = Typed(max_length=40, default=None)
    matter = Typed(max_length=4000, default=None)
    instruction = Typed(max_length=2000, default=None)
    handling = UnitCode(required=False, label="核查（承办）单位代码")
    responsible = Typed(max_length=50, default=None)
    responsible_phone = Typed(max_length=30, default=None)
    until = serializers.DateField(required=False, allow_null=True, label="完成时限")
    revision = Revision()


_OF_REPORT = {
    "problems",
    *(name for name in PaperIn._declared_fields if name.startswith(("business_", "technical_"))),
}


class TicketActIn(Strict):
    """What to do, and what goes with it."""

    verb = Choice(ACTS, label="动作")
    text = Typed(help_text="答复，或退回、撤回的原因。")
    undertaker = Typed(max_length=50, help_text="受理时：承办人；不写为本人。")
    phone = Typed(max_length=30, help_text="受理时：联系电话。")
    accepting_unit = Typed(max_length=60, help_text="受理报告单时：受理单位。")
    revision = Revision()


class TicketsQuery(serializers.Serializer):
    """How the list is narrowed."""

    kind = Choice(Kind.choices, required=False, label="种类")
    state = Choice(State.choices, required=False, label="状态")
    overdue = serializers.BooleanField(required=False, label="true 只看已超时限的")


@extend_schema_view(
    list=extend_schema(
        summary="三张单和群众投诉，新的在前", operation_id="tickets_list", parameters=[TicketsQuery]
    )
)
class Tickets(mixins.ListModelMixin, Endpoint):
    """问题报告单、问题核查单、问题督办单、群众投诉."""

    queryset = Ticket.objects.none()
    serializer_class = TicketRow
    lookup_field = "number"
    lookup_value_regex = r"[0-9A-Za-z-]{1,20}"
    paging = ("-pk",)

    def get_queryset(self):
        """Those that the account may see."""
        day = desk.of(self.request).today
        rows = Ticket.objects.visible_to(self.request.user, day)
        if self.action == "list":
            asked = self.query(TicketsQuery)
            rows = rows.filter(**{name: asked[name] for name in ("kind", "state") if name in asked})
            if asked.get("overdue"):
                rows = rows.overdue(day)
        return rows.select_related(
            "issuing_unit", "handling_unit", "holder", "parent", "proposed_by", "answered_by"
        )

    def shown(self, number: str, status: int = 200) -> Response:
        """The ticket as it stands."""
        ticket = get_object_or_404(self.get_queryset().prefetch_related("entries__unit"), number=number)
        return Response(TicketOut(ticket, context=self.get_serializer_context()).data, status=status)

    @extend_schema(
        summary="起草一张单据",
        operation_id="tickets_create",
        description="可以从业务、学生或另一张单据开始，内容自动带入。",
        parameters=[KEY],
        request=TicketDraftIn,
        responses={201: TicketOut, 409: told("没有起草的岗位。")},
    )
    def create(self, request) -> Response:
        """A draft."""
        typed, known = self.read(TicketDraftIn), desk.of(request)
        paper = BY_KIND[Kind(typed["kind"])]
        units = asking.may_draft(paper, request.user, known.today)
        unit = next((one for one in units if one.code == typed.get("unit", one.code)), None)
        begun = {name: str(typed[name]) for name in ("case", "student", "parent") if name in typed}
        origin = drafting.origin_of(request.user, known.today, **begun)

        def act(keep) -> dict:
            ticket = door.start(paper, unit, request.user, known.now, origin, kept=keep_number(keep))
            return {"number": ticket.number}

        made, _ = once(request, tuple(sorted((k, str(v)) for k, v in typed.items())), act)
        return self.shown(made["number"], 201)

    @extend_schema(
        summary="一张单据", operation_id="tickets_retrieve", parameters=[NUMBER], responses=TicketOut
    )
    def retrieve(self, request, number: str) -> Response:
        """With its paper, its log and what may be done."""
        return self.shown(number)

    @extend_schema(
        summary="填写草稿",
        operation_id="tickets_partial_update",
        parameters=[NUMBER],
        request=PaperIn,
        responses={200: TicketOut, 409: told("单据已发出，或已被他人修改（stale）。")},
    )
    def partial_update(self, request, number: str) -> Response:
        """Write what differs."""
        ticket, known, typed = self.get_object(), desk.of(request), self.read(PaperIn)
        revision = typed.pop("revision")
        given = {name: value for name, value in typed.items() if value is not None or name in request.data}
        if "handling" in given:
            given["handling_unit"] = _unit(given.pop("handling"), ticket)
        if "until" in given:
            given["complete_by"] = given.pop("until")
        _fits(ticket, given)
        with door.editing(ticket.number, request.user, known.now, revision) as held:
            drafting.write(held, given, known.today)
        return self.shown(number)

    @extend_schema(
        summary="办理：签发、受理、答复、确认等",
        operation_id="tickets_act",
        parameters=[NUMBER, KEY],
        request=TicketActIn,
        responses={200: TicketOut, 409: told("现在不能这样办理，或没有岗位。")},
    )
    @action(detail=True, methods=["post"])
    def acts(self, request, number: str) -> Response:
        """One act through the door."""
        ticket, known, typed = self.get_object(), desk.of(request), self.read(TicketActIn)
        verb, said = Verb(typed.pop("verb")), door.Said(**typed)

        def act(keep) -> dict:
            door.perform(ticket.number, verb, request.user, known.now, said, kept=keep_number(keep))
            return {"number": ticket.number}

        once(request, (ticket.number, verb, *map(str, said)), act)
        return self.shown(number)


def keep_number(keep):
    """Keeps the answer under its key, in the transaction of the act."""
    return lambda ticket: keep({"number": ticket.number})


def _unit(code: str, ticket: Ticket) -> Unit:
    issuing = cast(Unit, ticket.issuing_unit)  # who drafts
    under = Unit.objects.filter(not_closed(local_date(now())), path__startswith=issuing.path)
    found = under.filter(code=code).first()
    if found is None:
        raise ValidationError({"handling": ["在发出单位的下级单位中没有找到，请核对代码（正文 三.2）。"]})
    return found


def _fits(ticket: Ticket, given: dict) -> None:
    """A field that this paper does not have is told, not dropped. Raises ValidationError."""
    of_report = ticket.kind == Kind.REPORT
    wrong = [name for name in given if (name in _OF_REPORT) != of_report]
    if ticket.kind == Kind.CHECK and "instruction" in given:
        wrong.append("instruction")
    if wrong:
        raise ValidationError({name: ["这种单据没有这一栏（附件2–4）。"] for name in wrong})
