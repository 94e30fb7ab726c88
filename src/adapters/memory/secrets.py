"""Secrets that everybody can guess: for tests, never for people."""

from base64 import urlsafe_b64encode
from hashlib import sha256
from itertools import count

from application.ports.secrets import Secrets
from domain.api_key import BASE62


class SequentialSecrets(Secrets):
    """The first, second, ... secret: always the same ones, in the form of real ones."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def token(self) -> str:
        return urlsafe_b64encode(self._next_digest()).rstrip(b"=").decode()

    def key(self) -> bytes:
        return self._next_digest()

    def base62(self, length: int) -> str:
        number = int.from_bytes(self._next_digest())
        digits: list[str] = []
        while len(digits) < length:
            number, digit = divmod(number, len(BASE62))
            digits.append(BASE62[digit])
        return "".join(digits)

    def _next_digest(self) -> bytes:
        return sha256(f"secret {next(self._numbers)}".encode()).digest()
