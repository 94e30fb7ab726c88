"""Which spans are calls that somebody bills, and what is read from them."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from application.ingestion.ingest_events import Rejection
from domain.event import ReportedEvent, Status
from entrypoints.http.doors.spans import Span, calls_of

START = 1_795_262_400_000_000_000
CHAT = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.response.model": "gpt-4o-2024-08-06",
    "gen_ai.response.id": "chatcmpl-1",
    "gen_ai.usage.input_tokens": 1000,
    "gen_ai.usage.output_tokens": 100,
}
AGENT = {**CHAT, "gen_ai.operation.name": "invoke_agent"}
SPAN = Span(
    trace_id="0af7651916cd43dd8448eb211c80319c", span_id="00f067aa0ba902b7", parent_id="",
    start_ns=START, end_ns=START + 1_500_000_000, is_error=False, attributes=CHAT,
    resource={"service.name": "shop", "deployment.environment.name": "production"},
    scope_name="opentelemetry.instrumentation.openai_v2", scope_version="2.1",
)  # fmt: skip


def span(attributes: dict[str, Any], number: int = 1, parent: int = 0) -> Span:
    return replace(
        SPAN, attributes=attributes, span_id=f"{number:016x}", parent_id=f"{parent:016x}"
    )


def call(attributes: dict[str, Any], **changes: Any) -> ReportedEvent:
    (found,) = calls_of([replace(SPAN, attributes=attributes, **changes)])
    assert isinstance(found, ReportedEvent), found
    return found


def billed(*spans: Span) -> list[str]:
    return [each.id[-1] for each in calls_of(spans) if isinstance(each, ReportedEvent)]


def test_a_chat_span_becomes_a_call() -> None:
    found = call(CHAT)
    assert found.id == "0af7651916cd43dd8448eb211c80319c/00f067aa0ba902b7"
    assert found.timestamp == datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert (found.provider, found.model, found.requested_model) == (
        "openai", "gpt-4o-2024-08-06", "gpt-4o",
    )  # fmt: skip
    assert (found.operation, found.latency_ms, found.status) == ("chat", 1500, Status.SUCCESS)
    assert (found.project, found.environment) == ("shop", "production")
    assert found.provider_request_id == "chatcmpl-1"
    assert found.provider_usage == {
        "gen_ai.usage.input_tokens": 1000,
        "gen_ai.usage.output_tokens": 100,
        "otel.scope.name": "opentelemetry.instrumentation.openai_v2",
        "otel.scope.version": "2.1",
    }
    found.check(found.timestamp)


@pytest.mark.parametrize(
    "attributes",
    [
        AGENT,
        {**CHAT, "gen_ai.operation.name": "execute_tool"},
        {**CHAT, "gen_ai.operation.name": "invoke_workflow"},
        {**CHAT, "traceloop.span.kind": "workflow"},
        {"openinference.span.kind": "AGENT", "llm.model_name": "m", "llm.token_count.prompt": 9},
        {"openinference.span.kind": "CHAIN", "llm.model_name": "gpt-4o"},
        {"ai.operationId": "ai.generateText", "ai.model.id": "gpt-4o", "ai.usage.inputTokens": 9},
        {"gen_ai.usage.input_tokens": 5},
        {"gen_ai.request.model": "gpt-4o"},
        {"http.request.method": "POST"},
        {},
    ],
)  # fmt: skip
def test_what_only_repeats_or_surrounds_calls_is_not_billed(attributes: dict[str, Any]) -> None:
    assert calls_of([replace(SPAN, attributes=attributes)]) == []


def test_a_span_that_a_call_is_within_is_not_billed_however_it_is_named() -> None:
    """langfuse/langfuse#14754: an agent's span repeats the usage of its calls."""
    plain = {name: value for name, value in CHAT.items() if name != "gen_ai.operation.name"}
    spans = [span(plain, 1), span({}, 2, parent=1), span(CHAT, 3, parent=2), span(CHAT, 4)]
    assert billed(*spans) == ["3", "4"]


def test_spans_that_are_each_others_parents_end() -> None:
    assert billed(span(CHAT, 1, parent=2), span(CHAT, 2, parent=1)) == []
    assert billed(span(CHAT, 1, parent=1)) == []


VARIANTS: dict[str, tuple[dict[str, Any], tuple[str, str, str | None]]] = {
    "names before the conventions": (
        {"gen_ai.system": "az.ai.openai", "gen_ai.request.model": "prod",
         "gen_ai.usage.prompt_tokens": 5},
        ("azure", "prod", None),
    ),
    "OpenLLMetry": (
        {"llm.request.type": "chat", "gen_ai.system": "Anthropic",
         "gen_ai.response.model": "claude-haiku-4-5"},
        ("anthropic", "claude-haiku-4-5", "chat"),
    ),
    "OpenLLMetry through LangChain": (
        {"llm.request.type": "chat", "gen_ai.system": "Langchain",
         "gen_ai.response.model": "gpt-4o"},
        ("unknown", "gpt-4o", "chat"),
    ),
    "OpenInference": (
        {"openinference.span.kind": "LLM", "llm.provider": "google", "llm.model_name": "gemini"},
        ("google", "gemini", "chat"),
    ),
    "OpenInference's embeddings": (
        {"openinference.span.kind": "embedding", "llm.system": "openai",
         "embedding.model_name": "text-embedding-3-small"},
        ("openai", "text-embedding-3-small", "embeddings"),
    ),
    "Vercel AI SDK": (
        {"ai.operationId": "ai.streamText.doStream", "ai.model.provider": "anthropic.messages",
         "ai.model.id": "claude-haiku-4-5", "ai.usage.inputTokens": 5},
        ("anthropic", "claude-haiku-4-5", None),
    ),
    "Vercel AI SDK's embeddings": (
        {"ai.operationId": "ai.embed.doEmbed", "ai.model.provider": "openai.embedding",
         "ai.model.id": "text-embedding-3-small", "ai.usage.tokens": 5},
        ("openai", "text-embedding-3-small", "embeddings"),
    ),
    "an OpenAI client at another address": (
        {**CHAT, "server.address": "api.deepseek.com"},
        ("deepseek", "gpt-4o-2024-08-06", "chat"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("attributes", "expected"), VARIANTS.values(), ids=VARIANTS.keys())
def test_variants_seen_in_the_wild(
    attributes: dict[str, Any], expected: tuple[str, str, str | None]
) -> None:
    found = call(attributes)
    assert (found.provider, found.model, found.operation) == expected


def test_a_call_without_usage_is_a_call_whose_usage_is_missing() -> None:
    attributes = {n: v for n, v in CHAT.items() if not n.startswith("gen_ai.usage")}
    assert call(attributes).provider_usage is None


def test_who_called_and_what_for_is_kept() -> None:
    found = call(
        CHAT | {
            "enduser.id": "ada", "gen_ai.conversation.id": "c-1",
            "openai.response.service_tier": "flex", "gen_ai.response.time_to_first_chunk": 0.25,
            "traceloop.association.properties.feature": "summary", "tag.tags": ["beta"],
            "error.type": "timeout", "ai.telemetry.metadata.plan": True,
        },
        is_error=True,
    )  # fmt: skip
    assert (found.user, found.session, found.service_tier) == ("ada", "c-1", "flex")
    assert (found.status, found.error_code) == (Status.ERROR, "timeout")
    assert found.tags == {"feature": "summary", "beta": "true", "plan": "true"}


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), -1, True, "soon", 10**20])
def test_a_time_to_the_first_token_that_is_none_is_left_out(value: object) -> None:
    found = call({**CHAT, "gen_ai.response.time_to_first_chunk": value})
    assert found.time_to_first_token_ms is None


def test_a_span_at_no_possible_time_is_refused_alone() -> None:
    found = calls_of([replace(SPAN, start_ns=2**70), span(CHAT, 2)])
    assert [isinstance(each, Rejection) for each in found] == [True, False]


def test_a_number_that_is_none_is_kept_as_a_text_which_is_no_count() -> None:
    found = call({**CHAT, "gen_ai.usage.prompt_tokens": Decimal("NaN")})
    assert found.provider_usage is not None
    assert found.provider_usage["gen_ai.usage.prompt_tokens"] == "NaN"
