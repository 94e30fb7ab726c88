"""Where batches of events stand between the queue and the server."""

import threading
from collections import deque
from collections.abc import Sequence
from typing import Protocol

from truecompute._queue import EventQueue

MOST_BATCH_EVENTS = 500
MOST_BATCH_BYTES = 1024 * 1024


class Batch:
    """Events that go in one request. ``name`` is where a spool keeps them, None for memory.

    ``damaged`` more of them were there, and can no longer be read.
    """

    def __init__(
        self, events: Sequence[bytes], name: str | None = None, *, damaged: int = 0
    ) -> None:
        self.events = list(events)
        self.name = name
        self.damaged = damaged

    def halves(self) -> "tuple[Batch, Batch]":
        """Its events as two batches in memory."""
        half = len(self.events) // 2
        return Batch(self.events[:half]), Batch(self.events[half:])


class Backlog(Protocol):
    """Where batches stand between the queue and the server.

    ``found`` counts events of earlier processes that it took over. ``outlives`` says whether what
    stands here is sent by another process when this one ends.
    """

    found: int
    outlives: bool

    def begin(self) -> bool:
        """Make ready at once, as a child of a fork does with its first event only; whether there
        may be something that other processes have left.
        """
        ...

    def look(self) -> None:
        """Take over what other processes have left, once: with the first attempt to send at the
        latest, so that a child which has no events takes nothing that others would send.
        """
        ...

    def next(self) -> Batch | None:
        """The oldest batch, without removing it; one without events where all are damaged."""
        ...

    def done(self, batch: Batch) -> bool:
        """Forget a batch, each of whose events is delivered or refused; False where it stands here
        no longer, so that they are counted already.
        """
        ...

    def split(self, batch: Batch) -> None:
        """Put two halves in the place of a batch, if it stands here."""
        ...

    def give_up(self) -> int:
        """Forget what stands here or waits in the queue and no other process will send: so many
        events.
        """
        ...

    def collect(self) -> None:
        """Take over what waits in the queue, where there is room for it."""
        ...

    def close(self) -> None:
        """Leave it for good; what a spool holds, another process will send."""
        ...

    def forget(self) -> None:
        """Leave it in a child after a fork: it is the parent's."""
        ...


class MemoryBacklog:
    """The one batch that is on its way: the others wait in the queue, where they are bounded.

    One thread sends, and another may give up what there is at any moment. As in a spool, nobody
    waits under the guard for what a signal handler may have interrupted.
    """

    found = 0
    outlives = False

    def __init__(self, queue: EventQueue) -> None:
        self._queue = queue
        self._guard = threading.RLock()
        self._batches: deque[Batch] = deque()

    def next(self) -> Batch | None:
        if not self._batches:
            self._queue.write(MOST_BATCH_EVENTS)
        with self._guard:
            if not self._batches:
                events = self._queue.take(MOST_BATCH_EVENTS, MOST_BATCH_BYTES)
                if events:
                    self._batches.append(Batch(events))
            return self._batches[0] if self._batches else None

    def done(self, batch: Batch) -> bool:
        with self._guard:
            stands = batch in self._batches
            if stands:
                self._batches.remove(batch)
            return stands

    def split(self, batch: Batch) -> None:
        with self._guard:
            if self.done(batch):
                self._batches.extendleft(reversed(batch.halves()))

    def give_up(self) -> int:
        lost = self._queue.clear()
        with self._guard:
            while self._batches:
                lost += len(self._batches.popleft().events)
        return lost

    def begin(self) -> bool:
        return False

    def look(self) -> None:
        """Memory ends with its process."""

    def collect(self) -> None:
        """The queue keeps them."""

    def close(self) -> None:
        """There is nothing to let go of."""

    def forget(self) -> None:
        """Likewise."""
