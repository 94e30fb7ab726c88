"""Passwords hashed by bcrypt."""

import base64
import unicodedata
from functools import cache
from hashlib import sha256
from importlib.resources import files

import bcrypt

from application.ports.passwords import Passwords

#: Names the way a password was prepared, so that another way can come beside it.
_SCHEME = "bcrypt-sha256:"


class BcryptPasswords(Passwords):
    """bcrypt over base64(SHA-256(NFC(password))).

    bcrypt takes at most 72 bytes and stops at a NUL; the hash before it has 44 bytes and no NUL,
    so every character of a long password counts. ``cost`` is the binary logarithm of the rounds.
    """

    def __init__(self, cost: int = 12) -> None:
        self._cost = cost
        # A real hash of the same cost: an invalid one would be refused at once, and the short
        # time would tell that a user is unknown.
        self._nobody = self.hash("nobody's password")

    def hash(self, password: str) -> str:
        salt = bcrypt.gensalt(self._cost)
        return _SCHEME + bcrypt.hashpw(_prepared(password), salt).decode("ascii")

    def matches(self, password: str, password_hash: str | None) -> bool:
        stored = (password_hash or self._nobody).removeprefix(_SCHEME)
        same = bcrypt.checkpw(_prepared(password), stored.encode("ascii"))
        return same and password_hash is not None

    def is_common(self, password: str) -> bool:
        return password.casefold() in _common_passwords()


def _prepared(password: str) -> bytes:
    text = unicodedata.normalize("NFC", password)
    return base64.b64encode(sha256(text.encode("utf-8", "surrogatepass")).digest())


@cache
def _common_passwords() -> frozenset[str]:
    listed = files("adapters.security").joinpath("common_passwords.txt")
    return frozenset(listed.read_text(encoding="utf-8").splitlines())
