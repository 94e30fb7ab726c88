"""What a snapshot promises beyond the port: which statements are planned once, and how it ends."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import combinations
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from adapters.sql.engine import create_pool
from adapters.sql.unit_of_work import SqlUnitOfWork, SqlUnitsOfWork
from domain.errors import Busy, Unavailable
from domain.period import Interval, Span, buckets, zone
from domain.report import Dimension, EventFilter, EventSelection, EventSort
from tests.builders import NOW, an_event
from tests.contracts.events import append
from tests.contracts.tenants import a_stored_key
from tests.integration.test_sql_unit_of_work import end_all_connections

SPAN = Span(NOW - timedelta(days=20), NOW)
DAYS = buckets(SPAN, Interval.DAY, zone("UTC"))


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Of one connection, so that each unit of work has that of the one before."""
    engine = create_pool(database_url, size=1)
    yield engine
    engine.dispose()


@pytest.fixture
def units_of_work(engine: Engine) -> SqlUnitsOfWork:
    return SqlUnitsOfWork(engine)


@pytest.fixture
def organization(units_of_work: SqlUnitsOfWork) -> str:
    key = a_stored_key(units_of_work)
    append(units_of_work, key, [an_event(key)])
    return key.organization_id


def ask(uow: SqlUnitOfWork, organization: str) -> object:
    selection = EventSelection(organization_id=organization, span=SPAN)
    return uow.usage_reports.series_of_groups(selection, (Dimension.MODEL,), DAYS, most=6)


def list_calls(uow: SqlUnitOfWork, organization: str) -> None:
    selection = EventSelection(organization_id=organization, span=SPAN)
    uow.events.page(selection, EventSort.TIMESTAMP)


def connection_of(uow: SqlUnitOfWork) -> Connection:
    return uow._connection


def driver_of(uow: SqlUnitOfWork) -> Any:
    return connection_of(uow).connection.driver_connection


def prepared(uow: SqlUnitOfWork, naming: str) -> list[tuple[int, int]]:
    """How often each prepared statement with this word was followed by a kept and by a new plan."""
    found = connection_of(uow).execute(
        text("SELECT generic_plans, custom_plans, statement FROM pg_prepared_statements")
    )
    return [(kept, new) for kept, new, statement in found if naming in statement]


def setting(uow: SqlUnitOfWork, name: str) -> Any:
    return connection_of(uow).execute(text(f"SHOW {name}")).scalar_one()


def test_statements_of_a_report_are_planned_once_for_a_connection(
    units_of_work: SqlUnitsOfWork, organization: str
) -> None:
    for _ in range(3):
        with units_of_work.report() as uow:
            ask(uow, organization)
    with units_of_work.look() as uow:
        found = prepared(uow, "usage_rollups")
    assert found, "there are sums by model, and a statement that reads them"
    assert {new for _, new in found} == {0}
    assert max(kept for kept, _ in found) >= 3


def test_a_list_is_planned_anew_each_time_and_leaves_the_plans_of_reports(
    units_of_work: SqlUnitsOfWork, organization: str
) -> None:
    with units_of_work.report() as uow:
        ask(uow, organization)
    for _ in range(8):
        with units_of_work(snapshot=True) as uow:
            list_calls(uow, organization)
            assert setting(uow, "plan_cache_mode") == "auto"
    with units_of_work.look() as uow:
        assert prepared(uow, "cost_source") != [], "what reports ask is there still"
        assert prepared(uow, "quotes") == [], "and no list is"


def test_a_connection_keeps_no_more_statements_than_it_may(
    units_of_work: SqlUnitsOfWork, organization: str
) -> None:
    """Anybody may filter by anything; each choice of dimensions makes a statement of its own."""
    dimensions = [each for each in Dimension if each is not Dimension.USER][:6]
    chosen = [each for size in range(1, 7) for each in combinations(dimensions, size)]
    assert len(chosen) > 60
    with units_of_work.report() as uow:
        for each in chosen:
            passing = EventFilter(dict.fromkeys(each, ("one",)))
            uow.usage_reports.measures(
                EventSelection(organization_id=organization, span=SPAN, filter=passing)
            )
        found = connection_of(uow).execute(text("SELECT count(*) FROM pg_prepared_statements"))
        assert 40 < found.scalar_one() <= 48 + 1, "with the one that asks"


def test_statements_that_fail_are_not_kept(
    units_of_work: SqlUnitsOfWork, organization: str, database_url: str
) -> None:
    """The server has prepared them by then, and the driver does not know that it has."""

    def fail() -> None:
        with units_of_work.report() as uow:
            driver_of(uow).execute("SET LOCAL lock_timeout = 20", prepare=False)
            ask(uow, organization)

    with psycopg.connect(database_url) as connection:
        # A part of a table is looked for when it is read, and not yet when that is prepared.
        parts = "SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'events'::regclass"
        for (part,) in connection.execute(parts).fetchall():
            connection.execute(f"LOCK TABLE {part}")
        for _ in range(3):
            with pytest.raises(Busy):
                fail()
    with units_of_work.look() as uow:
        assert prepared(uow, "usage_rollups") == []
        driver = driver_of(uow)
    with units_of_work.report() as uow:
        assert ask(uow, organization)
        assert driver_of(uow) is driver


def test_an_error_of_the_program_forgets_no_plan(
    units_of_work: SqlUnitsOfWork, organization: str
) -> None:
    """As of what somebody asks for that is not there."""

    def fail() -> None:
        with units_of_work.report() as uow:
            ask(uow, organization)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with units_of_work.look() as uow:
        assert prepared(uow, "usage_rollups") != []


def test_a_column_of_another_type_is_read_at_the_next_try(
    units_of_work: SqlUnitsOfWork, organization: str, database_url: str
) -> None:
    """As after an upgrade, beside which an older server runs to its end."""
    with units_of_work.report() as uow:
        before = ask(uow, organization)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("ALTER TABLE usage_rollups ALTER COLUMN model TYPE text")
    with pytest.raises(Unavailable), units_of_work.report() as uow:
        ask(uow, organization)
    with units_of_work.report() as uow:
        assert ask(uow, organization) == before


def test_after_a_report_the_connection_is_as_it_was(units_of_work: SqlUnitsOfWork) -> None:
    with units_of_work.report() as uow:
        assert setting(uow, "plan_cache_mode") == "force_generic_plan"
        assert setting(uow, "transaction_isolation") == "repeatable read"
        driver = driver_of(uow)
    with units_of_work() as uow:
        assert driver_of(uow) is driver
        assert setting(uow, "plan_cache_mode") == "auto"
        assert setting(uow, "transaction_isolation") == "read committed"
        assert setting(uow, "transaction_read_only") == "off"
        assert driver.prepare_threshold == 5


@pytest.mark.parametrize("of_sums", [True, False])
def test_nothing_is_written_in_a_snapshot(units_of_work: SqlUnitsOfWork, *, of_sums: bool) -> None:
    begun = units_of_work.report() if of_sums else units_of_work(snapshot=True)
    with pytest.raises(DBAPIError, match="read-only"), begun as uow:
        connection_of(uow).execute(text("DELETE FROM organizations"))
    with pytest.raises(RuntimeError), units_of_work.report() as uow:
        uow.commit()


@pytest.mark.parametrize("of_sums", [True, False])
def test_a_snapshot_that_fails_is_over(
    units_of_work: SqlUnitsOfWork, organization: str, *, of_sums: bool
) -> None:
    def fail() -> None:
        with units_of_work.report() if of_sums else units_of_work(snapshot=True) as uow:
            list_calls(uow, organization)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with units_of_work() as uow:
        assert setting(uow, "transaction_isolation") == "read committed"
        driver = driver_of(uow)
        assert driver.prepare_threshold == 5


def test_a_snapshot_whose_connection_breaks_is_unavailable_and_the_next_one_is_not(
    engine: Engine, units_of_work: SqlUnitsOfWork, organization: str, database_url: str
) -> None:
    def broken(*, before: bool) -> None:
        with units_of_work.report() as uow:
            if not before:
                ask(uow, organization)
            end_all_connections(database_url)
            if before:
                ask(uow, organization)

    for before in (True, False):
        with pytest.raises(Unavailable):
            broken(before=before)
        assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        with units_of_work.report() as uow:
            assert ask(uow, organization)


def test_a_snapshot_that_cannot_begin_keeps_no_connection(
    units_of_work: SqlUnitsOfWork, organization: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise psycopg.OperationalError("no more")

    with monkeypatch.context() as broken:
        broken.setattr(psycopg.Connection, "execute", refuse)
        for _ in range(4):
            with pytest.raises(Unavailable):
                units_of_work.report().__enter__()
    with units_of_work.report() as uow:
        assert ask(uow, organization)


def test_tables_that_are_changed_change_the_plans(
    units_of_work: SqlUnitsOfWork, organization: str, database_url: str
) -> None:
    """Months are made and dropped, and servers are upgraded, while connections live on."""
    with units_of_work.report() as uow:
        before = ask(uow, organization)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("ALTER TABLE usage_rollups ADD COLUMN further bigint")
        connection.execute("CREATE INDEX further ON events (organization_id, model)")
        connection.execute("ANALYZE")
    with units_of_work.report() as uow:
        assert ask(uow, organization) == before


def test_the_connection_that_was_at_work_last_is_next(database_url: str) -> None:
    """It has most plans."""
    engine = create_pool(database_url, size=3)
    units_of_work = SqlUnitsOfWork(engine)
    with units_of_work.look() as one, units_of_work.look() as two, units_of_work.look() as three:
        drivers = [driver_of(each) for each in (one, two, three)]
    for _ in range(3):
        with units_of_work.look() as uow:
            assert driver_of(uow) is drivers[0], "which was given back last"
    engine.dispose()
