"""Anthropic's convention: the classes exclude one another."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from domain.usage.normalise import normalise
from domain.usage.normalised import ITERATIONS_NOT_COUNTED, contradictory
from domain.usage.token_usage import Unit

counts = st.integers(0, 10**6)


def test_cache_writes_are_told_apart_by_their_lifetime() -> None:
    read = normalise(
        "anthropic",
        "claude-sonnet-4-5",
        {
            "input_tokens": 2048,
            "cache_read_input_tokens": 1800,
            "cache_creation_input_tokens": 248,
            "cache_creation": {
                "ephemeral_5m_input_tokens": 148,
                "ephemeral_1h_input_tokens": 100,
            },
            "output_tokens": 503,
        },
    )
    assert read.convention == "anthropic"
    assert read.usage.tokens == {
        "input": 2048, "cache_read": 1800, "cache_write_5m": 148, "cache_write_1h": 100,
        "output": 503,
    }  # fmt: skip
    assert read.usage.prompt_tokens == 2048 + 1800 + 248
    assert read.notes == ()


def test_a_cache_write_without_a_lifetime_lasts_five_minutes() -> None:
    read = normalise("anthropic", "claude", {"cache_creation_input_tokens": 77})
    assert read.usage.tokens == {"cache_write_5m": 77}


def test_a_lifetime_of_nulls_says_nothing() -> None:
    read = normalise(
        "anthropic",
        "claude",
        {
            "cache_creation_input_tokens": 77,
            "cache_creation": {"ephemeral_5m_input_tokens": None},
        },
    )
    assert read.usage.tokens == {"cache_write_5m": 77}
    assert read.notes == ()


def test_lifetimes_that_do_not_add_up_are_dropped_and_noted() -> None:
    read = normalise(
        "anthropic",
        "claude",
        {
            "cache_creation_input_tokens": 77,
            "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
        },
    )
    assert read.usage.tokens == {"cache_write_5m": 77}
    assert read.notes == (contradictory("/cache_creation"),)


def test_thinking_is_part_of_the_output() -> None:
    read = normalise(
        "anthropic",
        "claude",
        {
            "input_tokens": 10,
            "output_tokens": 300,
            "output_tokens_details": {"thinking_tokens": 250},
        },
    )
    assert read.usage.tokens == {"input": 10, "output": 50, "reasoning": 250}


def test_the_object_tells_searches_tier_speed_and_place() -> None:
    read = normalise(
        "anthropic",
        "claude",
        {
            "input_tokens": 1,
            "output_tokens": 1,
            "server_tool_use": {"web_search_requests": 2, "web_fetch_requests": 1},
            "service_tier": "standard",
            "speed": "fast",
            "inference_geo": "us",
        },
    )
    assert read.usage.units == {Unit.WEB_SEARCHES: Decimal(2)}
    assert read.service_tier == "default"
    assert read.speed == "fast"
    assert read.region == "us"


def test_inference_anywhere_is_no_region() -> None:
    for place in ("global", "not_available"):
        read = normalise("anthropic", "claude", {"input_tokens": 1, "inference_geo": place})
        assert read.region is None


def test_billed_iterations_outside_the_totals_are_noted() -> None:
    usage = {"input_tokens": 23000, "output_tokens": 1000}
    compaction = {"type": "compaction", "input_tokens": 180000, "output_tokens": 3500}
    message = {"type": "message", "input_tokens": 23000, "output_tokens": 1000}
    with_compaction = normalise(
        "anthropic", "claude", {**usage, "iterations": [compaction, message]}
    )
    assert with_compaction.notes == (ITERATIONS_NOT_COUNTED,)
    assert normalise("anthropic", "claude", {**usage, "iterations": [message]}).notes == ()


def test_a_last_stream_event_with_output_only_has_output_only() -> None:
    read = normalise("anthropic", "claude", {"output_tokens": 15})
    assert read.usage.tokens == {"output": 15}


def test_the_openai_protocol_at_anthropic_is_read_as_openais() -> None:
    read = normalise("anthropic", "claude", {"prompt_tokens": 10, "completion_tokens": 2})
    assert read.convention == "openai"
    assert read.usage.tokens == {"input": 10, "output": 2}


@given(fresh=counts, hit=counts, short=counts, long=counts, output=counts)
def test_the_prompt_is_the_sum_of_all_four(
    fresh: int, hit: int, short: int, long: int, output: int
) -> None:
    usage = normalise(
        "anthropic",
        "claude",
        {
            "input_tokens": fresh,
            "cache_read_input_tokens": hit,
            "cache_creation_input_tokens": short + long,
            "cache_creation": {
                "ephemeral_5m_input_tokens": short,
                "ephemeral_1h_input_tokens": long,
            },
            "output_tokens": output,
        },
    ).usage
    assert usage.prompt_tokens == fresh + hit + short + long
    assert usage.total_tokens == usage.prompt_tokens + output
