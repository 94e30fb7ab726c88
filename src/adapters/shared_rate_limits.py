"""Limits that all processes of a server share, without asking the database."""

import fcntl
import mmap
import os
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

from application.ports.rate_limits import RateLimits
from domain.rate_limit import RateLimit

#: Of entries; each is a name's hash and when all it sent is paid for, 8 bytes both.
_SIZE = 1 << 15
#: Places that an entry may have; where all are taken, the last is shared, and so is the limit.
_PLACES = 16


class SharedRateLimits(RateLimits):
    """A table in memory that is shared by this process and those it forks.

    An entry that is paid for says nothing that an empty one would not, so its place is free for
    another name, and the table never needs clearing. The lock is the kernel's: a process that is
    killed gives it back.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._file, path = tempfile.mkstemp()
        Path(path).unlink()
        weakref.finalize(self, os.close, self._file)
        os.truncate(self._file, _SIZE * 16)
        table = memoryview(mmap.mmap(self._file, _SIZE * 16))
        self._names, self._times = table[: _SIZE * 8].cast("Q"), table[_SIZE * 8 :].cast("d")
        self._lock = threading.Lock()

    def take(self, limits: Mapping[str, RateLimit], number: int) -> float:
        with self._alone():
            now = self._monotonic()
            places = [(self._place(name, now), limit) for name, limit in limits.items()]
            wait_s = max(limit.wait_s(self._times[place], now) for place, limit in places)
            if not wait_s:
                for place, limit in places:
                    self._times[place] = limit.paid_at(self._times[place], now, number)
        return wait_s

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """The kernel's lock keeps other processes out, and the other one this process's threads."""
        with self._lock:
            fcntl.lockf(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN)

    def _place(self, name: str, now: float) -> int:
        """Where the name's entry is, or a free place that becomes it."""
        digest = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little")
        places = [(digest + step) % _SIZE for step in range(_PLACES)]
        for place in places:
            if self._names[place] == digest:
                return place
        for place in places:
            if self._times[place] <= now:
                self._names[place] = digest
                return place
        return places[-1]
