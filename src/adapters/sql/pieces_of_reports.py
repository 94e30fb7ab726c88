"""The pieces of a report as rows to join with; `covers_of_reports` has their values."""

from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    FromClause,
    Integer,
    Interval,
    Label,
    SmallInteger,
    TableValuedAlias,
    bindparam,
    case,
    column,
    func,
    literal_column,
)
from sqlalchemy.types import TypeEngine

from adapters.sql.columns import MOMENT
from adapters.sql.written_arrays import MOMENTS, TIERS
from domain.rollup import Tier


class _Values(Protocol):
    def value(self, name: str, type_: TypeEngine[Any] | None = None) -> BindParameter[Any]: ...


def bucket_at(moment: ColumnElement[datetime]) -> Label[int]:
    """The part of a report that a moment is in; the first one is 1."""
    starts = bindparam("starts", type_=MOMENTS)
    return func.width_bucket(moment, starts, type_=Integer).label("bucket")


def buckets_of(shape: _Values, name: str) -> TableValuedAlias:
    """The ``added`` or ``taken``: a ``tier``, its ``first`` moment, the ``next`` after it, and the
    ``place`` where they count.
    """
    return _rows(name, **_of_buckets(shape, name))


def moved_buckets_of(shape: _Values) -> TableValuedAlias:
    """The same of those that are added at a ``place`` and taken ``out`` of another."""
    return _rows("moved", **_of_buckets(shape, "moved"), out=shape.value("moved_outs", MOMENTS))


def _of_buckets(shape: _Values, name: str) -> dict[str, BindParameter[Any]]:
    return {
        "tier": shape.value(f"{name}_tiers", TIERS),
        "first": shape.value(f"{name}_firsts", MOMENTS),
        "next": shape.value(f"{name}_nexts", MOMENTS),
        "place": shape.value(f"{name}_places", MOMENTS),
    }


def each_bucket_of(pieces: FromClause) -> TableValuedAlias:
    """The ``start`` of each bucket of a piece, of hours or more, which is joined with it."""
    width = width_in(pieces)
    starts = func.generate_series(pieces.c.first, pieces.c.next - width, width)
    return starts.table_valued("start").render_derived("bucket")


def width_in(pieces: FromClause) -> ColumnElement[timedelta]:
    """Of the buckets of a piece, in hours: a day has more or fewer of them where the session's
    clock is put forward or back.
    """
    tiers = [tier for tier in Tier if tier >= Tier.HOUR]
    hours = {tier: f"interval '{tier.length // Tier.HOUR.length} hours'" for tier in tiers}
    return case(
        *((pieces.c.tier == int(tier), literal_column(hours[tier], Interval)) for tier in tiers)
    )


def edges_of(shape: _Values) -> TableValuedAlias:
    """Spans of calls from a ``first`` moment to the ``next`` after it, which count ``into`` a place
    and ``out`` of another; either may be null.
    """
    return _rows(
        "edge",
        first=shape.value("edge_firsts", MOMENTS),
        next=shape.value("edge_nexts", MOMENTS),
        into=shape.value("edge_intos", MOMENTS),
        out=shape.value("edge_outs", MOMENTS),
    )


def waiting_of(shape: _Values) -> TableValuedAlias:
    """Spans of calls that may wait, and the ``place`` where they count: null is their own."""
    return _rows(
        "span",
        first=shape.value("waiting_firsts", MOMENTS),
        next=shape.value("waiting_nexts", MOMENTS),
        place=shape.value("waiting_places", MOMENTS),
    )


def _rows(name: str, **lists: BindParameter[Any]) -> TableValuedAlias:
    columns = (column(each, SmallInteger if each == "tier" else MOMENT) for each in lists)
    return func.unnest(*lists.values()).table_valued(*columns, name=name).render_derived()
