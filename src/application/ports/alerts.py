"""Alerts that were raised."""

from abc import abstractmethod
from collections.abc import Collection, Sequence
from typing import Protocol

from domain.alert import Alert


class AlertRepository(Protocol):
    """Alerts of an organization; they outlive the budget that raised them."""

    @abstractmethod
    def claim(self, organization_id: str, alert: Alert) -> bool:
        """Store the alert, unless there is one like it.

        One is like it that has the same budget, period, kind, threshold and version, or is a spike
        of the same hour. Of any number of units of work that claim at once, exactly one is told
        True; the others wait until it has ended.
        """

    @abstractmethod
    def get(self, organization_id: str, alert_id: str) -> Alert | None:
        """The alert, or None."""

    @abstractmethod
    def list(
        self,
        organization_id: str,
        *,
        budget_id: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> list[Alert]:
        """Newest first, those before the id ``after``; of one budget where it is named."""

    @abstractmethod
    def find(self, organization_id: str, ids: Collection[str]) -> Sequence[Alert]:
        """Those of the organization, in no order."""
