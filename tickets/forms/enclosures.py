"""附件 of a ticket: photographs of those who issue it, while it is drafted, and of those who answer it (R8.6)."""

import hashlib
import uuid

from django.db import transaction

from ledger import audit
from reviews.evidence import files, pictures
from tickets.forms import asking
from tickets.forms.kinds import CLAUSE
from tickets.forms.models import Enclosure, Ticket
from tickets.forms.states import State, Verb
from web.clock import local_date
from web.refusals import Refused, refuse
from web.words import zh

MOST = 12
_LONGEST_EDGE = 2400


def refusal(ticket: Ticket, by, day):
    """Why ``by`` cannot add or remove anything now."""
    if ticket.state == State.DRAFTED:
        return asking.edit_refusal(ticket, by, day)
    return asking.refusal(ticket, Verb.ANSWER, by, day)


def add(number: str, by, upload, now) -> Enclosure:
    """Keep a photograph. Raises Refused for one that is too large, no JPEG or PNG, not readable, or one too many."""
    if refused := refusal(
        Ticket.objects.select_related("holder", "issuing_unit").get(number=number), by, local_date(now)
    ):
        raise Refused(refused)
    picture = pictures.plain(pictures.decoded(pictures.bytes_of(upload, CLAUSE), CLAUSE))
    picture.thumbnail((_LONGEST_EDGE, _LONGEST_EDGE))
    data, key = pictures.jpeg(picture), uuid.uuid4()
    with files.stored(key, data), transaction.atomic():
        held = _held(number, by, now)
        rows = held.enclosures.order_by("-position")
        if rows.filter(removed_at=None).count() >= MOST:
            refuse("proof_count", zh("一张单据最多附 {most} 张照片，请先移除不需要的。", most=MOST), CLAUSE)
        last = rows.first()
        made = Enclosure.objects.create(
            key=key,
            ticket=held,
            position=last.position + 1 if last else 1,
            unit=held.holder,
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            added_by=by,
        )
        _note(held, by, "enclosed", key)
    return made


def remove(number: str, by, key, now) -> None:
    """Take one of the own unit's out again. Raises Refused."""
    with transaction.atomic():
        held = _held(number, by, now)
        rows = held.enclosures.filter(key=key, removed_at=None, unit=held.holder)
        if not rows.update(removed_at=now):
            refuse("proof_gone", zh("这张照片已经移除，或不是本单位上传的。"), CLAUSE)
        _note(held, by, "enclosure_removed", key)


def read(enclosure: Enclosure) -> bytes:
    """The photograph as kept. Raises Refused when the file is missing or does not fit its digest."""
    try:
        return files.read(enclosure.key, enclosure.sha256)
    except ValueError:
        refuse("proof_damaged", zh("这张附件的文件已损坏或缺失，请联系系统管理员；单据不受影响。"))


def _held(number: str, by, now) -> Ticket:
    rows = Ticket.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "holder", "issuing_unit"
    )
    held = rows.get(number=number)
    if refused := refusal(held, by, local_date(now)):
        raise Refused(refused)
    return held


def _note(held: Ticket, by, what: str, key) -> None:
    body = {"ticket": held.number, "enclosure": str(key)}
    audit.record("tickets", audit.actor_of(by), f"ticket.{what}", body, subject=f"ticket:{held.number}")
