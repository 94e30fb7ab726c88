"""OpenAI's wire format. Source: https://platform.openai.com/docs/api-reference."""

from typing import Any

from fakes.server import Reply, Request, json_reply, sse

CHAT_USAGE = {
    "prompt_tokens": 1200,
    "completion_tokens": 300,
    "total_tokens": 1500,
    "prompt_tokens_details": {"cached_tokens": 800, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 100, "audio_tokens": 0},
}
#: Of any other model, as services without a cache answer.
PLAIN_USAGE = {"prompt_tokens": 1200, "completion_tokens": 300, "total_tokens": 1500}
RESPONSE_USAGE = {
    "input_tokens": 1200,
    "input_tokens_details": {"cached_tokens": 800},
    "output_tokens": 300,
    "output_tokens_details": {"reasoning_tokens": 100},
    "total_tokens": 1500,
}
IMAGE_USAGE = {
    "input_tokens": 50,
    "input_tokens_details": {"text_tokens": 10, "image_tokens": 40},
    "output_tokens": 1000,
    "total_tokens": 1050,
}
MODEL = "gpt-4o-2024-08-06"
WORDS = ("Hel", "lo", "!")


def chat(request: Request) -> Reply:
    body = request.body
    if body["model"] == "plain" and "stream_options" in body:
        return json_reply({"error": {"message": "stream_options is unknown"}}, status=400)
    is_ours = body["model"] == "gpt-4o"
    model, usage = (MODEL, CHAT_USAGE) if is_ours else (body["model"], PLAIN_USAGE)
    base = {"id": "chatcmpl-1", "created": 1, "model": model, "service_tier": "default"}
    if not body.get("stream"):
        message = {"role": "assistant", "content": "Hello!", "refusal": None}
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        answer = {**base, "object": "chat.completion", "choices": [choice], "usage": usage}
        return json_reply(answer, x_request_id="req_1")
    wants_usage = (body.get("stream_options") or {}).get("include_usage")
    chunks: list[dict[str, Any]] = []
    for number, word in enumerate(WORDS):
        delta = {"content": word} | ({"role": "assistant"} if number == 0 else {})
        choice = {"index": 0, "delta": delta, "finish_reason": None, "logprobs": None}
        chunks.append({**base, "object": "chat.completion.chunk", "choices": [choice]})
    choice = {"index": 0, "delta": {}, "finish_reason": "stop", "logprobs": None}
    chunks.append({**base, "object": "chat.completion.chunk", "choices": [choice]})
    if wants_usage:
        for chunk in chunks:
            chunk["usage"] = None
        last: dict[str, Any] = {
            **base,
            "object": "chat.completion.chunk",
            "choices": [],
            "usage": usage,
        }
        chunks.append(last)
    return sse(*chunks, done=True)


def _response(status: str, *, background: bool = False) -> dict[str, Any]:
    text = {"type": "output_text", "text": "Hello!", "annotations": []}
    output = [
        {"type": "web_search_call", "id": "ws_1", "status": "completed"},
        {"type": "message", "id": "m_1", "role": "assistant", "status": status, "content": [text]},
    ]
    return {
        "id": "resp_1", "object": "response", "created_at": 1, "model": MODEL, "status": status,
        "background": background, "service_tier": "default", "tools": [], "tool_choice": "auto",
        "parallel_tool_calls": True, "output": output if status == "completed" else [],
        "usage": RESPONSE_USAGE if status == "completed" else None,
    }  # fmt: skip


def responses(request: Request) -> Reply:
    if request.body.get("background") and not request.body.get("stream"):
        return json_reply(_response("queued", background=True))
    if not request.body.get("stream"):
        return json_reply(_response("completed"))
    item = {"type": "message", "id": "m_1", "role": "assistant", "status": "in_progress"}
    part = {"type": "output_text", "text": "", "annotations": []}
    at = {"item_id": "m_1", "output_index": 0, "content_index": 0}
    told: list[dict[str, Any]] = [
        {"type": "response.created", "response": _response("in_progress")},
        {"type": "response.output_item.added", "output_index": 0, "item": {**item, "content": []}},
        {"type": "response.content_part.added", **at, "part": part},
    ]
    told += [
        {"type": "response.output_text.delta", **at, "delta": word, "logprobs": []}
        for word in WORDS
    ]
    told.append({"type": "response.completed", "response": _response("completed")})
    for number, event in enumerate(told):
        event["sequence_number"] = number
    return sse(*told, named=True)


def response_by_id(request: Request) -> Reply:
    return json_reply(_response("completed", background=True))


def embeddings(request: Request) -> Reply:
    inputs = request.body["input"]
    count = 1 if isinstance(inputs, str) else len(inputs)
    is_coded = request.body.get("encoding_format") == "base64"
    vector: Any = "AACAPwAAAEA=" if is_coded else [1.0, 2.0]
    data = [{"object": "embedding", "index": i, "embedding": vector} for i in range(count)]
    usage = {"prompt_tokens": 8, "total_tokens": 8}
    answer = {"object": "list", "data": data, "model": "text-embedding-3-small", "usage": usage}
    return json_reply(answer, x_request_id="req_2")


def images(request: Request) -> Reply:
    if request.body.get("model") == "dall-e-3":
        return json_reply({"created": 1, "data": [{"url": "http://x/1"}]})
    return json_reply({"created": 1, "data": [{"b64_json": "AA=="}], "usage": IMAGE_USAGE})


def speech(request: Request) -> Reply:
    return Reply(b"ID3sound", content_type="audio/mpeg")


def transcription(request: Request) -> Reply:
    return json_reply({"text": "Hello", "usage": {"type": "duration", "seconds": 12}})


ROUTES = {
    ("POST", "/chat/completions"): chat,
    ("POST", "/responses"): responses,
    ("GET", "/responses/resp_1"): response_by_id,
    ("POST", "/embeddings"): embeddings,
    ("POST", "/images/generations"): images,
    ("POST", "/audio/speech"): speech,
    ("POST", "/audio/transcriptions"): transcription,
}
