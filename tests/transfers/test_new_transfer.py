"""Looking a pupil up and making a draft: `/transfers/new/` (R3.1, R3.1b, R0.6)."""

import re

import pytest
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ledger.models import AuditEntry
from orgs.people.models import Post, PostRole
from reviews.engine.models import Case
from students.pupil import records
from students.pupil.models import Student
from students.pupil.records import current_number, id_number
from tests.refusals import refuses
from transfers.moving.views import NO_MATCH

pytestmark = pytest.mark.django_db
NEW = "/transfers/new/"
CHECK = "/transfers/new/check/"


def signed_in(account) -> Client:
    client = Client()
    client.force_login(account)
    return client


@pytest.fixture
def clerk(world):
    return signed_in(world.registrar(world.first))


def sentence_of(page) -> str:
    """The sentence above the form."""
    return re.search(r'role="alert"><div>\s*<p>(.*?)</p>', page.content.decode(), re.S)[1]


def look_up(client, number, name, **more):
    return client.post(NEW, {"number": number, "name": name, **more})


@pytest.mark.rule("R1.8")
@pytest.mark.rule("R3.1b")
@pytest.mark.parametrize("letter", ["L", "J", "G"])
def test_number_and_name_lead_to_a_masked_card_whatever_the_letter(world, clerk, letter):
    pupil = world.pupil(world.third, letter=letter)
    number = current_number(pupil)
    page = look_up(clerk, number, pupil.name)
    assert page.status_code == 303
    assert number not in page.headers["Location"]
    card = clerk.get(page.headers["Location"]).content.decode()
    assert number not in card
    assert pupil.name not in card
    assert records.card(pupil, world.today).number in card
    assert world.third.name in card


def test_the_identity_number_finds_the_pupil_too_and_full_width_digits_are_understood(world, clerk):
    pupil = world.pupil(world.third, letter="G")
    wide = id_number(pupil).translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789X"})
    assert look_up(clerk, f" {wide} ", pupil.name).status_code == 303


@pytest.mark.rule("R1.3")
def test_a_former_number_still_finds_the_pupil(world, clerk):
    pupil = world.pupil(world.third, letter="G")
    former = records.opened_number(pupil.numbers.exclude(closed_at=None).get())
    assert look_up(clerk, former, pupil.name).status_code == 303


def test_a_wrong_name_and_an_unknown_number_answer_alike_in_words_status_and_queries(world, clerk):
    pupil = world.pupil(world.third)
    known = current_number(pupil)
    unknown = world.inventor.l_number("152522", pupil.birth_date)
    answers = []
    for number, name in (
        (known, "查无此人"),
        (unknown, "查无此人"),
        (known, "查无此人"),
        (unknown, pupil.name),
    ):
        with CaptureQueriesContext(connection()) as queries:
            page = look_up(clerk, number, name)
        text = page.content.decode().replace(number, "#").replace(name, "@")
        text = re.sub(r'(csrf|value="[A-Za-z0-9]{64}|content="[A-Za-z0-9]{64})[^>]*', "", text)
        shape = [re.sub(r"'[^']*'|\d+", "?", q["sql"])[:60] for q in queries.captured_queries]
        answers.append((page.status_code, sentence_of(page), len(text), shape))
    assert answers[0][:2] == (422, NO_MATCH)
    # The first request of a session renews it and may ask a query more.
    assert answers[1] == answers[2] == answers[3]


def connection():
    from django.db import connection as default

    return default


@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("", "请填写学籍号"),
        ("152522", "19位"),
        ("G152522201009010019", "校验码不对"),
        ("L15252220100901\u202e0019", "看不见的特殊字符"),
        ("1.5E+17", "科学计数法"),
    ],
)
def test_a_number_that_cannot_be_one_gets_its_own_sentence_and_is_no_miss(world, clerk, number, told):
    page = look_up(clerk, number, "王伟")
    assert page.status_code == 422
    assert told in sentence_of(page) or "号" in sentence_of(page)
    assert NO_MATCH not in page.content.decode()
    assert not AuditEntry.objects.filter(action="student.lookup_missed").exists()


@pytest.mark.parametrize(
    "text", ["\x00", "\ud800".encode("utf-8", "replace").decode(), "𠅤" * 300, "<script>", "'; --", "%00"]
)
def test_hostile_text_in_either_field_is_answered_with_a_sentence(world, clerk, text):
    for answer in (look_up(clerk, text, "王伟"), look_up(clerk, "L152522201009010019", text)):
        assert answer.status_code == 422
        assert sentence_of(answer)
    assert clerk.get(NEW, {text: text}).status_code == 200
    assert clerk.get(CHECK, {"school": text}).status_code == 303


def test_too_many_misses_are_told_to_wait(world, clerk, monkeypatch):
    monkeypatch.setattr(records, "MISSES_AN_HOUR", 3)
    pupil = world.pupil(world.third)
    number = current_number(pupil)
    for _ in range(3):
        refuses(
            look_up(clerk, number, "查无此人"),
            422,
            "没有找到号码与姓名都相符的学生，请与家长核对后重填（附件1 三.1）",
        )
    page = look_up(clerk, number, pupil.name)
    assert page.status_code == 429
    assert "次数过多" in sentence_of(page)
    other = signed_in(world.registrar(world.second))
    assert look_up(other, number, pupil.name).status_code == 303


def test_the_session_keeps_an_opaque_key_and_the_trail_no_number(world, clerk):
    pupil = world.pupil(world.third)
    number = current_number(pupil)
    look_up(clerk, number, pupil.name)
    kept = {k: v for k, v in clerk.session.items() if not k.startswith("_")}
    assert kept == {"found_pupil": str(pupil.key)}
    entries = AuditEntry.objects.filter(action="student.lookup")
    assert [entry.body for entry in entries] == [{"student": pupil.pk}]
    assert number not in str(list(entries.values()))


@pytest.mark.rule("R3.1")
def test_a_draft_is_made_from_the_card_and_taken_up_again_the_second_time(world, clerk):
    pupil = world.pupil(world.third)
    for _ in range(2):
        look_up(clerk, current_number(pupil), pupil.name)
        made = clerk.post(CHECK, {"pupil": str(pupil.key), "school": world.first.pk})
        case = Case.objects.get()
        assert made.headers["Location"] == reverse("transfer-edit", args=[case.number])
    assert (case.state, case.receiving_unit, case.sending_unit) == ("draft", world.first, world.third)
    assert "found_pupil" not in clerk.session


def test_a_pupil_that_was_not_looked_up_cannot_be_drafted_by_its_key(world, clerk):
    stranger, found = world.pupil(world.third), world.pupil(world.third, grade=3)
    forms = [{"pupil": str(stranger.key), "school": world.first.pk}]
    assert clerk.post(CHECK, forms[0]).headers["Location"] == NEW
    look_up(clerk, current_number(found), found.name)
    assert clerk.post(CHECK, forms[0]).headers["Location"] == NEW
    assert "请先用学籍号和姓名核对学生" in clerk.get(NEW).content.decode()
    assert not Case.objects.exists()


def test_a_registrar_of_two_schools_chooses_the_school(world):
    account = world.registrar(world.first)
    Post.objects.create(account=account, unit=world.second, role=PostRole.REGISTRAR, valid_from="2020-01-01")
    client, pupil = signed_in(account), world.pupil(world.third)
    typed = {"number": current_number(pupil), "name": pupil.name}
    unchosen = client.post(NEW, typed)
    assert unchosen.status_code == 422
    assert "请选择转入学校" in unchosen.content.decode()
    assert pupil.name in unchosen.content.decode()
    foreign = client.post(NEW, {**typed, "school": world.league_school.pk})
    refuses(foreign, 422, "请从你任学籍管理员的学校中选择转入学校")
    page = client.post(NEW, {**typed, "school": world.second.pk})
    client.post(CHECK, {"pupil": str(pupil.key), "school": world.second.pk})
    assert str(world.second.pk) in page.headers["Location"]
    assert Case.objects.get().receiving_unit == world.second


@pytest.mark.parametrize("who", ["head", "county", "nobody"])
def test_only_a_schools_registrar_can_start(world, who):
    account = {
        "head": lambda: world.head(world.first),
        "county": lambda: world.registrar(world.east),
        "nobody": lambda: world.account(world.first, PostRole.TECHNICIAN),
    }[who]()
    page = signed_in(account).get(NEW)
    assert page.status_code == 403
    assert "只有转入学校的学籍管理员可以发起转学" in page.content.decode()


def test_a_visitor_is_sent_to_sign_in(world):
    assert Client().get(NEW).status_code == 302
    assert Client().post(NEW, {"number": "1", "name": "2"}).status_code == 302


def test_the_page_is_never_stored_by_the_browser(world, clerk):
    pupil = world.pupil(world.third)
    page = look_up(clerk, current_number(pupil), pupil.name)
    assert "no-store" in clerk.get(page.headers["Location"]).headers["Cache-Control"]
    assert "no-store" in clerk.get(NEW).headers["Cache-Control"]
    assert Student.objects.count() == 1
