"""毕业后跨省就学 (R3.3): its own way in, its own windows and route, and 调档 at the end."""

import uuid
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from reviews.clock import sweeps
from reviews.engine import door, procedures
from reviews.engine.models import Case
from reviews.rulebook.notice_values import POST_GRADUATION
from reviews.vocabulary.states import State
from students.pupil.grades import cohort_of
from students.pupil.models import SchoolClass, Student
from students.pupil.records import current_number
from tests.clock import frozen, shanghai
from tests.refusals import refused, refuses
from tests.reviews.case_pages import says
from transfers.moving import drafting
from transfers.moving.models import Transfer, TransferReason
from transfers.offline import recording as offline

AUTUMN = shanghai(2026, 9, 14, 9)
pytestmark = [pytest.mark.django_db, pytest.mark.rule("R3.3"), pytest.mark.world_at(AUTUMN)]
NEW = "/graduates/new/"


@pytest.fixture
def clerk(world):
    client = Client()
    client.force_login(world.registrar(world.junior))
    return client


def check(client, pupil):
    """The page of the pupil looked up by number and name."""
    answer = client.post(NEW, {"number": current_number(pupil), "name": pupil.name})
    assert answer.status_code == 303, answer.content.decode()
    assert answer["Location"].startswith("/graduates/new/check/")
    return client.get(answer["Location"])


def start(client, page):
    return client.post(
        reverse("graduate-check"), {"pupil": page.context["key"], "school": page.context["school"].pk}
    )


# ---------------------------------------------------------------- the whole way


def test_from_its_own_menu_a_graduate_is_taken_in_and_the_record_moves_once_it_has_reported(world, clerk):
    pupil = world.graduate(world.abroad)
    page = check(clerk, pupil)
    assert not page.context["stopped"]
    case = Case.objects.get(number=start(clerk, page)["Location"].split("/")[2])
    assert case.kind == POST_GRADUATION
    school_class = SchoolClass.objects.get(school=world.junior, cohort=cohort_of(7, AUTUMN.date()))
    reason = TransferReason.objects.get(key="next_phase")
    form = clerk.get(reverse("transfer-edit", args=[case.number]))
    for told in ("毕业后跨省就学", "就学原因与班级", "证明材料（选填）"):
        assert says(form, told)
    sent = clerk.post(
        reverse("transfer-edit", args=[case.number]),
        {
            "reason": reason.pk,
            "grade_to": 7,
            "school_class": school_class.pk,
            "opinion": "本校已录取，申请就学。",
            "revision": case.revision,
            "key": str(uuid.uuid4()),
            "action": "send",
        },
    )
    assert sent.status_code == 303, sent.content.decode()
    case = Case.objects.get(pk=case.pk)
    assert case.stages == ["receiving_school", "receiving_authority", "graduation_authority", "awaiting_file"]
    done = world.filed(case)
    assert done.state == State.COMPLETED
    pupil.refresh_from_db()
    assert (pupil.school, pupil.school_class) == (world.junior, school_class)
    assert (pupil.status, pupil.graduated_on, pupil.cohort) == ("enrolled", None, school_class.cohort)


def test_the_school_of_graduation_takes_no_part_and_its_authority_decides(world):
    case = world.enrolling(world.junior, world.graduate(world.abroad))
    holders = []
    while case.state != State.AWAITING_FILE:
        holders.append(case.holder)
        case = world.decide(case)
    assert holders == [world.junior, world.east, world.zhangbei]
    assert procedures.of(case).unit_of(case, State.GRADUATION_AUTHORITY) == world.zhangbei.pk


def test_no_proof_is_asked_of_a_graduate(world):
    assert world.enrolling(world.junior, world.graduate(world.abroad)).attachments.count() == 0


@pytest.mark.rule("R4.3")
def test_a_graduate_of_a_five_year_primary_school_may_enter_grade_six(world, clerk):
    five = world.school("河北五年制小学", world.zhangbei, lowest=1, highest=5, system="5-4")
    pupil = world.graduate(five, grade=5)
    case = drafting.begin(pupil, world.first, world.registrar(world.first), AUTUMN, kind=POST_GRADUATION)
    assert Transfer.objects.get(case=case).grade_to == 6
    done = world.filed(world.enrolling(world.first, pupil))
    assert done.state == State.COMPLETED
    assert Student.objects.get(pk=pupil.pk).school_class == SchoolClass.objects.get(
        school=world.first, cohort=cohort_of(6, AUTUMN.date())
    )


@pytest.mark.rule("R0.4")
def test_a_graduate_taken_in_offline_is_started_as_an_enrolment(world):
    record = world.taken_in(world.junior, world.graduate(world.abroad))
    case = offline.start(record, world.registrar(world.junior), AUTUMN)
    assert (case.kind, case.state) == (POST_GRADUATION, State.DRAFT)


# ---------------------------------------------------------------- who may not


def test_only_a_graduate_goes_this_way(world, clerk):
    page = check(clerk, world.pupil(world.abroad, grade=6))
    assert page.context["stopped"]
    assert says(page, "只有学籍状态为“毕业”的学生可以办理毕业后跨省就学，该生现为“在校”")
    refuses(start(clerk, page), 409, "只有学籍状态为“毕业”的学生可以办理毕业后跨省就学")


def test_a_graduate_does_not_go_by_transfer_and_is_told_the_way(world, clerk):
    pupil = world.graduate(world.abroad)
    clerk.post("/transfers/new/", {"number": current_number(pupil), "name": pupil.name})
    page = clerk.get(f"/transfers/new/check/?school={world.junior.pk}")
    assert page.context["stopped"]
    assert says(page, "毕业后跨省就学办理")


def test_a_graduate_of_the_own_province_is_recruited_not_enrolled_this_way(world, clerk):
    page = check(clerk, world.graduate(world.second))
    assert page.context["stopped"]
    assert says(page, "不适用毕业后跨省就学；请按招生办理")


def test_the_same_school_does_not_start_twice_for_one_pupil(world, clerk):
    pupil = world.graduate(world.abroad)
    case = world.enrolling(world.junior, pupil)
    page = check(clerk, pupil)
    assert page.context["stopped"]
    assert says(page, f"本校已为该生发起过毕业后跨省就学（{case.number}")
    with refused("not_started_twice", match="同一学校不能重复发起"):
        world.enrolling(world.junior, pupil)


def test_another_school_is_told_by_whom_the_pupil_is_being_taken_in(world):
    pupil = world.graduate(world.abroad)
    world.enrolling(world.junior, pupil)
    other = world.school("示例第二中学", world.west, lowest=7, highest=9)
    with refused(
        "no_other_case", match="该生有另一件业务在办（毕业后跨省就学，2026年9月14日由示例初级中学发起"
    ):
        world.enrolling(other, pupil)


# ---------------------------------------------------------------- when


@pytest.mark.rule("R3.5")
@pytest.mark.parametrize(
    ("at", "open_"),
    [
        (shanghai(2026, 8, 14, 23, 59), False),
        (shanghai(2026, 8, 15), True),
        (shanghai(2026, 12, 14, 23, 59), True),
        (shanghai(2026, 12, 15), False),
        (shanghai(2027, 2, 28, 23, 59), False),
        (shanghai(2027, 3, 1), True),
        (shanghai(2027, 5, 31, 23, 59), True),
        (shanghai(2027, 6, 1), False),
    ],
)
def test_it_is_started_within_its_two_windows_only(world, clerk, at, open_):
    pupil = world.graduate(world.abroad)
    with frozen(at):
        page = clerk.get(NEW)
        assert page.context["window"]["open"] is open_
        if open_:
            assert world.enrolling(world.junior, pupil).state == State.RECEIVING_SCHOOL
        else:
            with refused("window_closed"):
                world.enrolling(world.junior, pupil)
            draft = Case.objects.get(kind=POST_GRADUATION)
            assert draft.state == State.DRAFT


def test_a_case_begun_in_its_window_goes_on_after_it(world):
    with frozen(shanghai(2026, 12, 14, 20)):
        case = world.enrolling(world.junior, world.graduate(world.abroad))
    with frozen(shanghai(2026, 12, 16, 9)):
        assert world.filed(case).state == State.COMPLETED


# ---------------------------------------------------------------- copy


@pytest.mark.rule("R3.1b")
def test_a_lapsed_enrolment_is_copied_as_an_enrolment(client, world):
    pupil = world.graduate(world.abroad)
    case = world.awaited(world.enrolling(world.junior, pupil))
    with frozen(shanghai(2026, 10, 20, 9)):
        sweeps.run(shanghai(2026, 10, 20, 9))
        client.force_login(world.registrar(world.junior))
        page = client.get(reverse("case", args=[case.number]))
        assert says(page, "内没有调档，已于")
        client.post(reverse("transfer-copy", args=[case.number]))
        made = Case.objects.get(copied_from=case)
        assert (made.kind, made.state) == (POST_GRADUATION, State.DRAFT)
        transfer = Transfer.objects.get(case=made)
        assert (transfer.reason.key, transfer.grade_to) == ("next_phase", 7)
        assert transfer.school_class.school == world.junior
        assert says(client.get(reverse("case", args=[made.number])), f"复制自 {case.number}")
        assert says(client.get(reverse("case", args=[case.number])), f"已复制为 {made.number}")
        sent = door.perform(made, "submit", world.registrar(world.junior), opinion="学生已到校，再次申请。")
        assert sent.state == State.RECEIVING_SCHOOL
    assert transfer.grade_from == 6
    assert date(2026, 7, 10) == Student.objects.get(pk=pupil.pk).graduated_on
