"""What the frame of every page shows: navigation, who is signed in, unread notices, the freeze (R3.5)."""

import logging
from typing import Any, cast

from django.conf import settings
from django.db import Error as DatabaseError
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from orgs.people.models import Account
from orgs.people.seats import Seat, seats_of
from reviews.desk import context as desk
from reviews.engine import procedures, seating
from reviews.rulebook.windows import window_state
from web.words import zh
from xueji import navigation

log = logging.getLogger(__name__)


def page(request: HttpRequest) -> dict:
    """The context of ``base.html``. A page that tells of a database fault is still drawn, with an empty frame."""
    try:
        return _page(request)
    except DatabaseError as error:
        log.error("frame without database: %s", type(error).__name__)
        return {}


def _page(request: HttpRequest) -> dict:
    account = getattr(request, "user", None)
    known = desk.of(request)
    if account is None or not account.is_authenticated:
        return {"freeze": freeze(known, None)}
    seats = seats_of(account, known.today)
    province = next((seat.unit.province_id for seat in seats if seat.unit.province_id), None)
    return {
        "freeze": freeze(known, province),
        "unread": known.unread,
        "barred": seating.bar_of(account, known.today),
        "me": _me(account, seats),
        "nav": navigation.sections(request.path, account, seats, known.unread),
        "search_url": "/search/",
        "sign_out_url": "/accounts/sign-out/",
        "password_url": "/accounts/password/",
        "keepalive_url": "/accounts/alive/",
        "session_seconds": settings.SESSION_COOKIE_AGE - int(settings.SESSION_RENEWED_AFTER.total_seconds()),
    }


def _me(account: Account, seats: list[Seat]) -> dict:
    """Name, unit and post for the corner; the key tells accounts apart on a shared machine and nothing else."""
    first = seats[0] if seats else None
    more = zh(" 等") if len({seat.unit.pk for seat in seats}) > 1 else ""
    return {
        "name": account.display_name,
        "unit": f"{first.unit.name}{more}" if first else zh("未任职"),
        "role": first.title if first else zh("系统管理员") if account.is_staff else zh("无岗位"),
        "key": salted_hmac("xueji.account", str(account.pk)).hexdigest()[:12],
    }


def freeze(known: desk.Desk, province: int | None) -> dict | None:
    """The announcement while a window forbids sending any kind of case (R3.5), from its first to its last second."""
    spoken_of = {kind for window in known.book.windows for kind in window.kinds}
    for procedure in procedures.all_procedures():
        if procedure.kind not in spoken_of:
            continue
        # Whether is asked first: until when takes many times as long, and most of the year nobody is told.
        shut = known.book.closed(procedure.kind, province, known.now)
        if shut is not None and shut.closes:
            state = window_state(known.book.windows, procedure.kind, province, known.now)
            # Shut by a window, so there is one; it is a row of the table and has a name.
            window = cast(Any, state.window)
            text = zh(
                "{window_name}：{state_sentence}已发起的业务照常办理。",
                window_name=window.name,
                state_sentence=state.sentence,
            )
            return {"text": text, "until": "", "url": "/rules/#b1-3-5"}
    return None
