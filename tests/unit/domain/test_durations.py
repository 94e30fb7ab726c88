"""Durations in slots: what is kept of thousands of values."""

from collections import Counter
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from domain.durations import BOUNDS, distribution, slot_of
from domain.report import Distribution

DURATIONS = st.integers(0, 86_400_000) | st.integers(0, 3_000)


@given(st.lists(DURATIONS, min_size=1))
def test_every_percentile_is_within_two_per_cent_of_the_exact_one(values: list[int]) -> None:
    found = distribution(Counter(map(slot_of, values)), sum(values))
    assert found.mean == round(sum(values) / len(values), 3)
    for share, near in ((0.5, found.p50), (0.95, found.p95), (0.99, found.p99)):
        exact = sorted(values)[ceil(share * len(values)) - 1]
        assert near is not None
        assert abs(near - exact) <= 0.02 * exact


@given(DURATIONS)
def test_a_duration_lies_within_the_bounds_of_its_slot(value: int) -> None:
    slot = slot_of(value)
    assert BOUNDS[slot - 1] <= value < BOUNDS[slot]


def test_what_nobody_reported_has_no_distribution() -> None:
    assert distribution({}, 0) == Distribution()


def test_equal_durations_are_told_exactly() -> None:
    assert distribution({slot_of(901): 3}, 2703) == Distribution(901.0, 901, 901, 901)


def test_the_slots_fit_beside_a_mark_of_their_kind() -> None:
    assert len(BOUNDS) < 1 << 9
