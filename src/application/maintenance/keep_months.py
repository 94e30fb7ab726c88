"""Room for events ahead of time, and old ones go."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from application.ports.clock import Clock
from application.ports.unit_of_work import UnitsOfWork
from domain.errors import Busy
from domain.event import OLDEST
from domain.organization import Organization
from domain.retention import kept_from

_AHEAD = timedelta(days=95)


@dataclass(frozen=True, slots=True)
class KeptMonths:
    """How many months were made and dropped, and how many single events were deleted."""

    made: int
    dropped: int
    deleted: int


class KeepMonths:
    """Make months ahead, drop those that nobody keeps, and delete what an organization does not.

    Sums of what is deleted stay. ``longest_days`` is the operator's limit; an organization may
    have a shorter one. Without either, everything is kept.

    Raises:
        Unavailable: what is left is done the next time.
    """

    def __init__(
        self, units_of_work: UnitsOfWork, clock: Clock, *, longest_days: int | None = None
    ) -> None:
        self._units_of_work = units_of_work
        self._clock = clock
        self._longest_days = longest_days

    def __call__(self) -> KeptMonths:
        now = self._clock.now()
        made, busy = 0, None
        try:
            made = self._make(now)
        except Busy as error:
            busy = error  # what is to go can go without
        begins = self._begins(now)
        dropped = self._drop(begins)
        deleted = sum(
            self._delete(organization, begin) for organization, begin in begins if begin is not None
        )
        if busy is not None:
            raise busy
        return KeptMonths(made, dropped, deleted)

    def _make(self, now: datetime) -> int:
        with self._units_of_work() as uow:
            made = uow.event_storage.prepare_months((now - OLDEST).date(), (now + _AHEAD).date())
            uow.commit()
        return made

    def _begins(self, now: datetime) -> list[tuple[Organization, datetime | None]]:
        """Every organization with the time from which its calls are kept, written down first.

        From then on its sums before that time are not compared with calls that may be gone.
        """
        with self._units_of_work(snapshot=True) as uow:
            begins = [
                (each, kept_from(now, self._longest_days, each.retention_days))
                for each in uow.organizations.list_all()
            ]
        for organization, begin in begins:
            known = organization.events_begin
            if begin is not None and (known is None or known < begin):
                # Each by itself: ingestion holds several organizations, in another order.
                with self._units_of_work() as uow:
                    uow.organizations.note_events_begin(organization.id, begin)
                    uow.commit()
        return begins

    def _drop(self, begins: list[tuple[Organization, datetime | None]]) -> int:
        known = [begin for _, begin in begins if begin is not None]
        if not begins or len(known) < len(begins):
            return 0
        with self._units_of_work() as uow:
            dropped = uow.event_storage.drop_months_before(min(known))
            uow.commit()
        return dropped

    def _delete(self, organization: Organization, begin: datetime) -> int:
        deleted = 0
        while True:
            with self._units_of_work() as uow:
                gone = uow.event_storage.delete_before(organization.id, begin)
                uow.commit()
            deleted += gone
            if not gone:
                return deleted
