"""A key that a program presents, and how its secret is written."""

import re
import zlib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
PREFIX = "tc_live_"
BODY_LENGTH = 30
USE_PRECISION = timedelta(minutes=1)
_CHECKSUM_LENGTH = 6
_FORM = re.compile(rf"{PREFIX}[0-9A-Za-z]{{{BODY_LENGTH + _CHECKSUM_LENGTH}}}", re.ASCII)


class Scope(StrEnum):
    """What a key may do: send events, or read usage and budgets."""

    INGEST = "ingest"
    READ = "read"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """Only the SHA-256 of the secret is kept, with its ends for people to recognise it."""

    id: str
    organization_id: str
    name: str
    secret_hash: bytes = field(repr=False)
    prefix: str
    last_four: str
    scopes: frozenset[Scope]
    created_by: str
    created_at: datetime
    last_used_at: datetime | None = None
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def is_usable_at(self, now: datetime) -> bool:
        expired = self.expires_at is not None and self.expires_at <= now
        return self.revoked_at is None and not expired

    def used_recently(self, now: datetime) -> bool:
        """Whether the last use is known to the minute, so that it need not be written again."""
        return self.last_used_at is not None and now - self.last_used_at < USE_PRECISION

    def revoked(self, now: datetime) -> "ApiKey":
        """This key revoked; revoking again keeps the first time."""
        return self if self.revoked_at is not None else replace(self, revoked_at=now)


def secret_from(body: str) -> str:
    """The secret for 30 random base62 characters: prefix, body, CRC-32 of the body in base62.

    The checksum finds typing errors and lets scanners recognise a leaked key; it protects nothing.
    """
    return f"{PREFIX}{body}{_checksum(body)}"


def is_well_formed(secret: str) -> bool:
    """Whether the form and the checksum are right, which needs no look into the database."""
    if _FORM.fullmatch(secret) is None:
        return False
    body = secret[len(PREFIX) : -_CHECKSUM_LENGTH]
    return secret[-_CHECKSUM_LENGTH:] == _checksum(body)


def _checksum(body: str) -> str:
    number = zlib.crc32(body.encode("ascii"))
    digits = ""
    for _ in range(_CHECKSUM_LENGTH):
        number, digit = divmod(number, len(BASE62))
        digits = BASE62[digit] + digits
    return digits
