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
OF_DAY = "from=2026-11-01T00%3A00%3A00Z&amp;to=2026-11-02T00%3A00%3A00Z"
SLOT = '<rect class="chart-slot" x="0%" width="10%" height="100%"/>'
HOSTILE = "\"><script>&'\n1: $999"


def a_part(label: str, look: Look, cost: str, *, is_selected: bool = True) -> Part:
    point = replace(POINT, cost_usd=Decimal(cost), calls=1)
    filters = (("user", label),) if is_selected else None
    series = Series(label, None, look, (point,), Decimal(99), filters=filters)
    return Part(series, point, y=10.5, height=45.0)


PARTS = (a_part(HOSTILE, Look("3"), "0.5"), a_part("plain", Look("4", "dots"), "1"))
FIRST, SECOND = (
    f"\u2068{name}\u2069" for name in ("&#34;&gt;&lt;script&gt;&amp;&#39; 1: $999", "plain")
)


def test_a_bar_says_what_it_costs_and_leads_to_its_calls() -> None:
    drawn = drawn_bar(BAR, ReportAddress(), "/q")
    assert titles(drawn) == ["&lt;1 Nov&gt;: $1.5, 2 calls"]
    assert '<rect class="chart-bar" rx="2" x="1%" width="8%" y="10%" height="90%"/>' in drawn
    assert hrefs(drawn) == [f"/q?{OF_DAY}"]
    assert drawn.count(SLOT) == 1


def test_a_bar_that_costs_nothing_is_a_place_to_point_at() -> None:
    drawn = drawn_bar(replace(BAR, height=0.0), ReportAddress(), "/q")
    assert "chart-bar" not in drawn
    assert drawn.count(SLOT) == 1


def test_a_bar_of_unknown_cost_is_marked_as_such_and_not_drawn() -> None:
    point = replace(POINT, cost_usd=None, unpriced_calls=2)
    drawn = drawn_bar(replace(BAR, point=point, height=0.0, is_unknown=True), None, None)
    assert titles(drawn) == ["&lt;1 Nov&gt;: unknown, 2 calls"]
    assert '<rect class="chart-unknown" x="1%" width="8%" y="98%" height="2%"/>' in drawn
    assert "chart-bar" not in drawn


def test_a_thin_bar_leads_to_all_of_its_calls_and_names_each_part_in_a_line() -> None:
    drawn = drawn_stack(BAR, PARTS, ReportAddress(), "/q", is_dense=True)
    assert titles(drawn) == [f"&lt;1 Nov&gt;: $1.5, 2 calls\n{FIRST}: $0.5\n{SECOND}: $1"]
    assert hrefs(drawn) == [f"/q?{OF_DAY}"]
    assert drawn.count(SLOT) == 1


def test_each_part_of_a_wide_bar_says_what_it_costs_and_leads_to_its_own_calls() -> None:
    drawn = drawn_stack(BAR, PARTS, ReportAddress(), "/q", is_dense=False)
    assert titles(drawn) == [
        "&lt;1 Nov&gt;: $1.5, 2 calls",
        f"&lt;1 Nov&gt;, {FIRST}: $0.5 of $1.5, 1 call",
        f"&lt;1 Nov&gt;, {SECOND}: $1 of $1.5, 1 call",
    ]
    of_first = "user=%22%3E%3Cscript%3E%26%27%0A1%3A+%24999"
    users = ("", f"&amp;{of_first}", "&amp;user=plain")
    assert hrefs(drawn) == [f"/q?{OF_DAY}{user}" for user in users]
    assert drawn.count(SLOT) == 1


def test_a_part_whose_calls_no_filter_can_select_leads_nowhere() -> None:
    others = a_part("all others", Look("rest"), "1", is_selected=False)
    drawn = drawn_stack(BAR, [others], ReportAddress(), "/q", is_dense=False)
    assert hrefs(drawn) == [f"/q?{OF_DAY}"], "that of the bar alone"
    assert titles(drawn)[1].endswith("$1 of $1.5, 1 call")


@pytest.mark.parametrize("is_dense", [True, False])
def test_parts_are_drawn_by_their_colour_or_their_pattern(*, is_dense: bool) -> None:
    drawn = drawn_stack(BAR, PARTS, None, None, is_dense=is_dense)
    plain, patterned = re.findall('<rect class="chart-part.*?/>', drawn)
    assert plain == (
        '<rect class="chart-part series-3" x="1%" width="8%" y="10.5%" height="45.0%"/>'
    )
    assert 'class="chart-part" fill="url(#look-4-dots)"' in patterned


def test_a_name_cannot_end_what_sets_it_apart() -> None:
    part = a_part("a\N{POP DIRECTIONAL ISOLATE}\N{RIGHT-TO-LEFT OVERRIDE}b", Look("3"), "1")
    (words,) = titles(drawn_stack(BAR, [part], None, None, is_dense=True))
    assert "\u2068ab\u2069: $1" in words


@pytest.mark.parametrize(("is_dense", "pieces"), [(True, 1), (False, 1 + len(PARTS))])
def test_in_a_file_nothing_leads_anywhere(*, is_dense: bool, pieces: int) -> None:
    drawn = drawn_stack(BAR, PARTS, None, None, is_dense=is_dense)
    assert hrefs(drawn) == []
    assert drawn.count("<g>") == len(titles(drawn)) == pieces


def test_the_path_of_the_calls_is_escaped() -> None:
    assert hrefs(drawn_bar(BAR, ReportAddress(), '/q"')) == [f"/q&#34;?{OF_DAY}"]


def titles(drawn: str) -> list[str]:
    return re.findall("<title>(.*?)</title>", drawn, re.DOTALL)


def hrefs(drawn: str) -> list[str]:
    return re.findall('<a href="(.*?)" tabindex="-1">', drawn)
