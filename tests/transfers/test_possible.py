"""“现在能办什么” says what a real pupil would be told, because it asks the same guards, windows and routes (R3.1–R3.5)."""

from datetime import date, timedelta

import pytest

from reviews.engine import book as rulebook
from reviews.engine import door
from reviews.engine.models import Case
from reviews.rulebook.models import Route
from students.changes.kinds import KINDS
from students.changes.rules import OFFERED, facts_before
from students.pupil.statuses import StudentStatus
from tests.api import Program
from tests.clock import frozen, shanghai
from tests.refusals import refused, refuses
from tests.world import World
from transfers.moving import preflight
from transfers.moving.procedures import kind_for
from transfers.possible import checking as possible
from web import clock

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R3.5")]
DAYS = [
    shanghai(2026, 2, 28, 12),
    shanghai(2026, 3, 2, 12),
    shanghai(2026, 7, 14, 23, 59, 59, 999999),
    shanghai(2026, 7, 15),
    shanghai(2026, 8, 14, 23, 59, 59, 999999),
    shanghai(2026, 8, 17, 9),
    shanghai(2026, 12, 14, 12),
    shanghai(2026, 12, 15),
]
PLACES = {
    "near": ("first", "second", possible.SAME_AUTHORITY),
    "league": ("first", "third", possible.SAME_LEAGUE),
    "abroad": ("first", "abroad", possible.SAME_LEAGUE),
}


def asked_of(world, pupil, receiving, sending, relation, at, **more):
    """The question that describes a real pupil between two real schools."""
    day = clock.local_date(at)
    return possible.Question(
        at,
        str(pupil.status),
        possible.rules.entering_grade(pupil, day) - (pupil.graduated_on is not None),
        receiving.province,
        sending.province,
        relation,
        receiving.school_system,
        sending.school_system,
        born=pupil.birth_date,
    )


def told(checks):
    """What a list says, whatever the schools and the pupil are called."""
    return sorted((check.ok, check.warns, check.code, check.text if check.ok else "") for check in checks)


@pytest.mark.parametrize("at", DAYS, ids=lambda at: f"{at:%m-%d %H:%M:%S}")
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("status", StudentStatus.values)
def test_it_says_of_every_status_place_and_day_what_the_preflight_says_of_a_real_pupil(at, place, status):
    into, out, relation = PLACES[place]
    with frozen(at):
        world = World(now=at)
        receiving, sending = getattr(world, into), getattr(world, out)
        if status == "graduated":
            receiving, pupil = world.junior, world.graduate(sending)
        else:
            pupil = world.pupil(sending, grade=4, status=status)
        kind = kind_for(pupil, receiving, world.today)
        real = preflight.of_pupil(pupil, receiving, at, rulebook.current(), kind)
        asked = asked_of(world, pupil, receiving, sending, relation, at)
        found = possible.answer(asked, rulebook.current())
        assert found.kind == kind
        assert told(found.checks) == told(real)
        own = facts_before(pupil, sending, KINDS, at)
        assert {kind.kind: why and why.code for kind, why in found.changes} == {
            facts.kind.kind: next((why.code for check in OFFERED if (why := check(facts))), None)
            for facts in own
        }


@pytest.mark.rule("R3.1", "R4.3")
@pytest.mark.parametrize("grade", [5, 6, 7, 9, 10])
@pytest.mark.parametrize("systems", [("6-3", "5-4"), ("5-4", "6-3"), ("nine", "6-3"), ("6-3", "twelve")])
def test_it_says_what_the_preflight_says_over_all_systems(grade, systems):
    at = shanghai(2026, 10, 12, 9)
    with frozen(at):
        world = World(now=at)
        schools = []
        for name, system in zip(("转入示例学校", "转出示例学校"), systems, strict=True):
            lowest, highest = possible._grades(system, grade)
            schools.append(world.school(name, world.east, lowest, highest, system))
        pupil = world.pupil(schools[1], grade=grade)
        real = preflight.of_pupil(pupil, schools[0], at, rulebook.current())
        asked = asked_of(world, pupil, *schools, possible.SAME_AUTHORITY, at)
        assert told(possible.answer(asked, rulebook.current()).checks) == told(real)


@pytest.mark.rule("R3.1")
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "at", [DAYS[2], DAYS[3], shanghai(2026, 10, 12, 9)], ids=lambda at: f"{at:%m-%d %H:%M:%S}"
)
@pytest.mark.parametrize("status", ["enrolled", "suspended", "abroad", "deceased"])
def test_what_it_allows_the_door_takes_on_the_same_stages_and_what_it_refuses_the_door_refuses(
    at, place, status
):
    into, out, relation = PLACES[place]
    with frozen(at):
        world = World(now=at)
        receiving, sending = getattr(world, into), getattr(world, out)
        pupil = world.pupil(sending, grade=4, status=status)
        found = possible.answer(asked_of(world, pupil, receiving, sending, relation, at), rulebook.current())
        case = world.draft(receiving, pupil)
        if not found.allowed:
            # The door tells the first obstacle of the page's list.
            with refused(next(check.code for check in found.checks if not check.ok)):
                door.perform(case, "submit", world.registrar(receiving), opinion="情况属实，申请转入。")
            return
        case = door.perform(case, "submit", world.registrar(receiving), opinion="情况属实，申请转入。")
        assert [stage.stage for stage in found.stages] == case.stages
        assert found.first_due == Case.objects.get(pk=case.pk).due_on
        assert case.expires_at is None or found.expire_days == 90


@pytest.mark.rule("R3.1", "R0.7")
def test_a_provinces_own_route_and_its_day_are_followed():
    at = shanghai(2026, 10, 12, 9)
    with frozen(at):
        world = World(now=at)
        Route.objects.create(
            kind="in_province_transfer",
            relation="across_leagues",
            phase="senior",
            province=world.im,
            stages=[
                "receiving_school",
                "receiving_authority",
                "receiving_league",
                "sending_school",
                "sending_league",
            ],
            valid_from=date(2026, 10, 13),
            source="内教基字〔2026〕1号",
        )
        asked = possible.Question(at, "enrolled", 10, world.im, world.im, possible.SAME_PROVINCE)
        today = [stage.stage for stage in possible.answer(asked, rulebook.current()).stages]
        assert "receiving_league" not in today
        later = possible.answer(
            possible.Question(
                at + timedelta(days=1), "enrolled", 10, world.im, world.im, possible.SAME_PROVINCE
            ),
            rulebook.current(),
        )
        assert [stage.stage for stage in later.stages][2] == "receiving_league"


@pytest.mark.rule("R3.8")
def test_a_child_under_age_from_another_province_is_warned_of():
    at = shanghai(2026, 9, 7, 9)
    with frozen(at):
        world = World(now=at)
        young = possible.Question(at, "enrolled", 1, world.im, world.hebei, born=date(2020, 9, 1))
        found = {check.code for check in possible.answer(young, rulebook.current()).checks if check.warns}
        assert "of_age" in found
        old = possible.Question(at, "enrolled", 1, world.im, world.hebei, born=date(2020, 8, 31))
        assert not {c.code for c in possible.answer(old, rulebook.current()).checks if c.code == "of_age"}


def test_why_not_by_another_kind_is_told():
    at = shanghai(2026, 10, 12, 9)
    with frozen(at):
        world = World(now=at)
        found = possible.answer(
            possible.Question(at, "enrolled", 4, world.im, world.hebei), rulebook.current()
        )
        why = {kind: check.code for kind, check in found.others}
        assert why == {"in_province_transfer": "right_kind", "post_graduation_enrolment": "has_graduated"}


# ---------------------------------------------------------------- page and program


@pytest.fixture
def october():
    at = shanghai(2026, 10, 12, 9)
    with frozen(at):
        yield World(now=at)


def test_anyone_may_look_and_what_was_chosen_stands_in_the_address(client, october):
    page = client.get(
        "/possible/", {"receiving": october.im.code, "sending": october.hebei.code, "grade": "5"}
    )
    assert page.status_code == 200
    text = page.content.decode()
    assert "2026年10月12日可以由转入学校发起跨省转学。" in text
    assert "待调档" in text
    assert "2026年10月26日前办结" in text
    assert f'<option value="{october.hebei.code}" selected>' in text
    assert client.get("/possible/").status_code == 200


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"on": "昨天"}, "这个日期看不懂"),
        ({"on": "2300-01-01"}, "2000 年至 2100 年"),
        ({"status": "asleep"}, "请从列表中选择"),
        ({"grade": "13"}, "请从列表中选择"),
        ({"receiving": "99"}, "请从列表中选择"),
    ],
)
def test_a_question_that_cannot_be_answered_says_why(client, october, said, told):
    page = client.get("/possible/", said)
    assert page.status_code == 422
    assert told in page.content.decode()
    asked = {"receiving": october.im.code} | said
    refuses(Program().get("/possible/", **asked), 400, "invalid")


@pytest.mark.parametrize("status", ["enrolled", "suspended", "graduated"])
def test_the_program_is_told_what_the_page_tells(client, october, status):
    asked = {
        "receiving": october.im.code,
        "sending": october.hebei.code,
        "status": status,
        "grade": "6",
        "on": "2026-12-20",
    }
    told_program = Program().get("/possible/", **asked).json()
    shown = client.get("/possible/", asked).context["answer"]
    assert told_program["sentence"] == shown["verdict"]
    assert [check["text"] for check in told_program["checks"]] == [c["text"] for c in shown["checklist"]]
    assert [stage["label"] for stage in told_program["stages"]] == [s["label"] for s in shown["stages"]]
    assert {c["name"] for c in told_program["changes"] if c["allowed"]} == {
        c["name"] for c in shown["changes"] if c["ok"]
    }
