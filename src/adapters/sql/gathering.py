"""Gathering sums: of hundreds of users, or of values of a tag, in one row for each bucket.

What is gathered are copies, which nothing else depends on. They are made of buckets that are over,
and forgotten when a call of theirs comes late or is priced again, until they are looked through the
next day. All that changes sums of an organization has its lock, and so does this.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import Connection, or_, select, text, update

from adapters.sql.gathered_statements import FORGET, FORGET_ALL, OF_USERS, OF_VALUES
from adapters.sql.rollup_locks import is_locked
from adapters.sql.rollup_tables import summed_weeks

#: With fewer users, or values of a tag, there is nothing to gain.
LEAST = 100
#: Buckets of users, and of values of tags, that are gathered at once, while nobody adds a call of
#: the organization.
MOST = 50
#: How many organizations are tried for one whose sums nobody else is changing.
_TRIED = 100


def gather(connection: Connection, until: datetime) -> bool:
    """Some of one organization's that end by then; False where there is nothing to do."""
    is_due = or_(summed_weeks.c.gathered_until.is_(None), summed_weeks.c.gathered_until < until)
    # Those whose last day is missing come before those whose years are.
    latest = summed_weeks.c.gathered_until.desc().nulls_last()
    due = select(summed_weeks.c.organization_id).where(is_due).order_by(latest).limit(_TRIED)
    for organization_id in connection.execute(due).scalars().all():
        if is_locked(connection, organization_id):
            _gather_some(connection, organization_id, until)
            return True
    return False


def _gather_some(connection: Connection, organization_id: str, until: datetime) -> None:
    given = {"organization_id": organization_id, "until": until, "least": LEAST, "most": MOST}
    gathered = [connection.execute(text(each), given).rowcount for each in (OF_USERS, OF_VALUES)]
    if not any(gathered):
        own = summed_weeks.c.organization_id == organization_id
        connection.execute(update(summed_weeks).where(own).values(gathered_until=until))


def forget(connection: Connection, organization_id: str, times: Iterable[datetime]) -> None:
    """What is gathered of the buckets in which ``times``, which are aware, are."""
    hours = {at.astimezone(UTC).replace(minute=0, second=0, microsecond=0) for at in times}
    given = {"organization_id": organization_id, "hours": list(hours)}
    connection.execute(text(FORGET), given)


def forget_all(connection: Connection, organization_id: str) -> None:
    """So that all is gathered anew."""
    connection.execute(text(FORGET_ALL), {"organization_id": organization_id})
    own = summed_weeks.c.organization_id == organization_id
    connection.execute(update(summed_weeks).where(own).values(gathered_until=None))
