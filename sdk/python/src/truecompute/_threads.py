"""Threads of the SDK's own, for what has to wait while a program's loop goes on."""

import os
import threading
from collections import deque
from collections.abc import Callable

from truecompute._diagnostics import QUIETLY

#: As many as an executor of asyncio's has at most: nearly all of their time is waiting.
_MOST = 32
_IDLE_S = 10.0


class Threads:
    """Begun as they are needed, and gone some seconds after.

    Those of ``concurrent.futures`` are waited for at the end of the interpreter; these are not.
    """

    def __init__(self, most: int = _MOST, idle_s: float = _IDLE_S) -> None:
        self._most = most
        self._idle_s = idle_s
        self._changed = threading.Condition()
        self._tasks: deque[Callable[[], None]] = deque()
        self._count = self._idle = 0

    def run(self, task: Callable[[], None]) -> None:
        """Run ``task`` as soon as one is free. Raises ``RuntimeError`` where none can be begun."""
        with self._changed:
            if self._idle <= len(self._tasks) and self._count < self._most:
                self._begin()
            self._tasks.append(task)
            self._changed.notify()

    def _begin(self) -> None:
        thread = threading.Thread(target=self._works, name="truecompute-ask", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            if not self._count:
                raise
        else:
            self._count += 1

    def _works(self) -> None:
        while self._does_one():
            pass

    def _does_one(self) -> bool:
        """Whether there was anything to do. It holds on to nothing of it afterwards."""
        with self._changed:
            self._idle += 1
            self._changed.wait_for(self._tasks.__len__, self._idle_s)
            self._idle -= 1
            if not self._tasks:
                self._count -= 1
                return False
            task = self._tasks.popleft()
        try:
            with QUIETLY:
                task()
        except BaseException:  # it ends the thread
            with self._changed:
                self._count -= 1
            raise
        return True


_threads = Threads()


def run(task: Callable[[], None]) -> None:
    """Run ``task`` in a thread that all clients of the process share."""
    _threads.run(task)


def _begin_in_child() -> None:
    """The threads are the parent's, and one of them may have held the lock."""
    global _threads
    _threads = Threads()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_in_child)
