"""Anthropic's wire format. Source: https://docs.anthropic.com/en/api/messages."""

import json
from typing import Any

from fakes.server import Reply, Request, json_reply, sse

MODEL = "claude-opus-4-8"
USAGE = {
    "input_tokens": 1200,
    "cache_creation_input_tokens": 100,
    "cache_read_input_tokens": 800,
    "cache_creation": {"ephemeral_5m_input_tokens": 60, "ephemeral_1h_input_tokens": 40},
    "output_tokens": 300,
    "service_tier": "standard",
}
WORDS = ("Hel", "lo", "!")


def message(number: int = 1) -> dict[str, Any]:
    return {
        "id": f"msg_{number}",
        "type": "message",
        "role": "assistant",
        "model": MODEL,
        "content": [{"type": "text", "text": "Hello!"}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": USAGE,
    }


def messages(request: Request) -> Reply:
    if not request.body.get("stream"):
        return json_reply(message(), request_id="req_1")
    opened = message() | {"content": [], "stop_reason": None, "usage": USAGE | {"output_tokens": 1}}
    told: list[dict[str, Any]] = [
        {"type": "message_start", "message": opened},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    ]
    told += [
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": word}}
        for word in WORDS
    ]
    told += [
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": {
                "input_tokens": 1200,
                "cache_creation_input_tokens": 100,
                "cache_read_input_tokens": 800,
                "output_tokens": 300,
            },
        },
        {"type": "message_stop"},
    ]
    return sse(*told, named=True)


def batch(request: Request) -> Reply:
    url = f"http://{request.headers['host']}/v1/messages/batches/b_1/results"
    counts = {"canceled": 0, "errored": 1, "expired": 0, "processing": 0, "succeeded": 2}
    return json_reply(
        {
            "id": "b_1",
            "type": "message_batch",
            "processing_status": "ended",
            "results_url": url,
            "request_counts": counts,
            "created_at": "2026-11-27T00:00:00Z",
            "expires_at": "2026-11-28T00:00:00Z",
            "ended_at": "2026-11-27T00:10:00Z",
            "archived_at": None,
            "cancel_initiated_at": None,
        }
    )


def batch_results(request: Request) -> Reply:
    lines: list[dict[str, Any]] = [
        {"custom_id": f"c{n}", "result": {"type": "succeeded", "message": message(n)}}
        for n in (1, 2)
    ]
    error = {"type": "error", "error": {"type": "invalid_request_error", "message": "no"}}
    lines.append({"custom_id": "c3", "result": {"type": "errored", "error": error}})
    body = "".join(json.dumps(line) + "\n" for line in lines).encode()
    return Reply(body, content_type="application/x-jsonl")


ROUTES = {
    ("POST", "/messages"): messages,
    ("POST", ":rawPredict"): messages,
    ("POST", ":streamRawPredict"): messages,
    ("POST", "/model/claude-opus-latest/invoke"): messages,
    ("GET", "/batches/b_1"): batch,
    ("GET", "/batches/b_1/results"): batch_results,
}
