"""Tenants."""

from abc import abstractmethod
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
    def is_slug_free(self, slug: str) -> bool:
        """Whether no organization has this slug now; ``add`` has the last word."""
