"""持证上岗 (R8.1): a registrar without a certificate in force may look, not decide; a province may grant new ones a time."""

from datetime import date, timedelta

from orgs.seats import Seat
from reviews.refusals import Refusal
from reviews.rulebook import Rulebook

CLAUSE = "正文 二.1"
# How many days a new registrar may act without a certificate: a row of the rulebook, a province's own before the nation's.
GRACE = "training_grace_days"


def refusal(seat: Seat, day: date, book: Rulebook) -> Refusal | None:
    """Why the registrar at this seat may not decide now."""
    if seat.trained_until is not None and seat.trained_until >= day:
        return None
    grace = book.limit(GRACE, day, seat.unit.province_id)
    if seat.since is not None and day < seat.since + timedelta(days=grace):
        return None
    was = "培训合格证已过有效期" if seat.trained_until is not None else "还没有培训合格证"
    told = f"你{was}，可以查看，不能办理：学籍管理员须经培训、持证上岗；请参加培训，由上级登记备案后再办理。"
    return Refusal("untrained", told, CLAUSE)
