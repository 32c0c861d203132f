"""Tickets in the state a test needs, made through the door as people would."""

from datetime import timedelta

from orgs.people.models import PostRole
from tickets.forms import actions as door
from tickets.forms import drafting, kinds
from tickets.forms.models import Kind, Ticket
from tickets.forms.states import Verb
from web import clock

PROBLEMS = ["两名学生共用一个身份证件号，跨省查重无法完成。", "跨省转学已办结，转出省仍显示在办。"]
MATTER = "家长反映转学申请送出后二十天没有进展，请核查所在环节和原因。"


def technician(world, unit):
    """The unit's technician."""
    return world._one(unit, PostRole.TECHNICIAN)


def report(world, problems=PROBLEMS):
    """A complete draft of a report of the province."""
    by = world.registrar(world.im)
    made = door.begin(kinds.REPORT, world.im, by, clock.now())
    written(
        made,
        by,
        business_name="包文杰",
        business_unit="内蒙古自治区教育厅基础教育处",
        business_phone="0471-2856000",
        technical_name="白志国",
        technical_unit="内蒙古自治区教育信息中心",
        technical_phone="0471-2856001",
        problems=problems,
    )
    return again(made)


def check(world, handler=None, unit=None, parent=None, **more):
    """A complete draft of a check by the technician of the league."""
    unit = unit or world.league
    return _about_people(kinds.CHECK, world, unit, technician(world, unit), handler, parent, more)


def supervision(world, handler=None, unit=None, parent=None, **more):
    """A complete draft of a supervision by the registrar of the league."""
    unit = unit or world.league
    more = {"instruction": "请于时限内查明原因并办结，结果书面报我局。"} | more
    return _about_people(kinds.SUPERVISION, world, unit, world.registrar(unit), handler, parent, more)


def _about_people(paper, world, unit, by, handler, parent, more):
    now = clock.now()
    made = door.begin(paper, unit, by, now, thread=parent and parent.thread, parent=parent)
    typed = {
        "matter": MATTER,
        "handling_unit": handler or world.east,
        "responsible": by.display_name,
        "responsible_phone": "0479-8210001",
        "complete_by": clock.local_date(now) + timedelta(days=20),
    }
    written(made, by, **typed | more)
    return again(made)


def written(ticket, by, **typed):
    """Write into a draft."""
    with door.editing(ticket.number, by, clock.now(), None) as held:
        drafting.write(held, typed, clock.local_date(clock.now()))


def again(ticket):
    """The ticket as it stands."""
    return kinds.whole(Ticket.objects.get(pk=ticket.pk))


def do(ticket, verb, by, **said):
    """One act."""
    door.perform(ticket.number, verb, by, clock.now(), door.Said(**said))
    return again(ticket)


def issued(world, ticket):
    """Signed and sent, by those whose matter it is."""
    unit = ticket.issuing_unit
    if ticket.kind == Kind.CHECK:
        return do(ticket, Verb.ISSUE, technician(world, unit))
    do(ticket, Verb.PROPOSE, world.registrar(unit))
    return do(ticket, Verb.ISSUE, world.head(unit))


def accepted(world, ticket):
    """Issued and taken up."""
    ticket = issued(world, ticket)
    return do(ticket, Verb.ACCEPT, world.registrar(ticket.holder), undertaker="吴海燕", phone="0479-3220001")


def answered(world, ticket, text="经核实，该生的转学申请因学校未核办停留十二天，现已办结。"):
    """Accepted and answered."""
    ticket = accepted(world, ticket)
    return do(ticket, Verb.ANSWER, world.registrar(ticket.holder), text=text)
