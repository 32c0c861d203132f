"""Hostile input into every field of every address, taken from the document itself: never an answer of 5xx."""

import json
from urllib.parse import quote

import pytest
from django.db import transaction
from drf_spectacular.generators import SchemaGenerator

from reviews.engine import door
from reviews.engine.models import Attachment
from students.pupil import records
from tests.api import AGREED, BASE, SENT, Program
from tests.undo import undo
from tests.world import png
from transfers.offline.recording import Stated

pytestmark = pytest.mark.django_db

TEXTS = [
    "",
    " ",
    "\x00",
    "属实\x00同意转入",
    "\u202e同意转入",
    "\u200b\u200b",
    "\ufeff\ufff9\U000e0001",
    "\ud800",
    "同意\udfff转入",
    "１２３４５６７８９",
    "٣",
    "⁵",
    "𠅤㐆䶮",
    "é" * 300,
    "好" * 3000,
    "好" * 60_000,
    "'; DROP TABLE reviews_case; --",
    "{{ 7 }}{% debug %}",
    "<script>alert(1)</script>",
    "%00%ff../../etc/passwd",
    "\r\nSet-Cookie: a=b",
    "9" * 400,
    "-1",
    "1e309",
    "NaN",
    "9999-12-31",
    "0001-01-01",
    "2026-02-30",
    "null",
]
OTHERS = [
    None,
    True,
    0,
    -1,
    2**31,
    2**63,
    2**200,
    1.5,
    -0.0,
    1e308,
    [],
    [[]],
    {},
    {"a": {"$ne": 1}},
    ["x"] * 300,
]
BODIES = [
    b"",
    b"null",
    b"true",
    b'"x"',
    b"[]",
    b"[" * 100_000,
    b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    b'{"opinion": NaN}',
    b'{"opinion": 1e999999}',
    b'{"revision": ' + b"9" * 6000 + b"}",
    b"\xff\xfe\x00",
    b'{"opinion": "\xed\xa0\x80"}',
    b'{"opinion": "a", "opinion": "b"}',
    b'{"\\u0000": 1, "\\ud800": 2}',
    b"{'opinion': 1}",
    b"\x00" * 64,
]
KEYS = ["", " ", "x" * 9000, "\x00", "é", "'", "\t"]


class Fuzzer:
    """Sends, undoes what was done, and remembers every answer that must not be."""

    def __init__(self, program):
        self.program = program
        self.program.client.raise_request_exception = False
        self.sent, self.bad = 0, []

    def send(self, method, path, body=b"", content_type="application/json", what="", **headers):
        point = transaction.savepoint()
        answer = self.program.client.generic(
            method, path, body, content_type=content_type, headers=self.program.headers | headers
        )
        undo(point)
        self.sent += 1
        told = answer.content[:300]
        if answer.status_code >= 500 or b"Traceback" in told:
            self.bad.append(
                f"{method} {path[:120]} {what!r:.80}: {answer.status_code} {told.decode(errors='replace')}"
            )
        elif answer.status_code >= 400 and answer.status_code != 404:
            assert answer.json()["sentence"], told
        return answer


@pytest.fixture(scope="module")
def schema():
    return SchemaGenerator().get_schema(request=None, public=True)


@pytest.fixture
def world(world, monkeypatch):
    # Else most of what is sent to the look-up would be answered by its limit and tell nothing.
    monkeypatch.setattr("transfers.moving.look_up_api.LookUp.throttle_classes", ())
    monkeypatch.setattr("transfers.offline.api.OfflineTransfers.get_throttles", lambda self: [])
    return world


def bodies(schema, told):
    """The names of the fields of an operation's JSON body."""
    content = told.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return []
    return list(schema["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]["properties"])


def places(world):
    """For each address the program and the path under which it would do something, and a body that would do it."""
    draft = world.draft(world.first, world.pupil(world.third))
    sent = world.submitted(world.first, world.pupil(world.third))
    arrived = world.decide(world.submitted(world.first, world.pupil(world.third)))
    handled = door.perform(
        world.decide(world.submitted(world.first, world.pupil(world.third))),
        "handle",
        world.registrar(world.east),
        **AGREED,
    )
    school, head = Fuzzer(Program(world.registrar(world.first))), Fuzzer(Program(world.head(world.first)))
    office, upper = Fuzzer(Program(world.registrar(world.east))), Fuzzer(Program(world.head(world.east)))
    acting = {
        "submit": (school, draft, SENT),
        "handle": (office, arrived, AGREED),
        "sign": (upper, handled, AGREED),
        "return_to_registrar": (head, sent, SENT),
        "withdraw": (school, sent, SENT),
        "recall": (head, arrived, {}),
        "nudge": (school, arrived, {}),
    }
    found = {
        f"/api/v1/cases/{{number}}/{verb}/": (f, f"{BASE}/cases/{case.number}/{verb}/", body)
        for verb, (f, case, body) in acting.items()
    }
    key = Attachment.objects.filter(case=draft).first().key
    for tail in ("", "log/", "proofs/"):
        path = f"{BASE}/cases/{draft.number}/{tail}"
        found[f"/api/v1/cases/{{number}}/{tail}"] = (school, path, {})
    found |= taken_in(world, school, office)
    found["/api/v1/cases/{number}/proofs/{key}/"] = (school, f"{BASE}/cases/{draft.number}/proofs/{key}/", {})
    return school, found


def taken_in(world, school, office) -> dict:
    """The addresses of faults and offline transfers, with bodies that would do something (R0.4)."""
    pupil, fault = world.pupil(world.third), world.fault(world.east)
    stated = {"name": pupil.name, "sex": pupil.sex, "birth_date": "2017-05-01", "origin": "示例第三小学"}
    made = world.taken_in(
        world.first, None, fault, stated=Stated(**stated | {"birth_date": pupil.birth_date})
    )
    today, one = str(world.today), f"{BASE}/offline-transfers/{made.number}/"
    paper = {"fault": fault.number, "paper_date": today, "requester": "mother"}
    whom = {"number": records.current_number(pupil), "name": pupil.name}
    return {
        "/api/v1/faults/": (
            office,
            f"{BASE}/faults/",
            {"unit": world.second.code, "since": today, "reason": "线路中断"},
        ),
        "/api/v1/offline-transfers/": (school, f"{BASE}/offline-transfers/", stated | paper),
        "/api/v1/offline-transfers/{number}/": (school, one, {}),
        "/api/v1/offline-transfers/{number}/match/": (school, f"{one}match/", whom),
        "/api/v1/offline-transfers/{number}/end/": (school, f"{one}end/", {"outcome": "returned"}),
    }


# Texts that pass the framework's own checks and go on into our code.
DEEP = [TEXTS[i] for i in (4, 5, 6, 9, 10, 12, 13, 16, 17, 20, 21, 25)]
# The parser of bodies and keys is one and the same everywhere: these addresses stand for all.
PARSED = {"/api/v1/cases/", "/api/v1/cases/{number}/", "/api/v1/cases/{number}/submit/"}


def test_no_field_of_any_body_brings_the_program_down(world, schema):
    school, known = places(world)
    fuzzers = {school}
    for path, methods in schema["paths"].items():
        fuzzer, real, valid = known.get(path, (school, path, {}))
        fuzzers.add(fuzzer)
        for method, told in methods.items():
            fields = bodies(schema, told)
            # All fields at once for what the checks should stop; one at a time for what goes on into our code.
            for value in TEXTS + OTHERS if fields else []:
                body = json.dumps(dict.fromkeys(fields, value)).encode()
                fuzzer.send(method.upper(), real, body, what=value)
            for field in fields:
                for value in [*DEEP, "\ud800", "\x00", None, 2**63]:
                    body = json.dumps(valid | {field: value}).encode()
                    fuzzer.send(method.upper(), real, body, what=(field, value))
            if fields and path in PARSED:
                for body in BODIES:
                    fuzzer.send(method.upper(), real, body, what=body)
                for key in KEYS:
                    fuzzer.send(method.upper(), real, json.dumps(valid), what=key, **{"Idempotency-Key": key})
    bad = [line for fuzzer in fuzzers for line in fuzzer.bad]
    assert not bad, "\n".join(bad[:20])
    assert sum(fuzzer.sent for fuzzer in fuzzers) > 700


def test_no_parameter_of_any_address_declared_or_not_brings_the_program_down(world, schema):
    school, known = places(world)
    for path, methods in schema["paths"].items():
        if "get" not in methods:
            continue
        _, real, _ = known.get(path, (school, path.replace("{code}", world.first.code), {}))
        declared = [p["name"] for p in methods["get"].get("parameters", []) if p["in"] == "query"]
        for value in TEXTS[:15] + TEXTS[16:]:
            text = quote(value.encode("utf-8", "surrogatepass"))
            names = [*declared, "page", "ordering", "format", "\x00"]
            school.send("GET", real + "?" + "&".join(f"{quote(n)}={text}" for n in names), what=value)
        for name in declared:
            for value in (*DEEP[::2], "\x00", "\ud800", "9999-12-31", "0001-01-01", "1", "9" * 400):
                text = quote(value.encode("utf-8", "surrogatepass"))
                whole = "&start=2026-01-01&days=1" if path.endswith("/calendar/") else ""
                school.send("GET", f"{real}?{name}={text}{whole}", what=(name, value))
        school.send("GET", f"{real}?%ff=%fe&=&&;", what="broken query")
    for start in ("0001-01-01", "9999-12-31"):
        for days in (-1000, -1, 0, 1, 1000):
            for more in ("", "&bulletin=true"):
                school.send("GET", f"{BASE}/calendar/?start={start}&days={days}{more}", what=(start, days))
    assert not school.bad, "\n".join(school.bad[:20])


def test_no_part_of_any_path_brings_the_program_down(world, schema):
    school, _ = places(world)
    for path, methods in schema["paths"].items():
        if "{" not in path:
            continue
        for method in methods:
            for value in [*TEXTS[:14], "..", ".", "a/b", "0" * 36, "-" * 36, "9" * 30]:
                text = quote(value.encode("utf-8", "surrogatepass"), safe="")
                filled = path
                while "{" in filled:
                    filled = filled[: filled.index("{")] + text + filled[filled.index("}") + 1 :]
                school.send(method.upper(), filled, b"{}", what=value)
    assert not school.bad, "\n".join(school.bad[:20])


def test_no_form_with_a_photograph_brings_the_program_down(world):
    draft = world.draft(world.first, world.pupil(world.third))
    school = Fuzzer(Program(world.registrar(world.first)))
    path = f"{BASE}/cases/{draft.number}/proofs/"
    picture = png((8, 8)).read()
    boundary = "multipart/form-data; boundary=x"

    def part(name, data, more=""):
        return b'--x\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n' % (
            name.encode("utf-8", "surrogatepass"),
            more.encode("utf-8", "surrogatepass"),
            data,
        )

    for value in TEXTS:
        data = value.encode("utf-8", "surrogatepass")
        name = value.replace("\r\n", "").replace('"', "")[:200]
        end = b"--x--\r\n"
        forms = [
            part("file", picture, '; filename="a.png"') + part("rotate", data) + end,
            part("file", picture, '; filename="a.png"') + part("revision", data) + end,
            part("file", picture, f'; filename="{name}"') + end,
            part("file", data, '; filename="a.png"') + end,
            part(name or "x", b"1") + end,
            part("file", data) + end,
            part("file", picture, '; filename="a.png"')[:-40],
        ]
        for form in forms:
            school.send("POST", path, form, boundary, what=value)
    for content_type in (
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=é" + "x" * 300,
    ):
        school.send("POST", path, b"--x", content_type, what=content_type)
    for content_type in (
        "application/json; charset=hex",
        "application/json; charset=utf-16",
        "application/x-www-form-urlencoded",
        "x",
        "",
    ):
        school.send("POST", path.replace("proofs", "submit"), b"{}", content_type, what=content_type)
        school.send("GET", f"{BASE}/cases/?state=%ff", b"", content_type, what=content_type)
    assert not school.bad, "\n".join(school.bad[:20])
