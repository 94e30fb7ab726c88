"""How an organization's budgets stand."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from application.budgets.budget_standing import BudgetWithStatus
from application.budgets.list_budgets import ListBudgets, ListBudgetsRequest
from domain.budget import Budget, BudgetPeriod, BudgetState, BudgetTerms
from domain.budget_scope import BudgetScope
from domain.event import Event
from domain.report import Dimension
from tests.builders import NOW, a_budget, a_cost, an_api_key, an_event, an_organization
from tests.unit.application.world import World

ACME = an_organization()
KEY = an_api_key(ACME)
TERMS = BudgetTerms(name="All of it", limit_usd=Decimal(10))


def keep(world: World, *budgets: Budget) -> None:
    with world.units() as uow:
        for budget in budgets:
            uow.budgets.add(budget.organization_id, budget)
        uow.commit()


def listed(world: World, *, after: str | None = None, limit: int = 50) -> list[BudgetWithStatus]:
    request = ListBudgetsRequest(organization_id=ACME.id, after=after, limit=limit)
    return ListBudgets(world.units, world.clock)(request)


def spent_under(world: World, terms: BudgetTerms) -> Decimal:
    keep(world, a_budget(ACME, terms=terms))
    [found] = listed(world)
    return found.status.spent_usd


def spending(usd: str, timestamp: datetime = NOW - timedelta(hours=1)) -> Event:
    return an_event(KEY, cost=a_cost(usd), timestamp=timestamp)


def test_budgets_are_listed_in_the_order_they_were_made(world: World) -> None:
    budgets = [a_budget(ACME) for _ in range(3)]
    keep(world, *budgets[::-1], a_budget(an_organization()))
    assert [found.budget for found in listed(world)] == budgets


def test_pages_follow_each_other_without_gap_or_repetition(world: World) -> None:
    budgets = [a_budget(ACME) for _ in range(5)]
    keep(world, *budgets)
    pages, after = [], None
    while page := listed(world, after=after, limit=2):
        pages.append([found.budget for found in page])
        after = page[-1].budget.id
    assert pages == [budgets[:2], budgets[2:4], budgets[4:]]


@pytest.mark.parametrize(
    ("spent", "state"),
    [
        ("4.999999999999999999", BudgetState.OK),
        ("5", BudgetState.WARNING),
        ("9.999999999999999999", BudgetState.WARNING),
        ("10", BudgetState.EXCEEDED),
    ],
)
def test_a_status_is_exact(world: World, spent: str, state: BudgetState) -> None:
    keep(world, a_budget(ACME, terms=TERMS))
    world.events(spending(spent))
    [found] = listed(world)
    assert (found.status.spent_usd, found.status.state) == (Decimal(spent), state)
    assert found.status.remaining_usd == 10 - Decimal(spent)


def test_unknown_costs_are_in_no_sum(world: World) -> None:
    world.events(an_event(KEY, cost=a_cost(None)), spending("1"))
    assert spent_under(world, TERMS) == 1


def test_with_unknown_costs_only_nothing_is_known_to_be_spent(world: World) -> None:
    world.events(an_event(KEY, cost=a_cost(None)))
    assert spent_under(world, TERMS) == 0


@pytest.mark.parametrize(
    ("period", "timezone", "begin"),
    [
        (BudgetPeriod.DAY, "UTC", "2026-11-23T00:00Z"),
        (BudgetPeriod.DAY, "America/New_York", "2026-11-23T05:00Z"),
        (BudgetPeriod.WEEK, "UTC", "2026-11-23T00:00Z"),
        (BudgetPeriod.WEEK, "Asia/Kolkata", "2026-11-22T18:30Z"),
        (BudgetPeriod.MONTH, "UTC", "2026-11-01T00:00Z"),
        (BudgetPeriod.MONTH, "Europe/Berlin", "2026-10-31T23:00Z"),
    ],
)
def test_only_the_period_of_this_moment_in_the_budgets_zone_counts(
    world: World, period: BudgetPeriod, timezone: str, begin: str
) -> None:
    first = datetime.fromisoformat(begin)
    world.events(spending("1"), spending("2", first), spending("4", first - timedelta.resolution))
    assert spent_under(world, replace(TERMS, period=period, timezone=timezone)) == 3


def test_a_new_period_begins_at_nothing(world: World) -> None:
    world.events(spending("10"))
    keep(world, a_budget(ACME, terms=replace(TERMS, period=BudgetPeriod.DAY)))
    assert listed(world)[0].status.state is BudgetState.EXCEEDED
    world.clock.advance(timedelta(hours=12))
    assert listed(world)[0].status.spent_usd == 0


@pytest.mark.parametrize(
    ("scope", "spent"),
    [
        (BudgetScope(), 15),
        (BudgetScope({Dimension.PROJECT: "checkout"}), 3),
        (BudgetScope({Dimension.PROJECT: "checkout", Dimension.USER: "u1"}), 1),
        (BudgetScope(tags={"team": "a"}), 6),
        (BudgetScope({Dimension.PROJECT: "checkout"}, {"team": "a"}), 2),
        (BudgetScope({Dimension.API_KEY: KEY.id}), 15),
        (BudgetScope({Dimension.MODEL: "nobody's"}), 0),
    ],
)
def test_only_events_of_the_scope_count(world: World, scope: BudgetScope, spent: int) -> None:
    world.events(
        an_event(KEY, cost=a_cost("1"), project="checkout", user="u1"),
        an_event(KEY, cost=a_cost("2"), project="checkout", user="u2", tags={"team": "a"}),
        an_event(KEY, cost=a_cost("4"), project="search", tags={"team": "a", "x": "y"}),
        an_event(KEY, cost=a_cost("8"), tags={"team": "b"}),
        an_event(an_api_key(an_organization()), cost=a_cost("16"), project="checkout"),
    )
    assert spent_under(world, replace(TERMS, scope=scope)) == spent
