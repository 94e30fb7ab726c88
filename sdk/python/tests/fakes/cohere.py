"""Cohere's wire format. Source: https://docs.cohere.com/reference/chat."""

import json
from typing import Any

from fakes.server import Reply, Request, json_reply, sse

USAGE = {
    "billed_units": {"input_tokens": 12, "output_tokens": 30},
    "tokens": {"input_tokens": 70, "output_tokens": 32},
}
RERANK_META = {"api_version": {"version": "2"}, "billed_units": {"search_units": 1}}


def chat(request: Request) -> Reply:
    if not request.body.get("stream"):
        message = {"role": "assistant", "content": [{"type": "text", "text": "Hello!"}]}
        return json_reply(
            {"id": "co_1", "finish_reason": "COMPLETE", "message": message, "usage": USAGE}
        )
    message = {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": []}
    told: list[dict[str, Any]] = [
        {"type": "message-start", "id": "co_1", "delta": {"message": message}}
    ]
    told += [
        {
            "type": "content-delta",
            "index": 0,
            "delta": {"message": {"content": {"text": word}}},
        }
        for word in ("Hel", "lo", "!")
    ]
    end = {"finish_reason": "COMPLETE", "usage": USAGE}
    told.append({"type": "message-end", "id": "co_1", "delta": end})
    return sse(*told, named=True)


def old_chat(request: Request) -> Reply:
    answer = {"text": "Hello!", "generation_id": "g_1", "meta": USAGE}
    if not request.body.get("stream"):
        return json_reply(answer)
    told = [
        {"event_type": "stream-start", "generation_id": "g_1", "is_finished": False},
        {"event_type": "text-generation", "text": "Hello!", "is_finished": False},
        {"event_type": "stream-end", "response": answer, "finish_reason": "COMPLETE"},
    ]
    lines = [json.dumps(event).encode() + b"\n" for event in told]
    return Reply(lines, content_type="application/stream+json")


def rerank(request: Request) -> Reply:
    results = [{"index": 0, "relevance_score": 0.9}]
    return json_reply({"id": "co_2", "results": results, "meta": RERANK_META})


ROUTES = {
    ("POST", "/v2/chat"): chat,
    ("POST", "/v1/chat"): old_chat,
    ("POST", "/v2/rerank"): rerank,
}
