"""Papers beside the cases that wait for a post: each floor tells of its own kinds, a hand-over shows them all (R0.5)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from orgs.people.models import PostRole, Unit
from orgs.people.successors import stood_for
from reviews.refusal_rules.models import WallAppeal
from web.words import zh


@dataclass(frozen=True)
class Waiting:
    """A kind of paper and how many of it wait for a post at a unit; ``url`` is the page that lists them."""

    label: str
    url: str
    count: int


# Unit, role and day → how many wait.
Counting = Callable[[Unit, str, date], int]
_kinds: dict[str, tuple[str, Counting]] = {}


def kind(label: str, url: str) -> Callable[[Counting], Counting]:
    """Register how a kind of paper is counted."""

    def registered(counting: Counting) -> Counting:
        _kinds[label] = (url, counting)
        return counting

    return registered


def waiting(unit: Unit, role: str, day: date) -> list[Waiting]:
    """The kinds of which something waits for the role at the unit; one count a kind."""
    found = [Waiting(label, url, counting(unit, role, day)) for label, (url, counting) in _kinds.items()]
    return [one for one in found if one.count]


@kind(zh("待裁定的意见用语申诉"), "/appeals/")
def appeals(unit: Unit, role: str, day: date) -> int:
    """Appeals of units below, which the head rules on."""
    if role != PostRole.HEAD:
        return 0
    return WallAppeal.objects.open().filter(upper__in=stood_for(unit, day)).count()
