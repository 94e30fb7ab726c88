"""Who may change an organization's sums: one transaction at a time."""

from sqlalchemy import ColumnElement, Connection, func, select


def lock(connection: Connection, organization_id: str) -> None:
    """Until the transaction ends: whether a call is in a sum must not change meanwhile."""
    connection.execute(select(func.pg_advisory_xact_lock(_key(organization_id))))


def is_locked(connection: Connection, organization_id: str) -> bool:
    """The same without waiting: False where somebody else has the lock."""
    taken = select(func.pg_try_advisory_xact_lock(_key(organization_id)))
    return bool(connection.execute(taken).scalar_one())


def _key(organization_id: str) -> ColumnElement[int]:
    return func.hashtextextended(f"rollups {organization_id}", 0)
