"""The files that start the real servers: read as data here, since no container engine is at hand in a test."""

import os
import re
import subprocess
from pathlib import Path

import psycopg
import pytest
import yaml
from psycopg import sql

from trial import embedded

ROOT = Path(embedded.__file__).resolve().parent.parent
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
LONG_LIVED = set(SERVICES) - {"migrate"}


def test_all_parts_of_the_program_are_there():
    assert set(SERVICES) == {"postgres", "pgbouncer", "valkey", "migrate", "web", "worker", "beat", "proxy"}
    assert SERVICES["postgres"]["image"] == "postgres:18"


@pytest.mark.parametrize("name", sorted(LONG_LIVED))
def test_every_long_lived_service_is_watched_and_comes_back(name):
    assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_every_service_waited_for_exists_and_can_say_that_it_is_well():
    for service in SERVICES.values():
        for other, how in service.get("depends_on", {}).items():
            if how["condition"] == "service_healthy":
                assert "test" in SERVICES[other]["healthcheck"]
            else:
                assert SERVICES[other]["restart"] == "no"


def test_only_the_proxy_is_reachable_from_outside():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]


def test_every_volume_used_is_declared():
    used = {mount.split(":")[0] for service in SERVICES.values() for mount in service.get("volumes", [])}
    assert {volume for volume in used if volume[0] not in ".$"} == set(COMPOSE["volumes"])
    for path in (volume for volume in used if volume.startswith(".")):
        assert (ROOT / path).exists()


def test_no_secret_has_a_value_or_a_default():
    text = (ROOT / "docker-compose.yml").read_text()
    for name, rest in re.findall(r"\$\{([A-Z_]+)(.*?)\}", text):
        assert rest.startswith(":?"), f"{name} may be left out"
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|KEY|AUTH$", name):
                assert value is None or value.startswith("${"), name
    example = (ROOT / "deploy" / "env.example").read_text()
    assert not [line for line in example.splitlines() if re.match(r"\s*[A-Z_]+=.+", line)]


def test_the_example_names_every_value_that_compose_asks_for():
    asked = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    named = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / "deploy" / "env.example").read_text(), re.M))
    passed_on = {name for name, value in COMPOSE["x-environment"].items() if value is None}
    assert asked | passed_on == named


def test_the_program_runs_without_rights_it_does_not_need():
    for name in ("web", "worker", "beat", "migrate"):
        assert SERVICES[name]["cap_drop"] == ["ALL"]
        assert SERVICES[name]["read_only"] is True
    assert re.search(r"^USER xueji$", (ROOT / "deploy" / "Dockerfile").read_text(), re.M)


@pytest.fixture(scope="module")
def roles(tmp_path_factory):
    """A server on which deploy/postgres-roles.sh has run for real, with one table of the owner's."""
    var = tmp_path_factory.mktemp("roles")
    servers = embedded.ensure(var, durable=False)
    with psycopg.connect(
        servers.database_url.replace("/xueji?", "/postgres?"), autocommit=True
    ) as connection:
        connection.execute("DROP DATABASE xueji")
    environment = {
        "PATH": f"{embedded.postgres_programs()}:{os.environ['PATH']}",
        "PGHOST": str(embedded.socket_dir(var)),
        "POSTGRES_USER": "xueji",
        "OWNER_DB_PASSWORD": "o'wner",
        "APP_DB_PASSWORD": "a'pp",
    }
    subprocess.run([ROOT / "deploy" / "postgres-roles.sh"], env=environment, check=True, capture_output=True)
    as_role = servers.database_url.replace
    with psycopg.connect(as_role("//xueji@", "//xueji_owner@"), autocommit=True) as owner:
        owner.execute("CREATE EXTENSION btree_gist; CREATE EXTENSION pg_trgm")
        owner.execute("CREATE TABLE entry (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text text)")
    yield as_role("//xueji@", "//xueji_app@")
    embedded.stop(var)


def test_the_programs_role_reads_and_writes_rows(roles):
    with psycopg.connect(roles) as app:
        app.execute("INSERT INTO entry (text) VALUES ('a')")
        assert app.execute("SELECT text FROM entry").fetchone() == ("a",)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("TRUNCATE entry", "permission denied for table entry"),
        ("DROP TABLE entry", "must be owner of table entry"),
        ("ALTER TABLE entry DISABLE TRIGGER ALL", "must be owner of table entry"),
        ("ALTER TABLE entry ADD COLUMN extra text", "must be owner of table entry"),
        ("CREATE TABLE more (id bigint)", "permission denied for schema public"),
        ("SET session_replication_role = replica", "permission denied to set parameter"),
        ("CREATE ROLE another", "permission denied to create role"),
        ("CREATE TEMPORARY TABLE orgs_account (id bigint)", "permission denied to create temporary tables"),
    ],
)
def test_the_programs_role_cannot(roles, statement, told):
    with psycopg.connect(roles) as app, pytest.raises(psycopg.errors.InsufficientPrivilege, match=told):
        app.execute(statement)


@pytest.mark.parametrize(
    "limit", ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"]
)
def test_the_programs_role_gives_up_in_time_behind_a_pooler(roles, limit):
    with psycopg.connect(roles) as app:
        value = app.execute(sql.SQL("SHOW {}").format(sql.Identifier(limit))).fetchone()[0]
    assert value not in {"0", ""}
