"""Two people, not two accounts (R0.5)."""

from orgs.people.models import Account


def same_person(one: Account | None, other: Account | None) -> bool:
    """Whether two accounts are one person. The one place that knows; ``orgs_same_person`` asks the same in the
    database, in a trigger of every paper on which one acts and another signs."""
    if one is None or other is None:
        return False
    return one.pk == other.pk or (one.person_id is not None and one.person_id == other.person_id)
