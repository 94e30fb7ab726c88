"""The bars of charts as pieces of a page."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from domain.period import Span
from domain.report import SeriesPoint
from entrypoints.http.pages.charts import Bar
from entrypoints.http.pages.drawn_bars import drawn_bar, drawn_stack
from entrypoints.http.pages.provider_looks import Look
from entrypoints.http.pages.report_address import ReportAddress
from entrypoints.http.pages.stacked_chart import Part, Series

SPAN = Span(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC))
POINT = SeriesPoint(span=SPAN, cost_usd=Decimal("1.5"), calls=2, errors=0, tokens=9)
BAR = Bar(
    point=POINT, label="<1 Nov>", slot_x=0, slot_width=10, x=1, width=8, height=90, is_unknown=False
)
HOSTILE = "\"><script>&'\n1: $999"


def a_part(label: str, look: Look) -> Part:
    series = Series(label, None, look, (POINT,), POINT.cost_usd, filters=(("user", label),))
    return Part(series, POINT, y=10.5, height=45.0)


PARTS = (a_part(HOSTILE, Look("3")), a_part("plain", Look("4", "dots")))


def test_a_bar_says_what_it_costs_and_leads_to_its_calls() -> None:
    drawn = drawn_bar(BAR, ReportAddress(), "/q")
    assert titles(drawn) == ["&lt;1 Nov&gt;: $1.5, 2 calls"]
    assert '<rect class="chart-bar" x="1%" width="8%" y="10%" height="90%" rx="2"/>' in drawn
    assert drawn.count('<a href="/q?') == 1


def test_a_bar_of_unknown_cost_is_marked_as_such_and_not_drawn() -> None:
    point = replace(POINT, cost_usd=None, unpriced_calls=2)
    drawn = drawn_bar(replace(BAR, point=point, height=0.0, is_unknown=True), None, None)
    assert titles(drawn) == ["&lt;1 Nov&gt;: unknown, 2 calls"]
    assert "chart-unknown" in drawn
    assert "chart-bar" not in drawn


def test_each_part_of_a_thin_bar_is_named_in_a_line_of_its_own_whatever_its_name_holds() -> None:
    (words,) = titles(drawn_stack(BAR, PARTS, ReportAddress(), "/q", is_dense=True))
    assert "<" not in words
    assert words.count("\n") == len(PARTS), "a name makes no line that looks like another's"
    assert words.endswith("$1.5")


@pytest.mark.parametrize("is_dense", [True, False])
def test_parts_are_drawn_by_their_colour_or_their_pattern(*, is_dense: bool) -> None:
    drawn = drawn_stack(BAR, PARTS, None, None, is_dense=is_dense)
    plain, patterned = re.findall('<rect class="chart-part.*?/>', drawn)
    assert plain == (
        '<rect class="chart-part series-3" x="1%" width="8%" y="10.5%" height="45.0%"/>'
    )
    assert 'class="chart-part" fill="url(#look-4-dots)"' in patterned


@pytest.mark.parametrize("has_address", [True, False])
@pytest.mark.parametrize(("is_dense", "pieces"), [(True, 1), (False, 1 + len(PARTS))])
def test_parts_are_linked_on_a_page_and_not_in_a_file(
    *, has_address: bool, is_dense: bool, pieces: int
) -> None:
    address = ReportAddress() if has_address else None
    drawn = drawn_stack(BAR, PARTS, address, '/q?"', is_dense=is_dense)
    assert "<script" not in drawn
    assert "&lt;1 Nov&gt;" in drawn
    assert drawn.count("<a href=") == (pieces if has_address else 0)
    assert drawn.count("<g>") == (0 if has_address else pieces)
    assert '/q?"' not in drawn


def titles(drawn: str) -> list[str]:
    return re.findall("<title>(.*?)</title>", drawn, re.DOTALL)
