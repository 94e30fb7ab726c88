"""The bars of charts as pieces of a page, which has hundreds.

Written out in a template they took four times as long, and half of what the page took in all.
Without an address, in a file, nothing leads anywhere.
"""

from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

from entrypoints.http.pages.charts import Bar
from entrypoints.http.pages.counts import plural
from entrypoints.http.pages.formats import exactly
from entrypoints.http.pages.report_address import ReportAddress
from entrypoints.http.pages.report_filters import Filter
from entrypoints.http.pages.stacked_chart import Part
from entrypoints.http.texts import gettext

#: Signs between which a text has a direction of its own, as in a `bdi`.
_FIRST_STRONG, _POP = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"


def drawn_bar(bar: Bar, address: ReportAddress | None, calls: str | None) -> Markup:
    """One in one piece, which leads to its ``calls``."""
    inner = [_title(_words(bar)), _slot(bar)]
    if bar.height and not bar.is_unknown:
        inner.append(_rect("chart-bar", _across(bar), bar.y, bar.height, ' rx="2"'))
    return Markup(_piece(inner, _href(bar, address, calls)))  # noqa: S704 - of what is escaped


def drawn_stack(
    bar: Bar,
    parts: Sequence[Part],
    address: ReportAddress | None,
    calls: str | None,
    *,
    is_dense: bool,
) -> Markup:
    """One whose parts lead to their own ``calls`` each.

    Where it is too thin to point at one of them, it leads to all, and its words name them.
    """
    href, areas = _href(bar, address, calls), _areas(bar, parts)
    if is_dense:
        inner = [_title(_words(bar, parts)), _slot(bar), *areas]
        return Markup(_piece(inner, href))  # noqa: S704 - of what is escaped
    drawn, whole = [_piece([_title(_words(bar)), _slot(bar)], href)], exactly(bar.point.cost_usd)
    for part, area in zip(parts, areas, strict=True):
        own = _href(bar, address, calls, *part.series.filters or ())
        drawn.append(_piece([_title(_words_of_part(bar, part, whole)), area], own))
    return Markup("".join(drawn))  # noqa: S704 - of what is escaped


def _piece(inner: Iterable[str], href: str | None) -> str:
    drawn = "\n".join(inner)
    return f"\n<g>{drawn}</g>" if href is None else f'\n<a href="{href}" tabindex="-1">{drawn}</a>'


def _href(
    bar: Bar, address: ReportAddress | None, calls: str | None, *filters: Filter
) -> str | None:
    """Escaped."""
    if address is None:
        return None
    return f"{escape(calls)}{escape(address.query_for(bar.point.span, *filters))}"


def _title(words: str) -> str:
    return f"<title>{escape(words)}</title>"


def _words(bar: Bar, parts: Iterable[Part] = ()) -> str:
    """And a line for each part."""
    calls = plural(bar.point.calls, "call")
    lines = (f"\n{_name(part)}: {exactly(part.point.cost_usd)}" for part in parts)
    return "".join((f"{bar.label}: {exactly(bar.point.cost_usd)}, {calls}", *lines))


def _words_of_part(bar: Bar, part: Part, whole: str) -> str:
    return gettext(
        "%(when)s, %(series)s: %(part)s of %(whole)s, %(calls)s",
        when=bar.label,
        series=_name(part),
        part=exactly(part.point.cost_usd),
        whole=whole,
        calls=plural(part.point.calls, "call"),
    )


def _name(part: Part) -> str:
    """In one line and set apart, whatever signs it has: it is what a sender made of it."""
    return f"{_FIRST_STRONG}{' '.join(part.series.label.split())}{_POP}"


def _slot(bar: Bar) -> str:
    """All of a bar's place, to point at, and what is drawn where its cost is not known."""
    slot = f'<rect class="chart-slot" x="{bar.slot_x}%" width="{bar.slot_width}%" height="100%"/>'
    return slot + _rect("chart-unknown", _across(bar), 98, 2) if bar.is_unknown else slot


def _areas(bar: Bar, parts: Sequence[Part]) -> list[str]:
    """Of numbers, and of looks that are this program's own; a pattern's is defined elsewhere."""
    across = _across(bar)
    return [
        f'<rect class="chart-part{_fill(part)} {across} y="{part.y}%" height="{part.height}%"/>'
        for part in parts
    ]


def _across(bar: Bar) -> str:
    return f'x="{bar.x}%" width="{bar.width}%"'


def _rect(name: str, across: str, y: float, height: float, more: str = "") -> str:
    return f'<rect class="{name}" {across} y="{y}%" height="{height}%"{more}/>'


def _fill(part: Part) -> str:
    look = part.series.look
    return f'" fill="url(#{look.id})"' if look.pattern else f' series-{look.colour}"'
