"""Few users among thousands: each bucket of each of them is looked up by its key."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    String,
    TableClause,
    bindparam,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.selectable import LateralFromClause

from adapters.sql.pieces_of_reports import each_bucket_of
from adapters.sql.rollup_groups import digest_of
from adapters.sql.selections import USERS
from adapters.sql.usage_questions import Shape
from domain.report import Dimension
from domain.rollup import Breakdown


def are_few(shape: Shape) -> bool:
    """Whether sums of certain users are asked for."""
    return shape.breakdown is Breakdown.USER and Dimension.USER in shape.chosen.dimensions


def of_users(rollups: TableClause, piece: FromClause, found: Select[Any]) -> LateralFromClause:
    """What is ``found`` in ``rollups`` of the users who pass, or of nobody, in a piece.

    Each bucket of each user is looked up by itself: the planner knows neither how many there are
    nor how few of the rows are of these users, and would read all of the breakdown for each piece.
    """
    bucket = each_bucket_of(piece)
    names = func.unnest(bindparam(USERS, type_=ARRAY(String))).table_valued("name")
    digest: ColumnElement[str] = literal_column(digest_of({Dimension.USER: "name"}))
    # The offset keeps the planner from reckoning it again for each bucket.
    each_digest = select(digest.label("digest")).select_from(names.render_derived("passing"))
    passing = each_digest.offset(0).subquery()
    own = (rollups.c.start == bucket.c.start, rollups.c.digest == passing.c.digest)
    kept = found.where(*own).correlate(piece, bucket, passing).offset(0).lateral("in_bucket")
    each = bucket.join(passing, true()).join(kept, true())
    return select(*kept.c).select_from(each).lateral("kept")
