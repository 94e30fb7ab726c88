"""The revisions that an organization's row carries, and the lock that the row is."""

from sqlalchemy import Column, Connection, bindparam, select, update

from adapters.sql.tables import organizations


class OrganizationRevisions:
    """Of prices and of budgets, read together: storing calls needs both.

    They are held from the first look until the transaction ends, and so they are remembered.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._held: dict[str, tuple[int, int]] = {}

    def prices(self, organization_id: str) -> int:
        return self._of(organization_id)[0]

    def budgets(self, organization_id: str) -> int:
        return self._of(organization_id)[1]

    def revise(self, organization_id: str, column: Column[int]) -> None:
        """Make a new revision; nobody else holds or changes any until the transaction ends."""
        self._held.pop(organization_id, None)
        self._connection.execute(
            update(organizations)
            .where(organizations.c.id == organization_id)
            .values({column: column + 1})
        )

    def hold(self, organization_id: str, prices: int, budgets: int) -> None:
        """Remember what a statement of this transaction has read and holds."""
        self._held[organization_id] = prices, budgets

    def _of(self, organization_id: str) -> tuple[int, int]:
        if organization_id not in self._held:
            row = self._connection.execute(HOLD_REVISIONS, {"of": organization_id}).one_or_none()
            self._held[organization_id] = (row[0], row[1]) if row else (0, 0)
        return self._held[organization_id]


#: Of the organization ``of``; nobody changes them until the transaction ends.
HOLD_REVISIONS = (
    select(organizations.c.pricing_revision, organizations.c.budgets_revision)
    .where(organizations.c.id == bindparam("of"))
    .with_for_update(read=True)
)
