"""Few users among thousands: each bucket of each of them is looked up by its key."""

from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Interval,
    Select,
    String,
    TableClause,
    bindparam,
    case,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.selectable import LateralFromClause

from adapters.sql.rollup_groups import digest_of
from adapters.sql.selections import USERS
from adapters.sql.usage_questions import Shape
from domain.report import Dimension
from domain.rollup import Breakdown, Tier


def are_few(shape: Shape) -> bool:
    """Whether sums of certain users are asked for."""
    return shape.breakdown is Breakdown.USER and Dimension.USER in shape.chosen.dimensions


def of_users(rollups: TableClause, piece: FromClause, found: Select[Any]) -> LateralFromClause:
    """What is ``found`` in ``rollups`` of the users who pass, or of nobody, in a piece.

    Each bucket of each user is looked up by itself: the planner knows neither how many there are
    nor how few of the rows are of these users, and would read all of the breakdown for each piece.
    """
    tiers = [each for each in Tier if Breakdown.USER.finest <= each <= Breakdown.USER.coarsest]
    width = case(*((piece.c.tier == int(tier), _length(tier)) for tier in tiers))
    starts = func.generate_series(piece.c.first, piece.c.next - width, width)
    bucket = starts.table_valued("start").render_derived("bucket")
    names = func.unnest(bindparam(USERS, type_=ARRAY(String))).table_valued("name")
    digest: ColumnElement[str] = literal_column(digest_of({Dimension.USER: "name"}))
    # The offset keeps the planner from reckoning it again for each bucket.
    each_digest = select(digest.label("digest")).select_from(names.render_derived("passing"))
    passing = each_digest.offset(0).subquery()
    own = (rollups.c.start == bucket.c.start, rollups.c.digest == passing.c.digest)
    kept = found.where(*own).correlate(piece, bucket, passing).offset(0).lateral("in_bucket")
    each = bucket.join(passing, true()).join(kept, true())
    return select(*kept.c).select_from(each).lateral("kept")


def _length(tier: Tier) -> ColumnElement[timedelta]:
    # In hours: a day has more or fewer of them where the session's clock is put forward or back.
    return literal_column(f"interval '{tier.length // timedelta(hours=1)} hours'", Interval)
