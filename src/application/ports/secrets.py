"""Randomness that nobody can guess."""

from abc import abstractmethod
from typing import Protocol


class Secrets(Protocol):
    """Makes the secrets that people and programs present."""

    @abstractmethod
    def token(self) -> str:
        """256 random bits, safe in a cookie and in an address."""

    @abstractmethod
    def key(self) -> bytes:
        """32 random bytes, to sign with."""

    @abstractmethod
    def base62(self, length: int) -> str:
        """``length`` random characters from 0-9, A-Z and a-z."""
