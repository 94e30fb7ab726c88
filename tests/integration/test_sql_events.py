"""What storing events in PostgreSQL promises beyond the port."""

import contextlib
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import psycopg
import pytest

from adapters.sql.unit_of_work import SqlUnitsOfWork
from application.ports.events import Fate
from domain.api_key import ApiKey
from domain.errors import Busy
from domain.event import Event
from tests.builders import a_cost, a_quote, an_event
from tests.contracts.events import append
from tests.contracts.tenants import a_stored_key


@pytest.fixture
def key(units_of_work: SqlUnitsOfWork) -> ApiKey:
    return a_stored_key(units_of_work)


def until_waiting(database_url: str, most: int) -> None:
    """Return as soon as that many transactions wait for another one; fail after ten seconds."""
    deadline = time.monotonic() + 10
    count = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with psycopg.connect(database_url, autocommit=True) as connection:
        while connection.execute(count).fetchone() != (most,):
            assert time.monotonic() < deadline, "the transactions do not wait for each other"
            time.sleep(0.01)


def fates_of_crossing_batches(
    units_of_work: SqlUnitsOfWork, database_url: str, key: ApiKey, events: list[Event]
) -> list[list[Fate]]:
    """What becomes of a batch, and of its last and first event in that order, stored at once.

    The event in the middle is held by a third party until both have got as far as they can: the
    first batch has stored its first event then, and a second one that began with the last event
    would wait for the first, and the first for it.
    """
    first, _, last = events
    with ThreadPoolExecutor(2) as threads:
        with units_of_work() as holding:
            holding.events.append(key.organization_id, [events[1]])
            whole = threads.submit(append, units_of_work, key, events)
            until_waiting(database_url, 1)
            crossing = threads.submit(append, units_of_work, key, [last, first])
            until_waiting(database_url, 2)
        return [whole.result(timeout=30), crossing.result(timeout=30)]


def test_batches_with_the_same_events_in_another_order_do_not_deadlock(
    units_of_work: SqlUnitsOfWork, database_url: str, key: ApiKey
) -> None:
    events = [an_event(key, id=event_id) for event_id in ("a", "b", "c")]
    fates = fates_of_crossing_batches(units_of_work, database_url, key, events)
    assert fates == [[Fate.ACCEPTED] * 3, [Fate.DUPLICATE] * 2]


def test_batches_with_the_same_new_prices_in_another_order_do_not_deadlock(
    units_of_work: SqlUnitsOfWork, database_url: str, key: ApiKey
) -> None:
    prices = sorted((a_quote(notes=(note,)) for note in "abc"), key=lambda quote: quote.digest)
    events = [an_event(key, cost=a_cost(quote=quote)) for quote in prices]
    fates = fates_of_crossing_batches(units_of_work, database_url, key, events)
    assert fates == [[Fate.ACCEPTED] * 3, [Fate.DUPLICATE] * 2]


def test_a_repetition_while_its_month_moves_is_to_be_tried_again_and_is_no_conflict(
    units_of_work: SqlUnitsOfWork, database_url: str, key: ApiKey
) -> None:
    """Whoever asks by a plan that was begun before does not see the new table yet."""
    event = an_event(key, timestamp=datetime(2031, 5, 20, tzinfo=UTC))
    assert append(units_of_work, key, [event]) == [Fate.ACCEPTED]
    with ThreadPoolExecutor(1) as threads:
        with units_of_work() as making:
            may = date(2031, 5, 1)
            assert making.event_storage.prepare_months(may, may) == 1
            repeated = threads.submit(append, units_of_work, key, [event])
            until_waiting(database_url, 1)
            making.commit()
        with contextlib.suppress(Busy):
            assert repeated.result(timeout=30) == [Fate.DUPLICATE]
    assert append(units_of_work, key, [event]) == [Fate.DUPLICATE]
