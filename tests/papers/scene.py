"""A paper that waits, and people who come to it by its pages."""

import sys
from contextlib import contextmanager

from django.db import DatabaseError
from django.test import Client

from ledger.models import AuditEntry
from orgs.people.models import Account, Post, PostRole
from tests.papers.cells import Act, Paper, Waiting, left, seated
from tests.world import World
from web.refusals import Refused

UNTRAINED = "还没有培训合格证，可以查看，不能办理"


class Scene:
    """The world, the paper in it, its waiting act; ``post`` sends an act as a browser does."""

    def __init__(self, paper: Paper, world: World, waiting: Waiting):
        self.paper, self.world, self.waiting = paper, world, waiting

    def person_to_act(self) -> Account:
        """Somebody else in the seat that is awaited."""
        by = self.post_to_act().account
        return Account.objects.select_related("person").get(pk=by.pk)

    def post_to_act(self) -> Post:
        """The seat that is awaited, with somebody else in it."""
        waiting = self.waiting
        posts = Post.objects.filter(unit=waiting.unit, role=waiting.role, valid_until=None)
        if waiting.first:
            posts = posts.exclude(person=waiting.first.person_id)
        return posts.first() or self.world.account(waiting.unit, waiting.role).posts.get()

    def moved(self, other: bool) -> Account:
        """Who acted first, now in the seat that is awaited: with the same account, or with another one."""
        first = self.waiting.first
        left(self.world, first.person, self.waiting.unit)
        if other:
            first = Account.objects.create_user(f"second-{first.pk}", person=first.person)
        return seated(self.world, first, self.waiting.unit, self.waiting.role)

    def post(self, by: Account, act: Act):
        """The answer to the act."""
        return signed_in(by).post(act.url, act.form)

    def refused(self, by: Account, act: Act, *codes: str):
        """The act is refused with one of the codes, told in a sentence, and nothing of the paper has changed."""
        before = self.waiting.stands()
        with told() as found:
            answer = self.post(by, act)
        assert answer.status_code in (403, 404, 409, 422), answer.status_code
        if (
            not found and "untrained" in codes
        ):  # told before the act is looked at, as on every page, and again
            assert answer.content.decode().count(UNTRAINED) > 1
        else:
            assert found, f"{answer.status_code}: nothing was refused"
            assert found[0] in codes, found
        assert self.waiting.stands() == before
        return answer

    def shut(self, by: Account, act: Act):
        """The act is not taken, or there is no such paper for the account; nothing of it has changed."""
        before, written = self.waiting.stands(), AuditEntry.objects.count()
        answer = self.post(by, act)
        assert answer.status_code in (403, 404, 409, 422), answer.status_code
        assert (self.waiting.stands(), AuditEntry.objects.count()) == (before, written)
        return answer

    def done(self, by: Account, act: Act):
        """The act is taken."""
        with told() as found:
            answer = self.post(by, act)
        assert answer.status_code in (302, 303), (answer.status_code, found)
        return answer


def signed_in(account: Account) -> Client:
    """A browser of the account."""
    client = Client()
    client.force_login(account)
    return client


def other_role(role: str) -> str:
    """The seat at the same unit that is not the one named."""
    return PostRole.REGISTRAR if role == PostRole.HEAD else PostRole.HEAD


@contextmanager
def told():
    """The codes of what is refused meanwhile, in order: of whatever page, however it shows them. What only the database
    knew to be wrong is ``wall``: the program has to know it by itself."""
    codes: list[str] = []
    plain = Refused.__init__

    def noted(self, refusal):
        codes.append("wall" if isinstance(sys.exc_info()[1], DatabaseError) else refusal.code)
        plain(self, refusal)

    Refused.__init__ = noted
    try:
        yield codes
    finally:
        Refused.__init__ = plain
