"""The case page: who holds the ball, what was decided and by whom, what each account can do there, and nothing more."""

import pytest

from ledger.models import AuditEntry
from orgs.people.models import PostRole
from reviews.engine import door
from reviews.engine.models import Act, Case, Step
from reviews.rulebook.models import CalendarDay
from reviews.vocabulary import clauses
from students.pupil import records
from tests.clock import frozen, shanghai
from tests.golden import assert_queries
from tests.refusals import refused
from tests.reviews.case_pages import AGREE, MONDAY, at_the_authority, look, post, says
from transfers.moving.models import Transfer

pytestmark = [pytest.mark.django_db, pytest.mark.world_at(MONDAY, stands=False)]


@pytest.fixture(autouse=True)
def monday():
    with frozen(MONDAY):
        yield


@pytest.fixture
def case(world):
    return at_the_authority(world)


def labels(answer):
    return [verb["label"] for verb in answer.context["verbs"]]


# ---------------------------------------------------------------- who holds the ball


def test_it_tells_who_holds_the_case_since_when_and_how_long_is_left(client, world, case):
    clerk = world.registrar(world.east)
    answer = look(client, clerk, case)
    ball = answer.context["ball"]
    assert ball["mine"]
    assert ball["unit"] == world.east.name
    assert clerk.person.name in ball["person"]
    assert (ball["since"], ball["due"]) == ("2026年11月23日", "2026年12月7日")
    assert ball["waited"] == "已等候 0 个工作日"
    assert answer.context["due"]["text"] == "还剩 10 个工作日"
    for told in ("在你这里", "2026年12月7日", "还剩 10 个工作日"):
        assert says(answer, told)


def test_the_other_side_reads_the_same_ball_but_not_as_its_own(client, world, case):
    with frozen(shanghai(2026, 11, 26, 9)):
        answer = look(client, world.registrar(world.third), case)
    assert not answer.context["ball"]["mine"]
    assert answer.context["ball"]["waited"] == "已等候 3 个工作日"
    assert answer.context["ball"]["waiting"] == "待办理"
    assert answer.context["decision"] is None


def test_a_unit_without_anyone_in_post_is_said_to_have_nobody(client, world, case):
    assert says(look(client, world.head(world.first), case), "学籍管理员（暂无人在岗）")


def test_the_strip_shows_each_stage_with_its_people_opinions_and_times(client, world, case):
    stages = look(client, world.registrar(world.east), case).context["stages"]
    assert [(s["label"], s["state"]) for s in stages] == [
        ("转入学校", "done"),
        ("转入主管部门", "now"),
        ("转出学校", "todo"),
        ("转出主管部门", "todo"),
    ]
    handled, signed = stages[0]["lines"]
    assert handled["text"] == f"办理　{world.registrar(world.first)}　11月23日 09:00"
    assert handled["opinion"] == "情况属实，申请转入。"
    assert signed["text"] == f"核办　{world.head(world.first)}　11月23日 09:00"
    assert [s["unit"] for s in stages[2:]] == [world.third.short_name, world.west.short_name]


def test_a_correction_stands_in_the_strip_before_the_stage_that_asked_for_it(client, world, case):
    case = world.decide(case, "send_back", "proof_unreadable", "第一张看不清，请重拍。")
    answer = look(client, world.registrar(world.first), case)
    stages = [(s["label"], s["state"]) for s in answer.context["stages"]]
    assert stages[1:3] == [("补正", "now"), ("转入主管部门", "todo")]
    assert says(answer, "转学原因证明缺失或无法辨认")
    assert says(answer, "第一张看不清，请重拍。")
    assert f"/transfers/{case.number}/edit/" in answer.content.decode()


def test_a_refused_case_tells_where_it_ended_and_that_the_child_stays_at_school(client, world, case):
    case = world.decide(case, "refuse", "reason_untrue", "经核对证明与申报原因不一致，不同意。")
    answer = look(client, world.registrar(world.first), case)
    assert [s["state"] for s in answer.context["stages"]] == ["done", "stop", "todo", "todo"]
    assert says(answer, "由东乌珠穆沁旗教育局不同意，业务终止：转学原因证明与所申报的转学原因不符。")
    assert says(answer, "学生在校就读不受影响")
    assert answer.context["decision"] is None
    assert [verb["label"] for verb in answer.context["verbs"]] == ["复制为新申请"]


# ---------------------------------------------------------------- due dates


@pytest.mark.rule("R3.7")
def test_the_due_date_opens_to_how_it_was_counted_day_by_day(client, world, case):
    told = look(client, world.registrar(world.east), case).context["due"]["explain"]
    assert told["sentence"].startswith(
        "自 2026年11月23日 起，次个工作日开始计，第 10 个工作日为 2026年12月7日"
    )
    assert told["rows"][0]["why"] == "起算日，不计"
    assert told["rows"][-1]["counted"] == "第 10 天"
    assert not told["provisional"]


@pytest.mark.rule("R3.7")
def test_a_date_beyond_the_confirmed_calendar_is_marked_provisional(client, world):
    CalendarDay.objects.filter(date__year=2026).update(confirmed=False)
    case = world.submitted(world.first, world.pupil(world.third))
    answer = look(client, world.head(world.first), case)
    assert answer.context["due"]["explain"]["provisional"]
    assert answer.context["ball"]["due"].endswith("（暂定）")
    assert says(answer, "暂定")


@pytest.mark.rule("R3.7")
def test_the_ninety_days_stand_apart_with_their_date_and_the_days_left(client, world, case):
    with frozen(shanghai(2027, 2, 17, 9)):
        expiry = look(client, world.registrar(world.east), case).context["expiry"]
    assert "满 90 天（2027年2月21日 09:00）" in expiry["text"]
    assert "还有 4 天" in expiry["text"]
    assert expiry["tier"] == "soon"


def test_after_a_recall_the_count_goes_on_from_the_first_arrival(client, world, case):
    with frozen(shanghai(2026, 11, 23, 9, 5)):
        case = door.perform(case, "recall", world.head(world.first))
        answer = look(client, world.head(world.first), case)
    assert answer.context["due"]["explain"]["rows"][0]["date"] == "2026年11月23日"
    assert answer.context["ball"]["due"] == "2026年12月7日"


# ---------------------------------------------------------------- the pupil


def test_the_pupil_is_masked_and_the_full_number_appears_nowhere(client, world, case):
    pupil = Transfer.objects.get(case=case).student
    number = records.current_number(pupil)
    for account in (world.registrar(world.east), world.head(world.first), world.registrar(world.third)):
        page = look(client, account, case).content.decode()
        assert number not in page
        assert number[1:] not in page
        assert pupil.name not in page
        assert number[-4:] in page


def test_the_full_number_is_shown_once_for_a_listed_purpose_and_the_look_is_recorded(client, world, case):
    clerk = world.registrar(world.east)
    number = records.current_number(Transfer.objects.get(case=case).student)
    client.force_login(clerk)
    answer = client.post(f"/cases/{case.number}/reveal/", {"reason": "papers"})
    assert answer.status_code == 200
    assert number in answer.content.decode()
    assert answer["Cache-Control"] == "private, no-store" or "no-store" in answer["Cache-Control"]
    entry = AuditEntry.objects.get(chain="access", action="number.reveal")
    assert entry.actor == f"account:{clerk.pk}"
    assert entry.subject == f"case:{case.number}"
    assert entry.body == {"case": case.pk, "purpose": "papers"}
    assert number not in look(client, clerk, case).content.decode()


def test_without_a_listed_purpose_nothing_is_revealed_and_nothing_recorded(client, world, case):
    number = records.current_number(Transfer.objects.get(case=case).student)
    client.force_login(world.registrar(world.east))
    for reason in ("", "好奇", "papers\x00"):
        answer = client.post(f"/cases/{case.number}/reveal/", {"reason": reason})
        assert answer.status_code == 422
        assert says(answer, "请从所列用途中选择")
        assert number not in answer.content.decode()
    assert not AuditEntry.objects.filter(action="number.reveal").exists()


@pytest.mark.rule("R0.1")
def test_the_screen_says_beside_the_decision_that_enrolment_cannot_be_refused(client, world, case):
    answer = look(client, world.registrar(world.east), case)
    assert says(answer, "不得以学籍状态、学籍是否已转到为由拒绝入学，也不得要求家长另交其他材料")
    refusing = next(p for p in answer.context["decision"]["panels"] if p["outcome"] == "refuse")
    assert "不能因此拒绝学生入学" in refusing["intro"]


# ---------------------------------------------------------------- who sees what


def test_other_units_find_no_such_case(client, world, case):
    for unit in (world.second, world.league_school, world.zhangbei, world.abroad):
        for account in (world.registrar(unit), world.head(unit)):
            client.force_login(account)
            for tail in ("", "revision/", "print/"):
                assert client.get(f"/cases/{case.number}/{tail}").status_code == 404
            for tail in ("handle/", "sign/", "withdraw/", "nudge/", "recall/", "reveal/"):
                answer = client.post(f"/cases/{case.number}/{tail}", {"opinion": AGREE, "reason": "papers"})
                assert answer.status_code == 404
    assert Act.objects.filter(case=case).count() == 2


def test_an_upper_office_reads_the_case_and_decides_nothing(client, world, case):
    answer = look(client, world.head(world.im), case)
    assert answer.status_code == 200
    assert answer.context["decision"] is None
    assert labels(answer) == []


def test_a_verb_that_does_not_exist_or_belongs_to_the_clock_is_not_found(client, world, case):
    for verb in ("expire", "complete", "approve"):
        assert post(client, world.registrar(world.east), case, verb).status_code == 404


def test_a_draft_is_shown_to_its_own_school_alone_with_the_way_to_go_on(client, world):
    draft = world.draft(world.first, world.pupil(world.third))
    answer = look(client, world.registrar(world.first), draft)
    assert says(answer, "这是草稿")
    assert f"/transfers/{draft.number}/edit/" in answer.content.decode()
    assert look(client, world.registrar(world.third), draft).status_code == 404
    assert look(client, world.registrar(world.east), draft).status_code == 404


# ---------------------------------------------------------------- the first look


def test_the_first_look_of_the_holding_unit_is_stamped_and_audited_once(client, world, case):
    look(client, world.registrar(world.third), case)
    assert Step.objects.get(case=case, closed_at=None).first_opened_at is None
    for account in (world.head(world.east), world.registrar(world.east), world.registrar(world.east)):
        answer = look(client, account, case)
    step = Step.objects.get(case=case, closed_at=None)
    assert step.first_opened_by == world.head(world.east)
    assert AuditEntry.objects.filter(action="case.open", subject=f"case:{case.number}").count() == 1
    assert [line["text"] for line in answer.context["log"]][-1] == "首次查看"
    assert Act.objects.filter(case=case).count() == 2


def test_a_recall_is_offered_with_its_minutes_until_the_next_unit_has_looked(client, world, case):
    head = world.head(world.first)
    with frozen(shanghai(2026, 11, 23, 9, 3)):
        recall = next(v for v in look(client, head, case).context["verbs"] if v["label"] == "撤回核办")
        assert recall["note"] == "下一单位尚未查看，还可撤回 7 分钟"
        look(client, world.registrar(world.east), case)
        assert "撤回核办" not in labels(look(client, head, case))
        answer = post(client, head, case, "recall")
    assert answer.status_code == 409
    assert says(answer, "下一单位已经查看这件业务，不能撤回")


def test_a_recall_is_no_longer_offered_after_ten_minutes(client, world, case):
    with frozen(shanghai(2026, 11, 23, 9, 10, 1)):
        assert "撤回核办" not in labels(look(client, world.head(world.first), case))
        answer = post(client, world.head(world.first), case, "recall")
    assert answer.status_code == 409
    assert says(answer, "核办已超过 10 分钟")


def test_a_recall_brings_the_case_back_to_the_head(client, world, case):
    answer = post(client, world.head(world.first), case, "recall")
    assert answer.status_code == 303
    assert Case.objects.get(pk=case.pk).holder == world.first


# ---------------------------------------------------------------- nudge, withdraw


@pytest.mark.rule("R3.7")
def test_the_waiting_side_may_nudge_once_a_working_day_and_the_holder_not_at_all(client, world, case):
    clerk = world.registrar(world.first)
    assert "催办" in labels(look(client, clerk, case))
    assert "催办" not in labels(look(client, world.registrar(world.east), case))
    assert post(client, clerk, case, "nudge").status_code == 303
    answer = look(client, clerk, case)
    nudge = next(v for v in answer.context["verbs"] if v["label"] == "催办")
    assert "今天已经催办过" in nudge["disabled"]
    again = post(client, clerk, case, "nudge")
    assert again.status_code == 409
    assert says(again, "每个工作日可催办一次")
    with frozen(shanghai(2026, 11, 24, 9)):
        assert post(client, clerk, case, "nudge").status_code == 303
    with frozen(shanghai(2026, 11, 28, 9)):
        assert says(post(client, clerk, case, "nudge"), "今天不是工作日")


@pytest.mark.django_db(transaction=True)
def test_a_request_that_comes_again_when_it_could_be_done_again_is_still_one_act(world):
    case = at_the_authority(world)
    clerk = world.registrar(world.first)
    door.perform(case, "nudge", clerk, key="one-key")
    with frozen(shanghai(2026, 11, 24, 9)):
        assert door.perform(case, "nudge", clerk, key="one-key").pk == case.pk
        assert Act.objects.filter(case=case, verb="nudge").count() == 1
        assert AuditEntry.objects.filter(action="case.nudge").count() == 1
        with refused("key_reused", match="另一项不同的请求"):
            door.perform(case, "withdraw", clerk, opinion="家长决定不转了。", key="one-key")
        assert Case.objects.get(pk=case.pk).is_live


@pytest.mark.rule("R3.1b")
def test_the_receiving_school_withdraws_with_a_reason_and_keeps_what_it_typed_when_refused(
    client, world, case
):
    clerk = world.registrar(world.first)
    assert "撤销业务" in labels(look(client, clerk, case))
    assert "撤销业务" not in labels(look(client, world.registrar(world.third), case))
    refused = post(client, clerk, case, "withdraw", opinion="不")
    assert refused.status_code == 422
    assert refused.context["verbs_refused"]["sentence"].startswith("请填写审核补充意见")
    withdraw = next(v for v in refused.context["verbs"] if v["label"] == "撤销业务")
    assert withdraw["field"]["value"] == "不"
    assert withdraw["open"]
    assert post(client, clerk, case, "withdraw", opinion="家长决定不转了").status_code == 303
    answer = look(client, clerk, case)
    assert says(answer, "已撤销")
    assert [verb["label"] for verb in answer.context["verbs"]] == ["复制为新申请"]


# ---------------------------------------------------------------- in the tab


def test_previous_and_next_walk_through_the_tab_in_its_order(client, world):
    cases = [
        world.decide(world.submitted(world.first, world.pupil(world.third, grade=grade)))
        for grade in (2, 3, 4)
    ]
    back = look(client, world.registrar(world.east), cases[1], "handle").context["back"]
    assert back["label"] == "待办理（第 2 / 3 件）"
    assert back["previous_url"] == f"/cases/{cases[0].number}/?tab=handle"
    assert back["next_url"] == f"/cases/{cases[2].number}/?tab=handle"
    assert back["url"] == "/worklist/?tab=handle"


def test_an_unknown_tab_is_left_out(client, world, case):
    back = look(client, world.registrar(world.east), case, "nonsense<script>").context["back"]
    assert (back["label"], back["url"]) == ("待办", "/worklist/")


# ---------------------------------------------------------------- after the end, on paper


@pytest.mark.rule("R3.1")
def test_after_completion_it_tells_that_the_record_moved_when_and_whereto(client, world, case):
    case = world.finish(case)
    answer = look(client, world.registrar(world.third), case)
    assert says(answer, "学籍已于2026年11月23日 09:00由示例第三小学转入示例第一小学")
    assert says(answer, "示例第三小学保留存档副本")


def test_the_record_prints_masked_with_every_opinion(client, world, case):
    case = world.finish(case)
    pupil = Transfer.objects.get(case=case).student
    client.force_login(world.registrar(world.first))
    page = client.get(f"/cases/{case.number}/print/")
    assert page.status_code == 200
    assert page.content.decode().count(AGREE) >= 7
    assert records.current_number(pupil) not in page.content.decode()
    assert pupil.name not in page.content.decode()


def test_every_clause_that_is_quoted_can_be_read(client, world, case):
    answer = look(client, world.registrar(world.east), case)
    url = answer.context["clause"]["url"]
    assert url == "/rules/#b1-3-1"
    client.logout()
    rules = client.get("/rules/")
    assert rules.status_code == 200
    page = rules.content.decode()
    for anchor in clauses.anchors():
        assert f'id="{anchor}"' in page
    assert says(rules, "学籍的主要功能是记录。不得将学籍作为入学和转学条件。")
    assert says(rules, "每个环节均应在10个工作日内核办完毕")


@pytest.mark.parametrize(
    ("clause", "anchor"),
    [
        ("附件1 三.7", "b1-3-7"),
        ("函 一", "han-1"),
        ("正文一", "zw-1"),
        ("附件1 三.2、三.3", "b1-3-2"),
        ("附件1 二", "b1-2"),
        ("附件1 第三条第1款", "b1-3-1"),
        ("内教基函〔2018〕6号 第一条", "han-1"),
    ],
)
def test_a_clause_named_in_a_refusal_leads_to_its_text(clause, anchor):
    assert clauses.url_of(clause) == f"/rules/#{anchor}"
    assert anchor in clauses.anchors()


# ---------------------------------------------------------------- what a page costs


def counted(client, account, case, tab, name):
    """The statements of the page when it is looked at again: the session is written once a minute, a first look once."""
    look(client, account, case, tab)
    with assert_queries(name, 10):
        client.get(f"/cases/{case.number}/?tab={tab}")


def test_the_page_takes_at_most_ten_statements_whoever_looks(client, world, case):
    counted(client, world.head(world.first), case, "done", "case page, recall possible")
    counted(client, world.registrar(world.east), case, "handle", "case page, its turn")
    counted(client, world.registrar(world.third), case, "", "case page, not its turn")
    case = world.finish(case)
    counted(client, world.registrar(world.first), case, "done", "case page, completed")


def test_more_acts_and_proofs_take_no_more_statements(client, world):
    case = world.draft(world.first, world.pupil(world.third), proofs=4)
    case = door.perform(case, "submit", world.registrar(world.first), opinion="情况属实，申请转入。")
    case = world.decide(case)
    clerk, head = world.registrar(world.east), world.head(world.east)
    back = {"outcome": "send_back", "reason": "proof_unreadable"}
    for _ in range(2):
        case = door.perform(case, "handle", clerk, opinion="证明照片看不清，请重拍。", **back)
        own = "我看过证明照片，右下角的日期模糊看不清，请把整页拍全再上传。"
        case = world.decide(door.perform(case, "sign", head, opinion=own, **back))
    counted(client, world.registrar(world.east), case, "handle", "case page, its turn")


def test_a_class_teacher_finds_no_case(client, world, case):
    teacher = world.account(world.first, PostRole.CLASS_TEACHER)
    assert look(client, teacher, case).status_code == 404
