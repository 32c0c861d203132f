"""身份比对 over HTTP: the adapter for a register that answers somewhere else (R1.7).

One POST for up to :data:`CHUNK` people, ``{"people": [{"number": …, "name": …}]}``, answered ``{"answers": ["match" |
"not_found" | "name_mismatch", …]}`` in their order. Whatever else comes, or nothing within the time-out and its
repeats, is ``UNAVAILABLE`` for all of them: nobody is ever passed by a fault. Numbers travel in the body only, over
TLS outside the trial; nothing of question or answer is logged.
"""

import json
import logging
import time
from collections.abc import Sequence

from django.conf import settings

from ledger import outgoing
from students.numbers.population import Asked, Found

log = logging.getLogger(__name__)
CHUNK = 500
LARGEST_ANSWER = 1024 * 1024
_WORDS = {found.value: found for found in Found if found is not Found.UNAVAILABLE}


class HttpRegister:
    """The register at ``POPULATION_URL``; ``POPULATION_TOKEN`` goes along as a bearer token. Which addresses may stand
    there is said in ledger/outgoing.py."""

    def __init__(self):
        self.url = outgoing.checked("POPULATION_URL")

    def compare(self, asked: Sequence[Asked]) -> list[Found]:
        """One answer a question, in order. Never raises for a register that is away: ``UNAVAILABLE``."""
        answers: list[Found] = []
        for at in range(0, len(asked), CHUNK):
            part = asked[at : at + CHUNK]
            answers += self._asked(part) or [Found.UNAVAILABLE] * len(part)
        return answers

    def _asked(self, part: Sequence[Asked]) -> list[Found] | None:
        people = [{"number": one.id_number, "name": one.name} for one in part]
        body = json.dumps({"people": people}, ensure_ascii=False).encode()
        for turn in range(settings.POPULATION_RETRIES + 1):
            if turn:
                time.sleep(min(0.2 * 2**turn, 2))
            try:
                return _read(self._send(body), len(part))
            except (OSError, ValueError) as error:
                log.warning("population register did not answer: %s", type(error).__name__)
                if isinstance(error, outgoing.Answered) and error.status < 500:
                    return None  # it has answered, and will answer the same again
        return None

    def _send(self, body: bytes) -> bytes:
        headers = {"Content-Type": "application/json; charset=utf-8", "Accept": "application/json"}
        if settings.POPULATION_TOKEN:
            headers["Authorization"] = f"Bearer {settings.POPULATION_TOKEN}"
        seconds = settings.POPULATION_TIMEOUT
        return outgoing.post(self.url, body, headers, seconds=seconds, largest=LARGEST_ANSWER)


def _read(data: bytes, count: int) -> list[Found]:
    """The answers. Raises ValueError for anything but so many known words."""
    told = json.loads(data)
    words = told.get("answers") if isinstance(told, dict) else None
    if not isinstance(words, list) or len(words) != count:
        raise ValueError("answers missing")
    if not all(isinstance(word, str) and word in _WORDS for word in words):
        raise ValueError("unknown answer")
    return [_WORDS[word] for word in words]
