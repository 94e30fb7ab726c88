"""The costliest of many groups over time, also in zones that cut the days of the sums."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine

from adapters.memory.unit_of_work import InMemoryUnitsOfWork
from adapters.sql import (
    gathering,
    usage_costliest_users,
    usage_few_groups,
    usage_group_series,
)
from adapters.sql.engine import create_pool
from adapters.sql.unit_of_work import SqlUnitsOfWork
from application.ports.unit_of_work import UnitsOfWork
from domain.api_key import ApiKey
from domain.period import Interval, Span, buckets, zone
from domain.report import (
    Dimension,
    EventFilter,
    EventSelection,
    GroupBy,
    GroupSeries,
    TagDimension,
)
from domain.retention import SHORTEST_DAYS
from domain.rollup import days_over, weeks_over
from tests.builders import NOW, a_cost, an_event
from tests.contracts.event_storage import close_weeks, gather
from tests.contracts.events import append
from tests.contracts.tenants import a_stored_key

BY_USER, BY_TAG = (Dimension.USER,), (TagDimension("t"),)
DAYS = 12
ZONES = ("UTC", "Asia/Kolkata", "America/New_York", "Australia/Lord_Howe")
NAMES = st.sampled_from(["a", "b", "c", "\u00e9", ""])
CALLS = st.lists(
    st.fixed_dictionaries(
        {
            "ago": st.timedeltas(timedelta(0), timedelta(days=DAYS + 1)),
            "name": st.one_of(NAMES, NAMES, NAMES, st.none()),
            "usd": st.none() | st.decimals(0, 3, places=20),
        }
    ),
    max_size=25,
)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    pool = create_pool(database_url)
    yield pool
    pool.dispose()


def store(
    units_of_work: UnitsOfWork, calls: list[dict[str, Any]], *, all_summed: bool = False
) -> ApiKey:
    """Some of the calls are in the sums that are kept ready, and some wait, if any may."""
    key = a_stored_key(units_of_work)
    events = [
        an_event(
            key,
            id=f"call-{number}",
            timestamp=NOW - call["ago"],
            user=call["name"],
            tags={} if call["name"] is None else {"t": call["name"]},
            cost=a_cost(None if call["usd"] is None else str(call["usd"])),
        )
        for number, call in enumerate(calls)
    ]
    kept = len(events) if all_summed else len(events) * 2 // 3
    append(units_of_work, key, events[:kept])
    with units_of_work() as uow:
        uow.rollups.add_waiting()
        uow.commit()
    append(units_of_work, key, events[kept:])
    return key


def stacked(
    units_of_work: UnitsOfWork,
    key: ApiKey,
    by: GroupBy,
    tz: str,
    most: int = 2,
    chosen: EventFilter = EventFilter(),
    days: int = DAYS,
) -> list[GroupSeries]:
    span = Span(NOW - timedelta(days=days), NOW)
    pieces = buckets(span, Interval.DAY, zone(tz))
    selection = EventSelection(organization_id=key.organization_id, span=span, filter=chosen)
    with units_of_work.report() as uow:
        return uow.usage_reports.series_of_groups(selection, by, pieces, most=most)


@contextmanager
def reading(engine: Engine) -> Iterator[list[str]]:
    """The statements that read sums."""
    found: list[str] = []

    def note(_: Connection, __: object, statement: str, *___: object) -> None:
        if "_rollups" in statement:
            found.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


def test_the_costliest_of_many_are_the_same_in_memory(engine: Engine) -> None:
    @settings(max_examples=60, deadline=None)
    @given(
        calls=CALLS,
        by=st.sampled_from([BY_USER, BY_TAG]),
        tz=st.sampled_from(ZONES),
        most=st.integers(1, 3),
        only=st.none() | st.lists(NAMES, max_size=3).map(tuple),
    )
    def agree(
        calls: list[dict[str, Any]], by: GroupBy, tz: str, most: int, only: tuple[str, ...] | None
    ) -> None:
        chosen = EventFilter()
        if only is not None and by == BY_TAG:
            chosen = EventFilter(tags={"t": only})
        elif only is not None:
            chosen = EventFilter({Dimension.USER: only})
        in_sql, in_memory = SqlUnitsOfWork(engine), InMemoryUnitsOfWork()
        keys = [store(units, calls) for units in (in_sql, in_memory)]
        found, expected = (
            stacked(units, key, by, tz, most, chosen)
            for units, key in zip((in_sql, in_memory), keys, strict=True)
        )
        assert found == expected

    agree()


@pytest.mark.parametrize("by", [BY_USER, BY_TAG])
@pytest.mark.parametrize("has_calls", [True, False])
def test_one_part_whose_edges_have_no_call_loses_nobody(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, by: GroupBy, *, has_calls: bool
) -> None:
    monkeypatch.setattr(usage_few_groups, "_FEW", 0)
    calls = [
        {"ago": timedelta(days=ago, hours=1), "name": name, "usd": usd}
        for ago, name, usd in ((3, "a", 3), (4, None, 2), (5, "b", 1))
        if has_calls
    ]
    span = Span(NOW - timedelta(days=9, minutes=7), NOW - timedelta(days=1, minutes=7))
    found = []
    for units_of_work in (SqlUnitsOfWork(engine), InMemoryUnitsOfWork()):
        key = store(units_of_work, calls, all_summed=True)
        selection = EventSelection(organization_id=key.organization_id, span=span)
        with units_of_work.report() as uow:
            found.append(uow.usage_reports.series_of_groups(selection, by, [span], most=1))
    assert found[0] == found[1]


def test_users_are_told_apart_by_the_days_that_a_zone_cuts(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether the calls of the few who may be costliest are looked up, or those of all."""
    named = st.fixed_dictionaries(
        {
            "ago": st.timedeltas(timedelta(0), timedelta(days=DAYS + 1)),
            "name": st.sampled_from("abcdefgh"),
            "usd": st.decimals(0, 3, places=2),
        }
    )

    @settings(max_examples=60, deadline=None)
    @given(calls=st.lists(named, max_size=40), tz=st.sampled_from(ZONES), most=st.integers(1, 4))
    def agree(calls: list[dict[str, Any]], tz: str, most: int) -> None:
        in_sql, in_memory = SqlUnitsOfWork(engine), InMemoryUnitsOfWork()
        expected = stacked(in_memory, store(in_memory, calls), BY_USER, tz, most)
        key = store(in_sql, calls, all_summed=True)
        for few in (256, 2, 0):
            monkeypatch.setattr(usage_costliest_users, "_LOOKED_UP", few)
            usage_group_series._tops_and_whole.cache_clear()  # type: ignore[attr-defined]
            assert stacked(in_sql, key, BY_USER, tz, most) == expected

    agree()
    usage_group_series._tops_and_whole.cache_clear()  # type: ignore[attr-defined]


@pytest.mark.parametrize("waits", [True, False])
def test_the_calls_of_users_who_cannot_be_costliest_do_not_count(
    engine: Engine, database_url: str, *, waits: bool
) -> None:
    """As long as each call of a day that is cut is in a sum, which bounds what it may cost."""
    units_of_work = SqlUnitsOfWork(engine)
    first = timedelta(days=DAYS) - timedelta(hours=1)
    calls = [
        {"ago": ago, "name": name, "usd": usd}
        for ago in (first, timedelta(days=3))
        for name, usd in (("dear", 3), ("cheap", 1))
    ]
    key = store(units_of_work, calls, all_summed=True)
    if waits:
        append(units_of_work, key, [an_event(key, timestamp=NOW - first, user="dear")])
    with psycopg.connect(database_url) as connection:
        # What no sum knows of shows whose calls count.
        connection.execute("UPDATE events SET cost_usd = 9 WHERE \"user\" = 'cheap'")
    found = stacked(units_of_work, key, BY_USER, "Asia/Kolkata", most=1)
    assert found[0].group == (("cheap",) if waits else ("dear",))


@pytest.mark.parametrize("tz", ["UTC", "Asia/Kolkata"])
@pytest.mark.parametrize("by", [BY_USER, BY_TAG])
def test_days_with_what_cuts_them_are_read_of_the_few_alone(
    engine: Engine, by: GroupBy, tz: str
) -> None:
    units_of_work = SqlUnitsOfWork(engine)
    calls = [
        {"ago": timedelta(days=day, hours=1), "name": name, "usd": Decimal(usd)}
        for day in range(DAYS)
        for usd, name in enumerate("abcd", start=1)
    ]
    key = store(units_of_work, calls)
    with reading(engine) as statements:
        found = stacked(units_of_work, key, by, tz)
    assert [each.group[0] for each in found] == ["d", "c", None]
    assert [each.cost_usd for each in found] == [4 * DAYS, 3 * DAYS, 3 * DAYS]
    tops_and_whole, own = statements
    assert "passing_0" in own
    assert "passing_0" not in tops_and_whole


def test_of_a_few_whole_days_one_statement_reads_all(engine: Engine) -> None:
    units_of_work = SqlUnitsOfWork(engine)
    key = store(units_of_work, [{"ago": timedelta(hours=1), "name": "a", "usd": Decimal(1)}])
    with reading(engine) as statements:
        (found,) = stacked(units_of_work, key, BY_USER, "UTC", days=5)
    assert found.cost_usd == 1
    assert len(statements) == 1


@pytest.mark.parametrize("by", [BY_USER, BY_TAG])
def test_calls_without_a_name_have_a_place_among_the_costliest(engine: Engine, by: GroupBy) -> None:
    units_of_work = SqlUnitsOfWork(engine)
    calls = [
        {"ago": timedelta(days=day, hours=hour), "name": name, "usd": usd}
        for day in range(DAYS)
        for hour, name, usd in ((1, None, Decimal(3)), (2, "a", Decimal(2)), (3, "b", Decimal(1)))
    ]
    key = store(units_of_work, calls)
    with reading(engine) as statements:
        found = stacked(units_of_work, key, by, "Asia/Kolkata")
    assert [(each.group[0], each.is_overflow) for each in found] == [
        (None, False),
        ("a", False),
        (None, True),
    ]
    assert [each.cost_usd for each in found] == [3 * DAYS, 2 * DAYS, DAYS]
    assert len(statements) == 2


def test_where_calls_were_deleted_nothing_is_taken_off_what_other_sums_say(engine: Engine) -> None:
    units_of_work = SqlUnitsOfWork(engine)
    days, kept = 2 * SHORTEST_DAYS, SHORTEST_DAYS
    calls = [
        {"ago": timedelta(days=day, hours=hour), "name": name, "usd": Decimal(usd)}
        for day in range(days)
        for hour in (1, 13, 17)
        for usd, name in enumerate("abc", start=1)
    ]
    key = store(units_of_work, calls)
    begin = NOW - timedelta(days=kept)
    with units_of_work() as uow:
        uow.rollups.add_waiting()
        uow.event_storage.delete_before(key.organization_id, begin)
        uow.organizations.note_events_begin(key.organization_id, begin)
        uow.commit()
    with reading(engine) as statements:
        *own, others = stacked(units_of_work, key, BY_USER, "Asia/Kolkata", days=days)
    assert ["passing_0" in each for each in statements] == [False, True]
    assert [each.group[0] for each in own] == ["c", "b"]
    assert others.is_overflow
    # Of a cut day whose calls are gone, sums by user tell nothing, of nobody.
    for each, usd in zip((*own, others), (3, 2, 1), strict=True):
        assert each.cost_usd is not None
        assert 3 * usd * (kept - 1) <= each.cost_usd <= 3 * usd * days
        assert each.cost_usd % usd == 0
    assert own[0].cost_usd == 3 * (others.cost_usd or 0)


@pytest.mark.parametrize("is_gathered", [False, True])
def test_what_a_user_cost_on_a_cut_day_before_the_range_makes_nobody_costly(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, *, is_gathered: bool
) -> None:
    """Most of the day is in the range, which counts it as a whole one less its first hours."""
    monkeypatch.setattr(gathering, "LEAST", 1)
    units_of_work = SqlUnitsOfWork(engine)
    midnight = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
    span = Span(midnight - timedelta(days=DAYS, hours=-3), midnight)
    calls = [
        {"ago": NOW - at, "name": name, "usd": usd}
        for at, name, usd in (
            (span.start - timedelta(hours=2), "before", 9),
            (span.start + timedelta(days=9), "before", 1),
            (span.start + timedelta(days=9), "within", 5),
        )
    ]
    key = store(units_of_work, calls, all_summed=True)
    if is_gathered:
        close_weeks(units_of_work, weeks_over(NOW))
        gather(units_of_work, days_over(NOW))
    selection = EventSelection(organization_id=key.organization_id, span=span)
    with units_of_work.report() as uow:
        found = uow.usage_reports.series_of_groups(
            selection, BY_USER, buckets(span, Interval.DAY, UTC), most=1
        )
    assert found[0].group == ("within",)
    assert [each.cost_usd for each in found] == [5, 1]


@pytest.mark.parametrize("tz", ["UTC", "Asia/Kathmandu"])
def test_each_hour_counts_its_own_calls(engine: Engine, tz: str) -> None:
    """A day counts in one of its hours, and the others are all taken from there at once."""
    span = Span(NOW - timedelta(days=2), NOW)
    calls = [
        {"ago": timedelta(minutes=20 * number), "name": "ab"[number % 2], "usd": number}
        for number in range(150)
    ]
    found = []
    for units_of_work in (SqlUnitsOfWork(engine), InMemoryUnitsOfWork()):
        key = store(units_of_work, calls, all_summed=True)
        selection = EventSelection(organization_id=key.organization_id, span=span)
        hours = buckets(span, Interval.HOUR, zone(tz))
        with units_of_work.report() as uow:
            found.append(
                [
                    uow.usage_reports.series_of_groups(selection, by, hours, most=1)
                    for by in (BY_TAG, (Dimension.PROVIDER,))
                ]
            )
    assert found[0] == found[1]
