"""What published usage objects cost, reckoned by hand from the bundled price book."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from adapters.pricing.book import load_pricing_table
from domain.pricing.cost import Cost
from domain.usage.normalise import normalise

TABLE = load_pricing_table()
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def cost_of(
    provider: str,
    model: str,
    provider_usage: dict[str, object],
    *,
    service_tier: str | None = None,
    at: datetime = NOON,
) -> Cost:
    read = normalise(provider, model, provider_usage)
    quote = TABLE.quote(
        provider,
        model,
        at=at,
        usage=read.usage,
        service_tier=service_tier or read.service_tier,
    )
    assert quote is not None
    return quote.cost_of(read.usage)


def test_an_openai_chat_with_cached_and_reasoning_tokens() -> None:
    """o3: $2 input, $0.50 cached, $8 output.

    6,000 x 2 + 4,000 x 0.5 + 1,000 x 8 + 2,000 x 8 = 12,000 + 2,000 + 8,000 + 16,000 = 38,000
    millionths.
    """
    usage: dict[str, object] = {
        "prompt_tokens": 10_000,
        "completion_tokens": 3_000,
        "total_tokens": 13_000,
        "prompt_tokens_details": {"cached_tokens": 4_000, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 2_000, "audio_tokens": 0},
    }
    cost = cost_of("openai", "o3-2025-04-16", usage)
    assert cost.amount_usd == Decimal("0.038")
    assert cost.unpriced == frozenset()
    # flex: $1, $0.25, $4
    assert cost_of("openai", "o3", usage, service_tier="flex").amount_usd == Decimal("0.019")


def test_openais_published_prompt_caching_example() -> None:
    """gpt-4o: $2.50, $1.25, $10. 86 x 2.5 + 1,920 x 1.25 + 300 x 10 = 215 + 2,400 + 3,000."""
    cost = cost_of(
        "openai",
        "gpt-4o-2024-08-06",
        {
            "prompt_tokens": 2006,
            "completion_tokens": 300,
            "total_tokens": 2306,
            "prompt_tokens_details": {"cached_tokens": 1920},
            "completion_tokens_details": {"reasoning_tokens": 0},
        },
    )
    assert cost.amount_usd == Decimal("0.005615")


def test_an_openai_response() -> None:
    """gpt-4.1: $2 input, $8 output. 36 x 2 + 87 x 8 = 72 + 696."""
    cost = cost_of(
        "openai",
        "gpt-4.1-2025-04-14",
        {
            "input_tokens": 36,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": 87,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 123,
        },
    )
    assert cost.amount_usd == Decimal("0.000768")


def test_an_anthropic_message_with_both_kinds_of_cache_write() -> None:
    """claude-sonnet-4-5: $3 input, $0.30 read, $3.75 and $6 write, $15 output.

    2,048 x 3 + 1,800 x 0.3 + 148 x 3.75 + 100 x 6 + 503 x 15
    = 6,144 + 540 + 555 + 600 + 7,545 = 15,384.
    """
    cost = cost_of(
        "anthropic",
        "claude-sonnet-4-5-20250929",
        {
            "input_tokens": 2048,
            "cache_read_input_tokens": 1800,
            "cache_creation_input_tokens": 248,
            "cache_creation": {
                "ephemeral_5m_input_tokens": 148,
                "ephemeral_1h_input_tokens": 100,
            },
            "output_tokens": 503,
            "service_tier": "standard",
        },
    )
    assert cost.amount_usd == Decimal("0.015384")


def test_a_long_prompt_makes_the_whole_anthropic_message_dearer() -> None:
    """Above 200,000 tokens: $6 input, $22.50 output. 250,000 x 6 + 1,000 x 22.5."""
    usage: dict[str, object] = {"input_tokens": 250_000, "output_tokens": 1_000}
    cost = cost_of("anthropic", "claude-sonnet-4-5", usage)
    assert cost.amount_usd == Decimal("1.5225")


def test_a_gemini_answer_with_thoughts() -> None:
    """gemini-2.5-flash: $0.30 input, $0.03 cached, $2.50 output and thoughts.

    600 x 0.3 + 400 x 0.03 + 200 x 2.5 + 300 x 2.5 = 180 + 12 + 500 + 750 = 1,442.
    """
    cost = cost_of(
        "google",
        "models/gemini-2.5-flash",
        {
            "promptTokenCount": 1000,
            "cachedContentTokenCount": 400,
            "candidatesTokenCount": 200,
            "thoughtsTokenCount": 300,
            "totalTokenCount": 1500,
        },
    )
    assert cost.amount_usd == Decimal("0.001442")


def test_geminis_images_are_billed_as_input_and_audio_at_its_own_price() -> None:
    """gemini-2.5-flash: $0.30 text and image, $1 audio. (100 + 258) x 0.3 + 642 x 1 = 749.4."""
    cost = cost_of(
        "google",
        "gemini-2.5-flash",
        {
            "promptTokenCount": 1000,
            "promptTokensDetails": [
                {"modality": "TEXT", "tokenCount": 100},
                {"modality": "IMAGE", "tokenCount": 258},
                {"modality": "AUDIO", "tokenCount": 642},
            ],
        },
    )
    assert cost.amount_usd == Decimal("0.0007494")
    assert {line.class_ for line in cost.lines if line.note} == {"input_image"}


@pytest.mark.parametrize(
    ("hour", "usd"),
    [
        # Peak hours: $0.27 miss, $0.07 hit, $1.10 output: 1,620 + 280 + 1,100.
        (12, "0.003"),
        # The discount window: $0.135, $0.035, $0.55: 810 + 140 + 550.
        (18, "0.0015"),
    ],
)
def test_a_deepseek_chat_with_cache_hits_at_two_times_of_day(hour: int, usd: str) -> None:
    usage: dict[str, object] = {
        "prompt_tokens": 10_000,
        "prompt_cache_hit_tokens": 4_000,
        "prompt_cache_miss_tokens": 6_000,
        "completion_tokens": 1_000,
        "total_tokens": 11_000,
    }
    cost = cost_of("deepseek", "deepseek-chat", usage, at=NOON.replace(hour=hour))
    assert cost.amount_usd == Decimal(usd)


def test_a_mistral_completion_with_cached_tokens() -> None:
    """mistral-small-2603: $0.15, $0.015, $0.60. 5 x 0.15 + 1,008 x 0.015 + 30 x 0.6 = 33.87."""
    cost = cost_of(
        "mistral",
        "mistral-small-2603",
        {
            "prompt_tokens": 1013,
            "completion_tokens": 30,
            "total_tokens": 1043,
            "prompt_tokens_details": {"cached_tokens": 1008},
        },
    )
    assert cost.amount_usd == Decimal("0.00003387")


def test_a_minute_of_transcription() -> None:
    """whisper-1: $0.36 an hour. 60 x 0.36 / 3,600."""
    cost = cost_of("openai", "whisper-1", {"type": "duration", "seconds": 60})
    assert cost.amount_usd == Decimal("0.006")


_SPOKEN = {
    "prompt_tokens": 1000,
    "completion_tokens": 0,
    "prompt_tokens_details": {"audio_tokens": 900},
}


def test_audio_has_the_price_that_only_one_source_knows() -> None:
    cost = cost_of("openai", "gpt-4o-audio-preview", _SPOKEN)
    # 100 x $2.50 + 900 x $40, per million: $0.00025 + $0.036
    assert cost.amount_usd == Decimal("0.03625")
    assert {line.class_: line.source for line in cost.lines}["input_audio"] == "litellm"


def test_audio_without_a_price_makes_the_cost_partial_and_not_cheap() -> None:
    cost = cost_of("openai", "gpt-4o", _SPOKEN)
    assert cost.unpriced == {"input_audio"}
    assert {line.class_ for line in cost.lines} == {"input", "output"}
