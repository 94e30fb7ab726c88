"""Sums of events that are kept ready for reports."""

from abc import abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.rollup_difference import RollupDifference


@dataclass(frozen=True, slots=True)
class WaitingCalls:
    """Calls of all organizations that are in no sum yet, and when the first of them was stored."""

    calls: int
    since: datetime | None


class Rollups(Protocol):
    """What reports show never depends on how far the sums are: calls that wait count as well."""

    @abstractmethod
    def add_waiting(self, *, limit: int = 100) -> int:
        """Add calls of one organization, the one that waits longest; how many, 0 when none waits.

        ``limit`` is a number of stored batches. Several processes share the work.
        """

    @abstractmethod
    def close_weeks(self, until: datetime) -> bool:
        """Sum up the weeks of one organization that are over before ``until``, a Monday of UTC.

        False when those of all are, or somebody else is at it. Calls that come later count there
        as well.
        """

    @abstractmethod
    def gather(self, until: datetime) -> bool:
        """Put the sums of some of an organization's buckets that end by then where charts by user
        and by tag find them at once. ``until`` is a midnight of UTC.

        True when there may be more; False when there are none, or somebody else is at it. Reports
        are the same before.
        """

    @abstractmethod
    def waiting(self) -> WaitingCalls:
        """How much there is to add."""

    @abstractmethod
    def differences(self, organization_id: str, *, limit: int = 100) -> list[RollupDifference]:
        """Sums that differ from those of the calls themselves; none where all is well.

        Sums of a time whose calls are gone are not looked at.
        """

    @abstractmethod
    def rebuild(self, organization_id: str) -> None:
        """Make the organization's sums anew from its calls; those of calls that are gone stay."""
