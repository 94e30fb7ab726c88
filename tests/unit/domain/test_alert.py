"""Word that spend has reached something."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.alert import ALERTS_AFTER_END, Alert, AlertKind, is_watched, reached
from domain.budget import Budget, BudgetTerms
from tests.builders import NOW, a_budget, an_organization

TERMS = BudgetTerms(name="All of it", limit_usd=Decimal(10), thresholds=(50, 80, 100, 150))
BUDGET = a_budget(an_organization(), terms=TERMS, version=3)
PERIOD = BUDGET.period_at(NOW)
amounts = st.decimals(0, 20, places=6)


def thresholds(before: str, after: str, budget: Budget = BUDGET) -> list[int]:
    return [it.threshold for it in reached(budget, PERIOD, Decimal(before), Decimal(after))]


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("0", "4.999999999999999999", []),
        ("4.999999999999999999", "5", [50]),
        ("5", "7.999999999999999999", []),
        ("4", "13", [50, 80, 100]),
        ("0", "20", [50, 80, 100, 150]),
        ("10", "9", []),
        ("7", "7", []),
        ("-1", "0", []),
    ],
)
def test_a_step_reaches_the_thresholds_between_its_ends_lowest_first(
    before: str, after: str, found: list[int]
) -> None:
    assert thresholds(before, after) == found


@given(st.lists(amounts, min_size=1, max_size=8))
def test_on_a_way_up_each_threshold_is_reached_once_and_in_order(steps: list[Decimal]) -> None:
    heights = [Decimal(0), *sorted(steps)]
    found = [
        it.threshold
        for before, after in pairwise(heights)
        for it in reached(BUDGET, PERIOD, before, after)
    ]
    assert found == [it for it in TERMS.thresholds if TERMS.due_usd(it) <= heights[-1]]


def test_a_threshold_is_due_exactly_at_its_share_of_the_limit() -> None:
    thirds = replace(BUDGET, terms=replace(TERMS, limit_usd=Decimal("0.03"), thresholds=(33,)))
    assert thresholds("0", "0.00989999999999999999", thirds) == []
    assert thresholds("0", "0.0099", thirds) == [33]


def test_an_alert_keeps_what_the_budget_was_when_it_was_raised() -> None:
    (half,) = reached(BUDGET, PERIOD, Decimal(4), Decimal("5.5"))
    assert half.alert("id", NOW) == Alert(
        id="id",
        organization_id=BUDGET.organization_id,
        kind=AlertKind.ACTUAL,
        period=PERIOD,
        spent_usd=Decimal("5.5"),
        created_at=NOW,
        budget_id=BUDGET.id,
        budget_name="All of it",
        limit_usd=Decimal(10),
        version=3,
        threshold=50,
    )


def test_a_period_may_alert_until_a_day_after_its_end() -> None:
    last = PERIOD.end + ALERTS_AFTER_END
    assert timedelta(days=1) == ALERTS_AFTER_END
    assert is_watched(PERIOD, PERIOD.start)
    # A sender's clock may be ahead.
    assert is_watched(PERIOD, PERIOD.start - timedelta(minutes=10))
    assert is_watched(PERIOD, PERIOD.end)
    assert is_watched(PERIOD, last - timedelta.resolution)
    assert not is_watched(PERIOD, last)
