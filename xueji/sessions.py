"""How long a session lasts: 15 minutes without a request, eight hours in all."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse

BEGUN, SEEN = "_begun", "_seen"


class SessionLimits:
    """Renew a session at most once a minute and end it after eight hours.

    SESSION_SAVE_EVERY_REQUEST would write a row at every request; a minute's grace saves nearly all of that.
    This is the age of a session, not a rule of the notice, so it reads the machine's clock.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            self._limit(request.session)
        response = self.get_response(request)
        session = request.session
        # Signed in during this request: the eight hours begin, whatever the anonymous session was before.
        if session.accessed and SESSION_KEY in session and BEGUN not in session:
            session[BEGUN] = session[SEEN] = int(time.time())
        return response

    def _limit(self, session) -> None:
        if SESSION_KEY not in session:
            return
        now = int(time.time())
        if now - session.get(BEGUN, now) >= settings.SESSION_LONGEST.total_seconds():
            session.flush()
        elif now - session.get(SEEN, 0) >= settings.SESSION_RENEWED_AFTER.total_seconds():
            session[SEEN] = now
