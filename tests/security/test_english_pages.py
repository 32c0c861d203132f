"""Every page in English: to a reader of English no page shows a sentence that the catalogue could have said."""

import re
from html.parser import HTMLParser
from http.cookies import SimpleCookie

import pytest

from docs import catalogue
from students.pupil.models import CodeTable
from tests.clock import frozen, shanghai
from tests.security.scene import Scene
from tests.security.test_url_wall import ROWS, asked, filled

pytestmark = pytest.mark.django_db
HAN = re.compile("[\u4e00-\u9fff]")
READ_OUT = {"title", "alt", "placeholder", "aria-label", "data-label", "data-confirm", "data-confirm-yes"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# Words of the record, kept as they were written.
STORED = {"新生入学", "省内转学", "在校", "男", "女", "短语"}
STORED |= {"元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节"}


class Texts(HTMLParser):
    """What a page says: texts and attributes that are read out, but for parts that are marked as Chinese."""

    def __init__(self, page: str):
        super().__init__()
        self.said, self.options, self.open, self.language = set(), set(), [], "?"
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "html":
            self.language = given.get("lang")
        if not self.silent:
            self.said |= {" ".join(value.split()) for name, value in attrs if name in READ_OUT and value}
        if tag not in VOID:
            self.open.append((tag, tag in ("script", "style") or given.get("lang") == "zh-CN"))

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if not self.silent:
            choice = self.open and self.open[-1][0] == "option"
            (self.options if choice else self.said).add(" ".join(data.split()))

    @property
    def silent(self) -> bool:
        return any(hidden for _, hidden in self.open)


def in_english(client) -> None:
    """From now on the client's requests carry the choice of English."""
    client.cookies = SimpleCookie({name: morsel.value for name, morsel in client.cookies.items()})
    client.cookies["xueji_language"] = "en"


@pytest.fixture
def scene(settings, tmp_path):
    settings.EVIDENCE_ROOT = tmp_path
    with frozen(shanghai(2026, 10, 14, 10)) as now:
        yield Scene(now)


def test_no_page_in_english_says_what_the_catalogue_has(scene):
    known = {line.id for line in catalogue.read() if line.id and HAN.search(line.id)} - STORED
    # The names of the national code tables are words of the record too, where one of them is chosen.
    tables = set(CodeTable.objects.values_list("name", flat=True))
    wrong, pages = [], 0
    for row in ROWS:
        if row.method != "GET" or row.route.startswith("api/"):
            continue
        for actor in [actor for actor, answer in row.answers.items() if answer == "200"][:1]:
            in_english(scene.clients[actor])
            answer = asked(scene, actor, "GET", filled(row.route, scene.parts(row.thing)))
            if not answer.headers.get("Content-Type", "").startswith("text/html"):
                continue
            pages += 1
            texts = Texts(answer.content.decode())
            wrong += [f"{row.route}: {text}" for text in (texts.said | texts.options - tables) & known]
            if texts.language == "zh-CN" and "<!doctype" in answer.content.decode()[:300].lower():
                wrong.append(f"{row.route}: lang")
    assert pages > 95
    assert not wrong, "\n".join(wrong)


def test_the_same_pages_without_the_choice_are_chinese(scene):
    answer = scene.clients["registrar@own"].get("/worklist/")
    texts = Texts(answer.content.decode())
    assert texts.language == "zh-CN"
    assert answer.headers["Content-Language"] == "zh-CN"
    assert "Cookie" in answer.headers["Vary"]
    assert not {"To handle", "Worklist"} & texts.said
