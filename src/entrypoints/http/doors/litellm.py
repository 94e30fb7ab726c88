"""LiteLLM's log of a call (its ``StandardLoggingPayload``) as a reported event.

https://docs.litellm.ai/docs/proxy/logging_spec and, for how it is sent,
https://docs.litellm.ai/docs/observability/generic_api. What it says a call cost is its own
estimate and is not taken; prompts and answers are not even read.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

import msgspec

from domain.decimals import exact
from domain.errors import Invalid
from domain.event import ReportedEvent, Status
from domain.providers import CANONICAL_PROVIDERS, canonical_provider
from domain.usage.frameworks import LOGGED_BY_LITELLM
from entrypoints.http.doors.values import (
    event_id,
    flat,
    instant,
    milliseconds,
    tags_of,
    word,
)
from entrypoints.http.event_values import check_texts

#: Other words for the same operation.
_OPERATIONS = {
    "completion": "chat",
    "anthropic_messages": "chat",
    "generate_content": "chat",
    "responses": "chat",
    "embedding": "embeddings",
}


class _Call(msgspec.Struct):
    """What is read; everything may be missing or of a type that nobody foresaw."""

    id: Any = None
    litellm_call_id: Any = None
    trace_id: Any = None
    session_id: Any = None
    call_type: Any = None
    stream: Any = None
    status: Any = None
    custom_llm_provider: Any = None
    startTime: Any = None  # noqa: N815 - LiteLLM's spelling
    endTime: Any = None  # noqa: N815
    completionStartTime: Any = None  # noqa: N815
    model: Any = None
    model_group: Any = None
    api_base: Any = None
    metadata: Any = None
    hidden_params: Any = None
    cache_hit: Any = None
    request_tags: Any = None
    end_user: Any = None
    error_information: Any = None
    prompt_tokens: Any = None
    completion_tokens: Any = None


_DECODER = msgspec.json.Decoder(_Call, float_hook=exact)


def read_call(document: bytes) -> ReportedEvent:
    """One log. Raises ``Invalid``, and msgspec's errors, for what is none."""
    call = _DECODER.decode(document)
    started = instant(call.startTime, "/startTime")
    metadata, hidden = _mapping(call.metadata), _mapping(call.hidden_params)
    provider, model = _who(call, hidden)
    api_base = word(call.api_base, hidden.get("api_base"))
    is_from_cache = call.cache_hit is True
    return ReportedEvent(
        id=_id(call, started, document),
        timestamp=started,
        provider=canonical_provider(provider, api_base),
        model=model,
        requested_model=word(call.model_group),
        operation=_operation(call.call_type),
        api_base=api_base,
        provider_usage=_usage(call, metadata, hidden),
        # LiteLLM answered from its own cache: nobody bills such a call.
        provider_cost_usd=Decimal(0) if is_from_cache else None,
        latency_ms=milliseconds(started, _moment(call.endTime)),
        time_to_first_token_ms=_first_token(call, started),
        status=Status.ERROR if call.status == "failure" else Status.SUCCESS,
        error_code=_error(call),
        provider_request_id=word(call.id),
        project=word(
            metadata.get("user_api_key_project_alias"),
            metadata.get("user_api_key_team_alias"),
            metadata.get("team_alias"),
        ),
        user=word(call.end_user, metadata.get("user_api_key_end_user_id")),
        session=word(call.session_id),
        trace_id=word(call.trace_id),
        tags=tags_of(_tags(call, metadata, is_from_cache=is_from_cache)),
    )


def _id(call: _Call, started: datetime, document: bytes) -> str:
    """Not the answer's id alone: providers give the same one twice, or none.

    https://github.com/BerriAI/litellm/issues/28376, https://github.com/BerriAI/litellm/issues/39749
    """
    name = word(call.id) or word(call.litellm_call_id) or sha256(document).hexdigest()
    return event_id("litellm", name, int(started.timestamp() * 1000))


def _who(call: _Call, hidden: Mapping[str, Any]) -> tuple[str, str]:
    model = word(call.model, hidden.get("litellm_model_name"))
    if model is None:
        raise Invalid.at("/model", "must be a text")
    provider = word(call.custom_llm_provider)
    if provider is None:
        named, _, rest = str(hidden.get("litellm_model_name") or model).partition("/")
        is_known = rest and canonical_provider(named, None) in CANONICAL_PROVIDERS
        provider = named if is_known else "openai_compatible"
    return provider, model


def _operation(call_type: object) -> str | None:
    name = word(call_type)
    if name is None:
        return None
    plain = name.removeprefix("a") if name.startswith(("acomp", "aemb", "atext", "aresp")) else name
    return _OPERATIONS.get(plain, plain)


def _usage(
    call: _Call, metadata: Mapping[str, Any], hidden: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Its usage object, else its two counts; nothing where a call failed without any."""
    for place in (metadata, hidden):
        found = place.get("usage_object")
        if isinstance(found, Mapping) and found:
            check_texts(found, "/metadata/usage_object")
            return {LOGGED_BY_LITELLM: found}
    if not call.prompt_tokens and not call.completion_tokens:
        return None
    counts = {"prompt_tokens": call.prompt_tokens, "completion_tokens": call.completion_tokens}
    return {LOGGED_BY_LITELLM: counts}


def _moment(value: object) -> datetime | None:
    try:
        return instant(value, "")
    except Invalid:
        return None


def _first_token(call: _Call, started: datetime) -> int | None:
    """Only of a stream: LiteLLM states the end of any other call there."""
    return milliseconds(started, _moment(call.completionStartTime)) if call.stream is True else None


def _error(call: _Call) -> str | None:
    known = _mapping(call.error_information)
    return word(known.get("error_code") or None, known.get("error_class"))


def _tags(
    call: _Call, metadata: Mapping[str, Any], *, is_from_cache: bool
) -> Iterator[tuple[object, object]]:
    for tag in call.request_tags if isinstance(call.request_tags, list) else ():
        name, mark, value = str(tag).partition(":")
        # LiteLLM adds one that says which program called, version by version.
        if name != "User-Agent":
            yield name.strip(), value if mark else True
    yield from flat("", metadata.get("spend_logs_metadata"))
    yield "litellm_key", metadata.get("user_api_key_alias")
    yield "litellm_team", metadata.get("user_api_key_team_alias")
    yield "litellm_user", metadata.get("user_api_key_user_id")
    if is_from_cache:
        yield "litellm_cache_hit", True


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
