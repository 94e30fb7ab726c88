"""cohere: chats, embeddings, rerank and generation, of both versions of the API.

Everything passes through the client's own HTTP client, which is all that is replaced.
Source: https://docs.cohere.com/reference/chat.
"""

from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

from truecompute._calls import Call, Seen
from truecompute._documents import read
from truecompute._fields import field, text_field
from truecompute._http_watch import watch_body
from truecompute._own_iterators import generating, note_stream
from truecompute._reporter import Reporter
from truecompute._watches import Watch
from truecompute.wrappers._exchange import CallExchange, reported
from truecompute.wrappers._patches import Patches

_OPERATIONS = {
    "v1/chat": "chat",
    "v2/chat": "chat",
    "v1/generate": "text_completion",
    "v1/summarize": "text_completion",
    "v1/embed": "embeddings",
    "v2/embed": "embeddings",
    "v1/rerank": "rerank",
    "v2/rerank": "rerank",
    "v1/classify": "classification",
}
#: What makes the generators that streams are handed out by.
_GENERATORS = ("chat_stream", "generate_stream")
_FAILED = 400


def patch(client: Any, patches: Patches) -> None:
    """Replace what ``wrap`` replaces. Raises ``AttributeError`` for an object without it."""
    wrapper = client._client_wrapper
    sender = wrapper.httpx_client
    starts = _Calls(patches, wrapper.get_base_url()).starts
    is_async = "Async" in type(sender).__name__
    patches.replace(sender, "request", reported(patches, starts, is_async=is_async))
    streams = _awaited_streams if is_async else _streams
    patches.replace(sender, "stream", lambda original: streams(patches, starts, original))
    for holder in (client, getattr(client, "v2", None)):
        for name in _GENERATORS:
            if hasattr(holder, name):
                patches.replace(holder, name, generating)


class _Calls:
    """The calls of one client."""

    def __init__(self, patches: Patches, api_base: str) -> None:
        self._patches = patches
        self._api_base = api_base

    def starts(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> "_Exchange | None":
        """What watches over a request; None for one that is not billed, or a repetition."""
        operation = _OPERATIONS.get(self._path_asked(args, kwargs))
        if operation is None or kwargs.get("retries"):
            return None
        model = field(kwargs.get("json"), "model")
        name = model if isinstance(model, str) else None
        reporter = self._patches.reporter
        call = Call(reporter, "cohere", name, operation, self._api_base)
        return _Exchange(reporter, call, kwargs.get("json"))

    def _path_asked(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
        """The version and the name, as in ``v2/chat``.

        The arguments begin with the path. In older releases it is below a base that has the
        version already, and in still older ones the method and the whole address are given.
        """
        asked = str(args[-1] if args else kwargs.get("path"))
        address = asked if "://" in asked else f"{self._api_base.rstrip('/')}/{asked}"
        return "/".join(address.rsplit("/", 2)[-2:])


class _Exchange(CallExchange):
    """One HTTP request and its response."""

    def __init__(self, reporter: Reporter, call: Call, request: Any) -> None:
        super().__init__(reporter, call)
        self._request = request

    def asked(self) -> Any:
        return self._request

    def takes(self, result: Any) -> Any:
        if result.status_code >= _FAILED:
            self.call.end(Seen(), str(result.status_code))
            return result
        seen = Seen()
        _reads(read(result.content), seen)
        self.call.end(seen)
        return result

    def watches(self, response: Any) -> Watch | None:
        """Watch the body of a stream; None for an answer that is an error."""
        if response.status_code >= _FAILED:
            self.call.end(Seen(), str(response.status_code))
            return None
        watch = Watch(self.call, _sees, self.reporter.open_streams)
        watch_body(response, watch, by_line=True)
        note_stream(watch)
        return watch


def _reads(answer: Any, seen: Seen) -> None:
    seen.request_id = text_field(answer, "id") or text_field(answer, "generation_id")
    usage = field(answer, "usage")
    seen.usage = usage if usage is not None else field(answer, "meta")


def _sees(event: Any, seen: Seen) -> bool:
    """An event of a chat: ``message-end`` of version 2 and ``stream-end`` of version 1 tell all."""
    seen.request_id = text_field(event, "id") or seen.request_id
    kind = field(event, "type") or field(event, "event_type")
    if kind in ("content-delta", "text-generation"):
        seen.has_content = True
    usage = field(field(event, "delta"), "usage") or field(field(event, "response"), "meta")
    if usage is not None:
        seen.usage, seen.is_final = usage, True
    return False


def _cannot_watch(exchange: _Exchange | None) -> None:
    """The call counts all the same; what it used is not known."""
    if exchange is not None:
        exchange.reporter.note_failure("watching a stream")
        exchange.call.end(Seen())


def _streams(patches: Patches, starts: Any, original: Callable[..., Any]) -> Any:
    @contextmanager
    def stream(*args: Any, **kwargs: Any) -> Generator[Any, None, None]:
        exchange: _Exchange | None = None
        fault: Exception | None = None
        has_begun = False
        try:
            exchange = None if patches.is_undone else starts(args, kwargs)
        except Exception as error:  # noqa: BLE001 - never in the way
            fault = error
            with suppress(Exception):
                patches.reporter.note_failure("starting a call")
        if (limits := patches.limits) is not None:
            with limits.faults:
                limits.reserve(exchange, fault)
        try:
            with original(*args, **kwargs) as response:
                has_begun = True
                try:
                    if exchange is not None:
                        exchange.watches(response)
                except Exception:  # noqa: BLE001 - never in the way
                    with suppress(Exception):
                        _cannot_watch(exchange)
                yield response
        except BaseException as error:
            with suppress(Exception):
                if exchange is not None and (isinstance(error, Exception) or not has_begun):
                    exchange.fails(error)
            raise

    return stream


def _awaited_streams(patches: Patches, starts: Any, original: Callable[..., Any]) -> Any:
    @asynccontextmanager
    async def stream(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, None]:
        exchange: _Exchange | None = None
        fault: Exception | None = None
        has_begun = False
        try:
            exchange = None if patches.is_undone else starts(args, kwargs)
        except Exception as error:  # noqa: BLE001 - never in the way
            fault = error
            with suppress(Exception):
                patches.reporter.note_failure("starting a call")
        if (limits := patches.limits) is not None:
            with limits.faults:
                await limits.reserve_awaited(exchange, fault)
        try:
            async with original(*args, **kwargs) as response:
                has_begun = True
                try:
                    if exchange is not None:
                        exchange.watches(response)
                except Exception:  # noqa: BLE001 - never in the way
                    with suppress(Exception):
                        _cannot_watch(exchange)
                yield response
        except BaseException as error:
            with suppress(Exception):
                if exchange is not None and (isinstance(error, Exception) or not has_begun):
                    exchange.fails(error)
            raise

    return stream
