"""When the money went to what."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from application.reports.report_series import (
    MOST_SERIES,
    ReportSeries,
    ReportSeriesRequest,
    SeriesReport,
)
from application.reports.report_usage import ReportUsage, ReportUsageRequest
from domain.errors import Invalid
from domain.money import exact_sum
from domain.period import Interval
from domain.report import Dimension, EventFilter
from tests.builders import NOW, a_cost, an_api_key, an_event, an_organization
from tests.unit.application.world import World

KEY = an_api_key(an_organization())
REQUEST = ReportSeriesRequest(organization_id=KEY.organization_id, by=(Dimension.PROJECT,))


def report(world: World, request: ReportSeriesRequest = REQUEST) -> SeriesReport:
    return ReportSeries(world.units, world.clock)(request)


def test_without_calls_there_are_no_series(world: World) -> None:
    assert report(world).series == ()


def test_the_costliest_six_have_a_series_each_and_all_others_share_one(world: World) -> None:
    for number in range(1, 10):
        world.events(an_event(KEY, project=f"p{number}", cost=a_cost(str(number))))
    *named, others = report(world).series
    assert [each.group[0] for each in named] == ["p9", "p8", "p7", "p6", "p5", "p4"]
    assert len(named) == MOST_SERIES
    assert (others.is_overflow, others.cost_usd) == (True, Decimal(6))


def test_the_series_add_up_to_those_of_the_overview_in_any_zone(world: World) -> None:
    for number in range(40):
        world.events(
            an_event(
                KEY,
                project=f"p{number % 9}",
                timestamp=NOW - number * timedelta(hours=17, minutes=13),
                cost=a_cost(f"0.{number:012d}"),
            )
        )
    found = report(world, replace(REQUEST, timezone="Asia/Kathmandu"))
    asked = ReportUsageRequest(organization_id=KEY.organization_id, timezone="Asia/Kathmandu")
    overview = ReportUsage(world.units, world.clock)(asked)
    assert (found.span, found.interval) == (overview.span, overview.interval)
    for number, point in enumerate(overview.series):
        costs = [each.points[number].cost_usd or Decimal(0) for each in found.series]
        assert exact_sum(costs) == point.cost_usd


def test_the_width_of_a_bucket_can_be_asked_for(world: World) -> None:
    world.events(an_event(KEY))
    found = report(world, replace(REQUEST, interval=Interval.MONTH))
    assert [len(each.points) for each in found.series] == [2]


def test_only_what_passes_the_filter_is_in_a_series(world: World) -> None:
    world.events(an_event(KEY, project="in", user="ada"), an_event(KEY, project="out", user="eve"))
    chosen = EventFilter({Dimension.USER: ("ada",)})
    found = report(world, replace(REQUEST, filter=chosen))
    assert [each.group for each in found.series] == [("in",)]


def test_a_range_that_ends_before_it_starts_is_refused(world: World) -> None:
    with pytest.raises(Invalid):
        report(world, replace(REQUEST, start=NOW, end=NOW - timedelta(days=1)))
