"""Pages as they were reviewed (tests/golden/pages): what a change does to a page is seen before it is proposed.

Each is the main part of a page as its first reader of the matrix gets it, on a fixed day, a tag a line; what differs from
run to run (keys, numbers drawn by chance, rows' ids) stands as a word. ``GOLDEN=write`` keeps what is now, to be looked at.
"""

import difflib
import itertools
import os
import re

import pytest
from django.apps import apps
from django.core.management.color import no_style
from django.db import connection

from tests import world
from tests.clock import frozen, shanghai
from tests.golden import FOLDER
from tests.security.scene import Scene
from tests.security.test_url_wall import ROWS, asked, filled

pytestmark = pytest.mark.django_db
CHANCE = [
    (re.compile(r'(name="csrfmiddlewaretoken" value=")[^"]*'), r"\1CSRF"),
    (re.compile(r'(nonce=")[^"]*'), r"\1NONCE"),
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "KEY"),
    (re.compile(r'(name="key" value=")[^"]*'), r"\1KEY"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "DIGEST"),
    # Rows stamped by a column's default run on from ten o'clock of the ordinary day, however long the run has lasted.
    (re.compile(r"2026年11月25日 [0-9]{2}:[0-9]{2}"), "2026年11月25日 TIME"),
    (re.compile(r"\b[A-Z]{2}-20[0-9]{2}-[0-9A-Z]{8}\b"), "NUMBER"),
]
# Which pupils a round compares is drawn by lot.
DRAWN = "verification/<public:number>/schools/<str:code>/"


def main_of(page: str) -> str:
    """The main part, a tag a line, without what chance has drawn."""
    text = page.partition("<main")[2].partition("</main>")[0] or page
    for pattern, word in CHANCE:
        text = pattern.sub(word, text)
    lines = (" ".join(line.split()) for line in re.sub(r">\s*<", ">\n<", text).splitlines())
    return "\n".join(line for line in lines if line) + "\n"


def file_of(route: str) -> str:
    return re.sub(r"[^a-z]+", "-", route.replace("<", "").lower()).strip("-") or "home"


@pytest.fixture
def scene(db, settings, tmp_path, monkeypatch):
    settings.EVIDENCE_ROOT = tmp_path
    # People, pupils and rows are otherwise counted through all tests of a process.
    monkeypatch.setattr(world, "_count", itertools.count(1))
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), apps.get_models()):
            cursor.execute(statement)
    with frozen(shanghai(2026, 10, 14, 10)) as now:
        yield Scene(now)


def test_every_page_is_as_it_was_reviewed(scene):
    found = {}
    for row in ROWS:
        if row.method != "GET" or row.route.startswith(("api/", "admin/", DRAWN)):
            continue
        for actor in [actor for actor, answer in row.answers.items() if answer == "200"][:1]:
            answer = asked(scene, actor, "GET", filled(row.route, scene.parts(row.thing)))
            if answer.headers.get("Content-Type", "").startswith("text/html"):
                found[f"{file_of(row.route)}.html"] = main_of(answer.content.decode())
    folder = FOLDER / "pages"
    if os.environ.get("GOLDEN") == "write":
        folder.mkdir(exist_ok=True)
        for name, text in found.items():
            (folder / name).write_text(text, encoding="utf-8")
    kept = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    assert set(kept) == set(found)
    for name in sorted(found):
        told = difflib.unified_diff(
            kept[name].splitlines(), found[name].splitlines(), name, name, lineterm=""
        )
        assert kept[name] == found[name], "\n".join(list(told)[:60])
