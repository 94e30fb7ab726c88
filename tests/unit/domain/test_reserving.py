"""What a reservation takes of budgets, and why it is refused."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from domain.reservation import BudgetExceeded, Refusal, Reservation
from domain.reserving import Place, take
from tests.builders import a_spending
from tests.unit.domain.test_reservation import BUDGET, EXPIRES

PLACE = Place(BUDGET, a_spending(BUDGET, Decimal(0)).period)


def asked(estimate: str | None) -> Reservation:
    return Reservation(
        id="r",
        organization_id=BUDGET.organization_id,
        estimate_usd=None if estimate is None else Decimal(estimate),
        created_at=EXPIRES - timedelta(minutes=5),
        expires_at=EXPIRES,
    )


@pytest.mark.parametrize(
    ("estimate", "spent", "reason"),
    [
        ("1", "9.5", Refusal.LIMIT),
        (None, "9.5", Refusal.UNPRICED),
        # A price would not help.
        (None, "10", Refusal.LIMIT),
        (None, "15", Refusal.LIMIT),
    ],
)
def test_a_refusal_tells_what_would_help(estimate: str | None, spent: str, reason: Refusal) -> None:
    limit = replace(BUDGET, terms=replace(BUDGET.terms, limit_usd=Decimal(10)))
    spending = a_spending(limit, Decimal(spent))
    refused = take(asked(estimate), [Place(limit, PLACE.period)], {spending.key: spending})
    assert isinstance(refused, BudgetExceeded)
    assert refused.reason is reason
