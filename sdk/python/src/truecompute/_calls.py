"""A call under way: from before it starts until it is known how it ended, which happens once."""

import time
from typing import Any, Protocol

from truecompute._context import NOTHING, Attribution, current
from truecompute._encoding import bounded_document, plain, timestamp_of
from truecompute._ids import new_id
from truecompute._text import clean

#: Errors after which the provider may still have done, and bill, the work.
_UNKNOWN_END = ("Timeout", "Cancel", "Interrupt", "Connection", "Read", "Exit")
#: The fields of an attribution but its tags, which come last.
_TEXTS = Attribution._fields[:-1]


class Sink(Protocol):
    """Where events go: the reporter of a client, as far as a call knows it."""

    generation: int
    defaults: Attribution

    def take(self, event: "Call") -> None:
        """Take a call that has ended, to be written out later."""
        ...


class Seen:
    """What a provider has said of a call so far. None where it said nothing.

    ``usage`` is its own usage object, of any type; ``units`` are canonical ones that stand
    elsewhere in the answer. ``is_final`` says that the usage is that of the whole call.
    ``is_pending`` says that there is no answer yet, which is no event; ``stable_id`` is the event's
    id where the same answer may be read twice.
    """

    __slots__ = (
        "has_content", "is_final", "is_pending", "model", "request_id", "service_tier",
        "stable_id", "units", "usage",
    )  # fmt: skip

    def __init__(self) -> None:
        self.usage: Any = None
        self.units: dict[str, Any] | None = None
        self.model: str | None = None
        self.service_tier: str | None = None
        self.request_id: str | None = None
        self.has_content: bool = False
        self.is_final: bool = False
        self.is_pending: bool = False
        self.stable_id: str | None = None


class Call:
    """One call: made before it starts, ended once, and then an event of the sink's."""

    __slots__ = (
        "_began", "_ended", "_error", "_first", "_generation", "_is_cut", "_once", "_seen", "_sink",
        "_whose", "api_base", "model", "operation", "provider", "region", "reservation_id",
        "started_at",
    )  # fmt: skip

    def __init__(
        self,
        sink: Sink,
        provider: str,
        model: str | None,
        operation: str,
        api_base: str | None,
        *,
        region: str | None = None,
    ) -> None:
        self._sink = sink
        self._generation = sink.generation
        self.provider: str = provider
        self.model: str | None = model
        self.operation: str = operation
        self.api_base: str | None = api_base
        self.region: str | None = region
        self.reservation_id: str | None = None
        self._whose = current.get()
        self._once = [True]
        self._first: float | None = None
        self._error: str | None = None
        self.started_at: float = time.time()
        self._began = time.perf_counter()

    def attribution(self) -> dict[str, Any]:
        """The fields of the event that say whose call it is."""
        fields: dict[str, Any] = {}
        add_attribution(fields, self._whose, self._sink.defaults)
        return fields

    def begin_with(self, reservation_id: str) -> None:
        """The call begins only now: something was reserved for it before."""
        self.reservation_id = reservation_id
        self.started_at = time.time()
        self._began = time.perf_counter()

    def began_within(self, other: "Call") -> bool:
        """Whether it began after ``other`` had begun."""
        return self._began >= other._began

    def is_told_to(self, sink: Sink) -> bool:
        """Whether its event goes there."""
        return self._sink is sink

    def note_first(self) -> None:
        """The first of the answer is here."""
        if self._first is None:
            self._first = time.perf_counter()

    def has_first(self) -> bool:
        """Whether anything of the answer was noted."""
        return self._first is not None

    def end(
        self, seen: Seen, error: BaseException | str | None = None, *, is_cut: bool = False
    ) -> None:
        """The call has ended: with ``error`` (or its name), cut off by its caller, or well. Only
        the first end counts.

        Raises what a value raises that cannot be made JSON.
        """
        try:
            self._once.pop()
        except IndexError:
            return
        if seen.is_pending or self._generation != self._sink.generation:
            return  # the latter is a copy in a child after a fork: the parent ends it
        self._ended = time.perf_counter()
        self._seen, self._is_cut = seen, is_cut
        if error is not None:
            # Its name alone: an exception holds on to every frame that it passed.
            self._error = error if isinstance(error, str) else type(error).__name__
        self._sink.take(self)

    def document(self) -> bytes:
        """The event as JSON. Raises what a value raises that cannot be made JSON."""
        seen, error = self._seen, self._error
        usage = None if seen.usage is None else plain(seen.usage)
        answered = clean(seen.model)
        event: dict[str, Any] = {
            "id": seen.stable_id or new_id(),
            "timestamp": timestamp_of(self.started_at),
            "provider": self.provider,
            "model": answered or clean(self.model) or "unknown",
            "operation": self.operation,
            "api_base": clean(self.api_base),
            "region": clean(self.region),
            "service_tier": clean(seen.service_tier),
            "usage": seen.units,
            "provider_usage": usage if isinstance(usage, dict) and usage else None,
            "usage_status": _usage_status(seen, error, is_cut=self._is_cut),
            "latency_ms": round((self._ended - self._began) * 1000),
            "status": "success" if error is None else "error",
            "error_code": clean(error),
            "provider_request_id": clean(seen.request_id),
        }
        if answered is not None and self.model is not None and answered != self.model:
            event["requested_model"] = clean(self.model)
        if self.reservation_id is not None:
            event["reservation_id"] = self.reservation_id
        if self._first is not None:
            event["time_to_first_token_ms"] = round((self._first - self._began) * 1000)
        add_attribution(event, self._whose, self._sink.defaults)
        return bounded_document(event)


def add_attribution(event: dict[str, Any], whose: Attribution, defaults: Attribution) -> None:
    """Say in the event whose call it is, unless it says so itself."""
    if whose is NOTHING and defaults is NOTHING:
        return
    if defaults is not NOTHING:
        whose = whose.within(defaults)
    for name, value in zip(_TEXTS, whose, strict=False):
        if value and name not in event:
            event[name] = value
    if whose.tags:
        event["tags"] = {**whose.tags, **event.get("tags", {})}


def _usage_status(seen: Seen, error: str | None, *, is_cut: bool) -> str | None:
    """None where the server is to decide: complete with usage, missing or free without."""
    if seen.is_final or (error is None and not is_cut):
        return None
    if seen.usage is not None or seen.units:
        return "partial"
    if is_cut or error is None or seen.has_content:
        return "missing"
    return "missing" if any(part in error for part in _UNKNOWN_END) else None
