"""A clock that is set by hand."""

from datetime import UTC, datetime, timedelta
from threading import Lock

from application.ports.clock import Clock


class ManualClock(Clock):
    """Stands still until it is moved. Starts at noon of an ordinary day unless told otherwise."""

    def __init__(self, now: datetime = datetime(2026, 11, 23, 12, tzinfo=UTC)) -> None:
        self._now = now.astimezone(UTC)
        self._moving = Lock()

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> datetime:
        """Move on, or back with a negative ``by``; returns the new time."""
        with self._moving:
            self._now += by
            return self._now
