"""Which known models an unknown name may well mean: a suggestion for people, never a price."""

import itertools
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from domain.pricing.catalogue import Catalogue

_PARTS = re.compile(r"[a-z]+|\d+")
#: Names that share less than this with the one sent are no help.
_LEAST_LIKENESS = 0.34


class Suggestion(NamedTuple):
    """A model that has a price; ``provider`` is who sells it, None where that is the one asked."""

    model: str
    provider: str | None = None


def nearest(catalogue: Catalogue, provider: str, model: str, *, most: int = 3) -> list[Suggestion]:
    """Models that have a price, the likest first: the provider's, else anybody's."""
    own = _likest(model, catalogue.names(provider), most)
    if own:
        return [Suggestion(name) for name in own]
    return [
        Suggestion(name, catalogue.seller_of(name))
        for name in _likest(model, catalogue.names(), most)
    ]


def _likest(model: str, names: Iterable[str], most: int) -> list[str]:
    wanted = _parts(model.strip().lower())
    scored = {name: _likeness(wanted, _parts(name.lower())) for name in names}
    near = [name for name, likeness in scored.items() if likeness >= _LEAST_LIKENESS]
    return sorted(near, key=lambda name: (-scored[name], len(name), name))[:most]


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """From 0, nothing in common, to 1, the same words and numbers."""
    return 2 * len(one & other) / (len(one) + len(other) or 1)


@lru_cache(maxsize=16384)
def _parts(name: str) -> frozenset[str]:
    """Its words, its numbers, and its pairs of neighbours, which tell order."""
    parts = _PARTS.findall(name)
    return frozenset([*parts, *map(" ".join, itertools.pairwise(parts))])
