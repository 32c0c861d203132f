"""Shares and percentiles as they are told: rounded down, a dash of nothing."""

import pytest

from reviews.vocabulary.shares import percent, percentile, share


@pytest.mark.parametrize(
    ("part", "whole", "told"),
    [(0, 0, "—"), (0, 3, "0.0%"), (1, 3, "33.3%"), (999_999, 1_000_000, "99.9%"), (3, 3, "100.0%")],
)
def test_nothing_short_of_all_is_told_as_all(part, whole, told):
    assert percent(share(part, whole)) == told


def test_a_percentile_is_the_smallest_number_of_days_within_which_so_many_were_done():
    took = {1: 5, 3: 4, 10: 1}
    assert [percentile(took, percent) for percent in (1, 50, 51, 90, 91, 100)] == [1, 1, 3, 3, 10, 10]
    assert percentile({4: 1}, 50) == 4
    assert percentile({}, 50) is None
    assert percentile({4: 0}, 50) is None
