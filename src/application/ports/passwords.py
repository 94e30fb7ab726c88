"""Passwords, stored so that they cannot be read back."""

from abc import abstractmethod
from typing import Protocol


class Passwords(Protocol):
    """Hashes and compares passwords. Takes a noticeable fraction of a second, by intent."""

    @abstractmethod
    def hash(self, password: str) -> str:
        """What to store. Every character of a password of up to 1,024 counts."""

    @abstractmethod
    def matches(self, password: str, password_hash: str | None) -> bool:
        """Whether ``password`` is the one behind the hash.

        With None (no such user) the same work is done and the answer is False, so that the time
        taken does not tell which e-mail addresses are known.
        """

    @abstractmethod
    def is_common(self, password: str) -> bool:
        """Whether the password is on the list of those that attackers try first."""
