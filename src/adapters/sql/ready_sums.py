"""Rows of sums that are kept ready, for a run of whole buckets of a report."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    DateTime,
    SmallInteger,
    TableClause,
    TableValuedAlias,
    bindparam,
    column,
    func,
    null,
    select,
    table,
)
from sqlalchemy import Table as SchemaTable
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.selectable import LateralFromClause

from adapters.sql.rollup_tables import usage_rollups
from adapters.sql.selections import filters
from adapters.sql.usage_questions import Shape
from domain.report import Dimension
from domain.rollup import Breakdown

_MOMENTS = ARRAY(DateTime(timezone=True))


def plain(known: SchemaTable) -> TableClause:
    """The same without what only a schema has.

    A statement is made of it in a fraction of the time.
    """
    return table(known.name, *(column(each.name, each.type) for each in known.columns))


_ROLLUPS = plain(usage_rollups)


@dataclass(frozen=True, slots=True)
class Ready:
    """Rows of buckets, the values of their group, and whether each row adds or takes away."""

    kept: LateralFromClause
    keys: Sequence[ColumnElement[Any]]
    sign: ColumnElement[int] | None = None

    def signed(self, number: ColumnElement[Any]) -> ColumnElement[Any]:
        return number if self.sign is None else number * self.sign


def runs(shape: Shape) -> TableValuedAlias:
    """A row for each piece: its ``tier``, its ``first`` moment, and the ``next`` after it."""
    return (
        func.unnest(
            shape.value("tiers", ARRAY(SmallInteger)),
            shape.value("firsts", _MOMENTS),
            shape.value("nexts", _MOMENTS),
        )
        .table_valued(
            column("tier", SmallInteger),
            column("first", DateTime(timezone=True)),
            column("next", DateTime(timezone=True)),
            name="piece",
        )
        .render_derived()
    )


def of_dimensions(
    shape: Shape, breakdown: Breakdown, wanted: Sequence[str], piece: TableValuedAlias
) -> Ready:
    """The rows of each piece in a breakdown by dimensions.

    The offset keeps the planner from reading the rows of all pieces at once: each piece is
    looked up in the index.
    """
    own = [each.value if isinstance(each, Dimension) else None for each in shape.by]
    columns = dict.fromkeys((*filter(None, own), *wanted))
    kept = (
        select(*(_ROLLUPS.c[name] for name in columns))
        .where(
            _ROLLUPS.c.organization_id == bindparam("of"),
            _ROLLUPS.c.breakdown == breakdown,
            *in_piece(_ROLLUPS, piece),
            *filters(shape.chosen, _ROLLUPS),
        )
        .offset(0)
        .lateral("kept")
    )
    return Ready(kept, [kept.c[name] if name else null() for name in own])


def in_piece(rollups: TableClause, piece: TableValuedAlias) -> list[ColumnElement[bool]]:
    """The buckets of a piece that have calls: repricing may leave empty ones."""
    return [
        rollups.c.tier == piece.c.tier,
        rollups.c.start >= piece.c.first,
        rollups.c.start < piece.c.next,
        rollups.c.calls > 0,
    ]
