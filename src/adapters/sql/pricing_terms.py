"""An organization's own terms in PostgreSQL."""

from typing import Any

from sqlalchemy import Connection, Select, delete, insert, select, update

from adapters.sql.ids import is_id
from adapters.sql.organization_revisions import OrganizationRevisions
from adapters.sql.pricing_tables import pricing_terms as entries
from adapters.sql.pricing_terms_documents import to_columns, to_terms
from adapters.sql.tables import organizations
from application.ports.pricing_terms import PricingTermsRepository
from domain.pricing.pricing_terms import Entry, PricingTerms, pricing_terms
from domain.pricing.terms import Terms, TermsKind


class SqlPricingTermsRepository(PricingTermsRepository):
    """The organization's row carries the revision, and its lock is the lock on the terms."""

    def __init__(self, connection: Connection, revisions: OrganizationRevisions) -> None:
        self._connection = connection
        self._revisions = revisions

    def revision(self, organization_id: str) -> int:
        return self._revisions.prices(organization_id)

    def load(self, organization_id: str) -> PricingTerms:
        return self._all(organization_id, _revision(organization_id))

    def lock(self, organization_id: str) -> PricingTerms:
        return self._all(organization_id, _revision(organization_id).with_for_update())

    def list(
        self, organization_id: str, kind: TermsKind, *, after: str | None = None, limit: int = 500
    ) -> list[Entry[Terms]]:
        found = select(entries).where(
            entries.c.organization_id == organization_id, entries.c.kind == kind
        )
        if after is not None:
            if not is_id(after):
                return []
            found = found.where(entries.c.id > after)
        rows = self._connection.execute(found.order_by(entries.c.id).limit(limit))
        return [_to_entry(row._asdict()) for row in rows]

    def add(self, organization_id: str, entry: Entry[Terms]) -> None:
        self._revise(organization_id)
        self._connection.execute(
            insert(entries).values(
                id=entry.id,
                organization_id=organization_id,
                created_by=entry.created_by,
                created_at=entry.created_at,
                updated_at=entry.updated_at,
                **to_columns(entry.terms),
            )
        )

    def update(self, organization_id: str, entry: Entry[Terms]) -> None:
        self._revise(organization_id)
        self._connection.execute(
            update(entries)
            .where(entries.c.organization_id == organization_id, entries.c.id == entry.id)
            .values(updated_at=entry.updated_at, **to_columns(entry.terms))
        )

    def remove(self, organization_id: str, entry_id: str) -> None:
        self._revise(organization_id)
        self._connection.execute(
            delete(entries).where(
                entries.c.organization_id == organization_id, entries.c.id == entry_id
            )
        )

    def _revise(self, organization_id: str) -> None:
        self._revisions.revise(organization_id, organizations.c.pricing_revision)

    def _all(self, organization_id: str, revision: Select[Any]) -> PricingTerms:
        number = self._connection.execute(revision).scalar_one_or_none() or 0
        found = select(entries).where(entries.c.organization_id == organization_id)
        rows = self._connection.execute(found.order_by(entries.c.id))
        return pricing_terms(organization_id, number, [_to_entry(row._asdict()) for row in rows])


def _revision(organization_id: str) -> Select[Any]:
    return select(organizations.c.pricing_revision).where(organizations.c.id == organization_id)


def _to_entry(row: dict[str, Any]) -> Entry[Terms]:
    return Entry(
        id=row["id"],
        organization_id=row["organization_id"],
        terms=to_terms(row),
        created_by=row["created_by"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
