"""Answers that are made in the background and fetched later, perhaps often: each counts once.

The event's id is made of the provider's own, so that a second fetch, by this process or another,
is the same event to the server.
"""

from typing import Any, Protocol

from truecompute._calls import Seen, add_attribution
from truecompute._context import current
from truecompute._fields import field
from truecompute._ids import stable_id
from truecompute._in_place import HidingAsyncIterator, HidingIterator
from truecompute._reporter import Reporter
from truecompute._tracking import tracked
from truecompute.wrappers._exchange import Exchange
from truecompute.wrappers._operations import RESPONSE, is_pending, reads_named
from truecompute.wrappers._raw import decoded, is_raw


class Fetcher(Protocol):
    """The calls of a client, as far as a fetch knows them."""

    provider: str
    api_base: str

    @property
    def reporter(self) -> Reporter:
        """Whom they are told to at this moment."""
        ...


class Fetch(Exchange):
    """A request that fetches what may be billed. It is no call itself, so that it cannot fail."""

    def __init__(self, calls: Fetcher) -> None:
        self._calls = calls

    def answers(self, result: Any) -> Any:
        """Read what was fetched."""
        try:
            self._takes(decoded(result.http_response) if is_raw(result) else result)
        except Exception:  # noqa: BLE001 - never in the way
            self._calls.reporter.note_failure("reading what was fetched")
        return result

    def _takes(self, result: Any) -> None:
        raise NotImplementedError

    def _records(self, seen: Seen) -> None:
        fields = {
            "id": stable_id(seen.request_id or ""),
            "operation": "chat",
            "api_base": self._calls.api_base,
            "service_tier": seen.service_tier,
            "provider_request_id": seen.request_id,
        }
        model = seen.model or "unknown"
        event = tracked(self._calls.provider, model, seen.units, seen.usage, None, fields)
        add_attribution(event, current.get(), self._calls.reporter.defaults)
        self._calls.reporter.record(event)


class BatchResults(Fetch):
    """The results of an Anthropic batch, recorded as the caller reads them."""

    def _takes(self, result: Any) -> None:
        inner = getattr(result, "_iterator", None)
        if inner is not None:
            kind = HidingAsyncIterator if hasattr(inner, "__anext__") else HidingIterator
            result._iterator = kind(inner, self._sees)

    def _sees(self, item: Any) -> bool:
        outcome = field(item, "result")
        message = field(outcome, "message")
        if field(outcome, "type") == "succeeded" and message is not None:
            seen = Seen()
            reads_named(message, seen)
            seen.usage = field(message, "usage")
            seen.service_tier = "batch"
            self._records(seen)
        return False


class BackgroundResponse(Fetch):
    """An OpenAI response that was made in the background."""

    def _takes(self, result: Any) -> None:
        if field(result, "background") is not True or is_pending(result):
            return
        seen = Seen()
        RESPONSE.reads(result, seen, {})
        self._records(seen)


def fetch_of(calls: Fetcher, options: Any) -> Fetch | None:
    """What watches over a request that fetches what may be billed; None for all others."""
    if options.method.lower() != "get":
        return None
    path = options.url.partition("?")[0]
    if path.endswith("/results") and "/batches/" in path:
        return BatchResults(calls)
    head, _, name = path.rpartition("/")
    return BackgroundResponse(calls) if head.endswith("/responses") and name else None
