"""Passwords kept as they are: for unit tests only, where hashing would take all the time."""

from application.ports.passwords import Passwords

_SCHEME = "plain:"


class PlainPasswords(Passwords):
    """No protection at all, and quick; never store a person's password with it."""

    def __init__(self, common: frozenset[str] = frozenset({"passwordpassword"})) -> None:
        self._common = common

    def hash(self, password: str) -> str:
        return f"{_SCHEME}{password}"

    def matches(self, password: str, password_hash: str | None) -> bool:
        return password_hash == f"{_SCHEME}{password}"

    def is_common(self, password: str) -> bool:
        return password.lower() in self._common
