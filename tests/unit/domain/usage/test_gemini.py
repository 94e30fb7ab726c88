"""Gemini's convention: cached tokens inside the prompt, thoughts outside the candidates."""

from hypothesis import given
from hypothesis import strategies as st

from domain.usage.normalise import normalise
from domain.usage.normalised import (
    CACHED_IMAGE_AS_CACHE_READ,
    MODALITY_UNKNOWN,
    OUTPUT_VIDEO_AS_OUTPUT,
    contradictory,
    incomplete,
)

counts = st.integers(0, 10**6)


def test_thoughts_are_reasoning_beside_the_candidates() -> None:
    read = normalise(
        "google",
        "gemini-2.5-flash",
        {
            "promptTokenCount": 1000,
            "cachedContentTokenCount": 400,
            "candidatesTokenCount": 200,
            "thoughtsTokenCount": 300,
            "totalTokenCount": 1500,
            "serviceTier": "standard",
        },
    )
    assert read.convention == "gemini"
    assert read.usage.tokens == {"input": 600, "cache_read": 400, "output": 200, "reasoning": 300}
    assert read.service_tier == "default"
    assert read.notes == ()


def test_the_python_sdk_says_it_in_snake_case() -> None:
    read = normalise(
        "google",
        "gemini-2.5-flash",
        {
            "prompt_token_count": 10,
            "candidates_token_count": 5,
            "thoughts_token_count": None,
            "total_token_count": 15,
            "traffic_type": "ON_DEMAND_PRIORITY",
            "prompt_tokens_details": [{"modality": "TEXT", "token_count": 10}],
        },
    )
    assert read.usage.tokens == {"input": 10, "output": 5}
    assert read.service_tier == "priority"


def test_the_results_of_tools_are_input() -> None:
    read = normalise(
        "vertex",
        "gemini-2.5-pro",
        {
            "promptTokenCount": 100,
            "toolUsePromptTokenCount": 50,
            "candidatesTokenCount": 10,
            "totalTokenCount": 160,
            "trafficType": "ON_DEMAND",
        },
    )
    assert read.usage.tokens == {"input": 150, "output": 10}
    assert read.service_tier == "default"
    assert read.notes == ()


def test_modalities_are_told_apart_and_documents_are_text() -> None:
    read = normalise(
        "google",
        "gemini-2.5-flash",
        {
            "promptTokenCount": 1000,
            "promptTokensDetails": [
                {"modality": "TEXT", "tokenCount": 100},
                {"modality": "DOCUMENT", "tokenCount": 50},
                {"modality": "AUDIO", "tokenCount": 400},
                {"modality": "IMAGE", "tokenCount": 250},
                {"modality": "VIDEO", "tokenCount": 200},
            ],
            "cachedContentTokenCount": 350,
            "cacheTokensDetails": [
                {"modality": "AUDIO", "tokenCount": 300},
                {"modality": "IMAGE", "tokenCount": 50},
            ],
            "candidatesTokenCount": 30,
            "candidatesTokensDetails": [
                {"modality": "TEXT", "tokenCount": 10},
                {"modality": "IMAGE", "tokenCount": 20},
            ],
        },
    )
    assert read.usage.tokens == {
        "input": 150,
        "cache_read": 50,
        "cache_read_audio": 300,
        "input_audio": 100,
        "input_image": 200,
        "input_video": 200,
        "output": 10,
        "output_image": 20,
    }
    assert read.notes == (CACHED_IMAGE_AS_CACHE_READ,)


def test_cached_tokens_without_modalities_leave_the_prompt_as_text() -> None:
    read = normalise(
        "google",
        "gemini-2.5-flash",
        {
            "promptTokenCount": 1000,
            "promptTokensDetails": [{"modality": "AUDIO", "tokenCount": 900}],
            "cachedContentTokenCount": 800,
        },
    )
    assert read.usage.tokens == {"input": 200, "cache_read": 800}
    assert read.notes == (MODALITY_UNKNOWN,)


def test_the_live_api_says_response_and_may_speak() -> None:
    read = normalise(
        "google",
        "gemini-3.8-live",
        {
            "promptTokenCount": 10,
            "responseTokenCount": 100,
            "responseTokensDetails": [{"modality": "AUDIO", "tokenCount": 90}],
            "totalTokenCount": 110,
        },
    )
    assert read.usage.tokens == {"input": 10, "output": 10, "output_audio": 90}


def test_output_video_has_no_class_and_is_noted() -> None:
    read = normalise(
        "google",
        "gemini-omni-1.1-flash",
        {
            "candidatesTokenCount": 100,
            "candidatesTokensDetails": [{"modality": "VIDEO", "tokenCount": 100}],
        },
    )
    assert read.usage.tokens == {"output": 100}
    assert read.notes == (OUTPUT_VIDEO_AS_OUTPUT,)


def test_more_cached_than_prompt_leaves_the_prompt_whole_and_says_so() -> None:
    read = normalise("google", "gemini", {"promptTokenCount": 10, "cachedContentTokenCount": 11})
    assert read.usage.tokens == {"input": 10}
    assert read.notes == (contradictory("/cachedContentTokenCount"),)


def test_cached_tokens_without_a_prompt_are_counted_alone() -> None:
    read = normalise("google", "gemini", {"cachedContentTokenCount": 11})
    assert read.usage.tokens == {"cache_read": 11}
    assert read.notes == (incomplete("/promptTokenCount"),)


def test_a_total_that_is_not_the_sum_is_noted() -> None:
    read = normalise(
        "google",
        "gemini",
        {"promptTokenCount": 10, "candidatesTokenCount": 5, "totalTokenCount": 99},
    )
    assert read.notes == (contradictory("/totalTokenCount"),)


@given(prompt=counts, cached=counts, tool=counts, said=counts, thought=counts, audio=counts)
def test_the_classes_always_add_up_to_what_gemini_stated(
    prompt: int, cached: int, tool: int, said: int, thought: int, audio: int
) -> None:
    usage = normalise(
        "google",
        "gemini",
        {
            "promptTokenCount": prompt,
            "promptTokensDetails": [{"modality": "AUDIO", "tokenCount": audio}],
            "cachedContentTokenCount": cached,
            "toolUsePromptTokenCount": tool,
            "candidatesTokenCount": said,
            "thoughtsTokenCount": thought,
        },
    ).usage
    assert usage.prompt_tokens == prompt + tool
    assert usage.total_tokens == prompt + tool + said + thought
    assert min(usage.tokens.values()) >= 0


def test_all_of_the_prompt_may_be_cached() -> None:
    read = normalise("google", "gemini", {"promptTokenCount": 10, "cachedContentTokenCount": 10})
    assert read.usage.tokens == {"input": 0, "cache_read": 10}
    assert read.notes == ()
