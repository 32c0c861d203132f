"""The one door through which items of a record are changed: who may, what fits, what stays on the trail (R6.1)."""

from django.db import transaction

from ledger import audit
from orgs.people.models import PostRole
from reviews.engine import seating
from students.pupil.models import ChangeSource, FieldChange, Student
from students.record import checks as record_checks
from students.record import values as record_values
from students.record.fields import BY_KEY, EDITABLE, KEY_SENTENCE
from web import clock
from web.refusals import Refusal, Refused, refuse
from web.words import zh

CLAUSE = zh("附件1 六")
CHAINS = 256


class ItemsRefused(Exception):
    """Some of the typed items cannot be so; ``errors``: key → sentence. Nothing was written."""

    def __init__(self, errors: dict[str, str]):
        self.errors = errors
        super().__init__("; ".join(errors))


def refusal(student: Student, by, day) -> Refusal | None:
    """Why ``by`` cannot change the record, or ``None``: only the registrar of the school that holds it (R6.1)."""
    told = Refusal("no_seat", zh("只有学籍所在学校的学籍管理员可以更新学籍信息。"), CLAUSE)
    return seating.seat_refusal(by, student.school_id, PostRole.REGISTRAR, day, told)


def change(
    student: Student,
    by,
    typed: dict[str, str],
    *,
    revision: int | None = None,
    source: str = ChangeSource.REGISTRAR,
    keep=None,
) -> list[str]:
    """Write what differs, each item with its line in the history; returns the changed keys.

    Raises Refused (no seat, a key field, changed by another since ``revision``) and :class:`ItemsRefused`. ``keep`` is
    called inside the transaction with the keys. Items nobody touched are not judged, so an old gap stops no update.
    """
    now = clock.now()
    today = clock.local_date(now)
    with transaction.atomic():
        held = Student.objects.select_for_update(no_key=True, of=("self",)).get(pk=student.pk)
        refused = refusal(held, by, today)
        if refused is not None:
            raise Refused(refused)
        record = record_values.record_of(held)
        if revision is not None and revision != record.row.revision:
            refuse("stale", zh("这份学籍信息刚被他人更新过，请看过最新内容后再修改。"), CLAUSE)
        before = record.complete()
        changes = fitting(before, typed, today)
        record_values.put(record, changes) if changes else None
        _remember(held, by, before, changes, source)
        if keep is not None:
            keep(sorted(changes))
    return sorted(changes)


def fitting(before: dict[str, str], typed: dict[str, str], today) -> dict[str, str]:
    """Of the typed texts what differs from the record ``before``, cleaned. Raises Refused for key information and
    :class:`ItemsRefused` for what cannot be so."""
    if any(key in BY_KEY and BY_KEY[key].edit == "key" for key in typed):
        refuse("key_information", KEY_SENTENCE, zh("附件1 一.3"))
    errors = {key: zh("这一项不在学籍信息中，或不在这里修改。") for key in typed if key not in EDITABLE}
    codes, changes = record_values.code_names(), {}
    for key, text in typed.items():
        if key in errors:
            continue
        item = EDITABLE[key]
        try:
            value = record_checks.cleaned(item, text, codes, today)
        except record_checks.ItemRefused as error:
            errors[key] = error.sentence
            continue
        if value != before.get(key, ""):
            changes[key] = value
            if item.required and not value:
                errors[key] = zh("{item_label}必填，不能清空；请填写新的内容。", item_label=item.label)
    wrong = record_checks.contradictions(before | changes, today)
    earlier = record_checks.contradictions(before, today)
    errors = {key: told for key, told in wrong.items() if earlier.get(key) != told or key in changes} | errors
    if errors and (changes or any(key in typed for key in errors)):
        raise ItemsRefused(errors)
    return changes


def _remember(student: Student, by, before: dict, changes: dict, source: str) -> None:
    if not changes:
        return
    FieldChange.objects.bulk_create(
        FieldChange(
            student=student,
            field=key,
            secret=BY_KEY[key].secret,
            old="" if BY_KEY[key].secret else before.get(key, ""),
            new="" if BY_KEY[key].secret else text,
            by=by,
            source=source,
        )
        for key, text in changes.items()
    )
    audit.record(
        f"record/{student.pk % CHAINS:02x}",
        audit.actor_of(by),
        "student.record_changed",
        {"student": student.pk, "fields": sorted(changes), "source": str(source)},
        subject=f"student:{student.key}",
    )
