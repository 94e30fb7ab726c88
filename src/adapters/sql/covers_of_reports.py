"""What covers a report, as the values that its statement is executed with."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

from adapters.sql.written_arrays import moment, written
from domain.covering import Piece, pieces
from domain.period import Span
from domain.rollup import Tier

#: With so many parts, all but the last are covered by themselves.
_MANY = 16
#: What has more is asked for seldom, by programs: the hours of a hundred days would be a megabyte.
_KEPT = 400


class Cover(NamedTuple):
    """``values`` of buckets by their first word: ``added``; ``taken`` away from where coarser ones
    counted them; and ``moved`` from there to another part, which are both. Of ``edge`` spans of
    single calls; and of those in which calls that are in no sum yet are missing, which are
    ``waiting``. ``now`` is among them, and beside them how many are taken, and how many ``edges``.
    """

    values: Mapping[str, Any]
    taken: int
    edges: int


def cover_of(spans: tuple[Span, ...], **terms: Any) -> Cover:
    """Of adjacent ``spans``, on the terms of ``pieces``.

    What is asked for mostly ends now. All parts but the last are the same until tomorrow then, and
    found once: it takes as long as to answer some reports.
    """
    apart = (spans[:-1], spans[-1:]) if len(spans) > _MANY else (spans,)
    covered = [
        _kept(each, **terms) if len(each) <= _KEPT else _covered(each, **terms) for each in apart
    ]
    lists = {
        name: [*chain.from_iterable(each.lists[name] for each in covered)]
        for name in covered[0].lists
    }
    # By the time of the calls PostgreSQL leaves out months before it plans.
    values = {
        "now": terms.get("now"),
        "edges_begin": min(each.calls.start for each in covered),
        "edges_end": max(each.calls.end for each in covered),
        **{name: written(elements) for name, elements in lists.items()},
    }
    taken = len(lists["taken_tiers"]) + len(lists["moved_tiers"])
    return Cover(values, taken, len(lists["edge_firsts"]))


class _Covered(NamedTuple):
    """Elements of arrays by the names of these, and the time in which single calls are."""

    lists: Mapping[str, Sequence[str]]
    calls: Span


def _covered(spans: tuple[Span, ...], **terms: Any) -> _Covered:
    covering, span = pieces(spans, **terms), Span(spans[0].start, spans[-1].end)
    buckets = [(piece.tier, piece) for piece in covering if piece.tier is not None]
    moved = [each for each in buckets if each[1].into is not None and each[1].out_of is not None]
    edges = sorted(
        (piece for piece in covering if piece.tier is None), key=lambda piece: piece.span.start
    )
    lists = {
        **_lists("added", ((tier, it, it.into) for tier, it in buckets if it.out_of is None)),
        **_lists("taken", ((tier, it, it.out_of) for tier, it in buckets if it.into is None)),
        **_lists("moved", ((tier, it, it.into) for tier, it in moved)),
        "moved_outs": [moment(piece.out_of) for _, piece in moved],
        "edge_firsts": [moment(piece.span.start) for piece in edges],
        "edge_nexts": [moment(piece.span.end) for piece in edges],
        "edge_intos": [moment(piece.into) for piece in edges],
        "edge_outs": [moment(piece.out_of) for piece in edges],
        **_waiting(edges, span),
    }
    begin = min([span.start, *(edge.span.start for edge in edges)])
    return _Covered(lists, Span(begin, max([span.end, *(edge.span.end for edge in edges)])))


#: As long as it is not asked for less than others were: half a kilobyte for each part.
_kept = lru_cache(maxsize=64)(_covered)


def _lists(
    name: str, placed: Iterable[tuple[Tier, Piece, datetime | None]]
) -> dict[str, Sequence[str]]:
    known = list(placed)
    return {
        f"{name}_tiers": [str(int(tier)) for tier, _, _ in known],
        f"{name}_firsts": [moment(piece.span.start) for _, piece, _ in known],
        f"{name}_nexts": [moment(piece.span.end) for _, piece, _ in known],
        f"{name}_places": [moment(place) for _, _, place in known],
    }


def _waiting(edges: Sequence[Piece], span: Span) -> dict[str, Sequence[str]]:
    """Where buckets alone answer, a call counts at its own time; else where they counted others."""
    found: list[tuple[Span, datetime | None]] = [
        *((each, None) for each in _between(edges, span)),
        *((edge.span, edge.out_of) for edge in edges if edge.out_of is not None),
    ]
    return {
        "waiting_firsts": [moment(each.start) for each, _ in found],
        "waiting_nexts": [moment(each.end) for each, _ in found],
        "waiting_places": [moment(place) for _, place in found],
    }


def _between(edges: Iterable[Piece], span: Span) -> Iterator[Span]:
    """What of ``span`` is in none of the ascending ``edges``.

    These may reach beyond it, but all begin before it ends, or at its end.
    """
    begin = span.start
    for edge in edges:
        if begin < edge.span.start:
            yield Span(begin, edge.span.start)
        begin = max(begin, edge.span.end)
    if begin < span.end:
        yield Span(begin, span.end)
