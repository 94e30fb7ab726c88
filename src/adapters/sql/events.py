"""Events in PostgreSQL."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from psycopg.errors import UniqueViolation
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Text,
    TextClause,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.exc import IntegrityError

from adapters.sql.copying import copy_rows
from adapters.sql.event_rows import priced_columns, to_copied, to_event, to_row
from adapters.sql.event_tables import IS_UNPRICED, events, quotes
from adapters.sql.rollup_tables import pending_rollups
from adapters.sql.rollups import summed_again
from adapters.sql.selections import conditions
from application.ports.events import EventPosition, EventStore, Fate
from domain.event import Event
from domain.report import EventSelection, EventSort
from domain.repricing import RepricingPosition, RepricingScope
from domain.text import has_unstorable


class SqlEventStore(EventStore):
    """Deduplication is the insert itself: the primary key decides, whoever is first."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def append(self, organization_id: str, events: Sequence[Event]) -> list[Fate]:
        if not events:
            return []
        self._add_quotes(events)
        rows = [to_row(event) for event in events]
        inserted = self._insert(organization_id, rows)
        if inserted:
            pending = {"organization_id": organization_id, "event_ids": list(inserted)}
            self._connection.execute(insert(pending_rollups).values(pending))
        known = [row["id"] for row in rows if row["id"] not in inserted]
        first = self._stored_fingerprints(organization_id, known) if known else {}
        fates: list[Fate] = []
        for row in rows:
            if row["id"] in inserted:
                # The first of this id within the batch is the one that was stored.
                inserted.remove(row["id"])
                first[row["id"]] = row["fingerprint"]
                fates.append(Fate.ACCEPTED)
            else:
                same = first[row["id"]] == row["fingerprint"]
                fates.append(Fate.DUPLICATE if same else Fate.CONFLICT)
        return fates

    def get(self, organization_id: str, event_id: str) -> Event | None:
        if has_unstorable(event_id):
            return None
        found = _SELECT.where(events.c.organization_id == organization_id, events.c.id == event_id)
        row = self._connection.execute(found).one_or_none()
        return None if row is None else to_event(row._asdict())

    def page(
        self,
        selection: EventSelection,
        sort: EventSort,
        *,
        after: EventPosition | None = None,
        limit: int = 50,
    ) -> list[Event]:
        column = _SORT_COLUMNS[sort]
        found = _SELECT.where(*conditions(selection))
        if after is not None:
            found = found.where(_behind(column, _sort_value(sort, after.value), after.id))
        ordered = found.order_by(column.desc().nulls_last(), events.c.id.desc()).limit(limit)
        return [to_event(row._asdict()) for row in self._connection.execute(ordered)]

    def to_reprice(
        self,
        organization_id: str,
        scope: RepricingScope,
        *,
        after: RepricingPosition | None = None,
        limit: int = 500,
    ) -> list[Event]:
        found = _SELECT.where(events.c.organization_id == organization_id, *_in_scope(scope))
        place = tuple_(events.c.timestamp, events.c.id)
        if after is not None:
            found = found.where(place > tuple_(literal(after.timestamp), literal(after.id)))
        ordered = found.order_by(events.c.timestamp, events.c.id).limit(limit)
        rows = self._connection.execute(ordered.with_for_update(of=events))
        return [to_event(row._asdict()) for row in rows]

    def reprice(self, organization_id: str, events: Sequence[Event]) -> None:
        if not events:
            return
        self._add_quotes(events)
        with summed_again(self._connection, organization_id, [event.id for event in events]):
            self._connection.execute(
                _REPRICE,
                [
                    {"of": organization_id, "known": event.id, **priced_columns(event)}
                    for event in events
                ],
            )

    def organizations_with_unpriced(self) -> list[str]:
        found = select(events.c.organization_id).where(_IS_UNPRICED).distinct()
        return list(self._connection.execute(found).scalars())

    def has_any(self, organization_id: str) -> bool:
        found = select(events.c.id).where(events.c.organization_id == organization_id).limit(1)
        return self._connection.execute(found).one_or_none() is not None

    def _add_quotes(self, new: Iterable[Event]) -> None:
        applied = {event.cost.quote.digest: event.cost.quote for event in new if event.cost.quote}
        if applied:
            self._connection.execute(
                insert(quotes).on_conflict_do_nothing(),
                [
                    {"digest": digest, "document": applied[digest].as_document()}
                    for digest in sorted(applied)
                ],
            )

    def _insert(self, organization_id: str, rows: Sequence[dict[str, Any]]) -> set[str]:
        """The ids that were new. The primary key decides, also against another transaction.

        Nearly always all of them are, so they are copied first and looked for only on a collision;
        each collision shows at least one more row that somebody else has stored.
        """
        new = {row["id"]: row for row in reversed(rows)}
        while new:
            try:
                with self._connection.begin_nested():
                    self._copy(new.values())
            except IntegrityError as error:
                if not isinstance(error.orig, UniqueViolation):
                    raise
                for stored in self._stored_fingerprints(organization_id, new):
                    del new[stored]
            else:
                break
        return set(new)

    def _copy(self, rows: Iterable[dict[str, Any]]) -> None:
        # In the order of ids, so that two batches with the same ids wait and never deadlock.
        copied = [to_copied(row) for row in sorted(rows, key=lambda row: str(row["id"]))]
        columns = list(copied[0])
        copy_rows(self._connection, events.name, columns, (list(row.values()) for row in copied))

    def _stored_fingerprints(self, organization_id: str, ids: Iterable[str]) -> dict[str, bytes]:
        found = select(events.c.id, events.c.fingerprint).where(
            events.c.organization_id == organization_id,
            events.c.id == func.any(literal(list(ids), ARRAY(Text))),
        )
        return {row.id: row.fingerprint for row in self._connection.execute(found)}


_SELECT: Select[Any] = select(events, quotes.c.document).outerjoin(
    quotes, quotes.c.digest == events.c.quote_digest
)

_REPRICE = update(events).where(
    events.c.organization_id == bindparam("of"), events.c.id == bindparam("known")
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


_SORT_COLUMNS: dict[EventSort, ColumnElement[Any]] = {
    EventSort.TIMESTAMP: events.c.timestamp,
    EventSort.COST: events.c.cost_usd,
    EventSort.LATENCY: events.c.latency_ms,
}


def _sort_value(sort: EventSort, value: str | None) -> datetime | Decimal | int | None:
    if value is None:
        return None
    if sort is EventSort.TIMESTAMP:
        return datetime.fromisoformat(value)
    return Decimal(value) if sort is EventSort.COST else int(value)


def _behind(column: ColumnElement[Any], value: object, event_id: str) -> ColumnElement[bool]:
    if value is None:
        return and_(column.is_(None), events.c.id < event_id)
    same = and_(column == value, events.c.id < event_id)
    return or_(column < value, same, column.is_(None))
