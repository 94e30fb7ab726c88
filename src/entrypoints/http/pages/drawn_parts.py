"""The parts of stacked bars as pieces of a page, which has hundreds.

Written out in a template they took four times as long, and half of what the page took in all.
"""

from collections.abc import Sequence

from markupsafe import Markup, escape

from entrypoints.http.pages.charts import Bar
from entrypoints.http.pages.counts import plural
from entrypoints.http.pages.formats import exactly
from entrypoints.http.pages.report_address import ReportAddress
from entrypoints.http.pages.stacked_chart import Part
from entrypoints.http.texts import gettext

#: Signs between which a text has a direction of its own, as in a `bdi`.
_FIRST_STRONG, _POP = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"


def words_of_parts(parts: Sequence[Part]) -> Markup:
    """A line for each, to stand under the words of their bar."""
    lines = (f"\n{_name(part)}: {exactly(part.point.cost_usd)}" for part in parts)
    return escape("".join(lines))


def drawn_parts(bar: Bar, parts: Sequence[Part]) -> Markup:
    """Their areas, for a bar that is too thin to point at one of them."""
    return Markup("".join(f"\n{area}" for area in _areas(bar, parts)))  # noqa: S704 - see there


def linked_parts(
    bar: Bar, parts: Sequence[Part], address: ReportAddress | None, calls: str | None
) -> Markup:
    """Their areas, each with its words and a link to its ``calls``; with none for a file."""
    whole = exactly(bar.point.cost_usd)
    drawn = []
    for part, area in zip(parts, _areas(bar, parts), strict=True):
        inner = f"<title>{escape(_words(bar, part, whole))}</title>{area}"
        if address is None:
            drawn.append(f"\n<g>{inner}</g>")
            continue
        query = address.query_for(bar.point.span, *part.series.filters or ())
        drawn.append(f'\n<a href="{escape(calls)}{escape(query)}" tabindex="-1">{inner}</a>')
    return Markup("".join(drawn))  # noqa: S704 - of what is escaped


def _name(part: Part) -> str:
    """In one line and set apart, whatever signs it has: it is what a sender made of it."""
    return f"{_FIRST_STRONG}{' '.join(part.series.label.split())}{_POP}"


def _words(bar: Bar, part: Part, whole: str) -> str:
    return gettext(
        "%(when)s, %(series)s: %(part)s of %(whole)s, %(calls)s",
        when=bar.label,
        series=_name(part),
        part=exactly(part.point.cost_usd),
        whole=whole,
        calls=plural(part.point.calls, "call"),
    )


def _areas(bar: Bar, parts: Sequence[Part]) -> list[str]:
    """Of numbers, and of looks that are this program's own; a pattern's is defined elsewhere."""
    across = f'x="{bar.x}%" width="{bar.width}%"'
    return [
        f'<rect class="chart-part{_fill(part)} {across} y="{part.y}%" height="{part.height}%"/>'
        for part in parts
    ]


def _fill(part: Part) -> str:
    look = part.series.look
    return f'" fill="url(#{look.id})"' if look.pattern else f' series-{look.colour}"'
