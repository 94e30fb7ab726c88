"""The event of a call that a program reports itself."""

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from truecompute._encoding import plain, timestamp_of
from truecompute._ids import new_id
from truecompute._text import clean, clean_tags

_TEXTS = frozenset(
    {
        "id", "timestamp", "operation", "api_base", "service_tier", "speed", "region",
        "usage_status", "status", "error_code", "provider_cost_usd", "provider_request_id",
        "requested_model", "project", "environment", "user", "session", "trace_id",
        "reservation_id",
    }
)  # fmt: skip


def tracked(
    provider: str,
    model: str,
    usage: Mapping[str, Any] | None,
    provider_usage: Any,
    latency_ms: float | None,
    fields: Mapping[str, Any],
) -> dict[str, Any]:
    """The event in the fields of the server's API. Raises what a value raises."""
    event: dict[str, Any] = {
        name: clean(value) if name in _TEXTS else value
        for name, value in fields.items()
        if value is not None and not isinstance(value, datetime)
    }
    started = fields.get("timestamp")
    if isinstance(started, datetime):
        event["timestamp"] = timestamp_of(started.timestamp())
    event.setdefault("id", new_id())
    event.setdefault("timestamp", timestamp_of(time.time() - (latency_ms or 0) / 1000))
    event["provider"], event["model"] = clean(provider), clean(model)
    if usage is not None:
        event["usage"] = plain(usage)
    if provider_usage is not None:
        event["provider_usage"] = plain(provider_usage)
    if latency_ms is not None:
        event["latency_ms"] = round(latency_ms)
    if "tags" in event:
        event["tags"] = clean_tags(event["tags"])
    return event
