"""API keys."""

from typing import Any

from application.keys.create_key import CreatedKey, CreateKeyRequest
from application.keys.list_keys import ListKeysRequest
from application.keys.revoke_key import RevokeKeyRequest
from domain.api_key import ApiKey
from entrypoints.container import Container
from entrypoints.http.api.routes import Routes
from entrypoints.http.api.tables import table
from entrypoints.http.authentication import current_member
from entrypoints.http.schemas.keys import (
    CreatedKeySchema,
    CreateKeySchema,
    KeyIdSchema,
    KeyListSchema,
)
from entrypoints.http.schemas.lists import PageQuerySchema, next_cursor


def blueprint(container: Container) -> Routes:
    routes = Routes("keys", __name__, url_prefix="/api/v1/keys", description="API keys")
    run_list_keys, run_create_key = container.list_keys(), container.create_key()
    run_revoke_key = container.revoke_key()

    @routes.get("")
    @routes.arguments(PageQuerySchema, location="query")
    @table(routes, KeyListSchema, "The keys", name="truecompute-keys")
    def list_keys(query: dict[str, Any]) -> dict[str, Any]:
        """Keys newest first, revoked ones among them."""
        limit, cursor = query["limit"], query["cursor"]
        keys = run_list_keys(
            ListKeysRequest(
                organization_id=current_member().organization_id,
                before=str(cursor) if cursor else None,
                limit=limit + 1,
            )
        )
        return {
            "data": [_document(key) for key in keys[:limit]],
            "next_cursor": next_cursor([key.id for key in keys], limit),
        }

    @routes.post("")
    @routes.arguments(CreateKeySchema)
    @routes.response(201, CreatedKeySchema)
    def create_key(body: dict[str, Any]) -> dict[str, Any]:
        """Create a key; its secret is shown this once."""
        member = current_member()
        created = run_create_key(
            CreateKeyRequest(
                organization_id=member.organization_id,
                created_by=member.user_id,
                **body | {"scopes": frozenset(body["scopes"])},
            )
        )
        return created_key_document(created)

    @routes.delete("/<uuid:key_id>")
    @routes.response(204)
    @routes.problems(404)
    def revoke_key(key_id: object) -> None:
        """Revoke a key; it is refused from its next request on."""
        run_revoke_key(_revocation(key_id))

    @routes.delete("")
    @routes.arguments(KeyIdSchema, location="query")
    @routes.response(204)
    @routes.problems(404)
    def revoke_key_by_query(query: dict[str, Any]) -> None:
        """Revoke the key of the query's `id`."""
        run_revoke_key(_revocation(query["id"]))

    return routes


def created_key_document(created: CreatedKey) -> dict[str, Any]:
    """A new key with its secret."""
    return _document(created.key) | {"secret": created.secret}


def _document(key: ApiKey) -> dict[str, Any]:
    names = ("id", "name", "prefix", "last_four")
    times = ("created_at", "last_used_at", "expires_at", "revoked_at")
    return {name: getattr(key, name) for name in (*names, *times)} | {"scopes": sorted(key.scopes)}


def _revocation(key_id: object) -> RevokeKeyRequest:
    return RevokeKeyRequest(organization_id=current_member().organization_id, key_id=str(key_id))
