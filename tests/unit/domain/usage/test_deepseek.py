"""DeepSeek's convention: the prompt is cache hits plus cache misses."""

from hypothesis import given
from hypothesis import strategies as st

from domain.usage.normalise import normalise
from domain.usage.normalised import contradictory

counts = st.integers(0, 10**6)


def test_cache_hits_are_cache_reads_and_misses_are_input() -> None:
    read = normalise(
        "deepseek",
        "deepseek-chat",
        {
            "prompt_tokens": 10000,
            "prompt_cache_hit_tokens": 4000,
            "prompt_cache_miss_tokens": 6000,
            "prompt_tokens_details": {"cached_tokens": 4000},
            "completion_tokens": 1000,
            "completion_tokens_details": {"reasoning_tokens": 600},
            "total_tokens": 11000,
        },
    )
    assert read.convention == "deepseek"
    assert read.usage.tokens == {
        "input": 6000, "cache_read": 4000, "output": 400, "reasoning": 600,
    }  # fmt: skip
    assert read.notes == ()


def test_hits_and_misses_suffice() -> None:
    read = normalise(
        "deepseek",
        "deepseek-chat",
        {"prompt_cache_hit_tokens": 4, "prompt_cache_miss_tokens": 6, "completion_tokens": 1},
    )
    assert read.usage.tokens == {"input": 6, "cache_read": 4, "output": 1}


def test_hits_and_misses_that_are_not_the_prompt_are_dropped_and_noted() -> None:
    read = normalise(
        "deepseek",
        "deepseek-chat",
        {
            "prompt_tokens": 5,
            "prompt_cache_hit_tokens": 4,
            "prompt_cache_miss_tokens": 6,
            "completion_tokens": 1,
        },
    )
    assert read.usage.tokens == {"input": 5, "output": 1}
    assert read.notes == (contradictory("/prompt_cache_miss_tokens"),)


@given(hit=counts, miss=counts, completion=counts)
def test_the_classes_add_up(hit: int, miss: int, completion: int) -> None:
    usage = normalise(
        "deepseek",
        "deepseek-chat",
        {
            "prompt_tokens": hit + miss,
            "prompt_cache_hit_tokens": hit,
            "prompt_cache_miss_tokens": miss,
            "completion_tokens": completion,
        },
    ).usage
    assert usage.prompt_tokens == hit + miss
    assert usage.total_tokens == hit + miss + completion
