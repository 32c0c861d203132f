"""学籍是入学的结果，不是前提条件: nothing here can refuse enrolment, and the screens say so where one would be tempted
to (R0.1)."""

import inspect
import re

import pytest

from reviews.engine.models import Case
from reviews.rulebook import notice_values
from reviews.rulebook.models import RefusalReason
from reviews.rulebook.notice_values import POST_GRADUATION, TRANSFERS
from students.pupil.models import Enrolment
from students.pupil.records import current_number
from tests.world import World
from transfers.moving import rules
from transfers.moving.models import TransferReason

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R0.1")]

# What a school would say if the record were a condition of admission, or if other papers could be asked for.
TEMPTATIONS = re.compile(
    "录取|招生|招收|名额|学位|班额|满员|(?<!转)入学|接收条件|资格|划片|片区|分数|成绩|借读|房产|社保|户口|户籍|居住证|"
    "预防接种|合同|材料不齐|证件不全|未缴|学费|拒绝"
)


def test_the_closed_list_of_reasons_is_the_reviewed_one_and_none_rests_on_admission_or_papers(world):
    rows = RefusalReason.objects.filter(kinds__overlap=TRANSFERS)
    assert set(rows.values_list("outcome", "code")) == {
        ("refuse", "not_our_pupil"),
        ("refuse", "guardian_objects"),
        ("refuse", "reason_untrue"),
        ("refuse", "wrong_school"),
        ("send_back", "proof_unreadable"),
        ("send_back", "reason_mistaken"),
        ("send_back", "class_mistaken"),
    }
    texts = list(rows.values_list("text", flat=True))
    texts += [text for _, text in notice_values.PHRASES]
    for text in texts:
        assert not TEMPTATIONS.search(text), text


@pytest.mark.rule("R3.3", "R3.4")
def test_a_graduate_was_recruited_first_so_only_whether_that_happened_may_be_asked(world):
    """毕业后跨省就学 follows a recruitment (四.3): that it took place is a fact of the case, and no more than that."""
    rows = RefusalReason.objects.filter(kinds__contains=[POST_GRADUATION])
    assert set(rows.values_list("outcome", "code")) == {
        ("refuse", "grad_not_local"),
        ("refuse", "grad_guardian_declines"),
        ("refuse", "grad_wrong_school"),
        ("refuse", "grad_reported_here"),
        ("refuse", "grad_not_admitted"),
        ("refuse", "grad_conditions"),
        ("send_back", "grad_proof_unreadable"),
        ("send_back", "grad_school_mistaken"),
        ("send_back", "grad_class_mistaken"),
    }
    tempting = {
        row.code: {stage.split("_")[0] for stage in row.stages}
        for row in rows
        if TEMPTATIONS.search(row.text)
    }
    assert tempting == {"grad_reported_here": {"graduation"}, "grad_not_admitted": {"receiving"}}


def test_no_guard_asks_for_admission_or_for_papers_beyond_the_reason_proof(world):
    guards = dict.fromkeys((*rules.SUBMIT, *rules.COMPLETE))
    names = {guard.__name__ for guard in guards}
    assert names == {
        "schools_exist", "has_school", "other_school", "right_kind", "no_other_case", "no_problem",
        "not_suspended", "status_allows", "grade_offered", "not_graduating", "still_at_sending_school",
        "reason_chosen", "grade_and_class", "proof_attached",
            "chosen_grade_offered", "change_explained", "nine_years", "must_graduate", "phase_change", "repeats_grade",
            "repeat_allowed",
    }  # fmt: skip
    for guard in guards:
        sentence = inspect.getclosurevars(guard).nonlocals["sentence"]
        # Where a graduate is taken in is told, not made a condition.
        sentence = sentence.replace("招生或毕业后跨省就学", "")
        assert not TEMPTATIONS.search(sentence), sentence


def test_a_pupil_who_already_attends_elsewhere_or_nowhere_can_always_be_applied_for(world):
    for status in ("enrolled", "abroad", "left_other", "withdrawn", "expelled"):
        case = world.submitted(world.first, world.pupil(world.third, status=status))
        assert case.state == "receiving_school"


@pytest.mark.parametrize("status", ["enrolled", "suspended", "deceased"])
def test_the_pre_flight_says_it_beside_the_obstacles(client, world, status):
    pupil = world.pupil(world.third, status=status)
    client.force_login(world.registrar(world.first))
    found = client.post("/transfers/new/", {"number": current_number(pupil), "name": pupil.name})
    page = client.get(found.headers["Location"]).content.decode()
    assert "不得以学籍没有转来为由拒绝学生入学" in page
    assert "学生可先入班就读，学籍随后办理" in page
    assert "正文一" in page


def test_in_the_closed_season_too_the_pre_flight_says_that_the_child_may_attend(client, world):
    from tests.clock import frozen, shanghai

    with frozen(shanghai(2026, 7, 20, 9)):
        world = World(now=shanghai(2026, 7, 20, 9))
        pupil = world.pupil(world.third)
        client.force_login(world.registrar(world.first))
        found = client.post("/transfers/new/", {"number": current_number(pupil), "name": pupil.name})
        page = client.get(found.headers["Location"]).content.decode()
    assert "暂停发起" in page
    assert "学生可先入班就读，学籍随后办理" in page


def test_everyone_who_could_refuse_reads_it_beside_the_button_and_in_the_panel(client, world):
    case = world.submitted(world.first, world.pupil(world.third))
    while case.is_live:
        case = Case.objects.select_related("holder").get(pk=case.pk)
        clerk = (world.head if case.awaiting == "sign" else world.registrar)(case.holder)
        client.force_login(clerk)
        page = client.get(f"/cases/{case.number}/")
        assert "不得以学籍状态、学籍是否已转到为由拒绝入学" in page.content.decode()
        panels = [p for p in page.context["decision"]["panels"] if p["outcome"] == "refuse"]
        assert panels
        for panel in panels:
            assert "不能因此拒绝学生入学（正文 一）" in panel["intro"]
            assert panel["intro"] in page.content.decode()
        case = world.decide(case)


def test_a_refused_transfer_changes_nothing_about_the_child_and_says_so(client, world):
    pupil = world.pupil(world.third)
    case = world.decide(world.submitted(world.first, pupil))
    case = world.decide(case, "refuse", "reason_untrue", "经核对证明与申报原因不一致，不同意。")
    pupil.refresh_from_db()
    assert (pupil.school, pupil.status) == (world.third, "enrolled")
    assert Enrolment.objects.get(student=pupil).period.upper is None
    client.force_login(world.registrar(world.first))
    assert "学生在校就读不受影响" in client.get(f"/cases/{case.number}/").content.decode()


def test_no_reason_for_a_transfer_is_a_condition(world):
    for reason in TransferReason.objects.all():
        assert not re.search("录取|招生|分数|成绩|资格", reason.name), reason.name
