"""Events that wait to be sent: bounded, never blocking, and each one counted."""

import threading
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Protocol

from truecompute._diagnostics import say_failure
from truecompute._encoding import UNREADABLE_EVENT
from truecompute._stats import QUEUE_FULL, UNREADABLE
from truecompute._turns import Turns

#: So many are counted at once: it takes as long as to add them.
_COUNTED_AT_ONCE = 32
#: So many are written before any of them can be sent.
_WRITTEN_AT_ONCE = 500
#: So long the thread that sends waits for whoever has the queue.
_PATIENCE_S = 0.5


class Pending(Protocol):
    """An event that is not written out yet: a caller's thread has better things to do.

    ``size`` is about how many bytes it holds.
    """

    size: int

    def document(self) -> bytes:
        """The event as JSON. Raises what its values raise."""
        ...


class EventQueue:
    """Events in their order, at most so many and so many bytes; the newest is dropped.

    ``put`` never waits: it may be called from a signal handler, by the garbage collector in the
    middle of another ``put``, or in thousands of threads. An event goes on a side list, which only
    grows by atomic appends and is folded in, a few at once, by whoever has the lock. A thread may
    take the lock again: a signal handler that flushes runs in the middle of whatever the program
    did, and must not wait for what goes on only when it is done.
    """

    def __init__(self, most_events: int, most_bytes: int) -> None:
        self._most_events = most_events
        self._most_bytes = most_bytes
        self._lock = threading.RLock()
        self._writer = threading.Lock()
        self._is_folding = False
        self._unwritten: deque[Pending] = deque()
        self._waiting: deque[bytes] = deque()
        self._late: deque[Pending | bytes] = deque()
        self._writing = 0
        self._bytes = 0
        self._produced = 0
        self._dropped: Counter[str] = Counter()
        self._shut_for: str | None = None

    def put(self, event: Pending | bytes) -> int:
        """Add an event, or have it counted as dropped; how many wait now, about."""
        late = len(self._late) + 1
        self._late.append(event)
        if late >= _COUNTED_AT_ONCE and self._lock.acquire(blocking=False):
            try:
                self._fold()
            finally:
                self._lock.release()
        return self._held() + late

    def write(self, most_events: int) -> None:
        """Write so many of the oldest events, to be taken. It may take its time, and waits for
        whoever is at it already, unless that one cannot go on.
        """
        if not self._writer.acquire(timeout=_PATIENCE_S):
            return
        try:
            while len(self._waiting) < most_events and self._write_some():
                pass
        finally:
            self._writer.release()

    def take(self, most_events: int, most_bytes: int) -> list[bytes]:
        """The oldest events that are written, removed: together at most so many bytes, but at
        least one. None for now where the queue is held for long: a signal handler may have
        interrupted whoever holds it, and wait for what the caller holds.
        """
        taken: list[bytes] = []
        if not self._lock.acquire(timeout=_PATIENCE_S):
            return taken
        try:
            size = 0
            while self._waiting and len(taken) < most_events:
                size += len(self._waiting[0])
                if size > most_bytes and taken:
                    break
                taken.append(self._waiting.popleft())
            self._bytes -= sum(map(len, taken))
        finally:
            self._lock.release()
        return taken

    def shut(self, reason: str) -> None:
        """From now on drop whatever comes, for ``reason``."""
        with self._lock:
            self._fold()
            self._shut_for = reason

    def clear(self) -> int:
        """Forget what waits: so many events, which are the caller's to count."""
        with self._lock:
            self._fold()
            left = 0
            while self._waiting:  # one by one: who interrupts this may clear it, too
                self._bytes -= len(self._waiting.popleft())
                left += 1
            while self._unwritten:
                self._bytes -= self._unwritten.popleft().size
                left += 1
            return left

    def counts(self) -> tuple[int, Counter[str], int]:
        """How many were ever put, how many of these dropped by reason, and how many wait."""
        with self._lock:
            self._fold()
            return self._produced, Counter(self._dropped), self._held()

    def unreadable(self) -> int:
        """How many events could not be made JSON, before they were sent or when they were to be."""
        return self._dropped[UNREADABLE]

    def turned_away(self) -> int:
        """How many events have found no room."""
        return self._dropped[QUEUE_FULL]

    def _write_some(self) -> bool:
        """Write the oldest that are not; False where there are none."""
        with self._lock:
            self._fold()
            number = min(len(self._unwritten), _WRITTEN_AT_ONCE)
            pending = [self._unwritten.popleft() for _ in range(number)]
            self._writing += number
        try:
            documents = list(_all_written(pending))
        except BaseException:  # whoever waits was interrupted: these wait again
            with self._lock:
                self._writing -= number
                self._unwritten.extendleft(reversed(pending))
            raise
        held = sum(each.size for each in pending)
        with self._lock:
            self._writing -= number
            self._produced -= number
            self._bytes -= held
            for document in documents:
                self._add(document)
        return number > 0

    def _held(self) -> int:
        return len(self._waiting) + len(self._unwritten) + self._writing

    def _fold(self) -> None:
        if self._is_folding:
            return
        self._is_folding = True
        try:
            while self._late:
                # Removed when it is counted: a signal handler may raise in between, and an event
                # that is sent twice counts once.
                self._add(self._late[0])
                self._late.popleft()
        finally:
            self._is_folding = False

    def _add(self, event: Pending | bytes) -> None:
        if self._shut_for is not None:
            self._dropped[self._shut_for] += 1
        elif event == UNREADABLE_EVENT:
            self._dropped[UNREADABLE] += 1
        elif self._held() >= self._most_events:
            self._dropped[QUEUE_FULL] += 1
        else:
            self._keep(event)
        # Last, as long as it may be added once more.
        self._produced += 1

    def _keep(self, event: Pending | bytes) -> None:
        size = len(event) if isinstance(event, bytes) else event.size
        if self._bytes + size > self._most_bytes:
            self._dropped[QUEUE_FULL] += 1
            return
        self._bytes += size
        if isinstance(event, bytes):
            self._waiting.append(event)
        else:
            self._unwritten.append(event)


def _all_written(pending: Iterable[Pending]) -> Iterator[bytes]:
    turns = Turns()
    for each in pending:
        yield _written(each)
        turns.pause_if_due()


def _written(pending: Pending) -> bytes:
    """The document, if one can be made."""
    try:
        return pending.document()
    except Exception:  # noqa: BLE001 - never in the way
        with suppress(Exception):
            say_failure("writing an event")
        return UNREADABLE_EVENT
