"""The pieces of a report as parameters of its statement, and as rows to join with."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import BindParameter, SmallInteger, TableValuedAlias, column, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

from adapters.sql.columns import MOMENT
from adapters.sql.moments import Moments, written
from domain.covering import Piece, pieces
from domain.period import Span

_MOMENTS = Moments()


class _Values(Protocol):
    def value(self, name: str, type_: TypeEngine[Any] | None = None) -> BindParameter[Any]: ...


@lru_cache(maxsize=128)
def values_of_cover(spans: tuple[Span, ...], span: Span, **terms: Any) -> Mapping[str, Any]:
    """What covers ``spans``, by these ``terms`` of ``pieces``, as values of a report of ``span``.

    Lists belong together by their first word: ``added`` are buckets, ``taken`` those that are taken
    away from where coarser ones counted them, ``edge`` are spans of single calls, and ``waiting``
    those in which a call that is in no sum yet is missing. They are kept, as the same ranges are
    asked for again and again.
    """
    covering = pieces(spans, **terms)
    buckets = [piece for piece in covering if piece.tier is not None]
    edges = [piece for piece in covering if piece.tier is None]
    edges.sort(key=lambda piece: piece.span.start)
    return {
        **_runs("added", ((piece, piece.into) for piece in buckets)),
        **_runs("taken", ((piece, piece.out_of) for piece in buckets)),
        "edge_firsts": written(piece.span.start for piece in edges),
        "edge_nexts": written(piece.span.end for piece in edges),
        "edge_intos": written(piece.into for piece in edges),
        "edge_outs": written(piece.out_of for piece in edges),
        "edges": len(edges),
        # By these PostgreSQL leaves out months before it plans.
        "calls_begin": min([span.start, *(edge.span.start for edge in edges)]),
        "calls_end": max([span.end, *(edge.span.end for edge in edges)]),
        **_waiting(edges, span),
    }


def _runs(name: str, placed: Iterable[tuple[Piece, datetime | None]]) -> dict[str, Any]:
    known = [(piece, moment) for piece, moment in placed if moment is not None]
    return {
        f"{name}_tiers": [piece.tier for piece, _ in known],
        f"{name}_firsts": written(piece.span.start for piece, _ in known),
        f"{name}_nexts": written(piece.span.end for piece, _ in known),
        f"{name}_places": written(moment for _, moment in known),
    }


def _waiting(edges: Sequence[Piece], span: Span) -> dict[str, str]:
    """Where buckets alone answer, a call counts at its own time; else where they counted others."""
    found: list[tuple[Span, datetime | None]] = [
        *((each, None) for each in _between(edges, span)),
        *((edge.span, edge.out_of) for edge in edges if edge.out_of is not None),
    ]
    return {
        "waiting_firsts": written(each.start for each, _ in found),
        "waiting_nexts": written(each.end for each, _ in found),
        "waiting_places": written(place for _, place in found),
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


def buckets_of(shape: _Values, name: str) -> TableValuedAlias:
    """The ``added`` or ``taken``: a ``tier``, its ``first`` moment, the ``next`` after it, and the
    ``place`` where they count.
    """
    return _rows(
        name,
        tier=shape.value(f"{name}_tiers", ARRAY(SmallInteger)),
        first=shape.value(f"{name}_firsts", _MOMENTS),
        next=shape.value(f"{name}_nexts", _MOMENTS),
        place=shape.value(f"{name}_places", _MOMENTS),
    )


def edges_of(shape: _Values) -> TableValuedAlias:
    """Spans of calls from a ``first`` moment to the ``next`` after it, which count ``into`` a place
    and ``out`` of another; either may be null.
    """
    return _rows(
        "edge",
        first=shape.value("edge_firsts", _MOMENTS),
        next=shape.value("edge_nexts", _MOMENTS),
        into=shape.value("edge_intos", _MOMENTS),
        out=shape.value("edge_outs", _MOMENTS),
    )


def waiting_of(shape: _Values) -> TableValuedAlias:
    """Spans of calls that may wait, and the ``place`` where they count: null is their own."""
    return _rows(
        "span",
        first=shape.value("waiting_firsts", _MOMENTS),
        next=shape.value("waiting_nexts", _MOMENTS),
        place=shape.value("waiting_places", _MOMENTS),
    )


def _rows(name: str, **lists: BindParameter[Any]) -> TableValuedAlias:
    columns = (column(each, SmallInteger if each == "tier" else MOMENT) for each in lists)
    return func.unnest(*lists.values()).table_valued(*columns, name=name).render_derived()
