"""A limit on what a part of an organization may cost."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.budget import Budget, BudgetPeriod, BudgetState, BudgetStatus, BudgetTerms, Enforcement
from domain.budget_scope import BudgetScope
from domain.errors import Invalid
from domain.forecast import Forecast
from domain.outlook import ForecastBasis
from domain.period import Span
from domain.report import Dimension
from domain.terms_warning import TermsWarning
from tests.builders import a_budget, a_spending, an_organization

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)  # a Monday in the middle of a month
TERMS = BudgetTerms(name="All of it", limit_usd=Decimal(100))
BUDGET = a_budget(an_organization(), terms=TERMS, created_at=NOON)
amounts = st.decimals(0, 10**6, places=30, allow_nan=False)


def under(terms: BudgetTerms) -> Budget:
    return replace(BUDGET, terms=terms)


def test_a_budget_is_for_all_of_a_month_in_utc_unless_it_says_otherwise() -> None:
    spelled_out = BudgetTerms(
        name="All of it",
        limit_usd=Decimal(100),
        period=BudgetPeriod.MONTH,
        timezone="UTC",
        scope=BudgetScope(),
        thresholds=(50, 80, 100),
        forecast_thresholds=(100,),
        enforcement=Enforcement.ALERT,
        unpriced="block",
    )
    assert spelled_out == TERMS


def stands(budget: Budget, spent_usd: Decimal, now: datetime) -> BudgetStatus:
    return budget.status(a_spending(budget, spent_usd, now), now)


@pytest.mark.parametrize(
    ("spent", "state"),
    [
        ("0", BudgetState.OK),
        ("49.999999999999999999", BudgetState.OK),
        ("50", BudgetState.WARNING),
        ("99.999999999999999999", BudgetState.WARNING),
        ("100", BudgetState.EXCEEDED),
        ("100.01", BudgetState.EXCEEDED),
    ],
)
def test_a_warning_comes_at_the_lowest_threshold_and_the_end_at_the_limit(
    spent: str, state: BudgetState
) -> None:
    assert stands(BUDGET, Decimal(spent), NOON).state is state


def test_a_threshold_is_not_reached_by_rounding() -> None:
    almost = Decimal("49." + "9" * 30)
    assert stands(BUDGET, almost, NOON).state is BudgetState.OK


def test_without_thresholds_there_is_no_warning() -> None:
    budget = under(replace(TERMS, thresholds=()))
    assert stands(budget, Decimal("99.99"), NOON).state is BudgetState.OK
    assert stands(budget, Decimal(100), NOON).state is BudgetState.EXCEEDED


def test_a_threshold_above_the_limit_warns_of_nothing_before_it() -> None:
    budget = under(replace(TERMS, thresholds=(150,)))
    assert stands(budget, Decimal("99.99"), NOON).state is BudgetState.OK


@given(amounts, amounts.filter(bool))
def test_what_remains_and_what_was_spent_make_the_limit_exactly(
    spent: Decimal, limit: Decimal
) -> None:
    status = stands(under(replace(TERMS, limit_usd=limit)), spent, NOON)
    assert status.spent_usd == spent
    assert Fraction(status.remaining_usd) == max(Fraction(limit) - Fraction(spent), Fraction(0))
    assert (status.state is BudgetState.EXCEEDED) == (spent >= limit)


def test_a_used_share_may_exceed_the_whole() -> None:
    status = stands(BUDGET, Decimal(250), NOON)
    assert status.used_share == 2.5
    assert status.remaining_usd == 0


def test_a_forecast_goes_on_in_a_straight_line() -> None:
    day = under(replace(TERMS, period=BudgetPeriod.DAY))
    assert stands(day, Decimal(10), NOON).forecast_usd == Decimal("20.00")
    assert stands(day, Decimal(10), NOON + timedelta(hours=6)).forecast_usd == Decimal("13.333333")
    assert stands(day, Decimal(0), NOON).forecast_usd == 0


def test_a_forecast_that_spending_has_overtaken_begins_at_what_is_spent() -> None:
    made = Forecast(
        expected_usd=Decimal(8), low_usd=Decimal(7), high_usd=Decimal(9), runs_out_at=None,
        basis=ForecastBasis.RECENT, days=3,
    )  # fmt: skip
    assert made.at_least(Decimal(6)) == made
    after = made.at_least(Decimal("8.5"))
    assert (after.low_usd, after.expected_usd, after.high_usd) == (
        Decimal("8.5"), Decimal("8.5"), Decimal(9),
    )  # fmt: skip
    assert made.at_least(Decimal(10)).high_usd == 10


@pytest.mark.parametrize(
    ("spent", "foreseen", "is_heading_over"),
    [("10", "100", False), ("10", "100.01", True), ("60", "120", True), ("100", "120", False)],
)
def test_a_budget_is_heading_over_while_its_limit_holds_and_its_forecast_is_above(
    *, spent: str, foreseen: str, is_heading_over: bool
) -> None:
    amount = Decimal(foreseen)
    made = Forecast(
        expected_usd=amount, low_usd=amount, high_usd=amount, runs_out_at=None,
        basis=ForecastBasis.RECENT, days=3,
    )  # fmt: skip
    spending = replace(a_spending(BUDGET, Decimal(spent)), forecast=made)
    assert BUDGET.status(spending, NOON).is_heading_over is is_heading_over


@pytest.mark.parametrize(
    ("spent", "reserved", "free"), [("1", "2", "97"), ("99", "2", "0"), ("120", "0", "0")]
)
def test_what_is_free_is_neither_spent_nor_held(spent: str, reserved: str, free: str) -> None:
    spending = replace(a_spending(BUDGET, Decimal(spent)), reserved_usd=Decimal(reserved))
    assert BUDGET.status(spending, NOON).room_usd == Decimal(free)


def test_what_blocks_by_the_name_of_a_model_is_warned_of() -> None:
    of_model = BudgetScope({Dimension.MODEL: "gpt-4o"})
    blocks = replace(TERMS, scope=of_model, enforcement=Enforcement.BLOCK)
    assert blocks.warnings == (TermsWarning.BLOCKS_BY_MODEL,)
    assert replace(blocks, enforcement=Enforcement.ALERT).warnings == ()
    of_project = BudgetScope({Dimension.PROJECT: "a"})
    assert replace(blocks, scope=of_project).warnings == ()


def test_there_is_no_forecast_in_the_first_hundredth_of_a_period() -> None:
    day = under(replace(TERMS, period=BudgetPeriod.DAY))
    begin = datetime(2026, 11, 16, tzinfo=UTC)
    hundredth = timedelta(days=1) / 100
    assert stands(day, Decimal(10), begin).forecast_usd is None
    assert stands(day, Decimal(10), begin + hundredth - timedelta.resolution).forecast_usd is None
    assert stands(day, Decimal(10), begin + hundredth).forecast_usd == Decimal("1000.00")


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        (BudgetPeriod.DAY, "2026-11-16T00:00Z", "2026-11-17T00:00Z"),
        (BudgetPeriod.WEEK, "2026-11-16T00:00Z", "2026-11-23T00:00Z"),
        (BudgetPeriod.MONTH, "2026-11-01T00:00Z", "2026-12-01T00:00Z"),
    ],
)
def test_periods_begin_at_midnight_on_mondays_and_on_the_first(
    period: BudgetPeriod, start: str, end: str
) -> None:
    budget = under(replace(TERMS, period=period))
    span = Span(datetime.fromisoformat(start), datetime.fromisoformat(end))
    assert budget.period_at(NOON) == stands(budget, Decimal(0), NOON).period == span


@pytest.mark.parametrize(
    ("timezone", "start"),
    [
        ("Asia/Kolkata", datetime(2026, 10, 31, 18, 30, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 10, 31, 23, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 11, 1, 4, tzinfo=UTC)),
    ],
)
def test_periods_are_those_of_the_budgets_own_zone(timezone: str, start: datetime) -> None:
    assert under(replace(TERMS, timezone=timezone)).period_at(NOON).start == start


def test_the_same_instant_lies_in_different_months_of_different_zones() -> None:
    eve = datetime(2026, 11, 30, 20, tzinfo=UTC)
    there = under(replace(TERMS, timezone="Asia/Kolkata")).period_at(eve)
    assert there.start == datetime(2026, 11, 30, 18, 30, tzinfo=UTC)
    assert there.start == BUDGET.period_at(eve).end - timedelta(hours=5, minutes=30)


@pytest.mark.parametrize(
    "change",
    [
        {"limit_usd": Decimal(101)},
        {"period": BudgetPeriod.WEEK},
        {"timezone": "Europe/Berlin"},
        {"scope": BudgetScope({Dimension.PROJECT: "checkout"})},
        {"scope": BudgetScope(tags={"feature": "summary"})},
        {"thresholds": (50, 100)},
        {"forecast_thresholds": ()},
    ],
)
def test_a_change_that_moves_a_threshold_makes_a_new_version(change: dict[str, Any]) -> None:
    later = NOON + timedelta(days=1)
    revised = BUDGET.revised(replace(TERMS, **change), later)
    assert (revised.version, revised.created_at, revised.updated_at) == (2, NOON, later)
    assert revised.revised(TERMS, later).version == 3


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"name": "Another name"},
        {"enforcement": Enforcement.BLOCK},
        {"unpriced": Decimal("0.5")},
        {"limit_usd": Decimal("100.00")},
        {"thresholds": (100, 80, 50, 80)},
        {"scope": BudgetScope({}, {})},
    ],
)
def test_a_change_that_moves_no_threshold_keeps_the_version(change: dict[str, Any]) -> None:
    revised = BUDGET.revised(replace(TERMS, **change), NOON)
    assert revised.version == 1


def test_thresholds_are_kept_ascending_and_each_once() -> None:
    terms = replace(TERMS, thresholds=(100, 1, 80, 1, 1000), forecast_thresholds=(90, 80, 90))
    assert (terms.thresholds, terms.forecast_thresholds) == ((1, 80, 100, 1000), (80, 90))


@pytest.mark.parametrize("limit", ["0", "-1", "1000000.01", "NaN", "sNaN", "Infinity"])
def test_a_limit_is_a_positive_amount_of_at_most_a_million(limit: str) -> None:
    with pytest.raises(Invalid) as refusal:
        replace(TERMS, limit_usd=Decimal(limit))
    assert refusal.value.first_fault.pointer == "/limit_usd"


@pytest.mark.parametrize("limit", ["1e-18", "1000000"])
def test_limits_at_the_edge_are_accepted(limit: str) -> None:
    assert replace(TERMS, limit_usd=Decimal(limit)).limit_usd == Decimal(limit)


@pytest.mark.parametrize("name", ["thresholds", "forecast_thresholds"])
@pytest.mark.parametrize("percent", [0, -1, 1001])
def test_a_threshold_is_from_1_to_1000_percent(name: str, percent: int) -> None:
    changed: dict[str, Any] = {name: (50, percent)}
    with pytest.raises(Invalid) as refusal:
        replace(TERMS, **changed)
    assert refusal.value.first_fault.pointer == f"/{name}"


@pytest.mark.parametrize("timezone", ["", "Mars/Olympus", "../../etc/passwd", "Europe", "\x00"])
def test_a_budget_needs_a_zone_that_exists(timezone: str) -> None:
    with pytest.raises(Invalid) as refusal:
        replace(TERMS, timezone=timezone)
    assert refusal.value.code == "invalid_timezone"
    assert refusal.value.first_fault.pointer == "/timezone"


@pytest.mark.parametrize("name", ["", "  ", "a\x00b", "\ud800", "x" * 101])
def test_a_budget_needs_a_name_that_can_be_read(name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        replace(TERMS, name=name)
    assert refusal.value.first_fault.pointer == "/name"


def test_a_scope_takes_the_events_that_match_all_of_it() -> None:
    scope = BudgetScope({Dimension.PROJECT: "checkout"}, {"feature": "summary"})
    assert scope.as_filter.dimensions == {Dimension.PROJECT: ("checkout",)}
    assert scope.as_filter.tags == {"feature": ("summary",)}


def test_an_empty_scope_takes_everything() -> None:
    assert BudgetScope().as_filter.dimensions == {}
    assert BudgetScope().as_filter.tags == {}
