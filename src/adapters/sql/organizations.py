"""Organizations in PostgreSQL."""

from sqlalchemy import Connection, insert, select

from adapters.sql.tables import organizations
from application.ports.organizations import OrganizationRepository
from domain.organization import Organization


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
            )
        )

    def get(self, organization_id: str) -> Organization | None:
        found = select(*_COLUMNS).where(organizations.c.id == organization_id)
        row = self._connection.execute(found).one_or_none()
        return None if row is None else Organization(**row._asdict())

    def list_all(self) -> list[Organization]:
        found = select(*_COLUMNS).order_by(organizations.c.slug.collate("C"))
        return [Organization(**row._asdict()) for row in self._connection.execute(found)]

    def is_slug_free(self, slug: str) -> bool:
        found = select(organizations.c.id).where(organizations.c.slug == slug)
        return self._connection.execute(found).one_or_none() is None


_COLUMNS = tuple(organizations.c[name] for name in ("id", "name", "slug", "created_at"))
