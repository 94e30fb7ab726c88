"""Days that a report cuts are put right by calls, and left out where these are gone."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from adapters.memory.clock import ManualClock
from adapters.sql.unit_of_work import SqlUnitsOfWork
from application.maintenance.keep_months import KeepMonths
from domain.api_key import ApiKey
from domain.event import Event
from domain.period import Interval, Span, buckets, zone
from domain.report import Dimension, EventFilter, EventSelection
from tests.builders import a_cost, an_event
from tests.contracts.events import append
from tests.contracts.tenants import a_stored_key
from tests.integration.test_sql_tag_rollups import DAY, NOON, forget_calls, store

HOUR = timedelta(hours=1)
OLD = DAY.start - timedelta(days=200)
#: By two dimensions there are sums of days alone.
SHOP = EventFilter({Dimension.PROJECT: ("shop",), Dimension.ENVIRONMENT: ("live",)})


@pytest.fixture
def key(units_of_work: SqlUnitsOfWork) -> ApiKey:
    return a_stored_key(units_of_work)


def called(key: ApiKey, at: datetime, usd: str = "1") -> Event:
    return an_event(key, timestamp=at, project="shop", environment="live", cost=a_cost(usd))


def selected(key: ApiKey, span: Span, chosen: EventFilter = SHOP) -> EventSelection:
    return EventSelection(organization_id=key.organization_id, span=span, filter=chosen)


def calls(units_of_work: SqlUnitsOfWork, key: ApiKey, span: Span) -> int:
    with units_of_work.report() as uow:
        return uow.usage_reports.measures(selected(key, span)).calls


def calls_by_day(
    units_of_work: SqlUnitsOfWork, key: ApiKey, span: Span, tz: str, chosen: EventFilter
) -> Sequence[int]:
    with units_of_work.report() as uow:
        days = buckets(span, Interval.DAY, zone(tz))
        found = uow.usage_reports.series(selected(key, span, chosen), days)
    return [point.calls for point in found]


def test_a_day_whose_calls_are_gone_is_left_out_where_a_report_cuts_it(
    units_of_work: SqlUnitsOfWork, key: ApiKey
) -> None:
    store(units_of_work, key, *(called(key, OLD + hour * HOUR) for hour in (1, 30)))
    store(units_of_work, key, called(key, NOON))
    ever = Span(OLD + 2 * HOUR, DAY.end)
    assert calls(units_of_work, key, ever) == 2
    KeepMonths(units_of_work, ManualClock(NOON), longest_days=100)()
    assert calls(units_of_work, key, Span(OLD, DAY.end)) == 3
    # Its call was before the range, which only the call itself could tell.
    assert calls(units_of_work, key, ever) == 2
    store(units_of_work, key, called(key, OLD + 3 * HOUR))
    assert calls(units_of_work, key, ever) == 3


@pytest.mark.parametrize("chosen", [EventFilter(), SHOP])
@pytest.mark.parametrize("tz", ["Europe/Berlin", "Asia/Kolkata", "Asia/Kathmandu"])
def test_calls_that_wait_count_where_they_belong_in_a_cut_day(
    units_of_work: SqlUnitsOfWork, key: ApiKey, tz: str, chosen: EventFilter
) -> None:
    span = Span(DAY.start - timedelta(days=2) + HOUR / 3, DAY.end - HOUR / 3)
    every_quarter = [span.start + n * HOUR / 4 for n in range(-8, 220)]
    store(units_of_work, key, *(called(key, at) for at in every_quarter[::2]))
    append(units_of_work, key, [called(key, at) for at in every_quarter[1::2]])
    found = calls_by_day(units_of_work, key, span, tz, chosen)
    days = buckets(span, Interval.DAY, zone(tz))
    assert found == [sum(day.start <= at < day.end for at in every_quarter) for day in days]


def test_of_a_cut_day_the_calls_of_its_shorter_part_are_read(
    units_of_work: SqlUnitsOfWork, key: ApiKey, database_url: str
) -> None:
    store(units_of_work, key, called(key, DAY.start + HOUR), called(key, NOON, "2"))
    span = Span(DAY.start + 2 * HOUR, DAY.end)
    assert calls(units_of_work, key, span) == 1
    forget_calls(database_url)
    with units_of_work.report() as uow:
        # The day is a sum; what is to be taken from it would be the call that was deleted.
        assert uow.usage_reports.spent(selected(key, span)) == Decimal(3)
