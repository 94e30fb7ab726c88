"""Large requests take turns, so that none of many holds everybody up."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from domain.errors import TooManyRequests


class Turns:
    """One at a time in this process, one organization after the other.

    They would not be done sooner at once: it is Python that takes their time. An organization may
    have ``most`` of them, so that there are threads left for others.
    """

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._is_taken = False
        #: Those that wait, by organization; the first organization is the next.
        self._waiting: dict[str, deque[threading.Event]] = {}
        self._present: dict[str, int] = {}

    @contextmanager
    def turn(self, organization_id: str) -> Iterator[None]:
        """Until it ends nobody else has a turn.

        Raises:
            TooManyRequests: ``too_many_at_once``; the organization has as many as it may.
        """
        called = self._queue(organization_id)
        if called is not None:
            called.wait()
        try:
            yield
        finally:
            self._call_next(organization_id)

    def check(self, organization_id: str) -> None:
        """Raises as ``turn`` does, without waiting."""
        with self._lock:
            self._check(organization_id)

    def _check(self, organization_id: str) -> None:
        if self._present.get(organization_id, 0) >= self._most:
            raise TooManyRequests(
                "Too many large requests come at once. Send this one again.",
                code="too_many_at_once",
                retry_after_s=1,
            )

    def _queue(self, organization_id: str) -> threading.Event | None:
        """What will be set when it is one's turn; None when it is already."""
        with self._lock:
            self._check(organization_id)
            self._present[organization_id] = self._present.get(organization_id, 0) + 1
            if not self._is_taken:
                self._is_taken = True
                return None
            called = threading.Event()
            self._waiting.setdefault(organization_id, deque()).append(called)
            return called

    def _call_next(self, organization_id: str) -> None:
        with self._lock:
            self._present[organization_id] -= 1
            if not self._present[organization_id]:
                del self._present[organization_id]
            if not self._waiting:
                self._is_taken = False
                return
            first = next(iter(self._waiting))
            queue = self._waiting.pop(first)
            called = queue.popleft()
            if queue:  # behind every other organization
                self._waiting[first] = queue
            called.set()
