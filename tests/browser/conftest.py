"""A real Chromium against a live server: one window for each person, every request watched."""

import os
import shutil

# Playwright keeps an event loop in this thread; Django would take our synchronous queries for a mistake.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

import pytest
from django.conf import settings
from playwright.sync_api import sync_playwright

from tests.browser.desk import Desk
from tests.world import World

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A camera that shows a test picture, for the photograph at the counter; it still has to be allowed.
    "--use-fake-device-for-media-stream",
]


@pytest.fixture(scope="session")
def chromium():
    """The browser of the machine; without one the tests fail, they are never skipped."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert path, "没有找到 Chromium，请安装后再运行。(No Chromium found.)"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def pictures():
    """Where screenshots are kept as artefacts of continuous integration."""
    folder = settings.BASE_DIR / "var" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def world(transactional_db):
    """Units, clerks and pupils, committed, so that the live server sees them."""
    return World()


@pytest.fixture
def desk(chromium, live_server, pictures):
    """Opens a window for an account: ``desk(account)``. All windows are checked at the end: no page error, no
    request to another place, no answer of 5xx."""
    opened: list[Desk] = []

    def sit_down(account=None, width=1440, height=900, **more) -> Desk:
        window = Desk(chromium, live_server.url, account, pictures, (width, height), **more)
        opened.append(window)
        return window

    yield sit_down
    for window in opened:
        window.close()
    for window in opened:
        assert not window.troubles, window.troubles
