"""Small drawings: a cost over time, and what tokens were used for."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from domain.period import Span
from domain.usage.token_usage import TokenClass
from entrypoints.http.pages.sparklines import Sparkline, sparkline
from entrypoints.http.pages.token_mix import token_mix

FIRST = datetime(2026, 11, 2, tzinfo=UTC)
DAY = timedelta(days=1)
DAYS = [Span(FIRST + number * DAY, FIRST + (number + 1) * DAY) for number in range(3)]


def test_the_largest_cost_is_at_the_top_and_an_unknown_one_at_the_bottom() -> None:
    line = sparkline([Decimal(2), None, Decimal(4)], DAYS, UTC)
    assert line.points == "0,10 50,19 100,1"
    assert line.area == "0,20 0,10 50,19 100,1 100,20"


def test_the_words_say_the_largest_cost_exactly_and_when_it_was() -> None:
    line = sparkline([Decimal(0), Decimal("0.1230001"), Decimal(0)], DAYS, UTC)
    assert "$0.1230001" in line.words
    assert "3 Nov" in line.words


@pytest.mark.parametrize("costs", [[], [Decimal(1)], [None, None], [Decimal(0)] * 2])
def test_there_is_nothing_to_draw_without_costs_over_time(costs: list[Decimal | None]) -> None:
    assert sparkline(costs, DAYS[: len(costs)], UTC) == Sparkline()


def test_the_parts_of_a_mix_stand_side_by_side_and_fill_the_bar() -> None:
    parts = token_mix({TokenClass.OUTPUT: 10, TokenClass.INPUT: 30, TokenClass.REASONING: 0})
    assert [(part.class_, part.x, part.width) for part in parts] == [
        ("input", 0, 75),
        ("output", 75, 25),
    ]
    assert token_mix({}) == []
