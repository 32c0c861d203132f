"""The soak's clients that decide through the web server, as a program with a token does (bench/soak.py).

Each request bears an Idempotency-Key and is sent again until it is answered: whether the server was killed before or
after it had done the act cannot be seen from outside, and the key has to make the difference vanish.
"""

import http.client
import json
import random
import socket
import time
from contextlib import suppress
from pathlib import Path

PATIENCE = 10  # seconds for one answer


class Line(http.client.HTTPConnection):
    """HTTP through the web server's unix socket."""

    def __init__(self, path: Path):
        super().__init__("localhost", timeout=PATIENCE)
        self.path = path

    def connect(self) -> None:
        """Open the socket instead of a port."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self.path))


def make_tokens(file: Path) -> None:
    """A token for every account, kept in ``file`` by the account's key."""
    from orgs.people.models import Account
    from orgs.sign_in import tokens
    from web import clock

    made = {
        account.pk: tokens.issue(account, "soak", clock.now(), 30, second_factor=True)[1]
        for account in Account.objects.all()
    }
    file.touch(mode=0o600)
    file.write_text(json.dumps(made))


class Caller:
    """Sends acts to the web server at ``var/web.sock`` until they are answered."""

    def __init__(self, var: Path):
        self.socket = var / "web.sock"
        self.tokens = json.loads((var / "tokens.json").read_text())

    def act(self, case, verb: str, account, key: str, body: dict) -> bool:
        """Whether the act was acknowledged; a refusal (409, or 404 of a case no longer seen) is an answer too."""
        headers = {
            "Authorization": f"Token {self.tokens[str(account.pk)]}",
            "Idempotency-Key": key,
            "Content-Type": "application/json",
            "X-Forwarded-Proto": "https",
        }
        while True:
            with suppress(OSError, http.client.HTTPException):
                line = Line(self.socket)
                line.request("POST", f"/api/v1/cases/{case.number}/{verb}/", json.dumps(body), headers)
                answer = line.getresponse()
                answer.read()
                line.close()
                if answer.status in (200, 201):
                    return True
                if answer.status in (404, 409):
                    return False
                if answer.status != 503:
                    raise RuntimeError(f"{verb}: {answer.status}")
            time.sleep(0.1)


def client(journal: Path, seed: int, choose) -> None:
    """Decide whatever waits, for ever; write down each act that was acknowledged. ``choose`` picks the next act."""
    import os

    from django.db import Error, connection

    from reviews.engine.models import Case

    caller, chance = Caller(journal.parent), random.Random(f"web {seed} {os.getpid()}")
    with open(journal, "ab", buffering=0) as told:
        while True:
            try:
                waiting = list(Case.objects.live().values_list("pk", flat=True))
                for pk in chance.sample(waiting, min(len(waiting), 10)):
                    with suppress(LookupError):
                        token, *act, words = choose(pk, chance)
                        if caller.act(*act, f"soak-{token}", words):
                            told.write(f"{token}\n".encode())
                time.sleep(0.05)
            except Error:
                connection.close()
                time.sleep(0.05)
