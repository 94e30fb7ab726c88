"""OpenAI's convention: cached and reasoning tokens are parts of the totals."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from domain.usage.normalise import normalise
from domain.usage.normalised import CACHED_IMAGE_AS_CACHE_READ, contradictory, incomplete
from domain.usage.token_usage import TokenClass, Unit

counts = st.integers(0, 10**6)


def test_a_chat_completion_is_split_into_disjoint_classes() -> None:
    read = normalise(
        "openai",
        "o3",
        {
            "prompt_tokens": 2006,
            "completion_tokens": 300,
            "total_tokens": 2306,
            "prompt_tokens_details": {"cached_tokens": 1920},
            "completion_tokens_details": {
                "reasoning_tokens": 128,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 40,  # billed, and part of the completion
            },
        },
    )
    assert read.usage.tokens == {"input": 86, "cache_read": 1920, "output": 172, "reasoning": 128}
    assert read.convention == "openai"
    assert read.notes == ()
    assert read.provider_cost_usd is None


def test_a_response_spells_the_same_things_differently() -> None:
    read = normalise(
        "openai",
        "gpt-5.6-sol",
        {
            "input_tokens": 5000,
            "input_tokens_details": {"cached_tokens": 3000, "cache_write_tokens": 1500},
            "output_tokens": 900,
            "output_tokens_details": {"reasoning_tokens": 700},
            "total_tokens": 5900,
        },
    )
    assert read.usage.tokens == {
        "input": 500, "cache_read": 3000, "cache_write_5m": 1500, "output": 200, "reasoning": 700,
    }  # fmt: skip
    assert read.notes == ()


def test_embeddings_have_only_input() -> None:
    read = normalise("openai", "text-embedding-3-small", {"prompt_tokens": 8, "total_tokens": 8})
    assert read.usage.tokens == {"input": 8}
    assert read.notes == ()


def test_explicit_zeros_are_kept_and_absent_classes_stay_absent() -> None:
    read = normalise(
        "openai",
        "gpt-4o",
        {
            "prompt_tokens": 5,
            "completion_tokens": 0,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": None},
        },
    )
    assert read.usage.tokens == {"input": 5, "cache_read": 0, "output": 0}


def test_audio_and_images_of_a_realtime_answer_are_told_apart() -> None:
    read = normalise(
        "openai",
        "gpt-realtime",
        {
            "total_tokens": 1700,
            "input_tokens": 1200,
            "output_tokens": 500,
            "input_token_details": {
                "text_tokens": 300,
                "audio_tokens": 700,
                "image_tokens": 200,
                "cached_tokens": 450,
                "cached_tokens_details": {
                    "text_tokens": 100,
                    "audio_tokens": 300,
                    "image_tokens": 50,
                },
            },
            "output_token_details": {"text_tokens": 100, "audio_tokens": 400},
        },
    )
    assert read.usage.tokens == {
        "input": 200,  # 300 of text, 100 of them cached
        "cache_read": 150,  # 100 of text and 50 of image
        "cache_read_audio": 300,
        "input_audio": 400,
        "input_image": 150,
        "output": 100,
        "output_audio": 400,
    }
    assert read.notes == (CACHED_IMAGE_AS_CACHE_READ,)


def test_a_generated_image_is_its_own_class() -> None:
    read = normalise(
        "openai",
        "gpt-image-1.5",
        {
            "input_tokens": 50,
            "input_tokens_details": {"text_tokens": 10, "image_tokens": 40},
            "output_tokens": 1100,
            "output_tokens_details": {"image_tokens": 1056, "text_tokens": 44},
            "total_tokens": 1150,
        },
    )
    assert read.usage.tokens == {
        "input": 10, "input_image": 40, "output": 44, "output_image": 1056,
    }  # fmt: skip


def test_a_transcription_may_be_measured_in_seconds() -> None:
    read = normalise("openai", "whisper-1", {"type": "duration", "seconds": 12.25})
    assert read.usage.tokens == {}
    assert read.usage.units == {Unit.AUDIO_SECONDS: Decimal("12.25")}


def test_moonshot_states_the_cached_tokens_beside_the_totals() -> None:
    read = normalise(
        "moonshot",
        "kimi-k3",
        {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110, "cached_tokens": 60},
    )
    assert read.usage.tokens == {"input": 40, "cache_read": 60, "output": 10}


def test_more_cached_than_prompt_leaves_the_prompt_whole_and_says_so() -> None:
    read = normalise(
        "openai",
        "gpt-4o",
        {
            "prompt_tokens": 100,
            "completion_tokens": 10,
            "prompt_tokens_details": {"cached_tokens": 800},
        },
    )
    assert read.usage.tokens == {"input": 100, "output": 10}
    assert read.notes == (contradictory("/prompt_tokens_details"),)


def test_a_total_that_is_not_the_sum_is_noted() -> None:
    read = normalise(
        "openai", "gpt-4o", {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 40}
    )
    assert read.usage.tokens == {"input": 10, "output": 5}
    assert read.notes == (contradictory("/total_tokens"),)


def test_parts_without_their_total_are_counted_alone() -> None:
    read = normalise(
        "openai", "gpt-4o", {"completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 3}}
    )
    assert read.usage.tokens == {"cache_read": 3, "output": 5}
    assert read.notes == (incomplete("/prompt_tokens"),)


def test_the_tier_is_taken_from_the_object_where_it_stands_there() -> None:
    usage = {"prompt_tokens": 1, "completion_tokens": 1}
    assert normalise("openai", "o3", {**usage, "service_tier": "flex"}).service_tier == "flex"
    assert normalise("openai", "o3", {**usage, "service_tier": "auto"}).service_tier == "default"
    assert normalise("openai", "o3", usage).service_tier is None


@given(prompt=counts, completion=counts, cached=counts, written=counts, reasoning=counts)
def test_the_classes_always_add_up_to_what_openai_stated(
    prompt: int, completion: int, cached: int, written: int, reasoning: int
) -> None:
    usage = normalise(
        "openai",
        "gpt-5",
        {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "prompt_tokens_details": {"cached_tokens": cached, "cache_write_tokens": written},
            "completion_tokens_details": {"reasoning_tokens": reasoning},
        },
    ).usage
    assert usage.prompt_tokens == prompt
    assert usage.total_tokens == prompt + completion
    assert min(usage.tokens.values()) >= 0


@given(st.dictionaries(st.sampled_from(["audio_tokens", "image_tokens", "cached_tokens"]), counts))
def test_modalities_never_add_tokens(parts: dict[str, int]) -> None:
    usage = normalise(
        "openai",
        "gpt-realtime",
        {
            "input_tokens": 1000,
            "output_tokens": 1,
            "input_token_details": {
                **parts,
                "cached_tokens_details": {name: n // 2 for name, n in parts.items()},
            },
        },
    ).usage
    assert usage.prompt_tokens == 1000
    assert usage.tokens[TokenClass.INPUT] <= 1000


def test_all_of_the_prompt_may_be_cached_and_not_a_token_more() -> None:
    whole = {"prompt_tokens": 100, "prompt_tokens_details": {"cached_tokens": 100}}
    assert normalise("openai", "gpt-4o", whole).usage.tokens == {"input": 0, "cache_read": 100}
    more = {"prompt_tokens": 100, "prompt_tokens_details": {"cached_tokens": 101}}
    assert normalise("openai", "gpt-4o", more).usage.tokens == {"input": 100}
