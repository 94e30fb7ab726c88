"""Amounts as pieces of a page."""

import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from markupsafe import Markup

from domain.period import Span
from domain.report import SeriesPoint
from entrypoints.http.pages.amounts import amount_cells, money, seen_and_heard

SPAN = Span(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC))


@pytest.mark.parametrize(
    ("amount", "seen", "heard"),
    [
        ("12.5", "$12.50", "$12.5"),
        ("1234.567", "$1,234.57", "$1234.567"),
        ("-0.0004199", "\N{MINUS SIGN}$0.00042", "\N{MINUS SIGN}$0.0004199"),
    ],
)
def test_an_amount_is_seen_short_and_heard_to_its_last_digit(
    amount: str, seen: str, heard: str
) -> None:
    written = money(Decimal(amount))
    assert isinstance(written, Markup)
    assert written == (
        f'<span title="{heard}"><span aria-hidden="true">{seen}</span>'
        f'<span class="visually-hidden exact">{heard}</span></span>'
    )


def test_an_amount_that_is_exact_as_it_is_seen_stands_there_once() -> None:
    assert money(Decimal("0.042")) == '<span title="$0.042">$0.042</span>'
    assert seen_and_heard("$0.042", "$0.042") == "$0.042"


def test_what_is_not_known_is_no_amount() -> None:
    written = money(None)
    assert "unknown" in written
    assert "$" not in written


def test_what_a_failed_call_costs_does_not_make_those_beside_it_free() -> None:
    assert money(Decimal(0), unpriced=3) == money(None)
    assert "$0.00" in money(Decimal(0))
    assert "$0.5" in money(Decimal("0.5"), unpriced=3)


def test_cells_tell_no_calls_no_cost_and_an_unknown_cost_apart() -> None:
    points = [
        SeriesPoint(SPAN, Decimal("0.5"), calls=1, errors=0, tokens=0),
        SeriesPoint(SPAN, Decimal(0), calls=1, errors=1, tokens=0),
        SeriesPoint(SPAN, Decimal(0), calls=2, errors=1, tokens=0, unpriced_calls=1),
        SeriesPoint(SPAN, Decimal(0), calls=0, errors=0, tokens=0),
    ]
    cells = amount_cells(points).split("</td>")[:-1]
    seen = [re.sub("<[^>]*>", "", cell.partition('<span class="visually')[0]) for cell in cells]
    assert seen == ["$0.50", "$0.00", "unknown", "\N{EM DASH}"]


def test_words_beside_an_amount_are_escaped() -> None:
    """They may be translated by whoever runs it."""
    assert "<b>" not in seen_and_heard("<b>", '"&')
    assert seen_and_heard("<b>", "<b>") == "&lt;b&gt;"
