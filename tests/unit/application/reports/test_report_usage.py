"""What was spent in a span of time, and when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.reports.report_usage import ReportUsage, ReportUsageRequest, UsageOverview
from domain.errors import Invalid
from domain.event import Status
from domain.money import exact_sum
from domain.period import Interval, Span
from domain.report import Coverage, Dimension, EventFilter, Measures
from domain.usage.token_usage import TokenClass, TokenUsage
from tests.builders import NOW, a_cost, an_api_key, an_event, an_organization
from tests.unit.application.world import World

KEY = an_api_key(an_organization())
REQUEST = ReportUsageRequest(organization_id=KEY.organization_id)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC)


def report(world: World, request: ReportUsageRequest = REQUEST) -> UsageOverview:
    return ReportUsage(world.units, world.clock)(request)


def test_an_organization_without_calls_has_a_report_of_zeros(world: World) -> None:
    overview = report(world)
    assert overview.totals == overview.previous == Measures()
    assert overview.span == Span(MIDNIGHT - 29 * DAY, NOW)
    assert (overview.timezone, overview.interval) == ("UTC", Interval.DAY)
    assert len(overview.series) == 30
    assert {(point.cost_usd, point.calls) for point in overview.series} == {(Decimal(0), 0)}


def test_calls_are_summed_up(world: World) -> None:
    usage = TokenUsage({TokenClass.INPUT: 10, TokenClass.CACHE_READ: 5})
    world.events(
        an_event(KEY, cost=a_cost("0.1"), usage=usage, latency_ms=100),
        an_event(KEY, cost=a_cost("0.2"), usage=usage, latency_ms=300, status=Status.ERROR),
        an_event(KEY, cost=a_cost(None), usage=TokenUsage()),
    )
    totals = report(world).totals
    assert totals.cost_usd == Decimal("0.3")
    assert (totals.calls, totals.errors, totals.error_rate) == (3, 1, 1 / 3)
    assert totals.tokens == {TokenClass.INPUT: 20, TokenClass.CACHE_READ: 10}
    assert totals.coverage == Coverage(priced=2, unpriced=1)
    assert totals.cost_per_call_usd == Decimal("0.15")
    assert totals.latency_ms.mean == 200
    assert totals.latency_ms.p50 == pytest.approx(100, rel=0.02)
    assert totals.latency_ms.p95 == pytest.approx(300, rel=0.02)


def test_a_total_of_which_nothing_is_known_is_not_zero(world: World) -> None:
    world.events(an_event(KEY, cost=a_cost(None)))
    overview = report(world)
    assert overview.totals.cost_usd is None
    assert overview.series[-1].cost_usd is None
    assert overview.previous.cost_usd == 0


def test_the_range_before_is_as_long_and_its_calls_are_counted_apart(world: World) -> None:
    request = replace(REQUEST, start=NOW - 2 * HOUR, end=NOW)
    for hours, usd in ((0.5, "1"), (2, "2"), (2.5, "4"), (4, "8"), (4.5, "16")):
        world.events(an_event(KEY, timestamp=NOW - hours * HOUR, cost=a_cost(usd)))
    overview = report(world, request)
    assert overview.totals.cost_usd == 3
    assert overview.previous.cost_usd == 12


def test_a_range_holds_its_start_and_not_its_end(world: World) -> None:
    request = replace(REQUEST, start=NOW - HOUR, end=NOW)
    world.events(an_event(KEY, timestamp=NOW - HOUR), an_event(KEY, timestamp=NOW))
    assert report(world, request).totals.calls == 1


def test_a_series_has_a_point_for_every_interval(world: World) -> None:
    world.events(
        an_event(KEY, timestamp=NOW - 5 * HOUR, cost=a_cost("0.25")),
        an_event(KEY, timestamp=NOW - 3 * HOUR, cost=a_cost("0.5"), status=Status.ERROR),
    )
    request = replace(REQUEST, start=NOW - 5 * HOUR, end=NOW - HOUR)
    series = report(world, request).series
    assert [point.cost_usd for point in series] == [
        Decimal("0.25"),
        Decimal(0),
        Decimal("0.5"),
        Decimal(0),
    ]
    assert [(point.calls, point.errors, point.tokens) for point in series] == [
        (1, 0, 300),
        (0, 0, 0),
        (1, 1, 300),
        (0, 0, 0),
    ]


@pytest.mark.parametrize(
    ("interval", "pieces"),
    [(Interval.HOUR, 24 * 29 + 12), (Interval.DAY, 30), (Interval.WEEK, 6), (Interval.MONTH, 2)],
)
def test_an_interval_may_be_chosen(world: World, interval: Interval, pieces: int) -> None:
    overview = report(world, replace(REQUEST, interval=interval))
    assert overview.interval is interval
    assert len(overview.series) == pieces


zones = st.sampled_from(
    [
        "UTC",
        "Asia/Kolkata",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
        "America/Sao_Paulo",
        "America/Havana",
        "Africa/Cairo",
        "Pacific/Apia",
        "Europe/Berlin",
    ]
)
moments = st.timedeltas(timedelta(0), timedelta(days=40))
amounts = st.none() | st.decimals(0, 1, places=18, allow_nan=False)


@given(
    zones,
    st.sampled_from(Interval),
    st.lists(st.tuples(moments, amounts), max_size=12),
    moments,
    moments.filter(bool),
)
def test_the_points_sum_up_to_the_total_to_the_last_digit_in_every_zone(
    timezone: str,
    interval: Interval,
    calls: list[tuple[timedelta, Decimal | None]],
    away: timedelta,
    length: timedelta,
) -> None:
    world, first = World(), datetime(2026, 10, 1, tzinfo=UTC)
    for moment, amount in calls:
        cost = a_cost(None if amount is None else str(amount))
        world.events(an_event(KEY, timestamp=first + moment, cost=cost))
    request = replace(
        REQUEST,
        start=first + away,
        end=first + away + length,
        timezone=timezone,
        interval=interval,
    )
    overview = report(world, request)
    known = [point.cost_usd for point in overview.series if point.cost_usd is not None]
    assert exact_sum(known) == (overview.totals.cost_usd or 0)
    assert sum(point.calls for point in overview.series) == overview.totals.calls
    assert sum(point.tokens for point in overview.series) == overview.totals.total_tokens


def test_days_are_those_of_the_zone(world: World) -> None:
    evening = MIDNIGHT - 5 * HOUR  # half past midnight in Kolkata
    world.events(an_event(KEY, timestamp=evening))
    bounds = replace(REQUEST, start=evening - DAY, end=evening + DAY, interval=Interval.DAY)
    overview = report(world, replace(bounds, timezone="Asia/Kolkata"))
    [point] = [point for point in overview.series if point.calls]
    assert point.span.start == datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
    [point] = [point for point in report(world, bounds).series if point.calls]
    assert point.span.start == datetime(2026, 11, 22, tzinfo=UTC)


def test_a_filter_narrows_totals_previous_and_series_alike(world: World) -> None:
    for moment in (NOW - HOUR, NOW - 31 * DAY):
        world.events(
            an_event(KEY, timestamp=moment, project="checkout", tags={"team": "a"}),
            an_event(KEY, timestamp=moment, project="checkout", tags={"team": "b"}),
            an_event(KEY, timestamp=moment, project="search", tags={"team": "a"}),
            an_event(KEY, timestamp=moment),
        )
    chosen = EventFilter({Dimension.PROJECT: ("checkout", "cart")}, {"team": ("a",)})
    overview = report(world, replace(REQUEST, filter=chosen))
    assert (overview.totals.calls, overview.previous.calls) == (1, 1)
    assert sum(point.calls for point in overview.series) == 1


def test_other_organizations_calls_are_not_counted(world: World) -> None:
    world.events(an_event(an_api_key(an_organization())))
    assert report(world).totals.calls == 0


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (replace(REQUEST, timezone="Mars/Olympus"), "invalid_timezone"),
        (replace(REQUEST, start=NOW, end=NOW), "invalid_range"),
        (replace(REQUEST, start=NOW - 120 * DAY, interval=Interval.HOUR), "interval_too_short"),
    ],
)
def test_a_range_that_cannot_be_answered_is_refused(
    world: World, request_: ReportUsageRequest, code: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        report(world, request_)
    assert refusal.value.code == code
