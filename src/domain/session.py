"""A signed-in browser."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

SESSION_LIFETIME = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Known by the SHA-256 of its token; the token itself is never stored."""

    token_hash: bytes = field(repr=False)
    user_id: str
    created_at: datetime
    expires_at: datetime

    def is_valid_at(self, now: datetime) -> bool:
        return now < self.expires_at
