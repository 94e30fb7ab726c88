"""boto3's bedrock-runtime: converse, converse_stream, invoke_model and its stream.

Everything passes through ``_make_api_call``, which is all that is replaced.
Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html and
API_runtime_InvokeModel.html, with the usage object of the model's maker in the body, or counts in
the headers and the last chunk.
"""

import json
import weakref
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from truecompute._calls import Call, Seen
from truecompute._exceptions import UnsupportedClient
from truecompute._fields import field, is_object
from truecompute._in_place import InPlace
from truecompute._reporter import Reporter
from truecompute._streams import WatchedIterator
from truecompute._watches import Watch
from truecompute.wrappers import _operations
from truecompute.wrappers._exchange import CallExchange, Exchange, reported
from truecompute.wrappers._patches import Patches

_SERVICE = "bedrock-runtime"
_OPERATIONS = frozenset(
    {"Converse", "ConverseStream", "InvokeModel", "InvokeModelWithResponseStream"}
)
_COUNTS = {
    "x-amzn-bedrock-input-token-count": "inputTokens",
    "x-amzn-bedrock-output-token-count": "outputTokens",
    "x-amzn-bedrock-cache-read-input-token-count": "cacheReadInputTokens",
    "x-amzn-bedrock-cache-write-input-token-count": "cacheWriteInputTokens",
}
_METRICS = "amazon-bedrock-invocationMetrics"
_MOST_BYTES = 16 * 1024 * 1024


def patch(client: Any, patches: Patches) -> None:
    """Replace what ``wrap`` replaces. Raises ``UnsupportedClient`` for another service's client."""
    service = client.meta.service_model.service_name
    if service != _SERVICE:
        raise UnsupportedClient(f"of boto3 the client of {_SERVICE} is supported, not of {service}")
    starts = _Calls(client, patches).starts
    patches.replace(client, "_make_api_call", reported(patches, starts))


class _Calls:
    """The calls of one client."""

    def __init__(self, client: Any, patches: Patches) -> None:
        self._patches = patches
        self._api_base = client.meta.endpoint_url
        self._region = client.meta.region_name

    def starts(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Exchange | None:
        """What watches over an API call; None where none is billed."""
        name = args[0] if args else kwargs["operation_name"]
        if name not in _OPERATIONS:
            return None
        params = args[1] if len(args) > 1 else kwargs["api_params"]
        model = field(params, "modelId")
        reporter = self._patches.reporter
        call = Call(
            reporter, "bedrock", model if isinstance(model, str) else None,
            _operation_of(params), self._api_base, region=self._region,
        )  # fmt: skip
        return _Exchange(reporter, call, params)


def _operation_of(params: Any) -> str:
    model = str(field(params, "modelId"))
    return "embeddings" if "embed" in model else "rerank" if "rerank" in model else "chat"


class _Exchange(CallExchange):
    """One API call and its answer."""

    def __init__(self, reporter: Reporter, call: Call, params: Any) -> None:
        super().__init__(reporter, call)
        self._params = params

    def asked(self) -> Any:
        return self._params

    def takes(self, result: Any) -> Any:
        stream, body = result.get("stream"), result.get("body")
        seen = Seen()
        seen.request_id = field(result.get("ResponseMetadata"), "RequestId")
        if stream is not None or hasattr(body, "_event_generator"):
            self._watches(stream if stream is not None else body, seen)
        elif body is not None:
            self._watches_body(body, seen, result)
        else:
            _reads_converse(result, seen)
            self.call.end(seen)
        return result

    def _watches(self, stream: Any, known: Seen) -> None:
        """The events of a stream: the raw ones tell the end, the parsed ones the usage."""
        watch = Watch(self.call, _sees_nothing, self.reporter.open_streams)
        watch.seen = known
        stream._event_generator = WatchedIterator(stream._event_generator, watch)
        parse, close = stream._parse_event, stream.close
        reads = _reads_event

        def parses(*args: Any, **kwargs: Any) -> Any:
            event = parse(*args, **kwargs)
            with suppress(Exception):
                reads(event, watch)
            return event

        def closes(*args: Any, **kwargs: Any) -> Any:
            with suppress(Exception):
                watch.closes()
            return close(*args, **kwargs)

        stream._parse_event, stream.close = parses, closes

    def _watches_body(self, body: Any, known: Seen, result: Any) -> None:
        """The body of InvokeModel, which its caller reads when it likes."""
        headers: Any = field(result.get("ResponseMetadata"), "HTTPHeaders") or {}
        counts = {name: int(headers[key]) for key, name in _COUNTS.items() if key in headers}
        known.usage = counts or None
        watch = Watch(self.call, _sees_nothing, self.reporter.open_streams)
        watch.seen = known
        body._raw_stream = _watched_raw(body._raw_stream, watch)


def _sees_nothing(_: Any, seen: Seen) -> bool:
    return False


def _reads_converse(answer: Any, seen: Seen) -> None:
    seen.usage = field(answer, "usage")
    tier = field(field(answer, "serviceTier"), "type")
    seen.service_tier = tier if isinstance(tier, str) else None


def _reads_event(event: Any, watch: Watch) -> None:
    """A parsed event of a stream: ``metadata`` of Converse, or a chunk of the maker's own."""
    seen = watch.seen
    watch.begins()
    if not is_object(event):
        return
    if "contentBlockDelta" in event or "chunk" in event:
        watch.call.note_first()
        seen.has_content = True
    if "metadata" in event:
        _reads_converse(event["metadata"], seen)
        seen.is_final = seen.usage is not None
    chunk = field(event.get("chunk"), "bytes")
    if isinstance(chunk, bytes):
        _reads_chunk(json.loads(chunk), seen)


def _reads_chunk(chunk: Any, seen: Seen) -> None:
    """The makers' events; the last one has Bedrock's own count, which leaves lifetimes out."""
    if not is_object(chunk):
        return
    request_id = seen.request_id
    _operations.sees_message(chunk, seen)
    if field(chunk, "usage") is not None and field(chunk, "type") is None:
        seen.usage = chunk["usage"]
    seen.request_id = seen.request_id or request_id
    metrics = chunk.get(_METRICS)
    if is_object(metrics):
        seen.is_final = True
        if seen.usage is None:
            seen.usage = {_METRICS: metrics}


def _reads_body(body: bytes, seen: Seen) -> None:
    answer = json.loads(body)
    if is_object(answer):
        usage = answer.get("usage")
        if is_object(usage):
            seen.usage = usage
        message_id = answer.get("id")
        if isinstance(message_id, str):
            seen.request_id = message_id


class _Body:
    """What was read of a body, until all of it is there."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._pieces: list[bytes] = []
        self._size = 0

    def keeps(self, piece: Any, *, is_all: bool) -> None:
        """A piece was read, or all that was left."""
        self._size += len(piece)
        if piece and self._size <= _MOST_BYTES:
            self._pieces.append(piece)
        if is_all or not piece:
            self.ends()

    def ends(self) -> None:
        """Nothing more is read."""
        try:
            if self._pieces:
                _reads_body(b"".join(self._pieces), self._watch.seen)
        finally:
            self._watch.ends()


def _watched_raw(raw: Any, watch: Watch) -> Any:
    """What stands in the place of the raw stream below a ``StreamingBody``."""
    body = _Body(watch)
    made: Any = InPlace(raw)
    made.read = _reading(raw.read, body, watch)

    def ends() -> None:
        with suppress(Exception):
            body.ends()

    def close() -> None:
        ends()
        raw.close()

    made.close = close
    weakref.finalize(made, ends).atexit = False
    return made


def _reading(read: Callable[..., Any], body: _Body, watch: Watch) -> Callable[..., Any]:
    def reads(*args: Any, **kwargs: Any) -> Any:
        watch.is_advancing = True
        try:
            piece = read(*args, **kwargs)
        except BaseException as error:
            with suppress(Exception):
                watch.ends_by(error)
            raise
        finally:
            watch.is_advancing = False
        with suppress(Exception):
            amount = args[0] if args else kwargs.get("amt")
            body.keeps(piece, is_all=amount is None)
        return piece

    return reads
