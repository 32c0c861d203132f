"""The API of floor 4: the classes of one's own school."""

from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import mixins, serializers

from ledger.api import Endpoint
from orgs.people.scope import own_units
from orgs.people.unit_codes import UnitCode
from students.pupil.grades import cohort_of, grade_at, grade_of, label_of
from students.pupil.models import SchoolClass
from web import clock


class ClassOut(serializers.Serializer):
    """A class."""

    id = serializers.IntegerField()
    school = serializers.CharField(source="school.code", label="学校代码")
    grade = serializers.SerializerMethodField()
    grade_label = serializers.SerializerMethodField()
    number = serializers.IntegerField(label="班号")

    @extend_schema_field(int)
    def get_grade(self, row) -> int:
        """Derived from phase, cohort and day (R3.5c)."""
        return grade_of(row, clock.local_date(clock.now()))

    @extend_schema_field(str)
    def get_grade_label(self, row) -> str:
        """What the school calls it."""
        return label_of(row, clock.local_date(clock.now()))


class ClassQuery(serializers.Serializer):
    """How classes are narrowed."""

    grade = serializers.IntegerField(min_value=1, max_value=12, required=False, label="年级 1–12")
    school = UnitCode(required=False, label="学校代码")


@extend_schema_view(
    list=extend_schema(summary="本校班级", operation_id="classes_list", parameters=[ClassQuery])
)
class Classes(mixins.ListModelMixin, Endpoint):
    """班级 of the schools where the account sits, for choosing one in a draft."""

    serializer_class = ClassOut
    queryset = SchoolClass.objects.none()
    paging = ("pk",)

    def get_queryset(self):
        """Own schools only."""
        today = clock.local_date(clock.now())
        asked = self.query(ClassQuery)
        rows = SchoolClass.objects.filter(school__in=own_units(self.request.user, today))
        if "grade" in asked:
            # Of the running year: no class of a leaving cohort, though its pupils stop at that grade.
            rows = rows.filter(cohort=cohort_of(asked["grade"], today)).alias(at=grade_at(today))
            rows = rows.filter(at=asked["grade"])
        if "school" in asked:
            rows = rows.filter(school__code=asked["school"])
        return rows.select_related("school").prefetch_related("school__system_periods")
