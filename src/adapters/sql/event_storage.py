"""The months of `events` in PostgreSQL: tables of their own, made ahead and dropped at once."""

import re
from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy import Connection, func, select, text, true

from adapters.sql.rollup_locks import is_locked
from application.ports.event_storage import EventStorage
from domain.period import midnight
from domain.retention import months, next_month

_NAME = re.compile(r"events_(\d{4})_(\d{2})")
_ADVISORY_LOCK = 7_226_114_002
#: Whoever stores a call waits behind a lock that itself waits for a long report. So making a month
#: gives up soon, and is tried again later.
_LOCK_TIMEOUT_MS = 300
#: What somebody has stored for the month meanwhile moves out of the default part. A part refers to
#: what `events` refers to, and that is locked first, as by whoever stores a price with a call.
_MAKE = """
LOCK TABLE organizations, api_keys, quotes, ONLY events IN SHARE ROW EXCLUSIVE MODE;
LOCK TABLE events_default IN ACCESS EXCLUSIVE MODE;
CREATE TABLE {name} (LIKE events INCLUDING CONSTRAINTS);
WITH moved AS (
    DELETE FROM events_default WHERE "timestamp" >= '{start}' AND "timestamp" < '{end}' RETURNING *
) INSERT INTO {name} SELECT * FROM moved;
ALTER TABLE events ATTACH PARTITION {name} FOR VALUES FROM ('{start}') TO ('{end}')
"""
_DROP = """
DELETE FROM event_keys WHERE "timestamp" >= '{start}' AND "timestamp" < '{end}';
DROP TABLE {name}
"""
_WAITS = text(
    """SELECT EXISTS (SELECT FROM pending_rollups CROSS JOIN unnest(timestamps) AS began
    WHERE began < CAST(:before AS timestamptz))"""
)
_DELETE = text(
    """WITH old AS (
    SELECT "timestamp", id FROM events
    WHERE organization_id = CAST(:organization_id AS uuid) AND "timestamp" < :before
        AND id NOT IN (SELECT unnest(event_ids) FROM pending_rollups
            WHERE organization_id = CAST(:organization_id AS uuid))
    ORDER BY "timestamp", id LIMIT :most FOR UPDATE
), merged AS (
    DELETE FROM event_keys AS k USING old
    WHERE k.organization_id = CAST(:organization_id AS uuid) AND k.merged_into = old.id
), keys AS (
    DELETE FROM event_keys AS k USING old
    WHERE k.organization_id = CAST(:organization_id AS uuid) AND k.id = old.id
) DELETE FROM events AS e USING old
WHERE e.organization_id = CAST(:organization_id AS uuid)
    AND e."timestamp" = old."timestamp" AND e.id = old.id"""
)


#: Fewer rows are read at once in any plan.
_DOUBLED = text(
    """SELECT format('%I', c.relname)
    FROM pg_stat_user_tables AS s JOIN pg_class AS c ON c.oid = s.relid
    WHERE s.schemaname = current_schema() AND c.relkind = 'r'
        AND s.n_mod_since_analyze > 1000 + greatest(c.reltuples, 0)
    ORDER BY 1"""
)


class SqlEventStorage(EventStorage):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def prepare_months(self, first: date, last: date) -> int:
        if not self._begins():
            return 0
        self._set("lock_timeout", f"{_LOCK_TIMEOUT_MS}ms")
        there = set(self._months())
        missing = [month for month in months(first, last) if month not in there]
        for month in missing:
            self._connection.execute(text(_MAKE.format(**_words(month))))
        return len(missing)

    def drop_months_before(self, moment: datetime) -> int:
        if not self._begins():
            return 0
        ended = [month for month in self._months() if midnight(next_month(month)) <= moment]
        dropped = 0
        for month in ended:
            before = midnight(next_month(month))
            if not self._connection.execute(_WAITS, {"before": before}).scalar_one():
                self._connection.execute(text(_DROP.format(**_words(month))))
                dropped += 1
        return dropped

    def delete_before(self, organization_id: str, moment: datetime, *, limit: int = 5_000) -> int:
        if not is_locked(self._connection, organization_id):
            return 0  # its sums are being made anew, of the very calls
        asked = {"organization_id": organization_id, "before": moment, "most": limit}
        return self._connection.execute(_DELETE, asked).rowcount

    def refresh_statistics(self) -> int:
        names = self._connection.execute(_DOUBLED).scalars().all()
        for name in names:
            self._connection.execute(text(f"ANALYZE {name}"))
        return len(names)

    def _begins(self) -> bool:
        """Until the transaction ends nobody else does, and it may take as long as it takes to move
        a month. False where somebody else is at it.
        """
        self._set("statement_timeout", "0")
        mine = select(func.pg_try_advisory_xact_lock(_ADVISORY_LOCK))
        return bool(self._connection.execute(mine).scalar_one())

    def _set(self, name: str, value: str) -> None:
        self._connection.execute(select(func.set_config(name, value, true())))

    def _months(self) -> Iterator[date]:
        """Those that are there, the oldest first."""
        names = self._connection.execute(
            text(
                """SELECT relid::regclass::text FROM pg_partition_tree('events')
                WHERE isleaf ORDER BY 1"""
            )
        ).scalars()
        for name in names.all():
            if found := _NAME.fullmatch(name):
                yield date(int(found[1]), int(found[2]), 1)


def _words(month: date) -> dict[str, str]:
    """A month's table and bounds, as they stand in a statement that takes no parameters."""
    return {
        "name": f"events_{month:%Y_%m}",
        "start": midnight(month).isoformat(),
        "end": midnight(next_month(month)).isoformat(),
    }
