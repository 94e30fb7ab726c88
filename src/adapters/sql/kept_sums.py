"""What of an organization's calls and sums is kept."""

from datetime import UTC, datetime
from typing import Any, NamedTuple, Self

from sqlalchemy import Row, Select, bindparam, select

from adapters.sql.tables import organizations

_EVER, _NEVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_COLUMNS = (organizations.c.events_begin, organizations.c.weeks_until)
_OWN = organizations.c.id == bindparam("of")
#: What ``Kept`` is made of, alone and in a row of an answer. Null is where no call was ever
#: deleted, and where no week has sums.
KEPT: Select[Any] = select(*_COLUMNS).where(_OWN)
KEPT_BESIDE = tuple(
    select(each).where(_OWN).scalar_subquery().label(each.name) for each in _COLUMNS
)


class Kept(NamedTuple):
    """From ``calls_begin`` on no call was deleted; before ``weeks_until`` weeks have sums."""

    calls_begin: datetime = _EVER
    weeks_until: datetime = _EVER

    @classmethod
    def of(cls, row: Row[Any] | None) -> Self:
        """As the database tells it; of an organization that is gone there is nothing."""
        return cls() if row is None else cls(row.events_begin or _EVER, row.weeks_until or _EVER)


#: What is no mistake, whatever is kept: for some more to read.
UNKNOWN = Kept(calls_begin=_NEVER)


class SeenWeeks:
    """Up to when weeks had sums when somebody last looked: a report may begin with that."""

    def __init__(self) -> None:
        self._until: dict[str, datetime] = {}

    def until(self, organization_id: str) -> datetime:
        return self._until.get(organization_id, _EVER)

    def note(self, organization_id: str, until: datetime) -> None:
        self._until[organization_id] = until
