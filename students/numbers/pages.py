"""What the pages and the API of 下发学籍号 show: a batch in figures, by reason and by school, as far as the reader may see."""

from django.db.models import Count, Q
from django.urls import reverse

from orgs.people import scope
from orgs.people.models import Unit
from students.numbers.models import BatchState, HeldBack, IssuingBatch, IssuingLine
from students.pupil import identity, sealing
from students.pupil.grades import label_of
from web.clock import moment
from web.words import beside, zh

CLAUSE_SHOWN = {
    "text": zh(
        "未分配正式学籍号的学生与国家人口基础信息库比对，通过后分配“G”字头；没有身份证号但查重没有问题的，分配“J”字头。"
    ),
    "note": zh("每年春季学期开学后下发。持临时学籍号的学生办理各项业务一视同仁。"),
    "source": zh("教基一厅〔2016〕2号 附件1 第一条第1、4款"),
    "url": "/rules/#b1-1-1",
}
WORKING = (BatchState.CHECKING, BatchState.ISSUING)
_TIERS: dict[str, str] = {BatchState.READY: "state-warn", BatchState.DONE: "state-plain"}


def lines_of(batch: IssuingBatch, account, day):
    """The batch's lines at schools that are, or stand under, the account's units."""
    return IssuingLine.objects.filter(scope.under("school", account, day), batch=batch)


def schools_in(batch: IssuingBatch, account, day) -> list[dict]:
    """Each school with how many get or got which letter and how many are held back; most held back first."""
    counted = (
        lines_of(batch, account, day)
        .values("school")
        .annotate(
            all=Count("pk"),
            g=Count("pk", filter=Q(reason="", letter="G")),
            j=Count("pk", filter=Q(reason="", letter="J")),
            held=Count("pk", filter=~Q(reason="")),
        )
        .order_by("-held", "school")
    )
    rows = list(counted)
    units = Unit.objects.select_related("authority").in_bulk([row["school"] for row in rows])
    return [
        {
            "code": units[row["school"]].code,
            "name": batch.school_then(units[row["school"]])[0],
            "authority": batch.school_then(units[row["school"]])[1],
            "url": reverse("numbers-receipt", args=[batch.number, units[row["school"]].code]),
            **{name: row[name] for name in ("all", "g", "j", "held")},
        }
        for row in rows
    ]


def reasons_in(batch: IssuingBatch, account, day) -> list[dict]:
    """Each reason for holding back with its pupils, the commonest first."""
    held = lines_of(batch, account, day).exclude(reason="").values("reason").annotate(count=Count("pk"))
    return [
        {"code": row["reason"], "text": HeldBack(row["reason"]).label, "count": row["count"]}
        for row in held.order_by("-count", "reason")
    ]


def sums(schools: list[dict]) -> dict:
    """All the reader's schools together."""
    return {name: sum(row[name] for row in schools) for name in ("all", "g", "j", "held")}


def facts(batch: IssuingBatch) -> list[tuple[str, str]]:
    """Who did what and when."""
    told = [
        (zh("范围"), batch.called("province")),
        (
            zh("准备"),
            beside(batch.called("prepared_by"), moment(batch.prepared_at)),
        ),
    ]
    if batch.confirmed_at:
        told.append(
            (
                zh("确认"),
                beside(
                    batch.called("confirmed_by"),
                    moment(batch.confirmed_at),
                    zh("“{quoted}”", quoted=batch.opinion),
                ),
            )
        )
    if batch.finished_at:
        told.append((zh("完成") if batch.state == BatchState.DONE else zh("放弃"), moment(batch.finished_at)))
    return told


def progress(batch: IssuingBatch) -> dict | None:
    """How far the present work is, or ``None`` while nothing runs."""
    if batch.state not in WORKING:
        return None
    done = batch.checked if batch.state == BatchState.CHECKING else batch.issued + batch.held
    return {"label": batch.get_state_display(), "done": done, "total": max(batch.total, done, 1)}


def row_of(batch: IssuingBatch) -> dict:
    """A batch in the list."""
    return {
        "number": batch.number,
        "url": reverse("numbers-batch", args=[batch.number]),
        "state": batch.get_state_display(),
        "tier": _TIERS.get(batch.state, "state-plain"),
        "prepared": moment(batch.prepared_at),
        "finished": moment(batch.finished_at) if batch.finished_at else "—",
        "total": batch.total,
        "issued": batch.issued,
        "held": batch.held,
    }


def receipt_rows(lines, day) -> list[dict]:
    """The pupils of one school in a batch: masked, with the new number masked or the reason why not."""
    sealer = sealing.sealer("students_registrationnumber", "sealed")
    return [
        {
            "name": identity.mask_name(line.student.name),
            "key": str(line.student.key),
            "grade": label_of(line.student, day),
            "class": str(line.student.school_class or "—"),
            "letter": line.letter if not line.reason else "L",
            "number": identity.mask_number(sealer.unseal(line.issued.sealed, line.issued_id))
            if line.issued_id
            else "",
            "reason": line.get_reason_display() if line.reason else "",
        }
        for line in lines
    ]
