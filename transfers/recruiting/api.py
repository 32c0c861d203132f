"""The API of 招生: who stands on a school's list, list a graduate (one's own as well: 直升), send the list off, take a wrong
recruitment back. The verbs are those of every case (``/cases/<number>/…``) (R4.5, R4.4)."""

from django.db import transaction
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from ledger.api import KEY, Endpoint, Strict, Typed, once, told
from orgs.people.unit_codes import UnitCode
from reviews.desk import context as desk
from reviews.engine.api_shapes import RefusalOut, UnitRef
from students.admission.recruitment import actions as recruitment
from students.admission.recruitment import through
from students.onward.models import RecruitedPupil, Recruiting
from students.pupil import identity
from students.pupil.models import Student
from students.year_end import recruitment_rollback as recruitment_back
from transfers.moving.look_up_api import looked_up, school_of

MOST_CLASS = 99
_SCHOOL = OpenApiParameter("school", str, description="招生学校代码；只任职一所学校时不必写。")


class RecruitedOut(serializers.Serializer):
    """A pupil on a list, masked."""

    student = serializers.UUIDField(source="student.key")
    name = serializers.SerializerMethodField()
    school = UnitRef(source="school_called", help_text="招生学校")
    graduated_from = UnitRef(help_text="毕业学校")
    graduated_on = serializers.DateField()
    grade = serializers.IntegerField(help_text="将就读的年级。")
    class_number = serializers.IntegerField(allow_null=True)
    state = serializers.ChoiceField(Recruiting.choices)
    case = serializers.CharField(
        source="case.number", allow_null=True, default=None, help_text="名册的业务号。"
    )
    reported_on = serializers.DateField(allow_null=True)

    @extend_schema_field(str)
    def get_name(self, row) -> str:
        """The pupil's name, masked."""
        return identity.mask_name(row.student.name)


class OfferedOut(serializers.Serializer):
    """A graduate of the school itself."""

    student = serializers.UUIDField(source="student.key")
    name = serializers.SerializerMethodField()
    grade = serializers.IntegerField(help_text="将就读的年级。")
    class_number = serializers.IntegerField(allow_null=True, help_text="原班号。")
    refusal = RefusalOut(allow_null=True, help_text="现在不能列入的原因；能列入时为 null。")

    @extend_schema_field(str)
    def get_name(self, one) -> str:
        """The pupil's name, masked."""
        return identity.mask_name(one.student.name)


class NumbersOut(serializers.Serializer):
    """The cases that were begun."""

    numbers = serializers.ListField(child=serializers.CharField(), help_text="业务号，见 /api/v1/cases/。")


class ListIn(Strict):
    """Whom, at which school."""

    school = UnitCode(required=False, label="招生学校代码", help_text="只任职一所学校时不必写。")
    pupil = serializers.CharField(max_length=400, label="核对结果", help_text="/api/v1/look-up/ 给出的 key。")
    class_number = serializers.IntegerField(
        min_value=1, max_value=MOST_CLASS, required=False, allow_null=True, default=None, label="班号"
    )


class ThroughIn(Strict):
    """Which of the school's own graduates."""

    school = UnitCode(required=False, label="招生学校代码", help_text="只任职一所学校时不必写。")
    students = serializers.ListField(
        child=serializers.UUIDField(), max_length=through.MOST, label="学生的内部编号"
    )


class ListSendIn(Strict):
    """Which school's list, and what its registrar says."""

    school = UnitCode(required=False, label="招生学校代码", help_text="只任职一所学校时不必写。")
    opinion = Typed(label="审核补充意见")


class ReturnIn(Strict):
    """Whose recruitment is taken back, and why."""

    student = serializers.UUIDField(label="学生的内部编号")
    why = Typed(label="回退原因")
    opinion = Typed(label="审核补充意见")


class _AtSchool(serializers.Serializer):
    school = UnitCode(required=False)


@extend_schema_view(
    list=extend_schema(summary="招生名册中的学生，新的在前", operation_id="recruitment_list", filters=False)
)
class Recruited(mixins.ListModelMixin, Endpoint):
    """招生名册."""

    queryset = RecruitedPupil.objects.none()
    serializer_class = RecruitedOut
    paging = ("-pk",)

    def get_queryset(self):
        """Those that the account may read."""
        rows = RecruitedPupil.objects.visible_to(self.request.user, desk.of(self.request).today)
        return rows.select_related("student", "school", "graduated_from", "case")

    @extend_schema(
        summary="列入一名毕业生",
        operation_id="recruitment_create",
        parameters=[KEY],
        request=ListIn,
        responses={201: RecruitedOut, 409: told("不能招生，已在名册中，或没有岗位。")},
    )
    def create(self, request) -> Response:
        """By the registrar of the recruiting school; nothing is sent yet."""
        typed, now = self.read(ListIn), desk.of(request).now
        school = school_of(request.user, typed.get("school"), now)
        student, number = looked_up(typed["pupil"], request.user), typed["class_number"]

        def act(keep) -> dict:
            with transaction.atomic():
                classes = {student.pk: number} if number else {}
                (row,) = recruitment.add([student], school, request.user, now, classes)
                keep({"row": row.pk})
            return {"row": row.pk}

        made, _ = once(request, (str(student.key), school.pk, number), act)
        return Response(RecruitedOut(self.get_queryset().get(pk=made["row"])).data, status=201)

    @extend_schema(
        methods=["GET"],
        summary="可以直升的本校毕业生",
        operation_id="recruitment_through_list",
        parameters=[_SCHOOL],
        responses=OfferedOut(many=True),
        filters=False,
    )
    @extend_schema(
        methods=["POST"],
        summary="列入直升的本校毕业生",
        operation_id="recruitment_through",
        parameters=[KEY],
        request=ThroughIn,
        responses={
            201: RecruitedOut(many=True),
            409: told("有学生现在不能列入，或没有岗位；一名也没有列入。"),
        },
    )
    @action(detail=False, methods=["get", "post"], pagination_class=None)
    def through(self, request) -> Response:
        """Of a school of several phases: offered, then listed together or not at all."""
        now, day = desk.of(request).now, desk.of(request).today
        if request.method != "POST":
            school = school_of(request.user, self.query(_AtSchool).get("school"), now)
            return Response(OfferedOut(through.offered(school, day), many=True).data)
        typed = self.read(ThroughIn)
        school, keys = school_of(request.user, typed.get("school"), now), set(typed["students"])
        found = {one.student.key: one for one in through.offered(school, day) if one.student.key in keys}
        # Whoever is not offered is told like whoever does not exist.
        ids = [found[key].student.pk if key in found else 0 for key in keys]
        classes = {one.student.pk: one.class_number for one in found.values() if one.class_number}

        def act(keep) -> dict:
            with transaction.atomic():
                rows = [row.pk for row in through.add(ids, school, request.user, now, classes)]
                keep({"rows": rows})
            return {"rows": rows}

        made, _ = once(request, (school.pk, *sorted(map(str, keys))), act)
        rows = self.get_queryset().filter(pk__in=made["rows"])
        return Response(RecruitedOut(rows, many=True).data, status=201)

    @extend_schema(
        summary="上报名册",
        description="按毕业学校的主管部门各成一件，交本校负责人核办。",
        operation_id="recruitment_send",
        parameters=[KEY],
        request=ListSendIn,
        responses={201: NumbersOut, 409: told("名册是空的，有学生现在不能招生，或没有岗位。")},
    )
    @action(detail=False, methods=["post"])
    def send(self, request) -> Response:
        """By the school's registrar; its head signs."""
        typed, now = self.read(ListSendIn), desk.of(request).now
        school = school_of(request.user, typed.get("school"), now)

        def act(keep) -> dict:
            cases = recruitment.send(school, request.user, now, typed["opinion"])
            made = {"numbers": [case.number for case in cases]}
            keep(made)
            return made

        made, _ = once(request, (school.pk, typed["opinion"]), act)
        return Response(made, status=201)

    @extend_schema(
        summary="招生回退",
        description="由学籍所在学校的主管部门发起，退回毕业状态；交本单位负责人核办。",
        operation_id="recruitment_return",
        parameters=[KEY],
        request=ReturnIn,
        responses={201: NumbersOut, 409: told("有妨碍办理的情形，或没有岗位。")},
    )
    @action(detail=False, methods=["post"], url_path="return")
    def take_back(self, request) -> Response:
        """By the authority's registrar; its head signs."""
        typed, known = self.read(ReturnIn), desk.of(request)
        pupils = Student.objects.visible_to(request.user, known.today).select_related("school__authority")
        student = get_object_or_404(pupils, key=typed["student"])

        def act(keep) -> dict:
            said = {"why": typed["why"], "opinion": typed["opinion"]}
            made = {"numbers": [recruitment_back.send(student, request.user, known.now, **said).number]}
            keep(made)
            return made

        made, _ = once(request, (str(student.key), typed["why"], typed["opinion"]), act)
        return Response(made, status=201)
