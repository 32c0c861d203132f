"""What the one who uploaded a table is told when the dry run or the writing has ended."""

from datetime import datetime

from ledger import outbox
from ledger.models import OutboxMessage
from reviews.notices.sending import Letter, tell
from students.tables import imports
from students.tables.models import ImportBatch, ImportState
from web.words import zh


@outbox.handler("import")
def tell_uploader(messages: list[OutboxMessage], now: datetime) -> None:
    """One notice; figures only."""
    ids = {message.payload["import"] for message in messages}
    batches = ImportBatch.objects.select_related("asked_by").in_bulk(ids)
    tell(
        (
            Letter(batch.asked_by_id, None, text_of(batch), message.dedup, f"/imports/{batch.number}/")
            for message in messages
            for batch in [batches[message.payload["import"]]]
        ),
        now,
    )


def text_of(batch: ImportBatch) -> str:
    """The sentence."""
    title = f"导入 {batch.number}（{imports.kind_of(batch).title}）"
    if batch.state == ImportState.FAULTY:
        return f"{title}{wrong_of(batch)}，没有写入任何内容；请按核对结果改好后重新上传。"
    if batch.state == ImportState.DONE:
        left = f"，退回 {batch.left_over} 行，请改好后重新上传" if batch.left_over else ""
        return f"{title}已写入 {batch.written} 人{left}。"
    if batch.questions:
        return f"{title}有 {len(batch.questions)} 行要请你回答是不是同一名学生，答后再确认写入。"
    return f"{title}核对无误，请确认后写入。"


def wrong_of(batch: ImportBatch) -> str:
    """How many of how many lines are wrong."""
    lines = [line for line in batch.bad if line]
    return zh("{total} 行中 {bad} 行有误", total=batch.total, bad=len(lines)) if lines else zh("不能读取")
