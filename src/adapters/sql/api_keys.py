"""API keys in PostgreSQL."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, select, update

from adapters.sql.hot_statements import rows_of
from adapters.sql.ids import is_id
from adapters.sql.tables import api_keys
from application.ports.api_keys import ApiKeyRepository
from domain.api_key import ApiKey, Scope


class SqlApiKeyRepository(ApiKeyRepository):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, organization_id: str, key: ApiKey) -> None:
        self._connection.execute(
            insert(api_keys).values(
                id=key.id,
                organization_id=organization_id,
                name=key.name,
                secret_hash=key.secret_hash,
                prefix=key.prefix,
                last_four=key.last_four,
                scopes=sorted(key.scopes),
                created_by=key.created_by,
                created_at=key.created_at,
                last_used_at=key.last_used_at,
                expires_at=key.expires_at,
                revoked_at=key.revoked_at,
            )
        )

    def get(self, organization_id: str, key_id: str) -> ApiKey | None:
        return self._one(*_is(organization_id, key_id)) if is_id(key_id) else None

    def list(
        self, organization_id: str, *, before: str | None = None, limit: int = 500
    ) -> list[ApiKey]:
        found = select(api_keys).where(api_keys.c.organization_id == organization_id)
        if before is not None:
            if not is_id(before):
                return []
            found = found.where(api_keys.c.id < before)
        rows = self._connection.execute(found.order_by(api_keys.c.id.desc()).limit(limit))
        return [_to_key(row._asdict()) for row in rows]

    def update(self, organization_id: str, key: ApiKey) -> None:
        self._connection.execute(
            update(api_keys)
            .where(*_is(organization_id, key.id))
            .values(name=key.name, revoked_at=key.revoked_at)
        )

    def find_by_secret_hash(self, secret_hash: bytes) -> ApiKey | None:
        rows = rows_of(self._connection, _BY_HASH, {"hash": secret_hash})
        return _to_key(rows[0]._asdict()) if rows else None

    def mark_used(self, organization_id: str, key_id: str, now: datetime) -> None:
        self._connection.execute(
            update(api_keys).where(*_is(organization_id, key_id)).values(last_used_at=now)
        )

    def _one(self, *conditions: ColumnElement[bool]) -> ApiKey | None:
        row = self._connection.execute(select(api_keys).where(*conditions)).one_or_none()
        return None if row is None else _to_key(row._asdict())


#: Ids as text, as SQLAlchemy reads them.
_BY_HASH = """
SELECT id::text, organization_id::text, name, secret_hash, prefix, last_four, scopes,
    created_by::text, created_at, last_used_at, expires_at, revoked_at
FROM api_keys WHERE secret_hash = %(hash)s
"""


def _is(organization_id: str, key_id: str) -> tuple[ColumnElement[bool], ...]:
    return (api_keys.c.organization_id == organization_id, api_keys.c.id == key_id)


def _to_key(row: dict[str, Any]) -> ApiKey:
    return ApiKey(**{**row, "scopes": frozenset(Scope(scope) for scope in row["scopes"])})
