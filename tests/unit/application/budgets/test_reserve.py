"""A program sets money aside for a call that it is about to make."""

from collections.abc import Collection
from datetime import timedelta
from decimal import Decimal
from typing import Any, cast

import pytest

from adapters.memory.ledger import InMemoryLedger
from adapters.memory.unit_of_work import InMemoryUnitsOfWork
from application.ports.ledger import Held, PeriodKey
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from domain.budget import Budget, BudgetPeriod, Enforcement
from domain.budget_scope import BudgetScope
from domain.errors import Invalid, Unavailable
from domain.report import Dimension
from domain.reservation import SHORTEST_EXPIRY, BudgetExceeded, Refusal
from tests.unit.application.budgets.office import Office

MINUTES = timedelta(minutes=1)


def blocking(office: Office, limit: str = "10", **terms: Any) -> Budget:
    return office.budget(limit, enforcement=Enforcement.BLOCK, **terms)


def refused(office: Office, usd: str | None = "1", **changes: Any) -> BudgetExceeded:
    with pytest.raises(BudgetExceeded) as refusal:
        office.reserve(usd, **changes)
    return refusal.value


def test_what_is_reserved_is_taken_off_the_room(office: Office) -> None:
    budget = blocking(office)
    office.spend("4")
    reserved = office.reserve("2.5")
    assert reserved.room_usd == {budget.id: Decimal("3.5")}
    assert reserved.reservation.expires_at == office.world.clock.now() + 5 * MINUTES
    assert (office.spent(budget), office.reserved(budget)) == (Decimal(4), Decimal("2.5"))


def test_the_last_cent_can_be_reserved_and_no_more(office: Office) -> None:
    budget = blocking(office)
    office.spend("4")
    assert office.reserve("6").room_usd == {budget.id: 0}
    refusal = refused(office, "0.000000000001")
    assert (refusal.budget, refusal.reason, refusal.remaining_usd) == (
        budget,
        Refusal.LIMIT,
        Decimal(0),
    )
    assert refusal.resets_at == budget.period_at(office.world.clock.now()).end


def test_it_is_reserved_of_all_budgets_that_block_or_of_none(office: Office) -> None:
    wide, narrow = blocking(office), blocking(office, "1")
    told = office.budget("0.5")
    elsewhere = blocking(office, "0.5", scope=BudgetScope({Dimension.PROJECT: "other"}))
    assert refused(office, "2").budget == narrow
    assert [office.reserved(each) for each in (wide, narrow)] == [0, 0]
    assert office.reserve("0.75").room_usd == {wide.id: Decimal("9.25"), narrow.id: Decimal("0.25")}
    assert [office.reserved(each) for each in (told, elsewhere)] == [0, 0]


def test_without_budgets_that_block_anything_is_reserved(office: Office) -> None:
    office.budget("0.5")
    reserved = office.reserve("1000000")
    assert (reserved.room_usd, reserved.reservation.holds) == ({}, ())


def test_a_budget_of_one_key_blocks_the_calls_of_that_key(office: Office) -> None:
    budget = blocking(office, scope=BudgetScope({Dimension.API_KEY: "one"}))
    assert refused(office, "11", api_key="one").budget == budget
    assert office.reserve("11", api_key="two").room_usd == {}


ANSWERED = {"model": "gpt-4o-2024-08-06", "requested_model": "gpt-4o"}
ASKED: dict[str, Any] = {"provider": "openai", "model": "gpt-4o"}


def test_a_budget_of_a_model_is_asked_for_calls_that_it_answered_under_another_name(
    office: Office,
) -> None:
    budget = blocking(office, scope=BudgetScope({Dimension.MODEL: "gpt-4o-2024-08-06"}))
    assert office.reserve("4", **ASKED).room_usd == {}
    office.spend("4", **ANSWERED)
    assert office.reserve("5", **ASKED).room_usd == {budget.id: Decimal(1)}
    assert refused(office, "2", **ASKED).budget == budget
    assert refused(office, "2", model="gpt-4o").budget == budget
    assert refused(office, "2", model="gpt-4o-2024-08-06").budget == budget
    assert office.reserve("2", provider="azure", model="gpt-4o").room_usd == {}


def test_a_call_under_another_name_is_reserved_of_each_budget_once(office: Office) -> None:
    whole = blocking(office)
    named = [blocking(office, scope=BudgetScope({Dimension.MODEL: each})) for each in
             (ASKED["model"], ANSWERED["model"])]  # fmt: skip
    office.spend("4", **ANSWERED)
    reserved = office.reserve("5", **ASKED)
    assert reserved.room_usd == dict(zip([whole.id, *(each.id for each in named)], (1, 5, 1),
                                         strict=True))  # fmt: skip
    office.spend("5", **ANSWERED, reservation_id=reserved.reservation.id)
    assert [office.spent(each) for each in (whole, *named)] == [9, 0, 9]
    assert [office.reserved(each) for each in (whole, *named)] == [0, 0, 0]


def test_what_a_model_answered_to_before_there_was_a_budget_is_known_to_it(office: Office) -> None:
    office.spend("1", **ANSWERED)
    budget = blocking(office, scope=BudgetScope({Dimension.MODEL: "gpt-4o-2024-08-06"}))
    assert office.reserve("9", **ASKED).room_usd == {budget.id: 0}
    assert refused(office, "1", **ASKED).budget == budget


def test_calls_are_stored_although_nothing_can_be_learned_of_them(office: Office) -> None:
    def away() -> UnitOfWork:
        raise Unavailable("away")

    budget = blocking(office, scope=BudgetScope({Dimension.MODEL: "gpt-4o-2024-08-06"}))
    office.world.learn_model_answers._units_of_work = cast("UnitsOfWork", away)
    office.spend("4", **ANSWERED)
    assert office.spent(budget) == 4


def test_an_expired_reservation_holds_nothing(office: Office) -> None:
    budget = blocking(office)
    office.reserve("10", expires_in=2 * MINUTES)
    office.world.clock.advance(2 * MINUTES - timedelta.resolution)
    refused(office, "1")
    office.world.clock.advance(timedelta.resolution)
    assert office.reserve("10").room_usd == {budget.id: 0}
    assert office.reserved(budget) == 10


def test_a_call_may_end_in_the_next_period_and_holds_both(office: Office) -> None:
    budget = blocking(office, period=BudgetPeriod.DAY)
    office.world.clock.advance(timedelta(hours=11, minutes=58))
    office.reserve("4", expires_in=2 * MINUTES - timedelta.resolution)
    assert (office.reserved(budget), office.reserved(budget, days=1)) == (Decimal(4), None)
    reserved = office.reserve("4", expires_in=2 * MINUTES)
    assert (office.reserved(budget), office.reserved(budget, days=1)) == (Decimal(8), Decimal(4))
    assert reserved.room_usd == {budget.id: 2}
    office.spend("1", reservation_id=reserved.reservation.id)
    assert (office.reserved(budget), office.reserved(budget, days=1)) == (Decimal(4), Decimal(0))


def test_no_room_in_the_next_period_refuses_too(office: Office) -> None:
    budget = blocking(office, period=BudgetPeriod.DAY)
    now = office.world.clock.advance(timedelta(hours=11, minutes=58))
    office.spend("9.5", timestamp=now + 9 * MINUTES)
    refusal = refused(office, "1")
    assert refusal.remaining_usd == Decimal("0.5")
    assert refusal.resets_at == budget.period_at(now + 9 * MINUTES).end
    assert office.reserve("1", expires_in=MINUTES).room_usd == {budget.id: 9}


def test_a_limit_that_is_exceeded_leaves_nothing(office: Office) -> None:
    blocking(office)
    office.spend("12")
    assert refused(office, "0.01").remaining_usd == 0


def test_who_waited_long_for_a_budget_has_what_expired_meanwhile(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocking(office)
    office.reserve("10", expires_in=SHORTEST_EXPIRY)

    def wait_and_hold(
        self: InMemoryLedger, organization_id: str, keys: Collection[PeriodKey]
    ) -> list[Held]:
        office.world.clock.advance(SHORTEST_EXPIRY)
        return [Held(spending, None) for spending in self.find(organization_id, keys)]

    monkeypatch.setattr(InMemoryLedger, "hold_to_reserve", wait_and_hold)
    assert office.reserve("10").reservation.holds


def test_one_alone_takes_a_single_step_where_all_is_as_it_was(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    budget = blocking(office)
    office.reserve("1")

    def begin(*_: object, **__: object) -> None:
        raise AssertionError("a transaction was begun")

    monkeypatch.setattr(InMemoryUnitsOfWork, "__call__", begin)
    assert office.reserve("2").room_usd == {budget.id: Decimal(7)}
    with pytest.raises(AssertionError):
        office.reserve("8")


def test_a_discount_that_came_since_the_last_one_is_in_the_estimate(office: Office) -> None:
    blocking(office)
    call: dict[str, Any] = {
        "provider": "openai",
        "model": "gpt-4o",
        "input_tokens": 1000,
        "max_output_tokens": 1000,
    }
    dear = office.reserve(None, **call)
    office.discount("20")
    cheap = office.reserve(None, **call)
    assert dear.reservation.estimate_usd == Decimal("0.0125")
    assert cheap.reservation.estimate_usd == Decimal("0.01")


def test_an_estimate_is_made_of_tokens_at_the_models_prices(office: Office) -> None:
    budget = blocking(office)
    reserved = office.reserve(
        None, provider="openai", model="gpt-4o", input_tokens=1000, max_output_tokens=1000
    )
    assert reserved.reservation.estimate_usd == Decimal("0.0125")
    assert office.reserved(budget) == Decimal("0.0125")
    office.discount("20")
    cheaper = office.reserve(
        None, provider="openai", model="gpt-4o", input_tokens=1000, max_output_tokens=0
    )
    assert cheaper.reservation.estimate_usd == Decimal("0.002")


def test_a_stated_estimate_needs_no_price(office: Office) -> None:
    blocking(office)
    assert office.reserve("3", provider="openai", model="nobody's").reservation.estimate_usd == 3


def test_a_model_without_a_price_follows_each_budgets_policy(office: Office) -> None:
    free = blocking(office, unpriced="allow")
    taken = blocking(office, unpriced=Decimal("0.25"))
    reserved = office.reserve(
        None, provider="openai", model="nobody's", input_tokens=10, max_output_tokens=0
    )
    assert reserved.reservation.estimate_usd is None
    assert reserved.room_usd == {free.id: 10, taken.id: Decimal("9.75")}
    strict = blocking(office)
    refusal = refused(
        office, None, provider="openai", model="nobody's", input_tokens=10, max_output_tokens=0
    )
    assert (refusal.budget, refusal.reason) == (strict, Refusal.UNPRICED)
    assert office.reserved(taken) == Decimal("0.25")


@pytest.mark.parametrize("known", [{}, {"provider": "openai"}, {"model": "gpt-4o"}])
def test_an_amount_or_a_model_is_needed(office: Office, known: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refusal:
        office.reserve(None, input_tokens=1, **known)
    assert refusal.value.first_fault.pointer == "/estimate_usd"


def test_a_call_dearer_than_a_million_is_refused(office: Office) -> None:
    with pytest.raises(Invalid) as refusal:
        office.reserve(
            None, provider="openai", model="gpt-4o", input_tokens=10**12, max_output_tokens=0
        )
    assert refusal.value.first_fault.pointer == "/input_tokens"


def test_a_change_of_what_is_counted_ends_what_is_held_and_other_changes_keep_it(
    office: Office,
) -> None:
    budget = blocking(office)
    office.reserve("4")
    assert office.reserved(office.change(budget, limit_usd=Decimal(20))) == 4
    assert office.reserved(office.change(budget, period=BudgetPeriod.WEEK)) == 0
