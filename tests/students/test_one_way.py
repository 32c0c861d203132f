"""One child, one way: what is completed first ends the others, without anybody's fault, and everyone is told (R4.5)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ledger import outbox
from ledger.models import AuditEntry
from reviews.engine import door
from reviews.engine.models import Act, Case, OverdueRecord, Step
from reviews.notices.models import Notice
from students.admission.recruitment import actions as recruitment
from students.onward.models import RecruitedPupil
from students.pupil.models import Student
from tests.clock import frozen, shanghai
from tests.refusals import refused, refuses
from tests.world import rewritten

AUTUMN = shanghai(2026, 9, 2, 10)
pytestmark = [pytest.mark.django_db, pytest.mark.rule("R4.5"), pytest.mark.world_at(AUTUMN)]
WORDS = "录取属实，同意。"


@pytest.fixture
def abroad(world):
    """A junior middle school of the other province."""
    return world.school("外省初级中学", world.zhangbei, lowest=7, highest=9)


def clerk(world, school=None):
    return world.registrar(school or world.junior)


def listed(world, *pupils):
    recruitment.add(pupils, world.junior, clerk(world), AUTUMN)
    return pupils


def sent(world, *pupils):
    listed(world, *pupils)
    (case,) = recruitment.send(world.junior, clerk(world), AUTUMN, WORDS)
    return case


def admitted(world, *pupils):
    case = sent(world, *pupils)
    while case.is_live:
        case = world.decide(case, opinion=WORDS)
    return case


def row_of(pupil):
    return RecruitedPupil.objects.filter(student=pupil).latest("pk")


def told(account):
    outbox.relay(shanghai(2100, 1, 1))
    return [notice.text for notice in Notice.objects.filter(account=account)]


# ---------------------------------------------------------------- 毕业后跨省就学 first


@pytest.mark.rule("R3.3", "R1.8")
@pytest.mark.parametrize("letter", ["L", "J", "G"])
@pytest.mark.parametrize("stage", ["listed", "sent", "admitted"])
def test_a_file_requested_by_another_province_takes_the_child_off_the_list_at_every_stage(
    world, abroad, letter, stage
):
    pupil, other = world.graduate(world.first, letter=letter), world.graduate(world.first)
    case = {"listed": listed, "sent": sent, "admitted": admitted}[stage](world, pupil, other)
    # The list was there before; so the other province begins meanwhile.
    world.head(world.junior)
    filed = world.filed(world.enrolling(abroad, pupil))
    assert filed.state == "completed"
    row = row_of(pupil)
    assert (row.state, row_of(other).state) == ("off", stage)
    assert row.off_why == f"该生已由外省初级中学按毕业后跨省就学（{filed.number}）调档，学籍转入该校"
    entry = AuditEntry.objects.get(action="recruitment.off")
    assert (entry.actor, entry.body["students"]) == (f"case:{filed.number}", [pupil.pk])
    text = next(text for text in told(clerk(world)) if "已由系统移出" in text)
    assert row.off_why in text
    assert pupil.name not in text
    if stage != "listed":
        assert any(row.off_why in text for text in told(world.registrar(world.east)))
        page = _page(world, case)
        assert row.off_why in page
        assert "已移出名册" in page
    if stage == "admitted":
        with refused("nobody"):
            recruitment.report(case, [pupil.pk], AUTUMN.date(), clerk(world), AUTUMN)
        assert recruitment.report(case, [other.pk], AUTUMN.date(), clerk(world), AUTUMN) == 1


def _page(world, case, client=None):
    if client is None:
        client = Client()
        client.force_login(clerk(world))
    return client.get(reverse("recruitment-list", args=[case.number])).content.decode()


def test_a_running_list_on_which_nobody_is_left_ends_by_itself(world, abroad):
    pupil = world.graduate(world.first)
    case = sent(world, pupil)
    world.filed(world.enrolling(abroad, pupil))
    case = Case.objects.get(pk=case.pk)
    assert (case.state, case.holder, case.exclusive_key) == ("withdrawn", None, None)
    act = Act.objects.filter(case=case).latest("pk")
    assert (act.verb, act.account) == ("give_way", None)
    assert act.opinion == "名册中的学生都已另行就学或不能再招生。"
    assert Step.objects.filter(case=case).latest("seq").outcome == "withdrawn"
    client = Client()
    client.force_login(clerk(world))
    page = client.get(reverse("case", args=[case.number])).content.decode()
    assert "由系统撤销：名册中的学生都已另行就学" in page
    assert reverse("recruitment-copy", args=[case.number]) not in page


# ---------------------------------------------------------------- 报到 first


@pytest.mark.rule("R3.3", "R3.6", "R1.8")
@pytest.mark.parametrize("letter", ["L", "J", "G"])
@pytest.mark.parametrize("stage", ["receiving_school", "graduation_authority", "awaiting_file"])
def test_reporting_ends_what_another_province_has_running_and_tells_both_sides(world, abroad, letter, stage):
    pupil = world.graduate(world.first, letter=letter)
    case = admitted(world, pupil)
    running = world.enrolling(abroad, pupil)
    while running.state != stage:
        running = world.decide(running)
    assert recruitment.report(case, [pupil.pk], AUTUMN.date(), clerk(world), AUTUMN) == 1
    pupil.refresh_from_db()
    assert (pupil.school, pupil.status) == (world.junior, "enrolled")
    running = Case.objects.get(pk=running.pk)
    assert (running.state, running.holder, running.exclusive_key) == ("withdrawn", None, None)
    why = f"该生已在{world.junior.name}报到（招生 {case.number}），学籍随之转入该校。"
    act = Act.objects.filter(case=running).latest("pk")
    assert (act.verb, act.account, act.opinion) == ("give_way", None, why)
    assert not OverdueRecord.objects.filter(case=running).exists()
    assert AuditEntry.objects.get(action="case.give_way").actor == f"case:{case.number}"
    for account in (world.registrar(abroad), world.registrar(world.first)):
        assert any(f"{why}这件业务随之终止，各方均无责任。" in text for text in told(account))
    client = Client()
    client.force_login(world.registrar(abroad))
    assert f"由系统撤销：{why}" in client.get(reverse("case", args=[running.number])).content.decode()


def test_at_the_file_the_database_ends_nothing_of_which_the_child_is_not_gone(world, abroad):
    running = world.awaited(world.enrolling(abroad, world.graduate(world.first)))
    Step.objects.filter(case=running, closed_at=None).update(outcome="withdrawn")
    with pytest.raises(IntegrityError, match="只在学生未报到、两校合并"), transaction.atomic():
        Case.objects.filter(pk=running.pk).update(state="withdrawn", awaiting="", holder=None, due_on=None)


# ---------------------------------------------------------------- 死亡, 删除


@pytest.mark.rule("R5.3")
def test_a_graduate_who_died_stands_on_no_list(world):
    pupil, other = world.graduate(world.first), world.graduate(world.first)
    case = admitted(world, pupil, other)
    death = world.finish(world.changed(pupil, "death"))
    row = row_of(pupil)
    assert (row.state, row.off_why) == ("off", f"该生已登记死亡（{death.number}）")
    assert row_of(other).state == "admitted"
    assert recruitment.report(case, [other.pk], AUTUMN.date(), clerk(world), AUTUMN) == 1


def test_who_died_after_the_school_had_looked_is_not_listed(world):
    pupil, other = world.graduate(world.first), world.graduate(world.first)
    world.finish(world.changed(Student.objects.get(pk=pupil.pk), "death"))
    with refused("not_graduated") as error:
        recruitment.add([other, pupil], world.junior, clerk(world), AUTUMN)
    assert (error.value.code, "死亡" in error.value.sentence) == ("not_graduated", True)
    assert not RecruitedPupil.objects.exists()


def test_the_database_lists_nobody_and_awaits_nobody_who_is_no_graduate(world):
    pupil, gone = world.pupil(world.first, grade=6), world.graduate(world.first)
    row = {"graduated_on": AUTUMN.date(), "grade": 7, "listed_by": clerk(world)}
    with pytest.raises(IntegrityError, match="recruited_not_graduate"), transaction.atomic():
        RecruitedPupil.objects.create(student=pupil, school=world.junior, graduated_from=world.first, **row)
    case = admitted(world, gone)
    recruitment.absent(case, [gone.pk], clerk(world), AUTUMN)
    world.finish(world.changed(gone, "death"))
    with pytest.raises(IntegrityError, match="recruited_not_graduate"), transaction.atomic():
        RecruitedPupil.objects.filter(student=gone).update(state="admitted")


def test_a_list_is_locked_before_those_who_stand_on_it(world):
    pupil = world.graduate(world.first)
    sent(world, pupil)
    death = world.changed(pupil, "death")
    with CaptureQueriesContext(connection) as found:
        world.finish(death)
    locks = [query["sql"] for query in found if "FOR NO KEY UPDATE" in query["sql"]]
    rows = next(at for at, sql in enumerate(locks) if 'OF "students_recruitedpupil"' in sql)
    lists = next(
        at
        for at, sql in enumerate(locks)
        if sql.startswith('SELECT "reviews_case"."id"') and "recruited" in sql
    )
    assert lists < rows


# ---------------------------------------------------------------- the last signature


@pytest.mark.rule("R1.8")
@pytest.mark.parametrize("letter", ["L", "J", "G"])
def test_the_last_signature_takes_off_a_child_that_cannot_be_recruited_and_admits_the_others(
    world, abroad, letter
):
    pupil, other = world.graduate(world.first, letter=letter), world.graduate(world.first)
    case = world.decide(sent(world, pupil, other), opinion=WORDS)
    running = world.enrolling(abroad, pupil)
    client = Client()
    client.force_login(world.head(world.east))
    page = client.get(reverse("case", args=[case.number])).content.decode()
    assert "最后核办时由系统移出名册，其他学生照常录取" in page
    case = world.decide(case, opinion=WORDS)
    assert case.state == "completed"
    row = row_of(pupil)
    assert (row.state, row_of(other).state) == ("off", "admitted")
    assert row.off_why == f"业务 {running.number} 在办，办结或撤销后再招生"
    assert any(row.off_why in text for text in told(clerk(world)))
    assert row.off_why in _page(world, case)
    assert Case.objects.get(pk=running.pk).is_live


def test_a_list_on_which_nobody_can_be_recruited_is_not_agreed_to(world):
    pupil = world.graduate(world.first)
    case = world.decide(sent(world, pupil), opinion=WORDS)
    rewritten(Student.objects.filter(pk=pupil.pk), status="enrolled", graduated_on=None)
    with refused("somebody_recruitable") as error:
        world.decide(case, opinion=WORDS)
    assert "名册中的学生现在都不能招生" in error.value.sentence


def test_the_database_takes_nobody_off_without_a_reason(world):
    pupil = world.graduate(world.first)
    listed(world, pupil)
    with pytest.raises(IntegrityError, match="recruited_off_with_reason"), transaction.atomic():
        RecruitedPupil.objects.filter(student=pupil).update(state="off")


# ---------------------------------------------------------------- a list that ended, listed anew


def test_a_refused_list_is_listed_anew_once_and_who_cannot_be_holds_nobody_up(world):
    pupil, other = world.graduate(world.first), world.graduate(world.first)
    case = sent(world, pupil, other)
    door.perform(case, "withdraw", clerk(world), opinion="名册有误，重新核对。")
    elsewhere = world.school("另一初级中学", world.west, lowest=7, highest=9)
    recruitment.add([other], elsewhere, clerk(world, elsewhere), AUTUMN)
    client = Client()
    client.force_login(clerk(world))
    url = reverse("recruitment-copy", args=[case.number])
    assert url in client.get(reverse("case", args=[case.number])).content.decode()
    answer = client.post(url, follow=True).content.decode()
    assert "已重新列入 1 人" in answer
    assert f"{other.name}没有重新列入：已在另一初级中学的招生名册中" in answer
    assert RecruitedPupil.objects.filter(student=pupil, state="listed").count() == 1
    # Dropped since by the school, or standing on its list: not once more from the old one.
    for _ in range(2):
        again = client.post(url)
        assert again.status_code == 409
        assert "现在都不能招生" in again.content.decode()
    row = RecruitedPupil.objects.get(student=pupil, state="listed")
    recruitment.drop(row, clerk(world), AUTUMN)
    refuses(client.post(url), 409, "名册中的学生现在都不能招生")
    assert RecruitedPupil.objects.filter(student=pupil).count() == 2


# ---------------------------------------------------------------- 未报到 taken back


@pytest.mark.rule("R1.8")
@pytest.mark.parametrize("letter", ["L", "J", "G"])
def test_a_no_show_is_taken_back_by_the_schools_registrar_and_the_pupil_reports(world, letter):
    pupil = world.graduate(world.first, letter=letter)
    case = admitted(world, pupil)
    client, url = Client(), reverse("recruitment-report", args=[case.number])
    client.force_login(clerk(world))
    assert client.post(url, {"student": pupil.pk, "outcome": "absent"}).status_code == 303
    assert "撤回未报到" in _page(world, case, client)
    answer = client.post(url, {"student": pupil.pk, "outcome": "undo"}, follow=True).content.decode()
    assert "已撤回 1 人的未报到登记" in answer
    assert row_of(pupil).state == "admitted"
    entry = AuditEntry.objects.get(action="recruitment.absent_taken_back")
    assert (entry.actor, entry.body["students"]) == (f"account:{clerk(world).pk}", [pupil.pk])
    assert recruitment.report(case, [pupil.pk], AUTUMN.date(), clerk(world), AUTUMN) == 1


def test_a_no_show_is_taken_back_while_the_child_is_free_and_by_nobody_else(world, abroad):
    pupil, other = world.graduate(world.first), world.graduate(world.first)
    case = admitted(world, pupil, other)
    recruitment.absent(case, [pupil.pk, other.pk], clerk(world), AUTUMN)
    for by in (world.head(world.junior), world.registrar(world.east)):
        with refused("no_seat"):
            recruitment.undo_absent(case, [pupil.pk], by, AUTUMN)
    elsewhere = world.school("另一初级中学", world.west, lowest=7, highest=9)
    recruitment.add([pupil], elsewhere, clerk(world, elsewhere), AUTUMN)
    world.enrolling(abroad, other)
    for one, code, said in ((pupil, "listed", "已在另一初级中学的招生名册中"), (other, "other_case", "在办")):
        with refused(code) as error:
            recruitment.undo_absent(case, [one.pk], clerk(world), AUTUMN)
        assert said in error.value.sentence
        assert error.value.sentence.endswith("不能撤回未报到登记。")
        assert row_of(one).state != "admitted"
    with pytest.raises(IntegrityError, match="recruited_once"), transaction.atomic():
        RecruitedPupil.objects.filter(student=pupil, state="absent").update(state="admitted")


def test_only_who_is_registered_as_not_having_come_is_taken_back(world):
    pupil = world.graduate(world.first)
    case = admitted(world, pupil)
    with frozen(AUTUMN + timedelta(days=1)), refused("nobody") as error:
        recruitment.undo_absent(case, [pupil.pk], clerk(world), AUTUMN)
    assert (error.value.code, "请勾选未报到的学生" in error.value.sentence) == ("nobody", True)
