"""The API of the record: every item of a pupil's record, its history, and the updates that the school's registrar makes
(R6.1). Numbers are masked; what is to be changed by key information change cannot be changed here (R1.6)."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from ledger.api import KEY, Endpoint, Revision, Strict, once, told
from reviews.desk import context as desk
from students.pupil.models import FieldChange, Student
from students.record import changes as record_changes
from students.record import fields as record_fields
from students.record import pages as record_pages
from students.record import values as record_values
from students.record.fields import BY_KEY
from students.record.values import Record

PUPIL = OpenApiParameter("key", str, OpenApiParameter.PATH, description="学生的内部编号（UUID）")
_MOST_ITEMS = len(record_fields.FIELDS)


class RecordOut(serializers.Serializer):
    """A pupil's record by the dictionary's keys."""

    student = serializers.UUIDField(source="student.key")
    revision = serializers.IntegerField(source="row.revision")
    values = serializers.DictField(
        child=serializers.CharField(), help_text="项目 → 代码或文字；日期为 2026-11-23。"
    )
    masked = serializers.SerializerMethodField(help_text="加密保存的项目，只给出遮盖后的号码。")
    missing = serializers.SerializerMethodField(help_text="必填而未填的项目。")
    remarks = serializers.SerializerMethodField(help_text="需要核对的地方；不妨碍办理。")

    @extend_schema_field(serializers.DictField(child=serializers.CharField()))
    def get_masked(self, record: Record) -> dict[str, str]:
        """Of the sealed items, those that are given."""
        return {key: record.masked(BY_KEY[key]) for key in sorted(record.given)}

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_missing(self, record: Record) -> list[str]:
        """Required and empty."""
        return [item.key for item in record_fields.missing(record.complete())]

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_remarks(self, record: Record) -> list[str]:
        """Contradictions and remarks, in words."""
        return record_pages.told_of(record, self.context["day"])


class RecordIn(Strict):
    """The items to change; what is left out stays as it is."""

    values = serializers.DictField(
        child=serializers.CharField(max_length=400, allow_blank=True, trim_whitespace=True),
        label="项目 → 新内容；空文字为清空",
    )
    revision = Revision()

    def validate_values(self, values: dict) -> dict:
        """At least one item, of those there are."""
        if not values or len(values) > _MOST_ITEMS:
            raise ValidationError("请写明要更新的项目（附件1 六.1）。")
        return values


class ItemChangeOut(serializers.Serializer):
    """One item, what it was and what it became; of a sealed one only that it changed."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    item = serializers.CharField(source="field")
    label = serializers.SerializerMethodField()  # type: ignore[assignment]  # a field of that name, as DRF allows
    secret = serializers.BooleanField()
    old = serializers.CharField()
    new = serializers.CharField()
    by = serializers.CharField(source="by.display_name", default="系统")
    source = serializers.CharField(source="get_source_display")  # type: ignore[assignment]  # a field of that name

    @extend_schema_field(str)
    def get_label(self, row) -> str:
        """What the item is called."""
        return record_pages.name_of(row.field) if row.field in BY_KEY else row.field


class Records(Endpoint):
    """学籍信息 of the pupils within the account's scope."""

    queryset = Student.objects.none()
    serializer_class = RecordOut
    lookup_field = "key"
    lookup_value_regex = r"[0-9a-f-]{36}"

    def get_queryset(self):
        """Pupils within the account's scope."""
        rows = Student.objects.visible_to(self.request.user, desk.of(self.request).today)
        return rows.select_related("school", "school_class")

    def pupil(self, key: str) -> Student:
        """The pupil; 404 for what is no key and across units."""
        try:
            known = serializers.UUIDField().to_internal_value(key)
        except ValidationError:
            known = None
        return get_object_or_404(self.get_queryset(), key=known)

    def shown(self, student: Student) -> Response:
        """The record as it stands."""
        record = record_values.record_of(student)
        return Response(RecordOut(record, context={"day": desk.of(self.request).today}).data)

    @extend_schema(
        summary="一名学生的学籍信息", operation_id="records_retrieve", parameters=[PUPIL], responses=RecordOut
    )
    def retrieve(self, request, key: str) -> Response:
        """Every item, numbers masked."""
        return self.shown(self.pupil(key))

    @extend_schema(
        summary="更新学籍信息",
        description="只有学籍所在学校的学籍管理员可以更新；一项不对，全部不改，逐项告知。",
        operation_id="records_partial_update",
        parameters=[PUPIL, KEY],
        request=RecordIn,
        responses={200: RecordOut, 409: told("没有岗位、关键信息，或已被他人改动（stale）。")},
    )
    def partial_update(self, request, key: str) -> Response:
        """Write what differs, each item with its line in the history."""
        student, typed = self.pupil(key), self.read(RecordIn)
        known = {key: text for key, text in typed["values"].items() if key in BY_KEY}
        if unknown := sorted(set(typed["values"]) - set(known)):
            raise ValidationError(
                {"values": {key: ["没有这一项，项目名见学籍信息的答复。"] for key in unknown}}
            )

        def act(keep) -> dict:
            record_changes.change(
                student,
                request.user,
                known,
                revision=typed["revision"],
                keep=lambda changed: keep({"changed": changed}),
            )
            return {}

        try:
            once(request, (str(student.key), *(f"{k}={v}" for k, v in sorted(known.items()))), act)
        except record_changes.ItemsRefused as error:
            raise ValidationError({"values": {key: [told] for key, told in error.errors.items()}}) from error
        return self.shown(self.pupil(key))

    @extend_schema(
        summary="学籍信息的变更记录",
        operation_id="records_history",
        parameters=[PUPIL],
        responses=ItemChangeOut(many=True),
        filters=False,
    )
    @action(detail=True, url_name="history")
    def history(self, request, key: str) -> Response:
        """The newest first (R6.1)."""
        self.paging = ("-pk",)
        rows = FieldChange.objects.filter(student=self.pupil(key)).select_related("by__person")
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(ItemChangeOut(page, many=True).data)
