"""What a report asks, apart from the values that it asks with.

Making a statement takes longer than PostgreSQL needs to answer it. All questions of one shape share
a statement, which knows nothing but the shape: no value of one question can stay in it.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import BindParameter, bindparam
from sqlalchemy.types import TypeEngine

from adapters.sql.selections import Chosen, values_of
from domain.period import Span
from domain.report import Dimension, EventSelection, GroupBy, TagDimension
from domain.rollup import Breakdown, Piece, breakdown_for, pieces
from domain.text import has_unstorable

_Arguments = ParamSpec("_Arguments")
_Statement = TypeVar("_Statement")
#: Statements of a kind that are kept: a page asks in a few shapes, but tags have any name, and a
#: range in a time zone half an hour off has as many edges as days. With 40 of these a statement
#: takes a megabyte.
_MOST_STATEMENTS = 24
_MOST_SPANS = 40


def made_once(make: Callable[_Arguments, _Statement]) -> Callable[_Arguments, _Statement]:
    """A function that makes statements, of whose results the last used small ones are kept."""
    kept = lru_cache(maxsize=_MOST_STATEMENTS)(make)

    @wraps(make)
    def made(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Statement:
        if sum(map(_spans_of, args)) > _MOST_SPANS:
            return make(*args, **kwargs)
        return kept(*args, **kwargs)  # type: ignore[arg-type]

    return made


def _spans_of(argument: object) -> int:
    """Of a shape, or of several."""
    if isinstance(argument, Shape):
        return argument.edges + argument.wholes
    return sum(map(_spans_of, argument)) if isinstance(argument, tuple) else 0


@dataclass(frozen=True, slots=True)
class Shape:
    """All of a question that the text of its statement depends on.

    It is answered by buckets of ``breakdown`` and by single calls, where there are ``wholes`` (so
    many runs of buckets), and ``edges``; else by calls alone. ``mark`` tells apart the values of
    several questions in one statement.
    """

    by: GroupBy
    chosen: Chosen
    breakdown: Breakdown | None
    edges: int
    wholes: int
    mark: str = ""

    def value(self, name: str, type_: TypeEngine[Any] | None = None) -> BindParameter[Any]:
        """A value that differs between the questions of a statement."""
        return bindparam(self.mark + name, type_=type_)


class Question:
    """``shape`` is what to make a statement of, ``values`` what to execute it with."""

    def __init__(
        self,
        selection: EventSelection,
        by: GroupBy = (),
        buckets: Sequence[Span] = (),
        *,
        mark: str = "",
    ) -> None:
        breakdown = _breakdown(selection, by)
        covering = (
            pieces(buckets or [selection.span], breakdown.finest)
            if breakdown
            else [Piece(None, selection.span)]
        )
        whole = [piece for piece in covering if piece.tier is not None]
        wholes = list(_joined(piece.span for piece in whole))
        edges = list(_joined(piece.span for piece in covering if piece.tier is None))
        self.shape = Shape(
            by, Chosen.by(selection), breakdown, len(edges) if wholes else 0, len(wholes), mark
        )
        own = {
            "tiers": [piece.tier for piece in whole],
            "firsts": [piece.span.start for piece in whole],
            "nexts": [piece.span.end for piece in whole],
            **_bounds("whole", wholes),
            **_bounds("edge", edges),
        }
        self.values: dict[str, Any] = {
            **values_of(selection),
            "starts": [bucket.start for bucket in buckets],
            **{mark + name: value for name, value in own.items()},
        }


def _bounds(name: str, spans: Iterable[Span]) -> dict[str, Any]:
    return {
        f"{name}_{number}_{side}": moment
        for number, span in enumerate(spans)
        for side, moment in (("begin", span.start), ("end", span.end))
    }


def _breakdown(selection: EventSelection, by: GroupBy) -> Breakdown | None:
    chosen = selection.filter
    # One user's calls are few, and found by an index; every user's sums are many.
    if Dimension.USER in chosen.dimensions:
        return None
    tags = {TagDimension(name) for name in chosen.tags}
    asked: Collection[Dimension | TagDimension] = {*chosen.dimensions, *tags, *by}
    # No call has such a tag, and PostgreSQL refuses to look for it.
    if any(isinstance(each, TagDimension) and has_unstorable(each.name) for each in asked):
        return None
    return breakdown_for(asked)


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    """Adjacent ones as one: there may be thousands."""
    known: Span | None = None
    for span in spans:
        if known is not None and known.end == span.start:
            known = Span(known.start, span.end)
        else:
            if known is not None:
                yield known
            known = span
    if known is not None:
        yield known
