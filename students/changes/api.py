"""The API of 学籍异动: what a pupil may have, begin one, fill it in, bring its proofs. The verbs are those of every
case (``/cases/<number>/…``) (R5.1–R5.3)."""

from datetime import datetime
from typing import cast

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from ledger.api import KEY, Choice, Revision, Strict, once, told
from orgs.people.models import Account, PostRole, Unit
from reviews.case_page import page as case_page
from reviews.case_page.api import NUMBER
from reviews.case_page.proof_api import ProofIn, TakesProofs
from reviews.desk import context as desk
from reviews.engine import seating
from reviews.engine.api_shapes import CaseOut, ProofOut, RefusalOut
from reviews.engine.asking import edit_refusal
from reviews.engine.models import Case
from students.changes import drafting as change_drafting
from students.changes import page as change_page
from students.changes import rules as change_rules
from students.changes.kinds import BY_KIND, KINDS
from students.changes.models import ContactAttempt, ContactWay, StatusChange
from students.changes.procedures import change_of
from students.changes.resuming import grade_chosen, own_cohort_open, told_grade
from students.changes.rules import REASONS_TABLE
from students.pupil import records
from students.pupil.models import CodeTable, SchoolClass, Student
from web import clock
from web.refusals import Refusal, Refused

KINDS_OFFERED = [(kind.kind, kind.name) for kind in KINDS]
_STUDENT = OpenApiParameter("student", str, required=True, description="学生的内部编号（UUID）")


class GradeOut(serializers.Serializer):
    """A grade that may be chosen."""

    grade = serializers.IntegerField()
    name = serializers.CharField(help_text="年级名称，必要时附编入后的情形。")


class KindOut(serializers.Serializer):
    """A kind of change, and what stands in the way of it."""

    kind = serializers.ChoiceField(KINDS_OFFERED)
    name = serializers.CharField()
    asks = serializers.ListField(child=serializers.CharField(), help_text="除日期、说明外还要填写的项。")
    reasons = serializers.ListField(child=serializers.CharField(), help_text="可选原因的代码（JY/T 1001）。")
    refusal = RefusalOut(allow_null=True, help_text="现在不能办理的原因；能办理时为 null。")
    grades = GradeOut(many=True, help_text="可以编入的年级。")
    own_cohort = serializers.BooleanField(
        help_text="能否按原届复学：级和班级不变，写明理由，复学后补办毕业。"
    )


class ContactIO(Strict):
    """One attempt to reach the pupil in vain (R5.2)."""

    on = serializers.DateField(label="联系日期")
    way = Choice(ContactWay.choices, label="方式")
    result = serializers.CharField(max_length=100, required=False, default="", allow_blank=True, label="结果")


class ChangeOut(serializers.Serializer):
    """What a change says."""

    student = serializers.UUIDField(source="student.key")
    name = serializers.SerializerMethodField()
    on = serializers.DateField(allow_null=True)
    until = serializers.DateField(allow_null=True)
    reason = serializers.CharField(source="reason.code", allow_null=True, default=None)
    note = serializers.CharField()
    last_seen = serializers.DateField(source="last_seen_on", allow_null=True)
    grade_from = serializers.IntegerField()
    grade_to = serializers.IntegerField(allow_null=True)
    school_class = serializers.IntegerField(source="school_class_id", allow_null=True)
    own_cohort = serializers.BooleanField()
    own_cohort_reason = serializers.CharField()
    status_was = serializers.CharField()
    contacts = ContactIO(many=True, source="contacts.all")

    @extend_schema_field(str)
    def get_name(self, change) -> str:
        """The pupil's name, masked."""
        return records.identity.mask_name(change.student.name)


class LineOut(serializers.Serializer):
    """A line of the check-list."""

    ok = serializers.BooleanField(allow_null=True, help_text="null：只提示，不阻止。")
    text = serializers.CharField()
    clause = serializers.CharField()


class ChangeCaseOut(CaseOut):
    """A case with its change."""

    change = serializers.SerializerMethodField()
    checks = serializers.SerializerMethodField()

    @extend_schema_field(ChangeOut)
    def get_change(self, sight) -> dict:
        """The pupil masked."""
        return ChangeOut(change_of(sight.case)).data

    @extend_schema_field(LineOut(many=True))
    def get_checks(self, sight) -> list[dict]:
        """What stands in the way of sending it; nothing once it has ended."""
        case = sight.case
        if not case.is_live:
            return []
        change = change_of(case)
        known = change_rules.facts_of(change, case, change.student, sight.desk.now)
        return list(LineOut(change_page.lines(change_rules.SUBMIT, known), many=True).data)


class BeginIn(Strict):
    """For whom, and what."""

    student = serializers.UUIDField(label="学生的内部编号")
    kind = Choice(KINDS_OFFERED, label="异动类型")


class FillIn(Strict):
    """What the form holds; a field that is left out stays as it is."""

    on = serializers.DateField(required=False, allow_null=True, label="异动日期")
    until = serializers.DateField(required=False, allow_null=True, label="休学截止日期")
    reason = serializers.CharField(max_length=12, required=False, allow_null=True, label="异动原因代码")
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, label="说明")
    last_seen = serializers.DateField(required=False, allow_null=True, label="最后在校日期")
    school_class = serializers.IntegerField(
        min_value=1, max_value=2**62, required=False, allow_null=True, label="编入班级（年级随之而定）"
    )
    own_cohort = serializers.BooleanField(required=False, label="按原届复学（级和班级不变）")
    own_cohort_reason = serializers.CharField(
        max_length=200, required=False, allow_blank=True, label="按原届复学的理由"
    )
    contacts = ContactIO(  # type: ignore[call-arg]  # many=True makes it a ListSerializer
        many=True, required=False, max_length=20, label="联系记录"
    )
    revision = Revision()


class Changes(TakesProofs):
    """学籍异动 of the pupils of one's own school."""

    queryset = Case.objects.none()
    serializer_class = ChangeCaseOut
    lookup_field = "number"
    lookup_value_regex = r"[0-9A-Za-z-]{1,20}"

    def get_queryset(self):
        """Change cases within the account's scope."""
        rows = Case.objects.visible_to(self.request.user, desk.of(self.request).today)
        return rows.filter(status_change__isnull=False).select_related("receiving_unit", "sending_unit")

    def shown(self, number: str, status: int = 200) -> Response:
        """The case as it stands for the account."""
        sight = case_page.look(cast("Account", self.request.user), number, desk.of(self.request))
        if sight is None:
            raise Http404
        return Response(ChangeCaseOut(sight).data, status=status)

    def pupil(self, key) -> Student:
        """The pupil, when the account may see it; 404 otherwise."""
        day = desk.of(self.request).today
        pupils = Student.objects.visible_to(self.request.user, day).select_related("school", "school_class")
        return get_object_or_404(pupils, key=key)

    @extend_schema(
        summary="学生可以办理的学籍异动",
        operation_id="changes_kinds",
        parameters=[_STUDENT],
        responses=KindOut(many=True),
        filters=False,
    )
    @action(detail=False, pagination_class=None)
    def kinds(self, request) -> Response:
        """Every kind, with the first obstacle of each."""
        asked = self.query(_ForWhom)
        student, now = self.pupil(asked["student"]), clock.now()
        told = Refusal("no_seat", change_drafting.NO_SEAT, change_rules.STATUS_CLAUSE)
        at, day = student.school_id, clock.local_date(now)
        if found := seating.seat_refusal(request.user, at, PostRole.REGISTRAR, day, told):
            raise Refused(found)
        rows = [
            {
                "kind": known.kind.kind,
                "name": known.kind.name,
                "asks": known.kind.asks,
                "reasons": known.kind.reasons,
                "grades": [{"grade": grade, "name": told_grade(known, grade)} for grade in known.grades],
                "own_cohort": own_cohort_open(known),
                "refusal": next((why for check in change_rules.OFFERED if (why := check(known))), None),
            }
            for known in change_rules.facts_before(student, cast("Unit", student.school), KINDS, now)
        ]
        return Response(KindOut(rows, many=True).data)

    @extend_schema(
        summary="建立学籍异动草稿",
        description="本校已有这名学生同类的草稿时，答复的就是那一件。",
        operation_id="changes_create",
        parameters=[KEY],
        request=BeginIn,
        responses={201: ChangeCaseOut, 409: told("有妨碍办理的情形，或没有岗位。")},
    )
    def create(self, request) -> Response:
        """A draft, unless a rule forbids the kind for the pupil as it stands."""
        typed = self.read(BeginIn)
        student, kind = self.pupil(typed["student"]), BY_KIND[typed["kind"]]

        def act(keep) -> dict:
            case = change_drafting.begin(
                student, kind, request.user, clock.now(), kept=lambda made: keep({"number": made.number})
            )
            return {"number": case.number}

        made, _ = once(request, (str(student.key), kind.kind), act)
        return self.shown(made["number"], status=201)

    @extend_schema(
        summary="一件学籍异动",
        operation_id="changes_retrieve",
        parameters=[NUMBER],
        responses=ChangeCaseOut,
    )
    def retrieve(self, request, number: str) -> Response:
        """The case with what it says and what stands in the way."""
        return self.shown(self.get_object().number)

    @extend_schema(
        summary="填写在手的学籍异动",
        operation_id="changes_partial_update",
        parameters=[NUMBER],
        request=FillIn,
        responses={200: ChangeCaseOut, 409: told("业务不在本校手中，或已被他人改动（stale）。")},
    )
    def partial_update(self, request, number: str) -> Response:
        """Write what differs."""
        case, now = self.in_hand()
        change, typed = change_of(case), self.read(FillIn)
        known = change_rules.facts_of(change, case, change.student, now)
        school_class = _class(typed, change)
        own = {name: typed.get(name, getattr(change, name)) for name in change_rules.OWN}
        change_drafting.change(
            case,
            request.user,
            **{name: typed.get(name, getattr(change, name)) for name in ("on", "until", "note")},
            reason=_reason(typed, change, known.kind),
            last_seen_on=typed.get("last_seen", change.last_seen_on),
            school_class=school_class,
            **own,
            grade_to=grade_chosen(known, school_class, own["own_cohort"]),
            contacts=[ContactAttempt(**row) for row in typed["contacts"]]
            if "contacts" in typed
            else list(change.contacts.all()),
            revision=typed["revision"],
        )
        return self.shown(number)

    @extend_schema(
        summary="上传一张佐证材料",
        description="选填；照片重新编码，去掉拍摄信息后保存。",
        operation_id="changes_proofs_create",
        parameters=[NUMBER, KEY],
        request={"multipart/form-data": ProofIn},
        responses={201: ProofOut, 409: told("业务不在本校手中，或已满。"), 413: told("照片超过 2 MB。")},
    )
    @action(detail=True, methods=["post"], parser_classes=[MultiPartParser], url_name="proofs")
    def proofs(self, request, number: str) -> Response:
        """Take one photograph in."""
        case, _ = self.in_hand()
        return self.taken(request, case)

    def in_hand(self) -> tuple[Case, datetime]:
        """The case, when the account may change it now. Raises Refused with the sentence why not."""
        now, case = clock.now(), self.get_object()
        refused = edit_refusal(case, cast("Account", self.request.user), clock.local_date(now))
        if refused is not None:
            raise Refused(refused)
        return case, now


class _ForWhom(serializers.Serializer):
    student = serializers.UUIDField()


def _reason(typed: dict, change: StatusChange, kind) -> CodeTable | None:
    if "reason" not in typed:
        return change.reason
    if typed["reason"] is None:
        return None
    rows = CodeTable.objects.filter(table=REASONS_TABLE, code__in=kind.reasons)
    found = rows.filter(code=typed["reason"]).first()
    if found is None:
        raise ValidationError({"reason": ["请从 /api/v1/changes/kinds/ 所列原因代码中选择（附件1 五）。"]})
    return found


def _class(typed: dict, change: StatusChange) -> SchoolClass | None:
    if "school_class" not in typed:
        return change.school_class
    if typed["school_class"] is None:
        return None
    school = change.student.school_id
    found = SchoolClass.objects.filter(school=school, pk=typed["school_class"]).first()
    if found is None:
        raise ValidationError({"school_class": ["请从本校班级中选择（附件1 五.1）。"]})
    return found
