"""google-genai: the Gemini API and Vertex AI, sync, async, streams, chats, embeddings.

Everything passes through four methods of the client's own API client, which is all that is
replaced. Each call of an automatic function loop is one there, as it is on the bill.
Source of the fields: https://ai.google.dev/api/generate-content#UsageMetadata.
"""

import copy
import functools
import inspect
import json
from typing import Any

from truecompute._calls import Call, Seen
from truecompute._diagnostics import QUIETLY
from truecompute._fields import field, is_list, is_object
from truecompute._own_iterators import generating, generating_awaited, note_stream
from truecompute._reporter import Reporter
from truecompute._streams import WatchedAsyncIterator, WatchedIterator
from truecompute._watches import Watch
from truecompute.wrappers._exchange import CallExchange, Exchange, reported
from truecompute.wrappers._patches import Patches

_OPERATIONS = {
    "generateContent": "chat",
    "streamGenerateContent": "chat",
    "embedContent": "embeddings",
    "batchEmbedContents": "embeddings",
    "predict": "predict",
}
#: Makes the generators that streams are handed out by.
_STREAM = "generate_content_stream"


def patch(client: Any, patches: Patches) -> None:
    """Replace what ``wrap`` replaces. Raises ``AttributeError`` for an object without it."""
    api = client._api_client
    calls = _Calls(api, patches)
    for name in ("request", "request_streamed"):
        patches.replace(api, name, reported(patches, calls.starts))
    for name in ("async_request", "async_request_streamed"):
        patches.replace(api, name, reported(patches, calls.starts, is_async=True))
    for models in (client, _part_of(client, "models"), _part_of(client, "aio", "models")):
        if hasattr(models, _STREAM):
            is_async = inspect.iscoroutinefunction(getattr(models, _STREAM))
            patches.replace(models, _STREAM, generating_awaited if is_async else generating)


def _part_of(client: Any, *names: str) -> Any:
    """A part of a part of a client; None where it has none."""
    return functools.reduce(lambda part, name: getattr(part, name, None), names, client)


class _Calls:
    """The calls of one client."""

    def __init__(self, api: Any, patches: Patches) -> None:
        self._patches = patches
        self._provider = "vertex" if api.vertexai else "google"
        self._api_base = str(field(api._http_options, "base_url") or "") or None

    def starts(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Exchange | None:
        """What watches over a request (method, path, body, options); None where none is billed."""
        path = str(args[1] if len(args) > 1 else kwargs["path"]).partition("?")[0]
        model, _, action = path.rpartition(":")
        operation = _OPERATIONS.get(action)
        if operation is None:
            return None
        name = model.rpartition("/")[2]
        reporter = self._patches.reporter
        call = Call(reporter, self._provider, name, operation, self._api_base)
        return _Exchange(reporter, call, args[2] if len(args) > 2 else kwargs["request_dict"])


class _Exchange(CallExchange):
    """One request and its answer: a response with a body, or an iterator of such responses."""

    def __init__(self, reporter: Reporter, call: Call, request: Any) -> None:
        super().__init__(reporter, call)
        self._request = request

    def asked(self) -> Any:
        return self._request

    def takes(self, result: Any) -> Any:
        if not hasattr(result, "__next__") and not hasattr(result, "__anext__"):
            seen = Seen()
            _reads(_document(result), seen)
            self.call.end(seen)
            return result
        watch = Watch(self.call, _sees, self.reporter.open_streams)
        with QUIETLY:
            note_stream(watch)
        kind = WatchedAsyncIterator if hasattr(result, "__anext__") else WatchedIterator
        return kind(result, watch)


def _sees(chunk: Any, seen: Seen) -> bool:
    _reads(_document(chunk), seen)
    seen.has_content = True
    return False


def _document(response: Any) -> Any:
    """What a response says.

    Older releases hand on the document itself, and later take out of it what they do not know,
    tokens of thoughts among it.
    """
    if not is_object(response):
        return json.loads(response.body)
    return {**response, "usageMetadata": copy.deepcopy(response.get("usageMetadata"))}


def _reads(answer: Any, seen: Seen) -> None:
    """An answer, or a chunk: each may tell the usage so far, the last one tells all."""
    if not is_object(answer):
        return
    seen.model = answer.get("modelVersion") or seen.model
    seen.request_id = answer.get("responseId") or seen.request_id
    usage = answer.get("usageMetadata")
    if usage:
        seen.usage = usage
    candidates = answer.get("candidates")
    if is_list(candidates) and any(map(_has_finished, candidates)):
        seen.is_final = seen.usage is not None
    predictions = answer.get("predictions")
    if is_list(predictions):
        _reads_predictions(predictions, seen)


def _has_finished(candidate: Any) -> bool:
    return is_object(candidate) and candidate.get("finishReason") is not None


def _reads_predictions(predictions: list[Any], seen: Seen) -> None:
    """Images, or embeddings with a count of tokens each."""
    made = [each for each in predictions if is_object(each)]
    images = sum("bytesBase64Encoded" in each for each in made)
    counts = [field(field(each.get("embeddings"), "statistics"), "token_count") for each in made]
    tokens = [count for count in counts if count is not None]
    if images:
        seen.units = {"images": images}
    elif tokens:
        seen.units = {"input": round(sum(tokens))}
