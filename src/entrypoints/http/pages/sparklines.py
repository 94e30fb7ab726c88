"""A cost over time as a line of a word's size, drawn as SVG by a template."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal

from domain.period import Span, interval_for
from entrypoints.http.pages.charts import bucket_label
from entrypoints.http.pages.counts import plural
from entrypoints.http.pages.formats import exactly
from entrypoints.http.texts import gettext

WIDTH, HEIGHT = 100, 20
#: The line is as wide as two units; its middle keeps that far from the edges.
_EDGE = 1


@dataclass(frozen=True, slots=True)
class Sparkline:
    """``points`` are those of a polyline in a drawing of ``WIDTH`` by ``HEIGHT``; ``words`` say
    what is seen. Without a known cost there is nothing to draw.
    """

    points: str = ""
    words: str = ""

    @property
    def area(self) -> str:
        """The points of what lies under the line."""
        return f"0,{HEIGHT} {self.points} {WIDTH},{HEIGHT}"


def sparkline(costs: Sequence[Decimal | None], buckets: Sequence[Span], tz: tzinfo) -> Sparkline:
    """One point for each bucket, between 0 and the largest; an unknown cost is drawn as none."""
    known = [cost or Decimal(0) for cost in costs]
    top = max(known, default=Decimal(0))
    if top <= 0 or len(known) < 2:
        return Sparkline()
    step = WIDTH / (len(known) - 1)
    span = HEIGHT - 2 * _EDGE
    points = " ".join(
        f"{index * step:.5g},{HEIGHT - _EDGE - float(cost / top) * span:.4g}"
        for index, cost in enumerate(known)
    )
    return Sparkline(points, _words(known, top, buckets, tz))


def _words(known: Sequence[Decimal], top: Decimal, buckets: Sequence[Span], tz: tzinfo) -> str:
    width = interval_for(Span(buckets[0].start, buckets[-1].end))
    at = bucket_label(buckets[known.index(top)].start, width, tz)
    return gettext(
        "Cost in %(buckets)s: at most %(top)s, %(when)s",
        buckets=plural(len(known), width.value),
        top=exactly(top),
        when=at,
    )
