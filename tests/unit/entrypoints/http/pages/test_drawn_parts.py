"""The parts of a stacked bar as pieces of a page."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from domain.period import Span
from domain.report import SeriesPoint
from entrypoints.http.pages.charts import Bar
from entrypoints.http.pages.drawn_parts import drawn_parts, linked_parts, words_of_parts
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


def test_each_part_is_named_in_a_line_of_its_own_whatever_its_name_holds() -> None:
    words = words_of_parts(PARTS)
    assert "<" not in words
    assert words.count("\n") == len(PARTS), "a name makes no line that looks like another's"
    assert words.endswith("$1.5")


def test_parts_are_drawn_by_their_colour_or_their_pattern() -> None:
    first, second = drawn_parts(BAR, PARTS).strip().split("\n")
    assert first == (
        '<rect class="chart-part series-3" x="1%" width="8%" y="10.5%" height="45.0%"/>'
    )
    assert 'class="chart-part" fill="url(#look-4-dots)"' in second


@pytest.mark.parametrize("has_address", [True, False])
def test_parts_are_linked_on_a_page_and_not_in_a_file(*, has_address: bool) -> None:
    drawn = linked_parts(BAR, PARTS, ReportAddress() if has_address else None, '/q?"')
    assert "<script" not in drawn
    assert "&lt;1 Nov&gt;" in drawn
    assert drawn.count("<a href=") == (len(PARTS) if has_address else 0)
    assert drawn.count("<g>") == (0 if has_address else len(PARTS))
    assert '/q?"' not in drawn
