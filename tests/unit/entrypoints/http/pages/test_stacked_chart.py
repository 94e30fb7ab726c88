"""The chart whose bars are stacked by a dimension."""

from datetime import UTC, timedelta
from decimal import Decimal

import pytest

from domain.period import Interval, Span
from domain.report import Dimension, GroupBy, GroupSeries, SeriesPoint, TagDimension
from entrypoints.http.pages.charts import bar_chart
from entrypoints.http.pages.provider_looks import FIXED, Look
from entrypoints.http.pages.stacked_chart import StackedChart, stacked_chart
from tests.builders import NOW

DAYS = [Span(NOW + day * timedelta(days=1), NOW + (day + 1) * timedelta(days=1)) for day in (0, 1)]
BY_PROJECT: GroupBy = (Dimension.PROJECT,)


def points(*usd: str | None) -> tuple[SeriesPoint, ...]:
    amounts = [each if each is None else Decimal(each) for each in usd]
    return tuple(
        SeriesPoint(span, amount, 1, 0, 0) for span, amount in zip(DAYS, amounts, strict=True)
    )


def stacked(
    whole: tuple[SeriesPoint, ...], *series: GroupSeries, by: GroupBy = BY_PROJECT
) -> StackedChart:
    chart = bar_chart(whole, Interval.DAY, UTC)
    return stacked_chart(chart, series, by, {"key-1": "Backend"})


def test_the_parts_of_a_bar_stand_on_each_other_and_fill_it() -> None:
    chart = stacked(
        points("100", "50"),
        GroupSeries(("a",), points("75", "0")),
        GroupSeries(("b",), points("25", "50")),
    )
    (_, first), (_, second) = chart.stacks
    assert [(part.series.label, part.y, part.height) for part in first] == [
        ("a", 25, 75),
        ("b", 0, 25),
    ]
    assert [(part.series.label, part.y, part.height) for part in second] == [("b", 50, 50)]


def test_unknown_costs_are_no_parts() -> None:
    chart = stacked(
        points("8", None),
        GroupSeries(("a",), points("8", None)),
        GroupSeries(("b",), points(None, None)),
    )
    assert [[part.series.label for part in parts] for _, parts in chart.stacks] == [["a"], []]
    assert chart.stacks[1][0].is_unknown
    assert [each.cost_usd for each in chart.series] == [Decimal(8), None]


@pytest.mark.parametrize(
    ("by", "group", "label", "filters"),
    [
        (BY_PROJECT, ("shop",), "shop", (("project", "shop"),)),
        (BY_PROJECT, (None,), "no project", None),
        (BY_PROJECT, ("",), "(empty)", None),
        ((Dimension.API_KEY,), ("key-1",), "Backend", (("api_key", "key-1"),)),
        ((Dimension.API_KEY,), ("key-2",), "key-2", (("api_key", "key-2"),)),
        ((TagDimension("team"),), ("ml",), "ml", (("tag.team", "ml"),)),
        ((TagDimension("team"),), (None,), "no team", None),
        (
            (Dimension.PROVIDER, Dimension.MODEL),
            ("openai", "gpt-4o"),
            "gpt-4o",
            (("provider", "openai"), ("model", "gpt-4o")),
        ),
    ],
)
def test_a_series_is_called_by_its_value_and_leads_to_its_calls(
    by: GroupBy, group: tuple[str | None, ...], label: str, filters: object
) -> None:
    (series,) = stacked(points("1", "1"), GroupSeries(group, points("1", "1")), by=by).series
    assert (series.label, series.filters) == (label, filters)
    assert series.detail == ("openai" if len(by) > 1 else None)


def test_all_others_are_grey_and_lead_nowhere() -> None:
    chart = stacked(
        points("3", "3"),
        GroupSeries(("a",), points("2", "2")),
        GroupSeries((None,), points("1", "1"), is_overflow=True),
    )
    others = chart.series[-1]
    assert (others.label, others.look, others.filters) == ("all others", Look("rest"), None)
    assert others.share_of(Decimal(8)) == 0.25
    assert others.share_of(None) is None


def test_providers_have_their_own_looks_and_other_names_plain_ones() -> None:
    series = [GroupSeries((name,), points("1", "1")) for name in ("groq", "anthropic")]
    looks = [
        [each.look for each in stacked(points("2", "2"), *series, by=by).series]
        for by in ((Dimension.PROVIDER,), BY_PROJECT)
    ]
    assert looks[0] == [FIXED["groq"], FIXED["anthropic"]]
    assert [look.pattern for look in looks[1]] == ["", ""]


@pytest.mark.parametrize(("bars", "is_dense"), [(1, False), (45, False), (46, True)])
def test_beyond_45_bars_nobody_can_point_at_a_part(bars: int, *, is_dense: bool) -> None:
    whole = points("1", "1")[:1] * bars
    assert stacked(whole, GroupSeries(("a",), whole)).is_dense is is_dense
