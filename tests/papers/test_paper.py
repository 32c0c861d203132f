"""What a paper leaves behind and where it is found: asked of every paper of the registry."""

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.db import transaction
from django.utils import timezone

from ledger import outbox
from ledger.models import AuditEntry, OutboxMessage
from orgs.people.models import PostRole
from reviews.notices.models import Notice
from tests.api import Program
from tests.papers.cells import Act
from tests.papers.scene import signed_in, told

SAID = {"opinion": "核对无误，情况属实。", "outcome": "agree"}


@pytest.mark.rule("R3.4")
@pytest.mark.holds("stale_view")
def test_who_looked_before_another_act_does_nothing(scene):
    """The act with the revision of an earlier look: told, and nothing written."""
    old = Act(
        scene.waiting.act.url, scene.waiting.act.form | {"revision": scene.waiting.act.form["revision"] - 1}
    )
    scene.refused(scene.person_to_act(), old, "stale")


@pytest.mark.holds("double_click")
def test_a_second_click_does_nothing_more(scene):
    by, act = scene.person_to_act(), scene.waiting.act
    scene.done(by, act)
    once, entries, sent = scene.waiting.stands(), AuditEntry.objects.count(), OutboxMessage.objects.count()
    assert scene.post(by, act).status_code in (302, 303, 403, 404, 409, 422)
    assert scene.waiting.stands() == once
    assert (AuditEntry.objects.count(), OutboxMessage.objects.count()) == (entries, sent)


@pytest.mark.holds("in_transaction")
def test_an_act_inside_another_transaction_is_an_error_of_ours(scene):
    by = scene.person_to_act()
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        scene.post(by, scene.waiting.act)


@pytest.mark.holds("draft_hidden")
def test_a_draft_is_seen_by_nobody_else(scene):
    """Neither by another unit, nor by those above and on the other side, before it is sent."""
    world = scene.world
    by, url = scene.waiting.draft()
    assert signed_in(by).get(url).status_code == 200
    own = set(by.posts.values_list("unit", flat=True))
    for unit in (world.first, world.second, world.third, world.abroad, world.east, world.west, world.im):
        if unit.pk not in own:
            for role in (PostRole.REGISTRAR, PostRole.HEAD):
                assert signed_in(world.account(unit, role)).get(url).status_code == 404, (unit, role)


@pytest.mark.holds("audit")
def test_the_act_stands_in_the_chain_with_who_did_it(scene):
    by, last = scene.person_to_act(), AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first()
    scene.done(by, scene.waiting.act)
    made = AuditEntry.objects.filter(pk__gt=last or 0).exclude(action__startswith="session.")
    assert made.filter(actor__contains=str(by.pk)).exists(), list(made.values_list("action", "actor"))


@pytest.mark.holds("notice")
def test_somebody_else_is_told_of_the_act(scene):
    world, by = scene.world, scene.person_to_act()
    for unit in (
        world.first,
        world.second,
        world.third,
        world.abroad,
        world.east,
        world.west,
        world.league,
        world.im,
    ):
        world.registrar(unit), world.head(unit)
    for office in (world.hebei, world.zhangbei, world.ministry):
        world.registrar(office), world.head(office)
    scene.done(by, scene.waiting.act)
    last = Notice.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    outbox.relay(timezone.now() + timedelta(days=1))  # by the wall: messages are stamped by the database
    made = Notice.objects.filter(pk__gt=last).exclude(account=by)
    assert made.exists()
    assert not made.filter(text="").exists()


@pytest.mark.holds("inbox")
def test_it_is_one_row_of_the_worklist_with_its_day(scene):
    page = signed_in(scene.person_to_act()).get("/worklist/").content.decode()
    assert page.count(f'href="{scene.waiting.url}') >= 1
    row = page[page.index(f'href="{scene.waiting.url}') :]
    assert re.search(r"\d+月\d+日", row[:2000])


@pytest.mark.holds("found")
def test_it_is_found_by_its_number(scene):
    client = signed_in(scene.person_to_act())
    answer = client.post("/search/", {"q": scene.waiting.number}, follow=True)
    assert scene.waiting.url in answer.content.decode() or answer.request["PATH_INFO"] == scene.waiting.url


@pytest.mark.holds("rest")
def test_a_program_lists_it_gets_it_and_acts(scene):
    listed, one, act = scene.waiting.rest
    by = scene.person_to_act()
    program = Program(by)
    rows = program.get(listed).json()["results"]
    key = one.rstrip("/").rpartition("/")[2]
    assert any(str(row.get("number", row.get("id"))) == key for row in rows)
    assert program.get(one).status_code == 200
    with told() as found:
        answer = program.post(act, scene.waiting.body)
    assert answer.status_code in (200, 201), (answer.content.decode(), found)


class _Spoken(HTMLParser):
    """The language of the page and the headings it says in it."""

    def __init__(self, page):
        super().__init__()
        self.language, self.heading, self._inside = "", "", False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag == "html":
            self.language = dict(attrs).get("lang")
        self._inside = self._inside or tag == "title"

    def handle_endtag(self, tag):
        if tag == "title":
            self._inside = False

    def handle_data(self, data):
        if self._inside:
            self.heading += data


@pytest.mark.holds("english")
def test_its_page_speaks_english_to_who_asks_for_it(scene):
    client = signed_in(scene.person_to_act())
    assert _Spoken(client.get(scene.waiting.url).content.decode()).language == "zh-CN"
    client.cookies["xueji_language"] = "en"
    answer = client.get(scene.waiting.url)
    page = answer.content.decode()
    assert (answer.status_code, _Spoken(page).language) == (200, "en")
    assert re.search("[A-Za-z]{3}", _Spoken(page).heading)


@pytest.mark.holds("printed")
def test_it_is_printed(scene):
    by = scene.person_to_act()
    answer = signed_in(by).get(scene.waiting.printed)
    if answer.status_code == 409:  # only once it is signed
        scene.done(by, scene.waiting.act)
        answer = signed_in(by).get(scene.waiting.printed)
    assert answer.status_code == 200
    assert b"".join(answer) if answer.streaming else answer.content
