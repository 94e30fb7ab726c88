"""Sums by value of a tag and by model are what the calls amount to."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import LiteralString

import psycopg
import pytest

from adapters.memory.clock import ManualClock
from adapters.sql.migrations import downgrade, upgrade
from adapters.sql.unit_of_work import SqlUnitsOfWork
from application.maintenance.keep_months import KeepMonths
from domain.api_key import ApiKey
from domain.event import Event
from domain.period import Span
from domain.report import Dimension, EventFilter, EventSelection
from domain.rollup import Breakdown, Tier
from tests.builders import a_cost, an_event
from tests.contracts.events import append
from tests.contracts.tenants import a_stored_key
from tests.integration.test_sql_rollups import differences, reprice
from tests.integration.test_sql_tag_rollups import (
    DAY,
    NOON,
    forget_calls,
    limited,
    rebuild,
    store,
)

MODELS = (Dimension.PROVIDER, Dimension.MODEL)
Costs = dict[str | None, Decimal | None]


@pytest.fixture
def key(units_of_work: SqlUnitsOfWork) -> ApiKey:
    return a_stored_key(units_of_work)


def called(key: ApiKey, model: str, usd: str, at: datetime = NOON, **tags: str) -> Event:
    return an_event(
        key, timestamp=at, provider="openai", model=model, cost=a_cost(usd), latency_ms=7, tags=tags
    )


def costs_of_models(
    units_of_work: SqlUnitsOfWork,
    key: ApiKey,
    *teams: str,
    span: Span = DAY,
    **only: tuple[str, ...],
) -> Costs:
    """Of the calls with one of these values of the tag."""
    dimensions = {Dimension(name): values for name, values in only.items()}
    selection = EventSelection(
        organization_id=key.organization_id,
        span=span,
        filter=EventFilter(dimensions, tags={"team": teams}),
    )
    with units_of_work.report() as uow:
        rows = uow.usage_reports.groups(selection, MODELS)
    assert all(row.measures.latency_ms.p50 == 7 for row in rows)
    return {row.group[1]: row.measures.cost_usd for row in rows}


def test_sums_alone_tell_the_models_of_a_value(
    units_of_work: SqlUnitsOfWork, key: ApiKey, database_url: str
) -> None:
    store(units_of_work, key, called(key, "a", "1", team="red"), called(key, "b", "2", team="red"))
    store(units_of_work, key, called(key, "a", "4", team="blue"), called(key, "a", "8"))
    store(units_of_work, key, called(key, "a", "16", team="red", feature="chat"))
    forget_calls(database_url)
    red: Costs = {"a": Decimal(17), "b": Decimal(2)}
    assert costs_of_models(units_of_work, key, "red") == red
    both: Costs = {"a": Decimal(21), "b": Decimal(2)}
    assert costs_of_models(units_of_work, key, "red", "blue") == both
    assert costs_of_models(units_of_work, key, "red", model=("b",)) == {"b": Decimal(2)}
    assert costs_of_models(units_of_work, key, "green") == {}


def test_a_day_that_a_report_cuts_is_put_right_by_calls(
    units_of_work: SqlUnitsOfWork, key: ApiKey
) -> None:
    store(
        units_of_work,
        key,
        *(called(key, "a", str(2**hour), DAY.start + timedelta(hours=hour), team="red")
          for hour in range(24)),
    )  # fmt: skip
    append(units_of_work, key, [called(key, "a", "0.5", DAY.start, team="red")])
    for first, last in ((0, 20), (4, 24), (11, 13), (0, 24)):
        span = Span(DAY.start + timedelta(hours=first), DAY.start + timedelta(hours=last))
        waiting = Decimal("0.5") if first == 0 else 0
        expected = {"a": Decimal(sum(2**hour for hour in range(first, last))) + waiting}
        assert costs_of_models(units_of_work, key, "red", span=span) == expected


def test_a_new_cost_is_in_the_sums_by_tag_and_model(
    units_of_work: SqlUnitsOfWork, key: ApiKey, database_url: str
) -> None:
    event = called(key, "a", "1", team="red")
    store(units_of_work, key, event, called(key, "a", "1", team="red"))
    reprice(units_of_work, key, [event], "5")
    assert differences(units_of_work, key) == []
    forget_calls(database_url)
    assert costs_of_models(units_of_work, key, "red") == {"a": Decimal(6)}


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE tag_model_rollups SET cost_usd = 3 WHERE model = 'a'",
        "UPDATE tag_model_rollups SET durations = '{1025}' WHERE model = 'a'",
        "UPDATE tag_model_rollups SET model = 'c' WHERE model = 'a'",
        "DELETE FROM tag_model_rollups WHERE model = 'a'",
    ],
)
def test_a_sum_by_tag_and_model_that_is_wrong_is_named_and_repaired(
    units_of_work: SqlUnitsOfWork, key: ApiKey, database_url: str, damage: LiteralString
) -> None:
    store(units_of_work, key, called(key, "a", "2", team="red"), called(key, "b", "4", team="red"))
    with psycopg.connect(database_url) as connection:
        connection.execute(damage)
    (found,) = differences(units_of_work, key)
    assert (found.breakdown, found.tier, found.start) == (
        Breakdown.TAG_MODEL, Tier.DAY, DAY.start
    )  # fmt: skip
    assert found.values[:3] == ("team", "red", "openai")
    assert found.true_cost_usd == Decimal(2)
    rebuild(units_of_work, key)
    assert differences(units_of_work, key) == []
    costs: Costs = {"b": Decimal(4), "a": Decimal(2)}
    assert costs_of_models(units_of_work, key, "red") == costs


def test_another_organizations_sums_by_tag_and_model_are_its_own(
    units_of_work: SqlUnitsOfWork, key: ApiKey, database_url: str
) -> None:
    other = a_stored_key(units_of_work)
    store(units_of_work, key, called(key, "a", "1", team="red"))
    store(units_of_work, other, called(other, "a", "2", team="red"))
    forget_calls(database_url)
    assert costs_of_models(units_of_work, key, "red") == {"a": Decimal(1)}
    assert costs_of_models(units_of_work, other, "red") == {"a": Decimal(2)}


def test_the_models_of_a_value_beyond_the_most_are_told_by_calls(
    units_of_work: SqlUnitsOfWork, key: ApiKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited(monkeypatch, tags=3, values=1)
    store(units_of_work, key, called(key, "a", "1", team="red"))
    store(units_of_work, key, called(key, "b", "2", team="blue"))
    assert costs_of_models(units_of_work, key, "red") == {"a": Decimal(1)}
    assert costs_of_models(units_of_work, key, "blue") == {"b": Decimal(2)}
    both: Costs = {"b": Decimal(2), "a": Decimal(1)}
    assert costs_of_models(units_of_work, key, "red", "blue") == both
    assert differences(units_of_work, key) == []


def test_the_upgrade_makes_the_sums_of_calls_that_are_there_and_in_sums(
    units_of_work: SqlUnitsOfWork, key: ApiKey, database_url: str
) -> None:
    old = NOON - timedelta(days=200)
    store(units_of_work, key, called(key, "a", "1", old, team="red"))
    KeepMonths(units_of_work, ManualClock(NOON), longest_days=100)()
    store(
        units_of_work,
        key,
        *(called(key, model, "2", team="red", feature="chat") for model in "aab"),
        called(key, "a", "3", DAY.start - timedelta(days=1), team="blue"),
        called(key, "a", "0"),
    )
    append(units_of_work, key, [called(key, "b", "8", team="red")])
    for _ in range(2):
        downgrade(database_url, "0013")
        upgrade(database_url)
        assert differences(units_of_work, key) == []
    known: Costs = {"b": Decimal(10), "a": Decimal(4)}
    assert costs_of_models(units_of_work, key, "red") == known
    forget_calls(database_url)
    summed: Costs = {"a": Decimal(4), "b": Decimal(2)}
    ever = Span(old - timedelta(days=1), DAY.end)
    assert costs_of_models(units_of_work, key, "red", span=ever) == summed
