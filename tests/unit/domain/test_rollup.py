"""Which sums that are kept ready can answer a question."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.period import Span
from domain.report import Dimension, EventFilter, TagDimension
from domain.rollup import Breakdown, breakdown_for, is_summed_up


@pytest.mark.parametrize(
    ("dimensions", "expected"),
    [
        ([], Breakdown.TOTAL),
        ([Dimension.PROVIDER], Breakdown.MODEL),
        ([Dimension.MODEL, Dimension.PROVIDER], Breakdown.MODEL),
        ([Dimension.PROJECT], Breakdown.PROJECT),
        ([Dimension.PROJECT, Dimension.MODEL], Breakdown.PROJECT_MODEL),
        ([Dimension.API_KEY, Dimension.MODEL, Dimension.PROVIDER], Breakdown.API_KEY_MODEL),
        ([Dimension.PROJECT, Dimension.ENVIRONMENT], Breakdown.COMBINED),
        ([Dimension.STATUS], Breakdown.COMBINED),
        ([Dimension.USER], Breakdown.USER),
        ([Dimension.USER, Dimension.MODEL], None),
        ([TagDimension("feature")], Breakdown.TAG),
        ([TagDimension("feature"), TagDimension("team")], None),
        ([Dimension.MODEL, TagDimension("feature")], Breakdown.TAG_MODEL),
        ([TagDimension("feature"), Dimension.PROVIDER, Dimension.MODEL], Breakdown.TAG_MODEL),
        ([Dimension.PROJECT, TagDimension("feature")], None),
        ([Dimension.MODEL, TagDimension("feature"), TagDimension("team")], None),
    ],
)
def test_the_smallest_breakdown_that_knows_all_dimensions_is_read(
    dimensions: list[Dimension | TagDimension], expected: Breakdown | None
) -> None:
    assert breakdown_for(dimensions) == expected


@pytest.mark.parametrize(
    ("passing", "minutes", "expected"),
    [
        (EventFilter(), 15, True),
        (EventFilter(), 7, False),
        (EventFilter({Dimension.MODEL: ("gpt",)}), 60, True),
        # Upgraded stores have no quarters of models of a time whose calls are gone.
        (EventFilter({Dimension.MODEL: ("gpt",)}), 30, False),
        (EventFilter({Dimension.MODEL: ("gpt",), Dimension.PROJECT: ("shop",)}), 60, False),
        (EventFilter({Dimension.USER: ("ann",)}), 24 * 60, False),
        (EventFilter(tags={"team": ("red",)}), 24 * 60, False),
    ],
)
def test_sums_outlive_the_calls_of_a_span_of_whole_buckets(
    passing: EventFilter, minutes: int, *, expected: bool
) -> None:
    start = datetime(2026, 11, 23, tzinfo=UTC) + timedelta(minutes=minutes)
    assert is_summed_up(passing, Span(start, start + timedelta(days=30))) is expected
