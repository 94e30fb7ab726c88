"""Every code that pages show has words that can be translated."""

from enum import StrEnum

import pytest

from domain.api_key import Scope
from domain.budget import BudgetPeriod, BudgetState
from domain.channel import ChannelType
from domain.event import Status, UsageStatus
from domain.organization import Role
from domain.period import Interval
from domain.report import Dimension
from domain.repricing import RepricingReason, RepricingState
from domain.usage.token_usage import TokenClass, Unit
from entrypoints.http.pages import vocabulary
from entrypoints.http.pages.counts import plural
from entrypoints.http.pages.stacking import STACKS
from entrypoints.http.pages.vocabulary import heading

CODES: tuple[type[StrEnum], ...] = (
    BudgetPeriod, BudgetState, ChannelType, Dimension, Interval, RepricingReason, RepricingState,
    Role, Scope, Status, TokenClass, Unit, UsageStatus,
)  # fmt: skip


@pytest.mark.parametrize("code", [code for kind in CODES for code in kind], ids=str)
def test_a_code_has_its_words(code: StrEnum) -> None:
    assert code.replace("_", " ") in vocabulary._WORDS


def test_so_have_stacks_and_periods_with_what_goes_before_them() -> None:
    periods = [f"{before} {period}" for before in ("this", "every", "a") for period in BudgetPeriod]
    intervals = [f"each {interval}" for interval in Interval]
    stacks = [stack.replace("_", " ") for stack in STACKS]
    assert {*periods, *intervals, *stacks} <= vocabulary._WORDS


def test_every_interval_and_period_can_be_counted() -> None:
    for word in (*Interval, *BudgetPeriod, "provider", "model"):
        assert plural(2, word) == f"2 {word}s"


def test_a_heading_begins_with_a_capital_letter_and_is_else_as_it_is() -> None:
    assert heading("cache_write_5m") == "Cache write 5m"
