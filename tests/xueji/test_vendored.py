"""Files of others that we keep and serve: as published, listed with digest and licence; every file a page names exists."""

import hashlib
import json
import re
import subprocess
from urllib.parse import unquote

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage, staticfiles_storage
from django.core.management import call_command

from tests.clock import frozen, shanghai
from tests.security.scene import Scene
from tests.security.test_url_wall import ROWS, asked, filled
from xueji.static_files import StaticFiles

VENDOR = settings.BASE_DIR / "static" / "vendor"
LIST = VENDOR / "vendored.json"
LISTED = json.loads(LIST.read_text("utf-8"))
SWAGGER_UI = ("swagger-ui.css", "swagger-ui-bundle.js", "swagger-ui-standalone-preset.js")
NAMED_IN_TEMPLATE = re.compile(r"{%\s*static\s+[\"']([^\"']+)[\"']")
NAMED_IN_PAGE = re.compile(r"(?:src|href)=[\"']/static/([^\"'?#]+)")


def test_the_list_names_every_vendored_file_once():
    there = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()}
    named = [row["file"] for row in LISTED]
    assert sorted(named) == sorted(there - {LIST.name})


@pytest.mark.parametrize("row", LISTED, ids=[row["file"] for row in LISTED])
def test_a_vendored_file_is_the_published_one_and_has_its_licence_beside_it(row):
    assert set(row) == {"file", "sha256", "name", "version", "source", "licence", "licence_file"}
    assert all(row.values())
    assert hashlib.sha256((VENDOR / row["file"]).read_bytes()).hexdigest() == row["sha256"]
    licence = (VENDOR / row["licence_file"]).read_text("utf-8")
    assert row["licence"] in licence
    assert "Copyright" in licence


@pytest.mark.parametrize("row", LISTED, ids=[row["file"] for row in LISTED])
def test_no_check_out_changes_a_vendored_file(row):
    asked_of = ["git", "check-attr", "text", "--", f"static/vendor/{row['file']}"]
    told = subprocess.run(asked_of, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True).stdout
    assert told.strip().endswith("text: unset")


def test_the_kit_states_the_version_that_is_listed():
    kit = next(row for row in LISTED if row["file"].endswith(".css"))
    assert f"{kit['name']} v{kit['version']} " in (VENDOR / kit["file"]).read_text("utf-8")[:300]


def named_in_templates() -> set[str]:
    pages = (settings.BASE_DIR / "templates").rglob("*.html")
    return {name for page in pages for name in NAMED_IN_TEMPLATE.findall(page.read_text("utf-8"))}


def test_every_file_named_in_a_template_exists():
    named = named_in_templates()
    assert len(named) > 15
    assert not [name for name in named if not finders.find(name)]


def test_every_vendored_style_and_script_is_used():
    kept = {f"vendor/{row['file']}" for row in LISTED if row["file"].endswith((".css", ".js"))}
    assert kept
    assert kept <= named_in_templates()


class NamedByContent(ManifestStaticFilesStorage):
    """The storage of the real servers, with the same rules, but nothing compressed."""

    patterns = StaticFiles.patterns


def test_the_real_servers_find_every_file_under_its_hashed_name(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": f"{__name__}.NamedByContent"},
    }
    docker = (settings.BASE_DIR / "deploy" / "Dockerfile").read_text()
    left_out = re.findall(r'--ignore "?([^\s"]+)', docker)
    assert left_out
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=left_out)
    assert not list(tmp_path.rglob("*.map"))
    swagger = "drf_spectacular_sidecar/swagger-ui-dist/"
    documentation = {f"{swagger}{name}" for name in SWAGGER_UI}
    for name in named_in_templates() | documentation:
        hashed = unquote(staticfiles_storage.url(name).removeprefix("/static/"))
        assert hashed != name
        assert (tmp_path / hashed).is_file()


@pytest.mark.django_db
def test_every_file_named_by_a_page_exists(settings, tmp_path):
    """Also the pages of others: the administrators' and the documentation of the API."""
    settings.EVIDENCE_ROOT = tmp_path
    named: dict[str, str] = {}
    with frozen(shanghai(2026, 10, 14, 10)) as now:
        scene = Scene(now)
        for actor, address in addresses_that_answer(scene):
            answer = asked(scene, actor, "GET", address)
            if answer.headers.get("Content-Type", "").startswith("text/html") and not answer.streaming:
                found = NAMED_IN_PAGE.findall(answer.content.decode())
                named |= dict.fromkeys(map(unquote, found), address)
    # Of ours, of the kit, of htmx, of the administrators' pages and of the documentation.
    first = {name.partition("/")[0] for name in named}
    assert first == {"xueji", "vendor", "django_htmx", "admin", "drf_spectacular_sidecar"}
    assert not {name: page for name, page in named.items() if not finders.find(name)}


def addresses_that_answer(scene):
    """(actor, address) of every page that somebody gets, the administrators' first page and tables."""
    for row in ROWS:
        readers = [actor for actor, answer in row.answers.items() if answer == "200"]
        if row.method == "GET" and readers:
            yield readers[0], filled(row.route, scene.parts(row.thing))
    staff = next(actor for actor in scene.clients if actor.startswith("staff"))
    for address in ("/admin/", "/admin/orgs/unit/", "/admin/orgs/account/add/"):
        yield staff, address
