"""Take the README's screenshots from a running trial: ``make run`` in one window, ``make tour`` in another.

Every picture is of the demonstration's invented people. Pictures are reduced to 256 colours to stay small.
"""

import io
import os
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

FOLDER = Path(__file__).resolve().parent / "tour"
BASE = os.environ.get("TOUR_URL", "http://127.0.0.1:8000")
PASSWORD = "Xueji-2026-demo"  # noqa: S105 - the demonstration's, printed by make run
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
]
DESK, TELEPHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


def keep(page: Page, name: str) -> None:
    """Keep what the window shows."""
    page.wait_for_load_state("networkidle")
    image = (
        Image.open(io.BytesIO(page.screenshot()))
        .convert("RGB")
        .quantize(256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    )
    FOLDER.mkdir(exist_ok=True)
    image.save(FOLDER / f"{name}.png", optimize=True)


def sign_in(page: Page, username: str) -> None:
    """Sign in as one of the demonstration's accounts."""
    page.goto(f"{BASE}/accounts/sign-in/")
    page.get_by_label("账号").fill(username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/worklist/**")


def tour(browser) -> None:
    """The stations of the tour, in the order the README tells them."""
    page = browser.new_page(viewport=DESK, locale="zh-CN")
    sign_in(page, "aba-registrar")
    keep(page, "worklist")
    page.locator("tbody tr a[href^='/cases/']").nth(2).click()
    page.wait_for_url("**/cases/**")
    keep(page, "case")
    page.locator("#decision details summary").last.click()
    keep(page, "refusal")
    page.goto(f"{BASE}/calendar/?start=2026-09-25&days=10")
    keep(page, "calendar")
    page.context.close()

    page = browser.new_page(viewport=DESK, locale="zh-CN")
    sign_in(page, "aba1-registrar")
    page.goto(f"{BASE}/transfers/new/")
    keep(page, "new-transfer")
    page.goto(f"{BASE}/students/")
    keep(page, "roster")
    key = page.locator("tbody a[href^='/students/']").first.get_attribute("href").split("/")[2]
    page.goto(f"{BASE}/counter/students/{key}/")
    keep(page, "counter")
    page.evaluate("document.querySelectorAll('form').forEach(form => form.removeAttribute('target'))")
    page.get_by_role("button", name="网页打印").first.click()
    page.wait_for_url("**/print/")
    keep(page, "sheet")
    page.goto(f"{BASE}/possible/")
    keep(page, "possible")
    page.context.close()

    page = browser.new_page(viewport=DESK, locale="zh-CN")
    sign_in(page, "neimenggu-registrar")
    page.goto(f"{BASE}/dashboard/")
    keep(page, "dashboard")
    page.goto(f"{BASE}/bulletins/")
    page.locator("tbody a[href^='/bulletins/']").first.click()
    keep(page, "bulletin")
    page.goto(f"{BASE}/tickets/?tab=all&kind=check")
    page.locator("tbody a[href^='/tickets/']").first.click()
    keep(page, "ticket")
    page.goto(f"{BASE}/parents/")
    keep(page, "parents")
    page.context.close()

    page = browser.new_page(viewport=TELEPHONE, locale="zh-CN", device_scale_factor=2)
    sign_in(page, "aba-head")
    page.goto(f"{BASE}/worklist/?tab=sign")
    keep(page, "telephone-worklist")
    page.locator("a[href^='/cases/']").first.click()
    page.wait_for_url("**/cases/**")
    keep(page, "telephone-case")
    page.context.close()


def main() -> int:
    """Run the tour against BASE."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        return 1
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        tour(browser)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
