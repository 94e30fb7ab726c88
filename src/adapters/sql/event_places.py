"""The places of events on a page: their times and ids, so that no whole event is sorted."""

from collections.abc import Iterator
from datetime import MAXYEAR, timedelta
from typing import Any

from sqlalchemy import FromClause, Select, bindparam, literal, select

from adapters.sql.event_order import Way
from adapters.sql.event_tables import events
from adapters.sql.selections import Chosen, conditions
from application.ports.events import EventPosition, Reach
from domain.period import Span, midnight
from domain.report import Dimension, EventSelection
from domain.retention import next_month

#: How many calls of the organization's months are looked at for each that is asked for, from the
#: costliest on. Where fewer pass, all that pass are sorted.
_REACH = 100
#: So many are looked at even for a few: a part of a hundred may lack five, and seldom fifty.
_LEAST = 5_000
#: Of one of these there are few calls, so that hardly any is among the first ones.
_RARE = frozenset({Dimension.USER, Dimension.SESSION, Dimension.TRACE, Dimension.REQUEST})


def places_of(
    selection: EventSelection, way: Way, *, limit: int, reach: Reach = Reach.ANY
) -> Iterator[Select[Any]]:
    """Queries for ``timestamp`` and ``id`` in the order of ``way``, each to be asked where the one
    before found fewer than ``limit``. Their parameters are the selection's.
    """
    if reach is not Reach.ALL and _may_be_among_the_first(selection, way.position):
        yield _places_among_the_first(selection, way, limit)
    if reach is not Reach.FIRST:
        passing = _places(events, Chosen.by(selection)).where(*way.passed(events))
        yield passing.order_by(*way.order(events)).limit(limit)


def may_be_rare(selection: EventSelection) -> bool:
    """Whether hardly any of the first calls may pass, and no index finds those that do."""
    chosen = selection.filter
    return bool(chosen.dimensions or chosen.tags) and _RARE.isdisjoint(chosen.dimensions)


def _places_among_the_first(selection: EventSelection, way: Way, limit: int) -> Select[Any]:
    first = _first(selection.span, way, max(_REACH * limit, _LEAST))
    # In the very order of what they are chosen from: nothing is looked at beyond the last one.
    found = _places(first, Chosen.by(selection)).order_by(*way.order_of_known(first))
    return found.limit(limit)


def _may_be_among_the_first(selection: EventSelection, start: EventPosition | None) -> bool:
    """Whether enough of the first calls of the months can be expected to pass."""
    span, whole = selection.span, _months(selection.span)
    return (
        (start is None or start.value is not None)
        and _RARE.isdisjoint(selection.filter.dimensions)
        and span.length * _REACH >= whole.length
    )


def _places(table: FromClause, chosen: Chosen) -> Select[Any]:
    return select(table.c.timestamp, table.c.id).where(*conditions(chosen, table))


def _first(span: Span, way: Way, number: int) -> FromClause:
    """The first ones of the months' calls that have a value and that ``way`` passes.

    Not of the span's: where its calls are cheaper than the others, an index would be read through
    all of these before any of them is found.
    """
    whole = _months(span)
    following = [
        events.c.organization_id == bindparam("of"),
        events.c.timestamp >= literal(whole.start),
        events.c.timestamp < literal(whole.end),
        *way.passed_of_known(events),
    ]
    found = select(events).where(*following).order_by(*way.order_of_known(events))
    return found.limit(number).subquery("first")


def _months(span: Span) -> Span:
    """All of the months, which are tables of their own, that a span touches."""
    last = (span.end - timedelta(microseconds=1)).date()
    end = span.end if last.year == MAXYEAR else midnight(next_month(last))
    return Span(midnight(span.start.date().replace(day=1)), end)
