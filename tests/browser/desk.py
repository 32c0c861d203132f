"""A person at a browser window: what a registrar or a head does, in the words of the pages."""

import io
import re

from PIL import Image, ImageDraw
from playwright.sync_api import Error, expect

from tests.world import PASSWORD


def photograph(text="PROOF", size=(900, 1200)) -> bytes:
    """A picture of a sheet of paper as a telephone would send it."""
    image = Image.new("RGB", size, (246, 243, 235))
    ImageDraw.Draw(image).text((80, 100), text, fill=(30, 30, 30))
    data = io.BytesIO()
    image.save(data, "JPEG", quality=80)
    return data.getvalue()


class Desk:
    """One window, signed in as ``account``; everything that goes wrong in it is kept in ``troubles``."""

    def __init__(self, chromium, base, account, pictures, size, **more):
        self.base, self.account, self.pictures, self.troubles = base, account, pictures, []
        self.context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            **more,
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.page.on("pageerror", lambda error: self.troubles.append(f"page error: {error}"))
        self.page.on("request", self._watch)
        self.page.on("response", self._judge)
        if account is not None:
            self.sign_in(account)

    def _watch(self, request):
        if not request.url.startswith((self.base, "data:", "blob:")):
            self.troubles.append(f"request to another place: {request.url}")

    def _judge(self, response):
        if response.status >= 500:
            self.troubles.append(f"{response.status} {response.url}")

    def close(self):
        """Leave the desk."""
        self.context.close()

    def go(self, path):
        """Open an address of the program."""
        return self.page.goto(self.base + path)

    def picture(self, name, full=False):
        """Keep a screenshot as an artefact. On a busy machine Chromium now and then cannot draw a window that lies
        behind others: that says nothing about the page, so it is brought to the front and drawn again."""
        for tries_left in (2, 1, 0):
            try:
                self.page.screenshot(path=self.pictures / f"{name}.png", full_page=full)
                return
            except Error as error:
                if not tries_left or "Unable to capture screenshot" not in str(error):
                    raise
                self.page.bring_to_front()
                self.page.wait_for_timeout(500)

    def sign_in(self, account):
        """Sign in by the form; lands on the worklist."""
        self.go("/accounts/sign-in/")
        self.page.get_by_label("账号").fill(account.username)
        self.page.get_by_label("密码").fill(PASSWORD)
        self.page.get_by_role("button", name="登录").click()
        expect(self.page).to_have_url(re.compile("/worklist/"))

    def sees(self, text):
        """The page says so."""
        expect(self.page.get_by_text(text).first).to_be_visible()

    # ------------------------------------------------------------ a transfer

    def apply(
        self, number, name, *, reason="购房", photos=1, opinion="监护人已在本地居住，情况属实，申请转入。"
    ):
        """Look a pupil up, fill in, upload, send; returns the case number."""
        page = self.page
        self.go("/transfers/new/")
        page.get_by_label("学籍号或身份证号").fill(number)
        page.get_by_label("学生姓名").fill(name)
        page.get_by_role("button", name="核对").click()
        page.get_by_role("button", name="建立草稿").click()
        expect(page).to_have_url(re.compile("/edit/"))
        page.get_by_label(re.compile(reason)).check()
        page.get_by_label(re.compile("转入班级")).select_option(index=1)
        self.upload(photos)
        # The check-list is drawn anew and moves the button; a click in that moment would miss it.
        expect(page.locator("[data-checks]")).to_contain_text("已上传转学原因证明")
        page.get_by_label(re.compile("审核补充意见")).fill(opinion)
        page.locator("button[name=action][value=send]").click()
        expect(page).not_to_have_url(re.compile("/edit/"))
        return self.number_of(name)

    def number_of(self, name):
        """The number of the newest case about this pupil."""
        from reviews.engine.models import Case

        return Case.objects.filter(search_text__startswith=name).latest("id").number

    def upload(self, photos=1):
        """Choose photographs, which are sent by themselves; each must arrive."""
        page = self.page
        page.locator("[data-upload].ready").wait_for()
        before = page.locator("[data-evidence] img").count()
        files = [
            {"name": f"{n}.jpg", "mimeType": "image/jpeg", "buffer": photograph(f"PROOF {n}")}
            for n in range(photos)
        ]
        page.locator("input[type=file][multiple]").set_input_files(files)
        expect(page.locator("[data-evidence] img")).to_have_count(before + photos)

    def decide(self, number, outcome="agree", reason="", opinion="情况属实，同意。"):
        """Open the case and press the button; the panel opens first where a reason is wanted."""
        page = self.page
        self.go(f"/cases/{number}/")
        panel = page.locator("#decision")
        panel.locator("textarea[name=opinion]").fill(opinion)
        # The head who confirms what the registrar proposes has it on the filled button.
        primary = panel.locator(f"button[data-primary][value={outcome}]")
        if primary.count():
            primary.click()
            return
        details = panel.locator("details", has=page.locator(f"button[value={outcome}]"))
        if details.get_attribute("open") is None:  # the registrar's proposal opens the head's panel by itself
            details.locator("summary").click()
        if reason:
            details.locator(f"input[value={reason}]").check()
        details.locator(f"button[value={outcome}]").click()
