"""What is done about posts, by one person with two accounts: the person counts (R0.5)."""

from datetime import timedelta

import pytest

from orgs.people.models import Account, Post, PostRole
from orgs.staff import arrangements, staffing
from reviews.staff import handover
from tests.refusals import refused

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R0.5")]


def second(world, of, unit):
    """Another account of the same person, with a post at the unit that decides nothing."""
    made = Account.objects.create_user(f"second-{of.pk}", person=of.person)
    Post.objects.create(account=made, unit=unit, role=PostRole.TECHNICIAN, valid_from=world.today)
    return Account.objects.select_related("person").get(pk=made.pk)


def loan(world):
    to = second(world, world.registrar(world.east), world.east)
    head = world.head(world.east)
    period = {"since": world.today, "until": world.today + timedelta(days=6)}
    staffing.lend(head.posts.get(), to, head, world.now, reason="出差", **period)


def hand_over(world):
    head = world.head(world.east)
    post = world.registrar(world.east).posts.get()
    handover.hand_over(
        post, second(world, head, world.east), head, world.now, last=world.today, reason="调离"
    )


def arrangement(world):
    clerk = world.registrar(world.first)
    period = {"since": world.today, "until": world.today + timedelta(days=30)}
    world.registrar(world.east)
    arrangements.arrange(
        world.first,
        second(world, clerk, world.east),
        world.head(world.east),
        world.now,
        reason="学校只有一名学籍管理员",
        **period,
    )


@pytest.mark.parametrize(
    ("given", "code"),
    [(loan, "other_post"), (hand_over, "no_colleague"), (arrangement, "other_post")],
    ids=["loan", "hand-over", "arrangement"],
)
def test_a_second_account_of_the_same_person_makes_no_second_person(world, given, code):
    with refused(code):
        given(world)
