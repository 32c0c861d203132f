"""Who reads in English: the choice, what is answered, and that the record of what is done stays Chinese."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from ledger import outbox
from ledger.models import AuditEntry
from reviews.engine.models import Act
from reviews.notices.models import Notice
from tests.clock import shanghai
from tests.refusals import refuses
from tests.reviews.case_pages import look, post

pytestmark = [pytest.mark.django_db, pytest.mark.world_at(shanghai(2026, 10, 14, 10))]
HAN = re.compile("[\u4e00-\u9fff]")
COOKIE = settings.LANGUAGE_COOKIE_NAME


def page(answer) -> str:
    return answer.content.decode()


def test_the_button_keeps_the_choice_in_a_cookie_and_leads_back_to_the_page(client):
    answer = client.post("/language/", {"language": "en"}, headers={"referer": "http://testserver/calendar/"})
    assert (answer.status_code, answer["Location"]) == (302, "http://testserver/calendar/")
    cookie = answer.cookies[COOKIE]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("en", True, "Lax")
    english = client.get("/calendar/")
    assert '<html lang="en">' in page(english)
    assert "Working days" in page(english) or "working day" in page(english)
    assert english.headers["Content-Language"] == "en"
    client.post("/language/", {"language": "zh-hans"})
    assert '<html lang="zh-CN">' in page(client.get("/calendar/"))


def test_the_choice_never_leads_to_another_site_and_an_unknown_language_changes_nothing(client):
    answer = client.post("/language/", {"language": "en", "next": "https://example.com/"})
    assert answer["Location"] == "/"
    answer = client.post("/language/", {"language": "xx"})
    assert answer.status_code == 302
    assert COOKIE not in answer.cookies


def test_the_browsers_own_language_decides_nothing(client):
    answer = client.get("/calendar/", headers={"accept-language": "en"})
    assert '<html lang="zh-CN">' in page(answer)


def test_a_page_that_a_browser_may_keep_is_kept_for_each_language(client):
    assert "Cookie" in client.get("/parents/").headers["Vary"]


def test_scripts_speak_english_only_to_a_reader_of_english(client):
    assert "english.js" not in page(client.get("/calendar/"))
    client.cookies[COOKIE] = "en"
    assert "english.js" in page(client.get("/calendar/"))


def test_what_an_english_reader_does_is_recorded_in_chinese_and_answered_in_english(client, world):
    world.registrar(world.east)
    case = world.submitted(world.first, world.pupil(world.third, grade=4))
    client.cookies[COOKIE] = "en"
    answer = post(
        client, world.head(world.first), case, "sign", outcome="agree", opinion="情况属实，同意转入。"
    )
    assert answer.status_code == 303, page(answer)
    outbox.relay(timezone.now() + timedelta(minutes=1))
    texts = list(Notice.objects.values_list("text", flat=True))
    assert texts
    assert all(HAN.search(text) and "Sign" not in text for text in texts)
    assert "Sign" not in " ".join(str(body) for body in AuditEntry.objects.values_list("body", flat=True))
    assert not [act for act in Act.objects.all() if "Sign" in act.opinion]
    told = page(client.get(answer["Location"]))
    assert "signed off" in told.lower()


def test_a_refusal_is_said_in_english_and_what_was_typed_stays(client, world):
    case = world.submitted(world.first, world.pupil(world.third, grade=4))
    client.cookies[COOKIE] = "en"
    answer = post(client, world.head(world.first), case, "sign", outcome="agree", opinion="短")
    refuses(answer, 422, "短", "characters")


def test_the_same_case_is_chinese_to_the_next_reader(client, world):
    case = world.submitted(world.first, world.pupil(world.third, grade=4))
    client.cookies[COOKIE] = "en"
    english = page(look(client, world.head(world.first), case))
    client.cookies[COOKIE] = "zh-hans"
    chinese = page(look(client, world.head(world.first), case))
    assert "审核补充意见" in chinese
    assert "审核补充意见" not in english
