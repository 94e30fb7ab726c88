"""The places of events on a page: their times and ids, so that no whole event is sorted."""

from collections.abc import Iterator
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
        has_filters = bool(chosen.dimensions or chosen.tags)
        first = _first(sort, after, _REACH * limit if has_filters else limit)
        # In the very order of what they are chosen from, so that the first ones that pass are all
        # that is looked at.
        places = select(first.c.timestamp, first.c.id).where(*filters(chosen, first))
        yield places.order_by(*_order(first, sort)).limit(limit)
    places = select(events.c.timestamp, events.c.id)
    passing = (*conditions(chosen), *behind(events, sort, after))
    yield places.where(*passing).order_by(*in_order(events, sort)).limit(limit)


def in_order(table: FromClause, sort: EventSort) -> tuple[ColumnElement[Any], ...]:
    """What is not known comes last."""
    first, *others = _order(table, sort)
    # A time is always known, and without a word about nulls an index has this order.
    return (first if sort is EventSort.TIMESTAMP else first.nulls_last(), *others)


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


def _first(sort: EventSort, after: EventPosition | None, number: int) -> FromClause:
    """The first ones of the organization's calls that have a value and follow on ``after``."""
    column = events.c[_COLUMNS[sort]]
    following = [column.is_not(None), *behind(events, sort, after)]
    if after is not None:
        following.append(column <= _value(sort, after))  # which an index can begin at
    found = select(events).where(*conditions(Chosen()), *following)
    return found.order_by(*_order(events, sort)).limit(number).subquery("first")


def _order(table: FromClause, sort: EventSort) -> tuple[ColumnElement[Any], ...]:
    """Of those that have a value."""
    return table.c[_COLUMNS[sort]].desc(), table.c.id.desc()


def _value(sort: EventSort, after: EventPosition) -> datetime | Decimal | int | None:
    if after.value is None:
        return None
    if sort is EventSort.TIMESTAMP:
        return datetime.fromisoformat(after.value)
    return Decimal(after.value) if sort is EventSort.COST else int(after.value)
