"""Mistral's convention: OpenAI's, with audio in seconds and documents in pages."""

from decimal import Decimal

import pytest

from domain.usage.normalise import normalise
from domain.usage.token_usage import Unit


@pytest.mark.parametrize(
    "where",
    [
        {"prompt_tokens_details": {"cached_tokens": 1008}},
        {"prompt_token_details": {"cached_tokens": 1008}},
        {"num_cached_tokens": 1008},
    ],
)
def test_cached_tokens_are_part_of_the_prompt_wherever_they_stand(where: dict[str, object]) -> None:
    usage = {"prompt_tokens": 1013, "completion_tokens": 30, "total_tokens": 1043}
    read = normalise("mistral", "mistral-small-2603", {**usage, **where})
    assert read.convention == "mistral"
    assert read.usage.tokens == {"input": 5, "cache_read": 1008, "output": 30}
    assert read.notes == ()


def test_audio_is_counted_in_seconds_beside_the_tokens() -> None:
    read = normalise(
        "mistral",
        "voxtral-mini-2507",
        {
            "prompt_audio_seconds": 203,
            "prompt_tokens": 4,
            "completion_tokens": 635,
            "total_tokens": 3264,
        },
    )
    assert read.usage.tokens == {"input": 4, "output": 635}
    assert read.usage.units == {Unit.AUDIO_SECONDS: Decimal(203)}
    assert read.notes == ()


def test_an_unset_value_of_the_sdk_is_absent() -> None:
    read = normalise("mistral", "mistral-small", {"prompt_tokens": 1, "prompt_audio_seconds": {}})
    assert read.usage.units == {}


def test_a_read_document_is_counted_in_pages() -> None:
    read = normalise("mistral", "mistral-ocr-2512", {"pages_processed": 3, "doc_size_bytes": 999})
    assert read.usage.tokens == {}
    assert read.usage.units == {Unit.PAGES: Decimal(3)}
