"""Events lie in months; old ones go, and their sums stay."""

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import event

from adapters.memory.clock import ManualClock
from adapters.sql.engine import create_pool
from adapters.sql.unit_of_work import SqlUnitsOfWork
from application.maintenance.keep_months import KeepMonths, KeptMonths
from application.maintenance.refresh_statistics import RefreshStatistics
from application.ports.events import Fate
from domain.api_key import ApiKey
from domain.errors import Busy
from domain.event import Event
from domain.period import Span
from domain.report import Dimension, EventFilter, EventSelection, EventSort, Measures
from tests.builders import a_cost, an_event
from tests.contracts.concurrency import at_once
from tests.contracts.event_storage import add_waiting
from tests.contracts.events import append, get
from tests.contracts.tenants import a_stored_key

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
YEAR = Span(datetime(2025, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))


@pytest.fixture
def key(units_of_work: SqlUnitsOfWork) -> ApiKey:
    return a_stored_key(units_of_work)


def prepare(units_of_work: SqlUnitsOfWork, first: date, last: date) -> int:
    with units_of_work() as uow:
        made = uow.event_storage.prepare_months(first, last)
        uow.commit()
    return made


def prepare_at_last(units_of_work: SqlUnitsOfWork, first: date, last: date) -> int:
    """As the worker does: again where others hold what it needs."""
    while True:
        with suppress(Busy):
            return prepare(units_of_work, first, last)


def rows_by_table(database_url: str) -> dict[str, int]:
    with psycopg.connect(database_url) as connection:
        found = connection.execute(
            "SELECT tableoid::regclass::text, count(*) FROM events GROUP BY 1 ORDER BY 1"
        ).fetchall()
    return dict(found)


def once_a_month(key: ApiKey) -> list[Event]:
    return [
        an_event(
            key,
            timestamp=datetime(2026, month, 10, 7, 13, tzinfo=UTC),
            cost=a_cost("0.5"),
            project="shop",
            latency_ms=100 * month,
        )
        for month in range(1, 12)
    ]


def measures(units_of_work: SqlUnitsOfWork, key: ApiKey) -> Measures:
    with units_of_work(snapshot=True) as uow:
        selection = EventSelection(
            organization_id=key.organization_id,
            span=YEAR,
            filter=EventFilter({Dimension.PROJECT: ("shop",)}),
        )
        return uow.usage_reports.measures(selection)


def verified(units_of_work: SqlUnitsOfWork, key: ApiKey) -> bool:
    with units_of_work(snapshot=True) as uow:
        return uow.rollups.differences(key.organization_id) == []


def rebuild(units_of_work: SqlUnitsOfWork, key: ApiKey) -> None:
    with units_of_work() as uow:
        uow.rollups.rebuild(key.organization_id)
        uow.commit()


def set_retention(units_of_work: SqlUnitsOfWork, key: ApiKey, days: int) -> None:
    with units_of_work() as uow:
        uow.organizations.set_retention(key.organization_id, days)
        uow.commit()


def test_what_came_before_its_month_was_made_moves_into_it(
    units_of_work: SqlUnitsOfWork, key: ApiKey, database_url: str
) -> None:
    events = once_a_month(key)
    append(units_of_work, key, events)
    assert rows_by_table(database_url) == {"events_default": 11}
    assert prepare(units_of_work, date(2026, 2, 28), date(2026, 4, 1)) == 3
    assert prepare(units_of_work, date(2026, 2, 1), date(2026, 5, 31)) == 1
    expected = {f"events_2026_{month:02}": 1 for month in range(2, 6)}
    assert rows_by_table(database_url) == {"events_default": 7, **expected}
    assert [get(units_of_work, key, event.id) for event in events] == events
    assert append(units_of_work, key, events) == [Fate.DUPLICATE] * 11


def test_the_same_id_in_another_month_is_a_conflict(
    units_of_work: SqlUnitsOfWork, key: ApiKey
) -> None:
    prepare(units_of_work, date(2026, 10, 1), date(2026, 11, 1))
    first = an_event(key, timestamp=NOW)
    append(units_of_work, key, [first])
    moved = replace(first, reported=replace(first.reported, timestamp=NOW - timedelta(days=30)))
    assert append(units_of_work, key, [moved]) == [Fate.CONFLICT]


def test_months_are_made_while_calls_come_in_and_none_is_lost(
    units_of_work: SqlUnitsOfWork, key: ApiKey, database_url: str
) -> None:
    batches = [once_a_month(key) for _ in range(7)]

    def work(number: int) -> None:
        if number:
            assert append(units_of_work, key, batches[number - 1]) == [Fate.ACCEPTED] * 11
        else:
            assert prepare_at_last(units_of_work, date(2026, 1, 1), date(2026, 12, 1)) == 12

    at_once(8, work)
    assert sum(rows_by_table(database_url).values()) == 77


def test_two_workers_at_once_make_each_month_once(units_of_work: SqlUnitsOfWork) -> None:
    first, last = date(2026, 1, 1), date(2026, 6, 1)
    made = at_once(3, lambda _: prepare(units_of_work, first, last))
    assert sorted(made) == [0, 0, 6]


def test_months_that_nobody_keeps_are_dropped_and_their_sums_stay(
    units_of_work: SqlUnitsOfWork, key: ApiKey, database_url: str
) -> None:
    prepare(units_of_work, date(2026, 1, 1), date(2026, 12, 1))
    events = once_a_month(key)
    append(units_of_work, key, events)
    add_waiting(units_of_work)
    before = measures(units_of_work, key)
    keep_months = KeepMonths(units_of_work, ManualClock(NOW), longest_days=100)
    kept = keep_months()
    # From 15 August on: January to July as months, August's call by itself.
    assert (kept.dropped, kept.deleted) == (7, 1)
    assert sum(rows_by_table(database_url).values()) == 3
    assert get(units_of_work, key, events[0].id) is None
    assert measures(units_of_work, key) == before
    assert keep_months() == KeptMonths(made=0, dropped=0, deleted=0)


def test_sums_of_what_is_gone_are_neither_doubted_nor_made_anew(
    units_of_work: SqlUnitsOfWork, key: ApiKey
) -> None:
    append(units_of_work, key, once_a_month(key))
    add_waiting(units_of_work)
    before = measures(units_of_work, key)
    KeepMonths(units_of_work, ManualClock(NOW), longest_days=100)()
    assert verified(units_of_work, key)
    # A late call waits meanwhile, from before what is kept.
    append(units_of_work, key, [an_event(key, timestamp=datetime(2026, 7, 1, tzinfo=UTC))])
    rebuild(units_of_work, key)
    assert measures(units_of_work, key) == before
    add_waiting(units_of_work)
    assert verified(units_of_work, key)


def test_an_organizations_shorter_time_deletes_only_its_own(
    units_of_work: SqlUnitsOfWork, key: ApiKey
) -> None:
    other = a_stored_key(units_of_work)
    theirs = once_a_month(other)
    append(units_of_work, key, once_a_month(key))
    append(units_of_work, other, theirs)
    add_waiting(units_of_work)
    set_retention(units_of_work, key, 100)
    kept = KeepMonths(units_of_work, ManualClock(NOW))()
    assert (kept.dropped, kept.deleted) == (0, 8)
    assert get(units_of_work, other, theirs[0].id) == theirs[0]


def test_a_call_that_is_in_no_sum_yet_is_not_deleted(
    units_of_work: SqlUnitsOfWork, key: ApiKey, database_url: str
) -> None:
    prepare(units_of_work, date(2026, 1, 1), date(2026, 12, 1))
    append(units_of_work, key, once_a_month(key))
    keep_months = KeepMonths(units_of_work, ManualClock(NOW), longest_days=100)
    assert (keep_months().dropped, sum(rows_by_table(database_url).values())) == (0, 11)
    add_waiting(units_of_work)
    assert keep_months().dropped == 7
    assert measures(units_of_work, key).calls == 11


def test_a_table_is_measured_when_it_has_doubled_and_not_again(
    units_of_work: SqlUnitsOfWork, database_url: str
) -> None:
    def grow() -> None:
        with psycopg.connect(database_url) as connection:
            connection.execute("INSERT INTO grown SELECT generate_series(1, 1500)")
            connection.commit()
            connection.execute("SELECT pg_stat_force_next_flush()")

    with psycopg.connect(database_url) as connection:
        connection.execute("CREATE TABLE grown (number int) WITH (autovacuum_enabled = off)")
    refresh = RefreshStatistics(units_of_work)
    refresh()
    measured: list[int] = []
    for _ in range(4):
        grow()
        measured.append(refresh())
    assert measured == [1, 0, 1, 0]


def test_a_long_report_puts_a_new_month_off_and_nobody_waits_behind_it(
    units_of_work: SqlUnitsOfWork, key: ApiKey, database_url: str
) -> None:
    events = once_a_month(key)
    append(units_of_work, key, events[:1])
    hasty = create_pool(database_url)
    event.listen(hasty, "connect", _in_haste)
    with units_of_work(snapshot=True) as long_report, ThreadPoolExecutor(1) as threads:
        assert long_report.events.has_any(key.organization_id)
        making = threads.submit(prepare, units_of_work, date(2026, 1, 1), date(2026, 2, 1))
        _await_lock(database_url, making)
        assert append(SqlUnitsOfWork(hasty), key, events[1:]) == [Fate.ACCEPTED] * 10
        with pytest.raises(Busy):
            making.result()
    assert rows_by_table(database_url) == {"events_default": 11}
    assert prepare(units_of_work, date(2026, 1, 1), date(2026, 2, 1)) == 2
    hasty.dispose()


def test_what_is_to_go_goes_while_no_month_can_be_made(
    units_of_work: SqlUnitsOfWork, key: ApiKey
) -> None:
    append(units_of_work, key, once_a_month(key))
    add_waiting(units_of_work)
    set_retention(units_of_work, key, 100)
    events = EventSelection(organization_id=key.organization_id, span=YEAR)
    with units_of_work(snapshot=True) as long_report:
        assert long_report.events.has_any(key.organization_id)
        with pytest.raises(Busy):
            KeepMonths(units_of_work, ManualClock(NOW))()
    with units_of_work() as uow:
        assert len(uow.events.page(events, EventSort.TIMESTAMP)) == 3


def _in_haste(driver: psycopg.Connection[Any], _: object) -> None:
    driver.execute("SET lock_timeout = '2s'")
    driver.commit()


def _await_lock(database_url: str, making: "Future[int]") -> None:
    """Until somebody waits for a table, or has given up."""
    asked = """SELECT 1 FROM pg_locks JOIN pg_database ON oid = database
        WHERE NOT granted AND locktype = 'relation' AND datname = current_database()"""
    with psycopg.connect(database_url, autocommit=True) as connection:
        while not making.done() and not connection.execute(asked).fetchone():
            pass
