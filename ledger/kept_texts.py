"""Free texts are kept without numbers of persons: those have columns of their own, sealed (R1.6, R6.1)."""

from django.db.models import CheckConstraint, Q

from web.text import NUMBER_IN_TEXT


def no_numbers(name: str, *fields: str) -> CheckConstraint:
    """The wall of the database for the free texts of a model: no identity or registration number in clear."""
    condition = Q()
    for field in fields:
        condition &= ~Q(**{f"{field}__regex": NUMBER_IN_TEXT})
    return CheckConstraint(condition=condition, name=name)
