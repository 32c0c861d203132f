"""Nobody back-dates through the API: every field of every stored row is sent to every address that writes."""

import pytest
from django.apps import apps
from django.db import models

from reviews.engine.models import Act, Attachment, Case, Step
from tests.api import AGREED, SENT, Program
from tests.world import png
from transfers.moving.models import Transfer
from web import clock

pytestmark = pytest.mark.django_db
LONG_AGO = "2020-01-06T08:00:00+08:00"


def plausible():
    """Names of all time and person columns of a case's tables, and the names clients make up for them."""
    tables = (Case, Step, Act, Attachment, Transfer, apps.get_model("orgs", "ApiToken"))
    kinds = (models.DateField, models.DateTimeField)
    found = {
        "at",
        "now",
        "date",
        "time",
        "timestamp",
        "when",
        "by",
        "user",
        "account",
        "person",
        "on_behalf_of",
    }
    for table in tables:
        for field in table._meta.get_fields():
            if isinstance(field, kinds) or (field.is_relation and getattr(field, "column", None)):
                found |= {field.name, field.column}
    return sorted(found - {"case", "reason", "school_class"})


def test_the_list_of_plausible_fields_is_long_and_names_the_times_that_matter():
    names = plausible()
    assert len(names) > 50
    assert {"signed_at", "handled_at", "submitted_at", "signer_id", "uploaded_at", "expires_at"} <= set(names)


def rows():
    """Every stored row that carries a time or a person."""
    return [list(table.objects.order_by("pk").values()) for table in (Case, Step, Act, Attachment, Transfer)]


def test_no_address_takes_a_time_or_a_person(world):
    draft = world.draft(world.first, world.pupil(world.third))
    running = world.decide(world.submitted(world.first, world.pupil(world.third)))
    school, office = Program(world.registrar(world.first)), Program(world.registrar(world.east))
    head, upper = Program(world.head(world.first)), Program(world.head(world.east))
    before = rows()
    addresses = {
        "change": lambda forged: school.send(
            "PATCH", f"/cases/{draft.number}/", {"reason_note": ""} | forged
        ),
        "submit": lambda forged: school.act(draft, "submit", SENT | forged),
        "withdraw": lambda forged: school.act(running, "withdraw", SENT | forged),
        "nudge": lambda forged: school.act(running, "nudge", SENT | forged),
        "handle": lambda forged: office.act(running, "handle", AGREED | forged),
        "recall": lambda forged: head.act(running, "recall", forged),
        "sign": lambda forged: upper.act(running, "sign", AGREED | forged),
        "return": lambda forged: upper.act(running, "return_to_registrar", SENT | forged),
        "attach": lambda forged: school.attach(draft, png((8, 8)), **forged),
        "begin": lambda forged: school.post("/cases/", {"pupil": "x"} | forged),
    }
    for name in plausible():
        for address, send in addresses.items():
            answer = send({name: LONG_AGO})
            assert answer.status_code == 400, f"{address} {name}: {answer.content.decode()}"
            assert answer.json()["code"] == "unknown_field", f"{address} {name}"
            assert name in answer.json()["fields"]
    assert rows() == before


def test_neither_address_nor_headers_set_a_time(world):
    case = world.draft(world.first, world.pupil(world.third))
    school = Program(world.registrar(world.first))
    before = clock.now()
    answer = school.client.post(
        f"/api/v1/cases/{case.number}/submit/?submitted_at={LONG_AGO}&now={LONG_AGO}",
        SENT,
        content_type="application/json",
        headers=school.headers
        | {"Date": "Mon, 06 Jan 2020 00:00:00 GMT", "X-Time": LONG_AGO, "X-HTTP-Method-Override": "PUT"},
    )
    assert answer.status_code == 200
    case = Case.objects.get(pk=case.pk)
    act = Act.objects.get(case=case)
    for at in (case.submitted_at, act.at, Step.objects.get(case=case).handled_at):
        assert before <= at <= clock.now()
    assert act.account == world.registrar(world.first)
