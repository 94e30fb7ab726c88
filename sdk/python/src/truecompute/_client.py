"""The client: what a program holds, and what wrapped clients report to."""

import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from truecompute import _context, _process
from truecompute._calls import add_attribution
from truecompute._checks import check_positive, checked_key
from truecompute._context import NOTHING, Attribution, current
from truecompute._delivery import Backlog, Delivery, MemoryBacklog, random_share
from truecompute._diagnostics import is_speaking, logger, say, say_failure
from truecompute._encoding import bounded_document
from truecompute._queue import EventQueue, Pending
from truecompute._stats import CLOSED, DISABLED, Stats
from truecompute._streams import OpenStreams
from truecompute._text import clean
from truecompute._tracking import tracked
from truecompute._transport import Transport
from truecompute._worker import Worker

if TYPE_CHECKING:
    from truecompute._reservations import Reservations

_Wrapped = TypeVar("_Wrapped")

DEFAULT_URL = "http://localhost:5000"
WhenUnavailable = Literal["open", "closed"]
_MOST_SPOOL_BYTES = 256 * 1024 * 1024


class Client:
    """Sends what AI calls cost to a TrueCompute server, in the background.

    One for a process is enough; it may be used by any number of threads and tasks, and goes on
    in a child after a fork.

        tc = truecompute.Client(api_key="tc_live_...", base_url="http://localhost:5000")
        client = tc.wrap(OpenAI())

    ``api_key``, ``base_url``, ``project`` and ``environment`` default to the environment variables
    ``TRUECOMPUTE_API_KEY``, ``TRUECOMPUTE_URL``, ``TRUECOMPUTE_PROJECT`` and
    ``TRUECOMPUTE_ENVIRONMENT``. Without a key nothing is sent, which is logged once: a program in
    development needs none.

    ``spool_dir`` names a folder that keeps what could not be sent for the next process.
    ``flush_interval`` is in seconds, ``timeout`` the wait for an answer in seconds. At most
    ``max_queue_events`` events and ``max_queue_bytes`` bytes wait; newer ones are dropped and
    counted, and ``on_drop`` is called with their number, in the background. ``transport`` replaces
    HTTP.

    Raises ``ConfigurationError`` for a key, an address, a folder or a limit that cannot work.
    """

    def __init__(
        self,
        api_key: str | None = None,
        base_url: str | None = None,
        *,
        project: str | None = None,
        environment: str | None = None,
        spool_dir: str | os.PathLike[str] | None = None,
        flush_interval: float = 1.0,
        timeout: float = 10.0,
        max_queue_events: int = 10_000,
        max_queue_bytes: int = 32 * 1024 * 1024,
        on_drop: Callable[[int], object] | None = None,
        transport: Transport | None = None,
    ) -> None:
        logger()
        check_positive(flush_interval=flush_interval, timeout=timeout)
        check_positive(max_queue_events=max_queue_events, max_queue_bytes=max_queue_bytes)
        key = api_key or os.environ.get("TRUECOMPUTE_API_KEY") or ""
        key = checked_key(key)
        url = base_url or os.environ.get("TRUECOMPUTE_URL") or DEFAULT_URL
        self.defaults = _or_nothing(
            Attribution(
                project=clean(project or os.environ.get("TRUECOMPUTE_PROJECT")),
                environment=clean(environment or os.environ.get("TRUECOMPUTE_ENVIRONMENT")),
            )
        )
        self._transport = transport if transport is not None else _http_transport(url, key)
        self._is_enabled = transport is not None or bool(key)
        self._reservations: Reservations | None = None
        self._spool_dir = spool_dir
        self._limits = (max_queue_events, max_queue_bytes)
        self._interval = flush_interval
        self._timeout = timeout
        self._on_drop = on_drop
        self.generation = 0
        self._begin()
        _process.look_after(self)
        if not self._is_enabled:
            say("no_key", "TrueCompute has no API key, nothing is sent; "
                "set TRUECOMPUTE_API_KEY or Client(api_key=...)")  # fmt: skip

    def wrap(
        self,
        client: _Wrapped,
        *,
        enforce: bool = False,
        when_unavailable: WhenUnavailable = "open",
        max_output_tokens: int = 4096,
        reserve_timeout: float = 2.0,
    ) -> _Wrapped:
        """``client`` itself, whose calls are reported from now on; nothing else of it changes.

        Takes clients of openai (Azure and compatible services too), anthropic, google-genai,
        mistralai, cohere, boto3's bedrock-runtime, groq and together. Wrapping it again changes
        nothing but limits; another ``Client`` takes it over. Raises ``UnsupportedClient`` for
        anything else.

        With ``enforce`` each call first asks the server for room in its budgets, and raises
        ``BudgetExceeded`` instead of being made where there is none. Where nobody says so within
        ``reserve_timeout`` seconds, it is made all the same and counted as ``unchecked`` in
        ``stats()``; with ``when_unavailable="closed"`` it raises ``BudgetUnavailable``.
        ``max_output_tokens`` are those of calls that set no limit of their own. Raises
        ``ConfigurationError`` for options that cannot work.
        """
        from truecompute.wrappers import wrap  # a wrapper is loaded when there is what to wrap

        limits = None
        if enforce:
            from truecompute._enforcement import Enforcement  # likewise, where there are limits

            limits = Enforcement(
                self._reserving(),
                self._is_silent,
                when_unavailable=when_unavailable,
                timeout=reserve_timeout,
                max_output_tokens=max_output_tokens,
            )
        wrap(client, self, limits)
        return client

    def unwrap(self, client: _Wrapped) -> _Wrapped:
        """``client`` itself, as it was before ``wrap``; one that is not wrapped stays as it is."""
        from truecompute.wrappers import unwrap

        unwrap(client)
        return client

    def track(
        self,
        *,
        provider: str,
        model: str,
        usage: Mapping[str, Any] | None = None,
        provider_usage: Any = None,
        latency_ms: float | None = None,
        **fields: Any,
    ) -> None:
        """Report a call that no wrapper sees.

        ``usage`` is canonical (``{"input": 10, "output": 3}``: each token in one class),
        ``provider_usage`` the provider's own usage object, of any type. ``fields`` are any others
        of an event, as the server's API names them (``operation``, ``status``, ``error_code``,
        ``provider_request_id``, ``project``, ``tags`` ...). ``id`` and ``timestamp`` (an aware
        ``datetime`` or a text) default to a new one and to now, less the latency. Raises nothing.
        """
        try:
            event = tracked(provider, model, usage, provider_usage, latency_ms, fields)
            add_attribution(event, current.get(), self.defaults)
            self.record(event)
        except Exception:  # noqa: BLE001 - never in the way
            with suppress(Exception):
                self.note_failure("tracking a call")

    def context(self, **fields: Any) -> _context.context:
        """The same as ``truecompute.context``."""
        return _context.context(**fields)

    def tag(self, **tags: object) -> _context.context:
        """The same as ``truecompute.tag``."""
        return _context.tag(**tags)

    def flush(self, timeout: float = 5.0) -> bool:
        """Send all that was recorded so far; False where that takes longer than ``timeout`` s.

        Streams whose reading was left off are counted as they stand. Raises nothing.
        """
        try:
            self.open_streams.finish_left(grace_s=0)
            return self._worker.flush(timeout)
        except Exception:  # noqa: BLE001 - never in the way
            with suppress(Exception):
                self.note_failure("flushing")
            return False

    def close(self, timeout: float = _process.EXIT_PATIENCE_S) -> None:
        """Send what is left, for ``timeout`` seconds at most, and end the thread.

        What is left then is in the spool, or counted as dropped, as is what comes afterwards.
        Called by itself when the program ends. Raises nothing.
        """
        try:
            self._close(timeout)
        except Exception:  # noqa: BLE001 - never in the way
            with suppress(Exception):
                self.note_failure("closing")

    def stats(self) -> Stats:
        """What became of the events of this process so far. Raises nothing."""
        try:
            _, dropped, waiting = self._queue.counts()
            sent, refused, standing = self._delivery.counts()
            dropped_by = dict(dropped + refused)
            return Stats(
                sent=sent,
                queued=waiting + standing,
                dropped=sum(dropped_by.values()),
                retried=self._delivery.retried,
                failures=self._failures,
                dropped_by=dropped_by,
                unchecked=0 if self._reservations is None else self._reservations.unchecked,
            )
        except Exception:  # noqa: BLE001 - never in the way
            with suppress(Exception):
                say_failure("counting")
            return Stats()

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def record(self, event: Mapping[str, Any]) -> None:
        """Take an event that is made; for wrappers. Raises what its values raise."""
        self.take(bounded_document(event))

    def take(self, event: Pending | bytes) -> None:
        """Take an event that is written, or will be in the background; for wrappers."""
        if self._is_silent():
            return
        waiting = self._queue.put(event)
        if self._worker.notice(waiting):
            _process.note_worker_process()
        if self._ends_at is not None:
            self._worker.flush(self._ends_at - time.monotonic())

    def note_failure(self, doing: str) -> None:
        """Count and log a fault of the SDK; for wrappers."""
        self._failures += 1
        say_failure(doing)

    def _begin(self) -> None:
        """All that belongs to one process: made at first, and anew in a child after a fork."""
        self._queue = EventQueue(*self._limits)
        self._backlog: Backlog = MemoryBacklog(self._queue)
        if self._spool_dir is not None:
            from truecompute._spool import SpoolBacklog  # only who wants one pays for it

            self._backlog = SpoolBacklog(self._queue, self._spool_dir, _MOST_SPOOL_BYTES)
        if not self._is_enabled:
            self._queue.shut(DISABLED)
        self._delivery = Delivery(self._transport, self._backlog, random_share)
        self.open_streams = OpenStreams()
        self._failures = 0
        if self._reservations is not None:
            self._reservations.unchecked = 0
        self._ends_at: float | None = None
        self._told_dropped = 0
        self._worker = Worker(
            self._delivery,
            self._backlog,
            self._owed,
            self._tick,
            interval=self._interval,
            timeout=self._timeout,
        )

    def _reserving(self) -> "Reservations":
        if self._reservations is None:
            from truecompute._reservations import Reservations

            made = Reservations(self._transport)
            made.disabled_for = None if self._is_enabled else "there is no API key"
            self._reservations = made
        return self._reservations

    def _is_silent(self) -> bool:
        """Whether events of this thread are not taken: a transport or a log handler that calls a
        model itself would loop for ever.
        """
        return self._worker.is_worker_thread() or is_speaking()

    def _owed(self) -> int:
        produced, dropped, _ = self._queue.counts()
        return produced - sum(dropped.values()) + self._backlog.found

    def _tick(self) -> None:
        """Once a second, in the background."""
        self.open_streams.finish_left()
        if self._on_drop is not None:
            dropped = self.stats().dropped
            newly, self._told_dropped = dropped - self._told_dropped, dropped
            if newly:
                try:
                    self._on_drop(newly)
                except Exception:  # noqa: BLE001 - the host's own, and events wait behind it
                    self.note_failure("calling on_drop")

    def _close(self, timeout: float) -> None:
        self.open_streams.finish_all()
        has_ended = self._worker.stop(timeout)
        close_transport = getattr(self._transport, "close", None)
        if has_ended and close_transport is not None:
            close_transport()
        if self._backlog.outlives:
            self._backlog.close() if has_ended else self._backlog.collect()
        waiting = self._queue.counts()[2]
        self._queue.shut(CLOSED)
        if self._reservations is not None:
            self._reservations.disabled_for = "the client of TrueCompute is closed"
        if not self._backlog.outlives:
            self._delivery.abandon(CLOSED)
        if waiting:
            say("closed", "TrueCompute was closed with %d event(s) undelivered", waiting)

    def end(self, deadline: float) -> None:
        """Flush at the end of the program; what others still report then is sent at once."""
        try:
            self.open_streams.finish_all()
            self._worker.flush(deadline - time.monotonic())
            if self._backlog.outlives:
                self._backlog.collect()
            self._ends_at = deadline
        except Exception:  # noqa: BLE001 - never in the way
            with suppress(Exception):
                self.note_failure("ending")

    def begin_in_child(self) -> None:
        """Start anew after a fork: what waited is the parent's to send."""
        self._backlog.forget()
        self.generation += 1
        self._begin()


def _http_transport(url: str, key: str) -> Transport:
    # Loading HTTP takes longer than all the rest, and an import of the SDK should not be felt.
    from truecompute._http import HttpTransport

    return HttpTransport(url, key)


def _or_nothing(defaults: Attribution) -> Attribution:
    return NOTHING if defaults == NOTHING else defaults
