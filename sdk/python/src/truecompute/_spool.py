"""A backlog on disk: what could not be sent survives the process, and the next one sends it."""

import errno
import os
import threading
from collections import deque
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from truecompute._backlog import MOST_BATCH_BYTES, MOST_BATCH_EVENTS, Batch
from truecompute._diagnostics import say
from truecompute._exceptions import ConfigurationError
from truecompute._queue import EventQueue
from truecompute._spool_folder import File, SpoolFolder

#: What says nothing of a file itself: the program has no descriptor or no memory left just now.
_PASSING = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM})
_CANNOT_WRITE = "TrueCompute cannot write its spool, events wait in memory: %s"
_FAILS = "TrueCompute has trouble with its spool: %s"
_CANNOT_READ = "TrueCompute cannot read its spool, events wait there: %s"

_Result = TypeVar("_Result")
_Arguments = ParamSpec("_Arguments")


def _one_at_a_time(
    method: Callable[Concatenate["SpoolBacklog", _Arguments], _Result],
) -> Callable[Concatenate["SpoolBacklog", _Arguments], _Result]:
    """The thread sends, and whoever closes may write what waits at the same moment.

    Under the guard nobody waits for what a signal handler may have interrupted, the queue and the
    log: the handler may wait for the guard.
    """

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
    ``most_bytes`` of its own on disk likewise.
    """

    outlives = True

    def __init__(
        self, queue: EventQueue, spool_dir: str | os.PathLike[str], most_bytes: int
    ) -> None:
        self._queue = queue
        self.guard = threading.RLock()
        self._most_bytes = most_bytes
        self._spool_dir = spool_dir
        self._folder: SpoolFolder | None = None
        self._files: deque[File] = deque()
        self._bytes = 0
        self._at_hand: Batch | None = None
        self._in_memory: deque[Batch] = deque()
        self._is_begun = self._has_looked = self._is_left = False
        self._news: deque[tuple[object, ...]] = deque()
        self.found = 0

    @_one_at_a_time
    def begin(self) -> bool:
        """Raises ``ConfigurationError`` for a folder that cannot be used."""
        if not self._is_begun:
            self._is_begun = True
            self._folder = SpoolFolder(self._spool_dir)
        return self._folder is not None and bool(self._folder.others())

    @_one_at_a_time
    def look(self) -> None:
        if self._has_looked or self._is_left or self._folder is None:
            return
        self._has_looked = True
        # They take none of the room for this process's own.
        found = self._folder.take_over(lambda error: self._news.append((_FAILS, error)))
        taken = [file._replace(size=0) for file in found]
        self._files.extendleft(reversed(taken))
        self.found = sum(file.events for file in taken)

    def next(self) -> Batch | None:
        self.collect()
        return self._next()

    @_one_at_a_time
    def _next(self) -> Batch | None:
        if self._is_left:
            return None  # another process may have taken the files over
        self.look()
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
        if not self._files or self._files[0].name != batch.name:
            return False
        self._at_hand = None
        self._remove(self._files.popleft())
        return True

    @_one_at_a_time
    def split(self, batch: Batch) -> None:
        """The halves are in files, too, before that of the whole goes; where they cannot be, they
        wait in memory, and it goes when the next process has sent it again.
        """
        whole = None
        if batch.name is None:
            if not self.done(batch):
                return
        elif self._files and self._files[0].name == batch.name:
            self._at_hand = None
            whole = self._files.popleft()
        else:
            return
        are_spilled = True
        for half in reversed(batch.halves()):
            self._in_memory.appendleft(half)
            if self._spill(half):
                self._files.rotate()
            else:
                are_spilled = False
        if whole is not None and are_spilled:
            self._remove(whole)

    def collect(self) -> None:
        self._tell()
        while True:
            self._queue.write(MOST_BATCH_EVENTS)
            if not self._collect_some():
                return

    @_one_at_a_time
    def _collect_some(self) -> bool:
        """Whether there may be more."""
        if self._is_left or self._bytes >= self._most_bytes or self._in_memory:
            return False
        events = self._queue.take(MOST_BATCH_EVENTS, MOST_BATCH_BYTES)
        if not events:
            return False
        batch = Batch(events)
        self._in_memory.append(batch)
        return self._spill(batch)

    def give_up(self) -> int:
        """Write what is in memory; what cannot be written is lost."""
        self._spill_all()
        self.collect()
        lost = self._queue.clear() + self._forget_what_is_in_memory()
        self._tell()
        return lost

    @_one_at_a_time
    def _spill_all(self) -> None:
        if not self._is_left:
            for batch in list(self._in_memory):
                self._spill(batch)

    @_one_at_a_time
    def _forget_what_is_in_memory(self) -> int:
        lost = 0
        while self._in_memory:
            lost += len(self._in_memory.popleft().events)
        return lost

    def close(self) -> None:
        """Let go of the folder, for the next process to find what is in it."""
        self._close()
        self._tell()

    @_one_at_a_time
    def _close(self) -> None:
        if self._folder is not None and not self._files:
            self._try(self._folder.remove)
        self.forget()

    def forget(self) -> None:
        """In a child after a fork: the folder and its lock are the parent's."""
        self._is_left = True
        if self._folder is not None:
            self._folder.release()

    def _try(self, does: Callable[[], object]) -> None:
        """Do what may fail, which is logged after the guard is left."""
        try:
            does()
        except OSError as error:
            self._news.append((_FAILS, error))

    def _tell(self) -> None:
        """Log what there was to say under the guard, which is left by then."""
        while self._news:
            text, *values = self._news.popleft()
            say("spool", str(text), *values)

    def _spill(self, batch: Batch) -> bool:
        """Move a batch from memory into a file, whole or not at all."""
        if batch not in self._in_memory:
            return True  # whoever interrupted this has moved it
        folder = self._made()
        if folder is None:
            return False
        self._in_memory.remove(batch)
        try:
            file = folder.write(batch.events)
        except OSError as error:
            self._in_memory.appendleft(batch)
            self._news.append((_CANNOT_WRITE, error))
            return False
        except BaseException:
            self._in_memory.appendleft(batch)
            raise
        self._files.append(file)
        self._bytes += file.size
        return True

    def _made(self) -> SpoolFolder | None:
        """The folder, made with the first event of a child; None where there can be none."""
        if not self._is_begun:
            try:
                self.begin()
            except ConfigurationError as error:
                self._news.append((_CANNOT_WRITE, error))
        return self._folder

    def _remove(self, file: File) -> None:
        self._bytes -= file.size
        folder = self._folder
        if folder is not None:
            self._try(lambda: folder.drop(file))

    def _read(self, file: File) -> Batch | None:
        """The batch of a file, None where it cannot be read for the moment."""
        why, events = "a file is broken", list[bytes]()
        try:
            events = [] if self._folder is None else self._folder.read(file)
        except OSError as error:
            if error.errno in _PASSING:
                self._news.append((_CANNOT_READ, error))
                return None
            why = str(error)
        damaged = file.events - len(events)
        if damaged:
            self._news.append(("TrueCompute lost %d event(s) of its spool: %s", damaged, why))
        return Batch(events, file.name, damaged=damaged)
