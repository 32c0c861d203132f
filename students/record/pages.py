"""What the record's pages show: every block with its items in words, and the history; row dicts ready for a template."""

from datetime import date

from students.pupil import identity, records
from students.pupil.grades import label_of
from students.pupil.models import CodeTable, FieldChange, Student
from students.record import checks as record_checks
from students.record import fields as record_fields
from students.record.fields import BLOCKS, BY_KEY, EDITABLE, RecordField
from students.record.values import Record, code_names, division_names
from web import clock
from web.words import zh

YES_NO = {"0": zh("否"), "1": zh("是")}
HISTORY = 50


class Words:
    """Says what the values of records mean; asks the code tables once for all of them."""

    def __init__(self, values: list[dict[str, str]]):
        self.codes = code_names()
        divisions = {
            one.get(item.key, "") for one in values for item in BY_KEY.values() if item.kind == "division"
        }
        self.divisions = division_names(divisions)

    def of(self, item: RecordField, value: str) -> str:
        """The value as people read it; an empty one is an empty text."""
        if not value:
            return ""
        if item.kind == "code":
            return self.codes.get(item.table, {}).get(value, value)
        if item.kind == "yes_no":
            return YES_NO.get(value, value)
        if item.kind == "date":
            return clock.spoken(date.fromisoformat(value))
        if item.kind == "month":
            return zh("{int}年{int2}月", int=int(value[:4]), int2=int(value[5:7]))
        if item.kind == "division":
            return zh("{get}（{value}）", get=self.divisions.get(value[:6], ""), value=value)
        if item.kind == "decimal":
            return zh("{value} 公里", value=value)
        return zh("中国") if item.kind == "country" and value == "CHN" else value


def block_rows(record: Record, day: date, may_edit: bool) -> list[dict]:
    """Every block: its items in words, sealed ones masked, required ones that are empty marked."""
    words = Words([record.values])
    derived = _derived(record.student, day)
    complete = record.complete()
    lacking = {item.key for item in record_fields.missing(complete)}
    return [
        {
            "key": block,
            "label": label,
            "may_edit": may_edit and any(item.key in EDITABLE for item in record_fields.of_block(block)),
            "missing": sum(item.key in lacking for item in record_fields.of_block(block)),
            "rows": [
                {
                    "no": item.no if item.no.isdigit() else "",
                    "label": item.label,
                    "text": _shown(record, item, words, derived),
                    "volatile": item.volatile,
                    "missing": item.key in lacking,
                }
                for item in record_fields.of_block(block)
            ],
        }
        for block, label in BLOCKS.items()
    ]


def _shown(record: Record, item: RecordField, words: Words, derived: dict[str, str]) -> str:
    if item.store == "elsewhere":
        return derived.get(item.key, "")
    if item.secret:
        return record.masked(item) if item.key in record.given else ""
    return words.of(item, record.values.get(item.key, ""))


def _derived(student: Student, day: date) -> dict[str, str]:
    return {
        "photo": zh("尚未采集"),
        "grade": label_of(student, day),
        "school_class": str(student.school_class or zh("未编班")),
        "registration_number": identity.mask_number(records.current_number(student)),
        "school_code": student.school.code if student.school else "",
        "status": student.get_status_display(),
    }


def told_of(record: Record, day: date) -> list[str]:
    """Remarks and contradictions of the record as it stands: told on the page, they stop nothing."""
    values = record.complete()
    areas = {value[:6] for key, value in values.items() if value[:6].isdigit() and len(value) >= 6}
    known = set(
        CodeTable.objects.filter(
            table__in=("divisions_cn", "divisions_im_historic"), code__in=areas
        ).values_list("code", flat=True)
    )
    wrong = record_checks.contradictions(values, day)
    return [
        zh("{name_of}：{told}", name_of=name_of(key), told=told) for key, told in wrong.items()
    ] + record_checks.remarks(values, day, known)


def name_of(key: str) -> str:
    """The item's label with its block where two blocks have the same label."""
    item = BY_KEY[key]
    return (
        zh(
            "{part}{item_label}",
            part=zh("监护人一") if item.place == 1 else zh("监护人二"),
            item_label=item.label,
        )
        if item.place
        else item.label
    )


def history_rows(student: Student) -> list[dict]:
    """The last changes of the record, the newest first (R6.1)."""
    rows = list(
        FieldChange.objects.filter(student=student).select_related("by__person").order_by("-id")[:HISTORY]
    )
    words = Words([{row.field: row.old} for row in rows] + [{row.field: row.new} for row in rows])
    return [
        {
            "at": clock.moment(row.at),
            "label": name_of(row.field) if row.field in BY_KEY else row.field,
            "secret": row.secret,
            "old": words.of(BY_KEY[row.field], row.old) if row.field in BY_KEY else row.old,
            "new": words.of(BY_KEY[row.field], row.new) if row.field in BY_KEY else row.new,
            "by": row.called("by") or zh("系统"),
            "source": row.get_source_display(),
        }
        for row in rows
    ]
