"""No report reads all events: PostgreSQL's plan for every statement finds them by an index."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, event, text

from adapters.sql.engine import create_pool
from adapters.sql.unit_of_work import SqlUnitsOfWork
from application.ports.events import EventPosition
from application.reports.list_events import position_of
from benchmarks.reports import prepare, seed, views
from domain.period import Span
from domain.report import Dimension, EventFilter, EventSelection, EventSort
from domain.retention import months
from tests.builders import NOW, an_event
from tests.contracts.events import append
from tests.contracts.tenants import a_stored_key
from tests.integration.database import PostgresServer, temporary_database
from tests.integration.plans import Plan, nodes, plan_of

TENANTS, CALLS_A_MONTH = 40, 100
#: A call a minute is made; this many minutes are no more than any month has, so that each has some.
MONTH = 28 * 24 * 60
TODAY = datetime.now(UTC).date()
LAST_YEAR = TODAY - timedelta(days=330)
COLUMNS = {EventSort.COST: "cost_usd", EventSort.LATENCY: "latency_ms"}
#: What has rows of many tenants; a month without any is read to its end at once.
FULL = {"event_keys", *(f"events_{month:%Y_%m}" for month in months(LAST_YEAR, TODAY))}


def scans(plan: Plan) -> Iterator[str]:
    """The tables that are read from one end to the other."""
    for node in nodes(plan):
        if node["Node Type"] == "Seq Scan":
            yield node["Relation Name"]


class Explained:
    """The plans of all statements that a pool runs that name events."""

    def __init__(self) -> None:
        self.scanned: set[str] = set()
        self.kinds: set[str] = set()
        self.indexes: set[str] = set()
        self.found_by: set[str] = set()
        self.number = 0

    def before(self, connection: Connection, *statement: Any) -> None:
        _, sql, parameters, _, _ = statement
        if "events" not in sql or sql.startswith("EXPLAIN"):
            return
        plan = plan_of(connection, sql, parameters)
        self.number += 1
        self.scanned.update(scans(plan))
        for node in nodes(plan):
            self.kinds.add(node["Node Type"])
            self.indexes.add(node.get("Index Name", ""))
            self.found_by.add(node.get("Index Cond", ""))


@pytest.fixture(scope="module")
def many(postgres: PostgresServer, migrated_template: str) -> Iterator[tuple[str, str]]:
    """A database with a year of calls of many tenants, and one of these."""
    with temporary_database(postgres, migrated_template) as url:
        engine = create_pool(url)
        units_of_work = SqlUnitsOfWork(engine)
        prepare(units_of_work)
        keys = [a_stored_key(units_of_work) for _ in range(TENANTS)]
        for key in keys:
            for first in range(1, 13 * MONTH, MONTH):
                seed(url, key.organization_id, key.id, first, first + CALLS_A_MONTH - 1)
        with units_of_work() as uow:
            uow.rollups.rebuild(keys[0].organization_id)
            uow.commit()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
        engine.dispose()
        yield url, keys[0].organization_id


@pytest.fixture
def explained(many: tuple[str, str]) -> Iterator[tuple[SqlUnitsOfWork, Explained]]:
    engine, explained = create_pool(many[0]), Explained()
    event.listen(engine, "before_cursor_execute", explained.before)
    yield SqlUnitsOfWork(engine), explained
    engine.dispose()


def test_every_view_finds_events_by_an_index(
    many: tuple[str, str], explained: tuple[SqlUnitsOfWork, Explained]
) -> None:
    units_of_work, plans = explained
    asks = views(units_of_work, many[1])
    for ask in asks.values():
        ask()
    assert plans.number >= len(asks)
    assert plans.scanned & FULL == set()


def test_the_newest_calls_are_read_in_the_order_of_an_index_and_no_further(
    many: tuple[str, str], explained: tuple[SqlUnitsOfWork, Explained]
) -> None:
    units_of_work, plans = explained
    ever = Span(datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
    selection = EventSelection(organization_id=many[1], span=ever)
    with units_of_work() as uow:
        last = uow.events.page(selection, EventSort.TIMESTAMP)[-1]
        place = EventPosition(last.reported.timestamp.isoformat(), last.id)
        assert uow.events.page(selection, EventSort.TIMESTAMP, after=place)
        assert uow.events.page_before(selection, EventSort.TIMESTAMP, before=place, limit=50)
    assert plans.number == 3
    assert "Limit" in plans.kinds
    assert not {kind for kind in plans.kinds if "Sort" in kind}


@pytest.mark.parametrize("sort", [EventSort.COST, EventSort.LATENCY])
@pytest.mark.parametrize(
    "chosen", [EventFilter(), EventFilter({Dimension.ENVIRONMENT: ("production", "staging")})]
)
def test_the_costliest_and_the_slowest_calls_are_the_first_ones_of_an_index(
    many: tuple[str, str],
    explained: tuple[SqlUnitsOfWork, Explained],
    sort: EventSort,
    chosen: EventFilter,
) -> None:
    units_of_work, plans = explained
    last_months = Span(datetime.now(UTC) - timedelta(days=60), datetime.now(UTC))
    selection = EventSelection(organization_id=many[1], span=last_months, filter=chosen)
    with units_of_work() as uow:
        found = uow.events.page(selection, sort, limit=5)
        before = position_of(found[-1], sort)
        assert uow.events.page_before(selection, sort, before=before, limit=4) == found[:4]
        # More than there are: all that pass are asked for as well.
        assert uow.events.page_before(selection, sort, before=before, limit=5) == found[:4]
    assert plans.number == 4
    assert plans.scanned & FULL == set()
    assert {name for name in plans.indexes if COLUMNS[sort] in name}


def test_the_firsts_of_both_lists_are_found_so_by_one_statement(
    many: tuple[str, str], explained: tuple[SqlUnitsOfWork, Explained]
) -> None:
    units_of_work, plans = explained
    last_months = Span(datetime.now(UTC) - timedelta(days=60), datetime.now(UTC))
    selection = EventSelection(organization_id=many[1], span=last_months)
    with units_of_work() as uow:
        found = uow.events.firsts(selection, [EventSort.COST, EventSort.LATENCY], limit=5)
    assert [len(each) for each in found.values()] == [5, 5]
    assert plans.number == 1
    assert plans.scanned & FULL == set()
    for sort in found:
        assert {name for name in plans.indexes if COLUMNS[sort] in name}, sort


def test_calls_that_wait_are_looked_up_one_by_one_in_a_month_that_nothing_is_known_of(
    database_url: str,
) -> None:
    engine, plans = create_pool(database_url), Explained()
    units_of_work = SqlUnitsOfWork(engine)
    key = a_stored_key(units_of_work)
    append(units_of_work, key, [an_event(key, project="shop") for _ in range(50)])
    event.listen(engine, "before_cursor_execute", plans.before)
    span = Span(NOW - timedelta(days=30), NOW)
    for chosen in (EventFilter(), EventFilter({Dimension.PROJECT: ("shop",)})):
        selection = EventSelection(organization_id=key.organization_id, span=span, filter=chosen)
        with units_of_work.report() as uow:
            assert uow.usage_reports.measures(selection).calls == 50
    # The other way round, all that waits is looked through for each call of the month.
    assert {each for each in plans.found_by if '"timestamp" = ' in each and "(id)::text = " in each}
    engine.dispose()


def test_one_event_is_found_by_an_index_in_whichever_month_it_is(
    many: tuple[str, str], explained: tuple[SqlUnitsOfWork, Explained]
) -> None:
    units_of_work, plans = explained
    with units_of_work() as uow:
        found = uow.events.get(many[1], "call-000000000001")
        assert found is not None
        assert uow.events.append(many[1], [found])
        uow.rollups.waiting()
    assert plans.number >= 2
    assert plans.scanned & FULL == set()


def test_a_scan_would_be_seen(
    many: tuple[str, str], explained: tuple[SqlUnitsOfWork, Explained]
) -> None:
    units_of_work, plans = explained
    with units_of_work() as uow:
        uow._connection.execute(text("SELECT count(*) FROM events WHERE input_tokens > 5"))
    assert plans.scanned >= FULL - {"event_keys"}
    assert many
