"""A backlog on disk: what could not be sent survives the process, and the next one sends it."""

import errno
import json
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, NamedTuple, ParamSpec, TypeVar

from truecompute._backlog import MOST_BATCH_BYTES, MOST_BATCH_EVENTS, Batch
from truecompute._diagnostics import say, say_failure
from truecompute._exceptions import ConfigurationError
from truecompute._ids import new_id
from truecompute._queue import EventQueue

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows
    fcntl = None  # type: ignore[assignment]

_LOCK = "lock"
_SUFFIX = ".ndjson"
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


class _File(NamedTuple):
    """A file by its name, and how many events and bytes it was written with."""

    name: str
    events: int
    size: int


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
        if fcntl is None:
            raise ConfigurationError("spool_dir needs a system with flock, as Linux and macOS have")
        self._queue = queue
        self.guard = threading.RLock()
        self._most_bytes = most_bytes
        directory = Path(spool_dir)
        self._own = directory / f"{os.getpid()}-{new_id()}"
        try:
            self._own.mkdir(parents=True, mode=0o700)
            self._lock: int | None = os.open(self._own / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise ConfigurationError(f"spool_dir {directory} cannot be used: {error}") from error
        _lock(self._lock, waits=True)
        self._files: deque[_File] = deque()
        self._bytes = 0
        self._number = 0
        self._at_hand: Batch | None = None
        self._in_memory: deque[Batch] = deque()
        self._adopt(directory)
        self.found = self.count()

    @_one_at_a_time
    def next(self) -> Batch | None:
        if self._lock is None:
            return None  # another process may have taken the files over
        self.collect()
        if self._at_hand is None and self._files:
            self._at_hand = self._read(self._files[0])
        if self._at_hand is None and self._in_memory:
            return self._in_memory[0]
        return self._at_hand

    @_one_at_a_time
    def done(self, batch: Batch) -> None:
        if batch.name is None:
            self._in_memory.remove(batch)
            return
        self._at_hand = None
        self._remove(self._files.popleft())

    @_one_at_a_time
    def split(self, batch: Batch) -> None:
        """The halves are in files, too, before that of the whole goes."""
        if batch.name is None:
            self._in_memory.remove(batch)
            whole = None
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
        while self._bytes < self._most_bytes and not self._in_memory:
            events = self._queue.take(MOST_BATCH_EVENTS, MOST_BATCH_BYTES)
            if not events:
                return
            batch = Batch(events)
            self._in_memory.append(batch)
            if not self._spill(batch):
                return

    @_one_at_a_time
    def close(self) -> None:
        """Write what is in memory, and let go of the folder, for the next process to find."""
        if self._lock is None:
            return
        for batch in list(self._in_memory):
            self._spill(batch)
        self.collect()
        self._remove_if_empty()
        self.forget()

    def forget(self) -> None:
        """In a child after a fork: the folder and its lock are the parent's."""
        descriptor, self._lock = self._lock, None
        if descriptor is not None:  # once: the number may be a file of the program's by then
            os.close(descriptor)

    def count(self) -> int:
        spooled = sum(file.events for file in list(self._files))
        return spooled + sum(len(batch.events) for batch in list(self._in_memory))

    def _spill(self, batch: Batch) -> bool:
        """Move a batch from memory into a file, whole or not at all."""
        self._number += 1
        name = f"{time.time_ns():020d}-{self._number:08d}{_SUFFIX}"
        content = b"\n".join(batch.events) + b"\n"
        temporary = self._own / f"{name}.part"
        try:
            temporary.write_bytes(content)
            temporary.rename(self._own / name)
        except OSError as error:
            say("spool", "TrueCompute cannot write its spool, events wait in memory: %s", error)
            return False
        self._in_memory.remove(batch)
        self._files.append(_File(name, len(batch.events), len(content)))
        self._bytes += len(content)
        return True

    def _remove(self, file: _File) -> None:
        self._bytes -= file.size
        try:
            (self._own / file.name).unlink(missing_ok=True)
        except OSError:
            say_failure("removing a file of the spool")

    def _read(self, file: _File) -> Batch | None:
        """The batch of a file, None where it cannot be read for the moment."""
        why = "a file is broken"
        try:
            lines = (self._own / file.name).read_bytes().splitlines()
        except OSError as error:
            if error.errno in _PASSING:
                say("spool", "TrueCompute cannot read its spool, events wait there: %s", error)
                return None
            lines, why = [], str(error)
        events = [line for line in lines if _is_document(line)][: file.events]
        damaged = file.events - len(events)
        if damaged:
            say("spool", "TrueCompute lost %d event(s) of its spool: %s", damaged, why)
        return Batch(events, file.name, damaged=damaged)

    def _adopt(self, directory: Path) -> None:
        """Take over the files of processes that are gone."""
        for other in sorted(directory.iterdir()):
            if other == self._own or not (other / _LOCK).is_file():
                continue
            try:
                self._adopt_folder(other)
            except OSError:
                say_failure("taking over a spool")
        for path in sorted(self._own.glob(f"*{_SUFFIX}")):
            try:
                content = path.read_bytes()
            except OSError:
                say_failure("taking over a spool")  # it stays for the next process
                continue
            self._files.append(_File(path.name, len(content.splitlines()), len(content)))
            self._bytes += len(content)

    def _adopt_folder(self, other: Path) -> None:
        lock = os.open(other / _LOCK, os.O_RDWR)
        try:
            _lock(lock, waits=False)
            for path in sorted(other.glob(f"*{_SUFFIX}")):
                path.rename(self._own / path.name)
            for path in list(other.iterdir()):
                path.unlink()
            other.rmdir()
        except BlockingIOError:
            pass  # its process lives
        finally:
            os.close(lock)

    def _remove_if_empty(self) -> None:
        if self._files or self._in_memory:
            return
        try:
            (self._own / _LOCK).unlink()
            self._own.rmdir()
        except OSError:
            say_failure("removing an empty spool")


def _lock(descriptor: int, *, waits: bool) -> None:
    """Raises ``BlockingIOError`` where another process holds it, unless that one is waited for."""
    if fcntl is not None:  # a spool is not made without it
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))


def _is_document(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False
