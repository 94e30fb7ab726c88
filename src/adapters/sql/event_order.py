"""The orders that calls are listed in, and what comes behind a place in one or ahead of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, literal, or_, tuple_

from application.ports.events import EventPosition
from domain.report import EventSort

_COLUMNS: dict[EventSort, str] = {
    EventSort.TIMESTAMP: "timestamp",
    EventSort.COST: "cost_usd",
    EventSort.LATENCY: "latency_ms",
}


@dataclass(frozen=True, slots=True)
class Way:
    """Down a list from ``position``, or from its top; or ``up``, in the reverse order."""

    sort: EventSort
    position: EventPosition | None = None
    up: bool = False

    def order(self, table: FromClause) -> tuple[ColumnElement[Any], ...]:
        """What is not known comes last in a list."""
        first, *others = self.order_of_known(table)
        if self.sort is not EventSort.TIMESTAMP:
            # A time is always known, and without a word about nulls an index has this order.
            first = first.nulls_first() if self.up else first.nulls_last()
        return (first, *others)

    def order_of_known(self, table: FromClause) -> tuple[ColumnElement[Any], ...]:
        """Of those that have a value."""
        columns = (table.c[_COLUMNS[self.sort]], table.c.id)
        return tuple(each.asc() if self.up else each.desc() for each in columns)

    def passed(self, table: FromClause) -> Iterator[ColumnElement[bool]]:
        """What the way passes: everything, where it has no position."""
        if self.position is None:
            return
        column, own_id = table.c[_COLUMNS[self.sort]], self.position.id
        value = self._value(self.position)
        if self.sort is EventSort.TIMESTAMP:
            here, there = tuple_(literal(value), literal(own_id)), tuple_(column, table.c.id)
            yield here < there if self.up else here > there
        elif self.up and value is None:
            yield or_(column.is_not(None), table.c.id > own_id)
        elif self.up:
            yield column >= value  # which an index can begin at
            yield or_(column > value, table.c.id > own_id)
        elif value is None:
            yield and_(column.is_(None), table.c.id < own_id)
        else:
            same = and_(column == value, table.c.id < own_id)
            yield or_(column < value, same, column.is_(None))

    def passed_of_known(self, table: FromClause) -> Iterator[ColumnElement[bool]]:
        """The same of those that have a value, where the position has one."""
        column = table.c[_COLUMNS[self.sort]]
        yield column.is_not(None)
        yield from self.passed(table)
        if self.position is not None and not self.up:
            yield column <= self._value(self.position)  # which an index can begin at

    def _value(self, position: EventPosition) -> datetime | Decimal | int | None:
        if position.value is None:
            return None
        if self.sort is EventSort.TIMESTAMP:
            return datetime.fromisoformat(position.value)
        return Decimal(position.value) if self.sort is EventSort.COST else int(position.value)
