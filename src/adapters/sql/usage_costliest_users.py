"""The costliest users of a span that cuts days, mostly without reading all calls of these days.

A user's sum of such a day bounds what the part of it that is read call by call can add or take
away. Thousands of users are told apart by whole days that way, and the calls are read of the few
alone who may be among the costliest, which an index finds. Else all are read, as by other reports.
"""

from dataclasses import replace
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    union_all,
)

from adapters.sql.calls_of_reports import Which
from adapters.sql.columns import MOMENT
from adapters.sql.pieces_of_reports import edges_of
from adapters.sql.ready_gathered_sums import gathered_at
from adapters.sql.ready_sums import ROLLUPS
from adapters.sql.usage_groups import NOTHING
from adapters.sql.usage_questions import Shape
from adapters.sql.usage_sources import UNPRICED, calls_of, sums
from domain.rollup import Breakdown, Tier

#: What decides about a user's place.
NUMBERS = ("calls", UNPRICED, "cost_usd")
#: More than so many are not worth looking up one by one.
_LOOKED_UP = 256


def are_bounded(shape: Shape) -> bool:
    """Whether sums of days bound the single calls of a report."""
    return shape.breakdown is Breakdown.USER and shape.edges and shape.chosen.is_all


def sums_of_candidates(shape: Shape, most: int) -> Select[Any]:
    """``group_0`` and ``NUMBERS`` of at least the first ``most`` users, or of all of them."""
    known, calls, is_past = _bounds(shape), calls_of(shape, NUMBERS), _is_past(shape)
    near, bound = _near(known, most)
    decided = select(_are_few(near, bound, calls.waits_at_edges(is_past)).label("are_few")).cte()
    are_few = select(decided.c.are_few).scalar_subquery()
    of_near = calls.summed_at_edges_of(
        select(near.c.group_0).where(are_few).subquery(), NUMBERS, is_past
    )
    of_all = calls.summed_at_edges(NUMBERS, is_past)
    rows = union_all(
        _rows_of(known),
        _rows_of(of_near.subquery()),
        _rows_of(of_all.subquery()).where(not_(are_few)),
    ).subquery()
    is_near = rows.c.group_0.in_(select(near.c.group_0))
    return select(*rows.c).where(or_(not_(are_few), is_near))


def _rows_of(rows: FromClause) -> Select[Any]:
    return select(*(rows.c[name] for name in ("group_0", *NUMBERS)))


def _near(known: CTE, most: int) -> tuple[CTE, ColumnElement[Any]]:
    """Who may be among the first ``most``, and what the last of these costs at least."""
    at_least, at_most = known.c.cost_usd - known.c.less, known.c.cost_usd + known.c.more
    last = select(at_least).order_by(at_least.desc()).offset(most - 1).limit(1)
    bound = last.scalar_subquery()
    near = select(known.c.group_0).where(at_most >= bound)
    return near.cte().prefix_with("MATERIALIZED"), bound


def _are_few(
    near: CTE, bound: ColumnElement[Any], waits: ColumnElement[bool]
) -> ColumnElement[bool]:
    """Whether to look them up: no index finds the calls without a user, and a call that is in no
    sum yet has no bound. Who costs nothing is told apart by more than the cost.
    """
    number = select(func.count()).select_from(near).scalar_subquery()
    has_nobody = exists().select_from(near).where(near.c.group_0.is_(None))
    return func.coalesce(
        and_(bound > 0, number <= _LOOKED_UP, not_(has_nobody), not_(waits)), false()
    )


def _bounds(shape: Shape) -> CTE:
    """Each user's sums but for the edges that are past, and what these may add or take away."""
    of_buckets = sums(replace(shape, edges=False), numbers=NUMBERS).subquery()
    late = calls_of(shape, NUMBERS).summed_at_edges(NUMBERS, _is_late(shape)).subquery()
    rows = union_all(_rows_of(of_buckets), _rows_of(late)).subquery()
    totals = (func.sum(rows.c[name]).label(name) for name in NUMBERS)
    own, cut = select(rows.c.group_0, *totals).group_by(rows.c.group_0).subquery(), _cut_days(shape)
    is_same = func.coalesce(own.c.group_0, NOTHING) == func.coalesce(cut.c.user, NOTHING)
    # Neither has all users.
    found = select(
        func.coalesce(own.c.group_0, cut.c.user).label("group_0"),
        *(func.coalesce(own.c[name], 0).label(name) for name in NUMBERS),
        func.coalesce(cut.c.more, 0).label("more"),
        func.coalesce(cut.c.less, 0).label("less"),
    ).select_from(own.join(cut, is_same, full=True))
    return found.cte().prefix_with("MATERIALIZED")


def _cut_days(shape: Shape) -> Subquery:
    """Each user's cost of the days whose edges are past: ``more`` where these are added, ``less``
    where they are taken away.
    """
    day = _days_of_edges(shape)
    gathered = select(
        day.c.is_added,
        func.unnest(day.c.names).label("user"),
        func.unnest(day.c.cost_usd).label("cost_usd"),
    ).where(day.c.names.is_not(None))
    kept = (
        select(ROLLUPS.c.user, ROLLUPS.c.cost_usd)
        .where(
            ROLLUPS.c.organization_id == bindparam("of"),
            ROLLUPS.c.breakdown == Breakdown.USER,
            ROLLUPS.c.tier == int(Tier.DAY),
            ROLLUPS.c.start == day.c.start,
        )
        .offset(0)
        .lateral("cut")
    )
    read = select(day.c.is_added, *kept.c).join_from(day, kept, day.c.names.is_(None))
    cut = union_all(gathered, read).subquery()
    bounds = (
        func.sum(case((which, cut.c.cost_usd))).label(name)
        for which, name in ((cut.c.is_added, "more"), (not_(cut.c.is_added), "less"))
    )
    return select(cut.c.user, *bounds).group_by(cut.c.user).subquery()


def _days_of_edges(shape: Shape) -> CTE:
    """With what is gathered of them."""
    edge, is_past = edges_of(shape), _is_past(shape)
    start = func.date_trunc("day", edge.c.first, "UTC")
    gathered = gathered_at(shape, literal(int(Tier.DAY)), start)
    is_added = edge.c.into.is_not(None).label("is_added")
    found = select(is_added, start.label("start"), gathered.c.names, gathered.c.cost_usd)
    found = found.select_from(edge.outerjoin(gathered, true())).where(is_past(edge))
    return found.cte().prefix_with("MATERIALIZED")


def _is_past(shape: Shape) -> Which:
    return lambda edge: edge.c.first < shape.value("now", MOMENT)


def _is_late(shape: Shape) -> Which:
    """Of what lies ahead, where hardly any call is, a whole day would be no bound to speak of."""
    return lambda edge: edge.c.first >= shape.value("now", MOMENT)
