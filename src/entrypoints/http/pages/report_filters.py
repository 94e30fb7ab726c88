"""The filters that a report's address holds, and what they select."""

from collections.abc import Iterable, Iterator

from werkzeug.datastructures import MultiDict

from domain.providers import canonical_provider
from domain.report import Dimension, EventFilter
from entrypoints.http.pages.stacking import TAG

_MOST_FILTERS = 100
_LONGEST_VALUE = 256

Filter = tuple[str, str]


def filters_of(args: MultiDict[str, str]) -> Iterator[Filter]:
    """Those of an address in its order, each once; what is no filter is left out."""
    pairs: Iterable[Filter] = dict.fromkeys(args.items(multi=True))
    known = (each for each in pairs if each[1] and is_filter(each[0]))
    for _, (name, value) in zip(range(_MOST_FILTERS), known, strict=False):
        yield name, value[:_LONGEST_VALUE]


def is_filter(name: str) -> bool:
    """Whether this is called like a dimension, or ``tag.`` and any name."""
    return name in set(Dimension) or (name.startswith(TAG) and len(name) > len(TAG))


def event_filter(filters: Iterable[Filter]) -> EventFilter:
    """By name; several values of one name are alternatives."""
    dimensions: dict[Dimension, tuple[str, ...]] = {}
    tags: dict[str, tuple[str, ...]] = {}
    for name, value in filters:
        if name.startswith(TAG):
            tag = name.removeprefix(TAG)
            tags[tag] = (*tags.get(tag, ()), value)
        else:
            by = Dimension(name)
            meant = canonical_provider(value, None) if by is Dimension.PROVIDER else value
            dimensions[by] = (*dimensions.get(by, ()), meant)
    return EventFilter(dimensions=dimensions, tags=tags)
