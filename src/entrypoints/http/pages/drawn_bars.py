"""The bars of charts as pieces of a page, which has hundreds.

Written out in a template, bars took 4 ms of a page of ninety, and take 2. ``queries`` is the path
of the calls that they lead to. Without an address, in a file, nothing leads anywhere.
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
#: Those by which a name could end it: of embeddings and overrides, and of isolates.
_NO_DIRECTIONS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def drawn_bar(bar: Bar, address: ReportAddress | None, queries: str | None) -> Markup:
    """A bar as one link to its calls."""
    inner = [_title(_words(bar)), *_slot(bar)]
    if bar.height:
        inner.append(_rect('class="chart-bar" rx="2"', bar, bar.y, bar.height))
    return Markup(_piece(inner, _href(bar, address, queries)))  # noqa: S704 - of what is escaped


def drawn_stack(
    bar: Bar,
    parts: Sequence[Part],
    address: ReportAddress | None,
    queries: str | None,
    *,
    is_dense: bool,
) -> Markup:
    """A bar of parts, each a link to its own calls where a filter can select them.

    One that is too thin to point at its parts is a link to all of them, and its words name each.
    """
    href = _href(bar, address, queries)
    if is_dense:
        areas = (_area(bar, part) for part in parts)
        inner = [_title(_words(bar) + _words_of_parts(parts)), *_slot(bar), *areas]
        return Markup(_piece(inner, href))  # noqa: S704 - of what is escaped
    whole = exactly(bar.point.cost_usd)
    drawn = [_piece([_title(_words(bar)), *_slot(bar)], href)]
    for part in parts:
        inner = [_title(_words_of_part(bar, part, whole)), _area(bar, part)]
        filters = part.series.filters
        own = None if filters is None else _href(bar, address, queries, *filters)
        drawn.append(_piece(inner, own))
    return Markup("".join(drawn))  # noqa: S704 - of what is escaped


def _piece(inner: Iterable[str], href: str | None) -> str:
    """A link where there is an ``href``, which is escaped."""
    drawn = "\n".join(inner)
    return f"\n<g>{drawn}</g>" if href is None else f'\n<a href="{href}" tabindex="-1">{drawn}</a>'


def _href(
    bar: Bar, address: ReportAddress | None, queries: str | None, *filters: Filter
) -> str | None:
    """The escaped address of a bar's calls that pass the ``filters``."""
    if address is None:
        return None
    return f"{escape(queries)}{escape(address.query_for(bar.point.span, *filters))}"


def _title(words: str) -> str:
    return f"<title>{escape(words)}</title>"


def _words(bar: Bar) -> str:
    cost = gettext("unknown") if bar.is_unknown else exactly(bar.point.cost_usd)
    return f"{bar.label}: {cost}, {plural(bar.point.calls, 'call')}"


def _words_of_parts(parts: Iterable[Part]) -> str:
    """A line for each, to stand under the words of their bar."""
    return "".join(f"\n{_name(part)}: {exactly(part.point.cost_usd)}" for part in parts)


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
    own = " ".join(part.series.label.split()).translate(_NO_DIRECTIONS)
    return f"{_FIRST_STRONG}{own}{_POP}"


def _slot(bar: Bar) -> Iterable[str]:
    """All of a bar's place, to point at, and what is drawn where its cost is not known."""
    yield f'<rect class="chart-slot" x="{bar.slot_x}%" width="{bar.slot_width}%" height="100%"/>'
    if bar.is_unknown:
        yield _rect('class="chart-unknown"', bar, 98, 2)


def _area(bar: Bar, part: Part) -> str:
    """Of numbers, and of looks that are this program's own; a pattern's is defined elsewhere."""
    look = part.series.look
    if look.pattern:
        return _rect(f'class="chart-part" fill="url(#{look.id})"', bar, part.y, part.height)
    return _rect(f'class="chart-part series-{look.colour}"', bar, part.y, part.height)


def _rect(look: str, bar: Bar, y: float, height: float) -> str:
    return f'<rect {look} x="{bar.x}%" width="{bar.width}%" y="{y}%" height="{height}%"/>'
