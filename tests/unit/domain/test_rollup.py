"""Which sums that are kept ready can answer a question."""

import pytest

from domain.report import Dimension, TagDimension
from domain.rollup import Breakdown, breakdown_for


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
