"""A changed grade (R4.3): a reason, nine years in all, and the receiving authority's own word; else the pupil's own."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from ledger.models import AuditEntry
from orgs.people.school_system import SchoolSystemPeriod
from reviews.engine import door
from reviews.engine.models import Case
from reviews.rulebook.models import QuickPhrase
from students.pupil.grades import cohort_of, nominal_grade
from students.pupil.models import Enrolment, SchoolClass, Student
from tests.api import Program, refusal
from tests.clock import frozen, shanghai
from tests.refusals import refused
from tests.world import World, png, rewritten
from transfers.moving import drafting
from transfers.moving.models import Transfer, TransferReason

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R4.3")]
WHY = "家长和学生要求从低一年级读起"
CONSENT = "经核对学籍和学力，同意该生编入三年级就读。"


@pytest.fixture
def pupil(world):
    return world.pupil(world.third, grade=4)


def sent(world, pupil, grade_to=3, reason=WHY, school=None):
    return world.submitted(school or world.first, pupil, grade_to=grade_to, grade_reason=reason)


def at_authority(world, pupil, **chosen):
    """A changed grade that waits at the receiving authority."""
    return world.decide(sent(world, pupil, **chosen))


# ---------------------------------------------------------------- sending


def test_another_grade_needs_a_written_reason(world, pupil):
    for reason in ("", " ", "　\n", "低"):
        draft = world.draft(world.first, pupil, grade_to=3, grade_reason=reason)
        with refused("change_explained", match="须写明变更年级的理由（2–200 字）") as caught:
            door.perform(draft, "submit", world.registrar(world.first), opinion="情况属实，申请转入。")
        assert caught.value.clause == "附件1 四.2"
        assert "该生应读四年级，所选为三年级" in caught.value.sentence
        assert world.east.name in caught.value.sentence
    assert sent(world, pupil, reason="学力").state == "receiving_school"


@pytest.mark.parametrize(("grade_to", "told"), [(5, "= 8 年"), (6, "= 7 年")])
def test_a_grade_further_up_is_refused_with_the_sum(world, pupil, grade_to, told):
    draft = world.draft(world.first, pupil, grade_to=grade_to, grade_reason="学生学力较强")
    with refused("nine_years", match="不足九年") as caught:
        door.perform(draft, "submit", world.registrar(world.first), opinion="情况属实，申请转入。")
    assert "已读 3 年 + 转入" in caught.value.sentence
    assert told in caught.value.sentence
    assert caught.value.clause == "附件1 四.2"


def test_who_has_repeated_a_year_may_enter_the_grade_above(world, pupil):
    # Held back a year: in grade 3 now, three years done.
    row = SchoolClass.objects.get(school=world.third, cohort=pupil.cohort + 1)
    rewritten(Student.objects.filter(pk=pupil.pk), cohort=row.cohort, school_class=row)
    pupil.refresh_from_db()
    assert sent(world, pupil, grade_to=4, reason="曾留级一年，学力已达四年级").state == "receiving_school"


def test_a_fifth_grader_of_the_5_4_system_is_told_the_sum_into_grade_seven(world):
    five = world.school("五四制小学", world.west, 1, 5, "5-4")
    nine = world.school("九年一贯制学校", world.east, 1, 9, "nine")
    pupil = world.pupil(five, grade=5)
    draft = world.draft(nine, pupil, grade_to=7, grade_reason="家长要求直接读初中")
    with refused("nine_years") as caught:
        door.perform(draft, "submit", world.registrar(nine), opinion="情况属实，申请转入。")
    assert "已读 4 年 + 转入七年级（初中）至九年级（初中） 3 年 = 7 年，不足九年" in caught.value.sentence


def test_in_senior_secondary_there_is_no_sum_but_reason_and_consent(world):
    twelve, high = (
        world.school(name, authority, 10, 12, "twelve")
        for name, authority in (("甲高中", world.west), ("乙高中", world.east))
    )
    pupil = world.pupil(twelve, grade=10)
    draft = world.draft(high, pupil, grade_to=11, grade_reason="")
    with refused("change_explained", match="该生应读高一，所选为高二，须写明变更年级的理由"):
        door.perform(draft, "submit", world.registrar(high), opinion="情况属实，申请转入。")
    case = at_authority(world, pupil, grade_to=11, reason="已修完高一课程", school=high)
    with refused("note_wanted", match="用自己的话写明同意变更年级的意见"):
        world.decide(case)


def test_a_grade_that_the_school_does_not_have_cannot_be_chosen(world):
    small = world.school("一至五年级小学", world.east, 1, 5)
    draft = world.draft(small, world.pupil(world.third, grade=5), grade_to=5)
    Transfer.objects.filter(case=draft).update(grade_to=6, grade_reason="家长要求")
    with refused("grade_and_class") as caught:
        door.perform(draft, "submit", world.registrar(small), opinion="情况属实，申请转入。")
    assert caught.value.code in ("grade_and_class", "chosen_grade_offered")


# ---------------------------------------------------------------- the authority's own word


@pytest.mark.parametrize(
    "opinion",
    [
        "情况属实，同意办理。",
        "同意。",
        "同意变更年级",
        "情况属实，同意办理。情况属实，同意转入。",
        "情况属实同意办理，同意变更",
        "单位自己的常用短语同意变更年级",
        "我自己的常用短语同意变更到低年级",
    ],
)
def test_a_phrase_or_a_word_is_not_the_authoritys_own_word(world, pupil, opinion):
    everyone = QuickPhrase.objects.filter(account=None, unit=None).values_list("text", flat=True)
    assert "情况属实，同意办理。" in everyone
    QuickPhrase.objects.create(unit=world.east, text="单位自己的常用短语，同意变更年级！")
    for account in (world.registrar(world.east), world.head(world.east)):
        QuickPhrase.objects.create(account=account, text="我自己的常用短语：同意变更到低年级。")
    case = at_authority(world, pupil)
    with refused("note_wanted") as caught:
        door.perform(case, "handle", world.registrar(world.east), opinion=opinion, outcome="agree")
    assert "写明同意变更年级的意见，不少于 10 字，常用短语不算" in caught.value.sentence
    assert f"理由：{WHY}" in caught.value.sentence
    assert caught.value.clause == "附件1 四.2"
    case = door.perform(case, "handle", world.registrar(world.east), opinion=CONSENT, outcome="agree")
    with refused("note_wanted", match="写明同意变更年级的意见"):
        door.perform(case, "sign", world.head(world.east), opinion=opinion, outcome="agree")
    assert door.perform(case, "sign", world.head(world.east), opinion=CONSENT, outcome="agree").state == (
        "sending_school"
    )


def test_other_units_and_other_outcomes_need_no_note(world, pupil):
    case = sent(world, pupil)
    case = world.decide(case)  # the receiving school's head signs as always
    back = world.decide(case, "send_back", "proof_unreadable", "看不清，请重拍。")
    assert back.state == "correction"
    case = world.decide(back)
    case = world.decide(case, opinion=CONSENT)
    assert world.finish(case).state == "completed"


def test_where_one_authority_stands_on_both_sides_it_says_so_where_it_decides(world):
    pupil = world.pupil(world.second, grade=4)
    case = world.decide(world.decide(sent(world, pupil)))
    assert (case.state, case.holder) == ("sending_authority", world.east)
    with refused("note_wanted", match="用自己的话写明"):
        world.decide(case)
    assert world.decide(case, opinion=CONSENT).state == "completed"


def test_the_league_says_so_where_it_runs_the_school(world):
    case = world.decide(sent(world, world.pupil(world.third), school=world.league_school))
    assert case.holder == world.league
    with refused("note_wanted", match="用自己的话写明"):
        world.decide(case)
    assert world.decide(case, opinion=CONSENT).state == "sending_school"


def test_a_case_without_a_changed_grade_is_signed_as_always(world, pupil):
    assert world.finish(world.submitted(world.first, pupil)).state == "completed"


def test_bulk_sign_off_leaves_it_out_and_says_why(world, client):
    cases = [
        at_authority(world, world.pupil(world.third)),
        world.decide(world.submitted(world.first, world.pupil(world.third))),
    ]
    for case, opinion in zip(cases, (CONSENT, "情况属实，同意转入。"), strict=True):
        door.perform(case, "handle", world.registrar(world.east), opinion=opinion, outcome="agree")
    head = world.head(world.east)
    client.force_login(head)
    page = client.post("/worklist/bulk/", {"case": [case.number for case in cases]}).content.decode()
    assert "同意变更年级的意见" in page
    assert "请打开单独核办" in page
    now = [Case.objects.get(pk=case.pk) for case in cases]
    chosen = [f"{case.number}@{case.revision}" for case in now]
    client.post("/worklist/bulk/sign/", {"case": chosen, "opinion": CONSENT, "batch": "one"})
    assert [Case.objects.get(pk=c.pk).state for c in cases] == ["receiving_authority", "sending_school"]


def test_the_case_page_says_above_the_opinion_what_must_be_written_and_why(world, pupil, client):
    case = at_authority(world, pupil)
    for account, told in ((world.registrar(world.east), True), (world.registrar(world.west), False)):
        client.force_login(account)
        page = client.get(f"/cases/{case.number}/").content.decode()
        box = re.search(r'id="opinion-note">(.*?)</div></div>', page, re.S)
        assert bool(box) == told
        assert WHY in page
        if told:
            assert "该生应读四年级，申请变更为三年级入读" in box[1]
            assert "用自己的话写明同意变更年级的意见，不少于 10 字，常用短语不算" in box[1]
            assert "附件1 四.2" in box[1]
            assert page.index('id="opinion-note"') < page.index('id="opinion" name="opinion"')


def test_the_box_stands_for_the_head_too_and_not_at_the_school(world, pupil, client):
    case = sent(world, pupil)
    client.force_login(world.head(world.first))
    assert 'id="opinion-note"' not in client.get(f"/cases/{case.number}/").content.decode()
    case = world.decide(case)
    door.perform(case, "handle", world.registrar(world.east), opinion=CONSENT, outcome="agree")
    client.force_login(world.head(world.east))
    answer = client.post(
        f"/cases/{case.number}/sign/",
        {
            "opinion": "同意。",
            "outcome": "agree",
            "revision": Case.objects.get(pk=case.pk).revision,
            "key": "one-showing-of-the-form",
            "next": "",
        },
    )
    assert answer.status_code == 422
    assert 'id="opinion-note"' in answer.content.decode()
    assert ">同意。</textarea>" in answer.content.decode()


# ---------------------------------------------------------------- what moves


def test_on_completion_the_pupil_belongs_to_the_grade_entered_and_the_trail_tells_both(world, pupil):
    was = pupil.cohort
    case = world.finish(sent(world, pupil), opinion=CONSENT)
    assert case.state == "completed"
    moved = Student.objects.get(pk=pupil.pk)
    assert (moved.cohort, nominal_grade(moved.cohort, world.today)) == (was + 1, 3)
    assert moved.school_class == SchoolClass.objects.get(school=world.first, cohort=was + 1)
    old, new = Enrolment.objects.filter(student=pupil).order_by("period")
    assert (old.grade_out, new.grade_in) == (4, 3)
    assert "四年级" in old.archive["grade"]
    body = AuditEntry.objects.filter(action="case.sign", subject=case.audit_subject).latest("seq").body
    assert (body["moved"]["cohort_was"], body["moved"]["cohort"]) == (was, was + 1)


def test_without_a_change_the_trail_speaks_of_no_cohort(world, pupil):
    case = world.finish(world.submitted(world.first, pupil))
    body = AuditEntry.objects.filter(action="case.sign", subject=case.audit_subject).latest("seq").body
    assert set(body["moved"]) == {"student", "closed", "opened"}
    assert Student.objects.get(pk=pupil.pk).cohort == pupil.cohort


@pytest.mark.rule("R3.2")
@pytest.mark.parametrize("status", ["abroad", "left_other", "withdrawn", "expelled"])
def test_the_status_is_kept_with_a_changed_grade_too_until_the_pupil_is_settled_in(world, status):
    from students.changes.status import settle_in

    pupil = world.pupil(world.third, grade=4, status=status)
    assert world.finish(sent(world, pupil), opinion=CONSENT).state == "completed"
    moved = Student.objects.get(pk=pupil.pk)
    assert (moved.status, nominal_grade(moved.cohort, world.today)) == (status, 3)
    settle_in(moved, world.registrar(world.first))
    assert Student.objects.get(pk=pupil.pk).status == "enrolled"


@pytest.mark.rule("R3.5c")
@pytest.mark.parametrize(("grade_to", "cohort_moves", "in_september"), [(4, 0, 5), (3, 1, 4)])
def test_a_case_that_runs_over_the_promotion_brings_the_pupil_into_its_class(
    grade_to, cohort_moves, in_september
):
    with frozen(shanghai(2027, 7, 10, 9)):
        world = World(now=shanghai(2027, 7, 10, 9))
        pupil = world.pupil(world.third, grade=4)
        reason = WHY if cohort_moves else ""
        case = world.decide(sent(world, pupil, grade_to=grade_to, reason=reason))
    with frozen(shanghai(2027, 9, 2, 9)):
        case = world.decide(case, opinion=CONSENT)
        assert world.finish(case).state == "completed"
    moved = Student.objects.select_related("school_class").get(pk=pupil.pk)
    assert moved.cohort == moved.school_class.cohort == pupil.cohort + cohort_moves
    new = Enrolment.objects.get(student=pupil, period__endswith__isnull=True)
    assert new.grade_in == in_september


def test_a_running_case_stays_green_for_bulk_over_the_promotion():
    with frozen(shanghai(2027, 7, 10, 9)):
        world = World(now=shanghai(2027, 7, 10, 9))
        case = world.submitted(world.first, world.pupil(world.third, grade=4))
    with frozen(shanghai(2027, 8, 16, 9)):
        client = Client()
        client.force_login(world.head(world.first))
        page = client.post("/worklist/bulk/", {"case": [case.number]}).content.decode()
    assert "请选择转入年级和班级" not in page


def test_a_draft_that_lay_over_the_promotion_follows_the_pupil_when_it_is_saved():
    with frozen(shanghai(2027, 7, 10, 9)):
        world = World(now=shanghai(2027, 7, 10, 9))
        pupil = world.pupil(world.third, grade=4)
        case = world.draft(world.first, pupil)
    with frozen(shanghai(2027, 8, 16, 9)):
        clerk = world.registrar(world.first)
        with refused("grade_and_class", match="该生应读五年级"):
            door.perform(case, "submit", clerk, opinion="情况属实，申请转入。")
        client = Client()
        client.force_login(clerk)
        page = client.get(reverse("transfer-edit", args=[case.number])).content.decode()
        assert '<option value="5" selected>五年级（该生应读）</option>' in page
        answer = client.post(reverse("transfer-edit", args=[case.number]), posted(case, grade_to=5))
        assert answer.status_code == 303, answer.content.decode()
        transfer = Transfer.objects.get(case=case)
        assert (transfer.grade_from, transfer.grade_to, transfer.grade_reason) == (5, 5, "")


# ---------------------------------------------------------------- the day that matters


def test_the_system_in_force_on_the_day_of_submission_judges():
    with frozen(shanghai(2027, 8, 31, 9)):
        world = World(now=shanghai(2027, 8, 31, 9))
        SchoolSystemPeriod.objects.create(
            school=world.first,
            school_system="5-4",
            lowest_grade=1,
            highest_grade=5,
            valid_from=world.today + timedelta(days=1),
            source="旗政办发〔2027〕12号",
        )
        first, second = (world.pupil(world.third, grade=6) for _ in range(2))
        late = world.draft(world.first, second)
        case = world.submitted(world.first, first)
    with frozen(shanghai(2027, 9, 1, 0)):
        assert world.finish(case).state == "completed"
        with refused("must_graduate", match="该生在毕业年级（六年级），还没有毕业"):
            door.perform(late, "submit", world.registrar(world.first), opinion="情况属实，申请转入。")


# ---------------------------------------------------------------- correction and copies


def test_once_the_authority_has_agreed_the_grade_cannot_be_changed_behind_its_back(world, pupil):
    case = world.decide(at_authority(world, pupil), opinion=CONSENT)
    case = world.decide(case, "send_back", "proof_unreadable", "第一张看不清，请重拍。")
    assert case.state == "correction"
    clerk = world.registrar(world.first)
    same = kept(case)
    other = SchoolClass.objects.get(school=world.first, cohort=cohort_of(2, world.today))
    for wrong in (
        {"grade_to": 2, "school_class": other},
        {"grade_reason": "另一个理由"},
        {
            "grade_to": 4,
            "grade_reason": "",
            "school_class": SchoolClass.objects.get(school=world.first, cohort=pupil.cohort),
        },
    ):
        with refused("grade_consented", match="已就入读年级签署同意意见") as caught:
            drafting.change(case, clerk, **same | wrong)
        assert world.east.name in caught.value.sentence
    second = SchoolClass.objects.create(
        school=world.first, phase="primary", cohort=same["school_class"].cohort, number=2
    )
    drafting.change(case, clerk, **same | {"school_class": second})
    assert Transfer.objects.get(case=case).school_class == second


def test_before_the_authority_has_agreed_the_grade_can_be_put_right(world, pupil):
    case = world.decide(at_authority(world, pupil), "send_back", "proof_unreadable", "看不清，请重拍。")
    own = SchoolClass.objects.get(school=world.first, cohort=pupil.cohort)
    drafting.change(case, world.registrar(world.first), **kept(case) | {"grade_to": 4, "school_class": own})
    assert Transfer.objects.get(case=case).grade_reason == ""
    case = world.decide(case)
    assert world.finish(case).state == "completed"
    assert Student.objects.get(pk=pupil.pk).cohort == pupil.cohort


def kept(case) -> dict:
    """What the transfer says, as the form would send it again."""
    transfer = Transfer.objects.select_related("reason", "school_class").get(case=case)
    return {
        "reason": transfer.reason,
        "reason_note": "",
        "grade_to": transfer.grade_to,
        "grade_reason": transfer.grade_reason,
        "school_class": transfer.school_class,
    }


def test_a_copy_carries_the_changed_grade_with_its_reason(world, pupil):
    case = at_authority(world, pupil)
    case = world.decide(case, "refuse", "reason_untrue", "经核对证明与申报原因不一致，不同意。")
    made = drafting.copy_as_new(case, world.registrar(world.first), world.now)
    transfer = Transfer.objects.get(case=made)
    assert (transfer.grade_to, transfer.grade_reason) == (3, WHY)
    assert transfer.school_class.cohort == pupil.cohort + 1


# ---------------------------------------------------------------- form and program


def posted(case, **changes) -> dict:
    """What the page would send."""
    case = Case.objects.get(pk=case.pk)
    transfer = Transfer.objects.get(case=case)
    return {
        "reason": TransferReason.objects.get(key="house").pk,
        "reason_note": "",
        "school_class": transfer.school_class_id or "",
        "opinion": "情况属实，申请转入。",
        "revision": case.revision,
        "key": f"key-{case.revision}",
        "action": "save",
        **changes,
    }


@pytest.fixture
def clerk(world, client):
    client.force_login(world.registrar(world.first))
    return client


def test_the_form_takes_another_grade_with_its_reason_and_its_class(world, pupil, clerk):
    case = world.draft(world.first, pupil)
    lower = SchoolClass.objects.get(school=world.first, cohort=pupil.cohort + 1)
    address = reverse("transfer-edit", args=[case.number])
    answer = clerk.post(address, posted(case, grade_to=3, school_class=lower.pk))
    assert answer.status_code == 303
    page = clerk.get(address).content.decode()
    assert '<option value="3" selected>三年级</option>' in page or "三年级" in page
    assert "须写明变更年级的理由" in page
    answer = clerk.post(
        address, posted(case, grade_to=3, school_class=lower.pk, grade_reason=WHY, action="send")
    )
    assert answer.status_code == 303, answer.content.decode()
    transfer = Transfer.objects.get(case=case)
    assert (transfer.grade_from, transfer.grade_to, transfer.grade_reason) == (4, 3, WHY)
    assert Case.objects.get(pk=case.pk).state == "receiving_school"


def test_a_class_of_the_old_grade_is_told_and_nothing_typed_is_lost(world, pupil, clerk):
    case = world.draft(world.first, pupil)
    address = reverse("transfer-edit", args=[case.number])
    answer = clerk.post(address, posted(case, grade_to=3, grade_reason=WHY))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "请从本校这一年级的班级中选择" in page
    assert f'value="{WHY}"' in page
    assert '<option value="3" selected>' in page


@pytest.mark.parametrize("wrong", ["0", "7", "13", "三", "3.0", "９", "-1", "9" * 40])
def test_a_grade_off_the_list_is_told_in_words(world, pupil, clerk, wrong):
    case = world.draft(world.first, pupil)
    answer = clerk.post(reverse("transfer-edit", args=[case.number]), posted(case, grade_to=wrong))
    assert answer.status_code == 422
    assert "请从本校开设的年级中选择（附件1 四.2）。" in answer.content.decode()


def test_a_reason_is_kept_only_where_the_grade_is_changed_and_is_not_too_long(world, pupil, clerk):
    case = world.draft(world.first, pupil)
    address = reverse("transfer-edit", args=[case.number])
    assert clerk.post(address, posted(case, grade_reason=WHY)).status_code == 303
    assert Transfer.objects.get(case=case).grade_reason == ""
    answer = clerk.post(address, posted(case, grade_reason="长" * 201))
    assert answer.status_code == 422
    assert "变更年级的理由最多 200 字" in answer.content.decode()


def test_a_program_changes_the_grade_by_the_same_rules(world, pupil):
    program = Program(world.registrar(world.first))
    case = drafting.begin(pupil, world.first, world.registrar(world.first), world.now)
    path = f"/cases/{case.number}/"
    lower = SchoolClass.objects.get(school=world.first, cohort=pupil.cohort + 1)
    upper = SchoolClass.objects.get(school=world.first, cohort=pupil.cohort - 1)

    def patch(status=200, **body):
        body.setdefault("revision", Case.objects.get(pk=case.pk).revision)
        answer = program.send("PATCH", path, body)
        assert answer.status_code == status, answer.content.decode()
        return answer.json()

    told = patch(reason="house", grade_to=3, school_class=lower.pk)["transfer"]
    assert (told["grade_from"], told["grade_to"], told["grade_reason"]) == (4, 3, "")
    assert "change_explained" in {check["code"] for check in told["checks"]}
    program.attach(case, png())
    assert (
        refusal(program.act(case, "submit", {"opinion": "情况属实，申请转入。"}))["code"]
        == "change_explained"
    )
    assert "请从本校开设的年级中选择" in str(patch(400, grade_to=9))
    assert "请从本校这一年级的班级中选择" in str(patch(400, grade_to=3, school_class=upper.pk))
    up = patch(grade_to=5, school_class=upper.pk, grade_reason="学力较强")["transfer"]
    assert "不足九年" in str(up["checks"])
    told = refusal(program.act(case, "submit", {"opinion": "情况属实，申请转入。"}))
    assert (told["code"], "= 8 年" in told["sentence"]) == ("nine_years", True)
    assert patch(grade_to=None, school_class=None)["transfer"]["grade_to"] == 4
    assert patch(grade_to=3, school_class=lower.pk, grade_reason=WHY)["transfer"]["grade_reason"] == WHY
    assert program.act(case, "submit", {"opinion": "情况属实，申请转入。"}).status_code == 200
    case = world.decide(Case.objects.get(pk=case.pk))
    county = Program(world.registrar(world.east))
    told = refusal(county.act(case, "handle", {"opinion": "同意。", "outcome": "agree"}))
    assert (told["code"], told["clause"]) == ("note_wanted", "附件1 四.2")
    assert county.act(case, "handle", {"opinion": CONSENT, "outcome": "agree"}).status_code == 200
