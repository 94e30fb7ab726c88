"""Which ids of events are taken, over all months, and by which call.

Events are stored by month, and no index of PostgreSQL spans months; this table is that index.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from psycopg.errors import UniqueViolation
from sqlalchemy import Connection, Text, and_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import IntegrityError
from sqlalchemy.types import BigInteger

from adapters.sql.copy_format import Value, bytes_text
from adapters.sql.copying import copy_rows
from adapters.sql.event_tables import event_keys, events
from domain.errors import Busy
from domain.event import Event
from domain.same_call import call_digest, is_same_call

_COLUMNS = (
    "organization_id",
    "id",
    "timestamp",
    "call_digest",
    "merged_into",
    "merged_fingerprint",
)


#: Finds events by their ids.
Load = Callable[[Collection[str]], Mapping[str, Event]]


@dataclass(slots=True)
class Claims:
    """What became of the ids of a batch.

    ``new`` are to be stored; ``merged`` repeat a call that is stored under another id; ``known``
    were taken before, each with the fingerprint of what took it.
    """

    new: set[str] = field(default_factory=set)
    merged: set[str] = field(default_factory=set)
    known: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Key:
    """The row that an event asks for."""

    event: Event
    digest: int | None
    merged_into: Event | None = None

    @property
    def place(self) -> tuple[int, str]:
        """The order of all transactions, so that two with the same keys wait and never deadlock."""
        return self.digest or 0, self.event.id

    @property
    def row(self) -> Sequence[Value]:
        kept = self.merged_into
        return (
            self.event.organization_id,
            self.event.id,
            (kept or self.event).reported.timestamp,
            self.digest,
            kept.id if kept else None,
            bytes_text(self.event.fingerprint) if kept else None,
        )

    def repeating(self, first: Event) -> "_Key":
        """This key when another event has its digest: merged where it is the same call."""
        merged_into = first if is_same_call(first, self.event) else None
        return replace(self, digest=None, merged_into=merged_into)


def claim_keys(connection: Connection, events: Sequence[Event], load: Load) -> Claims:
    """Take the ids that are free, also against another transaction: the index decides.

    Nearly always all are free, so they are copied first and looked for only on a collision; each
    collision shows at least one more row that somebody else has stored. ``load`` finds events.
    """
    organization_id = events[0].organization_id
    wanted: dict[str, Event] = {}
    for event in events:
        wanted.setdefault(event.id, event)
    holders: dict[int, Event] = {}
    claims = Claims()
    while wanted:
        keys = _keys_of(wanted.values(), holders)
        try:
            with connection.begin_nested():
                rows = (key.row for key in sorted(keys, key=lambda key: key.place))
                copy_rows(connection, event_keys.name, _COLUMNS, rows)
        except IntegrityError as error:
            if not isinstance(error.orig, UniqueViolation):
                raise
            claims.known.update(_known(connection, organization_id, wanted))
            wanted = {name: each for name, each in wanted.items() if name not in claims.known}
            holders = _holders(connection, organization_id, wanted.values(), load)
        else:
            for key in keys:
                (claims.merged if key.merged_into else claims.new).add(key.event.id)
            break
    return claims


def _keys_of(events: Iterable[Event], stored: Mapping[int, Event]) -> list[_Key]:
    """Keys for events whose ids differ; a digest is the first one's that has it, here or stored."""
    keys: list[_Key] = []
    holders = dict(stored)
    for event in events:
        key = _Key(event, call_digest(event))
        if key.digest is not None and holders.setdefault(key.digest, event) is not event:
            key = key.repeating(holders[key.digest])
        keys.append(key)
    return keys


def _holders(
    connection: Connection,
    organization_id: str,
    events: Iterable[Event],
    load: Load,
) -> dict[int, Event]:
    """Stored events, by the digests of these that they have."""
    digests = [digest for event in events if (digest := call_digest(event)) is not None]
    found = select(event_keys.c.call_digest, event_keys.c.id).where(
        event_keys.c.organization_id == organization_id,
        event_keys.c.call_digest == func.any(literal(digests, ARRAY(BigInteger))),
    )
    ids = {row.id: row.call_digest for row in connection.execute(found)} if digests else {}
    return {ids[event_id]: event for event_id, event in load(ids).items()} if ids else {}


def _known(connection: Connection, organization_id: str, ids: Iterable[str]) -> dict[str, bytes]:
    """Fingerprints of what took these ids.

    Raises:
        Busy: what took one is on its way into the table of a month that is being made, and a plan
            made meanwhile does not look there.
    """
    fingerprint = func.coalesce(event_keys.c.merged_fingerprint, events.c.fingerprint)
    found = (
        select(event_keys.c.id, fingerprint.label("fingerprint"))
        .select_from(event_keys.outerjoin(events, OF_KEY))
        .where(
            event_keys.c.organization_id == organization_id,
            event_keys.c.id == func.any(literal(list(ids), ARRAY(Text))),
        )
    )
    known = {row.id: row.fingerprint for row in connection.execute(found)}
    if None in known.values():
        raise Busy("The table of a month is being made. Try again shortly.")
    return known


#: The event that a key leads to: its own, or the one that it was merged into.
OF_KEY = and_(
    events.c.organization_id == event_keys.c.organization_id,
    events.c.timestamp == event_keys.c.timestamp,
    events.c.id == func.coalesce(event_keys.c.merged_into, event_keys.c.id),
)
