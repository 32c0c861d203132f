"""A graduation clears the transfers that were not finished before it (R3.5b)."""

from datetime import timedelta

import pytest
from django.db import transaction

from ledger import outbox
from ledger.models import AuditEntry
from orgs.people.models import Account
from reviews.engine.models import Act, Case, Step
from reviews.notices.models import Notice
from reviews.vocabulary.states import State
from students.pupil.models import Student
from students.year_end import signals as yearend
from tests.clock import frozen, shanghai
from tests.reviews.case_pages import look, says
from tests.undo import undo
from tests.world import World, rewritten
from transfers.moving import drafting
from web import clock

JUNE = shanghai(2026, 6, 22, 9)
pytestmark = [pytest.mark.django_db, pytest.mark.rule("R3.5b"), pytest.mark.world_at(JUNE)]


def somebody() -> str:
    """Who signs the run, as the trail names an account."""
    return f"account:{Account.objects.order_by('pk').first().pk}"


def graduate(*pupils, school):
    """What a graduation run does, in its order: lock, write, announce."""
    with transaction.atomic():
        ids = list(
            Student.objects.select_for_update()
            .filter(pk__in=[p.pk for p in pupils])
            .values_list("pk", flat=True)
        )
        rewritten(Student.objects.filter(pk__in=ids), status="graduated", graduated_on=JUNE.date())
        return yearend.announce(school, ids, JUNE.date(), somebody())


def test_running_transfers_of_both_kinds_end_wherever_they_stand_and_say_why(world, client):
    near, far, filing = (world.pupil(world.abroad, grade=5) for _ in range(3))
    cases = [
        world.submitted(world.first, near),
        world.decide(world.submitted(world.first, far)),
        world.awaited(world.submitted(world.first, filing)),
    ]
    inland = world.pupil(world.third, grade=5)
    cases.append(world.decide(world.submitted(world.first, inland)))
    assert graduate(near, far, filing, school=world.abroad) == 3
    assert graduate(inland, school=world.third) == 1
    for case in cases:
        case = Case.objects.get(pk=case.pk)
        assert (case.state, case.holder, case.exclusive_key) == (State.CLEARED, None, None)
        assert Step.objects.filter(case=case).latest("seq").outcome == "cleared"
        assert "办理毕业" in Act.objects.get(case=case, verb="clear").opinion
        entry = AuditEntry.objects.get(action="case.clear", subject=f"case:{case.number}")
        assert entry.actor == somebody()
    page = look(client, world.registrar(world.first), cases[2])
    assert says(page, "由系统清理：")
    assert says(page, "已于2026年6月22日办理毕业，业务在这以前没有办结，已随毕业操作清理")
    assert says(page, "请按毕业后的规定重新发起")
    assert page.context["verbs"][0]["label"] == "复制为新申请"


def test_both_sides_are_told(world):
    pupil = world.pupil(world.abroad, grade=5)
    case = world.awaited(world.submitted(world.first, pupil))
    graduate(pupil, school=world.abroad)
    outbox.relay(clock.now() + timedelta(days=400))
    told = Notice.objects.filter(case=case, text__contains="随毕业操作清理")
    for account in (world.registrar(world.first), world.registrar(world.abroad), world.head(world.zhangbei)):
        assert told.filter(account=account).count() == 1


def test_other_pupils_and_drafts_stay(world):
    graduating, staying = (world.pupil(world.third, grade=5) for _ in range(2))
    other = world.submitted(world.first, staying)
    draft = drafting.begin(graduating, world.first, world.registrar(world.first), JUNE)
    assert graduate(graduating, school=world.third) == 0
    assert Case.objects.get(pk=other.pk).state == State.RECEIVING_SCHOOL
    assert Case.objects.get(pk=draft.pk).state == State.DRAFT


def test_an_enrolment_after_graduation_is_not_cleared_by_it():
    with frozen(shanghai(2026, 9, 14, 9)):
        world = World(now=shanghai(2026, 9, 14, 9))
        pupil = world.graduate(world.abroad)
        case = world.enrolling(world.junior, pupil)
        assert graduate(pupil, school=world.abroad) == 0
        assert Case.objects.get(pk=case.pk).is_live


def test_a_second_run_finds_nothing_and_a_run_that_fails_clears_nothing(world):
    pupil = world.pupil(world.third, grade=5)
    case = world.submitted(world.first, pupil)
    point = transaction.savepoint()
    assert graduate(pupil, school=world.third) == 1
    undo(point)
    assert Case.objects.get(pk=case.pk).is_live
    assert graduate(pupil, school=world.third) == 1
    assert graduate(pupil, school=world.third) == 0


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_announced(world):
    with pytest.raises(RuntimeError):
        yearend.announce(world.third, [], JUNE.date(), "clock")
