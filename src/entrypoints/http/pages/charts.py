"""A bar chart of cost over time, reckoned here; a template and `drawn_bars` make an SVG of it.

Lengths are percents of the drawing, so that it fits any screen without scripts or inline styles.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal

from domain.period import Interval
from domain.report import SeriesPoint
from entrypoints.http.pages import dates
from entrypoints.http.pages.amounts import is_unknown

_GAP = 0.26
_WIDEST_BAR = 6.0
#: So that a cost beside much larger ones is still seen.
_LEAST_HEIGHT = 0.8
_MOST_LABELS = 6
#: Round amounts, and into how many round steps each is cut: 2.5 by halves, 3 by ones.
_ROUND = {
    Decimal(top): steps
    for top, steps in {
        "1": 5, "1.25": 5, "1.5": 3, "2": 4, "2.5": 5, "3": 3, "4": 4, "5": 5, "6": 3,
        "7.5": 3, "8": 4, "10": 5,
    }.items()
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bar:
    """``label`` names the bucket; ``is_unknown`` that no cost above nothing is known of it."""

    point: SeriesPoint
    label: str
    slot_x: float
    slot_width: float
    x: float
    width: float
    height: float
    is_unknown: bool

    @property
    def y(self) -> float:
        return round(100 - self.height, 3)


@dataclass(frozen=True, slots=True)
class Label:
    """A text under the chart; ``is_minor`` ones go first where there is little room."""

    text: str
    x: float
    is_minor: bool


@dataclass(frozen=True, slots=True)
class BarChart:
    """``top`` is the amount at the upper edge: a round one, 0 for an empty chart.

    ``steps`` is how many lines cut it into as many round pieces.
    """

    bars: tuple[Bar, ...]
    labels: tuple[Label, ...]
    top: Decimal
    steps: int

    @property
    def grid(self) -> tuple[tuple[Decimal, float], ...]:
        """The amount and the place of each line above the base, in percents from the top."""
        if not self.top:
            return ()
        return tuple(
            (self.top * (self.steps - line) / self.steps, round(line * 100 / self.steps, 3))
            for line in range(self.steps)
        )


def bar_chart(series: Sequence[SeriesPoint], interval: Interval, tz: tzinfo) -> BarChart:
    """One bar per point; ``series`` must not be empty."""
    top, steps = round_up(max((point.cost_usd or Decimal(0)) for point in series))
    slot = 100 / len(series)
    bars = tuple(
        _bar(point, bucket_label(point.span.start, interval, tz), index * slot, slot, top)
        for index, point in enumerate(series)
    )
    return BarChart(bars=bars, labels=_labels(bars, interval, tz), top=top, steps=steps)


def round_up(amount: Decimal) -> tuple[Decimal, int]:
    """The smallest round number that is not below ``amount``, and how many round steps it has."""
    if amount <= 0:
        return Decimal(0), 0
    magnitude = Decimal(1).scaleb(amount.adjusted())
    top, steps = next(each for each in _ROUND.items() if each[0] * magnitude >= amount)
    return top * magnitude, steps


def bucket_label(start: datetime, interval: Interval, tz: tzinfo) -> str:
    """``Mon 23 Nov``, ``Mon 23 Nov, 08:00``, ``Week of 23 Nov 2026`` or ``Nov 2026``.

    An hour that comes twice, as clocks are put back, is ``Sun 1 Nov, 01:00 EDT`` and then ``EST``.
    """
    forms = {
        Interval.HOUR: dates.HOUR,
        Interval.DAY: dates.DAY_OF_WEEK,
        Interval.WEEK: dates.WEEK,
        Interval.MONTH: dates.MONTH,
    }
    local = start.astimezone(tz)
    label = dates.written(local, forms[interval])
    return f"{label} {local.tzname()}" if interval is Interval.HOUR and _is_twice(local) else label


def _is_twice(local: datetime) -> bool:
    first, second = (local.replace(fold=fold).utcoffset() for fold in (0, 1))
    return first != second


def _bar(point: SeriesPoint, label: str, slot_x: float, slot: float, top: Decimal) -> Bar:
    width = min(slot * (1 - _GAP), _WIDEST_BAR)
    share = float(point.cost_usd / top) * 100 if point.cost_usd and top else 0.0
    return Bar(
        point=point,
        label=label,
        slot_x=round(slot_x, 3),
        slot_width=round(slot, 3),
        x=round(slot_x + (slot - width) / 2, 3),
        width=round(width, 3),
        height=round(max(share, _LEAST_HEIGHT) if share else 0.0, 3),
        is_unknown=is_unknown(point.cost_usd, point.unpriced_calls),
    )


def _labels(bars: Sequence[Bar], interval: Interval, tz: tzinfo) -> tuple[Label, ...]:
    short_forms = {Interval.HOUR: dates.HOUR_OF_DAY, Interval.MONTH: dates.MONTH_SHORT}
    short_form = short_forms.get(interval, dates.DAY_OF_YEAR)
    step = -(-len(bars) // _MOST_LABELS)
    # From the middle of a step on, so that no label stands at the very edge of the drawing.
    shown = bars[(step - 1) // 2 :: step]
    return tuple(
        Label(
            text=dates.written(bar.point.span.start.astimezone(tz), short_form),
            x=round(bar.slot_x + bar.slot_width / 2, 3),
            is_minor=index % 2 == 1,
        )
        for index, bar in enumerate(shown)
    )
