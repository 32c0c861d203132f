"""Numbers and telephones of citizens on a ticket: sealed at their place, opened for the paper, masked on the page."""

from students.pupil import identity, sealing

# Field → how a page shows it.
_MASKS = {
    "reporter_id": identity.mask_number,
    "reporter_phone": identity.mask_phone,
    "pupil_number": identity.mask_number,
    "pupil_id": identity.mask_number,
    "contact": identity.mask_phone,
}
SEALED = tuple(_MASKS)


def put(ticket, field: str, text: str) -> None:
    """Keep ``text`` sealed in a field of the ticket; an empty text empties it."""
    sealed = sealing.seal(text, ticket._meta.db_table, field, ticket.number) if text else None
    setattr(ticket, f"{field}_sealed", sealed)


def opened(ticket, field: str) -> str:
    """The text in full. Raises :class:`students.pupil.sealing.SealBroken`."""
    kept = getattr(ticket, f"{field}_sealed")
    return sealing.unseal(kept, ticket._meta.db_table, field, ticket.number) if kept else ""


def masked(ticket, field: str) -> str:
    """As a page shows it."""
    text = opened(ticket, field)
    return _MASKS[field](text) if text else ""
