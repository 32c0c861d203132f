"""Signing many at once: a dry run first, then each case on its own, with its own opinion row."""

import re

import pytest

from ledger.models import AuditEntry
from reviews.engine import door
from reviews.engine.models import Act, Case, Step
from reviews.rulebook.models import QuickPhrase
from students.pupil.models import ProblemRecord

pytestmark = pytest.mark.django_db
OPINION = "情况属实，同意转入。"


def waiting(world, count=3):
    """Cases that wait for the head of the first school."""
    return [world.submitted(world.first, world.pupil(world.third)) for _ in range(count)]


@pytest.fixture
def head(client, world):
    account = world.head(world.first)
    client.force_login(account)
    return account


def check(client, cases):
    return client.post("/worklist/bulk/", {"case": [getattr(case, "number", case) for case in cases]})


def sign(client, cases, opinion=OPINION, batch="batch-one"):
    chosen = [f"{case.number}@{case.revision}" for case in cases]
    return client.post("/worklist/bulk/sign/", {"case": chosen, "opinion": opinion, "batch": batch})


def outcome(client, answer):
    """Numbers signed, and what the result says of each that failed."""
    assert answer.status_code == 303, answer.content.decode()
    context = client.get(answer.url).context
    return {row["number"] for row in context["signed"]}, {
        row["number"]: row["why"] for row in context["failed"]
    }


def states(cases):
    return [
        (case.state, case.awaiting)
        for case in Case.objects.filter(pk__in=[c.pk for c in cases]).order_by("pk")
    ]


@pytest.mark.rule("R0.3")
def test_each_case_gets_its_own_decision_its_own_opinion_row_and_its_own_audit_entry(client, world, head):
    cases = waiting(world)
    signed, failed = outcome(client, sign(client, cases))
    assert (signed, failed) == ({case.number for case in cases}, {})
    assert states(cases) == [("receiving_authority", "handle")] * 3
    acts = Act.objects.filter(account=head, verb="sign")
    assert {act.case_id for act in acts} == {case.pk for case in cases}
    assert {(act.outcome, act.opinion) for act in acts} == {("agree", OPINION)}
    assert AuditEntry.objects.filter(action="case.sign").count() == 3
    assert Step.objects.filter(signer=head, sign_opinion=OPINION).count() == 3


def test_the_dry_run_changes_nothing_and_offers_no_opinion_of_its_own(client, world, head):
    cases = waiting(world)
    before = states(cases)
    answer = check(client, cases)
    assert [row["number"] for row in answer.context["going"]] == [case.number for case in cases]
    assert answer.context["falling"] == []
    assert states(cases) == before
    page = answer.content.decode()
    assert re.search(r"<textarea[^>]*></textarea>", page), "the opinion is never filled in beforehand (R0.3)"
    assert "同为“转入学校”" in page


@pytest.mark.rule("R0.3")
@pytest.mark.parametrize("opinion", ["", "  ", "好", "\u200b\u200b\u200b", "字" * 501])
def test_without_a_proper_opinion_nothing_is_signed_and_the_typed_text_stays(client, world, head, opinion):
    cases = waiting(world, 2)
    answer = sign(client, cases, opinion)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "审核补充意见" in answer.context["refused"]["sentence"]
    assert f">{opinion}</textarea>" in page
    assert [row["number"] for row in answer.context["going"]] == [case.number for case in cases]
    assert states(cases) == [("receiving_school", "sign")] * 2
    assert answer.context["batch"] == "batch-one"


def test_what_cannot_be_signed_with_the_others_falls_out_with_the_reason(client, world, head):
    green, refusing, problem, early, gone = waiting(world, 5)
    door.perform(refusing, "return_to_registrar", head, opinion="请再核对。")
    door.perform(
        refusing,
        "handle",
        world.registrar(world.first),
        opinion="监护人来校明确表示不再转学。",
        outcome="refuse",
        reason="guardian_objects",
    )
    student = int(problem.subject.partition(":")[2])
    ProblemRecord.objects.create(student_id=student, kind="id_duplicate", opened_at="2026-11-01T00:00+08:00")
    door.perform(early, "return_to_registrar", head, opinion="请再核对。")
    door.perform(gone, "withdraw", world.registrar(world.first), opinion="家长不再转学。")
    answer = check(client, [green, refusing, problem, early, gone, "ZX-2026-AAAAAAAA"])
    assert [row["number"] for row in answer.context["going"]] == [green.number]
    why = {row["number"]: row["why"] for row in answer.context["falling"]}
    assert why[refusing.number] == "学籍管理员拟办“不同意”，须打开单独核办。"
    assert "问题学籍" in why[problem.number]
    assert why[early.number] == "须先由学籍管理员办理，再由负责人核办。"
    assert why[gone.number] == "这件业务已撤销，不能再核办。"
    assert why["ZX-2026-AAAAAAAA"] == "没有这件业务，或不在你的权限范围内。"
    signed, failed = outcome(client, sign(client, [green, refusing, problem]))
    assert signed == {green.number}
    assert set(failed) == {refusing.number, problem.number}


def test_another_stage_falls_out(client, world):
    incoming = world.decide(world.submitted(world.first, world.pupil(world.third)))
    outgoing = world.submitted(world.third, world.pupil(world.first))
    while outgoing.state != "sending_authority":
        outgoing = world.decide(outgoing)
    east = world.registrar(world.east)
    incoming = door.perform(incoming, "handle", east, opinion=OPINION, outcome="agree")
    outgoing = door.perform(outgoing, "handle", east, opinion=OPINION, outcome="agree")
    client.force_login(world.head(world.east))
    answer = check(client, [incoming, outgoing])
    assert [row["number"] for row in answer.context["going"]] == [incoming.number]
    (fallen,) = answer.context["falling"]
    assert fallen["why"] == "与其余业务不在同一环节（转入主管部门），请另行核办。"


def test_a_case_changed_meanwhile_fails_alone_and_is_named(client, world, head):
    cases = waiting(world)
    moved = cases[1]
    door.perform(moved, "return_to_registrar", head, opinion="请再核对。")
    door.perform(moved, "handle", world.registrar(world.first), opinion=OPINION, outcome="agree")
    signed, failed = outcome(client, sign(client, cases))
    assert signed == {cases[0].number, cases[2].number}
    assert "页面已更新" in failed[moved.number]
    assert states([moved]) == [("receiving_school", "sign")]
    page = client.get(sign(client, cases).url).content.decode()
    assert moved.number in page


def test_the_same_request_twice_decides_once(client, world, head):
    cases = waiting(world, 2)
    first = outcome(client, sign(client, cases))
    again = outcome(client, sign(client, cases))
    assert first == again
    assert Act.objects.filter(verb="sign").count() == 2


def test_the_handler_cannot_sign_in_bulk_either(client, world):
    """R0.5: one person with two accounts, registrar through the one, lent head through the other."""
    from datetime import date

    from orgs.people.models import Delegation, Post

    case = waiting(world, 1)[0]
    registrar = world.registrar(world.first)
    post = Post.objects.get(account=world.head(world.first))
    Delegation.objects.create(
        post=post, account=registrar, valid_from=date(2020, 1, 1), valid_until=date(2100, 1, 1), reason="出差"
    )
    client.force_login(registrar)
    answer = check(client, [case])
    assert answer.context["going"] == []
    assert "办理与核办不能是同一人" in answer.context["falling"][0]["why"]
    signed, failed = outcome(client, sign(client, [case]))
    assert signed == set()
    assert case.number in failed


def test_one_without_a_heads_post_gets_no_such_page(client, world):
    cases = waiting(world, 1)
    client.force_login(world.registrar(world.first))
    assert check(client, cases).status_code == 404
    assert sign(client, cases).status_code == 404
    assert states(cases) == [("receiving_school", "sign")]


def test_another_units_head_reads_the_same_as_for_a_case_that_does_not_exist(client, world):
    cases = waiting(world, 1)
    client.force_login(world.head(world.second))
    (line,) = check(client, cases).context["falling"]
    assert line["why"] == "没有这件业务，或不在你的权限范围内。"
    assert (line["name"], line["schools"], line["url"]) == ("", "", "")
    _, failed = outcome(client, sign(client, cases))
    assert set(failed) == {cases[0].number}
    assert states(cases) == [("receiving_school", "sign")]


def test_a_unit_above_sees_but_does_not_sign(client, world):
    cases = waiting(world, 1)
    client.force_login(world.head(world.league))
    _, failed = outcome(client, sign(client, cases))
    assert "你没有这个岗位" in failed[cases[0].number]


def test_more_than_the_limit_is_told_not_dropped_silently(client, world, head):
    numbers = [f"ZX-2026-{n:08d}" for n in range(55)] + [waiting(world, 1)[0].number]
    answer = check(client, numbers)
    assert answer.context["left_out"] == 6
    assert "另有 6 件没有列入" in answer.content.decode()


def test_a_result_can_be_looked_at_again_but_only_in_this_session(client, world, head):
    answer = sign(client, waiting(world, 1))
    for _ in range(2):
        assert client.get(answer.url).status_code == 200
    client.force_login(world.head(world.second))
    assert client.get(answer.url).url == "/worklist/?tab=sign"


def test_the_phrases_of_the_head_and_the_unit_are_offered(client, world, head):
    QuickPhrase.objects.create(account=head, text="我的短语，同意。")
    QuickPhrase.objects.create(unit=world.first, text="本校短语，同意。")
    QuickPhrase.objects.create(unit=world.second, text="别校短语，同意。")
    offered = check(client, waiting(world, 1)).context["phrases"]
    assert offered[:2] == ["我的短语，同意。", "本校短语，同意。"]
    assert "别校短语，同意。" not in offered


@pytest.mark.parametrize(
    "chosen", [[], ["x"], ["ZX-2026-AAAAAAAA@-1"], ["@"], ["ZX-2026-AAAAAAAA@99999999999"], ["\x00@1"]]
)
def test_a_forged_choice_breaks_nothing(client, world, head, chosen):
    answer = client.post("/worklist/bulk/sign/", {"case": chosen, "opinion": OPINION, "batch": "\x00'" * 400})
    assert outcome(client, answer) == (set(), {})
    assert client.post("/worklist/bulk/", {"case": chosen}).status_code in (200, 302)


def test_looking_is_not_signing(client, world, head):
    assert client.get("/worklist/bulk/").status_code == 405
    assert client.get("/worklist/bulk/sign/").status_code == 405
