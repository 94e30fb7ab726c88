"""What is known of streams until they end, of which each makes one event whatever the end.

A stream ends by being read to its end, by an error, by ``close``, by being collected as garbage,
or by its reader leaving the loop. After the last one reading may go on (a program that looks at the
first chunk does so); it counts as the end after five seconds, or at the next flush.
"""

import time
from collections.abc import Callable
from typing import Any

from truecompute import _answers
from truecompute._calls import Call, Seen
from truecompute._diagnostics import QUIETLY, say_failure

#: Tells what a chunk says; True for a chunk that the caller did not ask for.
Observer = Callable[[Any, Seen], bool]

_GRACE_S = 5.0


class Watch:
    """What is known of one stream. It holds nothing of the provider's."""

    __slots__ = (
        "__weakref__", "_has_begun", "_observe", "_open", "call", "is_advancing", "left_at", "seen",
    )  # fmt: skip

    def __init__(self, call: Call, observe: Observer, open_streams: "OpenStreams") -> None:
        self.call: Call = call
        self.seen: Seen = Seen()
        self.left_at: float | None = None
        self.is_advancing: bool = False
        self._has_begun = False
        self._observe = observe
        self._open = open_streams
        open_streams.add(self)

    def sees(self, chunk: Any) -> bool:
        """Look at a chunk; whether to hide it. Raises no ``Exception``."""
        try:
            if not self._has_begun:
                with QUIETLY:  # whether to hide the chunk does not depend on it
                    self.begins()
            is_hidden = self._observe(chunk, self.seen)
            if self.seen.has_content:
                self.call.note_first()
        except Exception:  # noqa: BLE001 - the chunk goes its way
            say_failure("reading a chunk")
            return False
        return is_hidden

    def begins(self) -> None:
        """Its answer begins to come; only the first time counts."""
        if not self._has_begun:
            self._has_begun = True
            _answers.note(self)

    def ends(self, error: BaseException | None = None, *, is_cut: bool = False) -> None:
        """The stream has ended; only the first time counts. Raises no ``Exception``."""
        try:
            self._open.discard(self)
            self.call.end(self.seen, error, is_cut=is_cut)
        except Exception:  # noqa: BLE001 - so does the stream
            say_failure("ending a stream")

    def ends_by(self, error: BaseException) -> None:
        """The iterator raised: it is at its end, it failed, or its reader was called off."""
        if isinstance(error, (StopIteration, StopAsyncIteration)):
            self.ends()
        elif isinstance(error, Exception):
            self.ends(error)
        else:
            self.ends(is_cut=True)

    def closes(self) -> None:
        """Its connection is closed: by its reader, or by itself on the way to its end."""
        if not self.is_advancing:
            self.ends(is_cut=True)


class OpenStreams:
    """The streams of a client that have not ended. ``attend`` has somebody look after them."""

    def __init__(self, attend: Callable[[], None]) -> None:
        self._watches: dict[int, Watch] = {}
        self._attend = attend

    def add(self, watch: Watch) -> None:
        self._watches[id(watch)] = watch
        self._attend()

    def discard(self, watch: Watch) -> None:
        self._watches.pop(id(watch), None)

    def finish_left(self, grace_s: float = _GRACE_S) -> None:
        """End those whose reader left the loop so many seconds ago."""
        if not self._watches:
            return
        limit = time.monotonic() - grace_s
        for watch in list(self._watches.values()):
            left_at = watch.left_at
            if left_at is not None and left_at <= limit:
                watch.ends(is_cut=True)

    def finish_all(self) -> None:
        """End them all, as the program does."""
        for watch in list(self._watches.values()):
            watch.ends(is_cut=True)
