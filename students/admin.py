"""Administrators' pages: code tables may be changed, pupils are shown masked and never with a number."""

from django.contrib import admin

from ledger.administration import ReadOnlyAdmin, ReadOnlyInline, WalledAdmin
from students.admission.late.models import LateChild, MonthlyCheck
from students.changes import admin as policy_admin  # noqa: F401 - registers its page
from students.changes.kinds import KINDS
from students.changes.models import StatusChange
from students.classes.models import ChangeSheet, ClassCharge
from students.dropouts.models import DropoutMark
from students.duplicates.models import KnownTwins
from students.onward.models import RecruitedPupil
from students.problems.models import RecordRemoval
from students.pupil.identity import mask_name
from students.pupil.models import CodeTable, Enrolment, ProblemRecord, RegistrationNumber, Student
from students.roster.models import RosterExport
from students.tables.models import ImportBatch
from students.verification.models import VerificationRound
from students.year_end.models import GraduationRun
from web.clock import local_date, spoken
from web.words import zh


@admin.register(CodeTable)
class CodeTableAdmin(WalledAdmin):
    """代码表."""

    may_add = may_change = True
    chain = "rulebook"
    list_display = ("table", "code", "name", "source")
    list_filter = ("table",)
    search_fields = ("name", "code")
    search_help_text = zh("按代码、名称查找")

    def get_readonly_fields(self, request, obj=None):
        """Records name a row by table and code; only what it is called may change."""
        return ("table", "code") if obj is not None else ()


class EnrolmentInline(ReadOnlyInline):
    """Where the pupil's record was and is."""

    model = Enrolment
    fields = ("school", "since", "until", "grade_in", "grade_out", "entered_by", "left_by", "case_number")
    readonly_fields = ("since", "until")

    @admin.display(description=zh("起"))
    def since(self, enrolment):
        """The day the record came."""
        return _day(enrolment.period.lower)

    @admin.display(description=zh("止"))
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
    search_help_text = zh("按学生的内部编号（UUID）准确查找")
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

    @admin.display(description=zh("内部编号"))
    def public_key(self, student):
        """The random key that stands in addresses."""
        return student.key

    @admin.display(description=zh("姓名"))
    def masked_name(self, student):
        """The name as lists show it; masking it twice changes nothing."""
        return mask_name(student.name)


# ---------------------------------------------------------------- 学籍异动


@admin.register(StatusChange)
class StatusChangeAdmin(ReadOnlyAdmin):
    """学籍异动, for tracing a fault; decided by cases only."""

    list_display = ("case_number", "kind_name", "on", "until", "status_was")
    list_select_related = ("case",)
    search_fields = ("=case__number",)
    search_help_text = zh("按业务号准确查找")
    fields = (
        "case",
        "on",
        "until",
        "reason",
        "status_was",
        "grade_from",
        "grade_to",
        "own_cohort",
        "own_cohort_reason",
        "reminded",
    )
    ordering = ("-id",)
    sortable_by = ()

    @admin.display(description=zh("业务号"))
    def case_number(self, row):
        """The number of its case."""
        return row.case.number

    @admin.display(description=zh("异动类型"))
    def kind_name(self, row):
        """What the kind is called."""
        return next((kind.name for kind in KINDS if kind.kind == row.case.kind), row.case.kind)


# ---------------------------------------------------------------- 问题学籍、表格导入


class OfPupil(ReadOnlyAdmin):
    """Rows about a pupil, who is named by the random key alone."""

    @admin.display(description=zh("学生内部编号"))
    def pupil(self, row):
        """The random key that stands in addresses."""
        return row.student.key


@admin.register(ProblemRecord)
class ProblemRecordAdmin(OfPupil):
    """问题学籍, for tracing a fault: whom it concerns by the inner key alone (R1.9)."""

    list_display = ("pupil", "kind", "found_by", "opened_at", "closed_at", "settled")
    list_select_related = ("student",)
    list_filter = ("kind", "settled")
    fields = ("pupil", "kind", "found_by", "opened_at", "closed_at", "settled", "case_number")
    ordering = ("-id",)
    sortable_by = ()


@admin.register(KnownTwins)
class KnownTwinsAdmin(ReadOnlyAdmin):
    """已认定的不同学生; decided by cases only (R1.9)."""

    list_display = ("one", "other", "case_number", "known_at")
    list_select_related = ("first", "second")
    fields = ("one", "other", "case_number", "known_at")
    ordering = ("-id",)
    sortable_by = ()

    @admin.display(description=zh("学生内部编号"))
    def one(self, row):
        """One of the two."""
        return row.first.key

    @admin.display(description=zh("另一名学生"))
    def other(self, row):
        """The other."""
        return row.second.key


@admin.register(ImportBatch)
class ImportBatchAdmin(ReadOnlyAdmin):
    """表格导入: who brought what, how it ended; what stood in the table is not kept (R2.1)."""

    list_display = ("number", "kind", "unit", "state", "total", "written", "faulty", "asked_at")
    list_select_related = ("unit",)
    list_filter = ("kind", "state")
    search_fields = ("=number",)
    search_help_text = zh("按导入号准确查找")
    fields = (
        "number",
        "kind",
        "unit",
        "state",
        "asked_by",
        "asked_at",
        "confirmed_at",
        "finished_at",
        "total",
        "same",
        "written",
        "faulty",
        "sha256",
    )
    ordering = ("-id",)
    sortable_by = ()


@admin.register(GraduationRun)
class GraduationRunAdmin(ReadOnlyAdmin):
    """毕业操作: which cohort, prepared and signed by whom (R4.1)."""

    list_display = ("number", "school", "cohort", "grade", "state", "prepared_at")
    list_select_related = ("school",)
    list_filter = ("state", "cohort")
    search_fields = ("=number",)
    search_help_text = zh("按编号准确查找")
    fields = ("number", "school", "cohort", "grade", "state", "prepared_by", "prepared_at")
    ordering = ("-id",)
    sortable_by = ()


@admin.register(RecruitedPupil)
class RecruitedPupilAdmin(OfPupil):
    """招生: whom a school recruits, from which list, and whether the pupil has reported (R4.5)."""

    list_display = ("pupil", "school", "graduated_from", "state", "listed_at", "reported_on")
    list_select_related = ("student", "school", "graduated_from")
    list_filter = ("state",)
    fields = (
        "pupil",
        "school",
        "graduated_from",
        "grade",
        "state",
        "case",
        "listed_by",
        "listed_at",
        "reported_on",
        "reporting_by",
    )
    ordering = ("-id",)
    sortable_by = ()


@admin.register(LateChild)
class LateChildAdmin(ReadOnlyAdmin):
    """补建学籍: what came of a child on a list; what was said of it stays sealed (R2.2)."""

    list_display = ("key", "masked", "school", "state", "why", "listed_at", "collected_at")
    list_select_related = ("school",)
    list_filter = ("state", "why")
    fields = (
        "key",
        "masked",
        "school",
        "cohort",
        "why",
        "state",
        "case",
        "listed_by",
        "listed_at",
        "collected_at",
        "month",
    )
    ordering = ("-id",)
    sortable_by = ()

    @admin.display(description=zh("姓名"))
    def masked(self, row):
        """The name as those see it who need not know it."""
        return mask_name(row.name)


@admin.register(MonthlyCheck)
class MonthlyCheckAdmin(ReadOnlyAdmin):
    """A province's list of a month: closed, sent, answered (R2.2)."""

    list_display = ("number", "province", "month", "state", "total", "created", "refused", "checked_at")
    list_select_related = ("province",)
    list_filter = ("month", "state")
    search_fields = ("=number",)
    search_help_text = zh("按批次号准确查找")
    fields = (
        "number",
        "province",
        "month",
        "state",
        "closed_by",
        "closed_at",
        "sent_by",
        "sent_at",
        "opinion",
        "total",
        "created",
        "refused",
        "checked_at",
    )
    ordering = ("-id",)
    sortable_by = ()


@admin.register(ClassCharge)
class ClassChargeAdmin(ReadOnlyAdmin):
    """班主任: who teaches which class; said by the school's registrar on the class's page (R6.1)."""

    list_display = ("school_class", "account", "since", "until")
    list_select_related = ("school_class", "account__person")
    fields = ("school_class", "account", "since", "until", "set_by", "set_at")
    ordering = ("-id",)
    sortable_by = ()


@admin.register(ChangeSheet)
class ChangeSheetAdmin(ReadOnlyAdmin):
    """班级变动表: by whom, and what became of it; what it says stands on its own page (R6.1)."""

    list_display = ("number", "school_class", "state", "prepared_by", "sent_at", "decided_by", "decided_at")
    list_select_related = ("school_class", "prepared_by__person", "decided_by__person")
    list_filter = ("state",)
    search_fields = ("=number",)
    search_help_text = zh("按编号准确查找")
    fields = (
        "number",
        "school_class",
        "state",
        "prepared_by",
        "sent_at",
        "decided_by",
        "decided_at",
        "answer",
    )
    ordering = ("-id",)
    sortable_by = ()


@admin.register(VerificationRound)
class VerificationRoundAdmin(ReadOnlyAdmin):
    """学期核查: which authority, which term, how it ended (R6.2)."""

    list_display = ("number", "authority", "school_year", "term", "state", "due_on")
    list_select_related = ("authority",)
    list_filter = ("state", "school_year", "term")
    search_fields = ("=number",)
    search_help_text = zh("按编号准确查找")
    fields = (
        "number",
        "authority",
        "school_year",
        "term",
        "sample",
        "due_on",
        "state",
        "opened_by",
        "opened_at",
        "submitted_by",
        "submitted_at",
        "signed_by",
        "signed_at",
    )
    ordering = ("-id",)
    sortable_by = ()


@admin.register(RecordRemoval)
class RecordRemovalAdmin(ReadOnlyAdmin):
    """已删除的重复学籍: which record went, which was kept, by which case (R1.9, R1.4)."""

    list_display = ("gone", "stays", "case", "removed_at")
    list_select_related = ("student", "kept", "case")
    fields = ("gone", "stays", "case", "removed_at")
    ordering = ("-id",)
    sortable_by = ()

    @admin.display(description=zh("已删除的学籍"))
    def gone(self, row):
        """The random key that stood in addresses."""
        return row.student.key

    @admin.display(description=zh("保留的学籍"))
    def stays(self, row):
        """The key of the other."""
        return row.kept.key


@admin.register(RosterExport)
class RosterExportAdmin(ReadOnlyAdmin):
    """名册导出: who took what away, for which purpose; the file itself is its asker's (R0.7)."""

    list_display = ("number", "unit", "total", "form", "numbers", "purpose", "state", "asked_by", "asked_at")
    list_select_related = ("unit", "asked_by__person")
    list_filter = ("state", "form", "numbers")
    search_fields = ("=number",)
    search_help_text = zh("按编号准确查找")
    fields = (
        "number",
        "unit",
        "grade",
        "status",
        "form",
        "numbers",
        "purpose",
        "state",
        "total",
        "asked_by",
        "asked_at",
    )
    ordering = ("-id",)
    sortable_by = ()


@admin.register(DropoutMark)
class DropoutMarkAdmin(OfPupil):
    """辍学标识: which school marked whom, signed by whom, reported when (R5.2)."""

    list_display = ("number", "pupil", "school", "grade", "state", "reason", "sent_on", "ended_on")
    list_select_related = ("student", "school")
    list_filter = ("state", "reason")
    search_fields = ("=number",)
    search_help_text = zh("按编号准确查找")
    fields = (
        "number",
        "pupil",
        "school",
        "grade",
        "last_seen_on",
        "reason",
        "state",
        "marked_by",
        "marked_at",
        "signed_by",
        "signed_at",
        "sent_on",
        "sent_to",
        "ended_on",
    )
    ordering = ("-id",)
    sortable_by = ()


# Django finds the pages of this app through this module.
from students.bulletins import admin as bulletin_admin  # noqa: E402, F401
