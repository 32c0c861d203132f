"""The document of the API: valid, Chinese, complete; and its page, under the strict policy."""

import re
from io import StringIO

import pytest
import yaml
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from tests import golden
from tests.api import Program

METHODS = {"get", "post", "put", "patch", "delete"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def schema():
    return SchemaGenerator().get_schema(request=None, public=True)


@pytest.fixture(scope="module")
def operations(schema):
    return {
        f"{method.upper()} {path}": told
        for path, methods in schema["paths"].items()
        for method, told in methods.items()
        if method in METHODS
    }


def test_the_document_is_valid_openapi_3_1_without_a_warning():
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    written = yaml.safe_load(out.getvalue())
    assert written["openapi"] == "3.1.0"
    validate_schema(written)


def test_every_address_and_method_is_a_reviewed_one(operations):
    golden.same("api_paths.json", "operations", sorted(operations))


def test_every_operation_has_a_chinese_summary_and_documents_a_refusal(operations):
    assert operations
    for name, told in operations.items():
        assert CHINESE.search(told.get("summary", "")), name
        for status in ("400", "401", "403", "404", "409", "429", "503"):
            shape = told["responses"][status]["content"]["application/json"]["schema"]
            assert shape == {"$ref": "#/components/schemas/Problem"}, f"{name} {status}"


def test_every_post_that_writes_offers_an_idempotency_key(operations):
    for name, told in operations.items():
        names = {parameter["name"] for parameter in told.get("parameters", [])}
        if name.startswith("POST") and name != "POST /api/v1/look-up/":
            assert "Idempotency-Key" in names, name


def test_no_operation_takes_a_time_or_a_person(schema, operations):
    """R0.3, no back-dating: what is sent has no field of time at all, but the day a calendar count begins with, and
    the days that a paper or a person states (R0.4, R3.6, R5.2); when it was recorded is the database's own."""
    stated = {"since", "paper_date", "birth_date", "on", "until", "last_seen"}
    for name, told in operations.items():
        for content in told.get("requestBody", {}).get("content", {}).values():
            shape = content["schema"]
            body = schema["components"]["schemas"][shape["$ref"].rpartition("/")[2]]
            for field, kind in body["properties"].items():
                told_day = field in stated and kind.get("format") == "date"
                assert told_day or kind.get("format") not in ("date", "date-time", "time"), f"{name} {field}"
                assert not re.search(r"(_at|_on|_by|person|account)$", field), f"{name} {field}"


def test_every_operation_but_the_public_ones_asks_who_is_there(operations):
    public = {name for name, told in operations.items() if {} in told.get("security", [{}])}
    assert public == {f"GET /api/v1/{name}/" for name in ("calendar", "possible", "routes", "windows")}


@pytest.mark.django_db
def test_a_stranger_is_answered_401_everywhere_else(operations):
    stranger = Program()
    for name in operations:
        method, path = name.split(" ")
        path = path.removeprefix("/api/v1")
        for part, value in (
            ("{number}", "ZX-2026-00000000"),
            ("{key}", "0" * 8 + "-0000" * 3 + "-" + "0" * 12),
        ):
            path = path.replace(part, value)
        path = re.sub(r"\{\w+\}", "1", path)
        answer = stranger.send(method, path)
        if path in ("/calendar/", "/possible/", "/routes/", "/windows/"):
            assert answer.status_code in (200, 400), name
            continue
        assert answer.status_code == 401, f"{name}: {answer.status_code}"
        assert answer.headers["WWW-Authenticate"] == "Token"
        assert answer.json()["sentence"].startswith("请先登录")


@pytest.mark.django_db
def test_the_page_holds_no_inline_script_or_style_and_keeps_the_strict_policy(client):
    page = client.get("/api/docs/")
    text = page.content.decode()
    assert page.status_code == 200
    assert "<style" not in text
    assert "style=" not in text
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r'(src|href)="https?:', text)
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-inline" not in policy
    script = client.get("/api/docs/?script=")
    assert "javascript" in script.headers["Content-Type"]
    assert client.get("/api/schema/").status_code == 200
