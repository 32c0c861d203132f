"""Who attends a school where the record is not yet: known on the floor above, shown on roster and pupil page (R0.4).

The floor above registers what it knows; this one asks and never looks up.
"""

from datetime import date

from orgs.people.models import Unit
from students.pupil.models import Student


class Attendance:
    """What is known of pupils who attend somewhere before their record is there. This one knows of none."""

    def guests(self, school: Unit, day: date) -> list[dict]:
        """Pupils who attend ``school`` while their record is elsewhere, the longest first, ready for the roster:
        ``{url, name, sex, birth, origin, since, age, state, tone}``."""
        return []

    def counts(self, schools: list[Unit]) -> dict[int, int]:
        """How many such pupils each school has."""
        return {}

    def elsewhere(self, pupils: list[int]) -> dict[int, str]:
        """Of these pupils those who attend another school than that of their record: its name, by id."""
        return {}

    def notes(self, student: Student, day: date) -> list[dict]:
        """That a pupil on these books attends elsewhere: ``{text, url, label}``."""
        return []


known = Attendance()


def register(found: Attendance) -> None:
    """Called once at start by the floor that knows."""
    global known
    known = found
