"""Organizations in PostgreSQL."""

from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from adapters.sql.tables import organizations
from application.ports.organizations import OrganizationRepository
from domain.organization import Organization

ORGANIZATION_COLUMNS = tuple(
    organizations.c[name]
    for name in ("id", "name", "slug", "created_at", "retention_days", "events_begin")
)


class SqlOrganizationRepository(OrganizationRepository):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, organization: Organization) -> None:
        self._connection.execute(
            insert(organizations).values(
                id=organization.id,
                name=organization.name,
                slug=organization.slug,
                created_at=organization.created_at,
                retention_days=organization.retention_days,
                events_begin=organization.events_begin,
            )
        )

    def get(self, organization_id: str) -> Organization | None:
        found = select(*ORGANIZATION_COLUMNS).where(organizations.c.id == organization_id)
        row = self._connection.execute(found).one_or_none()
        return None if row is None else Organization(**row._asdict())

    def list_all(self) -> list[Organization]:
        found = select(*ORGANIZATION_COLUMNS).order_by(organizations.c.slug.collate("C"))
        return [Organization(**row._asdict()) for row in self._connection.execute(found)]

    def set_retention(self, organization_id: str, days: int | None) -> None:
        self._connection.execute(
            update(organizations)
            .where(organizations.c.id == organization_id)
            .values(retention_days=days)
        )

    def note_events_begin(self, organization_id: str, moment: datetime) -> None:
        # PostgreSQL's greatest passes over nulls.
        begin = func.greatest(organizations.c.events_begin, moment)
        self._connection.execute(
            update(organizations)
            .where(organizations.c.id == organization_id)
            .values(events_begin=begin)
        )

    def is_slug_free(self, slug: str) -> bool:
        found = select(organizations.c.id).where(organizations.c.slug == slug)
        return self._connection.execute(found).one_or_none() is None
