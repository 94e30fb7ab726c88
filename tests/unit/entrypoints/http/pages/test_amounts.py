"""Amounts as pieces of a page."""

from decimal import Decimal

import pytest
from markupsafe import Markup

from entrypoints.http.pages.amounts import money, seen_and_heard


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


def test_words_beside_an_amount_are_escaped() -> None:
    """They may be translated by whoever runs it."""
    assert "<b>" not in seen_and_heard("<b>", '"&')
    assert seen_and_heard("<b>", "<b>") == "&lt;b&gt;"
