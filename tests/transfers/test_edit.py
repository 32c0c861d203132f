"""A transfer in the hands of its receiving school: `/transfers/<number>/edit/` (R0.3, R0.6, R3.1b, R3.5, R4.3)."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from ledger.models import OutboxMessage
from reviews.engine import door
from reviews.engine.models import Act, AttachmentKind, Case
from reviews.evidence import proofs as evidence
from students.pupil.models import SchoolClass
from students.pupil.statuses import StudentStatus
from tests.clock import frozen, shanghai
from tests.refusals import refused, refuses
from tests.world import World, png
from transfers.moving import drafting
from transfers.moving.forms import LookupForm, TransferForm
from transfers.moving.models import Transfer, TransferReason

pytestmark = pytest.mark.django_db
OPINION = "情况属实，申请转入。"


@pytest.fixture
def clerk(world):
    return signed_in(world.registrar(world.first))


@pytest.fixture
def case(world):
    """A bare draft: nothing chosen, nothing uploaded."""
    pupil = world.pupil(world.third)
    return drafting.begin(pupil, world.first, world.registrar(world.first), world.now)


def signed_in(account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def address(case) -> str:
    return reverse("transfer-edit", args=[case.number])


def filled(world, case, **changes) -> dict:
    """What the page would send, all filled in."""
    case = Case.objects.get(pk=case.pk)
    student = Transfer.objects.get(case=case).student
    return {
        "reason": TransferReason.objects.get(key="house").pk,
        "reason_note": "",
        "school_class": SchoolClass.objects.get(school=case.receiving_unit_id, cohort=student.cohort).pk,
        "opinion": OPINION,
        "revision": case.revision,
        "key": f"key-{case.pk}-{case.revision}",
        "action": "send",
        **changes,
    }


def refusal_of(page) -> str:
    """The sentence that stands above the form."""
    return re.search(r'role="alert"[^>]*><div><strong>(.*?)</strong>', page.content.decode(), re.S)[1]


# ---------------------------------------------------------------- nothing else can be asked for


@pytest.mark.rule("R0.6")
def test_the_forms_and_the_record_hold_these_fields_and_no_other():
    assert set(LookupForm.base_fields) == {"number", "name", "school"}
    assert set(TransferForm.base_fields) == {
        "reason",
        "reason_note",
        "grade_to",
        "grade_reason",
        "school_class",
        "opinion",
        "revision",
        "key",
    }
    assert {field.name for field in Transfer._meta.get_fields()} == {
        "id",
        "case",
        "student",
        "receiving_school",
        "sending_school",
        "reason",
        "reason_note",
        "grade_from",
        "grade_to",
        "grade_reason",
        "school_class",
        # R3.6: whether the pupil has reported, asked of nobody's parents.
        "reported_on",
        "did_not_report",
        "reporting_by",
        # What a roll-back of 毕业后跨省就学 puts back (R4.4): kept by the program, typed by nobody.
        "graduated_on",
        "cohort_was",
        "phase_was",
        "class_was",
    }
    assert AttachmentKind.values == ["reason_proof"]


@pytest.mark.rule("R0.6")
def test_the_page_asks_for_these_inputs_and_no_other(world, clerk, case):
    page = clerk.get(address(case)).content.decode()
    main = page[page.index('<main id="main"') : page.index("</main>")]
    names = set(re.findall(r'<(?:input|textarea|select|button)\b[^>]*\bname="([^"]+)"', main))
    assert names == {
        "csrfmiddlewaretoken",
        "reason",
        "reason_note",
        "grade_to",
        "grade_reason",
        "school_class",
        "opinion",
        "revision",
        "key",
        "action",
        "file",
    }
    assert "不得要求家长提供其他材料" in page
    assert "内教基函〔2018〕6号 第一条" in page


@pytest.mark.rule("R0.6")
def test_whatever_else_is_sent_is_not_kept(world, clerk, case):
    clerk.post(
        address(case),
        filled(
            world, case, action="save", grade_from=6, sending_school=world.second.pk, student=1, household="x"
        ),
    )
    transfer = Transfer.objects.get(case=case)
    assert (transfer.grade_from, transfer.sending_school) == (4, world.third)


@pytest.mark.rule("R0.6")
def test_a_note_is_kept_only_for_the_reason_that_asks_for_one(world, clerk, case):
    clerk.post(address(case), filled(world, case, action="save", reason_note="父亲调动"))
    assert Transfer.objects.get(case=case).reason_note == ""
    other = TransferReason.objects.get(key="other").pk
    clerk.post(address(case), filled(world, case, action="save", reason=other, reason_note="搬迁安置"))
    assert Transfer.objects.get(case=case).reason_note == "搬迁安置"


# ---------------------------------------------------------------- draft


def test_a_draft_is_saved_half_filled_and_shows_what_is_missing(world, clerk, case):
    answer = clerk.post(
        address(case), filled(world, case, action="save", school_class="", opinion=""), follow=True
    )
    page = answer.content.decode()
    assert answer.redirect_chain[0][1] == 303
    assert "草稿已保存" in page
    assert "请选择转入年级和班级" in page
    assert "请上传 1–6 张转学原因证明" in page
    assert Transfer.objects.get(case=case).reason.key == "house"
    assert Case.objects.get(pk=case.pk).state == "draft"


@pytest.mark.rule("R3.1b")
def test_sending_too_early_names_every_obstacle_and_keeps_everything_typed(world, clerk, case):
    other = TransferReason.objects.get(key="other").pk
    answer = clerk.post(address(case), filled(world, case, reason=other, reason_note="", school_class=""))
    page = answer.content.decode()
    assert answer.status_code == 409
    for obstacle in ("写明具体说明", "应读四年级", "请上传 1–6 张转学原因证明"):
        assert obstacle in page
    assert OPINION in page
    assert re.search(rf'value="{other}"[^>]*checked', page)
    assert Case.objects.get(pk=case.pk).state == "draft"


@pytest.mark.rule("R0.3")
@pytest.mark.parametrize("opinion", ["", "  \u3000", "好", "\u200b\u200b\u200b", "长" * 501])
def test_without_a_proper_opinion_nothing_is_sent(world, clerk, opinion):
    case = world.draft(world.first, world.pupil(world.third))
    answer = clerk.post(address(case), filled(world, case, opinion=opinion))
    refuses(answer, 409, "最多 500 字" if len(opinion) > 500 else "请填写审核补充意见（2–500 字）")
    assert "审核补充意见" in refusal_of(answer)
    assert Case.objects.get(pk=case.pk).state == "draft"


@pytest.mark.rule("R4.3")
def test_the_grade_is_the_pupils_own_and_only_its_classes_are_offered(world, clerk, case):
    page = clerk.get(address(case)).content.decode()
    assert '<option value="4" selected>四年级（该生应读）</option>' in page
    groups = dict(re.findall(r'<optgroup label="([^"]+)">(.*?)</optgroup>', page, re.S))
    assert list(groups) == ["一年级", "二年级", "三年级", "四年级（该生应读）", "五年级", "六年级"]
    own = SchoolClass.objects.filter(
        school=world.first, cohort=Transfer.objects.get(case=case).student.cohort
    )
    options = re.findall(r'<option value="(\d+)"', groups["四年级（该生应读）"])
    assert {int(option) for option in options} == set(own.values_list("pk", flat=True))
    foreign = SchoolClass.objects.filter(school=world.first).exclude(pk__in=own).first()
    answer = clerk.post(address(case), filled(world, case, school_class=foreign.pk))
    assert answer.status_code == 422
    assert "请从本校这一年级的班级中选择" in answer.content.decode()
    assert OPINION in answer.content.decode()


@pytest.mark.parametrize("text", ["\x00", "𠅤" * 500, "<script>alert(1)</script>", "9" * 40, "-1", "１", "'"])
def test_hostile_text_in_any_field_is_answered_with_a_page(world, clerk, case, text):
    for name in (
        "reason",
        "reason_note",
        "grade_to",
        "grade_reason",
        "school_class",
        "opinion",
        "revision",
        "key",
        "action",
    ):
        answer = clerk.post(address(case), filled(world, case, **{name: text}))
        assert answer.status_code in (303, 409, 422), name
        assert "<script>alert" not in answer.content.decode()
    assert Case.objects.get(pk=case.pk).state == "draft"


def test_a_discarded_draft_is_withdrawn_and_the_pupil_free_again(world, clerk, case):
    answer = clerk.post(reverse("transfer-discard", args=[case.number]))
    assert answer.status_code == 303
    assert Case.objects.get(pk=case.pk).state == "withdrawn"
    assert clerk.get(address(case)).status_code == 303
    again = drafting.begin(
        Transfer.objects.get(case=case).student, world.first, world.registrar(world.first), world.now
    )
    assert again.pk != case.pk


# ---------------------------------------------------------------- who


def test_other_schools_and_offices_do_not_even_learn_of_the_draft(world, case):
    for unit in (world.second, world.third, world.east, world.league, world.zhangbei):
        client = signed_in(world.registrar(unit))
        for name in ("transfer-edit", "transfer-checks"):
            assert client.get(reverse(name, args=[case.number])).status_code == 404
        assert client.post(address(case), filled(world, case)).status_code == 404
        assert client.post(reverse("transfer-discard", args=[case.number])).status_code == 404
        proofs = client.post(reverse("transfer-proofs", args=[case.number]), {"file": png()})
        assert proofs.status_code == 404
    assert Case.objects.get(pk=case.pk).state == "draft"


def test_the_head_of_the_school_is_told_that_the_registrar_fills_it_in(world, case):
    page = signed_in(world.head(world.first)).get(address(case))
    assert page.status_code == 403
    assert "学籍管理员可以修改" in page.content.decode()


def test_what_has_been_sent_leads_to_its_own_page(world, clerk):
    case = world.submitted(world.first, world.pupil(world.third))
    answer = clerk.get(address(case))
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/cases/{case.number}/")
    assert clerk.post(address(case), filled(world, case)).status_code == 303
    assert clerk.post(reverse("transfer-discard", args=[case.number])).status_code == 303
    assert Case.objects.get(pk=case.pk).revision == case.revision


# ---------------------------------------------------------------- sending


@pytest.mark.rule("R1.8")
@pytest.mark.rule("R3.1")
@pytest.mark.parametrize("letter", ["L", "J", "G"])
def test_the_whole_transfer_runs_alike_for_every_letter(world, clerk, letter):
    """From the look-up in the browser to the moved record: an L, a J and a G holder read the same answers."""
    pupil = world.pupil(world.third, letter=letter)
    from students.pupil.records import current_number

    found = clerk.post("/transfers/new/", {"number": current_number(pupil), "name": pupil.name})
    made = clerk.post("/transfers/new/check/", {"pupil": str(pupil.key), "school": world.first.pk}).headers[
        "Location"
    ]
    case = Case.objects.get()
    proofs = clerk.post(reverse("transfer-proofs", args=[case.number]), {"file": png()})
    sent = clerk.post(made, filled(world, case))
    case = world.finish(Case.objects.get(pk=case.pk))
    pupil.refresh_from_db()
    assert [found.status_code, proofs.status_code, sent.status_code] == [303, 303, 303]
    assert (case.state, pupil.school) == ("completed", world.first)
    assert (
        list(Act.objects.filter(case=case).values_list("verb", flat=True))
        == ["submit", "sign"]
        + [
            "handle",
            "sign",
        ]
        * 3
    )


def test_sending_twice_with_one_key_is_one_act_and_the_same_answer(world, clerk):
    case = world.draft(world.first, world.pupil(world.third))
    typed = filled(world, case)
    answers = [clerk.post(address(case), typed) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].headers["Location"] == answers[1].headers["Location"] == f"/cases/{case.number}/"
    assert Act.objects.filter(case=case).count() == 1
    assert OutboxMessage.objects.filter(payload__case=case.pk).count() == 1


def test_a_change_by_a_colleague_meanwhile_is_told_and_nothing_typed_is_lost(world, clerk):
    case = world.draft(world.first, world.pupil(world.third))
    typed = filled(world, case, opinion="我写了很久的意见。")
    evidence.take_in(case, world.registrar(world.first), png())
    answer = clerk.post(address(case), typed)
    assert answer.status_code == 409
    assert "请核对后再提交" in refusal_of(answer)
    page = answer.content.decode()
    assert "我写了很久的意见。" in page
    fresh = int(re.search(r'name="revision" value="(\d+)"', page)[1])
    assert fresh == Case.objects.get(pk=case.pk).revision
    assert clerk.post(address(case), {**typed, "revision": fresh, "key": "second"}).status_code == 303
    assert Case.objects.get(pk=case.pk).state == "receiving_school"


@pytest.mark.rule("R3.1b")
def test_sent_back_it_is_corrected_here_and_goes_straight_to_the_unit_that_asked(world, clerk):
    case = world.decide(world.decide(world.submitted(world.first, world.pupil(world.third))))
    case = world.decide(case, "send_back", "proof_unreadable", "第一张看不清，请重拍。")
    page = clerk.get(address(case)).content.decode()
    assert f"{world.third.name}退回补正" in page
    assert "第一张看不清，请重拍。" in page
    clerk.post(reverse("transfer-proofs", args=[case.number]), {"file": png(colour=(1, 2, 3))})
    answer = clerk.post(address(case), filled(world, case, opinion="已重拍，请核对。"))
    case = Case.objects.get(pk=case.pk)
    assert answer.status_code == 303
    assert (case.state, case.awaiting) == ("correction", "sign")
    assert world.decide(case).state == "sending_school"


@pytest.mark.rule("R0.5")
def test_returned_by_its_own_head_the_registrar_handles_it_again(world, clerk):
    case = world.submitted(world.first, world.pupil(world.third))
    door.perform(case, "return_to_registrar", world.head(world.first), opinion="请换一张清楚的证明。")
    assert "重新办理" in clerk.get(address(case)).content.decode()
    answer = clerk.post(address(case), filled(world, case, opinion="已更换，请核办。"))
    case = Case.objects.get(pk=case.pk)
    assert answer.status_code == 303
    assert (case.state, case.awaiting) == ("receiving_school", "sign")


# ---------------------------------------------------------------- the window, to the microsecond (R3.5)

A_TICK = timedelta(microseconds=1)
YEAR = 2027
EDGES = [
    (shanghai(YEAR, 7, 15) - A_TICK, True),
    (shanghai(YEAR, 7, 15), False),
    (shanghai(YEAR, 8, 15) - A_TICK, False),
    (shanghai(YEAR, 8, 15), True),
]


@pytest.mark.rule("R3.5")
@pytest.mark.parametrize(("at", "open_"), EDGES, ids=lambda value: str(value))
def test_a_transfer_can_be_sent_up_to_the_freeze_and_from_its_end_on(at, open_):
    with frozen(at):
        world = World(now=at)
        case = world.draft(world.first, world.pupil(world.third))
        client = signed_in(world.registrar(world.first))
        page = client.get(address(case)).content.decode()
        answer = client.post(address(case), filled(world, case))
        case = Case.objects.get(pk=case.pk)
    if open_:
        assert answer.status_code == 303
        assert (case.state, case.submitted_at) == ("receiving_school", at)
    else:
        refuses(answer, 409, "每年7月15日零时至8月14日24时暂停发起")
        assert "草稿会保留" in refusal_of(answer)
        assert "8月15日" in refusal_of(answer)
        assert re.search(r'value="send" data-primary disabled', page)
        assert (case.state, case.submitted_at) == ("draft", None)


@pytest.mark.rule("R3.5")
def test_what_was_sent_before_the_freeze_goes_on_and_is_corrected_within_it():
    with frozen(shanghai(YEAR, 7, 14, 12)):
        world = World(now=shanghai(YEAR, 7, 14, 12))
        case = world.decide(world.submitted(world.first, world.pupil(world.third)))
    with frozen(shanghai(YEAR, 7, 16, 9)):
        case = world.decide(case, "send_back", "proof_unreadable", "看不清，请重拍。")
        client = signed_in(world.registrar(world.first))
        assert "暂停" not in refusals_in(client.get(address(case)))
        assert client.post(address(case), filled(world, case)).status_code == 303
        assert world.finish(Case.objects.get(pk=case.pk)).state == "completed"


def refusals_in(page) -> str:
    """The obstacles of the check-list."""
    return "".join(re.findall(r'<li class="bad">(.*?)</li>', page.content.decode(), re.S))


@pytest.mark.rule("R3.2")
@pytest.mark.parametrize("status", StudentStatus.values)
def test_every_status_either_transfers_and_is_kept_or_is_refused_in_words(world, clerk, status):
    case = world.draft(world.first, world.pupil(world.third, status=status))
    # Who has graduated is offered no class of the own year any more.
    over = status in ("graduated", "completed", "incomplete")
    answer = clerk.post(address(case), filled_without_class(world, case) if over else filled(world, case))
    case = Case.objects.get(pk=case.pk)
    if status in ("enrolled", "abroad", "left_other", "withdrawn", "expelled"):
        assert answer.status_code == 303
        assert world.finish(case).state == "completed"
        student = Transfer.objects.select_related("student").get(case=case).student
        assert (student.status, student.school) == (status, world.first)
    else:
        assert answer.status_code == 409
        told = refusal_of(answer)
        assert (
            (world.third.name in told and "复学" in told)
            if status == "suspended"
            else ("不能办理转学" in told)
        )
        assert case.state == "draft"


def test_the_draft_waits_for_its_class_where_the_school_has_none(world, clerk, case):
    SchoolClass.objects.filter(school=world.first).delete()
    page = clerk.get(address(case))
    assert page.status_code == 200
    answer = clerk.post(address(case), filled_without_class(world, case))
    refuses(answer, 409, "请选择转入年级和班级：原则上不变更年级，该生应读四年级")
    assert "班级" in refusals_in(answer)


def filled_without_class(world, case) -> dict:
    case = Case.objects.get(pk=case.pk)
    reason = TransferReason.objects.get(key="house").pk
    return {"reason": reason, "opinion": OPINION, "revision": case.revision, "key": "k", "action": "send"}


def test_the_door_itself_still_refuses_a_draft_without_proof(world, case):
    with refused("reason_chosen", match="请从所列原因中选择"):
        door.perform(case, "submit", world.registrar(world.first), opinion=OPINION)


@pytest.mark.rule("R0.6")
def test_a_correction_changes_what_was_sent_but_empties_nothing(world, clerk):
    case = world.decide(world.decide(world.submitted(world.first, world.pupil(world.third))))
    case = world.decide(case, "send_back", "proof_unreadable", "第一张看不清，请重拍。")
    for emptied in ("school_class", "reason"):
        answer = clerk.post(address(case), filled(world, case, **{emptied: ""}))
        refuses(answer, 409, "业务已发起，转学原因、年级和班级可以更正，不能清空；请选好后再保存")
        assert "不能清空" in refusal_of(answer)
    proof = case.attachments.get()
    script = {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest"}
    remove = reverse("transfer-proof-remove", args=[case.number, proof.key])
    assert clerk.post(remove, **script).json()["code"] == "proof_last"
    assert clerk.post(reverse("transfer-proofs", args=[case.number]), {"file": png()}).status_code == 303
    assert clerk.post(remove, **script).status_code == 200
    assert Case.objects.get(pk=case.pk).state == "correction"
