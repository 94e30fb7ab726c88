"""API keys in memory."""

from dataclasses import replace
from datetime import datetime

from adapters.memory.state import State
from application.ports.api_keys import ApiKeyRepository
from domain.api_key import ApiKey


class InMemoryApiKeyRepository(ApiKeyRepository):
    def __init__(self, state: State) -> None:
        self._keys = state.api_keys

    def add(self, organization_id: str, key: ApiKey) -> None:
        self._keys[organization_id, key.id] = key

    def get(self, organization_id: str, key_id: str) -> ApiKey | None:
        return self._keys.get((organization_id, key_id))

    def list(
        self, organization_id: str, *, before: str | None = None, limit: int = 500
    ) -> list[ApiKey]:
        keys = [key for (owner, _), key in self._keys.items() if owner == organization_id]
        keys.sort(key=lambda key: key.id, reverse=True)
        return [key for key in keys if before is None or key.id < before][:limit]

    def update(self, organization_id: str, key: ApiKey) -> None:
        stored = self.get(organization_id, key.id)
        if stored is not None:
            changed = replace(stored, name=key.name, revoked_at=key.revoked_at)
            self._keys[organization_id, key.id] = changed

    def find_by_secret_hash(self, secret_hash: bytes) -> ApiKey | None:
        return next((key for key in self._keys.values() if key.secret_hash == secret_hash), None)

    def mark_used(self, organization_id: str, key_id: str, now: datetime) -> None:
        stored = self.get(organization_id, key_id)
        if stored is not None:
            self._keys[organization_id, key_id] = replace(stored, last_used_at=now)
