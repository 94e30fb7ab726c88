"""Sums of events in PostgreSQL."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    DateTime,
    Row,
    cast,
    delete,
    func,
    literal,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.types import Text

from adapters.sql import rollup_statements as of_dimensions
from adapters.sql import tag_model_statements as of_tag_models
from adapters.sql import tag_statements as of_tags
from adapters.sql.event_tables import events
from adapters.sql.rollup_tables import DIMENSIONS, pending_rollups, summed_weeks, usage_rollups
from adapters.sql.tables import organizations
from adapters.sql.tag_tables import tag_model_rollups, tag_rollups
from adapters.sql.wide_statements import MAKE
from application.ports.rollups import Rollups, WaitingCalls
from domain.rollup import Breakdown, Tier
from domain.rollup_difference import RollupDifference

_ADD = (of_dimensions.ADD, of_tags.ADD, of_tag_models.ADD)
_TAKE_AWAY = (of_dimensions.TAKE_AWAY, of_tags.TAKE_AWAY, of_tag_models.TAKE_AWAY)
_GIVE_BACK = (of_dimensions.GIVE_BACK, of_tags.GIVE_BACK, of_tag_models.GIVE_BACK)
#: Each with the columns that say what a row is a sum of.
_VERIFY: tuple[tuple[str, Sequence[str]], ...] = (
    (of_dimensions.VERIFY, DIMENSIONS),
    (of_tags.VERIFY, ("tag", "value")),
    (of_tag_models.VERIFY, ("tag", "value", "provider", "model")),
)

_NO_LIMIT = {"statement_timeout": "0", "lock_timeout": "0"}
#: With more memory less is written to disk and read again. A statement has some fifteen steps that
#: take as much each, or twice as much, and few of them at the same moment.
_OF_ALL_CALLS = {**_NO_LIMIT, "work_mem": "64MB"}

#: How many organizations are tried for one whose sums nobody else is changing.
_TRIED = 100
#: In the place of a moment: there is none before which there is nothing.
_EVER = "-infinity"

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
        asked = {**self._scope(organization_id), "most": limit}
        found = [
            _difference(row, names)
            for statement, names in _VERIFY
            for row in self._connection.execute(text(statement), asked)
        ]
        return found[:limit]

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
        self._make_weeks(organization_id, scope["begin"], self._weeks_until(organization_id))

    def close_weeks(self, until: datetime) -> bool:
        self._take_time(_NO_LIMIT)
        own = summed_weeks.c.organization_id == organizations.c.id
        is_due = or_(summed_weeks.c.weeks_until.is_(None), summed_weeks.c.weeks_until < until)
        due = select(organizations.c.id).outerjoin(summed_weeks, own).where(is_due).limit(_TRIED)
        for organization_id in self._connection.execute(due).scalars().all():
            if is_locked(self._connection, organization_id):
                self._close(str(organization_id), until)
                return True
        return False

    def _close(self, organization_id: str, until: datetime) -> None:
        # Somebody else may have done it before the lock was free.
        after = self._weeks_until(organization_id)
        if after is not None and after >= until:
            return
        self._make_weeks(organization_id, after.isoformat() if after else _EVER, until)
        known = insert(summed_weeks).from_select(
            ["organization_id", "weeks_until"],
            # Of an organization that is still there.
            select(organizations.c.id, literal(until)).where(organizations.c.id == organization_id),
        )
        self._connection.execute(
            known.on_conflict_do_update(
                index_elements=["organization_id"], set_={"weeks_until": until}
            )
        )

    def _weeks_until(self, organization_id: str) -> datetime | None:
        known = select(summed_weeks.c.weeks_until)
        own = known.where(summed_weeks.c.organization_id == organization_id)
        return self._connection.execute(own).scalar_one_or_none()

    def _make_weeks(self, organization_id: str, after: str, until: datetime | None) -> None:
        given = {"organization_id": organization_id, "after": after, "until": until}
        for statement in MAKE:
            self._connection.execute(text(statement), given)

    def _scope(self, organization_id: str) -> dict[str, str]:
        """The organization, and from when on its calls are there, of which sums are made."""
        begin = select(organizations.c.events_begin).where(organizations.c.id == organization_id)
        found = self._connection.execute(begin).scalar_one_or_none()
        return {
            "organization_id": organization_id,
            "begin": found.isoformat() if found else _EVER,
        }

    def _take_time(self, settings: Mapping[str, str]) -> None:
        """Until the transaction ends: all of an organization takes longer than any request may."""
        given = (func.set_config(name, value, true()) for name, value in settings.items())
        self._connection.execute(select(*given))


def _difference(row: Row[Any], names: Iterable[str]) -> RollupDifference:
    return RollupDifference(
        breakdown=Breakdown(row.breakdown),
        tier=Tier(row.tier),
        start=row.start,
        values=tuple(getattr(row, name) for name in names),
        kept_calls=row.kept_calls,
        true_calls=None if row.true_calls is None else int(row.true_calls),
        kept_cost_usd=row.kept_cost_usd,
        true_cost_usd=row.true_cost_usd,
    )


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


def lock(connection: Connection, organization_id: str) -> None:
    """Until the transaction ends: whether a call is in a sum must not change meanwhile."""
    connection.execute(select(func.pg_advisory_xact_lock(_key(organization_id))))


def is_locked(connection: Connection, organization_id: str) -> bool:
    """The same without waiting: False where somebody else has the lock."""
    taken = select(func.pg_try_advisory_xact_lock(_key(organization_id)))
    return bool(connection.execute(taken).scalar_one())


def _key(organization_id: str) -> ColumnElement[int]:
    return func.hashtextextended(f"rollups {organization_id}", 0)


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
