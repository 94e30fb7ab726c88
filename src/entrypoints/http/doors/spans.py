"""Spans of OpenTelemetry as reported events: which of them are calls that somebody bills.

Names: the GenAI conventions in force and those before them, OpenInference, OpenLLMetry, the Vercel
AI SDK. Only the call of a model is billed. An agent's, a workflow's or a tool's span often repeats
the usage of the calls within it, and is passed over.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from application.ingestion.ingest_events import Rejection
from domain.errors import Invalid
from domain.event import LONGEST_DURATION_MS, ReportedEvent, Status
from domain.providers import canonical_provider
from domain.usage.telemetry import ATTRIBUTES, SCOPE
from entrypoints.http.doors.values import event_id, flat, milliseconds, tags_of, word

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NO_PARENT = frozenset({"", "0" * 16})


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One span, whichever encoding it came in. Ids are hexadecimal, times nanoseconds."""

    trace_id: str
    span_id: str
    parent_id: str
    start_ns: int
    end_ns: int
    is_error: bool
    attributes: Mapping[str, Any]
    resource: Mapping[str, Any]
    scope_name: str
    scope_version: str

    @property
    def key(self) -> tuple[str, str]:
        return self.trace_id, self.span_id


_MODEL = (
    "gen_ai.response.model", "gen_ai.request.model", "llm.response.model", "llm.model_name",
    "embedding.model_name", "reranker.model_name", "ai.response.model", "ai.model.id",
    "llm.request.model",
)  # fmt: skip
_REQUESTED = ("gen_ai.request.model", "ai.model.id", "llm.request.model")
_PROVIDER = ("gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system")
_REQUEST_ID = ("gen_ai.response.id", "ai.response.id", "llm.response.id")
_TIER = (
    "openai.response.service_tier", "gen_ai.openai.response.service_tier",
    "gen_ai.response.service_tier",
)  # fmt: skip
_USER = ("user.id", "enduser.id", "gen_ai.user", "langfuse.user.id", "ai.telemetry.metadata.userId")
_SESSION = ("session.id", "gen_ai.conversation.id", "langfuse.session.id")
_ENVIRONMENT = ("deployment.environment.name", "deployment.environment")
#: Operations of the conventions that call a model; the others (agents, tools) do not.
_CALLS = frozenset(
    {
        "chat", "generate_content", "text_completion", "completion", "embeddings", "embedding",
        "rerank", "image_generation", "speech", "transcription", "generate",
    }
)  # fmt: skip
_BILLED_KINDS = frozenset({"LLM", "EMBEDDING", "RERANKER"})
#: The innermost spans of the Vercel AI SDK, one for each request.
_BILLED_ENDINGS = (".doGenerate", ".doStream", ".doEmbed", ".doRerank")
#: Frameworks that name themselves where a provider should stand.
_NO_PROVIDERS = frozenset({"langchain", "llamaindex", "langgraph", "crewai", "haystack"})
_TAG_PREFIXES = ("traceloop.association.properties.", "ai.telemetry.metadata.")
_SECONDS, _MILLISECONDS = Decimal(1000), Decimal(1)
_FIRST_TOKEN = {
    "gen_ai.response.time_to_first_chunk": _SECONDS,
    "gen_ai.server.time_to_first_token": _SECONDS,
    "ai.response.msToFirstChunk": _MILLISECONDS,
    "ai.stream.msToFirstChunk": _MILLISECONDS,
}


def calls_of(spans: Sequence[Span]) -> list[ReportedEvent | Rejection]:
    """The calls among the spans, each read or refused by itself."""
    billed = [span for span in spans if _is_call(span.attributes)]
    outer = _around(billed, spans)
    return [_read(span) for span in billed if span.key not in outer]


def _is_call(given: Mapping[str, Any]) -> bool:
    if word(*_of(given, _MODEL)) is None or "traceloop.span.kind" in given:
        return False
    kind = given.get("openinference.span.kind")
    if kind is not None:
        return str(kind).upper() in _BILLED_KINDS
    operation = given.get("ai.operationId")
    if operation is not None:
        return str(operation).endswith(_BILLED_ENDINGS)
    operation = given.get("gen_ai.operation.name")
    if operation is not None:
        return str(operation).lower() in _CALLS
    return not ATTRIBUTES.isdisjoint(given) or "llm.request.type" in given


def _around(billed: Sequence[Span], spans: Sequence[Span]) -> set[tuple[str, str]]:
    """The spans that a call is within: what they repeat of its usage is not billed twice."""
    parents = {span.key: span.parent_id for span in spans}
    outer: set[tuple[str, str]] = set()
    for span in billed:
        key = (span.trace_id, span.parent_id)
        while key[1] not in _NO_PARENT and key not in outer:
            outer.add(key)
            key = (span.trace_id, parents.get(key, ""))
    return outer


def _read(span: Span) -> ReportedEvent | Rejection:
    name = event_id(span.trace_id, span.span_id)
    try:
        return _reported(span, name)
    except Invalid as error:
        return Rejection(id=name, code=error.code, fault=error.first_fault)


def _reported(span: Span, name: str) -> ReportedEvent:
    given = span.attributes
    start, end = _instant(span.start_ns), _instant(span.end_ns)
    provider, api_base = _who(given)
    return ReportedEvent(
        id=name,
        timestamp=start,
        provider=canonical_provider(provider, api_base),
        model=word(*_of(given, _MODEL)) or "",
        requested_model=word(*_of(given, _REQUESTED)),
        operation=_operation(given),
        api_base=api_base,
        service_tier=word(*_of(given, _TIER)),
        provider_usage=_usage(span),
        latency_ms=milliseconds(start, end),
        time_to_first_token_ms=_first_token(given),
        status=Status.ERROR if span.is_error else Status.SUCCESS,
        error_code=word(given.get("error.type"), given.get("exception.type")),
        provider_request_id=word(*_of(given, _REQUEST_ID)),
        project=word(span.resource.get("service.name")),
        environment=word(*_of(span.resource, _ENVIRONMENT), *_of(given, _ENVIRONMENT)),
        user=word(*_of(given, _USER)),
        session=word(*_of(given, _SESSION)),
        trace_id=span.trace_id,
        tags=tags_of(_tags(given)),
    )


def _of(given: Mapping[str, Any], names: Sequence[str]) -> Iterator[object]:
    return (given.get(name) for name in names)


def _instant(nanoseconds: int) -> datetime:
    try:
        return _EPOCH + timedelta(microseconds=nanoseconds // 1000)
    except OverflowError:
        raise Invalid.at("/startTimeUnixNano", "must be a time", code="invalid_timestamp") from None


def _who(given: Mapping[str, Any]) -> tuple[str, str | None]:
    """Provider, and the address that tells more of it where it is only called OpenAI's."""
    named = word(*(n for n in _of(given, _PROVIDER) if str(n).lower() not in _NO_PROVIDERS))
    if named is None:
        vercel = word(given.get("ai.model.provider"))
        named = vercel.partition(".")[0] if vercel else "unknown"
    host = word(given.get("server.address"))
    return named, f"https://{host}" if host and "://" not in host else host


def _operation(given: Mapping[str, Any]) -> str | None:
    kind = word(given.get("openinference.span.kind"))
    if kind:
        return {"LLM": "chat", "EMBEDDING": "embeddings"}.get(kind.upper(), kind.lower())
    stated = word(given.get("gen_ai.operation.name"), given.get("llm.request.type"))
    if stated is None and str(given.get("ai.operationId")).endswith(".doEmbed"):
        return "embeddings"
    return stated


def _usage(span: Span) -> dict[str, Any] | None:
    """The attributes that the usage is read from, and who wrote them."""
    found = {name: _whole(span.attributes[name]) for name in ATTRIBUTES & span.attributes.keys()}
    if not found:
        return None
    scope = {SCOPE: span.scope_name, "otel.scope.version": span.scope_version}
    return {**dict(sorted(found.items())), **{k: v[:256] for k, v in scope.items() if v}}


def _whole(value: object) -> object:
    """A number that was written as a text; a text for what is no number and has no JSON."""
    if isinstance(value, Decimal) and not value.is_finite():
        return str(value)
    text = value.strip() if isinstance(value, str) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else value


def _first_token(given: Mapping[str, Any]) -> int | None:
    for name, factor in _FIRST_TOKEN.items():
        value = given.get(name)
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            continue
        if Decimal(value).is_finite() and 0 <= value <= LONGEST_DURATION_MS:
            return min(round(value * factor), LONGEST_DURATION_MS)
    return None


def _tags(given: Mapping[str, Any]) -> Iterator[tuple[object, object]]:
    for prefix in _TAG_PREFIXES:
        for name, value in given.items():
            if name.startswith(prefix):
                yield name[len(prefix) :], value
    listed = given.get("tag.tags")
    if isinstance(listed, list | tuple):
        yield from ((tag, True) for tag in listed)
    yield from flat("", given.get("metadata"))
