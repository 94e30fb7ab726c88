"""The places of events on a page: their times and ids, so that no whole event is sorted."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, literal, or_, select, tuple_

from adapters.sql.event_tables import events
from adapters.sql.selections import Chosen, conditions, filters
from application.ports.events import EventPosition
from domain.report import Dimension, EventSelection, EventSort

#: How many of an organization's calls are looked at, from the costliest on, for one that passes
#: its filters. With a user's, which are few and found by an index of their own, nobody begins.
_REACH = 100
_COLUMNS: dict[EventSort, str] = {
    EventSort.TIMESTAMP: "timestamp",
    EventSort.COST: "cost_usd",
    EventSort.LATENCY: "latency_ms",
}


def places_of(
    selection: EventSelection, sort: EventSort, *, after: EventPosition | None, limit: int
) -> Iterator[Select[Any]]:
    """Queries for ``timestamp`` and ``id`` in order, each to be asked where the one before found
    fewer than ``limit``. Their parameters are the selection's.
    """
    chosen = Chosen.by(selection)
    is_known = after is None or after.value is not None
    if is_known and Dimension.USER not in chosen.dimensions:
        first = _first(sort, after, limit)
        yield _places(first, filters(chosen, first), sort, after).limit(limit)
    yield _places(events, conditions(chosen), sort, after).limit(limit)


def in_order(table: FromClause, sort: EventSort) -> tuple[ColumnElement[Any], ...]:
    """What is not known comes last."""
    column = table.c[_COLUMNS[sort]].desc()
    # A time is always known, and without a word about nulls an index has this order.
    return (column if sort is EventSort.TIMESTAMP else column.nulls_last(), table.c.id.desc())


def behind(
    table: FromClause, sort: EventSort, after: EventPosition | None
) -> Iterator[ColumnElement[bool]]:
    """What follows on ``after``: everything, where that is None."""
    if after is None:
        return
    column, value = table.c[_COLUMNS[sort]], _value(sort, after)
    if sort is EventSort.TIMESTAMP:
        yield tuple_(literal(value), literal(after.id)) > tuple_(column, table.c.id)
    elif value is None:
        yield and_(column.is_(None), table.c.id < after.id)
    else:
        same = and_(column == value, table.c.id < after.id)
        yield or_(column < value, same, column.is_(None))


def _first(sort: EventSort, after: EventPosition | None, limit: int) -> FromClause:
    """All of the organization's calls, from the first on that may follow."""
    column = events.c[_COLUMNS[sort]]
    passing = [*conditions(Chosen()), column.is_not(None)]
    if after is not None:
        passing.append(column <= _value(sort, after))
    found = select(events).where(*passing).order_by(column.desc(), events.c.id.desc())
    return found.limit(_REACH * limit).subquery("first")


def _places(
    table: FromClause,
    passing: Iterable[ColumnElement[bool]],
    sort: EventSort,
    after: EventPosition | None,
) -> Select[Any]:
    found = select(table.c.timestamp, table.c.id).where(*passing, *behind(table, sort, after))
    return found.order_by(*in_order(table, sort))


def _value(sort: EventSort, after: EventPosition) -> datetime | Decimal | int | None:
    if after.value is None:
        return None
    if sort is EventSort.TIMESTAMP:
        return datetime.fromisoformat(after.value)
    return Decimal(after.value) if sort is EventSort.COST else int(after.value)
