"""名册导出: scope-safe, recorded, long ones by the worker with progress and a notice (R0.7)."""

import csv
import io
from datetime import timedelta

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from ledger import outbox
from ledger.models import AuditEntry
from reviews.evidence import files
from reviews.notices.models import Notice
from students.pupil import records
from students.pupil.models import Student
from students.roster import exporting as making
from students.roster.models import Making, RosterExport
from tests.refusals import refused, refuses
from tests.world import rewritten
from web import clock

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R0.7"), pytest.mark.usefixtures("evidence")]


@pytest.fixture
def small(monkeypatch):
    """The worker's part begins at three pupils, in pieces of two."""
    monkeypatch.setattr(making, "AT_ONCE", 2)
    monkeypatch.setattr(making, "CHUNK", 2)


def asked(world, unit, by=None, **more):
    return making.ask(unit, by or world.registrar(unit), clock.now(), **{"form": "xlsx"} | more)


def lines(export, by) -> list[list[str]]:
    data = making.fetch(export, by, clock.local_date(clock.now()))
    if export.form == "csv":
        return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    return [[cell.value for cell in row] for row in openpyxl.load_workbook(io.BytesIO(data)).active][1:]


def test_a_short_roster_is_there_at_once_with_numbers_masked(world):
    pupil = world.pupil(world.first, letter="G")
    world.pupil(world.second)
    export = asked(world, world.first)
    assert export.state == Making.READY
    head, row = lines(export, world.registrar(world.first))
    assert head == list(making.HEAD)
    number = records.current_number(pupil)
    said = dict(zip(head, row, strict=True))
    assert (said["姓名"], said["出生日期"], said["学校"]) == (
        pupil.name,
        pupil.birth_date.isoformat(),
        world.first.name,
    )
    assert said["学籍号"] == f"{number[:5]}{'*' * 10}{number[-4:]}"


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_full_numbers_are_texts_and_want_a_purpose_that_is_kept(world, form):
    pupil = world.pupil(world.first, letter="G")
    by = world.registrar(world.first)
    with refused("purpose"):
        asked(world, world.first, numbers=True)
    export = asked(world, world.first, numbers=True, purpose="superior", form=form)
    row = lines(export, by)[1]
    assert row[9] == records.current_number(pupil)
    acts = AuditEntry.objects.filter(subject=f"export:{export.number}").order_by("pk")
    assert [(act.action, act.body.get("purpose")) for act in acts] == [
        ("roster.export_asked", "superior"),
        ("roster.export_fetched", None),
    ]
    assert records.current_number(pupil) not in str([act.body for act in acts])


def test_no_cell_of_a_csv_is_a_formula(world):
    pupil = world.pupil(world.first)
    rewritten(Student.objects.filter(pk=pupil.pk), name="=1+1")
    export = asked(world, world.first, form="csv")
    assert lines(export, world.registrar(world.first))[1][2] == "'=1+1"


def test_an_office_takes_away_what_stands_under_it_and_nobody_more(world):
    names = {
        school: world.pupil(getattr(world, school)).name for school in ("first", "second", "third", "abroad")
    }
    for unit, schools in ((world.east, {"first", "second"}), (world.league, {"first", "second", "third"})):
        export = asked(world, unit)
        found = {row[2] for row in lines(export, world.registrar(unit))[1:]}
        assert found == {names[school] for school in schools}
    for unit, by in (
        (world.first, world.registrar(world.second)),
        (world.league, world.registrar(world.east)),
    ):
        # Not even the county's own schools in the league's name: such a file could not be judged when it is fetched.
        with refused("no_seat"):
            asked(world, unit, by)


def test_grade_and_status_narrow_it(world):
    three, five = world.pupil(world.first, grade=3), world.pupil(world.first, grade=5)
    gone = world.graduate(world.first)
    by = world.registrar(world.first)
    assert {row[2] for row in lines(asked(world, world.first), by)[1:]} == {three.name, five.name}
    assert {row[2] for row in lines(asked(world, world.first, grade=3), by)[1:]} == {three.name}
    assert {row[2] for row in lines(asked(world, world.first, status="graduated"), by)[1:]} == {gone.name}
    assert len(lines(asked(world, world.first, status="all"), by)) == 4
    with refused("nobody"):
        asked(world, world.first, grade=1)


def test_a_long_roster_is_made_by_the_worker_with_progress_and_a_notice(world, small):
    names = {world.pupil(world.first).name for _ in range(5)}
    by = world.registrar(world.first)
    export = asked(world, world.first)
    assert export.state == Making.WAITING
    with refused("not_ready"):
        making.fetch(export, by, clock.local_date(clock.now()))
    with refused("running"):
        asked(world, world.first)
    seen = []
    real = making._progress
    making_progress = lambda export: lambda done: (real(export)(done), seen.append(done))  # noqa: E731
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(making, "_progress", making_progress)
        assert making.carry_on(clock.now()) == 1
    assert seen == [2, 4, 5]
    export.refresh_from_db()
    assert (export.state, export.done) == (Making.READY, 5)
    assert {row[2] for row in lines(export, by)[1:]} == names
    outbox.relay(timezone.now() + timedelta(minutes=1))
    assert (
        "已生成，24 小时内可以下载" in Notice.objects.get(account=by, link=f"/exports/{export.number}/").text
    )


def test_a_worker_that_was_killed_is_followed_by_another(world, small):
    for _ in range(3):
        world.pupil(world.first)
    export = asked(world, world.first)
    RosterExport.objects.filter(pk=export.pk).update(state=Making.MAKING, begun_at=clock.now())
    assert making.carry_on(clock.now()) == 0
    assert making.carry_on(clock.now() + making.STUCK + timedelta(seconds=1)) == 1


def test_reading_is_two_statements_a_piece(world):
    def statements(count):
        for _ in range(count):
            world.pupil(world.first)
        export = asked(world, world.first)
        with CaptureQueriesContext(connection) as taken:
            list(making._rows(export, world.today, lambda done: None))
        return len(taken)

    assert statements(1) == statements(30)


def test_the_file_is_its_asker_s_for_a_day_and_sealed_on_the_disk(world):
    pupil = world.pupil(world.first)
    export = asked(world, world.first)
    with refused("not_yours"):
        making.fetch(export, world.head(world.first), world.today)
    path = files.path_of(export.key)
    assert path.exists()
    assert pupil.name.encode() not in path.read_bytes()
    making.carry_on(clock.now() + making.KEPT + timedelta(seconds=1))
    export.refresh_from_db()
    assert (export.state, path.exists()) == (Making.GONE, False)


def test_the_pages_lead_from_the_form_to_the_file(world):
    pupil = world.pupil(world.first)
    browser, stranger = Client(), Client()
    browser.force_login(world.registrar(world.first))
    stranger.force_login(world.head(world.first))
    page = browser.get(reverse("exports")).content.decode()
    assert "我的导出" in page
    bad = browser.post(reverse("exports"), {"unit": world.first.code, "form": "xlsx", "numbers": "on"})
    assert (bad.status_code, "请选择用途" in bad.content.decode()) == (422, True)
    refuses(browser.post(reverse("exports"), {"unit": world.second.code, "form": "xlsx"}), 422, "请选择单位")
    done = browser.post(reverse("exports"), {"unit": world.first.code, "form": "csv"})
    assert done.status_code == 303
    assert "下载（csv）" in browser.get(done["Location"]).content.decode()
    file = browser.get(f"{done['Location']}file/")
    assert pupil.name in file.content.decode("utf-8-sig")
    assert "attachment" in file["Content-Disposition"]
    assert stranger.get(done["Location"]).status_code == 404
    assert stranger.get(f"{done['Location']}file/").status_code == 404
