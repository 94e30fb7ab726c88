"""Clients that Stainless generates: openai, anthropic, groq, together.

They bring every call, of every resource, helper, raw response and stream, through one method of
the client, ``request``, so that this is all that is replaced, with ``copy`` and ``with_options``,
whose results are wrapped too.
"""

import functools
import inspect
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from truecompute._calls import Call, Seen
from truecompute._fields import is_mapping, is_model, is_object
from truecompute._http_watch import watch_body, watch_close
from truecompute._in_place import HidingAsyncIterator, HidingIterator
from truecompute._reporter import Reporter
from truecompute._streams import WatchedAsyncIterator, WatchedIterator
from truecompute._watches import Watch
from truecompute.wrappers._exchange import Arguments, CallExchange, Exchange, reported
from truecompute.wrappers._fetches import fetch_of
from truecompute.wrappers._operations import (
    ASKED_FOR_USAGE,
    Operation,
    is_usage_alone,
    operation_of,
)
from truecompute.wrappers._patches import Patches, remember
from truecompute.wrappers._raw import decoded, is_raw
from truecompute.wrappers._usage_wishes import Service, Wish, is_wished

_PACKAGES = frozenset({"openai", "anthropic", "groq", "together"})
_RAW = "X-Stainless-Raw-Response"
_HELPER = "X-Stainless-Stream-Helper"
#: By a word in the name of the class: whose service the client calls.
_SERVICES = {"Azure": "azure", "Foundry": "azure", "Bedrock": "bedrock", "Vertex": "vertex"}


def patch(client: Any, patches: Patches) -> None:
    """Replace what ``wrap`` replaces. Raises ``AttributeError`` for an object without it."""
    calls = _Calls(client, patches)
    is_async = inspect.iscoroutinefunction(client.request)
    patches.replace(client, "request", reported(patches, calls.starts, is_async=is_async))
    for name in ("copy", "with_options"):
        if hasattr(client, name):
            patches.replace(client, name, functools.partial(_copying, patches))


def _copying(patches: Patches, original: Callable[..., Any]) -> Callable[..., Any]:
    def copies(*args: Any, **kwargs: Any) -> Any:
        made = original(*args, **kwargs)
        if patches.is_undone:
            return made
        with suppress(Exception):
            others = Patches(patches.reporter, patches.limits)
            patch(made, others)
            remember(made, others)
        return made

    return copies


class _Calls:
    """The calls of one client."""

    def __init__(self, client: Any, patches: Patches) -> None:
        bases = type(client).__mro__
        packages = [base.__module__.partition(".")[0] for base in bases]
        names = " ".join(base.__name__ for base in bases)
        self.package = next(name for name in packages if name in _PACKAGES)
        self.provider = next(
            (service for word, service in _SERVICES.items() if word in names), self.package
        )
        self._patches = patches
        self.api_base = str(client.base_url)
        self.service: Service = Service()

    @property
    def reporter(self) -> Reporter:
        return self._patches.reporter

    def starts(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Exchange | None:
        """What watches over a request; None for one that is not billed."""
        options = args[1] if len(args) > 1 else kwargs["options"]
        operation = operation_of(options.method, options.url)
        if operation is not None:
            return _Exchange(self, operation, options, args, kwargs)
        return fetch_of(self, options)


class _Exchange(CallExchange):
    """One request and its answer."""

    def __init__(
        self,
        calls: _Calls,
        operation: Operation,
        options: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> None:
        self._calls = calls
        self._operation = operation
        self._options = options
        self._asked = args, kwargs
        body = options.json_data
        self._body = body if is_object(body) else {}
        self._is_stream = bool(self._body.get("stream"))
        extra = getattr(options, "extra_json", None)
        if is_mapping(extra):
            self._body = {**self._body, **extra}  # as the client itself does when it sends
        self._wish: Wish | None = None
        model = self._body.get("model")
        asked = model if isinstance(model, str) else None
        reporter = calls.reporter
        call = Call(reporter, calls.provider, asked, operation.name, calls.api_base)
        super().__init__(reporter, call)

    def asked(self) -> Any:
        return self._body or self._options.json_data

    def asks(self) -> Arguments | None:
        """A wish for the usage of a stream."""
        if not self._should_ask_for_usage():
            return None
        wish = Wish(self._calls.service)
        options = wish.in_options(self._options, self._body.get("stream_options"))
        self._wish = wish
        args, kwargs = self._asked
        if len(args) > 1:
            return (args[0], options, *args[2:]), kwargs
        return args, {**kwargs, "options": options}

    def _should_ask_for_usage(self) -> bool:
        if not self._is_stream or self._calls.package != "openai":
            return False
        if self._operation not in ASKED_FOR_USAGE or self._calls.service.takes_it is False:
            return False
        # Whoever reads the bytes themselves would see a line that was not asked for.
        return not is_wished(self._body) and self._header(_RAW) != "stream"

    def _hides_usage(self) -> bool:
        return self._wish is not None and self._wish.is_made

    def _header(self, name: str) -> Any:
        headers = self._options.headers
        return headers.get(name) if hasattr(headers, "get") else None

    def asks_again(self, error: BaseException) -> bool:
        """Whether the service may have refused the wish; then the caller's own request follows."""
        return self._wish is not None and self._wish.is_refused_by(error)

    def fails(self, error: BaseException) -> None:
        """The call raised."""
        if self._wish is not None:
            self._wish.ends_by(error)
        seen = Seen()
        seen.request_id = getattr(error, "request_id", None)
        self.call.end(seen, error)

    def takes(self, result: Any) -> Any:
        """A model, a stream, or a response to be parsed."""
        if self._wish is not None:
            self._wish.is_answered()
        if is_model(result):
            self._reads(result)  # what is not there is slow to ask a model for
        elif hasattr(result, "_iterator"):
            self._watches(result)
        elif is_raw(result):
            self._takes_raw(result)
        else:
            self._reads(result)
        return result

    def _reads(self, answer: Any) -> None:
        seen = Seen()
        self._operation.reads(answer, seen, self._body)
        self.call.end(seen)

    def _watches(self, stream: Any) -> None:
        if self._header(_HELPER) and _helper_reads_anew():
            self._watches_body(stream.response)
            return
        watch = Watch(self.call, self._sees, self.reporter.open_streams)
        inner = stream._iterator
        is_awaited = hasattr(inner, "__anext__")
        kind = WatchedAsyncIterator if is_awaited else WatchedIterator
        stream._iterator = kind(inner, watch)
        watch_close(stream.response, watch, is_awaited=is_awaited)

    def _sees(self, chunk: Any, seen: Seen) -> bool:
        return self._operation.sees(chunk, seen) or (self._hides_usage() and is_usage_alone(chunk))

    def _takes_raw(self, raw: Any) -> None:
        """A response that the caller parses: its body is read already, or on its way."""
        response = raw.http_response
        if response.is_closed and not self._is_stream:
            self._reads(decoded(response))
            return
        if self._operation.name == "speech":
            self._reads(None)
            return
        self._watches_body(response)
        if self._hides_usage():
            raw.parse = _hiding(raw.parse)

    def _watches_body(self, response: Any) -> None:
        watch = Watch(self.call, self._sees_raw, self.reporter.open_streams)
        watch_body(response, watch)

    def _sees_raw(self, document: Any, seen: Seen) -> bool:
        if self._is_stream:
            return self._operation.sees(document, seen)
        seen.has_content = seen.is_final = True
        self._operation.reads(document, seen, self._body)
        return False


def _helper_reads_anew() -> bool:
    """Whether anthropic's stream helper is one of the older releases.

    It takes the response out of the stream that the request gave, and drops that stream unread.
    """
    helper = getattr(sys.modules.get("anthropic.lib.streaming"), "MessageStream", None)
    return helper is not None and "response" in inspect.signature(helper).parameters


def _hiding(parse: Callable[..., Any]) -> Callable[..., Any]:
    """``parse`` of a raw response, whose stream leaves out the chunk that was not asked for."""

    def parses(*args: Any, **kwargs: Any) -> Any:
        parsed = parse(*args, **kwargs)
        with suppress(Exception):
            inner = parsed._iterator
            if not isinstance(inner, (HidingIterator, HidingAsyncIterator)):
                kind = HidingAsyncIterator if hasattr(inner, "__anext__") else HidingIterator
                parsed._iterator = kind(inner, is_usage_alone)
        return parsed

    return parses
