"""Budgets are told where they are heading."""

from datetime import timedelta
from decimal import Decimal

import pytest

from application.budgets.refresh_forecasts import RefreshForecasts
from domain.alert import AlertKind
from domain.budget import Budget
from domain.budget_scope import BudgetScope
from domain.report import Dimension
from tests.builders import NOW, a_budget
from tests.unit.application.budgets.office import Office, a_call
from tests.unit.application.world import World


@pytest.fixture
def steady(office: Office) -> Office:
    """A dollar each hour of the last three weeks: 540 by now, 720 in November."""
    hours = range(1, 21 * 24)
    office.send(*(a_call("1", timestamp=NOW - timedelta(hours=hour)) for hour in hours))
    return office


def refresh(office: Office) -> int:
    world = office.world
    return RefreshForecasts(world.units, world.keep_ledger, office.raise_alerts, world.clock)()


def told_by_forecast(office: Office) -> list[int | None]:
    return [each.threshold for each in office.alerts() if each.kind is AlertKind.FORECAST]


def test_a_forecast_is_kept_beside_what_was_spent(steady: Office) -> None:
    budget = steady.budget("10000")
    assert refresh(steady) == 1
    spending = steady.spending(budget)
    assert spending is not None
    assert spending.spent_usd == 503
    assert spending.forecast is not None
    assert spending.forecast.expected_usd == pytest.approx(Decimal(503 + 7 * 24 + 12), abs=2)
    assert told_by_forecast(steady) == []


def test_what_will_be_reached_alerts_once_and_what_was_reached_does_not(steady: Office) -> None:
    steady.budget("600", thresholds=(), forecast_thresholds=(50, 80, 100, 110, 200))
    for _ in range(2):
        refresh(steady)
        assert told_by_forecast(steady) == [100, 110]
    (alert, _) = steady.alerts()
    assert (alert.spent_usd, alert.version) == (Decimal(503), 1)
    assert alert.explanation is not None
    assert "the month ends at" in alert.explanation


def test_a_new_version_is_told_again(steady: Office) -> None:
    budget = steady.budget("600")
    refresh(steady)
    steady.change(budget, name="Another name")
    refresh(steady)
    assert told_by_forecast(steady) == [100]
    steady.change(budget, limit_usd=Decimal(550))
    refresh(steady)
    assert told_by_forecast(steady) == [100, 100]


def test_a_forecast_counts_the_budgets_scope_only(steady: Office) -> None:
    budget = steady.budget("1", scope=BudgetScope({Dimension.PROJECT: "other"}))
    assert refresh(steady) == 1
    assert steady.spent(budget) == 0
    assert steady.alerts() == []


def test_who_opens_a_period_by_a_forecast_alerts_of_what_was_spent(steady: Office) -> None:
    kept: Budget = a_budget_of_before(steady)
    refresh(steady)
    assert [it.threshold for it in steady.alerts() if it.kind is AlertKind.ACTUAL] == [50, 80, 100]
    assert steady.spent(kept) == 503


def test_all_budgets_of_all_organizations_are_forecast(world: World, office: Office) -> None:
    other = Office(world)
    for each in (office, other, other):
        each.budget()
    assert refresh(office) == 3


def test_nothing_spent_is_no_alarm(office: Office) -> None:
    office.budget("0.01")
    assert refresh(office) == 1
    assert office.alerts() == []


def a_budget_of_before(office: Office) -> Budget:
    """Stored when there was no ledger yet."""
    with office.world.units() as uow:
        organization = uow.organizations.get(office.id)
        assert organization is not None
        budget = a_budget(organization)
        uow.budgets.add(office.id, budget)
        uow.commit()
    return budget


def test_a_forecast_is_made_anew_when_something_was_spent_or_an_hour_began(steady: Office) -> None:
    world, budget = steady.world, steady.budget("10000")
    refresh_again = RefreshForecasts(
        world.units, world.keep_ledger, steady.raise_alerts, world.clock
    )

    def is_made_anew() -> bool:
        """Whether a forecast that somebody took away is back."""
        spending = steady.spending(budget)
        assert spending is not None
        with world.units() as uow:
            uow.ledger.keep_forecast(budget.organization_id, spending.key, None)
            uow.commit()
        refresh_again()
        after = steady.spending(budget)
        return after is not None and after.forecast is not None

    refresh_again()
    assert not is_made_anew()
    steady.spend("1")
    assert is_made_anew()
    assert not is_made_anew()
    world.clock.advance(timedelta(hours=1))
    assert is_made_anew()
    steady.change(budget, limit_usd=Decimal(9000))
    assert is_made_anew()
