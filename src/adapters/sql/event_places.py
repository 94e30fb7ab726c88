"""The places of events on a page: their times and ids, so that no whole event is sorted."""

from collections.abc import Iterator
from datetime import MAXYEAR, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    and_,
    bindparam,
    literal,
    or_,
    select,
    tuple_,
)

from adapters.sql.event_tables import events
from adapters.sql.selections import Chosen, conditions
from application.ports.events import EventPosition
from domain.period import Span, midnight
from domain.report import Dimension, EventSelection, EventSort
from domain.retention import next_month

#: How many calls of the organization's months are looked at for each that is asked for, from the
#: costliest on. Where fewer pass, all that pass are sorted.
_REACH = 100
#: Of one of these there are few calls, so that hardly any is among the first ones.
_RARE = frozenset({Dimension.USER, Dimension.SESSION, Dimension.TRACE, Dimension.REQUEST})
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
    if _may_be_among_the_first(selection, after):
        first = _first(selection.span, sort, after, _REACH * limit)
        # In the very order of what they are chosen from: nothing is looked at beyond the last one.
        yield _places(first, chosen).order_by(*_order(first, sort)).limit(limit)
    passing = _places(events, chosen).where(*behind(events, sort, after))
    yield passing.order_by(*in_order(events, sort)).limit(limit)


def _may_be_among_the_first(selection: EventSelection, after: EventPosition | None) -> bool:
    """Whether enough of the first calls of the months can be expected to pass."""
    span, whole = selection.span, _months(selection.span)
    return (
        (after is None or after.value is not None)
        and _RARE.isdisjoint(selection.filter.dimensions)
        and span.length * _REACH >= whole.length
    )


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


def _places(table: FromClause, chosen: Chosen) -> Select[Any]:
    return select(table.c.timestamp, table.c.id).where(*conditions(chosen, table))


def _first(span: Span, sort: EventSort, after: EventPosition | None, number: int) -> FromClause:
    """The first ones of the months' calls that have a value and follow on ``after``.

    Not of the span's: where its calls are cheaper than the others, an index would be read through
    all of these before any of them is found.
    """
    column, whole = events.c[_COLUMNS[sort]], _months(span)
    following = [
        events.c.organization_id == bindparam("of"),
        events.c.timestamp >= literal(whole.start),
        events.c.timestamp < literal(whole.end),
        column.is_not(None),
        *behind(events, sort, after),
    ]
    if after is not None:
        following.append(column <= _value(sort, after))  # which an index can begin at
    found = select(events).where(*following).order_by(*_order(events, sort))
    return found.limit(number).subquery("first")


def _months(span: Span) -> Span:
    """All of the months, which are tables of their own, that a span touches."""
    last = (span.end - timedelta(microseconds=1)).date()
    end = span.end if last.year == MAXYEAR else midnight(next_month(last))
    return Span(midnight(span.start.date().replace(day=1)), end)


def _order(table: FromClause, sort: EventSort) -> tuple[ColumnElement[Any], ...]:
    """Of those that have a value."""
    return table.c[_COLUMNS[sort]].desc(), table.c.id.desc()


def _value(sort: EventSort, after: EventPosition) -> datetime | Decimal | int | None:
    if after.value is None:
        return None
    if sort is EventSort.TIMESTAMP:
        return datetime.fromisoformat(after.value)
    return Decimal(after.value) if sort is EventSort.COST else int(after.value)
