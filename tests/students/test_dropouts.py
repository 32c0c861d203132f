"""辍学标识: marked by one, signed by another, reported in writing, ended by the return; the record stays (R5.2)."""

import io
from datetime import timedelta

import pypdfium2
import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from ledger.models import AuditEntry
from students.dropouts import marking, report
from students.dropouts.models import Dropout, DropoutMark
from students.pupil import records
from students.pupil.models import Student
from tests.refusals import refused, refused_by_database, refuses
from tests.world import rewritten
from web import clock

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R5.2")]
EFFORTS = "班主任10月12日、校长10月20日两次家访，家长同意返校但至今未返。"


def marked(world, pupil=None, **more) -> DropoutMark:
    pupil = pupil or world.pupil(world.first, grade=5)
    said = {
        "last_seen_on": world.today - timedelta(days=30),
        "reason": "unwilling",
        "efforts": EFFORTS,
    } | more
    return marking.mark(pupil, world.registrar(pupil.school), clock.now(), **said)


def signed(world, found) -> DropoutMark:
    marking.sign(found, world.head(found.school), clock.now())
    found.refresh_from_db()
    return found


@pytest.mark.rule("R1.8")
@pytest.mark.parametrize("letter", ["L", "J", "G"])
def test_a_mark_is_signed_sent_and_ended_and_the_record_stays_what_it_is(world, letter):
    pupil = world.pupil(world.first, grade=5, letter=letter)
    found = signed(world, marked(world, pupil))
    registrar = world.registrar(world.first)
    marking.sent(found, registrar, clock.now(), on=world.today, to="阿巴嘎旗教育局")
    found.refresh_from_db()
    assert (found.state, found.sent_on, found.sent_to) == (Dropout.SENT, world.today, "阿巴嘎旗教育局")
    pupil.refresh_from_db()
    assert (pupil.status, pupil.school) == ("enrolled", world.first)
    marking.returned(found, registrar, clock.now(), on=world.today)
    found.refresh_from_db()
    assert found.state == Dropout.ENDED
    acts = AuditEntry.objects.filter(action__startswith="dropout.").values_list("action", flat=True)
    assert list(acts.order_by("pk")) == ["dropout.marked", "dropout.signed", "dropout.sent", "dropout.ended"]
    marked(world, pupil)


@pytest.mark.rule("R0.5")
def test_the_head_signs_the_report_and_nothing_is_sent_unsigned(world):
    """That they are two persons: tests/papers."""
    found = marked(world)
    registrar = world.registrar(world.first)
    with refused("no_seat"):
        marking.sign(found, registrar, clock.now())
    with refused("state"):
        marking.sent(found, registrar, clock.now(), on=world.today, to="旗教育局")
    signed(world, found)
    with refused("state"):
        marking.sign(found, world.head(world.first), clock.now())
    with refused("state"):
        marking.drop(found, registrar, clock.now())


def test_what_is_missing_or_cannot_be_is_told(world):
    pupil = world.pupil(world.first, grade=5)
    with refused("last_seen"):
        marked(world, pupil, last_seen_on=None)
    with refused("last_seen"):
        marked(world, pupil, last_seen_on=world.today)
    with refused("last_seen"):
        marked(world, pupil, last_seen_on=pupil.entered_on - timedelta(days=1))
    with refused("reason"):
        marked(world, pupil, reason="lazy")
    with refused("efforts"):
        marked(world, pupil, efforts="没有。")
    found = marked(world, pupil)
    with refused("marked"):
        marked(world, pupil)
    registrar = world.registrar(world.first)
    with refused("ended_on"):
        marking.returned(found, registrar, clock.now(), on=found.last_seen_on)
    signed(world, found)
    tomorrow = world.today + timedelta(days=1)
    with refused("sent_on"):
        marking.sent(found, registrar, clock.now(), on=tomorrow, to="旗教育局")
    yesterday = world.today - timedelta(days=1)
    with refused("sent_on"):
        marking.sent(found, registrar, clock.now(), on=yesterday, to="旗教育局")
    with refused("sent_to"):
        marking.sent(found, registrar, clock.now(), on=world.today, to="")


def test_only_pupils_in_compulsory_grades_who_are_on_the_books_are_marked(world):
    senior = world.school("示例高级中学", world.east, lowest=10, highest=12)
    with refused("not_compulsory"):
        marked(world, world.pupil(senior, grade=11))
    with refused("status"):
        marked(world, world.graduate(world.first))
    left = world.pupil(world.first, grade=5)
    rewritten(Student.objects.filter(pk=left.pk), status="left_other")
    left.refresh_from_db()
    assert marked(world, left).state == Dropout.MARKED
    pupil = world.pupil(world.third, grade=5)
    with refused("no_seat"):
        marking.mark(
            pupil,
            world.registrar(world.first),
            clock.now(),
            last_seen_on=world.today - timedelta(days=9),
            reason="work",
            efforts=EFFORTS,
        )


def test_the_database_keeps_what_was_signed(world):
    found = signed(world, marked(world))
    rows = DropoutMark.objects.filter(pk=found.pk)
    for wall, change in (
        ("dropout_fixed", {"efforts": "别的经过，别的经过。"}),
        ("dropout_state", {"state": Dropout.MARKED}),
        ("dropout_state", {"state": Dropout.DROPPED}),
        ("dropout_sent_on", {"state": Dropout.SENT}),
        ("dropout_by_two_people", {"signed_by": found.marked_by}),
        ("dropout_fixed", {"grade": 10}),
    ):
        with refused_by_database(wall):
            rows.update(**change)
    with refused_by_database("no_delete"):
        rows.delete()


def test_the_report_is_one_page_that_says_everything_and_its_printing_is_recorded(world):
    pupil = world.pupil(world.first, grade=5, name="阿拉坦·其其格")
    found = signed(world, marked(world, pupil))
    data = report.draw(found, world.registrar(world.first), clock.now())
    with pypdfium2.PdfDocument(io.BytesIO(data)) as document:
        assert len(document) == 1
        said = document[0].get_textpage().get_text_range().replace("\r\n", "")
    for text in (
        report.TITLE,
        "阿拉坦",
        records.current_number(pupil),
        world.first.name,
        "厌学或学习困难",
        "两次家访",
    ):
        assert text in said, text
    assert AuditEntry.objects.get(action="dropout.report_printed").body["mark"] == found.number


def test_the_whole_way_through_the_pages(world):
    pupil = world.pupil(world.first, grade=5)
    keeper, head = Client(), Client()
    keeper.force_login(world.registrar(world.first))
    head.force_login(world.head(world.first))
    detail = reverse("student-detail", args=[pupil.key])
    form = reverse("dropout-mark", args=[pupil.key])
    assert form in keeper.get(detail).content.decode()
    bad = keeper.post(form, {"last_seen_on": "", "reason": "work", "efforts": EFFORTS})
    assert (bad.status_code, EFFORTS in bad.content.decode()) == (422, True)
    typed = {
        "last_seen_on": (world.today - timedelta(days=20)).isoformat(),
        "reason": "work",
        "efforts": EFFORTS,
    }
    page = keeper.post(form, typed)
    assert page.status_code == 303
    found = DropoutMark.objects.get()
    assert found.number in keeper.get(detail).content.decode()
    assert found.number in keeper.get(reverse("dropouts")).content.decode()
    pdf = reverse("dropout-report", args=[found.number])
    refuses(keeper.get(pdf), 409, "书面报告由本校负责人签核后才能打印")

    def act(browser, verb, **more):
        return browser.post(f"/dropouts/{found.number}/{verb}/", more)

    refuses(act(keeper, "sign"), 403, "辍学标识由学籍所在学校的负责人办理，你没有这个岗位")
    assert act(head, "sign").status_code == 303
    answer = keeper.get(pdf)
    assert answer["Content-Type"] == "application/pdf"
    bad = act(keeper, "sent", sent_on="昨天", sent_to="旗教育局")
    assert (bad.status_code, "旗教育局" in bad.content.decode()) == (422, True)
    assert act(keeper, "sent", sent_on=world.today.isoformat(), sent_to="旗教育局").status_code == 303
    assert act(keeper, "returned", ended_on=world.today.isoformat()).status_code == 303
    assert "已返校" in keeper.get(reverse("dropout", args=[found.number])).content.decode()
    assert act(keeper, "nonsense").status_code == 404
    stranger = Client()
    stranger.force_login(world.registrar(world.second))
    assert stranger.get(reverse("dropout", args=[found.number])).status_code == 404
    assert stranger.get(pdf).status_code == 404


# ---------------------------------------------------------------- the mark goes with the record


def moved_on(world, pupil):
    """The pupil's record at another school."""
    world.finish(world.submitted(world.third, pupil))
    pupil.refresh_from_db()
    assert pupil.school == world.third


def test_the_school_that_has_the_record_now_ends_the_mark_and_the_old_one_no_longer_can(world):
    pupil = world.pupil(world.first, grade=4)
    found = signed(world, marked(world, pupil))
    moved_on(world, pupil)
    old, new = world.registrar(world.first), world.registrar(world.third)
    with refused("no_seat"):
        marking.returned(found, old, clock.now(), on=world.today)
    with refused("moved"):
        marking.sent(found, new, clock.now(), on=world.today, to="教育局")
    client = Client()
    client.force_login(new)
    page = client.get(reverse("dropout", args=[found.number])).content.decode()
    assert "登记返校" in page
    assert "重新填报" in page
    assert "登记报送" not in page
    marking.returned(found, new, clock.now(), on=world.today)
    found.refresh_from_db()
    assert found.state == Dropout.ENDED


def test_the_school_that_has_the_record_now_may_report_anew(world):
    pupil = world.pupil(world.first, grade=4)
    found = marked(world, pupil)
    moved_on(world, pupil)
    with refused("moved"):
        marking.sign(found, world.head(world.third), clock.now())
    again = marked(world, pupil)
    found.refresh_from_db()
    assert (found.state, again.school, again.state) == (Dropout.RENEWED, world.third, Dropout.MARKED)
    with refused("marked"):
        marked(world, pupil)
    with pytest.raises(IntegrityError, match="不能从“renewed”变为“ended”"), transaction.atomic():
        DropoutMark.objects.filter(pk=found.pk).update(state=Dropout.ENDED)
