"""The API of offline first (R0.4): faults, and pupils taken in under them. Same sentences as the pages."""

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from ledger.api import KEY, Choice, Endpoint, Strict, Typed, once, problem, told
from orgs.people.models import Unit
from orgs.people.unit_codes import UnitCode
from reviews.desk import context as desk
from reviews.engine.api_shapes import UnitRef
from reviews.faults import announcing as faults
from reviews.faults.models import Fault
from students.pupil import identity, records
from students.pupil.models import Sex, Student
from transfers.attendance.models import OfflineTransfer, Requester, Standing
from transfers.moving.look_up_api import ByAccount, ByAddress, school_of
from transfers.moving.views import NO_MATCH
from transfers.offline import pages as offline_pages
from transfers.offline import recording as offline
from transfers.offline.recording import Stated
from web.refusals import Refused

_NUMBER = r"[A-Z]{2}-[0-9]{4}-[0-9A-Z]{8}"
FAULT = OpenApiParameter("number", str, OpenApiParameter.PATH, description="公告号，如 GZ-2026-7K3M9QXP")
MADE = OpenApiParameter("number", str, OpenApiParameter.PATH, description="登记号，如 XX-2026-7K3M9QXP")


# ---------------------------------------------------------------- faults


class FaultOut(serializers.ModelSerializer):
    """A fault notice; units as they were called when they acted (R0.2)."""

    unit = UnitRef(source="unit_called")
    opened_from = UnitRef(source="opened_from_called")
    closed_from = UnitRef(source="closed_from_called", allow_null=True)

    class Meta:
        model = Fault
        fields = ("number", "unit", "since", "reason", "opened_at", "opened_from", "closed_at", "closed_from")
        read_only_fields = fields


class FaultIn(Strict):
    """What an office announces; when, and by whom, is recorded."""

    unit = UnitCode(label="范围（单位代码）", help_text="本单位或下属单位。")
    since = serializers.DateField(label="故障起始日期", help_text="不晚于今天；发布时间由系统记录。")
    reason = Typed(label="故障情况", help_text="4–200 字。")


class FaultQuery(serializers.Serializer):
    """How faults are narrowed."""

    open = serializers.BooleanField(required=False, label="true 只看未结束，false 只看已结束")


@extend_schema_view(
    list=extend_schema(summary="故障公告", operation_id="faults_list", parameters=[FaultQuery]),
    retrieve=extend_schema(summary="一条故障公告", operation_id="faults_retrieve", parameters=[FAULT]),
)
class Faults(mixins.ListModelMixin, mixins.RetrieveModelMixin, Endpoint):
    """故障公告: those over one's own units and under them."""

    serializer_class = FaultOut
    queryset = Fault.objects.none()
    lookup_field, lookup_value_regex = "number", _NUMBER

    def get_queryset(self):
        """Faults the account may see; of others nothing, not even that they exist."""
        rows = Fault.objects.visible_to(self.request.user, desk.of(self.request).today)
        rows = rows.select_related("unit", "opened_from", "closed_from")
        wanted = self.query(FaultQuery).get("open") if self.action == "list" else None
        return rows if wanted is None else rows.filter(closed_at__isnull=wanted)

    @extend_schema(
        summary="发布故障公告",
        operation_id="faults_open",
        parameters=[KEY],
        request=FaultIn,
        responses={201: FaultOut, 409: told("没有覆盖这一范围的主管部门岗位，或已有未结束的公告。")},
    )
    def create(self, request) -> Response:
        """Announce a fault; everyone who keeps records under the unit is told."""
        typed, now = self.read(FaultIn), desk.of(request).now
        unit = Unit.objects.filter(code=typed["unit"]).first()
        if unit is None:
            raise ValidationError({"unit": ["没有这个单位代码，请核对。"]})
        given = {"since": typed["since"], "reason": typed["reason"]}

        def act(keep) -> dict:
            made = faults.open_fault(
                unit, request.user, now, kept=lambda made: keep({"number": made.number}), **given
            )
            return {"number": made.number}

        done, _ = once(request, (unit.pk, typed["since"].isoformat(), typed["reason"]), act)
        return Response(FaultOut(self.get_queryset().get(number=done["number"])).data, status=201)

    @extend_schema(
        summary="结束故障公告",
        operation_id="faults_close",
        parameters=[FAULT, KEY],
        request=None,
        responses={200: FaultOut, 409: told("已经结束，或没有覆盖这一范围的主管部门岗位。")},
    )
    @action(detail=True, methods=["post"])
    def close(self, request, number: str) -> Response:
        """End it; the limit for late records runs from today."""
        fault = self.get_object()

        def act(keep) -> dict:
            faults.close_fault(
                fault, request.user, desk.of(request).now, kept=lambda held: keep({"number": held.number})
            )
            return {"number": fault.number}

        done, _ = once(request, (fault.pk,), act)
        return Response(FaultOut(self.get_queryset().get(number=done["number"])).data)


# ---------------------------------------------------------------- offline transfers


class OfflineOut(serializers.ModelSerializer):
    """A pupil taken in offline; the name masked."""

    school = UnitRef(source="school_called")
    sending = UnitRef(source="sending_called", allow_null=True, help_text="学生未核对时为 null。")
    name = serializers.SerializerMethodField()
    origin = serializers.CharField(source="from_name")
    fault = serializers.CharField(source="fault.number")
    requester = serializers.ChoiceField(Requester.choices)
    matched = serializers.SerializerMethodField(help_text="学生已核对。")
    standing = serializers.SerializerMethodField()
    case = serializers.SerializerMethodField(help_text="电子业务号；没有时为 null。")
    days = serializers.SerializerMethodField(help_text="自纸质日期起的天数。")
    working_days = serializers.SerializerMethodField()

    class Meta:
        model = OfflineTransfer
        fields = (
            "number",
            "school",
            "sending",
            "name",
            "origin",
            "fault",
            "paper_date",
            "requester",
            "matched",
            "standing",
            "case",
            "outcome",
            "days",
            "working_days",
            "recorded_at",
            "confirmed_at",
            "closed_at",
        )
        read_only_fields = fields

    def get_name(self, made) -> str:
        """Masked, as every list shows it."""
        return identity.mask_name(made.pupil_name)

    def get_matched(self, made) -> bool:
        """Whether the pupil is known."""
        return made.student_id is not None

    @extend_schema_field(Choice(Standing.choices))
    def get_standing(self, made) -> str:
        """未补办, 补办中, 待重办, 人籍一致, 已了结."""
        return made.stands.value

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_case(self, made) -> str | None:
        """A draft is told to the school alone that drafts it."""
        return self._row(made)["case"] or None

    def get_days(self, made) -> int:
        """Until today, or until it was closed."""
        return self._row(made)["days"]

    def get_working_days(self, made) -> int:
        """The same in working days."""
        return self._row(made)["working"]

    def _row(self, made) -> dict:
        request = self.context["request"]
        return offline_pages.as_row(made, request.user, desk.of(request))


class OfflineIn(Strict):
    """A pupil taken in offline: by number and name, or, while the look-up is down, as the parents state."""

    school = UnitCode(required=False, label="就读学校代码", help_text="只任职一所学校时不必写。")
    fault = serializers.RegexField(rf"^{_NUMBER}$", label="依据的故障公告号")
    paper_date = serializers.DateField(label="纸质日期")
    requester = Choice(Requester.choices, label="由谁提出")
    name = serializers.CharField(max_length=200, label="学生姓名")
    number = serializers.CharField(
        max_length=200,
        required=False,
        allow_blank=True,
        default="",
        label="学籍号或身份证号",
        help_text="核对功能也出故障时留空，改写 sex、birth_date、origin。",
    )
    sex = Choice(Sex.choices, required=False, label="性别")
    birth_date = serializers.DateField(required=False, label="出生日期")
    origin = serializers.CharField(max_length=60, required=False, label="原就读学校")

    def validate(self, attrs: dict) -> dict:
        """Without a number all that is stated must be there."""
        if not attrs["number"].strip():
            missing = [name for name in ("sex", "birth_date", "origin") if not attrs.get(name)]
            if missing:
                raise ValidationError(
                    {name: ["没有号码时，性别、出生日期和原就读学校都要填写。"] for name in missing}
                )
        return attrs


class MatchIn(Strict):
    """Which pupil it is."""

    number = serializers.CharField(max_length=200, label="学籍号或身份证号")
    name = serializers.CharField(max_length=200, label="学生姓名")


class EndIn(Strict):
    """Why it is settled without a case."""

    outcome = Choice([(value.value, value.label) for value in offline.ENDINGS], label="了结原因")


class StartedOut(serializers.Serializer):
    """The draft that was made."""

    case = serializers.CharField(help_text="业务号；接着填写、上传证明、发起，与平常的转学一样。")


class OfflineQuery(serializers.Serializer):
    """How offline transfers are narrowed."""

    standing = Choice(Standing.choices, required=False, label="情况")
    open = serializers.BooleanField(required=False, label="true 只看待一致，false 只看已了结")
    fault = serializers.RegexField(rf"^{_NUMBER}$", required=False, label="故障公告号")


@extend_schema_view(
    list=extend_schema(
        summary="人籍一致：线下就读的学生，纸质日期最早的在前",
        operation_id="offline_transfers_list",
        parameters=[OfflineQuery],
    ),
    retrieve=extend_schema(
        summary="一条线下转学登记", operation_id="offline_transfers_retrieve", parameters=[MADE]
    ),
)
class OfflineTransfers(mixins.ListModelMixin, mixins.RetrieveModelMixin, Endpoint):
    """线下转学: seen by both schools and the units above them."""

    serializer_class = OfflineOut
    queryset = OfflineTransfer.objects.none()
    paging = ("paper_date", "pk")
    lookup_field, lookup_value_regex = "number", _NUMBER

    def get_throttles(self):
        """Where a pupil is looked up, as often as elsewhere."""
        return [ByAccount(), ByAddress()] if self.action in ("create", "match") else []

    def get_queryset(self):
        """Within the account's scope; of others nothing, not even that they exist."""
        rows = OfflineTransfer.objects.visible_to(self.request.user, desk.of(self.request).today)
        rows = offline_pages.full(rows)
        asked = self.query(OfflineQuery) if self.action == "list" else {}
        if "standing" in asked:
            rows = rows.standing(asked["standing"])
        if "open" in asked:
            rows = rows.filter(closed_at__isnull=asked["open"])
        return rows.filter(fault__number=asked["fault"]) if "fault" in asked else rows

    @extend_schema(
        summary="登记线下转学",
        description="登记后学生即视为在校。号码只在请求内容里，不保存；不写号码时按家长所述登记，系统恢复后再核对。",
        operation_id="offline_transfers_record",
        parameters=[KEY],
        request=OfflineIn,
        responses={
            201: OfflineOut,
            404: told("没有号码与姓名都相符的学生。"),
            409: told("没有覆盖本校的故障公告，纸质日期不在期内，已登记，或没有岗位。"),
        },
    )
    def create(self, request) -> Response:
        """Take a pupil in; the refusals are those of the page."""
        typed, now = self.read(OfflineIn), desk.of(request).now
        school = school_of(request.user, typed.get("school"), now)
        student, stated = None, None
        if typed["number"].strip():
            student = records.find(typed["number"], typed["name"], request.user, now)
            if student is None:
                return problem("no_match", NO_MATCH, 404, "附件1 三.1")
        else:
            stated = Stated(typed["name"], typed["sex"], typed["birth_date"], typed["origin"])
        fault = Fault.objects.filter(number=typed["fault"]).first()
        given = {"paper_date": typed["paper_date"], "requester": typed["requester"]}

        def act(keep) -> dict:
            made = offline.record(
                school,
                request.user,
                now,
                fault=fault,
                student=student,
                stated=stated,
                kept=lambda made: keep({"number": made.number}),
                **given,
            )
            return {"number": made.number}

        # Of the pupil what the look-up found, never the number that was sent.
        whom: tuple = (student.pk,) if student else ()
        if stated:
            whom = (stated.name, stated.sex, stated.birth_date.isoformat())
        parts = (school.pk, typed["fault"], typed["paper_date"].isoformat(), typed["requester"], *whom)
        done, _ = once(request, parts, act)
        return self.shown(done["number"], 201)

    @extend_schema(
        summary="确认线下转学登记",
        operation_id="offline_transfers_confirm",
        parameters=[MADE, KEY],
        request=None,
        responses={200: OfflineOut, 409: told("已确认，已了结，登记人是同一人，或不是就读学校的负责人。")},
    )
    @action(detail=True, methods=["post"])
    def confirm(self, request, number: str) -> Response:
        """By the head of the school; from then on it counts."""
        made = self.get_object()

        def act(keep) -> dict:
            offline.confirm(
                made, request.user, desk.of(request).now, kept=lambda held: keep({"number": held.number})
            )
            return {"number": made.number}

        done, _ = once(request, (made.pk,), act)
        return self.shown(done["number"])

    @extend_schema(
        summary="补办电子转学：建立草稿",
        operation_id="offline_transfers_start",
        parameters=[MADE, KEY],
        request=None,
        responses={201: StartedOut, 409: told("学生未核对，已了结，条款不许，或没有岗位。")},
    )
    @action(detail=True, methods=["post"])
    def start(self, request, number: str) -> Response:
        """The draft; a second call answers with the same one while it is a draft."""
        made = self.get_object()

        def act(keep) -> dict:
            case = offline.start(
                made, request.user, desk.of(request).now, kept=lambda case: keep({"case": case.number})
            )
            return {"case": case.number}

        done, _ = once(request, (made.pk,), act)
        return Response(StartedOut(done).data, status=201)

    @extend_schema(
        summary="核对登记时未核对的学生",
        operation_id="offline_transfers_match",
        parameters=[MADE, KEY],
        request=MatchIn,
        responses={
            200: OfflineOut,
            404: told("没有号码与姓名都相符的学生。"),
            409: told("已核对过，与登记不符，或没有岗位。"),
        },
    )
    @action(detail=True, methods=["post"])
    def match(self, request, number: str) -> Response:
        """Say which pupil it is."""
        made, typed, known = self.get_object(), self.read(MatchIn), desk.of(request)
        if not offline.may_act(made, request.user, known.today):
            raise Refused(offline.no_seat(made, request.user, known.today))
        student: Student | None = records.find(typed["number"], typed["name"], request.user, known.now)
        if student is None:
            return problem("no_match", NO_MATCH, 404, "附件1 三.1")

        def act(keep) -> dict:
            offline.match(
                made, student, request.user, known.now, kept=lambda held: keep({"number": held.number})
            )
            return {"number": made.number}

        done, _ = once(request, (made.pk, student.pk), act)
        return self.shown(done["number"])

    @extend_schema(
        summary="了结：不再补办",
        operation_id="offline_transfers_end",
        parameters=[MADE, KEY],
        request=EndIn,
        responses={200: OfflineOut, 409: told("已了结，业务正在办理，或没有岗位。")},
    )
    @action(detail=True, methods=["post"])
    def end(self, request, number: str) -> Response:
        """Settle it for a listed reason."""
        made, typed = self.get_object(), self.read(EndIn)

        def act(keep) -> dict:
            offline.end(
                made,
                request.user,
                desk.of(request).now,
                typed["outcome"],
                kept=lambda held: keep({"number": held.number}),
            )
            return {"number": made.number}

        done, _ = once(request, (made.pk, typed["outcome"]), act)
        return self.shown(done["number"])

    def shown(self, number: str, status: int = 200) -> Response:
        """The record as it now stands. Raises Http404."""
        made = self.get_queryset().filter(number=number).first()
        if made is None:
            raise Http404
        return Response(OfflineOut(made, context=self.get_serializer_context()).data, status=status)
