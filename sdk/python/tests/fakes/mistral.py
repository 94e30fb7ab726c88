"""Mistral's wire format, where it is not OpenAI's. Source: https://docs.mistral.ai/api."""

from typing import Any

from fakes.server import Reply, Request, json_reply, sse

MODEL = "mistral-large-2411"
USAGE = {"prompt_tokens": 1200, "completion_tokens": 300, "total_tokens": 1500}
OCR_USAGE = {"pages_processed": 3, "doc_size_bytes": 1000}


def chat(request: Request) -> Reply:
    base = {"id": "cmpl-m1", "model": MODEL, "created": 1}
    if not request.body.get("stream"):
        message = {"role": "assistant", "content": "Hello!", "tool_calls": None}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return json_reply(
            {**base, "object": "chat.completion", "choices": [choice], "usage": USAGE}
        )
    chunks: list[dict[str, Any]] = []
    for word in ("Hel", "lo", "!"):
        choice = {"index": 0, "delta": {"content": word}, "finish_reason": None}
        chunks.append({**base, "object": "chat.completion.chunk", "choices": [choice]})
    chunks[-1]["choices"][0]["finish_reason"] = "stop"
    chunks[-1]["usage"] = USAGE
    return sse(*chunks, done=True)


def ocr(request: Request) -> Reply:
    size = {"dpi": 100, "height": 1, "width": 1}
    page = {"index": 0, "markdown": "Hello", "images": [], "dimensions": size}
    return json_reply({"pages": [page], "model": "mistral-ocr-2505", "usage_info": OCR_USAGE})


ROUTES = {
    ("POST", "/mistral/v1/chat/completions"): chat,
    ("POST", "/mistral/v1/fim/completions"): chat,
    ("POST", "/mistral/v1/ocr"): ocr,
}
