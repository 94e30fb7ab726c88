"""How amounts, counts, shares and times are written on a page."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.period import Span
from domain.report import Measures
from domain.usage.token_usage import TokenClass
from entrypoints.http.pages.counts import plural, wait
from entrypoints.http.pages.formats import (
    change,
    day,
    days,
    days_or_moments,
    duration,
    exactly,
    last_day,
    moment,
    number,
    percent,
    short,
    token_breakdown,
    usd,
    usd_short,
)
from entrypoints.http.pages.vocabulary import words

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
KOLKATA = ZoneInfo("Asia/Kolkata")


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("0", "$0.00"),
        ("0.00042", "$0.00042"),
        ("0.000419999", "$0.00042"),
        ("0.5", "$0.50"),
        ("0.9996", "$1.00"),
        ("1234.5", "$1,234.50"),
        ("-0.125", "\u2212$0.125"),
        ("-12", "\u2212$12.00"),
    ],
)
def test_money_has_cents_from_a_dollar_on_and_three_digits_below(amount: str, written: str) -> None:
    assert usd(Decimal(amount)) == written


def test_an_unknown_amount_is_a_dash_and_never_zero() -> None:
    assert usd(None) == usd_short(None) == "\u2014"
    assert exactly(None) == "unknown"


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("0.00042", "$0.00042"),
        ("12", "$12"),
        ("2.5", "$2.50"),
        ("999.6", "$1k"),
        ("1234", "$1.23k"),
        ("2500000", "$2.5M"),
        ("-1234", "\u2212$1.23k"),
    ],
)
def test_short_money_fits_an_axis(amount: str, written: str) -> None:
    assert usd_short(Decimal(amount)) == written


@given(st.decimals(-(10**6), 10**6, places=30))
def test_the_exact_amount_can_be_read_back_to_the_last_digit(amount: Decimal) -> None:
    assert Decimal(exactly(amount).replace("$", "").replace("\u2212", "-")) == amount


@given(st.decimals(min_value=Decimal("1e-15"), max_value=10**6, places=15))
def test_no_amount_above_zero_is_written_as_zero(amount: Decimal) -> None:
    written = Decimal(usd(amount).replace("$", "").replace(",", ""))
    assert written > 0
    assert abs(written - amount) <= max(amount * Decimal("0.005"), Decimal(0))


def test_counts_are_written_in_full_until_they_are_long() -> None:
    assert number(1_234_567) == "1,234,567"
    assert number(Decimal("61.50")) == "61.5"
    assert short(9_999) == "9,999"
    assert short(12_345) == "12.3k"
    assert short(3_400_000) == "3.4M"
    assert short(999_999) == "1M"


@pytest.mark.parametrize(
    ("share", "written"),
    [
        (None, "\u2014"),
        (0.0, "0%"),
        (0.0004, "<0.1%"),
        (0.1234, "12.3%"),
        (0.5, "50%"),
        (0.44, "44%"),
        (0.56, "56%"),
        (1e-13, "<0.1%"),
        (1 - 1e-13, ">99.9%"),
        (0.9999, ">99.9%"),
        (1.0, "100%"),
        (1.234, "123%"),
        (21.0, "2,100%"),
    ],
)
def test_a_share_is_0_or_100_percent_only_when_it_is_exactly_that(
    share: float | None, written: str
) -> None:
    assert percent(share) == written


def test_a_change_has_a_sign_and_is_left_out_where_nothing_can_be_compared() -> None:
    assert change(Decimal(112), Decimal(100)) == "+12%"
    assert change(Decimal("97.5"), Decimal(100)) == "\u22122.5%"
    assert change(Decimal(3000), Decimal(100)) == "30\u00d7"
    assert change(Decimal(5), Decimal(0)) is None
    assert change(Decimal(5), None) is None
    assert change(None, Decimal(5)) is None


@pytest.mark.parametrize(
    ("milliseconds", "written"),
    [
        (None, "\u2014"),
        (0, "0\u00a0ms"),
        (840, "840\u00a0ms"),
        (999.7, "1\u00a0s"),
        (1234, "1.23\u00a0s"),
        (59_960, "1\u00a0min"),
        (60_000, "1\u00a0min"),
        (125_000, "2\u00a0min 5\u00a0s"),
    ],
)
def test_durations_take_the_unit_that_suits_them(milliseconds: float | None, written: str) -> None:
    assert duration(milliseconds) == written


def test_a_wait_is_rounded_up() -> None:
    assert wait(1) == "1 second"
    assert wait(59) == "59 seconds"
    assert wait(61) == "2 minutes"
    assert wait(900) == "15 minutes"


def test_times_are_shown_where_the_viewer_is() -> None:
    assert moment(NOON, UTC) == "23 Nov 2026, 12:00:00"
    assert moment(NOON, KOLKATA) == "23 Nov 2026, 17:30:00"
    assert day(NOON + timedelta(hours=7), KOLKATA) == "24 Nov 2026"
    assert moment(None, UTC) == day(None, UTC) == "\u2014"


def test_a_span_is_named_by_its_first_and_last_day() -> None:
    midnight = datetime(2026, 11, 24, tzinfo=UTC)
    assert days(Span(NOON, midnight), UTC) == "23 Nov 2026"
    assert days(Span(NOON, midnight + timedelta(days=3)), UTC) == "23 Nov \u2013 26 Nov 2026"
    assert days(Span(NOON - timedelta(days=365), midnight), UTC) == (
        "23 Nov 2025 \u2013 23 Nov 2026"
    )
    assert last_day(midnight, UTC) == "23 Nov 2026"


def test_a_span_that_is_not_of_whole_days_is_named_by_its_moments() -> None:
    midnight = datetime(2026, 11, 24, tzinfo=UTC)
    whole = Span(midnight - timedelta(days=2), midnight)
    assert days_or_moments(whole, UTC) == days(whole, UTC)
    part = Span(NOON, midnight)
    assert days_or_moments(part, UTC) == "23 Nov 2026, 12:00:00 \u2013 24 Nov 2026, 00:00:00"
    assert days_or_moments(whole, KOLKATA).startswith("22 Nov 2026, 05:30:00")


def test_identifiers_and_counts_become_words() -> None:
    assert words("cache_write_5m") == "cache write 5m"
    assert plural(1, "call") == "1 call"
    assert plural(1204, "call is unpriced") == "1,204 calls are unpriced"


def test_the_breakdown_of_tokens_names_what_was_used() -> None:
    measures = Measures(tokens={TokenClass.INPUT: 1200, TokenClass.CACHE_READ: 0})
    assert token_breakdown(measures) == "input 1,200"
    assert token_breakdown(Measures()) == "none"
