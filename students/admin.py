"""Administrators' pages: code tables may be changed, pupils are shown masked and never with a number."""

from django.contrib import admin

from ledger.administration import ReadOnlyAdmin, ReadOnlyInline, WalledAdmin
from ledger.clock import local_date, spoken
from students.identity import mask_name
from students.models import CodeTable, Enrolment, RegistrationNumber, Student


@admin.register(CodeTable)
class CodeTableAdmin(WalledAdmin):
    """代码表."""

    may_add = may_change = True
    chain = "rulebook"
    list_display = ("table", "code", "name", "source")
    list_filter = ("table",)
    search_fields = ("name", "code")
    search_help_text = "按代码、名称查找"

    def get_readonly_fields(self, request, obj=None):
        """Records name a row by table and code; only what it is called may change."""
        return ("table", "code") if obj is not None else ()


class EnrolmentInline(ReadOnlyInline):
    """Where the pupil's record was and is."""

    model = Enrolment
    fields = ("school", "since", "until", "grade_in", "grade_out", "entered_by", "left_by", "case_number")
    readonly_fields = ("since", "until")

    @admin.display(description="起")
    def since(self, enrolment):
        """The day the record came."""
        return _day(enrolment.period.lower)

    @admin.display(description="止")
    def until(self, enrolment):
        """The day the record left."""
        return _day(enrolment.period.upper)


def _day(instant):
    return spoken(local_date(instant)) if instant else "—"


class NumberInline(ReadOnlyInline):
    """That there is a number, of which letter and since when; never the number."""

    model = RegistrationNumber
    fields = ("kind", "issued_at", "closed_at", "closed_reason")


@admin.register(Student)
class StudentAdmin(ReadOnlyAdmin):
    """学生, for tracing a fault: masked, without birth date, address or number. Records are kept by their schools."""

    list_display = ("public_key", "masked_name", "school", "cohort", "status")
    list_filter = ("status",)
    list_select_related = ("school",)
    search_fields = ("=key",)
    search_help_text = "按学生的内部编号（UUID）准确查找"
    fields = ("public_key", "masked_name", "sex", "school", "school_class", "cohort", "status")
    ordering = ("-id",)
    sortable_by = ()
    inlines = (EnrolmentInline, NumberInline)

    def get_object(self, request, object_id, from_field=None):
        """The pupil with the name masked at once: titles and breadcrumbs show a row's name too."""
        student = super().get_object(request, object_id, from_field)
        if student is not None:
            student.name = mask_name(student.name)
        return student

    @admin.display(description="内部编号")
    def public_key(self, student):
        """The random key that stands in addresses."""
        return student.key

    @admin.display(description="姓名")
    def masked_name(self, student):
        """The name as lists show it; masking it twice changes nothing."""
        return mask_name(student.name)
