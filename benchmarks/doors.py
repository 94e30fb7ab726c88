"""Batches of the same calls as every door takes them."""

import itertools
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

BATCH = 500
#: So that no two calls of a run have the same id.
NUMBERS = itertools.count()
USAGE = {
    "prompt_tokens": 1200, "completion_tokens": 300, "total_tokens": 1500,
    "prompt_tokens_details": {"cached_tokens": 800},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Door:
    """Where events go in, and what a body with a batch of them is."""

    name: str
    path: str
    content_type: str
    body: Callable[[], bytes]


def event(number: int) -> dict[str, Any]:
    began = datetime.now(UTC) - timedelta(seconds=number % 3600)
    return {
        "id": f"call-{number:012}", "timestamp": began.isoformat(), "provider": "openai",
        "model": "gpt-4o", "operation": "chat", "provider_usage": USAGE, "latency_ms": 1234,
        "project": f"project-{number % 5}", "user": f"user-{number % 100}",
        "tags": {"feature": "summary"},
    }  # fmt: skip


def native() -> bytes:
    return json.dumps({"events": [event(n) for n in itertools.islice(NUMBERS, BATCH)]}).encode()


def litellm() -> bytes:
    now = time.time()
    return json.dumps(
        [
            {
                "id": f"chatcmpl-{n}", "call_type": "acompletion", "status": "success",
                "custom_llm_provider": "openai", "model": "gpt-4o", "startTime": now - n % 3600,
                "endTime": now - n % 3600 + 1, "end_user": f"user-{n % 100}",
                "metadata": {"usage_object": USAGE, "team_alias": f"project-{n % 5}"},
                "request_tags": ["feature:summary"],
            }
            for n in itertools.islice(NUMBERS, BATCH)
        ]
    ).encode()  # fmt: skip


def otlp() -> bytes:
    request = ExportTraceServiceRequest()
    group = request.resource_spans.add()
    group.resource.attributes.add(key="service.name").value.string_value = "shop"
    scoped = group.scope_spans.add()
    for number in itertools.islice(NUMBERS, BATCH):
        began = time.time_ns() - number % 3600 * 10**9
        span = scoped.spans.add(
            trace_id=uuid4().bytes, span_id=number.to_bytes(8, "big"),
            start_time_unix_nano=began, end_time_unix_nano=began + 10**9,
        )  # fmt: skip
        for name, text in (
            ("gen_ai.operation.name", "chat"), ("gen_ai.provider.name", "openai"),
            ("gen_ai.response.model", "gpt-4o"), ("gen_ai.response.id", f"chatcmpl-{number}"),
            ("user.id", f"user-{number % 100}"),
        ):  # fmt: skip
            span.attributes.add(key=name).value.string_value = text
        for name, tokens in (
            ("gen_ai.usage.input_tokens", 1200), ("gen_ai.usage.output_tokens", 300),
            ("gen_ai.usage.cache_read.input_tokens", 800),
        ):  # fmt: skip
            span.attributes.add(key=name).value.int_value = tokens
    return bytes(request.SerializeToString())


DOORS = (
    Door("native", "/api/v1/events", "application/json", native),
    Door("LiteLLM", "/api/v1/ingest/litellm", "application/json", litellm),
    Door("OTLP, protobuf", "/v1/traces", "application/x-protobuf", otlp),
)
