"""Signed heads: one a day, each naming the one before, each leaving as a file."""

import json
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from ledger import audit, heads
from ledger.models import AuditHead
from ledger.tasks import sign_heads

DAY = date(2026, 10, 1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(settings, tmp_path):
    settings.AUDIT_HEADS_DIR = tmp_path / "heads"
    return settings.AUDIT_HEADS_DIR


@pytest.fixture
def week(folder):
    """Seven heads, something recorded every day."""
    for n in range(7):
        audit.record("clock", "clock", f"day.{n}")
        heads.sign(DAY + timedelta(days=n))
    return folder


def as_superuser(statement, *params):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, params)


def test_a_head_holds_and_names_the_end_of_every_chain(folder):
    audit.record("clock", "clock", "one")
    audit.record("case/0a", "system", "two")
    head = heads.sign(DAY)
    assert [(chain, seq) for chain, seq, _ in head.heads] == [("case/0a", 1), ("clock", 1)]
    assert heads.holds(head)
    assert list(heads.faults(folder)) == []


def test_a_second_call_on_one_day_changes_nothing(folder):
    audit.record("clock", "clock", "one")
    first = heads.sign(DAY)
    audit.record("clock", "clock", "two")
    assert heads.sign(DAY).signature == first.signature
    assert AuditHead.objects.count() == 1


def test_the_file_says_what_the_row_says_and_holds_no_person(week):
    files = sorted(week.glob("*.json"))
    assert [path.stem for path in files] == [(DAY + timedelta(days=n)).isoformat() for n in range(7)]
    said = json.loads(files[-1].read_text())
    assert set(said) == {"day", "previous", "heads", "digest", "signature", "public_key"}
    assert said["previous"] == json.loads(files[-2].read_text())["digest"]
    assert not list(week.glob("*.part"))


def test_a_day_taken_out_of_the_row_shows(week):
    as_superuser("DELETE FROM ledger_audithead WHERE day = %s", DAY + timedelta(days=3))
    (week / f"{DAY + timedelta(days=3)}.json").unlink()
    assert [f for f in heads.faults(week) if "2026-10-05" in f and "不相接" in f]


def test_a_day_taken_off_the_end_shows_against_the_files(week):
    as_superuser("DELETE FROM ledger_audithead WHERE day = %s", DAY + timedelta(days=6))
    assert list(heads.faults(week)) == [
        "已导出的签名文件 2026-10-07.json 在数据库中没有对应的签名，签名被移走"
    ]


@pytest.mark.parametrize(
    "change",
    [
        "day = day + 100",
        "heads = '[]'",
        "previous = repeat('0', 64)",
        "digest = repeat('0', 64)",
        "signature = repeat('0', 128)",
        "signature = 'not hex'",
        "public_key = repeat('0', 64)",
        "public_key = ''",
    ],
)
def test_any_change_of_a_head_shows(week, change):
    as_superuser(f"UPDATE ledger_audithead SET {change} WHERE day = %s", DAY + timedelta(days=6))
    assert list(heads.faults(week))
    assert not heads.holds(AuditHead.objects.order_by("-id").first())


def test_a_head_signed_with_another_key_is_not_ours(week, settings):
    settings.AUDIT_SIGNING_KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
    assert len([f for f in heads.faults(week) if "签名无效" in f]) == 7


def test_a_changed_file_shows(week):
    path = week / "2026-10-03.json"
    path.write_text(path.read_text().replace('"clock", 3', '"clock", 2'))
    (week / "2026-10-04.json").write_text("{")
    assert [f[:30] for f in heads.faults(week)] == [
        "已导出的签名文件 2026-10-03.json 与数据库中的"[:30],
        "已导出的签名文件 2026-10-04.json 与数据库中的"[:30],
    ]


def test_files_missed_while_the_folder_was_away_are_written_with_the_next_head(folder):
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("a file where the folder should be")
    audit.record("clock", "clock", "one")
    with pytest.raises(OSError):
        heads.sign(DAY)
    assert AuditHead.objects.count() == 1
    with pytest.raises(CommandError, match="请检查该目录"):
        call_command("sign_heads")
    folder.unlink()
    heads.sign(DAY + timedelta(days=1))
    assert {"2026-10-01.json", "2026-10-02.json"} <= {path.name for path in folder.iterdir()}


def test_the_nightly_task_signs_the_day_it_runs_on(folder):
    audit.record("clock", "clock", "one")
    sign_heads()
    sign_heads()
    head = AuditHead.objects.get()
    assert Path(folder, f"{head.day}.json").exists()
    out = StringIO()
    call_command("sign_heads", stdout=out)
    assert "1 条审计链已签名" in out.getvalue()
