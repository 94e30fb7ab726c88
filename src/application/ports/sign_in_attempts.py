"""How often somebody has failed to sign in."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol


class SignInAttempts(Protocol):
    """Counts attempts per bucket (an account with an address, or an address) and window.

    A window begins with its first attempt. Buckets are hashes, never names or addresses.
    Counting is atomic across processes: of many attempts at once, each gets its own number.
    """

    @abstractmethod
    def count(self, bucket: bytes, now: datetime, window_start: datetime) -> tuple[int, datetime]:
        """Count one more attempt; its number in the window, and when the window began.

        A window that began at or before ``window_start`` is over; a new one begins at ``now``.
        """

    @abstractmethod
    def forgive(self, bucket: bytes) -> None:
        """Take one attempt back: it succeeded."""

    @abstractmethod
    def clear(self, bucket: bytes) -> None:
        """Begin anew."""

    @abstractmethod
    def delete_before(self, window_start: datetime) -> int:
        """Remove windows that began at or before ``window_start``; how many."""
