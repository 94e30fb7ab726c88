"""When a week is over, and when a day."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rollup import EPOCH, Tier, days_over, weeks_over

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "over"),
    [
        (MONDAY, MONDAY - timedelta(weeks=1)),
        (MONDAY + timedelta(hours=2) - timedelta.resolution, MONDAY - timedelta(weeks=1)),
        (MONDAY + timedelta(hours=2), MONDAY),
        (MONDAY + timedelta(days=7), MONDAY),
    ],
)
def test_a_week_is_over_two_hours_after_its_sunday(now: datetime, over: datetime) -> None:
    assert weeks_over(now) == over


@given(st.timedeltas(timedelta(days=30), timedelta(days=70_000)))
def test_weeks_end_on_mondays_of_utc(since: timedelta) -> None:
    now = EPOCH + since
    over = weeks_over(now)
    assert over.weekday() == EPOCH.weekday() == 0
    assert over == over.replace(hour=0, minute=0, second=0, microsecond=0)
    assert timedelta(hours=2) <= now - over < timedelta(hours=2) + Tier.WEEK.length


@pytest.mark.parametrize(
    ("now", "over"),
    [
        (MONDAY, MONDAY - timedelta(days=1)),
        (MONDAY + timedelta(hours=2) - timedelta.resolution, MONDAY - timedelta(days=1)),
        (MONDAY + timedelta(hours=2), MONDAY),
        (MONDAY + timedelta(hours=25), MONDAY),
    ],
)
def test_a_day_is_over_two_hours_after_its_end(now: datetime, over: datetime) -> None:
    assert days_over(now) == over
