"""Every page's headers: a strict policy, nothing framed, nothing sniffed, no personal page kept; no script in a page."""

import re

import pytest
from django.db import connection, transaction

from ledger.models import AuditEntry
from tests.clock import frozen, shanghai
from tests.security.scene import Scene
from tests.security.test_url_wall import ROWS, asked, filled
from tests.world import PASSWORD, World

pytestmark = pytest.mark.django_db
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*type=\"(?:application/json|text/plain)\")[^>]*>|<style\b|\sstyle=\""
    r"|\son[a-z]+=\"|javascript:|(?:src|href)=\"(?:https?:)?//",
    re.IGNORECASE,
)
# The frame of every page bears the name of who is signed in; this is its mark.
NAMED = 'data-account="'
# What tells of rules, never of a person, may be kept by a browser: by one who is not signed in.
PUBLIC = {
    "rules/",
    "routes/",
    "possible/",
    "parents/",
    "contacts/",
    "check/",
    "check/<check:code>/",
    "calendar/",
    "api/schema/",
    "api/docs/",
    "accounts/sign-in/",
    "health/",
    "api/v1/*",
}
PUBLIC |= {"api/v1/calendar/", "api/v1/windows/", "api/v1/routes/", "api/v1/possible/"}


def faults(route: str, answer) -> list[str]:
    """What an answer lacks."""
    headers, found = answer.headers, []
    policy = headers.get("Content-Security-Policy", "")
    if "default-src 'self'" not in policy and "default-src 'none'" not in policy:
        found.append("policy")
    if "script-src" in policy and "unsafe" in policy.partition("script-src")[2].partition(";")[0]:
        found.append("unsafe script")
    if "frame-ancestors 'none'" not in policy and headers.get("X-Frame-Options") != "DENY":
        found.append("frames")
    if headers.get("X-Content-Type-Options") != "nosniff":
        found.append("nosniff")
    if headers.get("Referrer-Policy") != "same-origin":
        found.append("referrer")
    if (
        route not in PUBLIC
        and answer.status_code == 200
        and "no-store" not in headers.get("Cache-Control", "")
    ):
        found.append("may be kept")
    if "no-store" not in headers.get("Cache-Control", "") and NAMED in _text(answer):
        found.append("names the reader and may be kept")
    if headers.get("Content-Type", "").startswith("text/html") and INLINE.search(answer.content.decode()):
        found.append(f"inline or foreign: {INLINE.search(answer.content.decode())[0][:40]}")
    return found


def _text(answer) -> str:
    """What a reader sees of a page."""
    return answer.content.decode() if answer.headers.get("Content-Type", "").startswith("text/html") else ""


@pytest.fixture
def scene(settings, tmp_path):
    settings.EVIDENCE_ROOT = tmp_path
    with frozen(shanghai(2026, 10, 14, 10)) as now:
        yield Scene(now)


def scan(scene, rows) -> list[str]:
    """Faults of every page, to one who sees it and to one who does not."""
    told = []
    for row in rows:
        path = filled(row.route, scene.parts(row.thing))
        seers = [actor for actor, answer in row.answers.items() if answer == "200"][:1]
        for actor in {*seers, "registrar@abroad", "anonymous"}:
            answer = asked(scene, actor, row.method, path)
            told += [
                f"{row.title} to {actor} ({answer.status_code}): {fault}"
                for fault in faults(row.route, answer)
            ]
    return told


def test_every_page_has_its_headers_and_no_script_of_its_own(scene):
    wrong = scan(scene, [row for row in ROWS if row.method == "GET"])
    assert not wrong, f"{len(wrong)}:\n" + "\n".join(sorted(wrong))


def test_the_scan_of_headers_finds_what_was_planted_for_it(scene, settings):
    settings.ROOT_URLCONF = "tests.security.holes"
    told = scan(scene, [row for row in ROWS if row.route == "students/<uuid:key>/" and row.method == "GET"])
    assert any("may be kept" in line for line in told)
    answer = asked(scene, "registrar@own", "GET", '/hole/echo/?q=<p onclick="x">')
    assert 'inline or foreign:  onclick="' in faults("hole/echo/", answer)


def test_the_session_cookie_is_for_this_program_only_and_for_no_script(client, settings):
    world = World()
    account = world.registrar(world.first)
    answer = client.post("/accounts/sign-in/", {"username": account.username, "password": PASSWORD})
    cookie = answer.cookies["xueji_session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    settings.SESSION_COOKIE_SECURE = True
    client.cookies.clear()
    answer = client.post("/accounts/sign-in/", {"username": account.username, "password": PASSWORD})
    assert answer.cookies["xueji_session"]["secure"]


# ---------------------------------------------------------------- nobody's pages


OPEN_TO_ALL = (
    "calendar",
    "contacts",
    "possible",
    "parents",
    "routes",
    "rules",
    "check",
    "progress",
    "complaints",
)


def test_a_public_page_names_nobody_to_whoever_comes_after(client):
    world = World()
    account = world.registrar(world.first)
    for page in OPEN_TO_ALL:
        assert NAMED not in _text(client.get(f"/{page}/")), page
    client.force_login(account)
    for page in (*OPEN_TO_ALL, "no-such-page", "students/00000000-0000-4000-8000-000000000000", "exports/XX"):
        answer = client.get(f"/{page}/")
        assert NAMED in _text(answer), page
        assert account.display_name in _text(answer), page
        assert "no-store" in answer.headers["Cache-Control"], page
        assert "private" in answer.headers["Cache-Control"], page


@pytest.mark.django_db(transaction=True)
def test_a_sign_in_that_the_database_did_not_take_signs_nobody_in(client):
    """The account's row is held by somebody else for longer than a page waits."""
    world = World()
    account = world.registrar(world.first)
    held = connection.copy()
    try:
        with transaction.atomic(), held.cursor() as other:
            other.execute("BEGIN")
            other.execute("SELECT id FROM orgs_account WHERE id = %s FOR UPDATE", [account.pk])
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '300ms'")
            answer = client.post("/accounts/sign-in/", {"username": account.username, "password": PASSWORD})
    finally:
        held.close()
    assert answer.status_code == 409
    assert "等候超时，什么都没有改动" in answer.content.decode()
    assert NAMED not in answer.content.decode()
    assert account.display_name not in answer.content.decode()
    assert client.get("/worklist/").status_code == 302
    assert not AuditEntry.objects.filter(action="account.sign_in").exists()
