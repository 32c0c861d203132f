"""One person acts for one unit of a ticket only, whatever posts the person has: who answers for the handling unit confirms for
no issuing unit, and who issued does not take up (R0.5, R8.6)."""

import pytest

from orgs.people.models import PostRole, Unit
from tests import ticketed
from tests.refusals import refused, refused_by_database, sql_refused
from tests.world import World
from tickets.forms import asking, paper
from tickets.forms.models import Entry
from tickets.forms.states import Verb

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R0.5", "R8.6")]
SAID = {"undertaker": "白音", "phone": "0479-8210001"}
ANSWER = "已查明：材料在旗县滞留，现已办结并告知家长。"


@pytest.fixture
def world(db):
    return World()


def supervised(world):
    """A supervision of the league, taken up by the county."""
    made = ticketed.issued(world, ticketed.supervision(world, handler=world.east))
    return ticketed.do(made, Verb.ACCEPT, world.registrar(world.east), **SAID)


def both(world, unit, role, other, other_role):
    """One person with a post at either unit, an account each."""
    first = world.account(unit, role)
    return first, world.account(other, other_role, person=first.person)


def test_who_answered_confirms_for_no_other_unit_and_is_told_who_may(world):
    made = supervised(world)
    here, above = both(world, world.east, PostRole.REGISTRAR, world.league, PostRole.HEAD)
    made = ticketed.do(made, Verb.ANSWER, here, text=ANSWER)
    for verb in (Verb.CONFIRM, Verb.RETURN):
        with refused("one_unit", match=f"代表{world.east.name}办理过.*不能再代表{world.league.name}") as told:
            ticketed.do(made, verb, above, text="答复不清楚，请再查。")
        assert world.head(world.league).display_name in str(told.value)
        assert asking.refusal(made, verb, above, world.today).code == "one_unit", "the button says so as well"
    assert ticketed.do(made, Verb.CONFIRM, world.head(world.league)).state == "confirmed"


def test_who_drafted_or_signed_takes_it_up_for_no_other_unit(world):
    other = world.account(world.east, PostRole.REGISTRAR)
    drafter, taker = both(world, world.league, PostRole.REGISTRAR, world.east, PostRole.REGISTRAR)
    made = ticketed._about_people(
        ticketed.kinds.SUPERVISION,
        world,
        world.league,
        drafter,
        world.east,
        None,
        {"instruction": "请于时限内查明原因并办结，结果书面报我局。"},
    )
    made = ticketed.issued(world, made)
    for verb, said in ((Verb.ACCEPT, SAID), (Verb.DECLINE, {"text": "不属本单位管辖。"})):
        with refused("one_unit", match=f"代表{world.league.name}办理过"):
            ticketed.do(made, verb, taker, **said)
    assert ticketed.do(made, Verb.ACCEPT, other, **SAID).state == "accepted"


def test_where_nobody_else_is_left_the_refusal_names_the_loan(world):
    here, _ = both(world, world.east, PostRole.REGISTRAR, world.league, PostRole.HEAD)
    made = ticketed.issued(world, ticketed.supervision(world, handler=world.east))
    for verb, said in ((Verb.ACCEPT, SAID), (Verb.DECLINE, {"text": "不属本单位管辖。"})):
        with refused("one_unit", match="没有其他学籍管理员可以办理.*岗位委托给"):
            ticketed.do(made, verb, here, **said)


def test_a_unit_that_was_merged_into_the_own_is_no_other_side(world):
    made = supervised(world)
    made = ticketed.do(made, Verb.ANSWER, world.registrar(world.east), text=ANSWER)
    world.east.closed_on, world.east.successor = world.today, world.league
    found = asking._other_side(made, world.league, (PostRole.HEAD,), world.registrar(world.east), world.today)
    assert found.code == "one_unit"
    Unit.objects.filter(pk=world.east.pk).update(closed_on=world.today, successor=world.league)
    found = asking._other_side(
        ticketed.again(made), world.league, (PostRole.HEAD,), world.registrar(world.east), world.today
    )
    assert found is None


def test_an_act_is_logged_for_the_unit_whose_turn_it_was(world):
    made = supervised(world)
    made = ticketed.do(made, Verb.ANSWER, world.registrar(world.east), text=ANSWER)
    made = ticketed.do(made, Verb.CONFIRM, world.head(world.league))
    assert list(made.entries.values_list("verb", "unit")) == [
        ("propose", world.league.pk),
        ("issue", world.league.pk),
        ("accept", world.east.pk),
        ("answer", world.east.pk),
        ("confirm", world.league.pk),
    ]


def test_the_database_holds_the_same_by_the_persons(world):
    made = supervised(world)
    here, above = both(world, world.east, PostRole.REGISTRAR, world.league, PostRole.HEAD)
    made = ticketed.do(made, Verb.ANSWER, here, text=ANSWER)
    with refused_by_database("ticket_one_unit"):
        Entry.objects.create(ticket_id=made.pk, verb="confirm", by=above, unit=world.league, text="")
    Entry.objects.create(ticket_id=made.pk, verb="confirm", by=world.head(world.league), unit=world.league)
    fresh = ticketed.supervision(world, handler=world.east)
    drafter = world.account(world.east, PostRole.REGISTRAR, person=fresh.drafted_by.person)
    sql_refused(
        "ticket_one_unit",
        "UPDATE tickets_ticket SET answered_by_id = %s, holder_id = %s WHERE id = %s",
        drafter.pk,
        world.east.pk,
        ticketed.issued(world, fresh).pk,
    )


@pytest.mark.rule("R0.2")
def test_a_ticket_bears_the_names_of_when_it_was_issued(world):
    draft = ticketed.supervision(world, handler=world.east)
    Unit.objects.filter(pk=world.league.pk).update(name="拟名教育局")
    assert ticketed.again(draft).called("issuing_unit") == "拟名教育局"
    made = ticketed.issued(world, ticketed.again(draft))
    Unit.objects.filter(pk__in=[world.league.pk, world.east.pk]).update(name="改后教育局")
    made = ticketed.again(made)
    assert made.issuing_called == {"code": world.league.code, "name": "拟名教育局"}
    assert made.called("handling_unit") == "东乌珠穆沁旗教育局"
    printed = str(paper.sheet_of(made, "打印人", world.now, full=True))
    assert "拟名教育局" in printed
    assert "改后教育局" not in printed
