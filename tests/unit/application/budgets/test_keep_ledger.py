"""Calls are counted towards budgets in the transaction that stores them."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from adapters.memory.unit_of_work import InMemoryUnitOfWork, InMemoryUnitsOfWork
from application.ports.events import Fate
from domain.budget import BudgetPeriod
from domain.budget_scope import BudgetScope
from domain.errors import Unavailable
from domain.report import Dimension
from tests.builders import NOW
from tests.unit.application.budgets.office import Office, a_call
from tests.unit.application.world import World


class AwayUnitOfWork(InMemoryUnitOfWork):
    def commit(self) -> None:
        """There are calls only where the test sends them."""
        if self._state.events:
            raise Unavailable("The store is away.")
        super().commit()


class AwayUnitsOfWork(InMemoryUnitsOfWork):
    """A store that goes away before any call is durable."""

    def __call__(self, *, snapshot: bool = False) -> InMemoryUnitOfWork:
        return AwayUnitOfWork(self._store, snapshot=snapshot)


TINY = "0.000000000000000000000000000001"


def test_every_budget_that_a_call_falls_under_counts_it_exactly(office: Office) -> None:
    whole = office.budget()
    daily = office.budget(period=BudgetPeriod.DAY)
    of_a = office.budget(scope=BudgetScope({Dimension.PROJECT: "a"}))
    of_b = office.budget(scope=BudgetScope({Dimension.PROJECT: "b"}))
    office.spend("3", project="a")
    office.spend(TINY, project="a")
    for budget in (whole, daily, of_a):
        assert office.spent(budget) == Decimal(f"3.{TINY[2:]}")
    assert office.spent(of_b) == 0


def test_a_budget_of_one_key_counts_the_calls_of_that_key(office: Office) -> None:
    budget = office.budget(scope=BudgetScope({Dimension.API_KEY: "one"}))
    office.send(a_call("1"), api_key_id="one")
    office.send(a_call("2"), api_key_id="two")
    assert office.spent(budget) == 1


def test_what_is_not_new_counts_nothing(office: Office) -> None:
    budget = office.budget()
    call = a_call("1", provider_request_id="req_1")
    duplicate, conflict = call, replace(call, provider_cost_usd=Decimal(5))
    merged = replace(call, id="told by a trace")
    assert office.send(call, duplicate, conflict, merged).outcomes == (
        Fate.ACCEPTED,
        Fate.DUPLICATE,
        Fate.CONFLICT,
        Fate.MERGED,
    )
    assert office.send(duplicate, conflict, merged).count(Fate.ACCEPTED) == 0
    assert office.spent(budget) == 1


def test_unknown_costs_and_refused_calls_count_nothing(office: Office) -> None:
    budget = office.budget()
    office.send(a_call(model="nobody's"), a_call("9", timestamp=NOW - timedelta(days=91)))
    assert office.spent(budget) == 0


def test_what_is_not_stored_is_not_counted(world: World) -> None:
    office = Office(replace(world, units=AwayUnitsOfWork()))
    budget = office.budget()
    with pytest.raises(Unavailable):
        office.spend("9")
    assert office.spent(budget) == 0
    assert office.alerts() == []


def test_another_organizations_calls_count_nothing_here(world: World, office: Office) -> None:
    budget, other = office.budget(), Office(world)
    other.budget()
    other.spend("9")
    assert office.spent(budget) == 0
    assert office.alerts() == []
    assert other.told() == [50, 80]


def test_late_calls_count_in_their_own_period_as_long_as_it_is_open(office: Office) -> None:
    office.world.clock.advance(timedelta(hours=-13))  # Yesterday.
    budget = office.budget(period=BudgetPeriod.DAY)
    office.world.clock.advance(timedelta(hours=13))
    office.spend("2")
    office.spend("3", timestamp=NOW - timedelta(days=1))
    assert (office.spent(budget, days=-1), office.spent(budget)) == (Decimal(3), Decimal(2))


def test_a_period_that_was_not_open_opens_with_all_that_was_spent_in_it(office: Office) -> None:
    office.spend("1", timestamp=NOW - timedelta(days=1))
    budget = office.budget(period=BudgetPeriod.DAY)
    assert office.spent(budget, days=-1) is None
    office.spend("2", timestamp=NOW - timedelta(days=1))
    assert office.spent(budget, days=-1) == 3


def test_a_late_call_alerts_of_what_it_crosses_itself_in_a_period_that_is_over(
    office: Office,
) -> None:
    yesterday = NOW - timedelta(days=1)
    office.spend("5", timestamp=yesterday)
    budget = office.budget("10", period=BudgetPeriod.DAY)
    office.spend("0.01", timestamp=yesterday)
    assert office.told() == []
    office.spend("3", timestamp=yesterday)
    office.spend("0.01", timestamp=yesterday)
    assert office.told() == [80]
    office.change(budget, timezone="Etc/UTC")
    office.spend("0.01", timestamp=yesterday)
    assert office.told() == [80]


def test_a_late_call_that_is_the_first_of_its_period_alerts_of_it(office: Office) -> None:
    office.world.clock.advance(timedelta(days=-1))
    office.budget("10", period=BudgetPeriod.DAY)
    office.world.clock.advance(timedelta(days=1))
    office.spend("8", timestamp=NOW - timedelta(days=1))
    assert office.told() == [50, 80]


def test_a_period_that_ended_long_ago_is_not_opened_again(office: Office) -> None:
    budget = office.budget(period=BudgetPeriod.DAY)
    office.spend("9", timestamp=NOW - timedelta(days=3))
    assert office.spent(budget, days=-3) is None
    assert office.alerts() == []


def test_a_change_of_what_is_counted_counts_anew(office: Office) -> None:
    budget = office.budget(period=BudgetPeriod.DAY)
    office.spend("1", project="a")
    office.spend("2", project="b")
    changed = office.change(budget, scope=BudgetScope({Dimension.PROJECT: "a"}))
    assert office.spent(changed) == 1
    office.spend("4", project="b")
    office.spend("8", project="a")
    assert office.spent(changed) == 9
    assert office.spent(office.change(changed, scope=BudgetScope())) == 15


def test_calls_priced_again_move_the_ledger_down_and_up(office: Office) -> None:
    budget = office.budget()
    office.send(*(a_call() for _ in range(5)), a_call(timestamp=NOW - timedelta(hours=11)))
    assert office.spent(budget) == 6 * Decimal("0.0125")
    entry = office.discount("20")
    assert office.spent(budget) == 6 * Decimal("0.01")
    office.discount("0.1", entry)
    assert office.spent(budget) == 6 * Decimal("0.0124875")


def test_a_call_that_gets_a_price_is_counted_then(office: Office) -> None:
    budget = office.budget("0.01")
    office.send(a_call())
    assert office.told() == [50, 80, 100]
    office.discount("50")
    assert office.spent(budget) == Decimal("0.00625")
    # What was alerted is not alerted again on the way back up.
    office.send(a_call())
    assert office.told() == [50, 80, 100]
