"""Events in PostgreSQL."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    Text,
    TextClause,
    and_,
    bindparam,
    func,
    literal,
    select,
    text,
    tuple_,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.sql.event_inserts import add_quotes, call_of, store_events
from adapters.sql.event_keys import OF_KEY, Claims, claim_keys
from adapters.sql.event_order import Way
from adapters.sql.event_places import may_be_rare, places_of
from adapters.sql.event_rows import priced_columns, to_event
from adapters.sql.event_tables import IS_UNPRICED, event_keys, events, quotes
from adapters.sql.rollups import summed_again
from adapters.sql.selections import Chosen, conditions, values_of
from application.ports.events import EventPosition, EventStore, Fate, Reach
from domain.event import Event
from domain.event_order import place_in
from domain.report import EventSelection, EventSort
from domain.repricing import RepricingPosition, RepricingScope
from domain.text import has_unstorable


class SqlEventStore(EventStore):
    """Deduplication is the insert itself: the index of keys decides, whoever is first."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def append(self, organization_id: str, events: Sequence[Event]) -> list[Fate]:
        if not events:
            return []
        claims = claim_keys(self._connection, events, partial(self._found, organization_id))
        firsts = {event.id: event for event in reversed(events)}
        new = [firsts[event_id] for event_id in sorted(claims.new)]
        if new:
            store_events(self._connection, organization_id, new)
        return list(_fates(events, claims))

    def get(self, organization_id: str, event_id: str) -> Event | None:
        if has_unstorable(event_id):
            return None
        return self._found(organization_id, [event_id]).get(event_id)

    def _found(self, organization_id: str, ids: Collection[str]) -> dict[str, Event]:
        """Events by their ids, or by the ids of reports that were merged into them."""
        found = (
            _SELECT.add_columns(event_keys.c.id.label("key_id"))
            .join(event_keys, OF_KEY)
            .where(
                event_keys.c.organization_id == organization_id,
                event_keys.c.id == func.any(literal(list(ids), ARRAY(Text))),
            )
        )
        rows = (row._asdict() for row in self._connection.execute(found))
        return {row.pop("key_id"): to_event(row) for row in rows}

    def also_reported_as(self, organization_id: str, event_id: str) -> list[str]:
        found = select(event_keys.c.id).where(
            event_keys.c.organization_id == organization_id, event_keys.c.merged_into == event_id
        )
        return list(self._connection.execute(found.order_by(event_keys.c.id)).scalars())

    def page(
        self,
        selection: EventSelection,
        sort: EventSort,
        *,
        after: EventPosition | None = None,
        limit: int = 50,
        reach: Reach = Reach.ANY,
    ) -> list[Event]:
        return self._along(selection, Way(sort, after), limit, reach)

    def page_before(
        self, selection: EventSelection, sort: EventSort, *, before: EventPosition, limit: int
    ) -> list[Event]:
        return self._along(selection, Way(sort, before, up=True), limit)[::-1]

    def _along(
        self, selection: EventSelection, way: Way, limit: int, reach: Reach = Reach.ANY
    ) -> list[Event]:
        values, order = values_of(selection), way.order(events)
        if way.sort is EventSort.TIMESTAMP:
            passing = (*conditions(Chosen.by(selection)), *way.passed(events))
            return self._read(_SELECT.where(*passing).order_by(*order).limit(limit), values)
        found: list[Event] = []
        for places in places_of(selection, way, limit=limit, reach=reach):
            found = self._read(_of_places(places, selection).order_by(*order), values)
            if len(found) == limit:
                break
        return found

    def firsts(
        self,
        selection: EventSelection,
        sorts: Sequence[EventSort],
        *,
        limit: int,
        reach: Reach = Reach.ANY,
    ) -> dict[EventSort, list[Event]]:
        ways = {
            sort: places_of(selection, Way(sort, None), limit=limit, reach=reach) for sort in sorts
        }
        found: dict[EventSort, list[Event]] = {sort: [] for sort in sorts}
        # The next way of all lists that lack some is asked at once, so that pages wait once.
        while asked := _next_ways(ways, lacking=[s for s in sorts if len(found[s]) < limit]):
            found |= self._in_lists(asked, selection)
        return found

    def _in_lists(
        self, places: Mapping[EventSort, Select[Any]], selection: EventSelection
    ) -> dict[EventSort, list[Event]]:
        found: dict[EventSort, list[Event]] = {sort: [] for sort in places}
        asked = _of_lists(places, selection)
        for row in self._connection.execute(asked, values_of(selection)):
            columns = row._asdict()
            found[EventSort(columns.pop("list"))].append(to_event(columns))
        return {
            sort: sorted(each, key=partial(place_in, sort), reverse=True)
            for sort, each in found.items()
        }

    def may_sort_all(self, selection: EventSelection, sorts: Sequence[EventSort]) -> bool:
        return may_be_rare(selection) and any(sort is not EventSort.TIMESTAMP for sort in sorts)

    def around(
        self, selection: EventSelection, event: Event, *, limit: int
    ) -> tuple[list[Event], list[Event]]:
        found = _SELECT.where(*conditions(Chosen.by(selection))).limit(limit)
        values = values_of(selection)
        here = tuple_(literal(event.reported.timestamp), literal(event.id))
        before = found.where(here > _PLACE).order_by(events.c.timestamp.desc(), events.c.id.desc())
        after = found.where(here < _PLACE).order_by(events.c.timestamp, events.c.id)
        return self._read(before, values)[::-1], self._read(after, values)

    def _read(self, found: Select[Any], values: Mapping[str, Any] | None = None) -> list[Event]:
        return [to_event(row._asdict()) for row in self._connection.execute(found, values)]

    def to_reprice(
        self,
        organization_id: str,
        scope: RepricingScope,
        *,
        after: RepricingPosition | None = None,
        limit: int = 500,
    ) -> list[Event]:
        found = _SELECT.where(events.c.organization_id == organization_id, *_in_scope(scope))
        if after is not None:
            found = found.where(tuple_(literal(after.timestamp), literal(after.id)) < _PLACE)
        ordered = found.order_by(events.c.timestamp, events.c.id).limit(limit)
        return self._read(ordered.with_for_update(of=events))

    def reprice(self, organization_id: str, events: Sequence[Event]) -> None:
        if not events:
            return
        add_quotes(self._connection, events)
        with summed_again(self._connection, organization_id, [call_of(event) for event in events]):
            self._connection.execute(
                _REPRICE,
                [
                    {
                        "of": organization_id,
                        "known": event.id,
                        "at": event.reported.timestamp,
                        **priced_columns(event),
                    }
                    for event in events
                ],
            )

    def organizations_with_unpriced(self) -> list[str]:
        found = select(events.c.organization_id).where(_IS_UNPRICED).distinct()
        return list(self._connection.execute(found).scalars())

    def has_any(self, organization_id: str) -> bool:
        found = select(events.c.id).where(events.c.organization_id == organization_id).limit(1)
        return self._connection.execute(found).one_or_none() is not None


def _fates(events: Iterable[Event], claims: Claims) -> Iterator[Fate]:
    """One for each event, in order; the first of an id within the batch has taken it."""
    firsts: dict[str, Event] = {}
    for event in events:
        if event.id in claims.known:
            is_same = claims.known[event.id] == event.fingerprint
        elif event.id in firsts:
            is_same = firsts[event.id].fingerprint == event.fingerprint
        else:
            firsts[event.id] = event
            yield Fate.MERGED if event.id in claims.merged else Fate.ACCEPTED
            continue
        yield Fate.DUPLICATE if is_same else Fate.CONFLICT


_SELECT: Select[Any] = select(events, quotes.c.document).outerjoin(
    quotes, quotes.c.digest == events.c.quote_digest
)

_PLACE = tuple_(events.c.timestamp, events.c.id)

_REPRICE = update(events).where(
    events.c.organization_id == bindparam("of"),
    events.c.timestamp == bindparam("at"),
    events.c.id == bindparam("known"),
)


_IS_UNPRICED = text(IS_UNPRICED)


def _in_scope(scope: RepricingScope) -> Iterator[ColumnElement[bool] | TextClause]:
    if scope.terms_id is None:
        yield _IS_UNPRICED
    if scope.provider is not None:
        yield events.c.provider == scope.provider
    if scope.name is not None:
        yield func.strpos(func.lower(events.c.model), scope.name) > 0
    if scope.start is not None:
        yield events.c.timestamp >= scope.start
    if scope.end is not None:
        yield events.c.timestamp < scope.end


def _next_ways(
    ways: Mapping[EventSort, Iterator[Select[Any]]], lacking: Sequence[EventSort]
) -> dict[EventSort, Select[Any]]:
    nexts = ((sort, next(ways[sort], None)) for sort in lacking)
    return {sort: way for sort, way in nexts if way is not None}


def _of_lists(found: Mapping[EventSort, Select[Any]], selection: EventSelection) -> Select[Any]:
    """The events of several queries for places, each with the ``list`` that it is in."""
    places = union_all(
        *(
            select(*each.subquery().c, literal(sort.value, Text).label("list"))
            for sort, each in found.items()
        )
    )
    return _of_places(places, selection)


def _of_places(found: Select[Any] | CompoundSelect[Any], selection: EventSelection) -> Select[Any]:
    places = found.subquery()
    timestamp, event_id, *others = places.c
    is_there = (events.c.timestamp == timestamp, events.c.id == event_id)
    return (
        _SELECT.add_columns(*others)
        .join(places, and_(*is_there))
        .where(events.c.organization_id == selection.organization_id)
    )
