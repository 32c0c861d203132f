"""Row “due date”: so many working days on, against a look-up in a ready table in the same process."""

from datetime import date, timedelta

from bench.measure import Row, in_turn
from reviews.rulebook import calendar

_ROUNDS = 20


def rows(sizes: tuple[int, ...]) -> list[Row]:
    """Ten working days on, which is the limit of R3.7, and a hundred; 5 µs each at the most."""
    current = calendar.current()
    return [_row(current, count) for count in (10, 100)]


def _row(current: calendar.Calendar, count: int) -> Row:
    days = [date(2025, 1, 1) + timedelta(days=n) for n in range(700)]
    table = {day: current.add(day, count) for day in days}

    def reckon() -> int:
        for _ in range(_ROUNDS):
            for day in days:
                current.add(day, count)
        return _ROUNDS * len(days)

    def look_up() -> int:
        for _ in range(_ROUNDS):
            for day in days:
                table[day]
        return _ROUNDS * len(days)

    return in_turn(
        "due date", f"{count} days on", count, reckon, look_up, longest=5e-6, higher=False, unit="µs"
    )
