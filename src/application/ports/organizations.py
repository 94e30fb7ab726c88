"""Tenants."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol

from domain.organization import Organization


class OrganizationRepository(Protocol):
    """Organizations by their own id."""

    @abstractmethod
    def add(self, organization: Organization) -> None:
        """Store a new organization; raises ``Conflict`` (``slug_taken``) for a used slug."""

    @abstractmethod
    def get(self, organization_id: str) -> Organization | None:
        """The organization, or None."""

    @abstractmethod
    def list_all(self) -> list[Organization]:
        """Every tenant, in the order of slugs: for the operator, never for a user."""

    @abstractmethod
    def set_retention(self, organization_id: str, days: int | None) -> None:
        """Change how long its single calls are kept."""

    @abstractmethod
    def note_events_begin(self, organization_id: str, moment: datetime) -> None:
        """Remember that calls before ``moment`` may be gone; an earlier one changes nothing."""

    @abstractmethod
    def is_slug_free(self, slug: str) -> bool:
        """Whether no organization has this slug now; ``add`` has the last word."""
