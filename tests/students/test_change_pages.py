"""Pages of a 学籍异动 as its registrar uses them: choose the kind, fill in, send, correct, begin anew (R5.1–R5.3)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from reviews.engine.models import Case
from students.changes.kinds import BY_KIND
from students.changes.models import StatusChange
from tests.golden import assert_queries
from tests.world import png
from web import clock

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R5.3")]


@pytest.fixture
def pupil(world):
    return world.pupil(world.first)


@pytest.fixture
def browser(world, client):
    client.force_login(world.registrar(world.first))
    return client


def begun(browser, pupil, kind):
    answer = browser.post(reverse("change-new", args=[pupil.key]), {"kind": kind})
    assert answer.status_code == 303, answer.content.decode()
    return Case.objects.get(kind=kind, subject=f"student:{pupil.pk}", state="draft")


def edit(case):
    return reverse("change-edit", args=[case.number])


def filled(browser, case, **said):
    """What a browser would send: the form as shown, with ``said`` typed over it."""
    form = browser.get(edit(case)).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in (shown | said).items() if value is not None}


def text_of(answer):
    return " ".join(answer.content.decode().split())


def test_each_kind_is_offered_or_says_why_not(browser, pupil):
    answer = browser.get(reverse("change-new", args=[pupil.key]))
    rows = {row["kind"].name: row["why"] and row["why"].sentence for row in answer.context["kinds"]}
    assert list(rows)[:3] == ["休学", "出国", "其他离校"]
    assert rows["休学"] is None
    assert rows["复学"] == "学籍状态为“在校”的学生不能办理复学。"
    assert rows["开除"] == "义务教育阶段（小学、初中）的学生不得开除，该生在四年级。"
    assert rows["跳级"].startswith("本省（自治区）还没有规定跳级")
    assert "办理学籍异动" in text_of(browser.get(reverse("student-detail", args=[pupil.key])))


def test_a_suspension_is_filled_in_sent_and_decided(world, browser, pupil):
    case = begun(browser, pupil, "suspension")
    today = clock.local_date(clock.now())
    until = today + timedelta(days=200)
    said = {
        "on": f"{today}",
        "until": f"{until:%Y年%m月%d日}",
        "reason": "11",
        "opinion": "家长陪同到校申请休学。",
    }
    answer = browser.post(edit(case), filled(browser, case, **said, action="send"))
    assert (answer.status_code, answer.url) == (303, reverse("case", args=[case.number]))
    page = text_of(browser.get(answer.url))
    assert "休学截止日期" in page
    assert "精神疾病" in page
    case = world.finish(Case.objects.get(pk=case.pk), "情况属实，同意办理。")
    page = text_of(browser.get(reverse("case", args=[case.number])))
    assert "学籍状态由“在校”改为“休学”" in page
    assert "转入" not in page


def test_what_is_missing_is_told_and_what_was_typed_stays(browser, pupil):
    case = begun(browser, pupil, "suspension")
    answer = browser.post(
        edit(case), filled(browser, case, note="住院治疗", opinion="家长申请休学。", action="send")
    )
    assert answer.status_code == 409
    assert answer.context["refused"]["sentence"] == "请填写休学起始日期。"
    assert "住院治疗" in text_of(answer)
    assert "家长申请休学。" in text_of(answer)
    answer = browser.post(edit(case), filled(browser, case, on="昨天", action="save"))
    assert answer.status_code == 422
    assert "这个日期看不懂" in text_of(answer)
    assert 'value="昨天"' in text_of(answer)


@pytest.mark.rule("R5.2")
def test_contacts_are_kept_with_their_dates_and_an_empty_row_is_none(world, browser, pupil):
    world.reported(pupil)
    case = begun(browser, pupil, "leaving_otherwise")
    today = clock.local_date(clock.now())
    said = {
        "on": f"{today}",
        "last_seen_on": f"{today - timedelta(days=120)}",
        "note": "开学后一直未到校。",
        "contact_1_on": f"{today - timedelta(days=30)}",
        "contact_1_way": "telephone",
        "contact_1_result": "号码已停用",
        "contact_3_on": f"{today - timedelta(days=10)}",
        "contact_3_way": "visit",
    }
    half = filled(browser, case, **said | {"contact_3_way": ""}, action="save")
    answer = browser.post(edit(case), half)
    assert answer.status_code == 422
    assert "请选择这次联系的方式" in text_of(answer)
    sent = filled(browser, case, **said, opinion="多次联系不上。", action="send")
    assert browser.post(edit(case), sent).status_code == 303
    change = StatusChange.objects.get(case=case)
    assert [(c.way, c.result) for c in change.contacts.all()] == [("telephone", "号码已停用"), ("visit", "")]
    assert Case.objects.get(pk=case.pk).state == "school"


@pytest.mark.rule("R5.1")
def test_the_class_chosen_says_the_grade(world, browser, pupil):
    world.policy("grade_repeat", condition="须经家长书面同意")
    case = begun(browser, pupil, "grade_repeat")
    page = browser.get(edit(case))
    assert "须经家长书面同意" in text_of(page)
    below = world.pupil(world.first, grade=3).school_class
    today = clock.local_date(clock.now())
    said = {"on": f"{today}", "reason": "10", "school_class": below.pk, "opinion": "家长申请留级。"}
    assert browser.post(edit(case), filled(browser, case, **said, action="send")).status_code == 303
    assert StatusChange.objects.get(case=case).grade_to == 3


def test_proofs_come_in_and_go_out(browser, pupil):
    case = begun(browser, pupil, "suspension")
    add = reverse("change-proofs", args=[case.number])
    assert browser.post(add, {"file": png()}).status_code == 303
    proof = case.attachments.get()
    assert "证明 1" in text_of(browser.get(edit(case)))
    gone = reverse("change-proof-remove", args=[case.number, proof.key])
    assert browser.post(gone).status_code == 303
    proof.refresh_from_db()
    assert proof.removed_at is not None


def test_a_draft_is_deleted_and_a_withdrawn_case_begun_anew(world, browser, pupil):
    case = begun(browser, pupil, "suspension")
    assert browser.post(reverse("change-discard", args=[case.number])).status_code == 303
    assert Case.objects.get(pk=case.pk).state == "withdrawn"
    sent = world.changed(pupil, "suspension")
    url = reverse("case-act", args=[sent.number, "withdraw"])
    assert (
        browser.post(
            url, {"revision": sent.revision, "opinion": "家长改变主意。", "key": "0" * 22}
        ).status_code
        == 303
    )
    page = text_of(browser.get(reverse("case", args=[sent.number])))
    assert "复制为新申请" in page
    answer = browser.post(reverse("change-copy", args=[sent.number]))
    copy = Case.objects.get(copied_from=sent)
    assert answer.url == edit(copy)


def test_the_worklist_says_what_it_is(world, browser, client, pupil):
    draft = begun(browser, pupil, "suspension")
    rows = browser.get(reverse("worklist"), {"tab": "started"}).context["rows"]
    row = next(row for row in rows if row["number"] == draft.number)
    assert (row["kind_tag"], row["from_name"], row["url"]) == ("休学", "", edit(draft))
    world.decide(world.changed(world.pupil(world.first), "suspension"))
    client.force_login(world.registrar(world.east))
    row = client.get(reverse("worklist")).context["rows"][0]
    assert (row["kind_tag"], row["stage"], row["to_name"]) == ("休学", "主管部门", world.first.short_name)


def test_a_running_change_stands_on_the_pupils_page(world, browser, pupil):
    case = world.changed(pupil, "suspension")
    page = text_of(browser.get(reverse("student-detail", args=[pupil.key])))
    assert f"{case.number}</a>（休学），现在" in page


def test_the_pages_ask_the_database_no_more_than_agreed(world, browser, pupil):
    case = begun(browser, pupil, "leaving_otherwise")
    with assert_queries("change form", most=30):
        browser.get(edit(case))
    with assert_queries("kinds of change", most=30):
        browser.get(reverse("change-new", args=[pupil.key]))
    sent = world.changed(world.pupil(world.first), "suspension")
    with assert_queries("case page of a change", most=20):
        browser.get(reverse("case", args=[sent.number]))


@pytest.mark.parametrize("kind", sorted(BY_KIND))
def test_every_kind_has_its_form(world, browser, kind):
    senior = world.school("示例高级中学", world.east, lowest=10, highest=12)
    for each in ("grade_skip", "grade_repeat"):
        world.policy(each)
    pupil = world.pupil(senior, grade=11, status="suspended" if kind == "resumption" else "enrolled")
    browser.force_login(world.registrar(senior))
    page = browser.get(edit(begun(browser, pupil, kind)))
    assert page.status_code == 200
    assert BY_KIND[kind].date_label in text_of(page)
