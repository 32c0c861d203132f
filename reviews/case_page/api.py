"""The API of floor 3: worklist, cases and their verbs, proofs, calendar and windows. Same door, same refusals."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import DateField, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import Http404
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from ledger.api import KEY, Choice, Endpoint, Revision, Strict, Typed, key_of, told
from orgs.people.calls import SignedInCall
from orgs.people.models import Unit, UnitLevel
from orgs.people.seats import seats_of
from orgs.people.unit_codes import UnitCode
from reviews.case_page import page as case_page
from reviews.case_page.evidence_views import picture
from reviews.desk import context as desk
from reviews.engine import door, opening, procedures
from reviews.engine.api_shapes import DECIDED, ActOut, CaseOut, CaseRow, ExplanationOut, WindowOut
from reviews.engine.models import Act, Attachment, Case
from reviews.evidence import proofs as evidence
from reviews.refusal_register import api as api_wall
from reviews.rulebook.windows import window_state
from reviews.vocabulary.states import STAGES, State, Verb
from reviews.worklist import reading as worklist_read
from reviews.worklist import tabs as worklist
from reviews.worklist.tabs import Filters, Place

NUMBER = OpenApiParameter("number", str, OpenApiParameter.PATH, description="业务号，如 ZX-2026-7K3M9QXP")
PROOF = OpenApiParameter("key", OpenApiTypes.UUID, OpenApiParameter.PATH, description="证明材料的代号")
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


# ---------------------------------------------------------------- what is sent


class ActIn(Strict):
    """What every verb takes: the opinion, and the revision that was seen."""

    opinion = Typed(
        label="审核补充意见", help_text="2–500 字；发起、办理、核办、退回、撤销已发起的业务时必填（函 一）。"
    )
    facts = Typed(
        label="写明的事实",
        help_text="意见存疑（409 facts_wanted）时写明具体事实，4–300 字；其余情形不填（附件1 三.4）。",
    )
    revision = Revision()


class DecisionIn(ActIn):
    """What a handling or a signing takes besides."""

    outcome = Choice(
        DECIDED,
        label="结论",
        required=False,
        default="",
        allow_blank=True,
    )
    reason = Typed(
        label="理由代号", max_length=40, help_text="不同意、退回补正时从 outcomes 所列理由中选（R0.6）。"
    )


class PlainIn(Strict):
    """What a verb without words takes: the revision that was seen."""

    revision = Revision()


class ReportIn(PlainIn):
    """The day on which the pupil reported."""

    on = serializers.DateField(label="学生报到日期", help_text="年-月-日；不能晚于今天（附件1 三.6）。")


class MessageIn(ActIn):
    """Words to the unit that can clear an obstacle."""

    about = Typed(label="障碍代号", max_length=40, help_text="未通过的核对项的 code，如 no_problem（三.1）。")


class CaseQuery(serializers.Serializer):
    """How cases are narrowed."""

    state = Choice(State.choices, required=False, label="状态")
    live = serializers.BooleanField(required=False, label="true 只看在办，false 只看已结束")
    side = Choice(
        [("receiving", "转入"), ("sending", "转出"), ("held", "在本单位手中")],
        required=False,
        label="我任职的单位在哪一方",
    )


class WorklistQuery(serializers.Serializer):
    """How the worklist is narrowed."""

    tab = Choice(list(worklist.LABELS.items()), required=False, label="页签")
    stage = Choice(
        [(state.value, state.label) for state in (*STAGES, State.CORRECTION, State.AWAITING_FILE)],
        required=False,
        label="环节",
    )
    unit = UnitCode(required=False, label="单位代码（连同其下级）")
    overdue = serializers.BooleanField(required=False, label="只看逾期")


# ---------------------------------------------------------------- cases


def _verb(verb: Verb, summary: str, takes: type[Strict] = ActIn) -> Callable:
    """The address of one verb: reads its words, knocks at the door, answers with the case as it then stands."""

    def act(self: "CaseEndpoint", request: SignedInCall, number: str) -> Response:
        case = self.get_object()
        typed = self.read(takes)
        done = door.perform(case, verb, request.user, key=key_of(request), **typed)
        return self.shown(done.number)

    act.__name__ = str(verb.value)
    act.__doc__ = f"{verb.label}。"
    routed = action(detail=True, methods=["post"], url_path=str(verb.value), url_name=str(verb.value))(act)
    return extend_schema(
        summary=summary,
        operation_id=f"cases_{verb.value}",
        parameters=[NUMBER, KEY],
        request=takes,
        responses={
            200: CaseOut,
            409: told("不能办：轮不到、没有岗位、缺意见、条款不许，或已被他人办理（stale）。"),
        },
    )(routed)


@extend_schema_view(list=extend_schema(summary="业务列表", operation_id="cases_list", parameters=[CaseQuery]))
class CaseEndpoint(mixins.ListModelMixin, Endpoint):
    """业务: seen within one's own scope, decided through the door. A kind adds how a case of it is begun."""

    serializer_class = CaseRow
    # What a whole case is answered with; a kind adds its own part.
    shape: type[CaseOut] = CaseOut
    request: SignedInCall
    queryset = Case.objects.none()
    paging = ("-pk",)
    lookup_field = "number"
    lookup_value_regex = r"[0-9A-Za-z-]{1,20}"

    def get_queryset(self) -> QuerySet:
        """Cases within the account's scope; of others nothing, not even that they exist."""
        rows = Case.objects.visible_to(self.request.user, desk.of(self.request).today)
        return rows.select_related("receiving_unit", "sending_unit", "holder")

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        """Narrowed by the address."""
        if self.action != "list":
            return queryset
        asked = self.query(CaseQuery)
        units = Place.of(self.request.user, desk.of(self.request).today).units
        sides = {"receiving": "receiving_unit__in", "sending": "sending_unit__in", "held": "holder__in"}
        if "state" in asked:
            queryset = queryset.filter(state=asked["state"])
        if "live" in asked:
            queryset = queryset.filter(closed_at__isnull=asked["live"])
        if "side" in asked:
            queryset = queryset.filter(**{sides[asked["side"]]: units})
        return queryset

    @extend_schema(
        summary="一件业务的全部情况",
        description="带着此刻你能做的事（verbs）、不能做的原因和可选的结论与理由（outcomes）。轮到的单位第一次查看会被记下，此前的核办便不能再撤回。",
        operation_id="cases_retrieve",
        parameters=[NUMBER],
        responses=CaseOut,
    )
    def retrieve(self, request: SignedInCall, number: str) -> Response:
        """The case; the first look of the unit whose turn it is, is stamped."""
        return self.shown(number, looking=True)

    def shown(self, number: str, *, looking: bool = False, status: int = 200) -> Response:
        """The case as it stands for the account, with what its kind tells of it."""
        known = desk.of(self.request)
        sight = case_page.look(self.request.user, number, known)
        if sight is None:
            raise Http404
        if looking:
            opening.mark(sight.case, sight.step, self.request.user, known.now)
        return Response(self.shape(sight).data, status=status)

    @extend_schema(
        summary="办理记录", operation_id="cases_log", parameters=[NUMBER], responses=ActOut(many=True)
    )
    @action(detail=True, filter_backends=[])
    def log(self, request: SignedInCall, number: str) -> Response:
        """Every act done to the case, oldest first."""
        case = self.get_object()
        self.paging = ("pk",)
        acts = Act.objects.filter(case=case).select_related("unit")
        rows = self.paginate_queryset(acts)
        return self.get_paginated_response(ActOut(rows, many=True).data)

    submit = _verb(Verb.SUBMIT, "发起")
    handle = _verb(Verb.HANDLE, "办理（学籍管理员）", DecisionIn)
    sign = _verb(Verb.SIGN, "核办（负责人）", DecisionIn)
    return_to_registrar = _verb(Verb.RETURN, "退回本单位学籍管理员")
    withdraw = _verb(Verb.WITHDRAW, "撤销")
    recall = _verb(Verb.RECALL, "撤回核办")
    nudge = _verb(Verb.NUDGE, "催办")
    message = _verb(Verb.MESSAGE, "发消息给能解除障碍的单位", MessageIn)
    report = _verb(Verb.REPORT, "登记报到", ReportIn)
    no_show = _verb(Verb.NO_SHOW, "登记未报到", PlainIn)
    request_file = _verb(Verb.REQUEST_FILE, "调档：学籍转入", PlainIn)

    @extend_schema(
        summary="被拦下的意见报上级裁定",
        description="意见因用语被拦（409 forbidden_ground）而确不是此意时，连同原文报上级裁定；环节的时限照常计算（附件1 三.4）。",
        operation_id="cases_appeal",
        parameters=[NUMBER, KEY],
        request=api_wall.AppealIn,
        responses={201: api_wall.AppealOut, 409: told("轮不到你，意见没有被拦，没有上级，或已裁定成立。")},
    )
    @action(detail=True, methods=["post"])
    def appeal(self, request: SignedInCall, number: str) -> Response:
        """The same words twice are one appeal."""
        return api_wall.raise_appeal(self, self.get_object())

    # ------------------------------------------------------------ proofs

    @extend_schema(
        methods=["GET"],
        summary="取一张转学原因证明",
        operation_id="cases_proof_retrieve",
        parameters=[NUMBER, PROOF],
        responses={(200, "image/jpeg"): OpenApiTypes.BINARY, (200, "image/png"): OpenApiTypes.BINARY},
    )
    @extend_schema(
        methods=["DELETE"],
        summary="移除一张转学原因证明",
        operation_id="cases_proof_destroy",
        parameters=[NUMBER, PROOF],
        request=None,
        responses={
            204: OpenApiResponse(description="已移除。"),
            409: told("业务已送出，或不是转入学校的学籍管理员。"),
        },
    )
    @action(detail=True, methods=["get", "delete"], url_path=rf"proofs/(?P<key>{_UUID})", url_name="proof")
    def proof(self, request: SignedInCall, number: str, key: str) -> HttpResponseBase:
        """The picture as kept, its digest checked; or take it out."""
        case = self.get_object()
        if request.method == "DELETE":
            evidence.remove(case, request.user, key)
            return Response(status=204)
        attachment = Attachment.objects.filter(case=case, key=key, removed_at__isnull=True).first()
        if attachment is None:
            raise Http404
        return picture(attachment, evidence.read(attachment))


# ---------------------------------------------------------------- worklist


class TabOut(serializers.Serializer):
    """One tab with how many cases stand in it."""

    tab = serializers.CharField()
    label: Any = serializers.CharField()
    count = serializers.IntegerField(allow_null=True, help_text="“已办”“辖区在办”不计数，为 null。")


@extend_schema_view(
    list=extend_schema(
        summary="我的待办",
        description="按时限由近到远；“已办”按办理先后，最近的在前。不写 tab 时，学籍管理员为待办理，负责人为待核办。",
        operation_id="worklist_list",
        parameters=[WorklistQuery],
    )
)
class Worklist(mixins.ListModelMixin, Endpoint):
    """待办: the tabs of the worklist page."""

    serializer_class = CaseRow
    request: SignedInCall
    queryset = Case.objects.none()

    @property
    def paging(self) -> tuple[str, ...]:
        """What is done, the latest first; all else by due date, drafts last."""
        return ("-last_act",) if self._tab() == worklist.DONE else ("due", "pk")

    def _place(self) -> Place:
        return Place.of(self.request.user, desk.of(self.request).today)

    def _tab(self) -> str:
        place = self._place()
        wanted = self.query(WorklistQuery).get("tab") or place.first_tab
        if wanted not in place.tabs():
            raise ValidationError(
                {"tab": ["你的岗位没有这个页签，请从 /api/v1/worklist/tabs/ 所列的页签中选择。"]}
            )
        return wanted

    def get_queryset(self) -> QuerySet:
        """The cases of the tab, narrowed by the address."""
        known, tab, asked = desk.of(self.request), self._tab(), self.query(WorklistQuery)
        unit = asked.get("unit")
        under = Unit.objects.filter(code=unit).values_list("pk", flat=True).first() if unit else None
        if unit and under is None:
            raise ValidationError({"unit": ["没有这个单位代码，请核对。"]})
        filters = Filters(stage=asked.get("stage", ""), unit=under, overdue=asked.get("overdue", False))
        rows = filters.applied(worklist.cases_in(tab, self._place(), known), known.today)
        if tab == worklist.DONE:
            last = Act.objects.filter(case=OuterRef("pk"), account=self.request.user).order_by("-id")
            rows = rows.annotate(last_act=Subquery(last.values("id")[:1]))
        else:
            rows = rows.annotate(due=Coalesce(F("due_on"), Value(date.max), output_field=DateField()))
        return rows.select_related("receiving_unit", "sending_unit", "holder")

    @extend_schema(
        summary="待办的页签和件数", operation_id="worklist_tabs", responses=TabOut(many=True), filters=False
    )
    @action(detail=False, pagination_class=None)
    def tabs(self, request: SignedInCall) -> Response:
        """The tabs of the account's posts."""
        place, known = self._place(), desk.of(request)
        counted = worklist_read.counts(place, known, place.first_tab, Filters()).tabs
        rows = [
            {"tab": tab, "label": worklist.LABELS[tab], "count": counted.get(tab)} for tab in place.tabs()
        ]
        return Response(TabOut(rows, many=True).data)


# ---------------------------------------------------------------- calendar and windows


class DueQuery(serializers.Serializer):
    """From when, how many working days, and for which province's bulletin."""

    start = serializers.DateField(label="起算日", help_text="年-月-日；次个工作日开始计。")
    days = serializers.IntegerField(
        min_value=-1000, max_value=1000, label="工作日数", help_text="负数为往前数。"
    )
    bulletin = serializers.BooleanField(required=False, label="按月度通报口径（扣除寒暑假）")
    province = UnitCode(required=False, label="省（自治区）代码")


class Public(Endpoint):
    """What anyone may ask: it tells of rules, never of a person."""

    permission_classes = (AllowAny,)
    pagination_class = None

    def province(self, code: str | None, field: str = "province") -> int | None:
        """The id of a province by its code, given in ``field``. Raises ValidationError."""
        if not code:
            return None
        found = Unit.objects.filter(code=code, level=UnitLevel.PROVINCE).values_list("pk", flat=True).first()
        if found is None:
            raise ValidationError({field: ["没有这个省（自治区）代码，请核对。"]})
        return found


class CalendarCounter(Public):
    """工作日计算器."""

    serializer_class = ExplanationOut

    @extend_schema(
        summary="数工作日：时限是哪一天、怎么数出来的",
        operation_id="calendar_count",
        parameters=[DueQuery],
        responses=ExplanationOut,
    )
    def list(self, request: SignedInCall) -> Response:
        """A date with the way it was counted (R3.7); with vacations left out for the bulletin (R3.7b)."""
        asked = self.query(DueQuery)
        counter = desk.of(request).book.calendar
        province = self.province(asked.get("province"))
        if asked.get("bulletin"):
            found = counter.explain_bulletin(asked["start"], asked["days"], province)
        else:
            found = counter.explain(asked["start"], asked["days"])
        return Response(ExplanationOut(found).data)


class WindowQuery(serializers.Serializer):
    """For which province."""

    province = UnitCode(required=False, label="省（自治区）代码")


class Windows(Public):
    """发起时段."""

    serializer_class = WindowOut

    @extend_schema(
        summary="现在能不能发起，何时变化",
        operation_id="windows_list",
        parameters=[WindowQuery],
        responses=WindowOut(many=True),
    )
    def list(self, request: SignedInCall) -> Response:
        """Whether each kind of case may be submitted now (R3.5), by default in the caller's own province."""
        known = desk.of(request)
        province = self.province(self.query(WindowQuery).get("province"))
        if province is None and request.user.is_authenticated:
            seats = seats_of(request.user, known.today)
            province = next((seat.unit.province_id for seat in seats if seat.unit.province_id), None)
        rows = [
            (procedure, window_state(known.book.windows, procedure.kind, province, known.now))
            for procedure in procedures.all_procedures()
        ]
        return Response(WindowOut(rows, many=True).data)
