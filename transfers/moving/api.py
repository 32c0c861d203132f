"""The API of floor 5: begin and fill in a transfer, bring its proofs."""

from datetime import datetime

from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from ledger.api import KEY, Choice, Endpoint, Revision, Strict, once, told
from orgs.people.school_system import system_on
from orgs.people.unit_codes import UnitCode
from reviews.case_page.api import NUMBER, CaseEndpoint
from reviews.case_page.proof_api import ProofIn, TakesProofs
from reviews.engine import book as rulebook
from reviews.engine.api_shapes import CaseOut, ProofOut
from reviews.engine.asking import edit_refusal
from reviews.engine.models import Case
from reviews.engine.procedures import kind_name
from reviews.rulebook.notice_values import CROSS_PROVINCE, IN_PROVINCE, POST_GRADUATION
from students.pupil import records
from students.pupil.grades import takes
from students.pupil.models import SchoolClass
from transfers.moving import drafting, pages, preflight
from transfers.moving.forms import offered_reasons
from transfers.moving.look_up_api import Begun, CardOut, CheckOut, looked_up, school_of
from transfers.moving.models import Transfer, TransferReason
from transfers.moving.procedures import transfer_of
from web import clock
from web.refusals import Refusal, Refused

# ---------------------------------------------------------------- reasons


class ReasonsOut(serializers.Serializer):
    """A reason for a transfer."""

    key = serializers.CharField()
    name = serializers.CharField()
    needs_note = serializers.BooleanField()


KINDS_OFFERED = [(kind, kind_name(kind)) for kind in (IN_PROVINCE, CROSS_PROVINCE, POST_GRADUATION)]


class ReasonQuery(serializers.Serializer):
    """For which school and which kind of case."""

    kind = Choice(KINDS_OFFERED, required=False, label="业务种类")

    school = UnitCode(required=False, label="转入学校代码")


class Reasons(mixins.ListModelMixin, Endpoint):
    """转学原因: the closed list in force for one's own school."""

    serializer_class = ReasonsOut
    queryset = TransferReason.objects.none()
    pagination_class = None

    def get_queryset(self):
        """The nation's and the province's own (R0.7)."""
        now = clock.now()
        asked = self.query(ReasonQuery)
        school = school_of(self.request.user, asked.get("school"), now)
        return offered_reasons(school, clock.local_date(now), asked.get("kind", IN_PROVINCE))

    @extend_schema(summary="可选的转学原因", operation_id="transfer_reasons_list", parameters=[ReasonQuery])
    def list(self, request, *args, **kwargs) -> Response:
        """In their order."""
        return super().list(request, *args, **kwargs)


# ---------------------------------------------------------------- cases


class TransferOut(serializers.Serializer):
    """What a transfer says."""

    pupil = CardOut()
    reason = serializers.CharField(allow_null=True, help_text="转学原因代号")
    reason_name = serializers.CharField(allow_null=True)
    reason_note = serializers.CharField()
    grade_from = serializers.IntegerField()
    grade_to = serializers.IntegerField(allow_null=True)
    grade_reason = serializers.CharField(help_text="变更年级的理由；不变更年级时为空。")
    school_class = serializers.IntegerField(allow_null=True, help_text="转入班级")
    reported_on = serializers.DateField(allow_null=True, help_text="学生报到日期（调档环节登记，三.6）。")
    did_not_report = serializers.BooleanField(help_text="已登记为未报到。")
    checks = CheckOut(many=True, help_text="业务未结束时：各项条款是否具备。")


class TransferCaseOut(CaseOut):
    """A case with its transfer."""

    transfer = serializers.SerializerMethodField()

    @extend_schema_field(TransferOut(allow_null=True))
    def get_transfer(self, sight) -> dict | None:
        """The pupil masked; never a number in clear."""
        if not Transfer.objects.filter(case=sight.case).exists():
            return None
        transfer, now = transfer_of(sight.case), sight.desk.now
        return TransferOut(
            {
                "pupil": records.card(transfer.student, sight.desk.today),
                "reason": transfer.reason.key if transfer.reason else None,
                "reason_name": transfer.reason.name if transfer.reason else None,
                "reason_note": transfer.reason_note,
                "grade_from": transfer.grade_from,
                "grade_to": transfer.grade_to,
                "grade_reason": transfer.grade_reason,
                "school_class": transfer.school_class_id,
                "reported_on": transfer.reported_on,
                "did_not_report": transfer.did_not_report,
                "checks": pages.transfer_checks(transfer, now) if sight.case.is_live else [],
            }
        ).data


class DraftIn(Strict):
    """Whom the draft is for."""

    pupil = serializers.CharField(max_length=400, label="核对学生得到的 key")
    school = UnitCode(required=False, label="转入学校代码", help_text="只任职一所学校时不必写。")
    kind = Begun()


class ChangeIn(Strict):
    """What the form of a transfer holds; a field that is left out stays as it is."""

    reason = serializers.CharField(max_length=30, required=False, allow_null=True, label="转学原因代号")
    reason_note = serializers.CharField(
        max_length=200,
        required=False,
        allow_blank=True,
        label="原因说明",
        help_text="只在该原因须说明时保留。",
    )
    grade_to = serializers.IntegerField(
        min_value=1,
        max_value=12,
        required=False,
        allow_null=True,
        label="转入年级",
        help_text="原则上不变更年级；空值即该生应读的年级。",
    )
    grade_reason = serializers.CharField(
        max_length=200,
        required=False,
        allow_blank=True,
        label="变更年级的理由",
        help_text="只在变更年级时保留，2–200 字；须经转入学校主管部门写明同意。",
    )
    school_class = serializers.IntegerField(
        min_value=1, max_value=2**62, required=False, allow_null=True, label="转入班级"
    )
    revision = Revision()


def _whole(names: tuple[str, ...]) -> dict:
    return {name: extend_schema(responses={200: TransferCaseOut}) for name in names}


@extend_schema_view(
    **_whole(
        (
            "retrieve",
            "submit",
            "handle",
            "sign",
            "return_to_registrar",
            "withdraw",
            "recall",
            "nudge",
            "message",
            "report",
            "no_show",
            "request_file",
        )
    )
)
class Cases(TakesProofs, CaseEndpoint):
    """业务, with how a transfer is begun and filled in while the receiving school has it in hand."""

    shape = TransferCaseOut

    @extend_schema(
        summary="建立转学草稿",
        description="用核对学生得到的 key。本校已有这名学生的草稿时，答复的就是那一件。",
        operation_id="cases_create",
        parameters=[KEY],
        request=DraftIn,
        responses={201: TransferCaseOut, 409: told("有妨碍建立草稿的情形，或没有岗位。")},
    )
    def create(self, request) -> Response:
        """A draft, unless an obstacle forbids even that."""
        typed, now = self.read(DraftIn), clock.now()
        school = school_of(request.user, typed.get("school"), now)
        student, kind = looked_up(typed["pupil"], request.user), typed["kind"]

        def act(keep) -> dict:
            checks = preflight.of_pupil(student, school, now, rulebook.current(), kind)
            if pages.hard_stop(checks):
                stopping = next(c for c in checks if not c.ok and not c.warns and c.code != "window_closed")
                raise Refused(Refusal(stopping.code, stopping.text, stopping.clause, stopping.remover))
            case = drafting.begin(
                student, school, request.user, now, kind=kind, kept=lambda made: keep({"number": made.number})
            )
            return {"number": case.number}

        # The look-up's key differs each time; what is asked for is the pupil and the school.
        made, _ = once(request, (str(student.key), school.pk, *([kind] if kind else [])), act)
        return self.shown(made["number"], status=201)

    @extend_schema(
        summary="修改在手的业务：原因、年级、班级",
        operation_id="cases_partial_update",
        parameters=[NUMBER],
        request=ChangeIn,
        responses={200: TransferCaseOut, 409: told("业务不在本校手中，或已被他人改动（stale）。")},
    )
    def partial_update(self, request, number: str) -> Response:
        """Write what differs; the grade follows from the pupil unless another is named (R4.3)."""
        case, now = self.in_hand()
        transfer, typed = transfer_of(case), self.read(ChangeIn)
        transfer.case = case
        day = case.ruled_on(clock.local_date(now))
        reason, grade = _reason(typed, transfer, day), _grade(typed, transfer, now)
        note = typed.get("reason_note", transfer.reason_note)
        drafting.change(
            case,
            request.user,
            reason=reason,
            reason_note=note if reason is not None and reason.needs_note else "",
            grade_to=grade,
            grade_reason=typed.get("grade_reason", transfer.grade_reason),
            school_class=_class(typed, transfer, grade, day),
            revision=typed["revision"],
        )
        return self.shown(number)

    @extend_schema(
        summary="上传一张转学原因证明",
        description="只收这一种材料（R0.6）；照片重新编码，去掉拍摄信息后保存。",
        operation_id="cases_proofs_create",
        parameters=[NUMBER, KEY],
        request={"multipart/form-data": ProofIn},
        responses={
            201: ProofOut,
            409: told("业务不在本校手中，或已满 6 张。"),
            413: told("照片超过 2 MB。"),
            415: told("不是 JPEG 或 PNG。"),
        },
    )
    @action(detail=True, methods=["post"], parser_classes=[MultiPartParser], url_name="proofs")
    def proofs(self, request, number: str) -> Response:
        """Take one photograph in."""
        case, _ = self.in_hand()
        return self.taken(request, case)

    def in_hand(self) -> tuple[Case, datetime]:
        """The transfer's case, when the account may change it now. Raises Refused with the sentence why not."""
        now = clock.now()
        case = self.get_object()
        if not Transfer.objects.filter(case=case).exists():
            raise Http404
        refused = edit_refusal(case, self.request.user, clock.local_date(now))
        if refused is not None:
            raise Refused(refused)
        return case, now


def _reason(typed: dict, transfer: Transfer, day) -> TransferReason | None:
    if "reason" not in typed:
        return transfer.reason
    if typed["reason"] is None:
        return None
    offered = offered_reasons(transfer.receiving_school, day, transfer.case.kind)
    found = next((reason for reason in offered if reason.key == typed["reason"]), None)
    if found is None:
        raise ValidationError({"reason": ["请从 /api/v1/transfer-reasons/ 所列原因中选择（附件1 三.1）。"]})
    return found


def _grade(typed: dict, transfer: Transfer, now) -> int | None:
    """The grade named; else one that was changed before; else the pupil's own, where the school has it (R4.3)."""
    facts = pages.facts_of(transfer, now)
    wanted = typed.get("grade_to", transfer.grade_to if transfer.grade_reason else None)
    if wanted is None:
        return facts.grade if facts.grade in facts.receiving_system.grades else None
    if wanted not in facts.receiving_system.grades:
        raise ValidationError({"grade_to": ["请从本校开设的年级中选择（附件1 四.2）。"]})
    return wanted


def _class(typed: dict, transfer: Transfer, grade: int | None, day) -> SchoolClass | None:
    if "school_class" not in typed:
        return transfer.school_class
    if typed["school_class"] is None:
        return None
    school = transfer.receiving_school
    found = SchoolClass.objects.filter(school=school, pk=typed["school_class"]).first()
    if found is None or not takes(found, grade, system_on(school, day), day):
        raise ValidationError({"school_class": ["请从本校这一年级的班级中选择（附件1 四.2）。"]})
    return found
