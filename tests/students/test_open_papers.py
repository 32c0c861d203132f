"""A hand-over counts every paper that waits for the post, not cases alone (R0.5)."""

from datetime import timedelta

import pytest
from django.test import Client

from ledger import outbox
from orgs.people.models import Post, PostRole
from reviews.engine import open_papers
from reviews.notices.models import Notice
from reviews.staff import handover
from students.admission.late import calendar
from students.admission.late.models import LateChild
from students.pupil.models import ProblemRecord
from students.year_end.models import GraduationRun
from tests import late_children, ticketed, upkept
from tests.ticketed import issued
from tests.world import rewritten
from web import clock

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R0.5")]


def told(unit, role):
    return {one.label: one.count for one in open_papers.waiting(unit, role, clock.local_date(clock.now()))}


def sheet(world):
    pupil = world.pupil(world.first)
    upkept.sheet_of(world, pupil, world.account(world.first, PostRole.CLASS_TEACHER))
    return world.first


def graduating(world):
    GraduationRun.objects.create(
        number="BY-2026-00000001",
        school=world.first,
        phase="primary",
        cohort=2021,
        grade=6,
        prepared_by=world.registrar(world.first),
    )
    return world.first


def dropout(world):
    upkept.dropout_of(world, world.first)
    return world.first


def late(world):
    late_children.listed(world, world.first)
    return world.first


def problem(world):
    ProblemRecord.objects.create(student=world.pupil(world.first), kind="id_duplicate")
    return world.first


def rounds(world):
    world.pupil(world.first)
    upkept.round_of(world, world.east)
    return world.first


def agreed(world):
    """A child of last month for whom no list of the province was closed."""
    _, row = late_children.sent(world, world.first)
    case = row.case
    while case.is_live:
        case = world.decide(case, opinion="情况属实，同意。")
    before = calendar.closing(calendar.last_closed(world.now)) - timedelta(days=1)
    rewritten(LateChild.objects.filter(pk=row.pk), collected_at=before)
    return world.im


def closed(world):
    agreed(world)
    late_children.closed(world)
    return world.im


def supervised(world):
    issued(world, ticketed.supervision(world))
    return world.east


def drafted(world):
    ticketed.supervision(world)
    return world.league


@pytest.mark.parametrize(
    ("made", "role", "label"),
    [
        (sheet, PostRole.REGISTRAR, "待核对的班级变动表"),
        (graduating, PostRole.HEAD, "待核办的毕业名单"),
        (dropout, PostRole.HEAD, "辍学报告"),
        (rounds, PostRole.REGISTRAR, "学期核查"),
        (late, PostRole.REGISTRAR, "补建名单上待上报的学生"),
        (agreed, PostRole.REGISTRAR, "补建学籍月末名单：待收表的学生、待核办上报的名单"),
        (closed, PostRole.HEAD, "补建学籍月末名单：待收表的学生、待核办上报的名单"),
        (problem, PostRole.REGISTRAR, "未解决的问题学籍"),
        (supervised, PostRole.REGISTRAR, "单据和投诉"),
        (drafted, PostRole.REGISTRAR, "单据和投诉"),
    ],
)
def test_a_paper_waits_for_the_post_whose_turn_it_is(world, made, role, label):
    unit = made(world)
    other = PostRole.HEAD if role == PostRole.REGISTRAR else PostRole.REGISTRAR
    assert told(unit, role) == {label: 1}
    assert label not in told(unit, other) or made is supervised
    assert told(world.second, role) == {}


def test_the_plan_and_the_notice_to_who_goes_on_count_them(world):
    issued(world, ticketed.supervision(world))
    leaver, boss = world.registrar(world.east), world.head(world.east)
    heir, post = (
        world.account(world.east, PostRole.TECHNICIAN),
        Post.objects.get(account=leaver, unit=world.east),
    )
    client = Client()
    client.force_login(boss)
    said = {"to": heir.pk, "last": world.today.isoformat(), "reason": "调离"}
    page = client.post(f"/directory/own/{post.pk}/", said).content.decode()
    assert "<dt>单据和投诉</dt><dd>1 件</dd>" in page
    handover.hand_over(post, heir, boss, clock.now(), last=world.today, reason="调离")
    outbox.relay(clock.now() + timedelta(minutes=1))
    text = Notice.objects.get(account=heir, dedup__startswith="handover:").text
    assert "现有待办 0 件、其他单据 1 件" in text
