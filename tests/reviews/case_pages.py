"""What the tests of the case page share: a Monday, a case under way, a page as an account reads it, a posted form."""

import re
import uuid

from reviews.engine.models import Case
from tests.clock import shanghai

MONDAY = shanghai(2026, 11, 23, 9)
AGREE = "情况属实，同意转入。"


def at_the_authority(world):
    """A case between two counties that has just reached the receiving authority, untouched there."""
    return world.decide(world.submitted(world.first, world.pupil(world.third, grade=4)))


def look(client, account, case, tab=""):
    """The page of ``case`` as ``account`` reads it."""
    client.force_login(account)
    return client.get(f"/cases/{case.number}/" + (f"?tab={tab}" if tab else ""))


def post(client, account, case, verb, tab="", **typed):
    """A form of the page, posted by ``account``; the revision is the present one unless told otherwise."""
    client.force_login(account)
    form = {"revision": Case.objects.get(pk=case.pk).revision, "key": str(uuid.uuid4()), **typed}
    return client.post(f"/cases/{case.number}/{verb}/" + (f"?tab={tab}" if tab else ""), form)


def words(answer):
    """The page's text without tags, for looking up a sentence."""
    text = re.sub(r"<[^>]+>", "", answer.content.decode())
    return re.sub(r"\s+", "", text)


def says(answer, sentence):
    """Whether the page says ``sentence``, spaces aside."""
    return re.sub(r"\s+", "", sentence) in words(answer)
