"""A right ends when the post ends, also for files: every address that answers with one is asked at the moment of fetching.

The addresses are found in the program itself: a view that reaches :func:`web.served.inert`. One without a row here
fails the build.
"""

import ast
import inspect
import logging
import textwrap
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as program
from django.db import transaction
from django.test import Client

from orgs.people.models import Account, Delegation, Post
from students.counter import print_batches
from students.dropouts import marking
from students.roster import exporting as making
from students.roster.models import RosterExport
from tests.clock import frozen, shanghai
from tests.refusals import refused
from tests.security.scene import Scene, addresses
from tests.security.test_url_wall import filled
from tests.undo import undo
from web import clock
from web.served import inert

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Row:
    """One address: of which thing of the scene, fetched by whom, sent with what. ``told``: what is answered where
    nothing of anybody's is named by the address (a page of one's own unit), instead of 404."""

    route: str
    thing: str
    by: str
    form: dict | None = None
    query: str = ""
    told: int = 404
    own: bool = False  # every unit fetches the like of its own there
    technician: int = 0


ROWS = [
    Row("cases/<case:number>/evidence/<uuid:key>/", "running", "registrar@own"),
    Row("cases/<case:number>/evidence/<uuid:key>/", "draft", "registrar@own"),
    Row("api/v1/cases/<number>/proofs/<key>/", "running", "registrar@own"),
    Row("bulletins/<public:number>/pdf/", "bulletin", "head@province"),
    Row("bulletins/<public:number>/xlsx/", "bulletin", "head@province"),
    Row("counter/students/<uuid:key>/print/", "pupil", "registrar@other", {"kind": "sheet"}),
    Row("counter/archive/<int:pk>/print/", "archive", "registrar@other", {}),
    Row("counter/batches/<public:number>/file/", "prints", "registrar@other"),
    Row("students/<uuid:key>/photo/", "pupil", "registrar@other"),
    Row("late/collected/table/", "", "registrar@other", own=True),
    Row("late/months/<public:number>/table/", "month", "registrar@other"),
    Row("classes/<int:pk>/table/", "class", "class_teacher@other"),
    Row("exports/<public:number>/file/", "export", "registrar@other"),
    Row("imports/<public:number>/report/", "import", "registrar@other"),
    Row("imports/<public:number>/returned/", "import", "registrar@other"),
    Row("dropouts/<public:number>/report/", "dropout", "head@other"),
    Row("tickets/<public:number>/pdf/", "ticket", "registrar@other_above"),
    Row("tickets/<public:number>/enclosures/<uuid:key>/", "ticket", "registrar@other_above"),
    Row("statistics/headcount/", "", "registrar@other", query="?form=csv", told=403, own=True),
    Row("statistics/permits/", "", "registrar@other", query="?form=xlsx", told=403, own=True),
    Row("directory/export/", "", "registrar@other", {"reason": "核对培训名单"}, told=403, own=True, technician=200),
]  # fmt: skip
# An empty table with its headings: the same for everybody, of nobody.
OF_NOBODY = {"imports/<slug:kind>/template/"}


# ---------------------------------------------------------------- which addresses answer with a file


def file_addresses() -> set[str]:
    """The addresses whose view reaches the one place where files leave the program."""
    return {route for route, _, view in addresses() if any(reaches(each, set()) for each in of_view(view))}


def of_view(view) -> list:
    """The functions behind an address: a page's, or those of an endpoint's methods."""
    if actions := getattr(view, "actions", None):
        return [getattr(view.cls, name) for name in actions.values()]
    return [inspect.unwrap(view)]


def reaches(function, seen: set) -> bool:
    """Whether a function of ours calls :func:`inert`, itself or through what it calls."""
    function = inspect.unwrap(function)
    if function is inert:
        return True
    module = inspect.getmodule(function)
    file = getattr(module, "__file__", None) or ""
    ours = file.startswith(str(program.BASE_DIR)) and "/.venv/" not in file
    if function in seen or not ours or not inspect.isfunction(function):
        return False
    seen.add(function)
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    called = {each.id for each in calls if isinstance(each, ast.Name)}
    return any(
        reaches(vars(module)[name], seen) for name in called if inspect.isfunction(vars(module).get(name))
    )


def test_every_file_address_has_a_row_and_every_row_an_address():
    assert file_addresses() == {row.route for row in ROWS} | OF_NOBODY


def test_a_file_leaves_the_program_in_one_place_only():
    """Whoever writes the header anew is not found by the walk."""
    found = [
        path.relative_to(program.BASE_DIR).as_posix()
        for path in Path(program.BASE_DIR).glob("*/**/*.py")
        if path.parts[len(Path(program.BASE_DIR).parts)]
        in ("web", "ledger", "orgs", "reviews", "students", "tickets", "transfers", "xueji")
        and any(word in path.read_text() for word in ("Content-Disposition", "FileResponse", "StreamingHttp"))
    ]
    assert found == ["web/served.py"]


# ---------------------------------------------------------------- who may fetch


@pytest.fixture
def scene(settings, tmp_path):
    settings.EVIDENCE_ROOT = tmp_path
    logging.disable(logging.WARNING)
    with frozen(shanghai(2026, 10, 14, 10)) as now:
        scene = Scene(now)
        print_batches.carry_on(now)
        marking.sign(scene.dropout, scene.actors["head@other"], now)
        yield scene
    logging.disable(logging.NOTSET)


def fetched(scene, row: Row, account: Account):
    """What the account is answered, undone afterwards."""
    client, point = Client(), transaction.savepoint()
    client.force_login(account)
    path = filled(row.route, scene.parts(row.thing)) + row.query
    answer = client.get(path) if row.form is None else client.post(path, row.form)
    undo(point)
    return answer


def lent(scene, row: Row) -> tuple[Account, Delegation]:
    """Somebody without a post to whom that of the row's actor is lent, asking for what is only given to who asked."""
    deputy = Account.objects.create_user("deputy", person=scene.world.person())
    # Who acts as registrar on a loan needs the own certificate (R8.1).
    deputy = scene.world.certified(deputy, scene.world.today + timedelta(days=90))
    loan = Delegation.objects.create(
        post=scene.actors[row.by].posts.get(),
        account=deputy,
        valid_from=scene.world.today - timedelta(days=3),
        valid_until=scene.world.today + timedelta(days=3),
        reason="外出培训",
    )
    if row.thing == "export":
        scene.export = making.ask(
            scene.world.third, deputy, scene.world.now, form="csv", numbers=True, purpose="papers"
        )
    return deputy, loan


def answers_of(scene, row: Row) -> dict[str, int]:
    """What the row's actor is answered, then others, then the same actor and a deputy once the right has ended."""
    holder, today = scene.actors[row.by], scene.world.today
    first = fetched(scene, row, holder)
    assert first["Content-Disposition"], row
    assert "no-store" in first["Cache-Control"], row
    found = {"holder": first.status_code}
    for other in ("registrar@abroad", "head@sibling", "technician@own"):
        found[other] = fetched(scene, row, scene.actors[other]).status_code
    point = transaction.savepoint()
    Post.objects.filter(account=holder).update(valid_until=today)
    found["left this morning"] = fetched(scene, row, holder).status_code
    undo(point)
    deputy, loan = lent(scene, row)
    found["deputy"] = fetched(scene, row, deputy).status_code
    Delegation.objects.filter(pk=loan.pk).update(valid_until=today)
    found["deputy no longer"] = fetched(scene, row, deputy).status_code
    return found


def expected_of(row: Row) -> dict[str, int]:
    """What must be answered."""
    others = dict.fromkeys(("registrar@abroad", "head@sibling", "technician@own"), 404)
    if row.own:
        others |= {"registrar@abroad": 200, "head@sibling": 200, "technician@own": row.technician or row.told}
    # A class is in the charge of a person, whom no loan replaces.
    deputy = 404 if row.thing == "class" else 200
    ended = {"left this morning": row.told, "deputy no longer": row.told}
    return {"holder": 200, "deputy": deputy} | others | ended


def test_a_file_is_given_to_who_holds_the_post_at_the_moment_of_fetching(scene):
    wrong = {}
    for row in ROWS:
        point = transaction.savepoint()
        found = answers_of(scene, row)
        undo(point)
        if found != expected_of(row):
            wrong[f"{row.route} {row.thing}"] = found
    assert not wrong


@pytest.mark.rule("R0.7")
def test_a_roster_of_a_county_is_not_fetched_by_who_now_keeps_one_of_its_schools(scene):
    """Some of the unit is not the unit: the file holds all its schools."""
    world, day = scene.world, clock.local_date(clock.now())
    head = scene.actors["head@other_above"]
    county = making.ask(world.west, head, world.now, form="csv")
    assert making.fetch(county, head, day)
    Post.objects.filter(account=head).update(valid_until=day)
    Post.objects.create(account=head, unit=world.third, role="registrar", valid_from=day)
    head = Account.objects.get(pk=head.pk)
    with refused("not_yours") as caught:
        making.fetch(county, head, day)
    assert "须仍在这个单位" in caught.value.sentence
    assert not RosterExport.objects.visible_to(head, day).exists()
    with refused("no_seat"):
        making.ask(world.west, head, world.now, form="csv")


# ---------------------------------------------------------------- the walk can see


def test_the_walk_finds_a_planted_file(settings):
    settings.ROOT_URLCONF = "tests.security.holes"
    assert file_addresses() - {row.route for row in ROWS} - OF_NOBODY == {"hole/file/"}
