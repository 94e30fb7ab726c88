"""A backlog on disk: what could not be sent survives the process, and the next one sends it."""

import errno
import os
import threading
from collections import deque
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from truecompute._backlog import MOST_BATCH_BYTES, MOST_BATCH_EVENTS, Batch
from truecompute._diagnostics import say
from truecompute._queue import EventQueue
from truecompute._spool_folder import File, SpoolFolder

#: What says nothing of a file itself: the program has no descriptor or no memory left just now.
_PASSING = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM})

_Result = TypeVar("_Result")
_Arguments = ParamSpec("_Arguments")


def _one_at_a_time(
    method: Callable[Concatenate["SpoolBacklog", _Arguments], _Result],
) -> Callable[Concatenate["SpoolBacklog", _Arguments], _Result]:
    """The thread sends, and whoever closes may write what waits at the same moment."""

    def guarded(
        self: "SpoolBacklog", /, *args: _Arguments.args, **kwargs: _Arguments.kwargs
    ) -> _Result:
        with self.guard:
            return method(self, *args, **kwargs)

    return guarded


class SpoolBacklog:
    """Batches as files, one event a line, in a folder of this process's own below ``directory``.

    A file is there, whole, from before the first attempt until the server has answered for it:
    the end of the process loses what came within the last second, not more; the end of the machine
    may lose what its system had not yet written. A folder whose process is gone, which its lock
    tells, is taken over at the next start. Ids make a second delivery of a file harmless. Events of
    a file that is gone or broken when it is to be sent are damaged ones of its batch.

    Where nothing can be written any more, events wait in memory as without a spool. Above
    ``most_bytes`` on disk likewise. Raises ``ConfigurationError`` for a folder that cannot be used.
    """

    outlives = True

    def __init__(
        self, queue: EventQueue, spool_dir: str | os.PathLike[str], most_bytes: int
    ) -> None:
        self._queue = queue
        self.guard = threading.RLock()
        self._most_bytes = most_bytes
        self._folder = SpoolFolder(spool_dir)
        self._files: deque[File] = deque()
        self._bytes = 0
        self._at_hand: Batch | None = None
        self._in_memory: deque[Batch] = deque()
        self._has_looked = False
        self.found = 0

    @_one_at_a_time
    def look(self) -> None:
        """Take over what processes that are gone have left, once."""
        if not self._has_looked:
            self._has_looked = True
            self._files.extend(self._folder.take_over())
            self._bytes = sum(file.size for file in self._files)
            self.found = self.count()

    @_one_at_a_time
    def next(self) -> Batch | None:
        if not self._folder.is_own():
            return None  # another process may have taken the files over
        self.collect()
        if self._at_hand is None and self._files:
            self._at_hand = self._read(self._files[0])
        if self._at_hand is None and self._in_memory:
            return self._in_memory[0]
        return self._at_hand

    @_one_at_a_time
    def done(self, batch: Batch) -> bool:
        if batch.name is None:
            stands = batch in self._in_memory
            if stands:
                self._in_memory.remove(batch)
            return stands
        self._at_hand = None
        self._remove(self._files.popleft())
        return True

    @_one_at_a_time
    def split(self, batch: Batch) -> None:
        """The halves are in files, too, before that of the whole goes."""
        whole = None
        if batch.name is None:
            if not self.done(batch):
                return
        else:
            self._at_hand = None
            whole = self._files.popleft()
        for half in reversed(batch.halves()):
            self._in_memory.appendleft(half)
            if self._spill(half):
                self._files.rotate()
        if whole is not None:
            self._remove(whole)

    @_one_at_a_time
    def collect(self) -> None:
        self.look()
        while self._bytes < self._most_bytes and not self._in_memory:
            self._queue.write(MOST_BATCH_EVENTS)
            events = self._queue.take(MOST_BATCH_EVENTS, MOST_BATCH_BYTES)
            if not events:
                return
            batch = Batch(events)
            self._in_memory.append(batch)
            if not self._spill(batch):
                return

    @_one_at_a_time
    def give_up(self) -> int:
        """Write what is in memory; what cannot be written is lost."""
        if self._folder.is_own():
            for batch in list(self._in_memory):
                self._spill(batch)
            self.collect()
        lost = sum(len(batch.events) for batch in self._in_memory) + self._queue.clear()
        self._in_memory.clear()
        return lost

    @_one_at_a_time
    def close(self) -> None:
        """Let go of the folder, for the next process to find what is in it."""
        if not self._folder.is_own():
            return
        if not self._files:
            self._folder.remove()
        self._folder.release()

    def forget(self) -> None:
        """In a child after a fork: the folder and its lock are the parent's."""
        self._folder.release()

    def count(self) -> int:
        spooled = sum(file.events for file in list(self._files))
        return spooled + sum(len(batch.events) for batch in list(self._in_memory))

    def _spill(self, batch: Batch) -> bool:
        """Move a batch from memory into a file, whole or not at all."""
        try:
            file = self._folder.write(batch.events)
        except OSError as error:
            say("spool", "TrueCompute cannot write its spool, events wait in memory: %s", error)
            return False
        self._in_memory.remove(batch)
        self._files.append(file)
        self._bytes += file.size
        return True

    def _remove(self, file: File) -> None:
        self._bytes -= file.size
        self._folder.drop(file)

    def _read(self, file: File) -> Batch | None:
        """The batch of a file, None where it cannot be read for the moment."""
        why, events = "a file is broken", []
        try:
            events = self._folder.read(file)
        except OSError as error:
            if error.errno in _PASSING:
                say("spool", "TrueCompute cannot read its spool, events wait there: %s", error)
                return None
            why = str(error)
        damaged = file.events - len(events)
        if damaged:
            say("spool", "TrueCompute lost %d event(s) of its spool: %s", damaged, why)
        return Batch(events, file.name, damaged=damaged)
