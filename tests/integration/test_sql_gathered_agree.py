"""Charts are the same whatever is gathered, in PostgreSQL as in memory."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.memory.unit_of_work import InMemoryUnitsOfWork
from adapters.sql import gathering
from adapters.sql.unit_of_work import SqlUnitsOfWork
from application.ports.unit_of_work import UnitsOfWork
from domain.api_key import ApiKey
from domain.event import Event
from domain.period import Interval, Span, buckets, zone
from domain.report import Dimension, EventFilter, EventSelection, GroupBy, TagDimension
from domain.rollup import days_over, weeks_over
from tests.builders import a_cost, an_event
from tests.contracts.event_storage import add_waiting, close_weeks, gather
from tests.contracts.events import append
from tests.contracts.tenants import a_stored_key
from tests.integration.test_sql_rollups import differences

NOW = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
BY = st.sampled_from([(Dimension.USER,), (TagDimension("team"),), (TagDimension("mood"),)])
CHOSEN = st.sampled_from(
    [EventFilter(), EventFilter(), EventFilter(tags={"team": ("a", "c")}),
     EventFilter({Dimension.USER: ("a", "c")})]
)  # fmt: skip
MOMENTS = st.one_of(
    st.integers(0, 70).map(lambda days: NOW.replace(hour=0, minute=0) - timedelta(days=days)),
    st.timedeltas(timedelta(0), timedelta(days=70)).map(lambda ago: NOW - ago),
)
CALLS = st.lists(
    st.tuples(
        MOMENTS,
        st.sampled_from(["a", "b", "c", "", "\u00e9", None]),
        st.none() | st.decimals(0, 3, places=20).map(str),
    ),
    max_size=20,
)
FORGET_DAYS = "DELETE FROM gathered_sums WHERE extract(epoch FROM start)::bigint / 86400 %% %s = 0"
#: Calls that were there when it was gathered, that came late, and that wait.
HISTORIES = st.tuples(CALLS, CALLS, CALLS)


@pytest.fixture(autouse=True)
def _any_number_is_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "LEAST", 1)
    monkeypatch.setattr(gathering, "MOST", 10_000)


def told(
    units_of_work: UnitsOfWork,
    key: ApiKey,
    by: GroupBy,
    chosen: EventFilter,
    span: Span,
    tz: str,
    most: int,
) -> list[object]:
    """A chart of days, one of hours, and what is added up without one."""
    selection = EventSelection(organization_id=key.organization_id, span=span, filter=chosen)
    short = Span(max(span.start, span.end - timedelta(days=2)), span.end)
    of_two_days = EventSelection(organization_id=key.organization_id, span=short, filter=chosen)
    with units_of_work.report() as uow:
        reports = uow.usage_reports
        days = buckets(span, Interval.DAY, zone(tz))
        hours = buckets(short, Interval.HOUR, zone(tz))
        return [
            reports.series_of_groups(selection, by, days, most=most),
            reports.series_of_groups(of_two_days, by, hours, most=most),
            reports.trends(selection, by, [span]),
        ]


def stored(
    units_of_work: SqlUnitsOfWork, calls: tuple[Any, Any, Any], database_url: str, every: int
) -> ApiKey:
    """Gathered when the first are there; of some days it is forgotten again."""
    key, (early, late, waiting) = a_stored_key(units_of_work), calls
    events = numbered(key, [*early, *late, *waiting])
    append(units_of_work, key, events[: len(early)])
    add_waiting(units_of_work)
    close_weeks(units_of_work, weeks_over(NOW))
    gather(units_of_work, days_over(NOW))
    append(units_of_work, key, events[len(early) : len(early) + len(late)])
    add_waiting(units_of_work)
    with psycopg.connect(database_url) as connection:
        connection.execute(FORGET_DAYS, [every])
    append(units_of_work, key, events[len(early) + len(late) :])
    return key


def numbered(key: ApiKey, calls: list[Any]) -> list[Event]:
    return [
        an_event(
            key,
            id=f"call-{number}",
            timestamp=at,
            user=name,
            tags={} if name is None else {"team": name, "mood": f"{name}!"},
            cost=a_cost(usd),
        )
        for number, (at, name, usd) in enumerate(calls)
    ]


def test_charts_are_the_same_whatever_is_gathered(
    units_of_work: SqlUnitsOfWork, database_url: str
) -> None:
    @settings(max_examples=60, deadline=None)
    @given(
        calls=HISTORIES,
        by=BY,
        chosen=CHOSEN,
        ends=st.tuples(MOMENTS, MOMENTS).filter(lambda pair: pair[0] < pair[1]),
        tz=st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kolkata", "Asia/Kathmandu"]),
        most=st.integers(1, 3),
        every=st.integers(2, 5),
    )
    def agree(
        calls: tuple[Any, Any, Any], ends: tuple[datetime, datetime], every: int, **asked: Any
    ) -> None:
        in_memory = InMemoryUnitsOfWork()
        of_memory = a_stored_key(in_memory)
        append(in_memory, of_memory, numbered(of_memory, [call for some in calls for call in some]))
        key = stored(units_of_work, calls, database_url, every)
        asked["span"] = Span(*ends)
        assert told(units_of_work, key, **asked) == told(in_memory, of_memory, **asked)
        assert differences(units_of_work, key) == []

    agree()
