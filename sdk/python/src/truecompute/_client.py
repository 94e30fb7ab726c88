"""The client: what a program holds."""

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Literal, TypeVar

from truecompute import _context
from truecompute._calls import add_attribution
from truecompute._diagnostics import logger, say, say_failure
from truecompute._reporter import Reporter
from truecompute._settings import read_settings
from truecompute._stats import Stats
from truecompute._tracking import tracked
from truecompute._transport import Transport

_Wrapped = TypeVar("_Wrapped")

WhenUnavailable = Literal["open", "closed"]


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
    ``flush_interval`` is in seconds, ``timeout`` the wait for an answer in seconds, both at most a
    day. At most ``max_queue_events`` events and ``max_queue_bytes`` bytes wait; newer ones are
    dropped and counted, and ``on_drop`` is called with their number, in the background.
    ``transport`` replaces HTTP.

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
        settings = read_settings(
            api_key=api_key, base_url=base_url, project=project, environment=environment,
            spool_dir=spool_dir, flush_interval=flush_interval, timeout=timeout,
            max_queue_events=max_queue_events, max_queue_bytes=max_queue_bytes,
            on_drop=on_drop, transport=transport,
        )  # fmt: skip
        #: What wrapped clients and callbacks report to; they keep it where a program drops this.
        self.reporter: Reporter = Reporter(settings)
        if not settings.is_enabled:
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
        nothing but limits; another ``Client`` takes it over, but does not lift limits without
        ``enforce``, which raises ``ConfigurationError``. Raises ``UnsupportedClient`` for anything
        else.

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
                self.reporter.reservations(),
                self.reporter.is_silent,
                when_unavailable=when_unavailable,
                timeout=reserve_timeout,
                max_output_tokens=max_output_tokens,
            )
        wrap(client, self.reporter, limits)
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
            add_attribution(event, _context.current.get(), self.reporter.defaults)
            self.reporter.record(event)
        except Exception:  # noqa: BLE001 - never in the way
            with suppress(Exception):
                self.reporter.note_failure("tracking a call")

    def context(self, **fields: Any) -> _context.context:
        """The same as ``truecompute.context``."""
        return _context.context(**fields)

    def tag(self, **tags: object) -> _context.context:
        """The same as ``truecompute.tag``."""
        return _context.tag(**tags)

    def flush(self, timeout: float = 5.0) -> bool:
        """Send all that was recorded so far; False where that takes longer than ``timeout`` s, and
        at once where the server asked to be left alone for longer.

        Streams whose reading was left off are counted as they stand. Raises nothing.
        """
        try:
            return self.reporter.flush(timeout)
        except Exception:  # noqa: BLE001 - never in the way
            with suppress(Exception):
                self.reporter.note_failure("flushing")
            return False

    def close(self, timeout: float = 2.0) -> None:
        """Send what is left, for ``timeout`` seconds at most, and end the thread.

        What is left then is in the spool, or counted as dropped, as is what comes afterwards.
        Called by itself when the program ends. Raises nothing.
        """
        try:
            self.reporter.close(timeout)
        except Exception:  # noqa: BLE001 - never in the way
            with suppress(Exception):
                self.reporter.note_failure("closing")

    def stats(self) -> Stats:
        """What became of the events of this process so far. Raises nothing."""
        try:
            return self.reporter.stats()
        except Exception:  # noqa: BLE001 - never in the way
            with suppress(Exception):
                say_failure("counting")
            return Stats()

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
