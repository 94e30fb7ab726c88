"""How events lie in months, and how old ones go."""

from abc import abstractmethod
from datetime import date, datetime
from typing import Protocol


class EventStorage(Protocol):
    """For the worker. Sums that are kept ready stay; calls that are in no sum yet stay as well."""

    @abstractmethod
    def prepare_months(self, first: date, last: date) -> int:
        """Make room for the months from that of ``first`` to that of ``last``; how many were made.

        Events can be stored for any time without it; deleting them is quicker with it. None is
        made while somebody else makes or drops some.

        Raises:
            Busy: others use what it needs for longer than it may wait; nothing was made.
        """

    @abstractmethod
    def drop_months_before(self, moment: datetime) -> int:
        """Delete all months, of every organization, that have ended by ``moment``; how many."""

    @abstractmethod
    def delete_before(self, organization_id: str, moment: datetime, *, limit: int = 5_000) -> int:
        """Delete an organization's oldest events from before ``moment``; how many, 0 at the end.

        None at all while sums are being made anew of them: the next time will do.
        """

    @abstractmethod
    def refresh_statistics(self) -> int:
        """Measure anew what has doubled since it was last measured; how many tables that were.

        The store's own plans go by such measures, and its own rounds come a minute late.
        """
