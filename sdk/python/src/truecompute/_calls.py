"""A call under way: from before it starts until it is known how it ended, which happens once."""

import time
from typing import Any, Protocol

from truecompute._context import NOTHING, Attribution, current
from truecompute._diagnostics import say_failure
from truecompute._encoding import (
    UNREADABLE_EVENT,
    bounded_document,
    read_back,
    snapshot,
    timestamp_of,
)
from truecompute._ids import new_id
from truecompute._text import clean

#: Errors after which the provider may still have done, and bill, the work.
_UNKNOWN_END = ("Timeout", "Cancel", "Interrupt", "Connection", "Read", "Exit")
#: About how many bytes a call takes beside its usage object.
_OWN_SIZE = 1_500
#: The fields of an attribution but its tags, which come last.
_TEXTS = Attribution._fields[:-1]


class Sink(Protocol):
    """Where events go: the reporter of a client, as far as a call knows it."""

    generation: int
    defaults: Attribution

    def is_silent(self) -> bool:
        """Whether what this thread begins now is not to be told of."""
        ...

    def take(self, event: "Call | bytes") -> None:
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
        "_began", "_ended", "_error", "_event_id", "_first", "_generation", "_is_cut", "_is_silent",
        "_once", "_seen", "_sink", "_usage", "_whose", "api_base", "model", "operation", "provider",
        "region", "reservation_id", "size", "started_at",
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
        # Where it begins and not where it ends: the thread that sends ends streams that were left.
        self._is_silent = sink.is_silent()
        self.provider: str = provider
        self.model: str | None = model
        self.operation: str = operation
        self.api_base: str | None = api_base
        self.region: str | None = region
        self.reservation_id: str | None = None
        self._whose = current.get()
        self._once = [True]
        self._usage: str | bytes | None = None
        self._event_id: str | None = None
        self.size: int = _OWN_SIZE
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
        """
        try:
            self._once.pop()
        except IndexError:
            return
        if seen.is_pending or self._is_silent or self._generation != self._sink.generation:
            return  # the last is a copy in a child after a fork: the parent ends it
        self._ended = time.perf_counter()
        self._seen, self._is_cut = seen, is_cut
        if error is not None:
            # Its name alone: an exception holds on to every frame that it passed.
            self._error = error if isinstance(error, str) else type(error).__name__
        if seen.usage is None or self._keeps_usage():
            self._sink.take(self)

    def _keeps_usage(self) -> bool:
        """Keep it as it is now: the program may add to it what other calls have used."""
        try:
            usage = snapshot(self._seen.usage)
        except Exception:  # noqa: BLE001 - never in the way
            say_failure("writing an event")
            self._sink.take(UNREADABLE_EVENT)
            return False
        self._usage = usage
        self.size += len(usage)
        return True

    def document(self) -> bytes:
        """The event as JSON. Raises what a value raises that cannot be made JSON."""
        seen, error = self._seen, self._error
        usage = None if self._usage is None else read_back(self._usage)
        answered = clean(seen.model)
        event: dict[str, Any] = {
            "id": self._id(),
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

    def _id(self) -> str:
        """The event's, the same however often it is written."""
        if self._event_id is None:
            self._event_id = self._seen.stable_id or new_id()
        return self._event_id


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
