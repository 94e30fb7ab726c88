"""What a report asks, apart from the values that it asks with.

Making a statement takes longer than PostgreSQL needs to answer it. All questions of one shape share
a statement, which knows nothing but the shape: no value of one question can stay in it.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import BindParameter, Connection, Row, bindparam
from sqlalchemy.types import TypeEngine

from adapters.sql.covers_of_reports import cover_of
from adapters.sql.kept_sums import KEPT, UNKNOWN, Kept, SeenWeeks
from adapters.sql.selections import Chosen, values_of
from adapters.sql.written_arrays import moment, written
from domain.period import Span
from domain.report import Dimension, EventSelection, GroupBy, TagDimension
from domain.retention import SHORTEST_DAYS
from domain.rollup import Breakdown, Tier, breakdown_for
from domain.text import has_unstorable

_Arguments = ParamSpec("_Arguments")
_Statement = TypeVar("_Statement")
#: Statements of a kind that are kept: a page asks in a few shapes, but tags have any name.
_MOST_STATEMENTS = 24
#: As long no call is deleted, nor any of the day in which a span of this time begins.
_ALWAYS_KEPT = timedelta(days=SHORTEST_DAYS - 1)


def made_once(make: Callable[_Arguments, _Statement]) -> Callable[_Arguments, _Statement]:
    """A function that makes statements, of whose results the last used ones are kept."""
    return lru_cache(maxsize=_MOST_STATEMENTS)(make)  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Shape:
    """All of a question that the text of its statement depends on.

    It is answered by buckets of ``breakdown``, some of which are ``moved`` from one part of the
    report to another, and by single calls where there are ``edges``; else, without a breakdown, by
    calls alone. ``parted`` says that the report has several parts; ``mark`` tells apart the values
    of several questions in one statement.
    """

    by: GroupBy
    chosen: Chosen
    breakdown: Breakdown | None
    moved: bool = False
    edges: bool = False
    parted: bool = False
    mark: str = ""

    def value(self, name: str, type_: TypeEngine[Any] | None = None) -> BindParameter[Any]:
        """A value that differs between the questions of a statement."""
        return bindparam(self.mark + name, type_=type_)


@dataclass(frozen=True, slots=True)
class Question:
    """``shape`` is what to make a statement of, ``values`` what to execute it with.

    ``pieces`` are the parts of the report, and what puts them right.
    """

    shape: Shape
    values: dict[str, Any]
    pieces: int = 0


class Questions:
    """Ask through one connection, on which a snapshot is one moment."""

    def __init__(self, connection: Connection, weeks: SeenWeeks) -> None:
        self.connection = connection
        self._weeks = weeks
        self._known: dict[str, Kept] = {}

    def ask(
        self,
        selection: EventSelection,
        by: GroupBy = (),
        buckets: Sequence[Span] = (),
        *,
        mark: str = "",
        of_sums: bool = False,
        or_none: Dimension | TagDimension | None = None,
        beside: GroupBy = (),
        kept: Kept | None = None,
    ) -> Question:
        """Of the whole span, or of each of ``buckets``; ``of_sums`` also where calls seem few.

        The calls without a value of ``or_none``, which is filtered by, pass as well. Where calls
        were deleted it tells no more than a question by the groups ``beside`` it, so that these can
        be taken off. Without what is ``kept`` it is looked up.
        """
        breakdown = breakdown_of(selection, by, of_sums=of_sums)
        chosen = Chosen.by(selection, or_none, as_arrays=of_sums)
        values = {
            **values_of(selection, or_none),
            "starts": written(moment(bucket.start) for bucket in buckets),
        }
        if breakdown is None:
            return Question(Shape(by, chosen, None, mark=mark), values)
        # It changes no answer, but what is read for it: of an hour all questions are alike.
        now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        parts = tuple(buckets) or (selection.span,)
        coarsest = _coarsest(breakdown, parts)
        kept = kept or self._kept(selection, now, weeks=coarsest > Tier.DAY)
        other = breakdown_of(selection, beside, of_sums=of_sums)
        cover = cover_of(
            parts,
            finest=breakdown.finest,
            coarsest=coarsest,
            now=now,
            finest_before=(other or breakdown).finest,
            **kept._asdict(),
        )
        moved, edges, parted = cover.taken > 0, cover.edges > 0, len(parts) > 1
        shape = Shape(by, chosen, breakdown, moved, edges, parted, mark)
        values |= {mark + name: value for name, value in cover.values.items()}
        return Question(shape, values, len(buckets) + cover.taken + cover.edges)

    def likely(self, selection: EventSelection) -> Kept:
        """What is known of a span, or seems to be so; an answer must be asked whether it is."""
        known = self._known.get(selection.organization_id)
        is_recent = selection.span.start > datetime.now(UTC) - _ALWAYS_KEPT
        return known or Kept(
            Kept().calls_begin if is_recent else UNKNOWN.calls_begin,
            self._weeks.until(selection.organization_id),
        )

    def note(self, organization_id: str, row: Row[Any]) -> Kept:
        """What an answer tells by the way."""
        known = Kept.of(row)
        self._known[organization_id] = known
        self._weeks.note(organization_id, known.weeks_until)
        return known

    def _kept(self, selection: EventSelection, now: datetime, *, weeks: bool) -> Kept:
        """What matters for a span, and for its ``weeks``: looked up once, where anything may."""
        if not weeks and selection.span.start > now - _ALWAYS_KEPT:
            return Kept()
        organization_id = selection.organization_id
        if organization_id not in self._known:
            self.note(organization_id, self.connection.execute(KEPT, {"of": organization_id}).one())
        return self._known[organization_id]


def _coarsest(breakdown: Breakdown, spans: Sequence[Span]) -> Tier:
    """Short parts that meet within a week would have more days put right than there are."""
    longest = max(span.length for span in spans)
    fitting = (tier for tier in Tier if tier > Tier.DAY and tier.length <= longest)
    return min(max(fitting, default=Tier.DAY), breakdown.coarsest)


def breakdown_of(
    selection: EventSelection, by: GroupBy, *, of_sums: bool = False
) -> Breakdown | None:
    """What sums answer with; None where calls alone can. ``of_sums`` is as ``ask`` has it."""
    chosen = selection.filter
    # One user's calls are few, and found by an index; every user's sums are many.
    if Dimension.USER in chosen.dimensions and not of_sums:
        return None
    tags = {TagDimension(name) for name in chosen.tags}
    asked: Collection[Dimension | TagDimension] = {*chosen.dimensions, *tags, *by}
    # No call has such a tag, and PostgreSQL refuses to look for it.
    if any(isinstance(each, TagDimension) and has_unstorable(each.name) for each in asked):
        return None
    found = breakdown_for(asked)
    # The calls without a tag, and those of values beyond the most, have no sums by model.
    return None if found is Breakdown.TAG_MODEL and not tags else found
