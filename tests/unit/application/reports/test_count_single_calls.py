"""Which reports read so many calls one by one that somebody would wait for them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.memory.events import InMemoryEventStore
from adapters.memory.usage_reports import InMemoryUsageReports
from application.reports.count_single_calls import (
    CountSingleCalls,
    CountSingleCallsRequest,
    SingleCalls,
)
from domain.errors import Invalid
from domain.report import Dimension, EventFilter, EventSort, GroupBy
from tests.builders import NOW, an_api_key, an_event, an_organization
from tests.unit.application.world import World

KEY = an_api_key(an_organization())
MODELS, PROVIDERS = (Dimension.PROVIDER, Dimension.MODEL), (Dimension.PROVIDER,)
REPORT = CountSingleCallsRequest(
    organization_id=KEY.organization_id,
    start=NOW - timedelta(days=10),
    filter=EventFilter({Dimension.PROJECT: ("nobody's",)}),
    whole=MODELS,
    over_time=PROVIDERS,
    is_compared=False,
)
LISTS = replace(REPORT, whole=None, over_time=None, sorts=(EventSort.COST,))


@pytest.fixture
def world(world: World) -> World:
    """Forty calls in ten days, and twenty in the ten before, none of which passes the filter."""
    for days in (*range(10), *range(10, 20, 2)):
        world.events(
            *(an_event(KEY, timestamp=NOW - timedelta(days=days, hours=1)) for _ in "1234")
        )
    return world


def without_sums(
    monkeypatch: pytest.MonkeyPatch, shares: Mapping[tuple[GroupBy, bool], float]
) -> None:
    """What part is read of the calls, by what these are taken apart, and whether over time."""
    monkeypatch.setattr(
        InMemoryUsageReports,
        "share_of_single_calls",
        lambda _, _selection, by, buckets=(): shares.get((by, bool(buckets)), 0.0),
    )


def without_orders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(InMemoryEventStore, "may_sort_all", lambda *_: True)


def counted(
    world: World, request: CountSingleCallsRequest, most: int = 5, looked_at: int = 30
) -> SingleCalls:
    return CountSingleCalls(world.units, world.clock, most_at_once=most, most_looked_at=looked_at)(
        request
    )


def test_where_sums_answer_nobody_waits(world: World) -> None:
    assert counted(world, REPORT) == SingleCalls()
    assert counted(world, LISTS) == SingleCalls()


def test_without_any_sums_all_calls_of_the_range_are_read_whether_or_not_they_pass(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_sums(monkeypatch, {(MODELS, False): 1.0, (PROVIDERS, True): 1.0})
    assert counted(world, REPORT, most=39) == SingleCalls(added_up=40)
    assert counted(world, REPORT, most=40) == SingleCalls(are_few=True)


def test_the_time_before_is_read_too_where_it_is_compared_and_has_no_sums(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = replace(REPORT, is_compared=True)
    without_sums(monkeypatch, {(MODELS, False): 1.0})
    assert counted(world, compared).added_up == 60
    without_sums(monkeypatch, {(PROVIDERS, True): 1.0})
    assert counted(world, compared).added_up == 40, "only the chart has none"


def test_a_part_counts_as_such_and_the_longest_one_alone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_sums(monkeypatch, {(MODELS, False): 0.1, (PROVIDERS, True): 0.25})
    assert counted(world, REPORT) == SingleCalls(added_up=10)
    assert counted(world, REPORT, most=10) == SingleCalls()
    assert counted(world, replace(REPORT, over_time=())) == SingleCalls()


def test_a_list_whose_order_is_not_kept_may_look_at_all_calls(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert counted(world, LISTS) == SingleCalls()
    without_orders(monkeypatch)
    assert counted(world, LISTS) == SingleCalls(looked_through=40)
    assert counted(world, LISTS, looked_at=40) == SingleCalls()
    assert counted(world, LISTS, most=40, looked_at=40) == SingleCalls(are_few=True)
    without_sums(monkeypatch, {(MODELS, False): 1.0})
    both = replace(REPORT, sorts=LISTS.sorts)
    assert counted(world, both) == SingleCalls(added_up=40), "sums are waited for first"


def test_a_range_that_is_none_is_refused(world: World) -> None:
    with pytest.raises(Invalid):
        counted(world, replace(REPORT, start=NOW, end=NOW))
