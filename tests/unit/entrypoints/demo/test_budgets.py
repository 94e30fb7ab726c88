"""The sample budgets show every state, at any time and at any level of spending."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from domain.budget import Budget, BudgetPeriod, BudgetState, BudgetTerms
from domain.period import Span
from domain.report import EventFilter
from entrypoints.demo.budgets import round_limit, sample_budgets
from tests.builders import NOW, a_budget, a_spending, an_organization

DOLLARS = st.decimals("0.5", 100_000, places=6)


def budgets_at(now: datetime, spent: Decimal) -> list[Budget]:
    """The sample budgets of an organization that spends the same amount on everything."""
    return [
        a_budget(an_organization(), terms=BudgetTerms(**terms))
        for terms in sample_budgets(now, lambda *_: spent)
    ]


@given(
    now=st.timedeltas(timedelta(0), timedelta(days=1_500)).map(lambda later: NOW + later),
    spent=DOLLARS,
)
def test_one_budget_is_ok_one_warns_and_one_is_exceeded(now: datetime, spent: Decimal) -> None:
    states = [
        budget.status(a_spending(budget, spent, now), now).state
        for budget in budgets_at(now, spent)
    ]
    assert states == [BudgetState.OK, BudgetState.WARNING, BudgetState.EXCEEDED]


def test_early_in_a_month_the_running_week_has_more_to_show() -> None:
    second = datetime(2026, 12, 2, tzinfo=UTC)
    assert [budget.terms.period for budget in budgets_at(second, Decimal(9))] == [
        BudgetPeriod.MONTH,
        BudgetPeriod.WEEK,
        BudgetPeriod.WEEK,
    ]
    assert {budget.terms.period for budget in budgets_at(NOW, Decimal(9))} == {BudgetPeriod.MONTH}


def test_a_period_without_spending_takes_the_measure_of_an_ordinary_month() -> None:
    def spent(span: Span, _: EventFilter) -> Decimal:
        return Decimal(1_000) if span.length > timedelta(days=29) else Decimal(0)

    limits = [terms["limit_usd"] for terms in sample_budgets(NOW, spent)]
    assert all(800 <= limit <= 2_000 for limit in limits)


def test_without_any_spending_there_are_still_budgets() -> None:
    assert [budget.terms.limit_usd for budget in budgets_at(NOW, Decimal(0))] == [
        Decimal("0.01")
    ] * 3


@given(low=DOLLARS, factor=st.decimals("1.1", 3, places=2))
def test_a_limit_is_round_and_within_bounds(low: Decimal, factor: Decimal) -> None:
    limit = round_limit(low, low * factor)
    assert low <= limit <= low * factor
    assert len(limit.normalize().as_tuple().digits) <= 3


def test_the_roundest_limit_is_taken() -> None:
    assert round_limit(Decimal("812.4"), Decimal("1260.3")) == 1_000
    assert round_limit(Decimal("812.4"), Decimal(870)) == 850
