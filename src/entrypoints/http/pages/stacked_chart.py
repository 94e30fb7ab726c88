"""The chart of cost over time whose bars are stacked by a dimension, reckoned for a template."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from application.reports.report_series import ReportSeries, ReportSeriesRequest
from domain.report import Dimension, GroupBy, GroupSeries, SeriesPoint, TagDimension
from entrypoints.http.pages.charts import Bar, BarChart
from entrypoints.http.pages.provider_looks import Look, looks_of
from entrypoints.http.pages.report_address import ReportAddress
from entrypoints.http.pages.report_filters import Filter
from entrypoints.http.pages.report_page import Asked
from entrypoints.http.pages.series_colours import colours_of
from entrypoints.http.pages.stacking import TAG
from entrypoints.http.pages.vocabulary import filter_words
from entrypoints.http.texts import gettext

#: Of a chart as wide as a page has it, where a bar is 15 pixels wide with its gap; and a link with
#: words for each part of 90 bars was most of what their page took.
_MOST_PARTED_BARS = 45


@dataclass(frozen=True, slots=True)
class Series:
    """One entry of the legend.

    ``detail`` is the provider of a model. ``filters`` select its calls; None where no filter can:
    those without a value, and all others.
    """

    label: str
    detail: str | None
    look: Look
    points: tuple[SeriesPoint, ...]
    cost_usd: Decimal | None
    filters: tuple[Filter, ...] | None

    @property
    def unpriced_calls(self) -> int:
        return sum(point.unpriced_calls for point in self.points)

    def share_of(self, whole_usd: Decimal | None) -> float | None:
        """Of the chart's cost, 1 being the whole; None where either is 0 or unknown."""
        return float(self.cost_usd / whole_usd) if self.cost_usd and whole_usd else None


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a bar: ``y`` and ``height`` in percents of the drawing."""

    series: Series
    point: SeriesPoint
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class StackedChart:
    """``stacks`` has the parts of each bar of ``chart``, the costliest series lowest.

    ``is_dense`` says that bars are too thin to point at one of their parts.
    """

    chart: BarChart
    series: tuple[Series, ...]
    stacks: tuple[tuple[Bar, tuple[Part, ...]], ...]

    @property
    def looks(self) -> list[Look]:
        """Those of which a drawing must have the pattern."""
        return [each.look for each in self.series if each.look.pattern]

    def points_of(self, number: int) -> list[SeriesPoint]:
        """Of a bar, that of each series."""
        return [each.points[number] for each in self.series]

    @property
    def is_dense(self) -> bool:
        return len(self.stacks) > _MOST_PARTED_BARS


def stacked_chart(
    chart: BarChart, found: Sequence[GroupSeries], by: GroupBy, key_names: Mapping[str, str]
) -> StackedChart:
    """``found`` has a point for each bar of ``chart``; their costs add up to the bar's."""
    series = tuple(_series(found, by, key_names))
    stacks = tuple((bar, _parts(bar, number, series)) for number, bar in enumerate(chart.bars))
    return StackedChart(chart=chart, series=series, stacks=stacks)


def stacked_as_asked(
    run: ReportSeries,
    address: ReportAddress,
    asked: Asked,
    chart: BarChart,
    key_names: Mapping[str, str],
) -> StackedChart | None:
    """The chart of an address taken apart; None where it asks for one bar."""
    if not address.group_by:
        return None
    found = run(ReportSeriesRequest(**asked, by=address.group_by))
    return stacked_chart(chart, found.series, address.group_by, key_names)


def _series(
    found: Sequence[GroupSeries], by: GroupBy, key_names: Mapping[str, str]
) -> list[Series]:
    named = [each for each in found if not each.is_overflow]
    looks = [*_looks([_identity(each.group) for each in named], by), Look("rest")]
    return [
        Series(
            label=gettext("all others")
            if each.is_overflow
            else _label(each.group[-1], by[-1], key_names),
            detail=each.group[0] if len(by) > 1 and not each.is_overflow else None,
            look=look,
            points=each.points,
            cost_usd=each.cost_usd,
            filters=None if each.is_overflow else _filters(each.group, by),
        )
        for each, look in zip(found, looks, strict=False)
    ]


def _looks(names: Sequence[str], by: GroupBy) -> list[Look]:
    if by == (Dimension.PROVIDER,):
        return looks_of(names)
    return [Look(str(colour)) for colour in colours_of(names)]


def _identity(group: Sequence[str | None]) -> str:
    return "/".join(value or "" for value in group)


def _label(value: str | None, by: Dimension | TagDimension, key_names: Mapping[str, str]) -> str:
    if value is None:
        return gettext("no %(dimension)s", dimension=filter_words(name_of(by)))
    if by is Dimension.API_KEY:
        return key_names.get(value, value)
    return value or gettext("(empty)")


def name_of(by: Dimension | TagDimension) -> str:
    """As a filter calls it."""
    return f"{TAG}{by.name}" if isinstance(by, TagDimension) else str(by)


def _filters(group: Sequence[str | None], by: GroupBy) -> tuple[Filter, ...] | None:
    """None where a value is absent or empty, which no filter can ask for."""
    pairs = tuple((name_of(each), value) for each, value in zip(by, group, strict=True) if value)
    return pairs if len(pairs) == len(by) else None


def _parts(bar: Bar, number: int, series: Sequence[Series]) -> tuple[Part, ...]:
    """From the base up; they share the bar's height as their costs share its cost."""
    whole, base = bar.point.cost_usd, 100.0
    parts = []
    for each in series:
        point = each.points[number]
        if point.cost_usd and whole:
            height = float(point.cost_usd / whole) * bar.height
            base -= height
            parts.append(Part(each, point, y=round(base, 3), height=round(height, 3)))
    return tuple(parts)
