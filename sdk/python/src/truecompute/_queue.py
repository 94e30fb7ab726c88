"""Events that wait to be sent: bounded, never blocking, and each one counted."""

import threading
from collections import Counter, deque

from truecompute._stats import QUEUE_FULL


class EventQueue:
    """Encoded events in their order, at most so many and so many bytes; the newest is dropped.

    ``put`` never waits: it may be called from a signal handler, by the garbage collector in the
    middle of another ``put``, or in thousands of threads. Where the lock is taken, the event goes
    on a side list, which only grows by atomic appends and is folded in by whoever has the lock.
    """

    def __init__(self, most_events: int, most_bytes: int) -> None:
        self._most_events = most_events
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._waiting: deque[bytes] = deque()
        self._late: deque[bytes] = deque()
        self._bytes = 0
        self._produced = 0
        self._dropped: Counter[str] = Counter()
        self._shut_for: str | None = None

    def put(self, event: bytes) -> int:
        """Add an event, or count it as dropped; how many wait now, about."""
        if self._lock.acquire(blocking=False):
            try:
                if self._late:
                    self._fold()
                self._add(event)
            finally:
                self._lock.release()
        else:
            self._late.append(event)
        return len(self._waiting)

    def take(self, most_events: int, most_bytes: int) -> list[bytes]:
        """The oldest events, removed: together at most so many bytes, but at least one."""
        taken: list[bytes] = []
        with self._lock:
            self._fold()
            size = 0
            while self._waiting and len(taken) < most_events:
                size += len(self._waiting[0])
                if size > most_bytes and taken:
                    break
                taken.append(self._waiting.popleft())
            self._bytes -= sum(map(len, taken))
        return taken

    def shut(self, reason: str) -> None:
        """Drop what waits, and from now on whatever comes, for ``reason``."""
        with self._lock:
            self._fold()
            if self._waiting:
                self._dropped[reason] += len(self._waiting)
            self._waiting.clear()
            self._bytes = 0
            self._shut_for = reason

    def counts(self) -> tuple[int, Counter[str], int]:
        """How many were ever put, how many of these dropped by reason, and how many wait."""
        with self._lock:
            self._fold()
            return self._produced, Counter(self._dropped), len(self._waiting)

    def _fold(self) -> None:
        while self._late:
            self._add(self._late.popleft())

    def _add(self, event: bytes) -> None:
        self._produced += 1
        if self._shut_for is not None:
            self._dropped[self._shut_for] += 1
        elif len(self._waiting) >= self._most_events or (
            self._bytes + len(event) > self._most_bytes
        ):
            self._dropped[QUEUE_FULL] += 1
        else:
            self._waiting.append(event)
            self._bytes += len(event)
