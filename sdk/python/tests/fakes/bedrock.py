"""Bedrock's wire format, its event stream included.

Sources: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html;
the frames are those of https://smithy.io/2.0/aws/amazon-eventstream.html.
"""

import base64
import binascii
import json
import struct
from collections.abc import Iterator
from typing import Any

from fakes import anthropic
from fakes.server import Reply, Request, json_reply

MODEL = "anthropic.claude-3-5-sonnet-20241022-v2:0"
USAGE = {
    "inputTokens": 1200, "outputTokens": 300, "totalTokens": 2300,
    "cacheReadInputTokens": 800, "cacheWriteInputTokens": 0,
}  # fmt: skip
METRICS = {"inputTokenCount": 1200, "outputTokenCount": 300}


def frame(kind: str, payload: dict[str, Any]) -> bytes:
    """One event: a prelude with its checksum, headers, JSON, and a checksum over all."""
    body = json.dumps(payload).encode()
    headers = b""
    for name, value in (
        (":event-type", kind), (":content-type", "application/json"), (":message-type", "event"),
    ):  # fmt: skip
        coded = value.encode()
        headers += bytes([len(name)]) + name.encode() + b"\x07" + struct.pack(">H", len(coded))
        headers += coded
    prelude = struct.pack(">II", 16 + len(headers) + len(body), len(headers))
    message = prelude + struct.pack(">I", binascii.crc32(prelude)) + headers + body
    return message + struct.pack(">I", binascii.crc32(message))


def _stream(frames: Iterator[bytes]) -> Reply:
    return Reply(list(frames), content_type="application/vnd.amazon.eventstream")


def converse(request: Request) -> Reply:
    message = {"role": "assistant", "content": [{"text": "Hello!"}]}
    answer = {
        "output": {"message": message}, "stopReason": "end_turn", "usage": USAGE,
        "metrics": {"latencyMs": 5}, "serviceTier": {"type": "priority"},
    }  # fmt: skip
    return json_reply(answer, x_amzn_RequestId="aws_1")


def converse_stream(request: Request) -> Reply:
    def frames() -> Iterator[bytes]:
        yield frame("messageStart", {"role": "assistant"})
        for word in ("Hel", "lo", "!"):
            yield frame("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": word}})
        yield frame("messageStop", {"stopReason": "end_turn"})
        yield frame("metadata", {"usage": USAGE, "metrics": {"latencyMs": 5}})

    return _stream(frames())


def invoke(request: Request) -> Reply:
    return json_reply(
        anthropic.message(),
        x_amzn_bedrock_input_token_count="1200",
        x_amzn_bedrock_output_token_count="300",
    )


def invoke_stream(request: Request) -> Reply:
    told: list[dict[str, Any]] = [
        {"type": "message_start", "message": anthropic.message() | {"content": []}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hi"}},
        {"type": "message_delta", "delta": {}, "usage": {"output_tokens": 300}},
        {"type": "message_stop", "amazon-bedrock-invocationMetrics": METRICS},
    ]
    return _stream(
        frame("chunk", {"bytes": base64.b64encode(json.dumps(event).encode()).decode()})
        for event in told
    )


ROUTES = {
    ("POST", "/converse"): converse,
    ("POST", "/converse-stream"): converse_stream,
    ("POST", "%3A0/invoke"): invoke,
    ("POST", "/invoke-with-response-stream"): invoke_stream,
}
