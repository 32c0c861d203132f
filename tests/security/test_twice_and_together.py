"""What is done twice, or together with another thing about the same child or post, at the same moment: real threads on
real PostgreSQL. Each ends as if one had come after the other, and the later one is told in a sentence."""

from collections import Counter
from datetime import timedelta

import pytest

from ledger.models import AuditEntry, OutboxMessage
from orgs.people.models import Account, Post, PostRole
from reviews.engine import door
from reviews.engine.models import Act, Case, Step
from reviews.staff import handover
from students.pupil.grades import PRIMARY
from students.pupil.models import Enrolment, FieldChange, Student
from students.tables import imports
from students.tables.models import ImportBatch, ImportState
from students.year_end import graduation
from students.year_end.models import GraduationRun
from tests.clock import frozen, shanghai
from tests.refusals import refused
from tests.reviews.test_concurrency import at_once
from tests.students.test_key_information import drafted
from tests.students.test_tables_as_meant import checked, lines
from tests.world import World
from web import clock
from web.refusals import Refused

pytestmark = pytest.mark.django_db(transaction=True)
JULY = shanghai(2026, 7, 6, 10)
WORDS = "名单核对无误，同意毕业。"
AGREED = "照片清楚，内容一致，同意。"


def fresh(account):
    """The account as another session reads it."""
    return Account.objects.select_related("person").get(pk=account.pk)


def outcomes(results) -> Counter:
    """``done``, or the code of the refusal; whatever else is raised fails the test."""
    told = Counter()
    for found in results:
        if isinstance(found, Refused):
            assert found.sentence.endswith("。"), found.sentence
            told[found.code] += 1
        elif isinstance(found, BaseException):
            raise found
        else:
            told["done"] += 1
    return told


# ---------------------------------------------------------------- graduation


@pytest.mark.rule("R4.1", "R0.5")
@pytest.mark.parametrize("heads", [1, 2], ids=["one head in two sessions", "two heads"])
def test_a_list_that_is_signed_twice_at_once_graduates_the_pupils_once(heads):
    with frozen(JULY):
        world = World(now=JULY)
        pupils = [world.pupil(world.first, grade=6) for _ in range(3)]
        leaving = world.decide(world.submitted(world.second, pupils[0]))
        signers = [world.account(world.first, PostRole.HEAD) for _ in range(heads)]
        run = graduation.prepare(world.first, PRIMARY, 2020, world.registrar(world.first), JULY)
        results = at_once(
            [
                lambda by=by: graduation.sign(GraduationRun.objects.get(pk=run.pk), fresh(by), JULY, WORDS)
                for by in signers * (6 // heads)
            ]
        )
    assert outcomes(results) == {"done": 1, "state": 5}
    run.refresh_from_db()
    assert (run.state, run.signed_by in signers, run.cleared) == ("done", True, 1)
    assert Student.objects.filter(status="graduated", graduated_on=JULY.date()).count() == 3
    assert AuditEntry.objects.filter(action="graduation.signed").count() == 1
    assert AuditEntry.objects.filter(action="case.clear").count() == 1
    assert Case.objects.get(pk=leaving.pk).state == "cleared"
    assert Act.objects.filter(case=leaving, verb="clear").count() == 1
    assert OutboxMessage.objects.filter(dedup__startswith=f"cleared:{leaving.pk}:").count() == 1


@pytest.mark.rule("R4.1")
def test_a_list_that_is_signed_and_given_up_at_once_is_one_of_both():
    with frozen(JULY):
        world = World(now=JULY)
        pupil = world.pupil(world.first, grade=6)
        clerk, head = world.registrar(world.first), world.head(world.first)
        run = graduation.prepare(world.first, PRIMARY, 2020, clerk, JULY)
        results = at_once(
            [
                lambda: graduation.sign(run, fresh(head), JULY, WORDS),
                lambda: graduation.drop(run, fresh(clerk), JULY),
            ]
        )
    assert outcomes(results) == {"done": 1, "state": 1}
    run.refresh_from_db()
    pupil.refresh_from_db()
    assert (run.state, pupil.status) in {("done", "graduated"), ("dropped", "enrolled")}


# ---------------------------------------------------------------- import


@pytest.mark.rule("R2.1")
def test_an_import_that_is_confirmed_twice_and_written_by_three_workers_is_written_once(settings, tmp_path):
    settings.EVIDENCE_ROOT = tmp_path
    world = World()
    clerk = world.registrar(world.first)
    batch = checked(world, clerk, lines(world, {"姓名": "甲"}, {"姓名": "乙"}, {"姓名": "丙"}))
    assert batch.state == ImportState.READY
    results = at_once(
        [
            lambda: imports.confirm(ImportBatch.objects.get(pk=batch.pk), fresh(clerk), clock.now())
            for _ in range(6)
        ]
    )
    assert outcomes(results) == {"done": 1, "import_state": 5}
    assert AuditEntry.objects.filter(action="import.confirmed").count() == 1
    assert sum(at_once([lambda: imports.carry_on(clock.now()) for _ in range(3)])) == 1
    batch.refresh_from_db()
    assert (batch.state, batch.written) == (ImportState.DONE, 3)
    assert sorted(Student.objects.values_list("name", flat=True)) == sorted("甲乙丙")
    assert AuditEntry.objects.filter(action="import.done").count() == 1
    assert OutboxMessage.objects.filter(dedup=f"import:{batch.pk}:done").count() == 1


@pytest.mark.rule("R2.1")
def test_a_table_that_is_confirmed_and_dropped_at_once_is_one_of_both(settings, tmp_path):
    settings.EVIDENCE_ROOT = tmp_path
    world = World()
    clerk = world.registrar(world.first)
    batch = checked(world, clerk, lines(world, {"姓名": "甲"}))
    results = at_once(
        [
            lambda: imports.confirm(batch, fresh(clerk), clock.now()),
            lambda: imports.drop(batch, fresh(clerk), clock.now()),
        ]
    )
    # A table that is being written may still be dropped: nothing stands before everything does.
    assert outcomes(results) in ({"done": 2}, {"done": 1, "import_state": 1})
    imports.carry_on(clock.now())
    batch.refresh_from_db()
    assert (batch.state, Student.objects.count()) == (ImportState.DROPPED, 0)


# ---------------------------------------------------------------- key information and transfer of one child


def sent_key(case, clerk):
    return door.perform(case, "submit", clerk, opinion="证件已核对，申请变更。")


def sent_transfer(case, clerk):
    return door.perform(case, "submit", clerk, opinion="情况属实，申请转入。")


def last_signature(world, case):
    """The case before its last signature, and what signs it."""
    while case.is_live:
        unit = case.holder
        if case.awaiting == "handle":
            case = door.perform(case, "handle", world.registrar(unit), opinion=AGREED, outcome="agree")
        if (unit == world.west and case.kind == "key_information") or case.state == "sending_authority":
            head = world.head(unit)
            return lambda: door.perform(case, "sign", fresh(head), opinion=AGREED, outcome="agree")
        case = door.perform(case, "sign", world.head(unit), opinion=AGREED, outcome="agree")
    raise AssertionError(case.state)


def both(world):
    """A pupil with a draft of either kind, and who sends them."""
    pupil = world.pupil(world.third, name="王小明", letter="J")
    key = drafted(world, pupil, name="王晓明", basis="renamed")
    transfer = world.draft(world.first, pupil)
    return pupil, key, transfer


def stands(pupil) -> tuple:
    """Name, school, schools in the history, live cases."""
    pupil = Student.objects.get(pk=pupil.pk)
    rows = Enrolment.objects.filter(student=pupil).order_by("pk").values_list("school", flat=True)
    live = Case.objects.filter(exclusive_key=f"student:{pupil.pk}").values_list("kind", flat=True)
    return pupil.name, pupil.school_id, list(rows), list(live)


@pytest.mark.rule("R1.6", "R3.1")
def test_key_information_and_transfer_that_are_sent_at_once_one_runs_and_the_other_is_told():
    world = World()
    for _ in range(4):
        pupil, key, transfer = both(world)
        results = at_once(
            [
                lambda key=key: sent_key(key, fresh(world.registrar(world.third))),
                lambda transfer=transfer: sent_transfer(transfer, fresh(world.registrar(world.first))),
            ]
        )
        told = outcomes(results)
        assert told.pop("done") == 1
        assert set(told) <= {"no_other_change", "no_other_case", "other_case"}, told
        assert len(stands(pupil)[3]) == 1


@pytest.mark.rule("R1.6", "R3.1")
def test_the_last_signature_of_a_change_of_name_and_the_sending_of_a_transfer_at_once():
    world = World()
    for _ in range(3):
        pupil, key, transfer = both(world)
        sign = last_signature(world, sent_key(key, world.registrar(world.third)))
        results = at_once(
            [sign, lambda transfer=transfer: sent_transfer(transfer, fresh(world.registrar(world.first)))]
        )
        assert isinstance(results[0], Case), results
        assert results[0].state == "completed"
        if isinstance(results[1], Refused):
            assert outcomes(results) == {"done": 1, "no_other_case": 1}
            transfer = sent_transfer(Case.objects.get(pk=transfer.pk), world.registrar(world.first))
        transfer = Case.objects.get(pk=transfer.pk)
        assert world.finish(transfer).state == "completed"
        assert stands(pupil) == ("王晓明", world.first.pk, [world.third.pk, world.first.pk], [])
        assert FieldChange.objects.filter(student=pupil, field="name").count() == 1
        left = Enrolment.objects.get(student=pupil, school=world.third)
        assert left.archive["name"] == "王晓明"


@pytest.mark.rule("R1.6", "R3.1")
def test_the_last_signature_of_a_transfer_and_the_sending_of_a_change_of_name_at_once():
    world = World()
    for _ in range(3):
        pupil, key, transfer = both(world)
        sign = last_signature(world, sent_transfer(transfer, world.registrar(world.first)))
        results = at_once([sign, lambda key=key: sent_key(key, fresh(world.registrar(world.third)))])
        assert isinstance(results[0], Case), results
        told = outcomes(results)
        assert told.pop("done") == 1
        assert set(told) <= {"no_other_change", "record_here"}, told
        assert stands(pupil) == ("王小明", world.first.pk, [world.third.pk, world.first.pk], [])
        with refused("record_here"):
            sent_key(Case.objects.get(pk=key.pk), world.registrar(world.third))
        assert FieldChange.objects.filter(student=pupil).count() == 0


@pytest.mark.rule("R1.6", "R4.1")
def test_the_last_signature_of_a_change_of_name_and_the_graduation_of_the_child_at_once():
    """Nothing about the record keeps a child from graduating: both are kept."""
    with frozen(JULY):
        world = World(now=JULY)
        pupil = world.pupil(world.third, grade=6, name="王小明", letter="J")
        key = sent_key(drafted(world, pupil, name="王晓明", basis="renamed"), world.registrar(world.third))
        run = graduation.prepare(world.third, PRIMARY, 2020, world.registrar(world.third), JULY)
        other = world.account(world.third, PostRole.HEAD)
        results = at_once(
            [last_signature(world, key), lambda: graduation.sign(run, fresh(other), JULY, WORDS)]
        )
        assert outcomes(results) == {"done": 2}
        pupil.refresh_from_db()
    assert (pupil.name, pupil.status, pupil.graduated_on) == ("王晓明", "graduated", JULY.date())
    assert Case.objects.get(pk=key.pk).state == "completed"


@pytest.mark.rule("R1.6")
def test_the_last_signature_given_twice_changes_the_record_once():
    world = World()
    pupil, key, _ = both(world)
    sign = last_signature(world, sent_key(key, world.registrar(world.third)))
    told = outcomes(at_once([sign] * 5))
    assert told == {"done": 1, "case_closed": 4}
    assert FieldChange.objects.filter(student=pupil, field="name").count() == 1
    assert Step.objects.filter(case=key, outcome="agree").count() == 2


# ---------------------------------------------------------------- hand-over


@pytest.fixture
def office():
    """A county whose registrar leaves, two colleagues who might go on, a case that waits."""
    world = World()
    world.leaver, world.boss = world.registrar(world.east), world.head(world.east)
    world.heirs = [world.account(world.east, PostRole.TECHNICIAN) for _ in range(2)]
    world.waiting = world.decide(world.submitted(world.first, world.pupil(world.third)))
    world.post = Post.objects.get(account=world.leaver, unit=world.east)
    return world


def handed(office, to):
    now = clock.now()
    return handover.hand_over(office.post, to, fresh(office.boss), now, last=office.today, reason="调离")


@pytest.mark.rule("R0.5")
@pytest.mark.parametrize("heirs", [1, 2], ids=["to one colleague", "to two colleagues"])
def test_a_post_that_is_handed_over_twice_at_once_has_one_successor(office, heirs):
    results = at_once([lambda to=to: handed(office, to) for to in office.heirs[:heirs] * (4 // heirs)])
    assert outcomes(results) == {"done": 1, "handed_over": 3}
    sentences = {found.sentence for found in results if isinstance(found, Refused)}
    (sentence,) = sentences
    assert sentence.startswith("这个岗位已经交接给")
    posts = Post.objects.filter(unit=office.east, role=PostRole.REGISTRAR, valid_until=None)
    heir = posts.get().account
    assert heir in office.heirs
    assert heir.person.name in sentence
    assert AuditEntry.objects.filter(action="post.handed_over").count() == 1
    assert OutboxMessage.objects.filter(topic="handover").count() == 1


@pytest.mark.rule("R0.5")
def test_a_colleague_who_follows_on_one_post_twice_or_on_two_at_once_holds_it_once(office):
    heir, other = office.heirs[0], office.account(office.east, PostRole.REGISTRAR)
    posts = [office.post, Post.objects.get(account=other)]
    results = at_once(
        [
            lambda post=post: handover.hand_over(
                post, heir, fresh(office.boss), clock.now(), last=office.today, reason="调离"
            )
            for post in posts
        ]
    )
    assert outcomes(results) == {"done": 2}
    assert Post.objects.filter(account=heir, role=PostRole.REGISTRAR).count() == 1
    with refused("handed_over", match=r"已任同一岗位，不需要再交接|已经交接给"):
        handed(office, heir)
    assert AuditEntry.objects.filter(action="post.handed_over").count() == 2


@pytest.mark.rule("R0.5")
def test_the_page_answers_the_second_of_two_hand_overs_with_the_name_of_the_successor(office, client):
    client.force_login(office.boss)
    url, form = (
        f"/directory/own/{office.post.pk}/",
        {"last": office.today.isoformat(), "reason": "调离", "do": "1"},
    )
    assert client.post(url, form | {"to": office.heirs[0].pk}).status_code == 303
    again = client.post(url, form | {"to": office.heirs[1].pk})
    assert again.status_code == 422
    assert f"这个岗位已经交接给{office.heirs[0].display_name}" in again.content.decode()
    assert 'value="调离"' in again.content.decode()


@pytest.mark.rule("R0.5")
def test_a_successor_acts_from_the_day_after_and_not_while_the_post_is_handed_over(office):
    heir = office.heirs[0]

    def acts(by):
        by = fresh(by)
        return door.perform(office.waiting, "handle", by, opinion="情况属实，同意转入。", outcome="agree")

    results = at_once([lambda: handed(office, heir), lambda: acts(heir), lambda: acts(office.leaver)])
    assert [type(found) for found in results] == [handover.Plan, Refused, Case], results
    assert results[1].code in ("no_seat", "wrong_turn"), "before or after the leaver's own act"
    step = Step.objects.get(case=office.waiting, closed_at=None)
    assert step.handler == office.leaver
    # The second case waits for a registrar's act, so that what stops the leaver is the post and not the turn.
    other = office.decide(office.submitted(office.first, office.pupil(office.third)))
    with frozen(clock.now() + timedelta(days=1)):
        with refused("no_seat"):
            door.perform(
                other, "handle", fresh(office.leaver), opinion="情况属实，同意转入。", outcome="agree"
            )
        door.perform(other, "handle", fresh(heir), opinion="情况属实，同意转入。", outcome="agree")
        door.perform(office.waiting, "sign", office.boss, opinion="情况属实，同意转入。", outcome="agree")
