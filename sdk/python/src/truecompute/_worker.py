"""The thread behind a client: it wakes once a second, or when a batch is full, and sends.

Started with the first event, anew in a child after a fork. Its own lock wakes it, used as a binary
semaphore: releasing it is one atomic step, so that it may be done from anywhere, the garbage
collector included.
"""

import threading
import time
from collections.abc import Callable
from contextlib import suppress

from truecompute._backlog import MOST_BATCH_EVENTS, Backlog
from truecompute._delivery import Delivery
from truecompute._diagnostics import say_failure

#: So long after a thread could not be started the next event tries again.
_STARTS_AGAIN_S = 1.0


class Worker:
    """Runs a ``Delivery`` in the background; ``flush`` and ``stop`` wait for it, in time.

    ``owed`` tells how many events should have been settled, were all done, and ``settled`` how many
    are; ``tick`` is called each time the thread wakes.
    """

    def __init__(
        self,
        delivery: Delivery,
        backlog: Backlog,
        owed: Callable[[], int],
        settled: Callable[[], int],
        tick: Callable[[], None],
        *,
        interval: float,
        timeout: float,
    ) -> None:
        self._delivery = delivery
        self._backlog = backlog
        self._owed = owed
        self._settled = settled
        self._tick = tick
        self._interval = interval
        self._timeout = timeout
        self._starting = threading.Lock()
        self._make_primitives()
        self._thread: threading.Thread | None = None
        self._has_run: threading.Thread | None = None
        self._ident: int | None = None
        self._sending = threading.Lock()
        self._starts_again_at = 0.0
        self._is_stopping = False
        self._deadline: float | None = None
        self._not_before = 0.0
        self._is_urgent = False

    def notice(self, waiting: int) -> bool:
        """An event was added, so many wait now; whether that started the thread. Never waits."""
        is_new = self._thread is None and self._start()
        if waiting >= MOST_BATCH_EVENTS and waiting % MOST_BATCH_EVENTS == 0:
            self._rouse()
        return is_new

    def is_worker_thread(self) -> bool:
        """Whether the caller runs inside the thread, as a transport does."""
        return self._ident == threading.get_ident()

    def flush(self, timeout: float) -> bool:
        """Send what there is now; False where it is not all settled within ``timeout`` seconds,
        and at once where the server does not want to be asked for longer than that.
        """
        deadline = time.monotonic() + timeout
        target = self._owed()
        if self.hasten(timeout):
            return True
        if self._thread is None and self._cannot_start():
            return self._send_here(target, deadline)
        progress = self._progress
        with progress:
            while not self._has_settled(target):
                left = deadline - time.monotonic()
                is_barred = self._delivery.left_alone_until > deadline
                if left <= 0 or is_barred or self._has_ended():
                    return self._has_settled(target)
                self.notice(0)  # in the place of one that something has ended meanwhile
                progress.wait(min(left, 0.25))
        return True

    def hasten(self, timeout: float) -> bool:
        """Begin to send what there is, within ``timeout`` seconds; whether all is settled."""
        if self._has_settled(self._owed()):
            return True
        self._deadline = time.monotonic() + timeout
        self._is_urgent = True
        self.notice(0)
        self._rouse()
        return False

    def stop(self, timeout: float) -> bool:
        """Flush, and end the thread; False where it is still in the middle of an attempt."""
        deadline = time.monotonic() + timeout
        self.flush(timeout)
        self.leave_off()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            left = min(deadline - time.monotonic(), threading.TIMEOUT_MAX)
            thread.join(max(left, 0.05))
        return thread is None or not thread.is_alive()

    def leave_off(self) -> None:
        """Have the thread end after what it is at, without waiting for it."""
        self._is_stopping = True
        self._rouse()

    def _make_primitives(self) -> None:
        """Anew with each thread: gevent may have replaced what threads are since the import."""
        self._wake = threading.Lock()
        self._wake.acquire()
        self._progress = threading.Condition()  # of a lock that a signal handler may take again

    def _start(self) -> bool:
        if self._cannot_start() or not self._starting.acquire(blocking=False):
            return False
        try:
            if self._thread is None and not self._is_stopping:
                self._make_primitives()
                self._thread = threading.Thread(target=self._run, name="truecompute", daemon=True)
                self._thread.start()
                return True
        except RuntimeError:
            self._thread = None
            # The interpreter ends, or the system has no thread left just now: flush() sends by
            # itself.
            self._starts_again_at = time.monotonic() + _STARTS_AGAIN_S
        finally:
            self._starting.release()
        return False

    def _cannot_start(self) -> bool:
        return time.monotonic() < self._starts_again_at

    def _rouse(self) -> None:
        try:
            self._wake.release()
        except RuntimeError:
            pass  # it is awake, or about to be

    def _run(self) -> None:
        self._ident, self._has_run = threading.get_ident(), threading.current_thread()
        try:
            while not self._is_stopping:
                pause = self._not_before - time.monotonic()
                self._wake.acquire(timeout=pause if 0 < pause < self._interval else self._interval)
                try:
                    self._tick()
                    self._backlog.collect()
                    self._send_all()
                except Exception:  # noqa: BLE001 - the thread must not end with events waiting
                    with suppress(Exception):
                        say_failure("delivering events")
        finally:
            self._ident = None  # the system gives it to another thread
            if not self._is_stopping:
                self._thread = None  # something ended it: the next event starts another
            with suppress(Exception):
                self._tell()

    def _send_all(self) -> None:
        while not self._is_stopping:
            if time.monotonic() < self._delivery.left_alone_until:
                return
            is_urgent, self._is_urgent = self._is_urgent, False
            if time.monotonic() < self._not_before and not is_urgent:
                return
            with self._sending:
                pause = self._delivery.attempt(self._patience())
            if pause is not None:
                self._not_before = time.monotonic() + pause
            self._tell()
            if pause is None:
                return

    def _patience(self) -> float:
        """The wait for an answer: that of the settings, or what is left to who is waiting."""
        if self._deadline is None:
            return self._timeout
        left = self._deadline - time.monotonic()
        if left <= 0:
            self._deadline = None
            return self._timeout
        return max(min(self._timeout, left), 0.1)

    def _send_here(self, target: int, deadline: float) -> bool:
        """Send in the caller's thread, where there can be no other."""
        pause: float | None = max(self._delivery.left_alone_until - time.monotonic(), 0.0)
        while pause is not None and pause <= deadline - time.monotonic():
            if pause:
                time.sleep(pause)
            if self._has_settled(target):
                break
            if not self._sending.acquire(timeout=max(deadline - time.monotonic(), 0.0)):
                break
            try:
                pause = self._delivery.attempt(self._patience())
            finally:
                self._sending.release()
        return self._has_settled(target)

    def _has_settled(self, target: int) -> bool:
        return self._settled() >= target

    def _has_ended(self) -> bool:
        """Whether the thread did run: one that is about to is not alive either."""
        thread = self._thread
        return thread is not None and thread is self._has_run and not thread.is_alive()

    def _tell(self) -> None:
        with self._progress:
            self._progress.notify_all()
