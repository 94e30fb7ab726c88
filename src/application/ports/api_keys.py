"""Keys that programs present."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol

from domain.api_key import ApiKey


class ApiKeyRepository(Protocol):
    """API keys of an organization. ``find_by_secret_hash`` comes before a tenant is known."""

    @abstractmethod
    def add(self, organization_id: str, key: ApiKey) -> None:
        """Store a new key."""

    @abstractmethod
    def get(self, organization_id: str, key_id: str) -> ApiKey | None:
        """The key, or None; another organization's key is None."""

    @abstractmethod
    def list(
        self, organization_id: str, *, before: str | None = None, limit: int = 500
    ) -> list[ApiKey]:
        """Keys, revoked ones among them, newest first, those older than the id ``before``."""

    @abstractmethod
    def update(self, organization_id: str, key: ApiKey) -> None:
        """Store name and revocation."""

    @abstractmethod
    def find_by_secret_hash(self, secret_hash: bytes) -> ApiKey | None:
        """The key, usable or not, or None; never from a cache, so a revocation holds at once."""

    @abstractmethod
    def mark_used(self, organization_id: str, key_id: str, now: datetime) -> None:
        """Remember the last use."""
