"""Where the money went, at one look: the same figures as each report by itself."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from application.reports.compare_costs import CompareCosts, CompareCostsRequest
from application.reports.report_groups import GroupReport, ReportGroups, ReportGroupsRequest
from application.reports.report_overview import (
    Overview,
    Past,
    ReportOverview,
    ReportOverviewRequest,
)
from application.reports.report_series import ReportSeries, ReportSeriesRequest
from application.reports.report_usage import ReportUsage, ReportUsageRequest
from domain.errors import Invalid
from domain.period import Span
from domain.report import Dimension, Distribution, EventFilter, GroupBy, Measures
from tests.builders import NOW, a_cost, an_api_key, an_event, an_organization
from tests.unit.application.world import World

KEY = an_api_key(an_organization())
ORGANIZATION = KEY.organization_id
KATHMANDU = "Asia/Kathmandu"
NOT_P3 = EventFilter({Dimension.PROJECT: ("p0", "p1", "p2")})
REQUEST = ReportOverviewRequest(organization_id=ORGANIZATION, timezone=KATHMANDU, filter=NOT_P3)


def report(world: World, request: ReportOverviewRequest = REQUEST) -> Overview:
    return ReportOverview(world.units, world.clock)(request)


def call_for_weeks(world: World) -> None:
    """Calls of four providers, nine models and four projects; every seventh has no known cost."""
    for number in range(90):
        usd = None if number % 7 == 0 else f"0.{number:012d}"
        world.events(
            an_event(
                KEY,
                provider=f"maker{number % 4}",
                model=f"model{number % 9}",
                project=f"p{number % 4}",
                timestamp=NOW - number * timedelta(hours=13, minutes=7),
                cost=a_cost(usd),
                latency_ms=number * 10,
            )
        )


@pytest.mark.parametrize("by", [(), (Dimension.PROJECT,), (Dimension.PROVIDER, Dimension.MODEL)])
def test_every_part_is_what_its_own_report_says(world: World, by: GroupBy) -> None:
    call_for_weeks(world)
    found = report(world, replace(REQUEST, by=by))
    units, clock = world.units, world.clock

    usage = ReportUsage(units, clock)(
        ReportUsageRequest(organization_id=ORGANIZATION, timezone=KATHMANDU, filter=NOT_P3)
    )
    assert (found.span, found.interval) == (usage.span, usage.interval)
    past = past_of(found)
    assert (found.totals, past.totals) == (usage.totals, untimed(usage.previous))
    assert found.totals.latency_ms.p95
    assert found.series == usage.series
    assert found.totals.calls > found.totals.coverage.unpriced > 0

    providers = ReportGroupsRequest(
        organization_id=ORGANIZATION, timezone=KATHMANDU, filter=NOT_P3, by=(Dimension.PROVIDER,)
    )
    assert found.providers == untimed_rows(ReportGroups(units, clock)(providers))
    compared = CompareCostsRequest(organization_id=ORGANIZATION, timezone=KATHMANDU, filter=NOT_P3)
    comparison = CompareCosts(units, clock)(compared)
    assert past.comparison == replace(
        comparison, now=untimed_rows(comparison.now), before=untimed_rows(comparison.before)
    )
    assert found.models == past.comparison.now
    assert found.groups == (groups(world, by) if by else ())


def past_of(found: Overview) -> Past:
    assert found.past is not None
    return found.past


def untimed(measures: Measures) -> Measures:
    return replace(measures, latency_ms=Distribution(), time_to_first_token_ms=Distribution())


def untimed_rows(report: GroupReport) -> GroupReport:
    rows = (replace(row, measures=untimed(row.measures)) for row in report.rows)
    return replace(report, rows=tuple(rows))


def groups(world: World, by: GroupBy) -> Sequence[object]:
    asked = ReportSeriesRequest(
        organization_id=ORGANIZATION, timezone=KATHMANDU, filter=NOT_P3, by=by
    )
    return ReportSeries(world.units, world.clock)(asked).series


@pytest.mark.parametrize("by", [(), (Dimension.PROJECT,)])
def test_without_calls_everything_is_zero_and_nothing_is_left_out(
    world: World, by: GroupBy
) -> None:
    found = report(world, replace(REQUEST, by=by))
    assert found.totals == past_of(found).totals == Measures()
    assert {point.cost_usd for point in found.series} == {Decimal(0)}
    assert found.series[-1].span.end == found.span.end
    assert (found.groups, found.providers.rows, past_of(found).comparison.is_first) == (
        (),
        (),
        True,
    )


def test_a_range_that_ends_before_it_begins_is_refused(world: World) -> None:
    with pytest.raises(Invalid):
        report(world, replace(REQUEST, start=NOW, end=NOW - timedelta(days=1)))


def test_a_range_that_is_yet_to_end_is_compared_by_what_of_it_has_passed(world: World) -> None:
    """A call a day, of a dollar: two days of thirty stand beside the two before, not thirty."""
    day = timedelta(days=1)
    for number in range(40):
        world.events(an_event(KEY, timestamp=NOW - (number + 0.5) * day, cost=a_cost("1")))
    asked = ReportOverviewRequest(
        organization_id=ORGANIZATION, start=NOW - 2 * day, end=NOW + 28 * day
    )
    found = report(world, asked)
    assert found.span == Span(NOW - 2 * day, NOW + 28 * day)
    past = past_of(found)
    assert found.so_far == Span(NOW - 2 * day, NOW)
    assert past.span == Span(NOW - 4 * day, NOW - 2 * day)
    assert found.totals.cost_usd == past.totals.cost_usd == Decimal(2)
    assert past.comparison.moved == ()


def test_what_nobody_asked_to_compare_is_not_looked_up(world: World) -> None:
    call_for_weeks(world)
    whole, alone = report(world), report(world, replace(REQUEST, is_compared=False))
    assert alone == replace(whole, past=None)
