"""Nothing half done: what is killed in the middle has either happened whole or not at all (bench/soak.py, shortened)."""

import pytest
from django.db import connection

from bench.soak import Soak, half_done
from reviews.engine.models import Case
from tests.world import World


def test_after_kills_of_web_client_worker_and_database_no_case_is_half_done_and_no_decision_lost(tmp_path):
    soak = Soak(tmp_path / "var", cases=40, clients=3, seed=20261123)
    report = soak.run(45, at_least={"caller": 10, "client": 30}, longest=180)
    assert not report["wrong"], "\n".join(report["wrong"][:20])
    assert {"client", "web", "web worker", "worker", "connection", "postgres"} <= set(report["killed"]), (
        report
    )
    assert report["acknowledged"] >= 40, report
    assert report["through_web"] >= 10, report
    assert report["notices"], report


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ("DELETE FROM ledger_auditentry WHERE action = 'case.sign'", "without its entry in the trail"),
        ("DELETE FROM ledger_outboxmessage", "without its message"),
        ("UPDATE reviews_case SET state = 'sending_school'", "not where it stands"),
        ("UPDATE reviews_case SET awaiting = 'sign'", "it waits for an act"),
        (
            "UPDATE students_enrolment SET school_id = (SELECT receiving_unit_id FROM reviews_case)",
            "too early",
        ),
        ("UPDATE reviews_case SET state = 'completed', closed_at = now()", "it has ended"),
    ],
)
def test_the_check_finds_what_was_planted_for_it(damage, told):
    world = World()
    case = world.decide(world.submitted(world.first, world.pupil(world.third)))
    case = Case.objects.get(pk=case.pk)
    assert half_done(case) == []
    with connection.cursor() as cursor:
        # Past every trigger and key, as a torn write would be.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        if "closed_at" in damage:
            damage += ", holder_id = NULL, exclusive_key = NULL"
        cursor.execute(damage)
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert told in " ".join(half_done(Case.objects.get(pk=case.pk)))
