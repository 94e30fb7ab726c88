"""mistralai: chats, fill-in-the-middle, agents, conversations, embeddings, OCR and audio.

The client is made of parts that send their requests by a method of their own, ``do_request``.
Those that are billed are replaced, part by part, and so are the methods that make a stream of a
response. Source: https://docs.mistral.ai/api.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from truecompute._calls import Call, Seen
from truecompute._documents import read
from truecompute._fields import field, text_field
from truecompute._http_watch import watch_body
from truecompute._own_iterators import watch_loops
from truecompute._reporter import Reporter
from truecompute._watches import Watch
from truecompute.wrappers._exchange import CallExchange, Exchange, reported
from truecompute.wrappers._patches import Patches

_PARTS = (
    "chat", "fim", "agents", "embeddings", "ocr", "classifiers", "responses",
    "audio.transcriptions", "audio.speech", "beta.conversations",
)  # fmt: skip
_STREAMS = ("stream", "start_stream", "append_stream", "restart_stream")
_OPERATIONS = (
    ("/chat/completions", "chat"),
    ("/fim/completions", "text_completion"),
    ("/agents/completions", "chat"),
    ("/responses", "chat"),
    ("/embeddings", "embeddings"),
    ("/ocr", "ocr"),
    ("/audio/transcriptions", "transcription"),
    ("/audio/speech", "speech"),
    ("/conversations", "chat"),
    ("/restart", "chat"),
)

_FAILED = 400


def patch(client: Any, patches: Patches) -> None:
    """Replace what ``wrap`` replaces. Raises ``AttributeError`` for an object without it."""
    starts = _Calls(patches).starts
    found = [part for name in _PARTS if (part := _part_of(client, name)) is not None]
    if not found:
        raise AttributeError("it has no part that is billed")
    for part in found:
        patches.replace(part, "do_request", reported(patches, starts))
        patches.replace(part, "do_request_async", reported(patches, starts, is_async=True))
        for name in _STREAMS:
            if hasattr(part, name):
                patches.replace(part, name, _looked_at)
                patches.replace(part, f"{name}_async", _looked_at_async)


def _looked_at(original: Callable[..., Any]) -> Callable[..., Any]:
    def stream(*args: Any, **kwargs: Any) -> Any:
        made = original(*args, **kwargs)
        with suppress(Exception):
            _sees_loops(made)
        return made

    return stream


def _looked_at_async(original: Callable[..., Any]) -> Callable[..., Any]:
    async def stream(*args: Any, **kwargs: Any) -> Any:
        made = await original(*args, **kwargs)
        with suppress(Exception):
            _sees_loops(made)
        return made

    return stream


def _sees_loops(stream: Any) -> None:
    """A stream is read to its end or closed, or the loop over it is left with it still held."""
    watch_loops(stream, stream.response._truecompute)


def _part_of(client: Any, name: str) -> Any:
    """A part by its dotted name; None where this version of the client has none."""
    part = client
    for step in name.split("."):
        part = getattr(part, step, None)
    return part


class _Calls:
    """The calls of one client."""

    def __init__(self, patches: Patches) -> None:
        self._patches = patches

    def starts(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Exchange | None:
        """What watches over an HTTP request; None where none is billed."""
        request = args[1] if len(args) > 1 else kwargs["request"]
        path = request.url.path
        operation = next((name for end, name in _OPERATIONS if path.endswith(end)), None)
        is_continued = "/conversations/" in path
        if request.method != "POST" or (operation is None and not is_continued):
            return None
        base = f"{request.url.scheme}://{request.url.netloc.decode('ascii')}"
        reporter = self._patches.reporter
        call = Call(reporter, "mistral", None, operation or "chat", base)
        return _Exchange(reporter, call, request, is_stream=bool(kwargs.get("stream")))


class _Exchange(CallExchange):
    """One HTTP request and its response."""

    def __init__(self, reporter: Reporter, call: Call, request: Any, *, is_stream: bool) -> None:
        super().__init__(reporter, call)
        self._request = request
        self._is_stream = is_stream

    def asked(self) -> Any:
        self.call.model = self._model_asked()
        return self._body()

    def fails(self, error: BaseException) -> None:
        self.call.model = self._model_asked()
        super().fails(error)

    def takes(self, result: Any) -> Any:
        if result.status_code >= _FAILED:
            self.call.model = self._model_asked()
            self.call.end(Seen(), str(result.status_code))
            return result
        if self._is_stream:
            watch = Watch(self.call, _sees, self.reporter.open_streams)
            watch_body(result, watch, by_line=True)
            result._truecompute = watch
            return result
        seen = Seen()
        body = read(result.content) if _is_json(result) else None
        if isinstance(body, dict):
            _reads(body, seen)
        if seen.model is None:
            self.call.model = self._model_asked()
        self.call.end(seen)
        return result

    def _model_asked(self) -> str | None:
        """The model in the request; read only where the answer does not name it."""
        return text_field(self._body(), "model")

    def _body(self) -> Any:
        """The request; None for sound, which goes in parts."""
        try:
            return json.loads(self._request.content)
        except ValueError:
            return None


def _is_json(response: Any) -> bool:
    return "json" in str(response.headers.get("content-type", ""))


def _reads(answer: Any, seen: Seen) -> None:
    seen.model = text_field(answer, "model") or seen.model
    seen.request_id = (
        text_field(answer, "id") or text_field(answer, "conversation_id") or seen.request_id
    )
    usage = field(answer, "usage") or field(answer, "usage_info")
    if usage is not None:
        seen.usage = usage


def _sees(event: Any, seen: Seen) -> bool:
    """A chunk of a chat, or an event of a conversation; the usage is in the last one."""
    if not isinstance(event, dict):
        return False
    _reads(event, seen)
    seen.has_content = True
    seen.is_final = seen.usage is not None
    return False
