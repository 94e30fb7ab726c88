"""An organization's own terms in memory."""

from collections.abc import Sequence
from dataclasses import replace

from adapters.memory.state import State
from application.ports.pricing_terms import PricingTermsRepository
from domain.pricing.pricing_terms import Entry, PricingTerms, pricing_terms
from domain.pricing.terms import Terms, TermsKind


class InMemoryPricingTermsRepository(PricingTermsRepository):
    """A unit of work is alone with the store, so that everything is held and locked anyway."""

    def __init__(self, state: State) -> None:
        self._entries = state.pricing_terms
        self._revisions = state.pricing_revisions

    def revision(self, organization_id: str) -> int:
        return self._revisions.get(organization_id, 0)

    def load(self, organization_id: str) -> PricingTerms:
        return pricing_terms(
            organization_id, self.revision(organization_id), self._of(organization_id)
        )

    def lock(self, organization_id: str) -> PricingTerms:
        return self.load(organization_id)

    def list(
        self, organization_id: str, kind: TermsKind, *, after: str | None = None, limit: int = 500
    ) -> list[Entry[Terms]]:
        found = [entry for entry in self._of(organization_id) if entry.terms.kind is kind]
        return [entry for entry in found if after is None or entry.id > after][:limit]

    def add(self, organization_id: str, entry: Entry[Terms]) -> None:
        self._revise(organization_id)
        self._entries[organization_id, entry.id] = entry

    def update(self, organization_id: str, entry: Entry[Terms]) -> None:
        self._revise(organization_id)
        stored = self._entries.get((organization_id, entry.id))
        if stored is not None:
            changed = replace(stored, terms=entry.terms, updated_at=entry.updated_at)
            self._entries[organization_id, entry.id] = changed

    def remove(self, organization_id: str, entry_id: str) -> None:
        self._revise(organization_id)
        self._entries.pop((organization_id, entry_id), None)

    def _revise(self, organization_id: str) -> None:
        self._revisions[organization_id] = self.revision(organization_id) + 1

    def _of(self, organization_id: str) -> Sequence[Entry[Terms]]:
        found = [it for (owner, _), it in self._entries.items() if owner == organization_id]
        return sorted(found, key=lambda entry: entry.id)
