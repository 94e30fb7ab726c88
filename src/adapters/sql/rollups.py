"""Sums of events in PostgreSQL."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import (
    Connection,
    DateTime,
    cast,
    delete,
    func,
    literal,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from adapters.sql import gathering
from adapters.sql import rollup_statements as of_dimensions
from adapters.sql import tag_model_statements as of_tag_models
from adapters.sql import tag_statements as of_tags
from adapters.sql.closed_weeks import EVER, close_weeks, make_weeks_anew
from adapters.sql.event_tables import events
from adapters.sql.rollup_differences import differences
from adapters.sql.rollup_locks import is_locked, lock
from adapters.sql.rollup_tables import pending_rollups, usage_rollups
from adapters.sql.tables import organizations
from adapters.sql.tag_tables import tag_model_rollups, tag_rollups
from application.ports.rollups import Rollups, WaitingCalls
from domain.rollup_difference import RollupDifference

_ADD = (of_dimensions.ADD, of_tags.ADD, of_tag_models.ADD)
_TAKE_AWAY = (of_dimensions.TAKE_AWAY, of_tags.TAKE_AWAY, of_tag_models.TAKE_AWAY)
_GIVE_BACK = (of_dimensions.GIVE_BACK, of_tags.GIVE_BACK, of_tag_models.GIVE_BACK)
_NO_LIMIT = {"statement_timeout": "0", "lock_timeout": "0"}
#: With more memory less is written to disk and read again. A statement has some fifteen steps that
#: take as much each, or twice as much, and few of them at the same moment.
_OF_ALL_CALLS = {**_NO_LIMIT, "work_mem": "64MB"}


#: A stored call by its id and its time, which tells the month that it is kept in.
Call = tuple[str, datetime]


class SqlRollups(Rollups):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_waiting(self, *, limit: int = 100) -> int:
        self._take_time(_NO_LIMIT)
        organization_id = self._claim()
        if organization_id is None:
            return 0
        oldest = (
            select(
                pending_rollups.c.number,
                pending_rollups.c.event_ids,
                pending_rollups.c.timestamps,
            )
            .where(pending_rollups.c.organization_id == organization_id)
            .order_by(pending_rollups.c.number)
            .limit(limit)
        )
        rows = self._connection.execute(oldest).all()
        calls = [call for row in rows for call in zip(row.event_ids, row.timestamps, strict=True)]
        _change(self._connection, _ADD, organization_id, calls)
        done = pending_rollups.c.number.in_([row.number for row in rows])
        self._connection.execute(delete(pending_rollups).where(done))
        return len(calls)

    def _claim(self) -> str | None:
        """An organization whose calls wait and nobody else is adding, longest first."""
        waiting = (
            select(pending_rollups.c.organization_id)
            .group_by(pending_rollups.c.organization_id)
            .order_by(func.min(pending_rollups.c.number))
        )
        for organization_id in self._connection.execute(waiting).scalars().all():
            if is_locked(self._connection, organization_id):
                return str(organization_id)
        return None

    def waiting(self) -> WaitingCalls:
        number = func.coalesce(func.sum(func.cardinality(pending_rollups.c.event_ids)), 0)
        first = select(pending_rollups).order_by(pending_rollups.c.number).limit(1).subquery()
        since = select(func.min(events.c.received_at)).where(
            events.c.organization_id == first.c.organization_id,
            events.c.timestamp == first.c.timestamps[1],
            events.c.id == first.c.event_ids[1],
        )
        row = self._connection.execute(select(number, since.scalar_subquery())).one()
        return WaitingCalls(int(row[0]), row[1])

    def differences(self, organization_id: str, *, limit: int = 100) -> list[RollupDifference]:
        self._take_time(_OF_ALL_CALLS)
        return differences(self._connection, self._scope(organization_id), limit)

    def rebuild(self, organization_id: str) -> None:
        self._take_time(_OF_ALL_CALLS)
        lock(self._connection, organization_id)
        # No month may be dropped before its calls are in the new sums.
        self._connection.execute(text("LOCK TABLE events IN ACCESS SHARE MODE"))
        scope = self._scope(organization_id)
        for sums in (usage_rollups, tag_rollups, tag_model_rollups):
            made_anew = (
                sums.c.organization_id == organization_id,
                sums.c.start >= cast(scope["begin"], DateTime(timezone=True)),
            )
            self._connection.execute(delete(sums).where(*made_anew))
        self._connection.execute(text(of_dimensions.WAIT_NO_LONGER), scope)
        # Month by month, so that the time it takes grows as the calls do; but for tags, of which
        # those with the most calls have sums, over all months.
        months = self._connection.execute(text(of_dimensions.MONTHS), scope).scalars().all()
        of_month = [{**scope, "month": month} for month in months]
        for each in of_month:
            self._connection.execute(text(of_dimensions.FILL), each)
        self._connection.execute(text(of_tags.FILL), scope)
        for each in of_month:
            self._connection.execute(text(of_tag_models.FILL), each)
        make_weeks_anew(self._connection, organization_id, scope["begin"])
        gathering.forget_all(self._connection, organization_id)

    def close_weeks(self, until: datetime) -> bool:
        self._take_time(_NO_LIMIT)
        return close_weeks(self._connection, until)

    def gather(self, until: datetime) -> bool:
        self._take_time(_NO_LIMIT)
        return gathering.gather(self._connection, until)

    def _scope(self, organization_id: str) -> dict[str, str]:
        """The organization, and from when on its calls are there, of which sums are made."""
        begin = select(organizations.c.events_begin).where(organizations.c.id == organization_id)
        found = self._connection.execute(begin).scalar_one_or_none()
        return {
            "organization_id": organization_id,
            "begin": found.isoformat() if found else EVER,
        }

    def _take_time(self, settings: Mapping[str, str]) -> None:
        """Until the transaction ends: all of an organization takes longer than any request may."""
        given = (func.set_config(name, value, true()) for name, value in settings.items())
        self._connection.execute(select(*given))


@contextmanager
def summed_again(
    connection: Connection, organization_id: str, calls: Collection[Call]
) -> Iterator[None]:
    """Within it stored calls may change, and the sums that they are in follow."""
    lock(connection, organization_id)
    waiting = select(func.unnest(pending_rollups.c.event_ids)).where(
        pending_rollups.c.organization_id == organization_id,
        pending_rollups.c.event_ids.op("&&")(literal([name for name, _ in calls], ARRAY(Text))),
    )
    not_yet = set(connection.execute(waiting).scalars())
    summed = [call for call in calls if call[0] not in not_yet]
    _change(connection, _TAKE_AWAY, organization_id, summed)
    yield
    _change(connection, _GIVE_BACK, organization_id, summed)


def _change(
    connection: Connection,
    statements: Iterable[str],
    organization_id: str,
    calls: Collection[Call],
) -> None:
    ids, times = zip(*calls, strict=True) if calls else ((), ())
    if ids:
        given = {"organization_id": organization_id, "ids": list(ids), "times": list(times)}
        for statement in statements:
            connection.execute(text(statement), given)
        gathering.forget(connection, organization_id, times)
