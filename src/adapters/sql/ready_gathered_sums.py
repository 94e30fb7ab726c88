"""Sums of hundreds of users, or of values of a tag, that are gathered in one row for each bucket.

The rows of a bucket are read where it is not: it is not over, or has changed since.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    CTE,
    ColumnElement,
    FromClause,
    Subquery,
    bindparam,
    func,
    select,
    true,
)
from sqlalchemy.sql.selectable import LateralFromClause

from adapters.sql.pieces_of_reports import each_bucket_of, width_in
from adapters.sql.ready_sums import Ready, plain
from adapters.sql.ready_tag_sums import FURTHER
from adapters.sql.rollup_tables import GATHERED, gathered_sums
from adapters.sql.usage_questions import Shape
from domain.report import TagDimension
from domain.rollup import Breakdown

_GATHERED = plain(gathered_sums)


def may_be_gathered(shape: Shape, numbers: Sequence[str]) -> bool:
    """Whether a report, of one part, asks for nothing but what is gathered, and filters nothing."""
    is_of_many = shape.breakdown in (Breakdown.USER, Breakdown.TAG) and len(shape.by) == 1
    is_whole = shape.chosen.is_all and not shape.parted
    return is_of_many and is_whole and set(numbers) <= set(GATHERED)


class GatheredBuckets:
    """The buckets of the ``pieces`` of a report one by one, with what is gathered of each."""

    def __init__(self, shape: Shape, pieces: FromClause) -> None:
        (self._by,) = shape.by
        self._buckets = _with_gathered(shape, pieces)
        self._is_gathered = self._buckets.c.names.is_not(None)

    def ready(self, reach: ColumnElement[datetime] | None) -> Ready:
        """All elements of the gathered ones, or of those before ``reach``."""
        rows = self._elements(reach)
        is_of_tag = isinstance(self._by, TagDimension)
        name = func.coalesce(rows.c.name, FURTHER) if is_of_tag else rows.c.name
        return Ready(rows, [name], rows)

    def _elements(self, reach: ColumnElement[datetime] | None) -> Subquery:
        """By set-returning functions, as a join with them took twice as long."""
        of_bucket = self._buckets.c
        elements = (func.unnest(of_bucket[name]).label(name) for name in GATHERED)
        name = func.unnest(of_bucket.names).label("name")
        found = select(of_bucket.start, of_bucket.place, name, *elements).where(self._is_gathered)
        return (found if reach is None else found.where(of_bucket.start < reach)).subquery()

    def others(self) -> Subquery:
        """The other buckets, as pieces: those side by side are looked up as one."""
        of_bucket = self._buckets.c
        ends = (func.min(of_bucket.start).label("first"), func.max(of_bucket.next).label("next"))
        place = func.min(of_bucket.place).label("place")
        found = select(of_bucket.tier, *ends, place).where(~self._is_gathered)
        return found.group_by(of_bucket.tier, of_bucket.piece, of_bucket.run).subquery()


def _with_gathered(shape: Shape, pieces: FromClause) -> CTE:
    piece, bucket = pieces.c, each_bucket_of(pieces)
    kept = gathered_at(shape, piece.tier, bucket.c.start)
    # As many gathered ones lie before all buckets of a run.
    run = func.count(kept.c.names).over(
        partition_by=(piece.tier, piece.first), order_by=bucket.c.start
    )
    return (
        select(
            piece.tier,
            piece.place,
            piece.first.label("piece"),
            bucket.c.start,
            (bucket.c.start + width_in(pieces)).label("next"),
            run.label("run"),
            *kept.c,
        )
        .select_from(pieces.join(bucket, true()).outerjoin(kept, true()))
        .cte()
        .prefix_with("MATERIALIZED")
    )


def gathered_at(
    shape: Shape, tier: ColumnElement[int], start: ColumnElement[datetime]
) -> LateralFromClause:
    """The arrays of one bucket, looked up by its key: the offset keeps the planner from reading
    all that is gathered.
    """
    (by,) = shape.by
    found = select(*(_GATHERED.c[name] for name in ("names", *GATHERED))).where(
        _GATHERED.c.organization_id == bindparam("of"),
        _GATHERED.c.tier == tier,
        _GATHERED.c.start == start,
        _GATHERED.c.breakdown == shape.breakdown,
        _GATHERED.c.tag == (by.name if isinstance(by, TagDimension) else ""),
    )
    return found.offset(0).lateral("gathered")
