"""The series of everything, from those of its parts."""

from collections.abc import Sequence

from domain.money import exact_sum
from domain.period import Span
from domain.report import GroupSeries, SeriesPoint


def whole_series(parts: Sequence[GroupSeries], buckets: Sequence[Span]) -> tuple[SeriesPoint, ...]:
    """One point per bucket, as a report gives it; every call is in one of ``parts``."""
    return tuple(
        _together(span, [part.points[number] for part in parts])
        for number, span in enumerate(buckets)
    )


def _together(span: Span, points: Sequence[SeriesPoint]) -> SeriesPoint:
    called = [point for point in points if point.calls]
    known = [point.cost_usd for point in called if point.cost_usd is not None]
    return SeriesPoint(
        span=span,
        cost_usd=exact_sum(known) if known or not called else None,
        calls=sum(point.calls for point in called),
        errors=sum(point.errors for point in called),
        tokens=sum(point.tokens for point in called),
        unpriced_calls=sum(point.unpriced_calls for point in called),
    )
