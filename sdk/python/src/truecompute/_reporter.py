"""What wrapped clients and callbacks report to: takes events in any thread and has them sent."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from truecompute import _process
from truecompute._backlog import Backlog, MemoryBacklog
from truecompute._context import Attribution
from truecompute._delivery import Delivery, random_share
from truecompute._diagnostics import is_speaking, say, say_failure
from truecompute._encoding import bounded_document
from truecompute._queue import EventQueue, Pending
from truecompute._settings import Settings
from truecompute._stats import CLOSED, DISABLED, UNREADABLE, Stats
from truecompute._watches import OpenStreams
from truecompute._worker import Worker

if TYPE_CHECKING:
    from truecompute._reservations import Reservations

_MOST_SPOOL_BYTES = 256 * 1024 * 1024


class Reporter:
    """The events of one client, from wherever they are made to the server or a count of lost ones.

    All that it holds belongs to one process: a fork makes it anew in the child. ``generation``
    tells by how many, since a call that began before is the parent's to end. ``defaults`` hold for
    events that say nothing else.
    """

    def __init__(self, settings: Settings) -> None:
        self.defaults: Attribution = settings.defaults
        self.generation: int = 0
        self._settings = settings
        self._reservations: Reservations | None = None
        self._is_closed = False
        self._begin()
        _process.look_after(self)
        if self._backlog.begin() and self._worker.notice(0):
            _process.note_worker_process()

    def _begin(self) -> None:
        """All that belongs to one process: made at first, and anew in a child after a fork."""
        settings = self._settings
        self._queue = EventQueue(settings.max_queue_events, settings.max_queue_bytes)
        self._backlog: Backlog = self._begun_backlog()
        if self._is_closed or not settings.is_enabled:
            self._queue.shut(CLOSED if self._is_closed else DISABLED)
        self._delivery = Delivery(
            settings.transport, self._backlog, random_share, self._queue.turned_away
        )
        self.open_streams: OpenStreams = OpenStreams(self._attend)
        self._failures = 0
        if self._reservations is not None:
            self._reservations.unchecked = 0
        self._is_ending = False
        self._told_dropped = 0
        self._worker = Worker(
            self._delivery,
            self._backlog,
            self._owed,
            self._settled,
            self._tick,
            interval=settings.flush_interval,
            timeout=settings.timeout,
        )
        if self._is_closed:
            self._worker.leave_off()

    def _begun_backlog(self) -> Backlog:
        """In memory where no spool is wanted."""
        spool_dir = self._settings.spool_dir
        if spool_dir is not None and self._settings.is_enabled and not self._is_closed:
            from truecompute._spool import SpoolBacklog  # only who wants one pays for it

            return SpoolBacklog(self._queue, spool_dir, _MOST_SPOOL_BYTES)
        return MemoryBacklog(self._queue)

    def record(self, event: Mapping[str, Any]) -> None:
        """Take an event that is made. Raises what its values raise."""
        if not self.is_silent():
            self.take(bounded_document(event))

    def take(self, event: Pending | bytes) -> None:
        """Take an event that is written, or will be in the background."""
        self._attend(self._queue.put(event))
        if self._is_ending and not self._worker.is_worker_thread():
            self._deliver_last()

    def _attend(self, waiting: int = 0) -> None:
        """Something waits for the thread, events or an open stream."""
        if self._worker.notice(waiting):
            _process.note_worker_process()

    def note_failure(self, doing: str) -> None:
        """Count and log a fault of the SDK."""
        self._failures += 1
        say_failure(doing)

    def is_silent(self) -> bool:
        """Whether calls that this thread begins are no events: a transport or a log handler that
        calls a model itself would loop for ever.
        """
        return self._worker.is_worker_thread() or is_speaking()

    def reservations(self) -> "Reservations":
        """Those of hard limits, made when there are the first."""
        if self._reservations is None:
            from truecompute._reservations import Reservations

            made = Reservations(self._settings.transport)
            made.disabled_for = None if self._settings.is_enabled else "there is no API key"
            self._reservations = made
        return self._reservations

    def stats(self) -> Stats:
        """What became of the events of this process so far."""
        # In this order: what is delivered meanwhile still counts as waiting.
        sent, refused = self._delivery.counts()
        produced, dropped, _ = self._queue.counts()
        dropped_by = dict(dropped + refused)
        return Stats(
            sent=sent,
            # An exception of a signal handler's in the middle of a count may repeat one.
            queued=max(produced + self._backlog.found - sent - sum(dropped_by.values()), 0),
            dropped=sum(dropped_by.values()),
            retried=self._delivery.retried,
            failures=self._failures,
            dropped_by=dropped_by,
            unchecked=0 if self._reservations is None else self._reservations.unchecked,
        )

    def flush(self, timeout: float) -> bool:
        """Send what there is, streams that were left included; False where time is too short."""
        self.open_streams.finish_left(grace_s=0)
        if not self.generation:
            self._backlog.look()
        return self._worker.flush(timeout)

    def close(self, timeout: float) -> None:
        """Send what is left, and end the thread: nothing is taken from now on."""
        self._is_closed = True
        self.open_streams.finish_all()
        has_ended = self._worker.stop(timeout)
        if self._backlog.outlives:
            self._backlog.collect()  # what is not written out yet would be dropped for coming late
        self._queue.shut(CLOSED)
        self._give_up()
        if self._reservations is not None:
            self._reservations.disabled_for = "the client of TrueCompute is closed"
        if has_ended:
            self._backlog.close()
            close_transport = getattr(self._settings.transport, "close", None)
            if close_transport is not None:
                close_transport()

    def _give_up(self) -> None:
        """Count as lost what still waits, unless a spool has it."""
        lost = self._delivery.give_up(CLOSED)
        if lost:
            say("closed", "TrueCompute was closed with %d event(s) undelivered", lost)

    def hasten(self, timeout: float) -> None:
        """Have what there is sent in the background within ``timeout`` seconds."""
        try:
            self.open_streams.finish_all()
            self._worker.hasten(timeout)
        except Exception:  # noqa: BLE001 - never in the way
            with suppress(Exception):
                self.note_failure("ending")

    def end(self) -> None:
        """Flush at the end of the program; what others still report then is sent at once.

        What is not delivered by then is lost, unless there is a spool, and counted: a process of
        ``multiprocessing``, or whoever comes later in ``atexit``, can ask.
        """
        try:
            self._deliver_last()
            self._is_ending = True
        except Exception:  # noqa: BLE001 - never in the way
            with suppress(Exception):
                self.note_failure("ending")

    def _deliver_last(self) -> None:
        is_delivered = _process.spend(self._worker.flush)
        if self._backlog.outlives:
            self._give_up()  # what comes later is still taken
        elif not is_delivered:
            self._worker.leave_off()
            self._queue.shut(CLOSED)
            self._give_up()

    def begin_in_child(self) -> None:
        """Start anew after a fork: what waited is the parent's to send."""
        self._backlog.forget()
        self.generation += 1
        self._begin()

    def _owed(self) -> int:
        produced, dropped, _ = self._queue.counts()
        turned_away = sum(dropped.values()) - dropped[UNREADABLE]
        return produced - turned_away + self._backlog.found

    def _settled(self) -> int:
        """How many of them are: one that cannot be written is so as soon as that is known."""
        return self._delivery.settled() + self._queue.unreadable()

    def _tick(self) -> None:
        """Once a second, in the background."""
        self.open_streams.finish_left()
        if self._settings.on_drop is not None:
            self._tell_dropped(self._settings.on_drop)

    def _tell_dropped(self, on_drop: Callable[[int], object]) -> None:
        try:
            dropped = self.stats().dropped
            newly, self._told_dropped = dropped - self._told_dropped, dropped
            if newly:
                on_drop(newly)
        except Exception:  # noqa: BLE001 - the host's own, and events wait behind it
            self.note_failure("calling on_drop")
