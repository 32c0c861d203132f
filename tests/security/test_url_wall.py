"""The URL wall: every address × method × role × place answers what ``matrix.txt`` says, and none is left out.

A scan counts only when it finds what was planted for it: ``holes.py`` is the program with three holes.
"""

import itertools
import re
from collections import Counter

import pytest
from django.contrib import admin
from django.db import transaction
from django.urls import get_resolver

from tests.security import matrix
from tests.security.scene import MEMBERS, OUTSIDERS, addresses
from tests.undo import undo
from web.text import NUMBER_IN_TEXT_RE

pytestmark = pytest.mark.django_db
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
# Sent with every POST: enough to be taken where the one who asks may do it, an error nowhere.
POSTED = {"opinion": "情况属实，同意转入。", "outcome": "agree", "text": "情况属实。", "purpose": "papers"}
_PART = re.compile(r"<(?:\w+:)?(\w+)>")
ROWS = matrix.read()
PARTS = 8


def own_addresses():
    """All but the administrators', which are one table: staff come in, nobody else does."""
    return [route for route, _, _ in addresses() if not route.startswith("admin/")]


def unlisted() -> set[str]:
    """Addresses without a row."""
    return set(own_addresses()) - {row.route for row in ROWS}


def filled(route: str, parts: dict) -> str:
    """The address with its variable parts in place."""
    return "/" + _PART.sub(lambda found: str(parts[found[1]]), route).replace("*", "anything/")


def asked(scene, actor: str, method: str, path: str):
    """One request, undone afterwards."""
    client, api = scene.clients[actor], path.startswith("/api/")
    point = transaction.savepoint()
    body = {"data": POSTED | scene.form} if method == "POST" else {}
    if api and method in ("POST", "PATCH"):
        body = {"data": {name: POSTED[name] for name in fields_of(path)}, "content_type": "application/json"}
    cookies = client.cookies.copy()
    answer = getattr(client, method.lower())(path, **body)
    client.cookies = cookies
    undo(point)
    return answer


def fields_of(path: str) -> list[str]:
    """The API takes what it names and nothing else."""
    verb = path.rstrip("/").rpartition("/")[2]
    named = {"handle": ["opinion", "outcome"], "sign": ["opinion", "outcome"]}
    plain = ("submit", "withdraw", "return_to_registrar", "recall", "nudge")
    return named.get(verb, ["opinion"] if verb in plain else [])


def seen(answer) -> str:
    """The status; ``in`` when the answer is to sign in first."""
    to_sign_in = answer.status_code == 302 and answer["Location"].startswith("/accounts/sign-in/")
    return "in" if to_sign_in or answer.status_code == 401 else str(answer.status_code)


def scan(scene, rows, everyone=matrix.EVERYONE) -> list[str]:
    """Whatever answers otherwise than its row says."""
    wrong = []
    for row in rows:
        path = filled(row.route, scene.parts(row.thing))
        for actor in matrix.asking(row, everyone):
            expected = row.answers[actor]
            answer = asked(scene, actor, row.method, path)
            found = seen(answer)
            if found != expected:
                wrong.append(f"{row.title}: {actor} gets {found}, not {expected}")
            if row.method == "GET" and shows_a_number(answer):
                wrong.append(f"{row.title}: {actor} reads a full number that nobody recorded")
    return wrong


def shows_a_number(answer) -> bool:
    """Whether a page or an answer of the API holds somebody's whole identity or registration number.

    A number is shown only after a recorded reveal, which is a POST: no GET answers with one.
    """
    if answer.streaming or answer.status_code != 200:
        return False
    readable = answer.headers.get("Content-Type", "").startswith(("text/", "application/json"))
    return readable and NUMBER_IN_TEXT_RE.search(answer.content.decode(errors="replace")) is not None


def test_every_address_has_a_row_and_every_row_an_address():
    assert not unlisted(), "an address without a row in tests/security/matrix.txt"
    assert not {row.route for row in ROWS} - set(own_addresses())
    titles = [row.title for row in ROWS]
    assert len(titles) == len(set(titles))


def test_a_row_that_leaves_somebody_out_is_no_row():
    with pytest.raises(ValueError, match="nothing said of"):
        matrix.read("GET /worklist/\n    registrar head: 200\n")
    with pytest.raises(ValueError, match="nobody is called"):
        matrix.read("GET /worklist/\n    clerk: 200\n")


def test_across_units_the_matrix_says_404_and_never_403():
    """Of another unit's rows nothing is told, not even that they exist."""
    far = [name for name in MEMBERS if name.endswith(("@sibling", "@abroad"))] + [
        "former",
        "future",
        "postless",
    ]
    for row in ROWS:
        if row.thing in (
            "draft",
            "running",
            "pupil",
            "archive",
            "notice",
            "phrase",
            "unit_phrase",
            "token",
            "offline",
            "appeal",
        ):
            assert {row.answers[name] for name in far} == {"404"}, row.title


def test_six_ask_at_every_address_one_for_each_answer_and_over_all_rows_everyone():
    asked_by = {row.title: matrix.asking(row, everyone=False) for row in ROWS}
    for row in ROWS:
        assert len(asked_by[row.title]) >= matrix.SIX
        assert {row.answers[name] for name in asked_by[row.title]} == set(row.answers.values())
        assert matrix.asking(row, everyone=True) == list(row.answers)
    times = Counter(itertools.chain.from_iterable(asked_by.values()))
    assert set(times) == set(MEMBERS) | set(OUTSIDERS)
    assert min(times.values()) > len(ROWS) / 20


# A part asks at every eighth address: the parts are spread over the processes of a run.
@pytest.mark.parametrize("part", range(PARTS))
def test_every_address_answers_everyone_as_the_matrix_says(scene, part):
    wrong = scan(scene, ROWS[part::PARTS])
    assert not wrong, f"{len(wrong)} answers:\n" + "\n".join(wrong[:60])


@pytest.mark.parametrize("part", range(PARTS // 2))
def test_a_method_without_a_row_is_refused_to_everyone(scene, part):
    taken: dict[str, set[str]] = {}
    things: dict[str, str] = {}
    for row in ROWS:
        taken.setdefault(row.route, set()).add(row.method)
        things[row.route] = row.thing
    # Some pages are open to who has not signed in yet and still lead there: the second step of signing in. (The API
    # asks for a token by itself.)
    pages = (row for row in addresses() if not row[0].startswith("api/"))
    opened = {route for route, _, view in pages if not getattr(view, "login_required", True)}
    wrong = []
    for route, methods in list(taken.items())[part :: PARTS // 2]:
        path = filled(route, scene.parts(things[route]))
        public = route in opened or any(
            row.answers["anonymous"] != "in" for row in ROWS if row.route == route
        )
        for method in set(METHODS) - methods - ({"HEAD"} if "GET" in methods else set()):
            for actor in ("registrar@own", "anonymous"):
                answer = asked(scene, actor, method, path)
                found = seen(answer)
                if found == "405" and method == "GET" and "/api/" not in path:
                    told = answer.content.decode()
                    if "不能直接打开或刷新" not in told or not answer["Allow"]:
                        wrong.append(f"GET {route}: {actor} is told nothing")
                expected = "in" if actor == "anonymous" and not public else refusal_of(route, method)
                if found != expected:
                    wrong.append(f"{method} {route}: {actor} gets {found}, not {expected}")
    assert not wrong, "\n".join(wrong)


def refusal_of(route: str, method: str) -> str:
    """405; where there is no address 404; the API tells by OPTIONS what an address takes, and reads no row for it."""
    if route == "api/v1/*":
        return "404"
    return "200" if method == "OPTIONS" and route.startswith("api/") else "405"


def test_head_answers_as_get_does_and_without_a_word(scene):
    for row in ROWS:
        if row.method == "GET":
            path = filled(row.route, scene.parts(row.thing))
            for actor in ("registrar@own", "registrar@abroad", "anonymous"):
                answer = asked(scene, actor, "HEAD", path)
                assert seen(answer) == row.answers[actor], f"HEAD {row.title}: {actor}"


# ---------------------------------------------------------------- administrators' pages


def test_no_administrators_page_opens_to_anyone_but_staff(scene):
    """By model: list, adding, one row's change, history, deletion; then the pages that belong to no model."""
    row_of = {model: model._base_manager.first() for model in admin.site._registry}
    wrong = []
    for route, name, _ in addresses():
        if not route.startswith("admin/"):
            continue
        model = next((m for m in row_of if f"{m._meta.app_label}/{m._meta.model_name}/" in route), None)
        key = row_of[model].pk if model and row_of[model] else 1
        path = "/" + re.sub(
            r"<[^>]*>", str(key), route.replace("<app_label>", "orgs").replace("<url>", "nowhere/")
        )
        for method in ("GET", "POST"):
            for actor in (
                "anonymous",
                "inactive",
                "registrar@own",
                "head@province",
                "administrator@own",
                "former",
            ):
                answer = asked(scene, actor, method, path)
                stopped = answer.status_code == 302 and answer["Location"].startswith(
                    ("/admin/", "/accounts/")
                )
                # Leaving is for everyone; signed in and no administrator: told so, and nothing else.
                if not (stopped or answer.status_code in (403, 308) or name == "jsi18n"):
                    wrong.append(f"{method} {path}: {actor} gets {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert scene.clients["staff"].get("/admin/").status_code == 200


# ---------------------------------------------------------------- the scan can see


def test_the_scan_finds_what_was_planted_for_it(scene, settings):
    settings.ROOT_URLCONF = "tests.security.holes"
    assert get_resolver().urlconf_name == "tests.security.holes"
    planted = ("cases/<case:number>/", "students/<uuid:key>/", "transfers/<case:number>/checks/")
    found = scan(scene, [row for row in ROWS if row.route in planted and row.method == "GET"], everyone=True)
    assert "GET cases/<case:number>/ (running): registrar@abroad gets 200, not 404" in found
    assert "GET students/<uuid:key>/ (pupil): anonymous gets 200, not in" in found
    assert "GET transfers/<case:number>/checks/ (draft): head@sibling gets 403, not 404" in found
    assert unlisted() == {
        "students/<uuid:key>/export/",
        *(f"hole/{what}/" for what in ("echo", "breaks", "mute", "file", "steered", "leaks")),
    }
    assert not scan(scene, [row for row in ROWS if row.route == "notices/<int:pk>/"])
    assert set(OUTSIDERS) <= set(ROWS[0].answers)
