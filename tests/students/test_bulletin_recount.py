"""A draft of the monthly bulletin is counted anew before its publication, by the head, for a reason, on record (R3.7b)."""

from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client

from ledger import outbox
from ledger.models import AuditEntry
from reviews.notices.models import Notice
from reviews.rulebook import calendar
from reviews.rulebook.models import CalendarDay
from students.bulletins import drafting, publishing, recounting
from students.bulletins.models import Bulletin
from tests.api import Program, refusal
from tests.clock import frozen, shanghai
from tests.refusals import refused
from tests.students.test_bulletins import drafted, line_of, moved, published
from tests.world import rewritten

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R3.7b"), pytest.mark.world_at(shanghai(2026, 9, 1, 9))]
LATER = shanghai(2026, 11, 3, 10)
REASON = "国务院办公厅补发通知，十月多一天放假。"


@pytest.fixture
def bulletin(world):
    """Of October, in which the county ``east`` decided a day late."""
    calendar.forget()
    moved(world, shanghai(2026, 10, 12, 9), shanghai(2026, 10, 27, 9))
    yield drafted(world)
    calendar.forget()


def one_day_more(day=date(2026, 10, 20)):
    CalendarDay.objects.create(date=day, kind="holiday", name="临时放假", source="国办发明电〔2026〕20号")
    calendar.forget()


def recounted(world, bulletin, by=None, reason=REASON, now=LATER):
    with frozen(now):
        return recounting.recount(bulletin, by or world.head(world.im), now, reason)


def test_the_figures_follow_and_replies_stay_with_days_for_new_ones(world, bulletin):
    line = bulletin.lines.get(unit=world.east)
    with frozen(shanghai(2026, 11, 2, 9)) as now:
        publishing.reply(line, world.head(world.east), now, "该件因学生材料补正停留。")
    before = line.figures
    one_day_more()
    assert recounted(world, bulletin) > 0
    again = Bulletin.objects.get(pk=bulletin.pk)
    after = line_of(again, world.east)
    assert after != before
    assert again.lines.get(unit=world.east).reply == "该件因学生材料补正停留。"
    assert (again.recounts, again.recount_reason) == (1, REASON)
    assert again.reply_until == date(2026, 11, 6)
    assert drafting.reproduced(again)
    entry = AuditEntry.objects.get(action="bulletin.recounted")
    assert (entry.body["former"], entry.body["digest"]) == (bulletin.digest, again.digest)
    assert world.east.pk in entry.body["units"]
    outbox.relay(shanghai(2026, 12, 1))
    assert Notice.objects.filter(account=world.head(world.im), text__contains="通报已重新统计").exists()


def test_what_was_proposed_is_proposed_anew_after_it(world, bulletin):
    with frozen(shanghai(2026, 11, 9, 9)) as now:
        publishing.propose(bulletin, world.registrar(world.im), now)
        one_day_more()
        recounted(world, bulletin, now=now)
        again = Bulletin.objects.get(pk=bulletin.pk)
        assert (again.state, again.proposed_by, again.proposed_at) == ("replies", None, None)
        with refused("replies_run") as caught:
            publishing.publish(again, world.head(world.im), now)
    assert caught.value.code == "replies_run"


def test_the_interface_counts_anew_as_the_page_does(world, bulletin):
    one_day_more()
    with frozen(LATER):
        url, head = f"/bulletins/{bulletin.number}/recount/", Program(world.head(world.im))
        assert refusal(Program(world.registrar(world.im)).post(url, {"reason": REASON}))["code"] == "no_seat"
        assert refusal(head.post(url, {"reason": "改"}))["code"] == "reason"
        before = bulletin.digest
        told = head.post(url, {"reason": REASON}, "once").json()
        assert head.post(url, {"reason": REASON}, "once").json() == told
        assert refusal(head.post(url, {"reason": REASON}))["code"] == "same"
    again = Bulletin.objects.get(pk=bulletin.pk)
    assert (again.recounts, told["digest"] == again.digest, again.digest == before) == (1, True, False)


def test_what_is_counted_alike_is_left_alone(world, bulletin):
    with refused("same"):
        recounted(world, bulletin)
    assert Bulletin.objects.get(pk=bulletin.pk).recounts == 0


@pytest.mark.parametrize(
    ("by", "reason", "code"),
    [
        ("registrar", REASON, "no_seat"),
        ("east", REASON, "no_seat"),
        ("head", "改", "reason"),
        ("head", "学生 152522201503040013 的数据有误。", "number_in_text"),
    ],
)
def test_only_the_provinces_head_with_a_reason(world, bulletin, by, reason, code):
    one_day_more()
    people = {
        "registrar": world.registrar(world.im),
        "east": world.head(world.east),
        "head": world.head(world.im),
    }
    with refused(code):
        recounted(world, bulletin, people[by], reason)


@pytest.mark.parametrize("column", ["return_reason", "recount_reason"])
def test_the_database_keeps_no_number_of_a_person_in_a_reason(bulletin, column):
    told = {column: "学生 152522201503040013 的数据有误。"}
    with pytest.raises(IntegrityError, match="bulletin_reasons_no_numbers"), transaction.atomic():
        rewritten(Bulletin.objects.filter(pk=bulletin.pk), **told)


def test_what_is_published_is_not_counted_anew(world, bulletin):
    late = shanghai(2026, 11, 9, 9)
    with frozen(late):
        published(world, bulletin, late)
    one_day_more()
    with refused("published"):
        recounted(world, bulletin, now=late)


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE students_bulletin SET inputs = '{}'", "写明原因后重新统计"),
        ("UPDATE students_bulletin SET inputs = '{}', recounts = recounts + 1", "写明原因后重新统计"),
        ("UPDATE students_bulletin SET recounted_in = txid_current()", "没有重新统计"),
        ("UPDATE students_bulletinline SET figures = '{}'", "数据不可更改"),
        ("DELETE FROM students_bulletinline", "不可删除"),
    ],
)
def test_the_database_lets_nobody_rewrite_a_draft_otherwise(world, bulletin, statement, message):
    with pytest.raises(DatabaseError, match=message), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_page_offers_it_to_the_head_and_keeps_what_was_typed(world, bulletin):
    one_day_more()
    browser = Client()
    browser.force_login(world.head(world.im))
    with frozen(LATER):
        url = f"/bulletins/{bulletin.number}/"
        assert f'action="{url}recount/"' in browser.get(url).content.decode()
        bad = browser.post(f"{url}recount/", {"reason": "改"})
        assert (bad.status_code, 'value="改"' in bad.content.decode()) == (422, True)
        assert "请写明重新统计的原因（5–200 字）" in bad.content.decode()
        assert browser.post(f"{url}recount/", {"reason": REASON}).status_code == 303
        browser.force_login(world.registrar(world.im))
        assert "recount/" not in browser.get(url).content.decode()
