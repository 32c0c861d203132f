"""What the database refuses stands once, in <app>/sql/triggers.sql, and is there as it stands (docs/adr/0038)."""

import re
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from ledger import earlier_tables, triggers


def standing(kind: str, name: str):
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM pg_{kind} WHERE {'tg' if kind == 'trigger' else 'pro'}name = %s", [name]
        )
        return cursor.fetchone()[0]


@pytest.fixture
def copies(tmp_path, monkeypatch):
    """Copies of the files, to be changed."""
    found = []
    for path in triggers.files():
        copy = tmp_path / path.parents[1].name / "sql" / path.name
        copy.parent.mkdir(parents=True)
        copy.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
        found.append(copy)
    monkeypatch.setattr(triggers, "files", lambda: found)
    return {copy.parents[1].name: copy for copy in found}


def test_every_function_and_trigger_is_written_once():
    functions = Counter(triggers._FUNCTION.findall(triggers.text()))
    walls = Counter(triggers._TRIGGER.findall(triggers.text()))
    assert {name for found in (functions, walls) for name, count in found.items() if count > 1} == set()
    assert len(functions) > 150
    assert len(walls) > 200
    loose = [
        path
        for path in Path(settings.BASE_DIR).glob("*/migrations/*.py")
        if "CREATE OR REPLACE" in path.read_text()
    ]
    assert loose == []


@pytest.mark.django_db
def test_what_stands_in_the_database_is_what_the_files_name():
    with connection.cursor() as cursor:
        cursor.execute(triggers._STANDING)
        assert set(cursor.fetchall()) == set(triggers._TRIGGER.findall(triggers.text()))


@pytest.mark.django_db
def test_files_that_did_not_change_write_nothing(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert triggers.apply(connection) is False


@pytest.mark.django_db
def test_a_changed_file_is_written_and_what_it_no_longer_names_goes(copies):
    tickets = copies["tickets"]
    text = tickets.read_text(encoding="utf-8")
    gone = re.search(r"CREATE OR REPLACE TRIGGER (\w+)[^;]* ON tickets_ticket[^;]*;", text)
    tickets.write_text(
        text.replace(gone.group(0), "")
        + "\nCREATE OR REPLACE FUNCTION tickets_late() RETURNS int LANGUAGE sql\n"
        + "    SET search_path = pg_catalog, public, pg_temp AS $$ SELECT 1 $$;\n",
        encoding="utf-8",
    )
    wall = (gone.group(1), "tickets_ticket")
    with connection.cursor() as cursor:
        cursor.execute(triggers._STANDING)
        assert wall in cursor.fetchall()
        assert triggers.apply(connection) is True
        cursor.execute(triggers._STANDING)
        assert wall not in cursor.fetchall()
    assert standing("proc", "tickets_late") == 1
    tickets.write_text(text, encoding="utf-8")
    assert triggers.apply(connection) is True
    assert standing("proc", "tickets_late") == 0


@pytest.mark.django_db
def test_data_of_an_earlier_version_is_met_with_one_sentence():
    MigrationRecorder(connection).record_applied("students", "0028_phases")
    with pytest.raises(CommandError) as told:
        call_command("migrate", verbosity=0, interactive=False)
    assert str(told.value) == earlier_tables.SENTENCE
    assert "make reset" in earlier_tables.SENTENCE
