"""What is reached is told once, in order, on the channels that were asked for."""

from datetime import timedelta
from decimal import Decimal

import pytest

from domain.alert import AlertKind
from domain.budget import BudgetPeriod, Enforcement
from domain.budget_scope import BudgetScope
from domain.report import Dimension
from tests.builders import NOW
from tests.unit.application.budgets.office import Office, a_call

YESTERDAY = NOW - timedelta(days=1)


def test_a_jump_over_several_thresholds_alerts_of_each_in_order(office: Office) -> None:
    budget = office.budget(thresholds=(50, 80, 100, 150))
    office.spend("4")
    assert office.told() == []
    office.spend("9")
    assert office.told() == [50, 80, 100]
    for alert in office.alerts():
        assert (alert.budget_id, alert.version, alert.kind) == (budget.id, 1, AlertKind.ACTUAL)
        assert (alert.spent_usd, alert.created_at) == (Decimal(13), NOW)
        assert alert.period == budget.period_at(NOW)


def test_each_threshold_is_told_once_a_period(office: Office) -> None:
    office.budget(period=BudgetPeriod.DAY)
    for _ in range(12):
        office.spend("1")
    assert office.told() == [50, 80, 100]
    office.world.clock.advance(timedelta(days=1))
    office.spend("5", timestamp=office.world.clock.now())
    assert office.told() == [50, 80, 100, 50]


def test_calls_of_one_batch_step_over_thresholds_together(office: Office) -> None:
    office.budget()
    office.send(*(a_call("0.5") for _ in range(30)))
    assert office.told() == [50, 80, 100]
    assert {alert.spent_usd for alert in office.alerts()} == {15}


def test_several_budgets_alert_of_the_same_call(office: Office) -> None:
    whole, of_a = office.budget(), office.budget("5", scope=BudgetScope({Dimension.PROJECT: "a"}))
    office.spend("5", project="a")
    told = [(alert.budget_id, alert.threshold) for alert in office.alerts()]
    assert told == [(whole.id, 50), (of_a.id, 50), (of_a.id, 80), (of_a.id, 100)]


def test_a_new_version_alerts_again_and_a_new_name_does_not(office: Office) -> None:
    budget = office.budget()
    office.spend("6")
    renamed = office.change(budget, name="Another name")
    assert office.told() == [50]
    office.change(renamed, limit_usd=Decimal(7))
    assert office.told() == [50, 50, 80]
    assert [alert.version for alert in office.alerts()] == [1, 2, 2]
    office.spend("1")
    assert office.told() == [50, 50, 80, 100]


def test_a_new_budget_alerts_at_once_of_what_was_spent_before_it(office: Office) -> None:
    office.spend("8.5")
    office.budget()
    assert office.told() == [50, 80]


@pytest.mark.parametrize(("late", "told"), [(timedelta(0), [50]), (timedelta(hours=12), [])])
def test_a_late_call_alerts_until_a_day_after_its_period(
    office: Office, late: timedelta, told: list[int]
) -> None:
    office.world.clock.advance(-timedelta(days=1))
    budget = office.budget(period=BudgetPeriod.DAY)
    office.world.clock.advance(timedelta(days=1) + late)
    office.spend("6", timestamp=YESTERDAY)
    assert office.told() == told
    period = budget.period_at(YESTERDAY)
    with office.world.units(snapshot=True) as uow:
        (spending,) = uow.ledger.find(office.id, [(budget.id, period.start)])
    assert spending.spent_usd == 6


@pytest.mark.parametrize("is_reserved", [False, True])
def test_a_call_from_a_clock_that_is_ahead_alerts_once_in_its_period(
    office: Office, *, is_reserved: bool
) -> None:
    office.world.clock.advance(timedelta(hours=11, minutes=55))
    budget = office.budget(period=BudgetPeriod.DAY, enforcement=Enforcement.BLOCK)
    if is_reserved:
        office.reserve("1", expires_in=timedelta(minutes=10))
    office.spend("6", timestamp=office.world.clock.now() + timedelta(minutes=9))
    office.world.clock.advance(timedelta(minutes=10))
    office.spend("1", timestamp=office.world.clock.now())
    assert office.told() == [50]
    assert office.spent(budget) == 7


def test_who_opens_a_period_by_a_reservation_alerts_of_what_was_spent(office: Office) -> None:
    office.world.clock.advance(timedelta(hours=11, minutes=55))
    office.spend("6", timestamp=office.world.clock.now() + timedelta(minutes=9))
    office.budget(period=BudgetPeriod.DAY, enforcement=Enforcement.BLOCK)
    office.reserve("1", expires_in=timedelta(minutes=10))
    assert office.told() == [50]


def test_an_alert_goes_out_on_every_channel_that_is_enabled(office: Office) -> None:
    one, two = office.channel(), office.channel()
    office.channel(disabled_at=NOW)
    office.budget()
    office.spend("5")
    (alert,) = office.alerts()
    deliveries = office.deliveries(alert)
    assert [each.channel_id for each in deliveries] == [one.id, two.id]
    assert {(each.next_attempt_at, each.attempts) for each in deliveries} == {(NOW, 0)}


def test_a_budget_may_name_its_channels(office: Office) -> None:
    office.channel()
    wanted = office.channel()
    office.budget(channel_ids=(wanted.id,))
    office.budget(channel_ids=())
    office.spend("5")
    named, silent = office.alerts()
    assert [each.channel_id for each in office.deliveries(named)] == [wanted.id]
    assert office.deliveries(silent) == []
