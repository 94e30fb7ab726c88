"""How reservations end: by the call that names them, given back, or in time."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from application.budgets.give_back_expired import GiveBackExpired
from application.budgets.release_reservation import (
    ReleaseReservation,
    ReleaseReservationRequest,
)
from application.maintenance.purge_expired import PurgeExpired
from application.ports.events import Fate
from domain.budget import Budget, BudgetPeriod, Enforcement
from domain.budget_scope import BudgetScope
from domain.errors import NotFound
from domain.report import Dimension
from domain.reservation import BudgetExceeded, Reservation, SettlementNote
from tests.unit.application.budgets.office import Office, a_call
from tests.unit.application.world import World

EXPIRY = timedelta(minutes=5)


@pytest.fixture
def budget(office: Office) -> Budget:
    return office.budget(enforcement=Enforcement.BLOCK, period=BudgetPeriod.DAY)


def note(office: Office, reservation_id: str) -> SettlementNote | None:
    """Of a call that costs 1 and names the reservation."""
    result = office.spend("1", reservation_id=reservation_id)
    assert result.outcomes == (Fate.ACCEPTED,)
    return result.notes.get(0)


def release(office: Office, reservation_id: str, organization_id: str | None = None) -> None:
    ReleaseReservation(office.world.units, office.world.clock)(
        ReleaseReservationRequest(
            organization_id=organization_id or office.id, reservation_id=reservation_id
        )
    )


def test_the_call_that_names_it_settles_it_and_counts_what_it_cost(
    office: Office, budget: Budget
) -> None:
    kept, settled = (office.reserve("3").reservation for _ in range(2))
    assert note(office, settled.id) is None
    assert (office.spent(budget), office.reserved(budget)) == (Decimal(1), Decimal(3))
    with office.world.units(snapshot=True) as uow:
        found = {it.id: it for it in uow.reservations.find(office.id, [kept.id, settled.id])}
    assert found[settled.id].event_id is not None
    assert found[kept.id] == kept


def held(office: Office, *budgets: Budget) -> list[tuple[Decimal | None, Decimal | None]]:
    """What each has spent, and what is reserved of it."""
    return [(office.spent(budget), office.reserved(budget)) for budget in budgets]


def reserve_unpriced(office: Office) -> Reservation:
    return office.reserve(
        None, provider="openai", model="nobody's", input_tokens=10, max_output_tokens=0
    ).reservation


def test_calls_of_unknown_cost_fill_a_budget_that_takes_them_for_an_amount(office: Office) -> None:
    budget = office.budget("1", enforcement=Enforcement.BLOCK, unpriced=Decimal("0.30"))
    for _ in range(3):
        reserved = reserve_unpriced(office)
        office.send(a_call(model="nobody's", reservation_id=reserved.id))
        office.world.clock.advance(2 * EXPIRY)
        GiveBackExpired(office.world.units, office.world.clock)()
    assert held(office, budget) == [(Decimal(0), Decimal("0.90"))]
    with pytest.raises(BudgetExceeded):
        reserve_unpriced(office)


def test_a_call_of_unknown_cost_settles_its_reservation_and_is_held_until_the_period_ends(
    office: Office, budget: Budget
) -> None:
    reserved = office.reserve("3").reservation
    office.send(a_call(model="nobody's", reservation_id=reserved.id))
    assert note(office, reserved.id) is SettlementNote.SETTLED_BEFORE
    assert held(office, budget) == [(Decimal(1), Decimal(3))]
    end = budget.period_at(office.world.clock.now()).end
    office.world.clock.advance(end - office.world.clock.now() - timedelta.resolution)
    give_back = GiveBackExpired(office.world.units, office.world.clock)
    assert give_back() == 0
    office.world.clock.advance(timedelta.resolution)
    assert give_back() == 1
    assert office.reserved(budget, days=-1) == 0


def test_what_is_held_for_a_call_of_unknown_cost_can_be_given_back(
    office: Office, budget: Budget
) -> None:
    reserved = office.reserve("3").reservation
    office.send(a_call(model="nobody's", reservation_id=reserved.id))
    assert office.reserved(budget) == 3
    release = ReleaseReservation(office.world.units, office.world.clock)
    for _ in range(2):
        release(ReleaseReservationRequest(organization_id=office.id, reservation_id=reserved.id))
        assert office.reserved(budget) == 0


def test_where_it_had_a_part_in_the_next_period_that_is_free(
    office: Office, budget: Budget
) -> None:
    world = office.world
    world.clock.advance(budget.period_at(world.clock.now()).end - world.clock.now() - EXPIRY / 2)
    reserved = office.reserve("3").reservation
    assert [office.reserved(budget, days) for days in (0, 1)] == [3, 3]
    office.send(a_call(model="nobody's", timestamp=world.clock.now(), reservation_id=reserved.id))
    assert [office.reserved(budget, days) for days in (0, 1)] == [3, 0]


def test_what_is_held_for_an_unknown_cost_follows_each_budgets_policy_and_scope(
    office: Office,
) -> None:
    policies: list[Any] = ["block", "allow", Decimal("0.25")]
    blocks = {"enforcement": Enforcement.BLOCK, "limit": "10"}
    budgets = [office.budget(**blocks, unpriced=policy) for policy in policies]
    elsewhere = office.budget(**blocks, scope=BudgetScope({Dimension.MODEL: "gpt-4o"}))
    reserved = office.reserve("3", model="gpt-4o").reservation
    assert [office.reserved(each) for each in (*budgets, elsewhere)] == [3, 3, 3, 3]
    office.send(a_call(model="nobody's", reservation_id=reserved.id))
    assert [office.reserved(each) for each in (*budgets, elsewhere)] == [3, 0, 3, 0]


def test_a_call_that_costs_nothing_holds_nothing(office: Office, budget: Budget) -> None:
    reserved = office.reserve("3").reservation
    office.spend("0", reservation_id=reserved.id)
    assert held(office, budget) == [(Decimal(0), Decimal(0))]


def test_once_the_call_has_a_price_its_cost_stands_for_what_was_held(
    office: Office, budget: Budget
) -> None:
    first, second = (office.reserve("3").reservation for _ in range(2))
    office.send(
        a_call(model="nobodys", reservation_id=first.id),
        a_call(model="other", reservation_id=second.id),
    )
    assert held(office, budget) == [(Decimal(0), Decimal(6))]
    office.alias("nobodys")
    assert held(office, budget) == [(Decimal("0.0125"), Decimal(3))]
    office.alias("other")
    assert held(office, budget) == [(Decimal("0.025"), Decimal(0))]


def test_a_second_report_is_judged_by_the_cost_that_is_counted(
    office: Office, budget: Budget
) -> None:
    reserved = office.reserve("3").reservation
    same = {"model": "nobody's", "provider_request_id": "req_1"}
    office.spend("1", **same)
    by_sdk = office.send(a_call(**same, reservation_id=reserved.id))
    assert by_sdk.outcomes == (Fate.MERGED,)
    assert held(office, budget) == [(Decimal(1), Decimal(0))]


def test_of_several_calls_that_name_it_the_first_settles_it(office: Office, budget: Budget) -> None:
    reserved = office.reserve("3").reservation
    result = office.send(
        a_call("1", id="anonymous"),
        a_call("1", id="first", reservation_id=reserved.id),
        a_call("1", id="second", reservation_id=reserved.id),
    )
    assert result.notes == {2: SettlementNote.SETTLED_BEFORE}
    assert note(office, reserved.id) is SettlementNote.SETTLED_BEFORE
    assert (office.spent(budget), office.reserved(budget)) == (Decimal(4), Decimal(0))


def test_a_second_report_of_a_call_settles_what_was_held_for_it(
    office: Office, budget: Budget
) -> None:
    reserved = office.reserve("3").reservation
    office.spend("1", provider_request_id="req_1")
    by_sdk = office.spend("1", provider_request_id="req_1", reservation_id=reserved.id)
    assert by_sdk.outcomes == (Fate.MERGED,)
    assert (office.spent(budget), office.reserved(budget)) == (Decimal(1), Decimal(0))


def test_a_repeated_call_settles_nothing_more(office: Office, budget: Budget) -> None:
    call = a_call("1")
    office.send(call)
    reserved = office.reserve("3").reservation
    office.send(call, a_call("2", id=call.id, reservation_id=reserved.id))
    assert (office.spent(budget), office.reserved(budget)) == (Decimal(1), Decimal(3))


def test_a_call_counts_whatever_became_of_its_reservation(office: Office, budget: Budget) -> None:
    released, expired = (office.reserve("3").reservation for _ in range(2))
    release(office, released.id)
    assert note(office, released.id) is SettlementNote.RELEASED
    assert note(office, "unknown") is SettlementNote.UNKNOWN
    office.world.clock.advance(EXPIRY)
    assert note(office, expired.id) is SettlementNote.EXPIRED
    assert office.spent(budget) == 3


def test_another_organizations_reservation_is_unknown(world: World, office: Office) -> None:
    other = Office(world)
    budget = office.budget(enforcement=Enforcement.BLOCK)
    reserved = office.reserve("3").reservation
    assert note(other, reserved.id) is SettlementNote.UNKNOWN
    with pytest.raises(NotFound):
        release(office, reserved.id, other.id)
    assert office.reserved(budget) == 3


def test_what_is_given_back_is_free(office: Office, budget: Budget) -> None:
    reserved = office.reserve("10").reservation
    release(office, reserved.id)
    release(office, reserved.id)
    assert office.reserved(budget) == 0
    assert office.reserve("10").room_usd == {budget.id: 0}
    with pytest.raises(NotFound):
        release(office, "unknown")


@pytest.mark.usefixtures("budget")
def test_what_had_ended_stays_as_it_ended(office: Office) -> None:
    settled, expired = (office.reserve("3").reservation for _ in range(2))
    note(office, settled.id)
    release(office, settled.id)
    assert note(office, settled.id) is SettlementNote.SETTLED_BEFORE
    office.world.clock.advance(EXPIRY)
    release(office, expired.id)
    assert note(office, expired.id) is SettlementNote.EXPIRED


def test_what_expired_is_given_back_for_all_to_see(world: World, office: Office) -> None:
    give_back = GiveBackExpired(world.units, world.clock)
    offices = [office, Office(world)]
    budgets = [each.budget(enforcement=Enforcement.BLOCK) for each in offices]
    for each in offices:
        each.reserve("2")
        each.reserve("3", expires_in=2 * EXPIRY)
    assert give_back() == 0
    world.clock.advance(EXPIRY)
    assert [it.reserved(budget) for it, budget in zip(offices, budgets, strict=True)] == [5, 5]
    assert (give_back(), give_back()) == (2, 0)
    assert [it.reserved(budget) for it, budget in zip(offices, budgets, strict=True)] == [3, 3]


@pytest.mark.usefixtures("budget")
def test_after_a_week_an_expired_reservation_is_forgotten(office: Office) -> None:
    reserved = office.reserve("3").reservation
    world = office.world
    purge, give_back = (
        PurgeExpired(world.units, world.clock),
        GiveBackExpired(world.units, world.clock),
    )
    world.clock.advance(EXPIRY + timedelta(days=7))
    give_back()
    assert purge().reservations == 0
    world.clock.advance(timedelta.resolution)
    assert purge().reservations == 1
    call = a_call("1", timestamp=world.clock.now(), reservation_id=reserved.id)
    assert office.send(call).notes == {0: SettlementNote.UNKNOWN}


@pytest.mark.parametrize("is_given_back", [False, True])
def test_a_period_that_is_forgotten_takes_what_it_held_along(
    office: Office, budget: Budget, *, is_given_back: bool
) -> None:
    reserved = office.reserve("3").reservation
    world = office.world
    world.clock.advance(timedelta(days=402))
    assert PurgeExpired(world.units, world.clock)().budget_periods == 1
    if is_given_back:
        assert GiveBackExpired(world.units, world.clock)() == 0
    with world.units(snapshot=True) as uow:
        assert uow.reservations.find(office.id, [reserved.id]) == []
    assert office.spent(budget, days=-402) is None
