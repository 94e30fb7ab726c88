"""LiteLLM's logs: what is taken from them, and what is not."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from application.ingestion.ingest_events import Rejection
from domain.event import Event, ReportedEvent, Status
from domain.recording import record
from entrypoints.http.doors.litellm import read_call
from entrypoints.http.event_messages import read_each
from tests.unit.regressions.calls import TABLE

#: As LiteLLM 1.110 writes it, less what is never looked at.
LOG: dict[str, Any] = {
    "id": "chatcmpl-e41836bb",
    "litellm_call_id": "5c6d0e2b-1d2c-4f0f-9a3b-8f0d5f9d9e11",
    "trace_id": "d1e1b9b7",
    "session_id": "conversation-7",
    "call_type": "acompletion",
    "stream": True,
    "response_cost": 99.9,
    "status": "success",
    "custom_llm_provider": "anthropic",
    "total_tokens": 2310,
    "prompt_tokens": 2290,
    "completion_tokens": 20,
    "startTime": 1795262400.25,
    "endTime": 1795262402.5,
    "completionStartTime": 1795262401.0,
    "model": "claude-haiku-4-5",
    "model_group": "fast",
    "api_base": "https://api.anthropic.com/v1/messages",
    "metadata": {
        "user_api_key_alias": "backend",
        "user_api_key_team_alias": "search",
        "user_api_key_user_id": "default_user_id",
        "spend_logs_metadata": {"feature": "summary"},
        "usage_object": {
            "prompt_tokens": 2290,
            "completion_tokens": 20,
            "total_tokens": 2310,
            "prompt_tokens_details": {"cached_tokens": 1800, "cache_creation_tokens": 480},
            "cache_read_input_tokens": 1800,
            "cache_creation_input_tokens": 480,
        },
    },
    "cache_hit": False,
    "request_tags": ["prod", "ticket: 12", "User-Agent: litellm/1.110.2"],
    "end_user": "u-1",
    "messages": [{"role": "user", "content": "never read"}],
    "response": {"choices": []},
    "hidden_params": {"litellm_model_name": "anthropic/claude-haiku-4-5"},
}


def log(**changes: Any) -> bytes:
    return json.dumps({**LOG, **changes}).encode()


def call(**changes: Any) -> ReportedEvent:
    return read_call(log(**changes))


def priced(**changes: Any) -> Event:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    return record(
        call(**changes), organization_id="o", api_key_id="k", received_at=now, prices=TABLE
    )


def test_a_log_becomes_a_call() -> None:
    found = call()
    assert (found.provider, found.model, found.requested_model) == (
        "anthropic", "claude-haiku-4-5", "fast",
    )  # fmt: skip
    assert found.timestamp == datetime(2026, 11, 21, 12, 0, 0, 250_000, tzinfo=UTC)
    assert (found.latency_ms, found.time_to_first_token_ms) == (2250, 750)
    assert (found.operation, found.status) == ("chat", Status.SUCCESS)
    assert (found.project, found.user, found.session) == ("search", "u-1", "conversation-7")
    assert found.tags == {
        "prod": "true", "ticket": "12", "feature": "summary", "litellm_key": "backend",
        "litellm_team": "search", "litellm_user": "default_user_id",
    }  # fmt: skip


def test_the_cost_is_ours_and_not_litellms_estimate() -> None:
    # 10 x $1 + 1,800 x $0.1 + 480 x $1.25 + 20 x $5 per million
    assert priced().cost.cost_usd == Decimal("0.00089")
    assert call().provider_cost_usd is None


@pytest.mark.parametrize("provider", ["anthropic", "vertex_ai", "bedrock", "cohere", "ollama"])
def test_its_counts_mean_the_same_whoever_was_called(provider: str) -> None:
    counts = {"prompt_tokens": 100, "completion_tokens": 5, "total_tokens": 105}
    event = priced(custom_llm_provider=provider, metadata={"usage_object": counts})
    assert (event.usage.prompt_tokens, event.usage.total_tokens) == (100, 105)


def test_what_openrouter_billed_is_taken_as_billed() -> None:
    counts = {"prompt_tokens": 100, "completion_tokens": 5, "cost": 0.0123}
    event = priced(custom_llm_provider="openrouter", metadata={"usage_object": counts})
    assert event.cost.cost_usd == Decimal("0.0123")


def test_a_call_that_litellm_answered_from_its_cache_costs_nothing() -> None:
    event = priced(cache_hit=True)
    assert event.cost.cost_usd == 0
    assert event.reported.tags["litellm_cache_hit"] == "true"


def test_a_failed_call_without_tokens_costs_nothing_and_says_why() -> None:
    event = priced(
        status="failure", metadata={}, prompt_tokens=0, completion_tokens=0,
        error_information={"error_code": "429", "error_class": "RateLimitError"},
    )  # fmt: skip
    assert (event.reported.status, event.reported.error_code) == (Status.ERROR, "429")
    assert event.cost.cost_usd == 0


def test_the_same_log_has_the_same_id_and_a_reused_id_another() -> None:
    """BerriAI/litellm#28376, BerriAI/litellm#39749: ids that come twice, or not at all."""
    assert call().id == call(messages=None).id
    assert call().id != call(startTime=LOG["startTime"] + 60).id
    nameless = {"id": None, "litellm_call_id": None}
    assert call(**nameless).id == call(**nameless).id
    assert call(**nameless).id != call(**nameless, end_user="u-2").id


@pytest.mark.parametrize(
    ("changes", "provider"),
    [
        ({"custom_llm_provider": None}, "anthropic"),
        ({"custom_llm_provider": None, "hidden_params": None, "model": "groq/llama"}, "groq"),
        ({"custom_llm_provider": None, "hidden_params": None, "model": "meta/llama"},
         "openai_compatible"),
        ({"custom_llm_provider": "openai", "api_base": "https://api.deepseek.com/v1"}, "deepseek"),
    ],
)  # fmt: skip
def test_the_provider_is_told_by_what_there_is(changes: dict[str, Any], provider: str) -> None:
    assert call(**changes).provider == provider


def test_what_only_describes_a_call_never_keeps_it_out() -> None:
    odd = {
        "call_type": 7, "stream": "yes", "endTime": "never", "completionStartTime": [],
        "model_group": {}, "request_tags": [None, 1, "\0", "x" * 300], "end_user": ["u"],
        "session_id": 1.5, "trace_id": True, "error_information": "lost", "hidden_params": [],
        "user_agent": "\ud83e",
    }  # fmt: skip
    found = read_each([log(**odd).replace(b"\\ud83e", b"")], read_call)[0]
    assert isinstance(found, ReportedEvent)
    found.check(found.timestamp)
    assert found.latency_ms is None


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"startTime": None}, "/startTime"),
        ({"startTime": 1e300}, "/startTime"),
        ({"startTime": -1}, "/startTime"),
        ({"model": None, "hidden_params": None}, "/model"),
        ({"metadata": {"usage_object": {"x": "\0"}}}, "/metadata/usage_object/x"),
    ],
)
def test_what_is_no_call_is_refused_with_the_place(changes: dict[str, Any], pointer: str) -> None:
    (found,) = read_each([log(**changes)], read_call)
    assert isinstance(found, Rejection)
    assert found.fault.pointer == pointer


@pytest.mark.parametrize("document", [b"", b"7", b"[]", b"{", b"\xff"])
def test_what_is_no_object_is_refused(document: bytes) -> None:
    (found,) = read_each([document], read_call)
    assert isinstance(found, Rejection)
