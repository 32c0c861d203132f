"""One person acts for one unit of a case only, however the seats came about, and there is always a way on (R0.5)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from orgs.people.models import Delegation, Post, PostRole
from orgs.staff import arrangements, staffing
from reviews.appeals import ruling as appeals
from reviews.engine import door
from reviews.engine.models import Step
from reviews.refusal_rules.models import WallAppeal
from tests.refusals import refused, refused_by_database
from web import clock

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R0.5")]
WORDS = "情况属实，同意转入。"


def lent(world, post, account):
    return Delegation.objects.create(
        post=post,
        account=account,
        valid_from=world.today,
        valid_until=world.today + timedelta(days=30),
        reason="出差",
    )


def seated(world, account, unit, role, how):
    """A seat of ``account`` at ``unit``, come about in one of the ways there are."""
    if how == "loan":
        other = world.account(unit, role)
        lent(world, Post.objects.get(account=other, unit=unit), account)
    elif how == "second account":
        return world.account(unit, role, person=account.person)
    else:
        Post.objects.create(account=account, unit=unit, role=role, valid_from=world.today)
    account._seats = None
    return account


@pytest.mark.parametrize("how", ["post", "loan", "second account"])
def test_who_signed_for_the_school_does_not_sign_for_the_county(world, how):
    boss = world.head(world.first)
    case = world.decide(world.submitted(world.first, world.pupil(world.third)))
    case = door.perform(case, "handle", world.registrar(world.east), opinion=WORDS, outcome="agree")
    other = world.account(world.east, PostRole.HEAD)
    acting = seated(world, boss, world.east, PostRole.HEAD, how)
    with refused("one_unit") as caught:
        door.perform(case, "sign", acting, opinion=WORDS, outcome="agree")
    found = caught.value.refusal
    assert (found.code, found.clause) == ("one_unit", "附件1 三.1")
    assert "你已代表示例第一小学办理过" in found.sentence
    assert "不能再代表东乌珠穆沁旗教育局" in found.sentence
    assert other.display_name in found.sentence, "another person of the unit by name"
    assert str(acting.person) not in found.sentence.partition("请由")[2].replace(other.display_name, "")
    assert door.perform(case, "sign", other, opinion=WORDS, outcome="agree").state == "sending_school"


def test_who_decided_for_one_school_does_not_decide_for_the_other(world):
    both = world.head(world.first)
    case = world.decide(world.decide(world.submitted(world.first, world.pupil(world.third))))
    assert case.holder == world.third
    seated(world, both, world.third, PostRole.REGISTRAR, "post")
    with refused("one_unit"):
        door.perform(case, "handle", both, opinion=WORDS, outcome="agree")


def test_the_way_on_is_a_loan_to_the_unit_above_where_nobody_else_sits(world):
    boss = world.head(world.first)
    case = world.decide(world.submitted(world.first, world.pupil(world.third)))
    case = door.perform(case, "handle", world.registrar(world.east), opinion=WORDS, outcome="agree")
    seated(world, boss, world.east, PostRole.HEAD, "post")
    with refused("one_unit") as caught:
        door.perform(case, "sign", boss, opinion=WORDS, outcome="agree")
    told = caught.value.refusal.sentence
    assert "东乌珠穆沁旗教育局没有其他负责人可以办理" in told
    assert "锡林郭勒盟教育局的负责人" in told
    assert "委托给锡林郭勒盟教育局的同事（最长 180 天）" in told
    helper, head_above = world.registrar(world.league), world.head(world.league)
    post = Post.objects.get(account=boss, unit=world.east)
    said = {"since": world.today, "until": world.today + timedelta(days=180), "reason": "不能代表本局"}
    staffing.lend(post, helper, head_above, clock.now(), **said)
    helper._seats = None
    assert door.perform(case, "sign", helper, opinion=WORDS, outcome="agree").state == "sending_school"


def test_the_button_and_the_api_say_the_same(world):
    boss = world.head(world.first)
    case = world.decide(world.submitted(world.first, world.pupil(world.third)))
    case = door.perform(case, "handle", world.registrar(world.east), opinion=WORDS, outcome="agree")
    seated(world, boss, world.east, PostRole.HEAD, "post")
    client = Client()
    client.force_login(boss)
    page = client.get(f"/cases/{case.number}/").content.decode()
    assert "一人在一件业务中只能代表一个单位" in page
    verbs = client.get(f"/api/v1/cases/{case.number}/").json()["verbs"]
    assert next(row for row in verbs if row["verb"] == "sign")["refusal"]["code"] == "one_unit"


def test_a_nudge_decides_nothing(world):
    boss = world.head(world.first)
    case = world.decide(world.submitted(world.first, world.pupil(world.third)))
    assert door.perform(case, "nudge", boss).state == "receiving_authority"


def test_the_database_refuses_it_too(world):
    boss = world.head(world.first)
    case = world.decide(world.submitted(world.first, world.pupil(world.third)))
    case = door.perform(case, "handle", world.registrar(world.east), opinion=WORDS, outcome="agree")
    seated(world, boss, world.east, PostRole.HEAD, "post")
    sign = (
        "UPDATE reviews_step SET signer_id=%s, sign_opinion='情况属实。', outcome='agree'"
        " WHERE case_id=%s AND closed_at IS NULL"
    )
    act = (
        "INSERT INTO reviews_act (case_id, step_id, stage, verb, account_id, unit_id) SELECT case_id, id, stage, %s, %s,"
        " unit_id FROM reviews_step WHERE case_id=%s AND closed_at IS NULL"
    )
    for wall, sql, values in (
        ("step_one_unit", sign, [boss.pk, case.pk]),
        ("act_one_unit", act, ["return_to_registrar", boss.pk, case.pk]),
    ):
        with refused_by_database(wall) as caught, connection.cursor() as cursor:
            cursor.execute(sql, values)
        assert "一人在一件业务中只能代表一个单位办理" in str(caught.value)


def test_a_race_that_only_the_wall_sees_is_told_in_the_same_words(world, monkeypatch):
    boss = world.head(world.first)
    case = world.decide(world.submitted(world.first, world.pupil(world.third)))
    case = door.perform(case, "handle", world.registrar(world.east), opinion=WORDS, outcome="agree")
    seated(world, boss, world.east, PostRole.HEAD, "post")
    monkeypatch.setattr("reviews.engine.one_unit.refusal", lambda *a: None)
    with refused("one_unit"):
        door.perform(case, "sign", boss, opinion=WORDS, outcome="agree")


# ---------------------------------------------------------------- a county of two, a school of one


def said(world, **more):
    return {
        "since": world.today,
        "until": world.today + timedelta(days=30),
        "reason": "学校只有一名学籍管理员",
    } | more


def test_arranging_is_refused_where_only_two_sit_above_and_no_loan_stands(world):
    world.registrar(world.first)
    world.registrar(world.east)
    boss = world.head(world.east)
    with refused("too_few_left", match="东乌珠穆沁旗教育局只有两人办理、核办") as caught:
        arrangements.arrange(world.first, boss, boss, clock.now(), **said(world))
    told = str(caught.value)
    assert "不能再在本局办理这所学校的业务" in told
    assert "委托给上级单位的同事（最长 180 天）" in told


def test_the_page_tells_beforehand_what_an_arrangement_means(world):
    world.registrar(world.first)
    client = Client()
    client.force_login(world.head(world.east))
    page = client.get("/directory/own/").content.decode()
    assert "此人以后不能在本局办理这所学校的业务" in page
    assert "安排代核" in page


@pytest.mark.rule("R3.1")
def test_a_county_of_two_and_a_school_of_one_bring_a_case_to_its_end(world):
    lone, clerk, boss = world.registrar(world.first), world.registrar(world.east), world.head(world.east)
    above, helper = world.head(world.league), world.registrar(world.league)
    client = Client()
    client.force_login(above)
    post = Post.objects.get(account=clerk, unit=world.east)
    page = client.get("/directory/own/").content.decode()
    assert f'<option value="{post.pk}">东乌珠穆沁旗教育局　{clerk.display_name}　学籍管理员</option>' in page
    form = {
        "action": "lend",
        "post": post.pk,
        "to": helper.pk,
        "since": world.today.isoformat(),
        "until": (world.today + timedelta(days=180)).isoformat(),
        "reason": "旗局两人，一人代学校核办",
    }
    assert client.post("/directory/own/", form).status_code == 303, "the head above, without the absent one"
    arrangements.arrange(world.first, clerk, boss, clock.now(), **said(world))
    for account in (clerk, helper):
        account._seats = None
    case = world.submitted(world.first, world.pupil(world.third))
    case = door.perform(case, "sign", clerk, opinion=WORDS, outcome="agree")
    with refused("one_unit") as caught:
        door.perform(case, "handle", clerk, opinion=WORDS, outcome="agree")
    assert f"学籍管理员{helper.display_name}办理" in caught.value.refusal.sentence
    case = door.perform(case, "handle", helper, opinion=WORDS, outcome="agree")
    case = door.perform(case, "sign", boss, opinion=WORDS, outcome="agree")
    while case.is_live:
        case = world.decide(case)
    assert case.state == "completed"
    steps = Step.objects.filter(case=case).order_by("seq")
    people = [
        (step.unit_id, person) for step in steps for person in (step.handler_person_id, step.signer_person_id)
    ]
    assert len({person for _, person in people}) == len(people), "every act by another person"
    assert people[:4] == [
        (world.first.pk, lone.person_id),
        (world.first.pk, clerk.person_id),
        (world.east.pk, helper.person_id),
        (world.east.pk, boss.person_id),
    ]


def test_only_those_named_lend_a_post(world):
    post = Post.objects.get(account=world.head(world.east), unit=world.east)
    for stranger in (world.registrar(world.league), world.head(world.west), world.head(world.im)):
        with refused("no_seat", match="本单位负责人或上级单位负责人委托"):
            staffing.lend(post, world.registrar(world.league), stranger, clock.now(), **said(world))


@pytest.mark.rule("R3.4")
def test_who_acted_for_the_school_does_not_rule_for_the_unit_above(world):
    """The texts that the wall stopped go to the unit above: its head is no party to the case."""
    boss = world.head(world.first)
    case = world.decide(world.submitted(world.first, world.pupil(world.third)))
    text = "材料不齐不办是旧通知里的话，家长本人明确表示不再转学。"
    appeal = appeals.raise_(
        case, world.registrar(world.east), opinion=text, outcome="refuse", reason="guardian_objects"
    )
    seated(world, boss, world.league, PostRole.HEAD, "post")
    why = appeals.refusal_to_decide(appeal, boss, world.today)
    assert why[0] == "one_unit"
    assert "你已代表示例第一小学办理过" in why[1]
    with refused_by_database("ruling_one_unit"):
        WallAppeal.objects.filter(pk=appeal.pk).update(
            ruling="allow", ruling_opinion="属误报。", decider=boss, decider_person=boss.person_id
        )
