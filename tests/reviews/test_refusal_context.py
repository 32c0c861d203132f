"""A refusal on a page leads to its clause."""

import pytest
from django.test import Client
from django.urls import reverse

from reviews.vocabulary.refusals import refusal_context
from tests.world import World
from web.refusals import Refusal, Refused


def test_a_page_has_the_sentence_the_clause_and_the_way_to_it():
    shown = refusal_context(Refusal("some_code", "不能办理，请先补正。", "附件1 三.1"))
    assert shown == {
        "sentence": "不能办理，请先补正。",
        "clause": "附件1 三.1",
        "clause_url": "/rules/#b1-3-1",
    }
    assert refusal_context(None) is None


def test_a_clause_that_is_not_of_the_notice_leads_nowhere():
    assert refusal_context(Refusal("some_code", "不能办理。", "义务教育法"))["clause_url"] == ""


@pytest.mark.django_db
def test_who_may_not_prepare_a_batch_is_led_to_the_clause():
    world, client = World(), Client()
    client.force_login(world.head(world.im))
    answer = client.post(reverse("numbers-prepare"))
    assert answer.status_code == 403
    refused = answer.context["refused"]
    assert refused["clause_url"].startswith("/rules/#")
    assert f'<a href="{refused["clause_url"]}">{refused["clause"]}</a>' in answer.content.decode()


@pytest.mark.parametrize(
    ("code", "status"),
    [("no_seat", 403), ("untrained", 403), ("school_closed", 403), ("stale", 409), ("case_closed", 409)],
)
def test_who_asks_is_told_by_another_status_than_how_the_thing_stands(code, status):
    refusal = Refusal(code, "句子。")
    assert (refusal.status, Refused(refusal).status) == (status, status)
