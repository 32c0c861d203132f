"""Every wall, tried through the API: what is forbidden is refused with one sentence, and nothing has changed."""

from datetime import timedelta

import pytest

from orgs.people.models import PostRole
from reviews.engine import door
from reviews.engine.models import Act, Attachment, Case, Step
from students.pupil.models import Enrolment, Student
from tests.api import AGREED, SENT, Program, refusal
from tests.clock import frozen, shanghai
from tests.world import png
from transfers.moving.models import Transfer

pytestmark = pytest.mark.django_db
WORDS = {"opinion": "情况属实，同意转入。"}


@pytest.fixture
def running(world):
    """A case at the receiving authority, its first step decided."""
    return world.decide(world.submitted(world.first, world.pupil(world.third)))


def stored(case):
    """Everything that a decision could have changed."""
    return [
        list(Case.objects.filter(pk=case.pk).values()),
        list(Step.objects.filter(case=case).order_by("pk").values()),
        list(Act.objects.filter(case=case).order_by("pk").values()),
        list(Attachment.objects.filter(case=case).order_by("pk").values()),
        list(Transfer.objects.filter(case=case).values()),
        list(Student.objects.order_by("pk").values("pk", "school_id", "status")),
        list(Enrolment.objects.order_by("pk").values("pk", "school_id")),
    ]


@pytest.mark.rule("R3.1")
def test_one_live_case_per_student(world, running):
    other = world.draft(world.second, running.transfer.student)
    before = stored(other)
    told = refusal(Program(world.registrar(world.second)).act(other, "submit", SENT))
    assert told["code"] == "no_other_case"
    assert told["clause"] == "附件1 三.1"
    assert stored(other) == before


@pytest.mark.rule("R0.5")
def test_handler_and_signer_are_two_people_whatever_account_they_use(world, running):
    handler = world.registrar(world.east)
    Program(handler).act(running, "handle", AGREED)
    # The head's post is lent to a second account of the registrar's own person.
    from orgs.people.models import Account, Delegation, Post

    second = Account.objects.create_user("second", password="x", person=handler.person)
    world.head(world.east)
    post = Post.objects.get(unit=world.east, role=PostRole.HEAD)
    Delegation.objects.create(
        post=post,
        account=second,
        valid_from=world.today - timedelta(days=1),
        valid_until=world.today + timedelta(days=1),
        reason="代",
    )
    before = stored(running)
    assert refusal(Program(second).act(running, "sign", AGREED))["code"] == "same_person"
    assert stored(running) == before


@pytest.mark.rule("R0.5")
def test_nobody_signs_what_was_not_handled(world, running):
    assert refusal(Program(world.head(world.east)).act(running, "sign", AGREED))["code"] == "wrong_turn"


@pytest.mark.rule("R0.5")
@pytest.mark.parametrize(("verb", "role"), [("handle", PostRole.HEAD), ("handle", PostRole.CLASS_TEACHER)])
def test_the_wrong_post_decides_nothing(world, running, verb, role):
    before = stored(running)
    account = world.head(world.east) if role == PostRole.HEAD else world.account(world.east, role)
    answer = Program(account).act(running, verb, AGREED)
    # A class teacher is not told that there is a case at all.
    assert refusal(answer, 409 if role == PostRole.HEAD else 404)
    assert stored(running) == before


@pytest.mark.rule("R0.3")
@pytest.mark.parametrize(
    "opinion", [None, "", " ", "好", "　\u3000", "\u200b\u200b\u200b", "\n\t\n", "好" * 501]
)
def test_no_opinion_no_decision(world, running, opinion):
    before = stored(running)
    body = {"outcome": "agree"} | ({} if opinion is None else {"opinion": opinion})
    told = refusal(Program(world.registrar(world.east)).act(running, "handle", body))
    assert told["code"] in ("opinion_blank", "opinion_long")
    assert told["clause"] == "函 一"
    assert stored(running) == before


@pytest.mark.rule("R0.6")
def test_nobody_refuses_with_a_reason_of_his_own(world, running):
    before = stored(running)
    registrar = Program(world.registrar(world.east))
    for reason in ("", "材料不齐", "not_our_pupil", "proof_unreadable"):
        body = {"opinion": "请家长补交房产证明和社保证明。", "outcome": "refuse", "reason": reason}
        assert refusal(registrar.act(running, "handle", body))["code"] == "reason_listed"
    body = {"opinion": "不同意。", "outcome": "refuse", "reason": "reason_untrue"}
    assert refusal(registrar.act(running, "handle", body))["code"] == "opinion_refusal"
    assert stored(running) == before


@pytest.mark.rule("R0.6")
@pytest.mark.parametrize("side", ["third", "east", "west"])
def test_no_other_unit_attaches_changes_or_removes_a_proof(world, side):
    case = world.decide(world.decide(world.submitted(world.first, world.pupil(world.third))))
    case = world.decide(case, "send_back", "proof_unreadable", "第一张看不清，请重拍。")
    assert case.state == "correction"
    before = stored(case)
    other = Program(world.registrar(getattr(world, side)))
    key = Attachment.objects.filter(case=case).first().key
    assert refusal(other.attach(case, png()))["code"] == "no_seat"
    assert refusal(other.send("DELETE", f"/cases/{case.number}/proofs/{key}/"))["code"] == "no_seat"
    assert refusal(other.send("PATCH", f"/cases/{case.number}/", {"reason_note": "改"}))["code"] == "no_seat"
    assert stored(case) == before


@pytest.mark.rule("R0.6")
def test_nothing_is_edited_once_the_case_has_been_sent(world, running):
    before = stored(running)
    school = Program(world.registrar(world.first))
    key = Attachment.objects.filter(case=running).first().key
    path = f"/cases/{running.number}/"
    for answer in (
        school.attach(running, png()),
        school.send("DELETE", f"{path}proofs/{key}/"),
        school.send("PATCH", path, {"reason": "house"}),
    ):
        assert refusal(answer)["code"] == "not_in_hand"
    assert stored(running) == before


@pytest.mark.rule("R0.6")
def test_a_seventh_proof_and_any_other_kind_of_paper_are_refused(world):
    case = world.draft(world.first, world.pupil(world.third), proofs=6)
    school = Program(world.registrar(world.first))
    assert refusal(school.attach(case, png()))["code"] == "proof_count"
    one = world.draft(world.first, world.pupil(world.third))
    told = refusal(school.attach(one, png(), kind="household_register"), 400)
    assert told["code"] == "unknown_field"
    assert Attachment.objects.filter(case=one).count() == 1


@pytest.mark.rule("R0.6")
def test_what_is_no_photograph_or_too_large_is_refused(world):
    from django.core.files.uploadedfile import SimpleUploadedFile

    case = world.draft(world.first, world.pupil(world.third), proofs=0)
    school = Program(world.registrar(world.first))
    sent = {
        415: b"%PDF-1.7 household register",
        413: b"\xff\xd8\xff" + b"\0" * (2 * 1024 * 1024),
        400: b"\xff\xd8\xff broken",
    }
    for status, data in sent.items():
        assert refusal(school.attach(case, SimpleUploadedFile("a.jpg", data)), status)["clause"]
    assert refusal(school.attach(case, SimpleUploadedFile("a.jpg", b"")), 400)
    assert refusal(school.post(f"/cases/{case.number}/proofs/", {"file": "x"}), 415)
    assert not Attachment.objects.filter(case=case).exists()


@pytest.mark.rule("R3.1b")
@pytest.mark.parametrize("end", ["completed", "refused", "withdrawn"])
def test_after_the_end_no_verb_works(world, running, end):
    school = Program(world.registrar(world.first))
    if end == "completed":
        world.finish(running)
    elif end == "refused":
        world.decide(running, "refuse", "reason_untrue", "经核对证明与申报原因不一致，不同意。")
    else:
        assert school.act(running, "withdraw", {"opinion": "家长不再转学"}).json()["case"]["state"] == end
    before = stored(running)
    people = (world.registrar, world.head)
    units = (world.first, world.east, world.third, world.west)
    for program in [Program(person(unit)) for person in people for unit in units]:
        for verb in VERBS:
            body = AGREED if verb in ("handle", "sign") else WORDS
            assert refusal(program.act(running, verb, body))["code"] == "case_closed"
    assert refusal(school.attach(running, png()))["code"] == "case_closed"
    assert stored(running) == before


VERBS = ("submit", "handle", "sign", "return_to_registrar", "withdraw", "recall", "nudge")
# What each state still takes, from whoever has the seat; all else must be refused to everyone.
LEGAL = {
    ("draft", ""): {"submit", "withdraw"},
    ("receiving_school", "sign"): {"sign", "return_to_registrar", "withdraw", "nudge"},
    ("receiving_authority", "handle"): {"handle", "withdraw", "recall", "nudge"},
    ("receiving_authority", "sign"): {"sign", "return_to_registrar", "withdraw", "nudge"},
    ("sending_school", "handle"): {"handle", "withdraw", "recall", "nudge"},
    ("correction", "handle"): {"handle", "withdraw", "recall", "nudge"},
}


def brought_to(world, state, awaiting):
    """A case in this state, awaiting this act."""
    case = world.draft(world.first, world.pupil(world.third))
    if state == "draft":
        return case
    case = door.perform(case, "submit", world.registrar(world.first), opinion=SENT["opinion"])
    wanted = "sending_school" if state == "correction" else state
    while case.state != wanted:
        case = world.decide(case)
    if state == "correction":
        case = world.decide(case, "send_back", "proof_unreadable", "第一张看不清，请重拍。")
    if awaiting == "sign" and case.awaiting == "handle":
        case = door.perform(case, "handle", world.registrar(case.holder), **AGREED)
    return case


@pytest.mark.rule("R3.1")
@pytest.mark.parametrize(("state", "awaiting"), LEGAL, ids=lambda part: part or "nobody")
def test_a_verb_that_a_state_does_not_take_is_refused_to_everyone(world, state, awaiting):
    case = brought_to(world, state, awaiting)
    assert (case.state, case.awaiting) == (state, awaiting)
    before = stored(case)
    people = [p(u) for p in (world.registrar, world.head) for u in (world.first, world.east, world.third)]
    for account in people:
        for verb in set(VERBS) - LEGAL[state, awaiting]:
            body = AGREED if verb in ("handle", "sign") else WORDS
            answer = Program(account).act(case, verb, body)
            assert answer.status_code in (404, 409), f"{verb} in {state}: {answer.content.decode()}"
    assert stored(case) == before


def test_a_decided_step_is_not_decided_again(world, running):
    head = Program(world.head(world.first))
    before = stored(running)
    assert refusal(head.act(running, "sign", AGREED))["sentence"]
    assert stored(running) == before


def test_who_decides_on_an_old_view_is_told_who_was_faster(world, running):
    case = Program(world.registrar(world.east)).act(running, "handle", AGREED).json()["case"]
    head = Program(world.head(world.east))
    told = refusal(head.act(running, "sign", AGREED | {"revision": case["revision"] - 1}))
    assert told["code"] == "stale"
    assert "办理了这件业务" in told["sentence"]
    assert head.act(running, "sign", AGREED | {"revision": case["revision"]}).status_code == 200


@pytest.mark.rule("R3.5")
@pytest.mark.parametrize(
    ("at", "shut"),
    [
        (shanghai(2027, 7, 14, 23, 59, 59, 999999), False),
        (shanghai(2027, 7, 15), True),
        (shanghai(2027, 8, 14, 23, 59, 59, 999999), True),
        (shanghai(2027, 8, 15), False),
    ],
)
def test_submission_inside_the_closed_window_is_refused_to_the_microsecond(world, at, shut):
    pupil = world.pupil(world.third, grade=3)
    draft = world.draft(world.first, pupil)
    school = Program(world.registrar(world.first))
    for token in world.registrar(world.first).api_tokens.all():
        token.expires_at = at + timedelta(days=1)
        token.save()
    with frozen(at):
        open_now = {row["kind"]: row["open"] for row in Program().get("/windows/").json()}
        assert open_now[draft.kind] is not shut
        # After 08-10 the pupil is a grade higher: saving the draft again takes that over.
        assert school.send("PATCH", f"/cases/{draft.number}/", {}).status_code == 200
        answer = school.act(draft, "submit", SENT)
        case = Case.objects.get(pk=draft.pk)
        if shut:
            assert refusal(answer)["code"] == "window_closed"
            assert case.state == "draft"
        else:
            assert answer.status_code == 200, answer.content.decode()
            assert case.submitted_at == at


@pytest.mark.parametrize("who", ["abroad", "second", "league_school"])
def test_a_case_of_other_units_is_not_there(world, running, who):
    other = Program(world.registrar(getattr(world, who)))
    key = Attachment.objects.filter(case=running).first().key
    path = f"/cases/{running.number}/"
    missing = other.get("/cases/ZX-2026-00000000/")
    for answer in (
        other.get(path),
        other.get(f"{path}log/"),
        other.get(f"{path}proofs/{key}/"),
        other.send("PATCH", path, {}),
        other.attach(running, png()),
        *(other.act(running, verb, WORDS) for verb in VERBS),
    ):
        assert answer.status_code == 404
        assert answer.content == missing.content
    assert other.get("/cases/").json()["results"] == []


@pytest.mark.rule("R0.6")
def test_a_proof_is_fetched_as_a_picture_that_can_do_nothing(world, running):
    key = Attachment.objects.filter(case=running).first().key
    answer = Program(world.registrar(world.third)).get(f"/cases/{running.number}/proofs/{key}/")
    assert answer.content.startswith(b"\xff\xd8\xff")
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_draft_is_seen_by_its_own_school_only(world):
    draft = world.draft(world.first, world.pupil(world.third))
    assert Program(world.registrar(world.first)).get(f"/cases/{draft.number}/").status_code == 200
    for unit in (world.third, world.east, world.im):
        assert Program(world.head(unit)).get(f"/cases/{draft.number}/").status_code == 404
