"""What an organization has agreed about prices."""

from abc import abstractmethod
from typing import Protocol

from domain.pricing.pricing_terms import Entry, PricingTerms
from domain.pricing.terms import Terms, TermsKind


class PricingTermsRepository(Protocol):
    """An organization's own prices, discounts and aliases.

    Every change makes a new revision in the same transaction.
    """

    @abstractmethod
    def revision(self, organization_id: str) -> int:
        """The revision; 0 where nothing was ever entered.

        It is held until the unit of work ends: a change waits, so that no event that is priced
        by these terms is stored after them.
        """

    @abstractmethod
    def load(self, organization_id: str) -> PricingTerms:
        """All terms, each kind in the order they were entered, with their revision."""

    @abstractmethod
    def lock(self, organization_id: str) -> PricingTerms:
        """All terms; nobody else changes or holds them until the unit of work ends."""

    @abstractmethod
    def list(
        self, organization_id: str, kind: TermsKind, *, after: str | None = None, limit: int = 500
    ) -> list[Entry[Terms]]:
        """Entries of a kind in the order they were entered, those after the id ``after``."""

    @abstractmethod
    def add(self, organization_id: str, entry: Entry[Terms]) -> None:
        """Store a new entry."""

    @abstractmethod
    def update(self, organization_id: str, entry: Entry[Terms]) -> None:
        """Store changed terms."""

    @abstractmethod
    def remove(self, organization_id: str, entry_id: str) -> None:
        """Remove an entry; one that is not there stays away."""
