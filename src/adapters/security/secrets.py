"""Secrets from the operating system's randomness."""

import secrets

from application.ports.secrets import Secrets
from domain.api_key import BASE62


class SystemSecrets(Secrets):
    def token(self) -> str:
        return secrets.token_urlsafe(32)

    def key(self) -> bytes:
        return secrets.token_bytes(32)

    def base62(self, length: int) -> str:
        return "".join(secrets.choice(BASE62) for _ in range(length))
