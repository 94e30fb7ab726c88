"""The single calls of a report: at the edges of its buckets, and those that are in no sum yet."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Label,
    Select,
    TableValuedAlias,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    column,
    exists,
    func,
    select,
    true,
    type_coerce,
)
from sqlalchemy.sql.selectable import LateralFromClause

from adapters.sql.both_places import in_both_places
from adapters.sql.columns import MOMENT
from adapters.sql.event_tables import events
from adapters.sql.pieces_of_reports import edges_of, waiting_of
from adapters.sql.selections import at_any_time, conditions
from adapters.sql.usage_questions import Shape

#: Which edges, by a condition on their columns.
Which = Callable[[TableValuedAlias], ColumnElement[bool]]


def _all(_: TableValuedAlias) -> ColumnElement[bool]:
    return true()


class CallsOfReport:
    """``single`` selects what is wanted of an event, without saying of which.

    Sums answer before ``reach``, where there is one, and calls alone from it on.
    """

    def __init__(
        self, shape: Shape, single: Select[Any], reach: ColumnElement[datetime] | None
    ) -> None:
        self._shape, self._single, self._reach = shape, single, reach

    def alone(self) -> Select[Any]:
        """Where there are no sums."""
        return self._single.where(*conditions(self._shape.chosen))

    def from_reach_on(self) -> Select[Any]:
        return self.alone().where(events.c.timestamp >= self._reach)

    def summed_at_edges(self, names: Sequence[str], which: Which = _all) -> Select[Any]:
        """With a ``moment`` where they count, of all edges or of those ``which`` it tells.

        They are added up once, though of several parts most count in two: in one they are taken
        away.
        """
        edge, call = self._at_edges()
        read, keys = edge.join(call, which(edge)), _keys(call, names)
        if not self._shape.parted:
            return _of_one_part(edge, call, names).select_from(read)
        sums = (func.sum(call.c[name]).cast(call.c[name].type).label(name) for name in names)
        places = (edge.c.into, edge.c.out)
        found = select(*keys, *places, *sums).select_from(read).group_by(*keys, *places).subquery()
        return in_both_places(found, [each.name for each in keys], names)

    def summed_at_edges_of(
        self, users: FromClause, names: Sequence[str], which: Which
    ) -> Select[Any]:
        """The same of a report that is one part, of the calls of some ``users`` (``group_0``)."""
        edge, at = edges_of(self._shape), events.c.timestamp
        own = (events.c.user == users.c.group_0, at >= edge.c.first, at < edge.c.next)
        call = self._looked_up(*own)
        read = users.join(edge, which(edge)).join(call, true())
        return _of_one_part(edge, call, names).select_from(read)

    def counted_at_edges(self) -> Select[Any]:
        """Of a report that is one part: ``n`` is negative where they are taken away."""
        edge, call = self._at_edges()
        n = _signed(edge, call.c.n)
        others = (each for each in call.c if each.name != "n")
        return select(*others, n).select_from(edge.join(call, true()))

    def _at_edges(self) -> tuple[TableValuedAlias, LateralFromClause]:
        edge, at = edges_of(self._shape), events.c.timestamp
        return edge, self._looked_up(at >= edge.c.first, at < edge.c.next)

    def waiting(self) -> Select[Any]:
        """Calls of the buckets' time that are in no sum yet.

        The offset keeps the planner from the other way round: in a month that it knows nothing of,
        it would look through all that waits for each call. And what waits is told by a function: a
        plan that knew of its table would be made anew each time that one is vacuumed.
        """
        pending = _pending()
        span, at = waiting_of(self._shape), pending.c.timestamp
        in_buckets = pending.join(span, (at >= span.c.first) & (at < span.c.next))
        waiting = select(pending, span.c.place).select_from(in_buckets).distinct().subquery()
        this_one = (events.c.timestamp == waiting.c.timestamp, events.c.id == waiting.c.id)
        call = self._looked_up(*this_one)
        placed = {"moment": func.coalesce(waiting.c.place, call.c.get("moment"))}
        columns = (placed.get(each.name, each).label(each.name) for each in call.c)
        return select(*columns).select_from(waiting.join(call, true()))

    def waits_at_edges(self, which: Which) -> ColumnElement[bool]:
        """Whether a call there is in no sum yet."""
        edge, pending = edges_of(self._shape), _pending()
        is_there = (pending.c.timestamp >= edge.c.first, pending.c.timestamp < edge.c.next)
        return exists().select_from(pending.join(edge, and_(*is_there, which(edge))))

    def _looked_up(self, *which: ColumnElement[bool]) -> LateralFromClause:
        """Of the time that sums answer."""
        at = events.c.timestamp
        found = self._single.where(
            *at_any_time(self._shape.chosen),
            at >= self._shape.value("edges_begin", MOMENT),
            at < self._shape.value("edges_end", MOMENT),
            *which,
        )
        if self._reach is not None:
            found = found.where(at < self._reach)
        return found.offset(0).lateral("call")


def _pending() -> TableValuedAlias:
    return func.waiting_calls(bindparam("of", type_=Uuid(as_uuid=False))).table_valued(
        column("timestamp", MOMENT), column("id", Text), name="pending"
    )


def _keys(call: LateralFromClause, names: Sequence[str]) -> list[ColumnElement[Any]]:
    return [each for each in call.c if each.name not in (*names, "moment")]


def _of_one_part(
    edge: TableValuedAlias, call: LateralFromClause, names: Sequence[str]
) -> Select[Any]:
    """By the keys; nothing where there is no call, also where there is no key to group by."""
    keys = _keys(call, names)
    place = func.max(func.coalesce(edge.c.into, edge.c.out)).label("moment")
    signed = (_signed(edge, call.c[name]) for name in names)
    sums = (func.sum(each).cast(each.type).label(each.name) for each in signed)
    return select(*keys, place, *sums).group_by(*keys).having(func.count() > 0)


def _signed(edge: TableValuedAlias, number: ColumnElement[Any]) -> Label[Any]:
    """What counts in the one part of a report, or is taken away from it."""
    signed = case((edge.c.into.is_(None), -number), else_=number)
    return type_coerce(signed, number.type).label(number.name)
