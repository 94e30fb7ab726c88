"""Tiers of service under their many names."""

import pytest

from domain.service_tier import plain_service_tier


@pytest.mark.parametrize(
    ("stated", "plain"),
    [
        (None, None),
        ("", "default"),
        ("standard", "default"),
        ("auto", "default"),
        ("ON_DEMAND", "default"),
        ("ON_DEMAND_FLEX", "flex"),
        ("default", "default"),
        (" Priority ", "priority"),
        ("provisioned_throughput", "provisioned_throughput"),
    ],
)
def test_ordinary_service_has_one_name_and_others_are_kept(
    stated: str | None, plain: str | None
) -> None:
    assert plain_service_tier(stated) == plain
