"""Two schools list one graduate in the same second: one wins, the other is told where it stands; and who goes another way
in the very moment of being listed or sent stands on no list (R4.5)."""

import threading
import time

import pytest
from django.db import connection, transaction

from reviews.engine import door
from reviews.engine.models import Case
from students.admission.recruitment import actions as recruitment
from students.changes import pupil_drafts
from students.onward import one_way
from students.onward.models import RecruitedPupil
from students.pupil.models import Student
from tests.clock import shanghai
from tests.refusals import refused
from tests.reviews.test_concurrency import at_once
from tests.world import World
from web.refusals import Refused

AUTUMN = shanghai(2026, 9, 2, 10)
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.rule("R4.5"), pytest.mark.world_at(AUTUMN)]


def test_two_schools_that_list_one_graduate_in_the_same_second():
    world = World(AUTUMN)
    schools = (world.junior, world.school("另一初级中学", world.west, lowest=7, highest=9))
    clerks = [world.registrar(school) for school in schools]
    for _ in range(5):
        pupils = [world.graduate(world.first).pk for _ in range(3)]

        def list_at(school, clerk, order, pupils=pupils):
            found = Student.objects.select_related("school").in_bulk(pupils)
            return recruitment.add([found[pk] for pk in pupils[::order]], school, clerk, AUTUMN)

        results = at_once(
            [
                lambda school=school, clerk=clerk, order=order: list_at(school, clerk, order)
                for school, clerk, order in zip(schools, clerks, (1, -1), strict=True)
            ]
        )
        (lost,) = [found for found in results if isinstance(found, BaseException)]
        assert isinstance(lost, Refused), lost
        assert (lost.code, "的招生名册中" in lost.sentence) == ("listed", True)
        assert RecruitedPupil.objects.filter(student__in=pupils).count() == 3


def somebody_waits() -> bool:
    """Whether another session waits for what this one holds, asked until one does."""
    for _ in range(3000):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return True
        time.sleep(0.01)
    return False


@pytest.mark.rule("R3.3")
def test_a_row_that_is_being_written_while_the_pupil_goes_another_way_is_seen_and_taken_off(world):
    pupil, clerk = world.graduate(world.first), world.registrar(world.junior)
    case = world.changed(world.graduate(world.first), "death")
    listed, found = threading.Event(), {}

    def lists():
        with transaction.atomic():
            recruitment.add([pupil], world.junior, clerk, AUTUMN)
            listed.set()
            found["waited"] = somebody_waits()

    def leaves():
        listed.wait(60)
        with transaction.atomic():
            found["off"] = one_way.leave_lists([pupil.pk], "该生已另行就学", case)

    errors = [one for one in at_once([lists, leaves]) if one is not None]
    assert errors == []
    assert found == {"waited": True, "off": 1}
    row = RecruitedPupil.objects.get(student=pupil)
    assert (row.state, row.off_why) == ("off", "该生已另行就学")


@pytest.mark.rule("R5.3")
def test_who_dies_and_is_listed_at_the_same_moment_stands_on_no_list(world):
    clerk, head = world.registrar(world.junior), world.head(world.east)
    for _ in range(4):
        pupil = world.graduate(world.first)
        death = world.changed(pupil, "death")
        while death.holder != world.east:
            death = world.decide(death)
        death = door.perform(
            death, "handle", world.registrar(world.east), opinion="情况属实，同意。", outcome="agree"
        )

        def signed(death=death):
            return door.perform(death, "sign", head, opinion="情况属实，同意。", outcome="agree")

        def lists(pupil=pupil):
            return recruitment.add([pupil], world.junior, clerk, AUTUMN)

        sign, added = at_once([signed, lists])
        assert isinstance(sign, Case), sign
        rows = list(RecruitedPupil.objects.filter(student=pupil).values_list("state", flat=True))
        # Before the signature the running case stands in the way, after it the pupil is no graduate any more.
        assert isinstance(added, Refused), added
        assert (added.code in ("other_case", "not_graduated"), rows) == (True, [])


@pytest.mark.rule("R5.3")
def test_who_dies_between_the_binding_and_the_sending_of_a_list_stays_off_and_the_others_are_listed(
    world, monkeypatch
):
    clerk, perform = world.registrar(world.junior), door.perform
    gone, other = world.graduate(world.first), world.graduate(world.first)
    recruitment.add([gone, other], world.junior, clerk, AUTUMN)

    def submit(case, verb, by, **said):
        if verb == "submit" and case.kind == "recruitment":
            monkeypatch.setattr(pupil_drafts.door, "perform", perform)
            world.finish(world.changed(gone, "death"))
            return perform(case, verb, by, opinion="")
        return perform(case, verb, by, **said)

    monkeypatch.setattr(pupil_drafts.door, "perform", submit)
    with refused("opinion_blank"):
        recruitment.send(world.junior, clerk, AUTUMN, "录取属实，同意。")
    state = dict(RecruitedPupil.objects.values_list("student", "state"))
    assert state == {gone.pk: "off", other.pk: "listed"}
    assert RecruitedPupil.objects.get(student=other).case is None
