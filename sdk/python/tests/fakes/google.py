"""The Gemini API's wire format. Source: https://ai.google.dev/api/generate-content."""

from typing import Any

from fakes.server import Reply, Request, json_reply, sse

MODEL = "gemini-2.5-flash"
USAGE = {
    "promptTokenCount": 1200,
    "cachedContentTokenCount": 800,
    "candidatesTokenCount": 300,
    "thoughtsTokenCount": 100,
    "totalTokenCount": 1600,
    "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 1200}],
}


def _answer(text: str, finish: str | None, usage: dict[str, Any]) -> dict[str, Any]:
    candidate = {"content": {"parts": [{"text": text}], "role": "model"}, "index": 0}
    if finish is not None:
        candidate["finishReason"] = finish
    return {
        "candidates": [candidate], "usageMetadata": usage, "modelVersion": MODEL,
        "responseId": "resp_g1",
    }  # fmt: skip


def generate(request: Request) -> Reply:
    return json_reply(_answer("Hello!", "STOP", USAGE))


def stream(request: Request) -> Reply:
    begun = {"promptTokenCount": 1200, "totalTokenCount": 1200}
    return sse(_answer("Hel", None, begun), _answer("lo", None, begun), _answer("!", "STOP", USAGE))


def embed(request: Request) -> Reply:
    return json_reply({"embeddings": [{"values": [1.0, 2.0]}]})


def call_tool(request: Request) -> Reply:
    """Asks for a tool first, and answers when it has the result."""
    if len(request.body["contents"]) > 1:
        return generate(request)
    call = {"functionCall": {"name": "get_weather", "args": {"city": "Bern"}}}
    answer = _answer("", "STOP", USAGE)
    answer["candidates"][0]["content"]["parts"] = [call]
    return json_reply(answer)


ROUTES = {
    ("POST", "gemini-tools:generateContent"): call_tool,
    ("POST", ":generateContent"): generate,
    ("POST", ":streamGenerateContent"): stream,
    ("POST", ":batchEmbedContents"): embed,
    ("POST", ":embedContent"): embed,
}
