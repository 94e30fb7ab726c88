"""Making the sums of weeks that are over, organization by organization."""

from datetime import datetime

from sqlalchemy import Connection, literal, or_, select, text
from sqlalchemy.dialects.postgresql import insert

from adapters.sql.rollup_locks import is_locked
from adapters.sql.rollup_tables import summed_weeks
from adapters.sql.tables import organizations
from adapters.sql.wide_statements import MAKE

#: How many organizations are tried for one whose sums nobody else is changing.
_TRIED = 100
#: In the place of a moment: there is none before which there is nothing.
EVER = "-infinity"


def close_weeks(connection: Connection, until: datetime) -> bool:
    """Those of one organization that end by then; False where there is none."""
    own = summed_weeks.c.organization_id == organizations.c.id
    is_due = or_(summed_weeks.c.weeks_until.is_(None), summed_weeks.c.weeks_until < until)
    due = select(organizations.c.id).outerjoin(summed_weeks, own).where(is_due).limit(_TRIED)
    for organization_id in connection.execute(due).scalars().all():
        if is_locked(connection, organization_id):
            _close(connection, str(organization_id), until)
            return True
    return False


def make_weeks_anew(connection: Connection, organization_id: str, after: str) -> None:
    """Of the weeks that are closed, those that end later: ``after`` is a moment, or ``EVER``."""
    _make(connection, organization_id, after, _weeks_until(connection, organization_id))


def _close(connection: Connection, organization_id: str, until: datetime) -> None:
    # Somebody else may have done it before the lock was free.
    after = _weeks_until(connection, organization_id)
    if after is not None and after >= until:
        return
    _make(connection, organization_id, after.isoformat() if after else EVER, until)
    known = insert(summed_weeks).from_select(
        ["organization_id", "weeks_until"],
        # Of an organization that is still there.
        select(organizations.c.id, literal(until)).where(organizations.c.id == organization_id),
    )
    connection.execute(
        known.on_conflict_do_update(index_elements=["organization_id"], set_={"weeks_until": until})
    )


def _weeks_until(connection: Connection, organization_id: str) -> datetime | None:
    known = select(summed_weeks.c.weeks_until)
    own = known.where(summed_weeks.c.organization_id == organization_id)
    return connection.execute(own).scalar_one_or_none()


def _make(connection: Connection, organization_id: str, after: str, until: datetime | None) -> None:
    given = {"organization_id": organization_id, "after": after, "until": until}
    for statement in MAKE:
        connection.execute(text(statement), given)
