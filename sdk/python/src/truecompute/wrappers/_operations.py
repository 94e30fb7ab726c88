"""The billed operations of the providers that Stainless makes clients for: what their answers say.

Answers and chunks are the client's models, or plain mappings where a body was read as JSON.
Sources: https://platform.openai.com/docs/api-reference,
https://docs.anthropic.com/en/api/messages, https://console.groq.com/docs/api-reference,
https://docs.together.ai/reference.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from truecompute._calls import Seen
from truecompute._encoding import plain
from truecompute._fields import extra_field, field, is_list, is_object, text_field
from truecompute._ids import stable_id

Body = Mapping[str, Any]


class Operation(NamedTuple):
    """What an operation is called, and how its answers and the chunks of its streams are read."""

    name: str
    reads: Callable[[Any, Seen, Body], None]
    sees: Callable[[Any, Seen], bool]


@lru_cache(maxsize=256)
def operation_of(method: str, url: str) -> Operation | None:
    """The operation of a request; None for one that is not billed."""
    if method.lower() != "post":
        return None
    found = _PATH.fullmatch(url.partition("?")[0])
    return None if found is None else _OPERATIONS.get(found[1])


def reads_named(answer: Any, seen: Seen) -> None:
    """The fields that nearly every answer has."""
    seen.model = text_field(answer, "model") or seen.model
    seen.request_id = text_field(answer, "id") or seen.request_id
    seen.service_tier = text_field(answer, "service_tier") or seen.service_tier


def _reads(answer: Any, seen: Seen, body: Body) -> None:
    reads_named(answer, seen)
    if seen.request_id is None and not isinstance(answer, dict):
        seen.request_id = text_field(answer, "_request_id")
    seen.usage = field(answer, "usage")


def _sees(chunk: Any, seen: Seen) -> bool:
    """A chunk of a chat; groq has its usage below a name of its own."""
    seen.has_content = True
    if seen.model is None:
        reads_named(chunk, seen)
    usage = field(chunk, "usage")
    if usage is None and (own := extra_field(chunk, "x_groq")) is not None:
        usage = field(own, "usage")
        seen.request_id = text_field(own, "id") or seen.request_id
    if usage is not None:
        seen.usage = usage
        seen.is_final = True
        seen.service_tier = text_field(chunk, "service_tier") or seen.service_tier
    return False


def is_usage_alone(chunk: Any) -> bool:
    """Whether a chunk of a chat is the one that comes only for ``include_usage``."""
    return field(chunk, "usage") is not None and not field(chunk, "choices")


def is_pending(response: Any) -> bool:
    """Whether a response is still being made, in the background."""
    return field(response, "status") in ("queued", "in_progress")


def _reads_response(answer: Any, seen: Seen, body: Body) -> None:
    _reads(answer, seen, body)
    _counts_searches(answer, seen)
    _notes_background(answer, seen)


def _notes_background(response: Any, seen: Seen) -> None:
    """One that is made in the background may be fetched again, and is the same event then."""
    if field(response, "background") is True:
        seen.stable_id = stable_id(seen.request_id or "")
        seen.is_pending = is_pending(response)


def _counts_searches(answer: Any, seen: Seen) -> None:
    """Web searches are billed apart, and stand among the output, not in the usage."""
    output = field(answer, "output")
    if is_list(output) and len(output) > 1:
        searches = sum(1 for item in output if field(item, "type") == "web_search_call")
        if searches:
            seen.units = {"web_searches": searches}


def _sees_response(event: Any, seen: Seen) -> bool:
    kind = field(event, "type")
    if isinstance(kind, str) and kind.endswith(".delta"):
        seen.has_content = True
        return False
    response = field(event, "response")
    if response is not None:
        reads_named(response, seen)
        usage = field(response, "usage")
        if usage is not None:
            seen.usage, seen.is_final = usage, True
            _counts_searches(response, seen)
            _notes_background(response, seen)
    return False


def _reads_message(answer: Any, seen: Seen, body: Body) -> None:
    _reads(answer, seen, body)
    seen.service_tier = None  # it is in the usage object, in Anthropic's own words


def sees_message(event: Any, seen: Seen) -> bool:
    """``message_start`` has the input and its caches, ``message_delta`` totals so far."""
    kind = field(event, "type")
    if kind == "content_block_delta" or kind == "content_block_start":
        seen.has_content = True
    elif kind == "message_start":
        message = field(event, "message")
        seen.model = text_field(message, "model")
        seen.request_id = text_field(message, "id")
        seen.usage = plain(field(message, "usage"))
    elif kind == "message_delta":
        told = plain(field(event, "usage"))
        if is_object(told):
            known = seen.usage if is_object(seen.usage) else {}
            seen.usage = {**known, **{k: v for k, v in told.items() if v is not None}}
            seen.is_final = True
    return False


def _reads_images(answer: Any, seen: Seen, body: Body) -> None:
    _reads(answer, seen, body)
    data = field(answer, "data")
    if seen.usage is None and is_list(data):
        seen.units = {"images": len(data)}


def _reads_transcript(answer: Any, seen: Seen, body: Body) -> None:
    if isinstance(answer, str):
        return
    _reads(answer, seen, body)
    if seen.usage is None and (duration := field(answer, "duration")) is not None:
        seen.units = {"audio_seconds": str(duration)}


def _reads_speech(answer: Any, seen: Seen, body: Body) -> None:
    """The answer is sound: what is billed is the text that was sent."""
    text = body.get("input")
    if isinstance(text, str):
        seen.units = {"characters": len(text)}


def _sees_any(event: Any, seen: Seen) -> bool:
    seen.has_content = True
    usage = field(event, "usage")
    if usage is not None:
        seen.usage, seen.is_final = usage, True
    return False


CHAT = Operation("chat", _reads, _sees)
RESPONSE = Operation("chat", _reads_response, _sees_response)
_TEXT = Operation("text_completion", _reads, _sees)
#: By the whole path, as it is below a base.
_OPERATIONS = {
    "chat/completions": CHAT,
    "completions": _TEXT,
    "responses": RESPONSE,
    "messages": Operation("chat", _reads_message, sees_message),
    "complete": _TEXT,
    "embeddings": Operation("embeddings", _reads, _sees_any),
    "images/generations": Operation("image_generation", _reads_images, _sees_any),
    "images/edits": Operation("image_generation", _reads_images, _sees_any),
    "images/variations": Operation("image_generation", _reads_images, _sees_any),
    "audio/transcriptions": Operation("transcription", _reads_transcript, _sees_any),
    "audio/translations": Operation("transcription", _reads_transcript, _sees_any),
    "audio/speech": Operation("speech", _reads_speech, _sees_any),
    "rerank": Operation("rerank", _reads, _sees_any),
}
#: A path with the base that some clients and callers put before it: what ends in a version, in an
#: address alone, or in a deployment of Azure's. Anything else before it makes it another one, such
#: as the messages of a thread, or the completion of an upload.
_PATH = re.compile(
    r"(?:(?:.*/)?(?:v\d+\w*|openai|deployments/[^/]+)/|https?://[^/]+/|/?)"
    rf"({'|'.join(_OPERATIONS)})"
)
#: Those whose streams carry their usage only when ``stream_options`` asks for it.
ASKED_FOR_USAGE = (CHAT, _TEXT)
