"""A status the notice lets transfer is kept through every kind of move until 办理到校手续; 休学 never is (R3.2)."""

import pytest

from reviews.engine import book as rulebook
from reviews.engine import door
from students.changes.status import KEPT, settle_in, settle_refusal
from students.pupil.grades import nominal_grade
from students.pupil.models import Student
from tests.refusals import refused
from tests.world import rewritten
from transfers.moving import preflight

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R3.2")]
WORDS = "经核对学籍和学力，同意该生转入就读。"


def moved(world, pupil, **chosen):
    """The case brought to its end, over 调档 where there is one."""
    case = world.submitted(world.first, pupil, **chosen)
    while case.is_live and case.state != "awaiting_file":
        case = world.decide(case, opinion=WORDS)
    if case.is_live:
        clerk = world.registrar(world.first)
        case = door.perform(case, "report", clerk, on=world.today)
        case = door.perform(case, "request_file", clerk)
    assert case.state == "completed"
    return Student.objects.select_related("school").get(pk=pupil.pk)


@pytest.mark.parametrize("status", KEPT)
@pytest.mark.parametrize("from_where", ["second", "third", "abroad"])
@pytest.mark.parametrize("grade_to", [4, 3])
def test_the_status_is_kept_by_every_road_and_in_every_grade(world, status, from_where, grade_to):
    pupil = world.pupil(getattr(world, from_where), grade=4, status=status)
    reason = "家长要求从低一年级读起" if grade_to != 4 else ""
    after = moved(world, pupil, grade_to=grade_to, grade_reason=reason)
    assert (after.status, after.school) == (status, world.first)
    assert nominal_grade(after.cohort, world.today) == grade_to
    clerk = world.registrar(world.first)
    assert settle_refusal(after, world.registrar(getattr(world, from_where)), world.today) is not None
    settle_in(after, clerk)
    assert Student.objects.get(pk=pupil.pk).status == "enrolled"


@pytest.mark.parametrize("from_where", ["second", "third", "abroad"])
def test_a_suspended_pupil_is_refused_by_every_road_with_the_school_to_resume_at(world, from_where):
    school = getattr(world, from_where)
    pupil = world.pupil(school, status="suspended")
    told = [c for c in preflight.of_pupil(pupil, world.first, world.now, rulebook.current()) if not c.ok]
    assert [c.code for c in told] == ["not_suspended"]
    assert f"须先在{school.name}办理复学手续" in told[0].text
    assert told[0].clause == "附件1 三.2"
    draft = world.draft(world.first, pupil)
    with refused("not_suspended", match=f"须先在{school.name}办理复学手续"):
        door.perform(draft, "submit", world.registrar(world.first), opinion="情况属实，申请转入。")


@pytest.mark.parametrize("from_where", ["second", "third", "abroad"])
def test_who_is_suspended_while_the_case_runs_does_not_move(world, from_where):
    pupil = world.pupil(getattr(world, from_where))
    case = world.submitted(world.first, pupil)
    rewritten(Student.objects.filter(pk=pupil.pk), status="suspended")
    with refused("not_suspended", match="办理复学手续"):
        world.finish(case, opinion=WORDS)
    assert Student.objects.get(pk=pupil.pk).school == getattr(world, from_where)
