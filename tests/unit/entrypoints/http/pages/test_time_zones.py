"""The list of time zones to choose from."""

import pytest

from entrypoints.http.pages.time_zones import is_other_zone, zones_by_region

OFFERED = {name for zones in zones_by_region().values() for name, _ in zones}


@pytest.mark.parametrize(
    "name",
    ["Europe/Amsterdam", "Asia/Kolkata", "America/Argentina/Buenos_Aires", "Arctic/Longyearbyen"],
)
def test_the_name_in_use_is_offered(name: str) -> None:
    assert name in OFFERED
    assert not is_other_zone(name)


@pytest.mark.parametrize(
    "name", ["US/Pacific", "Asia/Calcutta", "America/Buenos_Aires", "Australia/ACT", "Europe/Kiev"]
)
def test_an_older_name_is_not_offered_and_still_shown_where_it_is_chosen(name: str) -> None:
    assert name not in OFFERED
    assert is_other_zone(name)


@pytest.mark.parametrize("name", ["UTC", "Mars/Olympus", ""])
def test_what_is_no_name_of_a_place_is_not_shown_beside_the_list(name: str) -> None:
    assert not is_other_zone(name)


def test_every_region_has_zones_without_its_name() -> None:
    for region, zones in zones_by_region().items():
        assert zones, region
        assert not [shown for _, shown in zones if shown.startswith(region) or "_" in shown]
