"""Hostile text into every field of every form, every parameter and every part of an address of the pages.

The forms are read out of the pages themselves, so a new field is tried from the day it appears. (The API has its own
test of this kind, tests/xueji/test_api_fuzz.py.)
"""

import re
from html.parser import HTMLParser
from urllib.parse import quote, urlencode

import pytest
from django.db import transaction

from reviews.engine import door
from students.pupil.models import CodeTable
from tests.api import AGREED
from tests.security.scene import addresses
from tests.undo import undo

pytestmark = pytest.mark.django_db
MARK = "<script>alert('xj')</script>"
# What may stand together does, so that each field is tried with all of it in a dozen requests.
BENT = (
    f"\"'>{MARK}'; DROP TABLE reviews_case; --{{{{ 7|add:7 }}}}{{% debug %}}\u202e\u200b\ufeff\U000e0001𠅤㐆·"
)
TEXTS = [
    "",
    "\x00属实\x00",
    BENT,
    "=cmd|' /C calc'!A0",
    "１２３４５",
    "好" * 5000,
    "9" * 5000,
    "-1",
    "../../etc/passwd\r\nSet-Cookie: a=b",
    "9999-12-31",
]
# Lone surrogates and broken UTF-8 cannot be written as text: they come percent-encoded.
RAW = ["%ED%A0%80", "%ff%fe"]
PARAMETERS = (
    "tab",
    "stage",
    "unit",
    "relation",
    "overdue",
    "page",
    "next",
    "school",
    "q",
    "grade",
    "class_id",
)
PARAMETERS += ("status", "order", "whole", "unread", "start", "days", "id", "__proto__", "\x00", "x[]")
# Spread over the processes of a run: each part takes every fourth page, or address.
PARTS = 4
CHINESE = re.compile(r"[\u4e00-\u9fff]{4}[^<]*。")


class Forms(HTMLParser):
    """The forms of a page: method, address, fields with what stands in them."""

    def __init__(self, page: str):
        super().__init__()
        self.found: list[dict] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        """Fields belong to the form that is open, or to the one they name."""
        told = dict(attrs)
        if tag == "form":
            form = {
                "method": told.get("method", "get").upper(),
                "action": told.get("action") or "",
                "fields": {},
            }
            self.found.append(form | {"id": told.get("id")})
        elif tag in ("input", "textarea", "select", "button") and told.get("name") and self.found:
            named = [form for form in self.found if form["id"] and form["id"] == told.get("form")]
            for form in named or self.found[-1:]:
                form["fields"].setdefault(told["name"], told.get("value") or "")


class Prober:
    """Sends, undoes, and keeps every answer that must not be."""

    def __init__(self):
        self.sent, self.bad = 0, []

    def send(self, client, method, path, body="", what=""):
        """One request; ``body`` as a form would send it."""
        kept, point = client.cookies.copy(), transaction.savepoint()
        form = "application/x-www-form-urlencoded"
        answer = client.generic(method, path, body, content_type=form)
        page = b"" if answer.streaming else answer.content
        undo(point)
        client.cookies = kept
        self.sent += 1
        wrong = self.wrong(answer, page.decode(errors="replace"))
        if wrong:
            self.bad.append(f"{method} {path[:100]} {what!r:.60}: {answer.status_code} {wrong}")
        return answer

    @staticmethod
    def wrong(answer, page: str) -> str:
        """What is the matter with an answer; an empty string for a good one."""
        if answer.status_code >= 500:
            return "the program broke"
        if "Traceback" in page or "DataError" in page:
            return "a stack trace"
        if MARK in page:
            return "repeated unescaped"
        if "\n" in answer.headers.get("Location", "") or "Set-Cookie: a=b" in str(answer.headers):
            return "a header was split"
        if answer.status_code in range(400, 500) and answer.status_code != 405 and not CHINESE.search(page):
            return "refused without a sentence"
        return ""


@pytest.fixture(scope="module")
def scene(scene):
    """With a case that the head of the county has to sign; without the code tables, so that their fields take any text."""
    CodeTable.objects.all().delete()
    world = scene.world
    arrived = world.decide(world.submitted(world.first, world.pupil(world.third)))
    scene.handled = door.perform(arrived, "handle", world.registrar(world.east), **AGREED)
    return scene


def pages_of(scene):
    """Every page with a form, and who sees it with all its fields."""
    number, draft = scene.running.number, scene.draft.number
    session = scene.clients["registrar@own"].session
    session["found_pupil"] = str(scene.pupil.key)
    session.save()
    return [
        ("anonymous", "/accounts/sign-in/"),
        ("anonymous", "/calendar/"),
        ("anonymous", "/routes/"),
        ("anonymous", "/possible/"),
        ("anonymous", "/progress/"),
        ("anonymous", "/contacts/"),
        ("anonymous", "/complaints/"),
        ("anonymous", "/complaints/new/"),
        ("head@above", "/contacts/own/"),
        ("head@above", "/directory/"),
        ("head@above", "/directory/own/"),
        ("head@own", f"/directory/own/{scene.parts('post')['pk']}/"),
        ("head@above", "/dashboard/"),
        ("head@above", "/dashboard/cases/"),
        ("registrar@own", "/worklist/"),
        ("registrar@own", "/accounts/password/"),
        ("registrar@own", "/notices/"),
        ("registrar@own", "/accounts/notices/"),
        ("registrar@own", "/phrases/"),
        ("registrar@own", f"/phrases/{scene.phrase.pk}/"),
        ("registrar@own", "/transfers/new/"),
        ("registrar@own", "/transfers/new/check/"),
        ("registrar@own", f"/transfers/{draft}/edit/"),
        ("registrar@own", "/offline/"),
        ("registrar@own", "/offline/new/"),
        ("registrar@own", f"/offline/{scene.offline.number}/"),
        ("registrar@above", "/faults/new/"),
        ("registrar@above", f"/faults/{scene.fault.number}/"),
        ("registrar@own", f"/cases/{number}/"),
        ("registrar@above", f"/cases/{number}/"),
        ("head@above", "/worklist/?tab=sign"),
        ("head@above", f"/cases/{scene.handled.number}/"),
        ("registrar@other", "/students/"),
        ("registrar@other", f"/students/{scene.pupil.key}/"),
        ("registrar@other", f"/students/{scene.pupil.key}/changes/new/"),
        ("registrar@other", f"/changes/{scene.change.number}/edit/"),
        ("registrar@other", "/counter/"),
        ("registrar@other", f"/counter/students/{scene.pupil.key}/"),
        ("registrar@other", "/counter/batches/"),
        ("registrar@other", "/check/"),
        ("registrar@other", f"/students/{scene.pupil.key}/key-change/"),
        ("registrar@other", f"/key-changes/{scene.keychange.number}/edit/"),
        ("registrar@other", "/graduation/"),
        ("registrar@own", "/registration/"),
        ("registrar@own", "/registration/new/"),
        ("registrar@own", "/recruitment/"),
        ("registrar@own", "/recruitment/through/"),
        ("registrar@other", "/late/"),
        ("registrar@province", f"/problems/{scene.problem.pk}/"),
        ("registrar@other", f"/problems/{scene.problem.pk}/"),
        ("registrar@other", f"/problems/cases/{scene.answer.number}/edit/"),
        ("registrar@other", "/problems/?tab=vouched"),
        ("registrar@other", "/exports/"),
        ("registrar@other", f"/students/{scene.pupil.key}/dropout/"),
        ("registrar@other", f"/dropouts/{scene.dropout.number}/"),
        ("registrar@other", "/dropouts/"),
        ("head@above", f"/bulletins/{scene.bulletin.number}/"),
        ("registrar@league", "/tickets/?tab=all"),
        ("registrar@league", f"/tickets/{scene.ticket_draft.number}/edit/"),
        ("registrar@other_above", f"/tickets/{scene.ticket.number}/"),
        ("registrar@other", "/classes/"),
        ("registrar@other", f"/classes/{scene.pupil.school_class_id}/"),
        ("class_teacher@other", f"/classes/{scene.pupil.school_class_id}/"),
        ("class_teacher@other", f"/classes/{scene.pupil.school_class_id}/pupils/{scene.pupil.key}/"),
        ("registrar@other", f"/classes/sheets/{scene.sheet.number}/"),
        ("registrar@above", "/verification/"),
        ("registrar@other_above", f"/verification/{scene.round.number}/"),
        ("registrar@other", f"/verification/{scene.round.number}/schools/{scene.world.third.code}/"),
        ("registrar@other", "/late/new/"),
        ("registrar@other", f"/late/{scene.late.number}/"),
        ("registrar@other", f"/late/months/{scene.refused.month.number}/"),
        ("registrar@other_above", f"/recruitment/{scene.recruited.number}/"),
        ("registrar@other_above", f"/students/{scene.pupil.key}/recruitment-back/"),
        ("registrar@other", f"/imports/{scene.imported.number}/"),
        ("registrar@other", f"/graduation/{scene.run.number}/"),
        ("registrar@other_above", f"/students/{scene.pupil.key}/take-back/"),
        ("head@league", "/students/"),
        ("staff", "/calendar/import/"),
    ]


def forms_of(client, page):
    """Each form of a page with the address to which it is sent."""
    answer = client.get(page)
    assert answer.status_code == 200, f"{page}: {answer.status_code}"
    for form in Forms(answer.content.decode()).found:
        yield form["action"] if form["action"].startswith("/") else page.partition("?")[0], form


def test_the_forms_are_found_with_their_fields(scene):
    names = {
        name
        for actor, page in pages_of(scene)
        for _, form in forms_of(scene.clients[actor], page)
        for name in form["fields"]
    }
    named = {"username", "opinion", "outcome", "reason", "number", "q", "text", "reason_note", "days"}
    assert named <= names


@pytest.mark.parametrize("part", range(PARTS))
def test_no_field_of_any_form_brings_the_program_down_or_comes_back_as_a_program(scene, part):
    prober, tried = Prober(), set()
    for actor, page in pages_of(scene)[part::PARTS]:
        client = scene.clients[actor]
        for path, form in forms_of(client, page):
            for name in form["fields"]:
                if name == "csrfmiddlewaretoken" or (path, form["method"], name) in tried:
                    continue
                tried.add((path, form["method"], name))
                for text in TEXTS:
                    filled = urlencode(form["fields"] | {name: text})
                    _send(prober, client, form["method"], path, filled, (name, text))
                for raw in RAW:
                    rest = urlencode({k: v for k, v in form["fields"].items() if k != name})
                    _send(prober, client, form["method"], path, f"{quote(name)}={raw}&{rest}", (name, raw))
    assert not prober.bad, f"{len(prober.bad)} answers:\n" + "\n".join(prober.bad[:40])


def _send(prober, client, method, path, filled, what):
    if method == "GET":
        prober.send(client, "GET", f"{path.partition('?')[0]}?{filled}", what=what)
    else:
        prober.send(client, "POST", path, filled, what=what)


@pytest.mark.parametrize("part", range(PARTS))
def test_no_parameter_declared_or_not_brings_a_page_down(scene, part):
    prober = Prober()
    for actor, page in pages_of(scene)[part::PARTS]:
        if actor == "registrar@above":
            continue
        path, client = page.partition("?")[0], scene.clients[actor]
        for value in [*(quote(text) for text in TEXTS[1:]), *RAW]:
            pairs = "&".join(f"{quote(name)}={value[:300]}" for name in PARAMETERS)
            prober.send(client, "GET", f"{path}?{pairs}", what=value)
        prober.send(client, "GET", f"{path}?%ff=%fe&=&&;&{'a=1&' * 1500}", what="many")
    assert not prober.bad, f"{len(prober.bad)} answers:\n" + "\n".join(prober.bad[:40])


def test_no_parameter_of_a_list_alone_brings_it_down(scene):
    prober = Prober()
    for name in PARAMETERS:
        for value in ("%00", "9" * 30, "-1", "%ED%A0%80", "0"):
            prober.send(scene.clients["head@league"], "GET", f"/students/?{quote(name)}={value}", what=name)
            prober.send(scene.clients["head@above"], "GET", f"/worklist/?{quote(name)}={value}", what=name)
    assert not prober.bad, f"{len(prober.bad)} answers:\n" + "\n".join(prober.bad[:40])


@pytest.mark.parametrize("part", range(PARTS))
def test_no_part_of_any_address_brings_a_page_down(scene, part):
    prober = Prober()
    parts = [quote(text[:200], safe="") for text in TEXTS[1:]] + [
        *RAW,
        "..",
        "0",
        "9" * 40,
        "-" * 36,
        "0" * 36,
    ]
    routes = [route for route, _, _ in addresses() if "<" in route and not route.startswith(("admin", "api"))]
    assert len(routes) > 20
    for route in routes[part::PARTS]:
        for bent in parts:
            path = "/" + re.sub(r"<[^>]*>", lambda _, bent=bent: bent, route)
            for method in ("GET", "POST"):
                prober.send(scene.clients["registrar@own"], method, path, what=bent)
    assert not prober.bad, f"{len(prober.bad)} answers:\n" + "\n".join(prober.bad[:40])


def test_the_prober_finds_what_was_planted_for_it(scene, settings):
    settings.ROOT_URLCONF = "tests.security.holes"
    prober, client = Prober(), scene.clients["registrar@own"]
    prober.send(client, "GET", "/hole/echo/?q=" + quote(BENT))
    prober.send(client, "GET", "/hole/breaks/?q=%00")
    prober.send(client, "GET", "/hole/mute/")
    prober.send(client, "GET", "/rules/")
    told = [line.rpartition(": ")[2] for line in prober.bad]
    assert told == ["200 repeated unescaped", "500 the program broke", "404 refused without a sentence"]
    page = '<form method="post" action="/x/" id="f"></form><textarea name="a" form="f"></textarea>'
    assert Forms(page).found[0]["fields"] == {"a": ""}
