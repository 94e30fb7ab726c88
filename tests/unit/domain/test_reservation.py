"""Money set aside before a call."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from domain.budget import BudgetTerms
from domain.errors import Invalid
from domain.reservation import (
    BudgetExceeded,
    Hold,
    Outcome,
    Refusal,
    Reservation,
    SettlementNote,
    amount_to_hold,
    check_expiry,
)
from tests.builders import NOW, a_budget, a_spending, an_organization

TERMS = BudgetTerms(name="All of it", limit_usd=Decimal(10))
BUDGET = a_budget(an_organization(), terms=TERMS)
EXPIRES = NOW + timedelta(minutes=5)
RESERVED = Reservation(
    id="r",
    organization_id=BUDGET.organization_id,
    estimate_usd=Decimal(1),
    created_at=NOW,
    expires_at=EXPIRES,
    holds=(Hold(BUDGET.id, NOW, Decimal(1)),),
)


def test_it_can_be_settled_until_the_moment_it_expires() -> None:
    assert RESERVED.note(NOW) is None
    assert RESERVED.note(EXPIRES - timedelta.resolution) is None
    assert RESERVED.note(EXPIRES) is SettlementNote.EXPIRED


@pytest.mark.parametrize(
    ("outcome", "note"),
    [
        (Outcome.SETTLED, SettlementNote.SETTLED_BEFORE),
        (Outcome.RELEASED, SettlementNote.RELEASED),
    ],
)
def test_how_it_ended_is_told_also_when_it_would_have_expired(
    outcome: Outcome, note: SettlementNote
) -> None:
    ended = RESERVED.closed(outcome, NOW, "call")
    assert (ended.outcome, ended.closed_at, ended.event_id) == (outcome, NOW, "call")
    assert ended.note(NOW) is ended.note(EXPIRES) is note


@pytest.mark.parametrize("seconds", [1, 300, 3600])
def test_it_may_hold_from_a_second_to_an_hour(seconds: int) -> None:
    assert check_expiry(seconds) == timedelta(seconds=seconds)


@pytest.mark.parametrize("seconds", [0, -1, 3601])
def test_no_other_time_is_taken(seconds: int) -> None:
    with pytest.raises(Invalid) as refusal:
        check_expiry(seconds)
    assert refusal.value.first_fault.pointer == "/expires_in_s"


@pytest.mark.parametrize(
    ("policy", "amount"),
    [("block", None), ("allow", Decimal(0)), (Decimal("0.25"), Decimal("0.25"))],
)
def test_a_call_without_a_price_is_taken_for_what_the_budget_says(
    policy: str | Decimal, amount: Decimal | None
) -> None:
    budget = replace(BUDGET, terms=replace(TERMS, unpriced=policy))
    assert amount_to_hold(budget, None) == amount
    # An estimate of nothing is an estimate.
    assert amount_to_hold(budget, Decimal(0)) == 0
    assert amount_to_hold(budget, Decimal(3)) == 3


def test_room_is_what_is_neither_spent_nor_reserved() -> None:
    spending = replace(a_spending(BUDGET, Decimal("9.5")), reserved_usd=Decimal("0.75"))
    assert spending.room_usd(Decimal(10)) == Decimal("-0.25")
    tiny = replace(spending, reserved_usd=Decimal("1e-30"))
    assert tiny.room_usd(Decimal(10)) == Decimal("0.4" + "9" * 29)


def test_a_refusal_names_the_budget_and_its_reason() -> None:
    full = BudgetExceeded(BUDGET, Refusal.LIMIT, Decimal("0.5"), EXPIRES)
    assert full.code == "budget_exceeded"
    assert full.detail == "The budget “All of it” has no room for this call."
    unpriced = BudgetExceeded(BUDGET, Refusal.UNPRICED, Decimal(1), EXPIRES)
    assert unpriced.detail == (
        "The budget “All of it” takes no calls of models without a price, and this one has none:"
        " give it one, or the alias of a model that has."
    )
    assert (unpriced.remaining_usd, unpriced.resets_at) == (Decimal(1), EXPIRES)
