"""How much a request can use, before it is made."""

from typing import Any

import pytest
from pydantic import BaseModel

from truecompute._estimates import MEDIA_TOKENS, input_tokens, output_tokens


class Message(BaseModel):
    content: str


IMAGE = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
DATA = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 100_000}}
SOURCE = {"type": "base64", "media_type": "image/png", "data": "A" * 100_000}
TEXT_SOURCE = {"type": "text", "media_type": "text/plain", "data": "x" * 300}


@pytest.mark.parametrize(
    ("request_", "tokens"),
    [({"messages": [{"content": "x" * 300}]}, 100), ({"prompt": "x" * 301}, 101),
     ({"prompt": "é" * 3}, 2), ({"prompt": "\ud800"}, 1), ({"input": [1, 2, 3]}, 3),
     ({"input": [[1, 2], [3]]}, 3), ({"temperature": 1, "seed": 42, "stream": True}, 0),
     ({"messages": [Message(content="x" * 300)]}, 100), (None, 0), ({}, 0)],
)  # fmt: skip
def test_text_counts_by_its_bytes_and_tokens_by_one(request_: Any, tokens: int) -> None:
    assert input_tokens(request_) == tokens


@pytest.mark.parametrize(
    "part", [IMAGE, DATA, {"source": SOURCE}, {"inlineData": {"mimeType": "a/b", "data": "A"}},
             {"fileData": {"fileUri": "gs://a/b"}}, {"image": {"source": {"bytes": b"123"}}},
             {"input_audio": {"data": "A" * 9_000, "format": "wav"}}, {"file_id": "file-1"}],
)  # fmt: skip
def test_an_image_a_sound_or_a_file_counts_the_same_whatever_its_size(part: Any) -> None:
    assert MEDIA_TOKENS <= input_tokens({"content": [part]}) <= MEDIA_TOKENS + 12


def test_a_document_of_text_and_a_link_in_a_text_are_text() -> None:
    assert input_tokens({"source": TEXT_SOURCE}) == pytest.approx(100, abs=6)
    assert input_tokens({"text": "https://example.com"}) == 7


def test_a_generator_in_a_request_is_left_for_the_client() -> None:
    parts = (each for each in ["x" * 300])
    assert input_tokens({"messages": parts}) == 0
    assert next(parts) == "x" * 300


def test_a_request_that_holds_itself_has_an_end() -> None:
    request: dict[str, Any] = {"text": "xxx"}
    request["again"] = request
    assert input_tokens(request) < 100


@pytest.mark.parametrize(
    ("request_", "tokens"),
    [({"max_tokens": 7}, 7), ({"max_completion_tokens": 7, "max_tokens": 9}, 7),
     ({"max_output_tokens": 7}, 7), ({"generationConfig": {"maxOutputTokens": 7}}, 7),
     ({"inferenceConfig": {"maxTokens": 7}}, 7), ({"body": b'{"max_gen_len": 7}'}, 7),
     ({"body": '{"textGenerationConfig": {"maxTokenCount": 7}}'}, 7),
     ({"completion_args": {"max_tokens": 7}}, 7), ({"max_tokens": 7, "n": 3}, 21),
     ({"max_tokens": 10**12}, 10**9),
     ({"max_tokens": None}, 4096), ({"max_tokens": True}, 4096), ({"body": b"\xff"}, 4096),
     ({"n": 2}, 8192), (None, 4096)],
)  # fmt: skip
def test_the_output_is_what_the_request_allows(request_: Any, tokens: int) -> None:
    assert output_tokens(request_, "chat", 4096) == tokens


def test_embeddings_have_no_output() -> None:
    assert output_tokens({"input": "x"}, "embeddings", 4096) == 0
