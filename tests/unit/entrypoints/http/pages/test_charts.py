"""The bars of the cost over time."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.period import Interval, Span
from domain.report import SeriesPoint
from entrypoints.http.pages.charts import bar_chart, bucket_label, round_up

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
COSTS = st.one_of(st.none(), st.decimals(0, 10**6, places=9))


def series_of(costs: Sequence[Decimal | None]) -> list[SeriesPoint]:
    spans = (
        Span(MONDAY + timedelta(days=n), MONDAY + timedelta(days=n + 1)) for n in range(len(costs))
    )
    return [SeriesPoint(span, cost, 1, 0, 0) for span, cost in zip(spans, costs, strict=True)]


@given(st.lists(COSTS, min_size=1, max_size=120))
def test_every_bar_stands_inside_the_drawing_and_inside_its_slot(
    costs: list[Decimal | None],
) -> None:
    chart = bar_chart(series_of(costs), Interval.DAY, UTC)
    assert len(chart.bars) == len(costs)
    for bar in chart.bars:
        assert 0 <= bar.height <= 100
        assert bar.slot_x <= bar.x
        assert bar.x + bar.width <= bar.slot_x + bar.slot_width + 0.01
        assert bar.slot_x + bar.slot_width <= 100.1
        assert (bar.height > 0) == bool(bar.point.cost_usd)


@given(st.decimals(Decimal("1e-15"), 10**9, places=15))
def test_the_top_is_the_next_round_amount(amount: Decimal) -> None:
    top, steps = round_up(amount)
    # A quarter is the most of a drawing that is left empty.
    assert amount <= top <= amount * 4 / 3
    assert steps >= 3


@pytest.mark.parametrize(
    ("amount", "lines"),
    [
        ("201", "250 200 150 100 50"),
        ("0.7", "0.75 0.50 0.25"),
        ("3", "3 2 1"),
        ("1001", "1250 1000 750 500 250"),
    ],
)
def test_the_lines_stand_at_round_amounts(amount: str, lines: str) -> None:
    grid = bar_chart(series_of([Decimal(amount)]), Interval.DAY, UTC).grid
    assert [line for line, _ in grid] == [Decimal(line) for line in lines.split()]
    assert [y for _, y in grid] == [round(100 * n / len(grid), 3) for n in range(len(grid))]


def test_the_top_of_nothing_is_nothing() -> None:
    assert round_up(Decimal(0)) == (Decimal(0), 0)
    assert bar_chart(series_of([None]), Interval.DAY, UTC).grid == ()
    assert bar_chart(series_of([None]), Interval.DAY, UTC).top == 0


def test_heights_are_in_the_proportion_of_the_costs() -> None:
    chart = bar_chart(series_of([Decimal(100), Decimal(50), Decimal(0)]), Interval.DAY, UTC)
    assert [bar.height for bar in chart.bars] == [100, 50, 0]
    assert [bar.y for bar in chart.bars] == [0, 50, 100]
    assert chart.top == 100
    assert chart.grid[0] == (Decimal(100), 0.0)


def test_a_bucket_with_calls_and_no_known_cost_is_marked() -> None:
    unknown, free = bar_chart(series_of([None, Decimal(0)]), Interval.DAY, UTC).bars
    assert unknown.is_unknown
    assert not free.is_unknown


def test_what_a_failed_call_costs_does_not_make_a_bucket_known() -> None:
    (point,) = series_of([Decimal(0)])
    (bar,) = bar_chart([replace(point, unpriced_calls=1)], Interval.DAY, UTC).bars
    assert bar.is_unknown


def test_an_hour_that_a_clock_shows_twice_says_which_it_is() -> None:
    zone, midnight = ZoneInfo("America/New_York"), datetime(2026, 11, 1, 4, tzinfo=UTC)
    hours = [midnight + timedelta(hours=number) for number in range(4)]
    assert [bucket_label(hour, Interval.HOUR, zone) for hour in hours] == [
        "Sun 1 Nov, 00:00",
        "Sun 1 Nov, 01:00 EDT",
        "Sun 1 Nov, 01:00 EST",
        "Sun 1 Nov, 02:00",
    ]


def test_few_labels_stand_under_many_bars_each_in_the_middle_of_its_slot() -> None:
    chart = bar_chart(series_of([Decimal(1)] * 30), Interval.DAY, UTC)
    assert [label.text for label in chart.labels][:2] == ["25 Nov", "30 Nov"]
    assert len(chart.labels) == 6
    assert abs(chart.labels[0].x - 2.5 * 100 / 30) < 0.01


def test_buckets_are_named_in_the_viewers_time_zone() -> None:
    kolkata = ZoneInfo("Asia/Kolkata")
    assert bucket_label(MONDAY, Interval.DAY, UTC) == "Mon 23 Nov"
    assert bucket_label(MONDAY, Interval.HOUR, kolkata) == "Mon 23 Nov, 05:30"
    assert bucket_label(MONDAY, Interval.WEEK, UTC) == "Week of 23 Nov 2026"
    assert bucket_label(MONDAY, Interval.MONTH, UTC) == "Nov 2026"
