"""xAI's convention: reasoning outside a chat completion, and the billed cost in ticks."""

from decimal import Decimal

import pytest

from domain.errors import Invalid
from domain.usage.normalise import normalise


def test_reasoning_stands_beside_the_completion_of_a_chat() -> None:
    read = normalise(
        "xai",
        "grok-4.6",
        {
            "prompt_tokens": 32,
            "completion_tokens": 9,
            "total_tokens": 135,
            "prompt_tokens_details": {"text_tokens": 32, "cached_tokens": 6},
            "completion_tokens_details": {"reasoning_tokens": 94},
            "num_sources_used": 0,
        },
    )
    assert read.convention == "xai"
    assert read.usage.tokens == {"input": 26, "cache_read": 6, "output": 9, "reasoning": 94}
    assert read.notes == ()
    assert read.provider_cost_usd is None


def test_reasoning_is_part_of_a_responses_output() -> None:
    read = normalise(
        "xai",
        "grok-4.7",
        {
            "input_tokens": 32,
            "output_tokens": 103,
            "output_tokens_details": {"reasoning_tokens": 94},
            "total_tokens": 135,
        },
    )
    assert read.usage.tokens == {"input": 32, "output": 9, "reasoning": 94}
    assert read.notes == ()


def test_ten_thousand_million_ticks_are_a_dollar() -> None:
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "cost_in_usd_ticks": 37756000}
    assert normalise("xai", "grok-4.6", usage).provider_cost_usd == Decimal("0.0037756")


@pytest.mark.parametrize("ticks", [-1, 1.5, "12", True, 10**17])
def test_impossible_ticks_are_refused(ticks: object) -> None:
    with pytest.raises(Invalid) as refused:
        normalise("xai", "grok-4.6", {"cost_in_usd_ticks": ticks})
    assert refused.value.faults[0].pointer == "/provider_usage/cost_in_usd_ticks"
