"""Rows of sums that are kept ready, for a run of whole buckets of a report."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    TableClause,
    bindparam,
    column,
    func,
    null,
    select,
    table,
    true,
)
from sqlalchemy import Table as SchemaTable

from adapters.sql.rollup_tables import usage_rollups
from adapters.sql.selections import filters
from adapters.sql.usage_questions import Shape
from adapters.sql.users_of_reports import are_few, of_users
from domain.report import Dimension


def plain(known: SchemaTable) -> TableClause:
    """The same without what only a schema has.

    A statement is made of it in a fraction of the time.
    """
    return table(known.name, *(column(each.name, each.type) for each in known.columns))


ROLLUPS = plain(usage_rollups)


@dataclass(frozen=True, slots=True)
class Ready:
    """Rows of buckets, the values of their group, where each counts and whether it adds there.

    They are looked up for each ``piece``, or have a ``place`` of their own, and are their own
    ``piece``. They may be taken away there, or be taken ``out`` of another place.
    """

    kept: FromClause
    keys: Sequence[ColumnElement[Any]]
    piece: FromClause
    sign: ColumnElement[int] | None = None
    is_taken: bool = False
    out: ColumnElement[datetime] | None = None

    @property
    def rows(self) -> FromClause:
        """To be selected from."""
        return self.kept if self.piece is self.kept else self.piece.join(self.kept, true())

    @property
    def moment(self) -> ColumnElement[datetime]:
        """Buckets of one piece may count at different ones: each at its own start."""
        place = self.piece.c.place
        return place if self.is_taken else func.greatest(self.kept.c.start, place)

    def signed(self, number: ColumnElement[Any]) -> ColumnElement[Any]:
        own = number if self.sign is None else number * self.sign
        return -own if self.is_taken else own


def of_dimensions(shape: Shape, wanted: Sequence[str], piece: FromClause) -> Ready:
    """The rows of each piece in a breakdown by dimensions.

    The offset keeps the planner from reading the rows of all pieces at once: each piece is
    looked up in the index.
    """
    own = [each.value if isinstance(each, Dimension) else None for each in shape.by]
    columns = dict.fromkeys((*filter(None, own), *wanted))
    found = select(*(ROLLUPS.c[name] for name in columns)).where(
        ROLLUPS.c.organization_id == bindparam("of"),
        ROLLUPS.c.breakdown == shape.breakdown,
        *_filled(ROLLUPS, piece),
        *filters(shape.chosen, ROLLUPS),
    )
    if are_few(shape):
        kept = of_users(ROLLUPS, piece, found)
    else:
        kept = found.where(*_begun_in(ROLLUPS, piece)).offset(0).lateral("kept")
    return Ready(kept, [kept.c[name] if name else null() for name in own], piece)


def in_piece(rollups: TableClause, piece: FromClause) -> list[ColumnElement[bool]]:
    """The buckets of a piece that have calls."""
    return [*_filled(rollups, piece), *_begun_in(rollups, piece)]


def _filled(rollups: TableClause, piece: FromClause) -> list[ColumnElement[bool]]:
    """Of the width of a piece, which rows do not say where there is one only, and with calls:
    repricing may leave empty ones.
    """
    is_of_tier = [rollups.c.tier == piece.c.tier] if "tier" in rollups.c else []
    return [*is_of_tier, rollups.c.calls > 0]


def _begun_in(rollups: TableClause, piece: FromClause) -> list[ColumnElement[bool]]:
    return [rollups.c.start >= piece.c.first, rollups.c.start < piece.c.next]
