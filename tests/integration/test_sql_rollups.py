"""Sums that are kept ready are what the calls amount to, whatever happens at once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import count
from threading import Event as Signal
from typing import LiteralString

import psycopg
import pytest
from sqlalchemy import event, text

from adapters.sql.unit_of_work import SqlUnitsOfWork
from application.ports.rollups import WaitingCalls
from domain.api_key import ApiKey
from domain.event import Event
from domain.period import Span
from domain.report import EventSelection, Measures
from domain.rollup import BY_DIMENSIONS, Breakdown, Tier, weeks_over
from domain.rollup_difference import RollupDifference
from tests.builders import NOW, a_cost, an_event
from tests.contracts.concurrency import at_once
from tests.contracts.event_storage import close_weeks
from tests.contracts.events import append
from tests.contracts.tenants import a_stored_key

HOUR = timedelta(hours=1)
DAY = Span(NOW - timedelta(days=1), NOW + timedelta(days=1))


@pytest.fixture
def key(units_of_work: SqlUnitsOfWork) -> ApiKey:
    return a_stored_key(units_of_work)


def add_waiting(units_of_work: SqlUnitsOfWork, limit: int = 20) -> int:
    with units_of_work() as uow:
        added = uow.rollups.add_waiting(limit=limit)
        uow.commit()
    return added


def reprice(units_of_work: SqlUnitsOfWork, key: ApiKey, events: list[Event], usd: str) -> None:
    again = [replace(event, cost=a_cost(usd)) for event in events]
    with units_of_work() as uow:
        uow.events.reprice(key.organization_id, again)
        uow.commit()


def differences(units_of_work: SqlUnitsOfWork, key: ApiKey) -> list[RollupDifference]:
    with units_of_work(snapshot=True) as uow:
        return uow.rollups.differences(key.organization_id)


def measures(units_of_work: SqlUnitsOfWork, key: ApiKey) -> Measures:
    with units_of_work.report() as uow:
        selection = EventSelection(organization_id=key.organization_id, span=DAY)
        return uow.usage_reports.measures(selection)


def some_events(key: ApiKey, number: int) -> list[Event]:
    return [
        an_event(
            key,
            timestamp=NOW - timedelta(minutes=7 * n),
            model=f"model-{n % 3}",
            project=None if n % 4 else "shop",
            user=None if n % 3 else f"user-{n % 5}",
            latency_ms=100 * n,
        )
        for n in range(number)
    ]


def test_calls_count_before_and_after_they_are_in_a_sum(
    units_of_work: SqlUnitsOfWork, key: ApiKey
) -> None:
    append(units_of_work, key, some_events(key, 40))
    waiting = measures(units_of_work, key)
    assert add_waiting(units_of_work) == 40
    assert add_waiting(units_of_work) == 0
    assert measures(units_of_work, key) == waiting
    assert waiting.calls == 40


def test_what_waits_is_told_with_its_age(units_of_work: SqlUnitsOfWork, key: ApiKey) -> None:
    first, later = some_events(key, 3), some_events(key, 2)
    append(units_of_work, key, [replace(event, received_at=NOW) for event in first])
    append(units_of_work, key, [replace(event, received_at=NOW + HOUR) for event in later])
    with units_of_work(snapshot=True) as uow:
        assert uow.rollups.waiting() == WaitingCalls(5, NOW)
    add_waiting(units_of_work, limit=1)
    with units_of_work(snapshot=True) as uow:
        assert uow.rollups.waiting() == WaitingCalls(2, NOW + HOUR)
    add_waiting(units_of_work)
    with units_of_work(snapshot=True) as uow:
        assert uow.rollups.waiting() == WaitingCalls(0, None)


def test_a_call_that_was_sent_twice_is_in_the_sums_once(
    units_of_work: SqlUnitsOfWork, key: ApiKey
) -> None:
    events = some_events(key, 10)
    for batch in (events, events[:5], [*events, *some_events(key, 1)]):
        append(units_of_work, key, batch)
        add_waiting(units_of_work)
    assert measures(units_of_work, key).calls == 11
    assert differences(units_of_work, key) == []


def test_sums_that_were_rolled_back_are_added_again(
    units_of_work: SqlUnitsOfWork, key: ApiKey
) -> None:
    append(units_of_work, key, some_events(key, 10))
    with units_of_work() as uow:
        assert uow.rollups.add_waiting() == 10
    assert add_waiting(units_of_work) == 10
    assert differences(units_of_work, key) == []


def test_a_new_cost_is_in_the_sums_whether_or_not_the_call_was(
    units_of_work: SqlUnitsOfWork, key: ApiKey
) -> None:
    summed, waiting = some_events(key, 6), some_events(key, 4)
    append(units_of_work, key, summed)
    add_waiting(units_of_work)
    append(units_of_work, key, waiting)
    reprice(units_of_work, key, [*summed, *waiting], "5")
    assert measures(units_of_work, key).cost_usd == Decimal(50)
    assert differences(units_of_work, key) == []
    add_waiting(units_of_work)
    assert measures(units_of_work, key).cost_usd == Decimal(50)
    assert differences(units_of_work, key) == []


@pytest.mark.parametrize("is_anew", [False, True])
def test_there_are_sums_of_each_tier_that_a_breakdown_has(
    units_of_work: SqlUnitsOfWork, key: ApiKey, database_url: str, *, is_anew: bool
) -> None:
    append(units_of_work, key, some_events(key, 8))
    add_waiting(units_of_work)
    close_weeks(units_of_work, weeks_over(NOW + timedelta(weeks=17)))
    if is_anew:
        with units_of_work() as uow:
            uow.rollups.rebuild(key.organization_id)
            uow.commit()
    with psycopg.connect(database_url) as connection:
        found = connection.execute("SELECT DISTINCT breakdown, tier FROM usage_rollups").fetchall()
    kept = {
        (each, tier)
        for each in BY_DIMENSIONS
        for tier in Tier
        if each.finest <= tier <= each.coarsest
    }
    assert {(Breakdown(breakdown), Tier(tier)) for breakdown, tier in found} == kept


def test_a_sum_that_is_wrong_is_named_and_repaired(
    units_of_work: SqlUnitsOfWork, key: ApiKey, database_url: str
) -> None:
    append(units_of_work, key, [an_event(key, timestamp=NOW, model="gpt", cost=a_cost("2"))])
    add_waiting(units_of_work)
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "UPDATE usage_rollups SET cost_usd = 3 WHERE breakdown = 'model' AND tier = 1"
        )
    (found,) = differences(units_of_work, key)
    assert (found.breakdown, found.tier) == (Breakdown.MODEL, Tier.HOUR)
    assert (found.kept_cost_usd, found.true_cost_usd) == (Decimal(3), Decimal(2))
    assert "gpt" in found.values
    with units_of_work() as uow:
        uow.rollups.rebuild(key.organization_id)
        uow.commit()
    assert differences(units_of_work, key) == []


@pytest.mark.parametrize(
    "loss",
    [
        "DELETE FROM usage_rollups WHERE tier = 0",
        "UPDATE usage_rollups SET durations = NULL",
        "UPDATE usage_rollups SET project = 'other' WHERE breakdown = 'project'",
    ],
)
def test_a_sum_that_is_gone_is_named(
    units_of_work: SqlUnitsOfWork, key: ApiKey, database_url: str, loss: LiteralString
) -> None:
    append(units_of_work, key, some_events(key, 3))
    add_waiting(units_of_work)
    with psycopg.connect(database_url) as connection:
        connection.execute(loss)
    assert differences(units_of_work, key)


def test_a_call_that_is_stored_between_the_sums_of_two_months_is_in_one_of_them_once(
    units_of_work: SqlUnitsOfWork, key: ApiKey
) -> None:
    months = [NOW - timedelta(days=31 * ago) for ago in range(3)]
    append(units_of_work, key, [an_event(key, timestamp=each, cost=a_cost("1")) for each in months])
    made = count(1)

    def store_before_the_last(_connection: object, _cursor: object, sql: str, *_: object) -> None:
        if "INSERT INTO usage_rollups" in sql and next(made) == len(months):
            append(units_of_work, key, [an_event(key, timestamp=NOW, cost=a_cost("2"))])

    with units_of_work() as uow:
        event.listen(uow._connection, "before_cursor_execute", store_before_the_last)
        uow.rollups.rebuild(key.organization_id)
        uow.commit()
    assert differences(units_of_work, key) == []
    assert add_waiting(units_of_work) == 1
    assert differences(units_of_work, key) == []


def test_to_look_at_every_call_may_take_longer_than_a_request(
    units_of_work: SqlUnitsOfWork, key: ApiKey
) -> None:
    append(units_of_work, key, some_events(key, 2_000))
    with units_of_work() as uow:
        uow._connection.execute(text("SET LOCAL statement_timeout = 25"))
        assert uow.rollups.add_waiting() == 2_000
        assert uow.rollups.differences(key.organization_id) == []
        uow.rollups.rebuild(key.organization_id)


def test_many_durations_of_one_hour_stay_countable(
    units_of_work: SqlUnitsOfWork, key: ApiKey
) -> None:
    for number in range(30):
        events = [an_event(key, timestamp=NOW, latency_ms=n * (number + 1)) for n in range(20)]
        append(units_of_work, key, events)
        add_waiting(units_of_work)
    assert differences(units_of_work, key) == []
    exact = sorted(n * (number + 1) for n in range(20) for number in range(30))[593]
    assert measures(units_of_work, key).latency_ms.p99 == pytest.approx(exact, rel=0.02)


def test_storing_adding_pricing_rebuilding_and_closing_weeks_at_once_lose_nothing(
    units_of_work: SqlUnitsOfWork, key: ApiKey
) -> None:
    known = some_events(key, 60)
    append(units_of_work, key, known)
    stored = Signal()

    def store() -> None:
        for _ in range(8):
            append(units_of_work, key, some_events(key, 12))
        stored.set()

    def rebuild() -> None:
        with units_of_work() as uow:
            uow.rollups.rebuild(key.organization_id)
            uow.commit()

    costs, weeks = count(), count(-2)

    def price() -> None:
        reprice(units_of_work, key, known, str(next(costs)))

    def close() -> None:
        # Weeks from before those of the calls, and then theirs.
        close_weeks(units_of_work, weeks_over(NOW + timedelta(weeks=next(weeks))))

    def meanwhile(do: Callable[[], object]) -> Callable[[], None]:
        def again() -> None:
            while not stored.is_set():
                do()

        return again

    add = meanwhile(lambda: add_waiting(units_of_work, limit=2))
    others = (meanwhile(each) for each in (price, rebuild, close))
    work = (store, store, store, *others, add, add)
    at_once(len(work), lambda number: work[number]())
    assert differences(units_of_work, key) == []
    while add_waiting(units_of_work):
        pass
    assert differences(units_of_work, key) == []
    assert measures(units_of_work, key).calls == 60 + 3 * 8 * 12
