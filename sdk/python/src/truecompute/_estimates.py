"""How much a call can use at most, read from its request before it is made.

Input: the UTF-8 bytes of every text in the request, by three, rounded up. English has some four to
a token, code and most other languages about three, so that it is rarely too little. A token that
the program made itself counts as one. An image, a sound or a file is as many as a large image has,
whatever its size.

Output: what the request itself allows, for each answer that it asks for.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, cast

from truecompute._fields import field, is_mapping

BYTES_PER_TOKEN = 3
#: A large image has some 1,100 tokens with OpenAI and up to 1,600 with Anthropic.
MEDIA_TOKENS = 1_500
#: The server takes no number above it.
_MOST_TOKENS = 1_000_000_000
_MOST_DEPTH = 32
_LIMITS = (
    "max_completion_tokens", "max_output_tokens", "max_tokens", "max_tokens_to_sample",
    "max_new_tokens", "max_gen_len", "maxOutputTokens", "maxTokens", "maxTokenCount",
)  # fmt: skip
#: Where a provider keeps them, beside the request itself.
_HOLDERS = (
    "generationConfig", "inferenceConfig", "textGenerationConfig", "completion_args", "parameters",
)  # fmt: skip
_ANSWERS = ("n", "candidateCount", "num_generations", "num_results")
_MEDIA_TYPES = ("mime_type", "mimeType", "media_type", "format")
_MEDIA_URLS = frozenset({"image_url", "document_url", "url", "uri", "file_uri", "fileUri"})
_MEDIA_NAMES = frozenset({"file_id", "fileId", "file_data"})
_TOKENS = frozenset({"input", "prompt"})
#: Operations whose answers have no tokens that are billed.
_WITHOUT_OUTPUT = frozenset({"embeddings", "rerank", "classification"})


def input_tokens(request: Any) -> int:
    """The tokens of a request's input, about; see above. Consumes nothing of the request."""
    count = _Count()
    count.adds(_opened(request), None, {}, 0)
    return count.tokens + -(-count.text_bytes // BYTES_PER_TOKEN)


def output_tokens(request: Any, operation: str, otherwise: int) -> int:
    """The most tokens that the answer may have; ``otherwise`` where the request says nothing."""
    if operation in _WITHOUT_OUTPUT:
        return 0
    asked = _opened(request)
    holders = [asked, *(field(asked, name) for name in _HOLDERS)]
    each = _first(holders, _LIMITS, otherwise)
    return min(each * max(_first(holders, _ANSWERS, 1), 1), _MOST_TOKENS)


def _first(holders: list[Any], names: tuple[str, ...], otherwise: int) -> int:
    for holder in holders:
        for name in names:
            value = holder.get(name) if is_mapping(holder) else None
            if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
                return value
    return otherwise


def _opened(request: Any) -> Any:
    """Bedrock's InvokeModel has the request of the model's maker in a body of its own."""
    body = request.get("body") if is_mapping(request) else None
    if isinstance(body, (str, bytes, bytearray)):
        try:
            return json.loads(body)
        except ValueError:
            return request
    return request


class _Count:
    """What was found in a request so far."""

    def __init__(self) -> None:
        self.text_bytes = 0
        self.tokens = 0

    def adds(self, value: Any, name: str | None, beside: Mapping[Any, Any], depth: int) -> None:
        """Count ``value``, which stands under ``name`` in the mapping ``beside``."""
        if isinstance(value, str):
            if _is_media(value, name, beside):
                self.tokens += MEDIA_TOKENS
            else:
                self.text_bytes += len(value) if value.isascii() else len(_utf8(value))
        elif isinstance(value, (bytes, bytearray)):
            self.tokens += MEDIA_TOKENS
        elif isinstance(value, int):
            self.tokens += name in _TOKENS and not isinstance(value, bool)
        elif depth < _MOST_DEPTH:
            self._adds_parts(value, name, beside, depth + 1)

    def _adds_parts(
        self, value: Any, name: str | None, beside: Mapping[Any, Any], depth: int
    ) -> None:
        if is_mapping(value):
            for key, part in value.items():
                self.adds(part, key, value, depth)
        elif isinstance(value, (list, tuple)):
            for part in cast("Iterable[Any]", value):
                self.adds(part, name, beside, depth)
        elif callable(dump := getattr(value, "model_dump", None)):
            self.adds(dump(mode="json", by_alias=True), name, beside, depth)


def _is_media(text: str, name: str | None, beside: Mapping[Any, Any]) -> bool:
    if text.startswith("data:") or name in _MEDIA_NAMES:
        return True
    if name in _MEDIA_URLS:
        return text.startswith(("http://", "https://", "gs://", "s3://"))
    is_typed = any(kind in beside for kind in _MEDIA_TYPES)
    return name == "data" and is_typed and beside.get("type") != "text"


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
