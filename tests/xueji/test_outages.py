"""What stays up when a server is away, and what never reaches a log."""

import logging

import pytest
from django.core.cache import caches
from django.db import connection

from xueji.logs import Impersonal, strike


@pytest.fixture
def dead_broker(settings):
    settings.REDIS_URL = "unix:///nonexistent/valkey.sock"
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": settings.REDIS_URL}}


@pytest.mark.usefixtures("dead_broker")
def test_a_dead_cache_misses_and_never_raises():
    cache = caches["default"]
    cache.set("a", 1)
    assert cache.get("a", "miss") == "miss"
    assert cache.get_many(["a", "b"]) == {}
    assert cache.add("a", 1) is False
    assert cache.get_or_set("a", lambda: 7) == 7
    assert cache.set_many({"a": 1}) == ["a"]
    assert cache.delete("a") is False
    assert "a" not in cache


@pytest.mark.usefixtures("servers")
def test_a_living_cache_remembers():
    cache = caches["default"]
    cache.set("living", "yes", 30)
    assert cache.get("living") == "yes"
    assert cache.delete("living") is True


@pytest.mark.django_db
@pytest.mark.usefixtures("dead_broker")
def test_without_the_broker_the_program_stays_healthy_and_says_so(client):
    answer = client.get("/health/")
    assert answer.status_code == 200
    assert answer.json()["broker"] is False
    assert "办理不受影响" in answer.json()["sentence"]


@pytest.mark.django_db(transaction=True)
def test_without_the_database_health_is_503_with_a_sentence(client):
    connection.close()
    name, connection.settings_dict["NAME"] = connection.settings_dict["NAME"], "no_such_database"
    try:
        answer = client.get("/health/")
    finally:
        connection.close()
        connection.settings_dict["NAME"] = name
    assert answer.status_code == 503
    assert answer.json()["sentence"] == "数据库暂时连接不上，请稍后再试。"


@pytest.mark.parametrize(
    "number",
    ["15012520150304001X", "G15012520150304001X", "L150125201503040013", "150125150304001", "13800138000"],
)
def test_numbers_of_persons_are_struck_out_of_log_lines(number):
    assert number not in strike(f"refused for {number}，again")


def test_case_numbers_and_times_stay_in_log_lines():
    line = "ZX-2026-7K3M9QXP at 2026-11-23T18:16:00.123456 in 1234567890123 ns"
    assert strike(line) == line


def test_an_exception_is_struck_as_well():
    try:
        raise ValueError("15012520150304001X")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "for %s", ("13800138000",), True)
        import sys

        record.exc_info = sys.exc_info()
    Impersonal().filter(record)
    written = logging.Formatter().format(record)
    assert "15012520150304001X" not in written
    assert "13800138000" not in written
