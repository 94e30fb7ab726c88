"""Events stored: their rows, the prices that were applied to them, and word for the sums."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, Text, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert

from adapters.sql.copy_format import array_text
from adapters.sql.copying import copy_rows
from adapters.sql.engine import TO_JSON
from adapters.sql.event_rows import COPIED, to_copied
from adapters.sql.event_tables import events, quotes
from adapters.sql.rollup_tables import pending_rollups
from adapters.sql.rollups import Call
from domain.event import Event


def store_events(connection: Connection, organization_id: str, new: Sequence[Event]) -> None:
    """Store events whose keys are claimed, at least one, and leave word of them for the sums."""
    word = {
        "of": organization_id,
        "ids": array_text(event.id for event in new),
        "times": array_text(str(event.reported.timestamp) for event in new),
    }
    connection.execute(_ADD_QUOTES_AND_WORD, {**word, **_applied(new)})
    copy_rows(connection, events.name, COPIED, map(to_copied, new))


def add_quotes(connection: Connection, priced: Iterable[Event]) -> None:
    """Store the prices that were applied to events; each is stored once, whoever comes first."""
    connection.execute(_ADD_QUOTES, _applied(priced))


def call_of(event: Event) -> Call:
    """How the sums find an event."""
    return event.id, event.reported.timestamp


def _applied(priced: Iterable[Event]) -> dict[str, list[str]]:
    """The quotes of events, in the order in which all transactions add them."""
    found = {event.cost.quote.digest: event.cost.quote for event in priced if event.cost.quote}
    digests = sorted(found)
    documents = [TO_JSON.encode(found[digest].as_document()).decode() for digest in digests]
    return {"digests": digests, "documents": documents}


_ADD_QUOTES = (
    insert(quotes)
    .from_select(
        ["digest", "document"],
        select(
            func.unnest(bindparam("digests", type_=ARRAY(Text))),
            cast(func.unnest(bindparam("documents", type_=ARRAY(Text))), JSONB),
        ),
    )
    .on_conflict_do_nothing()
)
#: What events are stored with, in one round trip: every call waits for each.
_ADD_QUOTES_AND_WORD = (
    insert(pending_rollups)
    .values(
        organization_id=bindparam("of"),
        # As one text each: the driver takes long for a list.
        event_ids=cast(bindparam("ids", type_=Text), pending_rollups.c.event_ids.type),
        timestamps=cast(bindparam("times", type_=Text), pending_rollups.c.timestamps.type),
    )
    .add_cte(_ADD_QUOTES.cte("applied"))
)
