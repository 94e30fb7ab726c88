"""Organizations in memory."""

from dataclasses import replace
from datetime import datetime

from adapters.memory.state import State
from application.ports.organizations import OrganizationRepository
from domain.errors import Conflict
from domain.organization import Organization


class InMemoryOrganizationRepository(OrganizationRepository):
    def __init__(self, state: State) -> None:
        self._organizations = state.organizations

    def add(self, organization: Organization) -> None:
        if not self.is_slug_free(organization.slug):
            raise Conflict("This slug is taken.", code="slug_taken")
        self._organizations[organization.id] = organization

    def get(self, organization_id: str) -> Organization | None:
        return self._organizations.get(organization_id)

    def list_all(self) -> list[Organization]:
        return sorted(self._organizations.values(), key=lambda organization: organization.slug)

    def set_retention(self, organization_id: str, days: int | None) -> None:
        organization = self._organizations[organization_id]
        self._organizations[organization_id] = replace(organization, retention_days=days)

    def note_events_begin(self, organization_id: str, moment: datetime) -> None:
        organization = self._organizations[organization_id]
        begin = max(organization.events_begin or moment, moment)
        self._organizations[organization_id] = replace(organization, events_begin=begin)

    def is_slug_free(self, slug: str) -> bool:
        return all(organization.slug != slug for organization in self._organizations.values())
