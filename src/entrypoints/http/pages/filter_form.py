"""The form that adds a filter to a report's address: what it offers, and what one sent asks for.

A form without scripts can name a field once and for all only, so what is filtered by comes beside
its value: ``add=model&value=x``. The page answers with the address that has ``model=x``.
"""

from collections.abc import Iterable, Iterator, Mapping

from domain.event import Event
from domain.report import Dimension
from entrypoints.http.pages.report_filters import Filter, is_filter
from entrypoints.http.pages.stacking import TAG

#: The rest is chosen on a call.
FIELDS = (
    Dimension.PROVIDER,
    Dimension.MODEL,
    Dimension.PROJECT,
    Dimension.ENVIRONMENT,
    Dimension.USER,
    Dimension.OPERATION,
    Dimension.STATUS,
    Dimension.API_KEY,
)
#: What has few values is chosen by a field of its own.
_OWN_FIELDS: dict[str, str] = {Dimension.STATUS: "a_status", Dimension.API_KEY: "a_key"}
_MOST_SUGGESTED = 300
_BREAKS = frozenset("\r\n")


def added_filter(args: Mapping[str, str]) -> Filter | None:
    """What a form asks to be added; None without one, and where something was left empty."""
    name = args.get("add", "")
    if name == TAG:
        name += args.get("tag", "")
    value = args.get(_OWN_FIELDS.get(name, "value"), "")
    return (name, value) if value and is_filter(name) else None


def suggested(shown: Iterable[tuple[str, str | None]]) -> list[Filter]:
    """Values that a page shows anyway, each once; what a field of one line can hold of them."""
    found = dict.fromkeys(
        (name, value) for name, value in shown if value and name not in _OWN_FIELDS
    )
    fitting = (each for each in found if not _BREAKS.intersection(each[1]))
    return [each for each, _ in zip(fitting, range(_MOST_SUGGESTED), strict=False)]


def values_of(events: Iterable[Event]) -> Iterator[tuple[str, str | None]]:
    """What calls can be filtered by, of calls that a page shows."""
    for event in events:
        reported = event.reported
        yield Dimension.PROVIDER, reported.provider
        yield Dimension.MODEL, reported.model
        yield Dimension.PROJECT, reported.project
        yield Dimension.ENVIRONMENT, reported.environment
        yield Dimension.USER, reported.user
        yield Dimension.OPERATION, reported.operation
        yield from ((f"{TAG}{name}", value) for name, value in reported.tags.items())
