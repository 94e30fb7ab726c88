"""What of an organization's calls and sums is kept."""

from datetime import UTC, datetime
from typing import Any, NamedTuple, Self

from sqlalchemy import BindParameter, Row, Select, bindparam, select

from adapters.sql.rollup_tables import summed_weeks
from adapters.sql.tables import organizations

_EVER, _NEVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_OF: BindParameter[str] = bindparam("of")
_BEGIN = select(organizations.c.events_begin).where(organizations.c.id == _OF)
_UNTIL = select(summed_weeks.c.weeks_until).where(summed_weeks.c.organization_id == _OF)
#: Columns of an answer that ``Kept`` is made of. Null is where no call was ever deleted, and where
#: no week has sums.
KEPT_BESIDE = (
    _BEGIN.scalar_subquery().label("events_begin"),
    _UNTIL.scalar_subquery().label("weeks_until"),
)
#: The same alone.
KEPT: Select[Any] = select(*KEPT_BESIDE)


class Kept(NamedTuple):
    """From ``calls_begin`` on no call was deleted; before ``weeks_until`` weeks have sums."""

    calls_begin: datetime = _EVER
    weeks_until: datetime = _EVER

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        """Of a row with ``KEPT_BESIDE``."""
        return cls(row.events_begin or _EVER, row.weeks_until or _EVER)


#: Right whatever is kept, for some more to read.
UNKNOWN = Kept(calls_begin=_NEVER)


class SeenWeeks:
    """Up to when weeks had sums when somebody last looked: a report may begin with that."""

    def __init__(self) -> None:
        self._until: dict[str, datetime] = {}

    def until(self, organization_id: str) -> datetime:
        return self._until.get(organization_id, _EVER)

    def note(self, organization_id: str, until: datetime) -> None:
        self._until[organization_id] = until
