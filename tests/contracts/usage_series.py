"""What every source of usage reports promises about a series in time."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from application.ports.unit_of_work import UnitsOfWork
from domain.api_key import ApiKey
from domain.event import Event, Status
from domain.money import exact_sum
from domain.period import Interval, Span, buckets, zone
from domain.report import Dimension, EventFilter, EventSelection, Measures, SeriesPoint
from domain.usage.token_usage import TokenClass, TokenUsage
from tests.builders import a_cost, an_event
from tests.contracts.events import append
from tests.contracts.tenants import a_stored_key

MICROSECOND = timedelta(microseconds=1)
#: Six days in which Lord Howe Island moves its clock by half an hour, from and to no full hour.
SPAN = Span(
    datetime(2026, 10, 1, 10, 20, 30, 400_500, tzinfo=UTC),
    datetime(2026, 10, 7, 7, 59, 1, tzinfo=UTC),
)
ZONES = ["UTC", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "America/New_York"]


def series(
    units_of_work: UnitsOfWork, selection: EventSelection, pieces: list[Span]
) -> list[SeriesPoint]:
    with units_of_work.report() as uow:
        return uow.usage_reports.series(selection, pieces)


class UsageSeriesContract:
    """Inherit where a fixture ``units_of_work`` gives an empty store."""

    @pytest.fixture
    def key(self, units_of_work: UnitsOfWork) -> ApiKey:
        return a_stored_key(units_of_work)

    @pytest.fixture
    def selection(self, key: ApiKey) -> EventSelection:
        return EventSelection(organization_id=key.organization_id, span=SPAN)

    def test_a_bucket_without_calls_is_a_point_too(
        self, units_of_work: UnitsOfWork, key: ApiKey, selection: EventSelection
    ) -> None:
        days = buckets(SPAN, Interval.DAY, UTC)
        append(units_of_work, key, [an_event(key, timestamp=days[3].start, cost=a_cost("1"))])
        points = series(units_of_work, selection, days)
        assert [point.span for point in points] == days
        assert [point.calls for point in points] == [0, 0, 0, 1, 0, 0, 0]
        assert points[0] == SeriesPoint(days[0], cost_usd=Decimal(0), calls=0, errors=0, tokens=0)

    def test_a_bucket_has_no_cost_where_none_is_known(
        self, units_of_work: UnitsOfWork, key: ApiKey, selection: EventSelection
    ) -> None:
        first, second = _halves(SPAN)
        unknown = an_event(key, timestamp=first.start, cost=a_cost(None), usage=TokenUsage())
        known = an_event(key, timestamp=second.start, cost=a_cost("1"))
        also_unknown = an_event(key, timestamp=second.start, cost=a_cost(None))
        append(units_of_work, key, [unknown, known, also_unknown])
        points = series(units_of_work, selection, [first, second])
        assert [(point.cost_usd, point.calls) for point in points] == [(None, 1), (Decimal(1), 2)]
        assert points[0].tokens == 0

    def test_a_point_counts_calls_errors_and_tokens_of_all_classes(
        self, units_of_work: UnitsOfWork, key: ApiKey, selection: EventSelection
    ) -> None:
        usages = [
            TokenUsage(dict.fromkeys(TokenClass, 10**9)),
            TokenUsage({TokenClass.REASONING: 1}),
            TokenUsage(),
        ]
        statuses = [Status.ERROR, Status.SUCCESS, Status.SUCCESS]
        events = [
            an_event(key, timestamp=SPAN.start, usage=usage, status=status, cost=a_cost("0.1"))
            for usage, status in zip(usages, statuses, strict=True)
        ]
        append(units_of_work, key, events)
        assert series(units_of_work, selection, [SPAN]) == [
            SeriesPoint(SPAN, Decimal("0.3"), calls=3, errors=1, tokens=12 * 10**9 + 1)
        ]

    @pytest.mark.parametrize("interval", [Interval.HOUR, Interval.DAY, Interval.WEEK])
    @pytest.mark.parametrize("tz", ZONES)
    def test_the_points_add_up_to_the_total_in_every_zone(
        self,
        units_of_work: UnitsOfWork,
        key: ApiKey,
        selection: EventSelection,
        tz: str,
        interval: Interval,
    ) -> None:
        pieces = buckets(SPAN, interval, zone(tz))
        append(units_of_work, key, _events_at_all_borders(key, pieces))
        points = series(units_of_work, selection, pieces)
        with units_of_work.report() as uow:
            total = uow.usage_reports.measures(selection)
        assert [point.calls for point in points] == [2] * len(pieces)
        assert _sum_of(points) == (total.cost_usd, total.calls, total.total_tokens)

    def test_events_outside_the_span_are_in_no_point(
        self, units_of_work: UnitsOfWork, key: ApiKey, selection: EventSelection
    ) -> None:
        outside = [SPAN.start - MICROSECOND, SPAN.end, SPAN.end + timedelta(days=9)]
        append(units_of_work, key, [an_event(key, timestamp=time) for time in outside])
        points = series(units_of_work, selection, list(_halves(SPAN)))
        assert [point.calls for point in points] == [0, 0]

    def test_a_series_holds_only_what_passes_the_filter(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        for model in ("wanted", "other"):
            append(units_of_work, key, [an_event(key, timestamp=SPAN.start, model=model)])
        selection = EventSelection(
            organization_id=key.organization_id,
            span=SPAN,
            filter=EventFilter({Dimension.MODEL: ("wanted",)}),
        )
        assert [point.calls for point in series(units_of_work, selection, [SPAN])] == [1]

    def test_another_organization_sees_none_of_it(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        append(units_of_work, key, [an_event(key, timestamp=SPAN.start)])
        stranger = a_stored_key(units_of_work)
        selection = EventSelection(organization_id=stranger.organization_id, span=SPAN)
        with units_of_work() as uow:
            assert uow.usage_reports.measures(selection) == Measures()
        assert [point.calls for point in series(units_of_work, selection, [SPAN])] == [0]


def _halves(span: Span) -> tuple[Span, Span]:
    middle = span.start + span.length / 2
    return Span(span.start, middle), Span(middle, span.end)


def _events_at_all_borders(key: ApiKey, pieces: list[Span]) -> list[Event]:
    """Two events in each piece, at its first and its last moment, all of different costs."""
    times = [time for piece in pieces for time in (piece.start, piece.end - MICROSECOND)]
    return [
        an_event(key, timestamp=time, cost=a_cost(f"0.{number:018d}"))
        for number, time in enumerate(times, start=1)
    ]


def _sum_of(points: list[SeriesPoint]) -> tuple[Decimal, int, int]:
    cost = exact_sum(point.cost_usd or Decimal(0) for point in points)
    return cost, sum(point.calls for point in points), sum(point.tokens for point in points)
