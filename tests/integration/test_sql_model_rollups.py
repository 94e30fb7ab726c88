"""Sums of one dimension by model are what the calls amount to, of which the upgrade reads none."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from adapters.memory.clock import ManualClock
from adapters.sql.migrations import downgrade, upgrade
from adapters.sql.unit_of_work import SqlUnitsOfWork
from application.maintenance.keep_months import KeepMonths
from domain.api_key import ApiKey
from domain.event import Event
from domain.period import Span
from domain.report import Dimension, EventFilter, EventSelection, GroupRow
from tests.builders import a_cost, an_event
from tests.contracts.events import append
from tests.contracts.tenants import a_stored_key
from tests.integration.test_sql_rollups import differences, reprice
from tests.integration.test_sql_tag_rollups import DAY, NOON, forget_calls, store

OLD = NOON - timedelta(days=200)
EVER = Span(OLD - timedelta(days=1), DAY.end)


@pytest.fixture
def key(units_of_work: SqlUnitsOfWork) -> ApiKey:
    return a_stored_key(units_of_work)


def called(key: ApiKey, model: str, project: str | None, usd: str, at: datetime = NOON) -> Event:
    return an_event(
        key, timestamp=at, model=model, project=project, cost=a_cost(usd), latency_ms=int(usd)
    )


def models_of(units_of_work: SqlUnitsOfWork, key: ApiKey, project: str) -> Sequence[GroupRow]:
    selection = EventSelection(
        organization_id=key.organization_id,
        span=EVER,
        filter=EventFilter({Dimension.PROJECT: (project,)}),
    )
    with units_of_work.report() as uow:
        return uow.usage_reports.groups(selection, (Dimension.PROVIDER, Dimension.MODEL))


def test_sums_alone_tell_the_models_of_a_project_after_a_new_cost(
    units_of_work: SqlUnitsOfWork, key: ApiKey, database_url: str
) -> None:
    event = called(key, "a", "shop", "1")
    store(units_of_work, key, event, called(key, "b", "shop", "2"), called(key, "a", None, "4"))
    reprice(units_of_work, key, [event], "8")
    assert differences(units_of_work, key) == []
    forget_calls(database_url)
    costs = [(row.group[1], row.measures.cost_usd) for row in models_of(units_of_work, key, "shop")]
    assert costs == [("a", Decimal(8)), ("b", Decimal(2))]


def test_the_upgrade_makes_the_sums_by_model_of_calls_that_are_gone_as_well(
    units_of_work: SqlUnitsOfWork, key: ApiKey, database_url: str
) -> None:
    old = [called(key, model, "shop", usd, OLD) for model, usd in (("a", "3"), ("b", "70"))]
    store(units_of_work, key, *old, called(key, "a", "till", "1", OLD))
    KeepMonths(units_of_work, ManualClock(NOON), longest_days=100)()
    store(units_of_work, key, *(called(key, "a", "shop", usd) for usd in ("5", "5", "900")))
    store(units_of_work, key, called(key, "a", None, "7"))
    append(units_of_work, key, [called(key, "b", "shop", "11")])
    known = models_of(units_of_work, key, "shop")
    assert [row.measures.calls for row in known] == [4, 2]
    for _ in range(2):
        downgrade(database_url, "0015")
        upgrade(database_url)
        assert differences(units_of_work, key) == []
    assert models_of(units_of_work, key, "shop") == known
