"""The quick readings of common objects give what the careful ones give, or nothing."""

from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.errors import Invalid
from domain.usage import anthropic, gemini, openai
from domain.usage.normalised import NormalisedUsage

Reading = Callable[[Mapping[str, object]], NormalisedUsage | None]

COUNT = st.integers(0, 2000) | st.sampled_from([0, 10**9, 10**9 + 1, -1])
ODD: st.SearchStrategy[Any] = st.sampled_from([None, True, 7.0, 0.5, "7", [], {}, {"a": 1}, 10**20])
VALUE = st.one_of(*[COUNT] * 6, ODD)


def objects(
    keys: list[str], nested: dict[str, st.SearchStrategy[Any]]
) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with some of the keys, mostly counts, and now and then something odd."""
    flat = dict.fromkeys([*keys, "unheard_of"], VALUE)
    return st.fixed_dictionaries({}, optional={**flat, **nested})


def details(*keys: str) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({}, optional=dict.fromkeys(keys, VALUE)) | ODD


OPENAI = objects(
    [*openai.CHAT[::2], "total_tokens"],
    {
        "prompt_tokens_details": details(
            "cached_tokens", "cache_write_tokens", "audio_tokens", "image_tokens", "text_tokens"
        ),
        "completion_tokens_details": details(
            "reasoning_tokens", "audio_tokens", "accepted_prediction_tokens"
        ),
    },
)
ANTHROPIC = objects(
    [
        "input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens",
    ],
    {
        "cache_creation": details("ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"),
        "service_tier": st.sampled_from(["standard", "batch", "priority", "Standard", "new"]) | ODD,
    },
)  # fmt: skip
_ROWS = st.lists(
    st.fixed_dictionaries(
        {"modality": st.sampled_from(["TEXT", "TEXT", "AUDIO", None, 7])},
        optional={"tokenCount": VALUE},
    ),
    max_size=2,
)
GEMINI = objects(
    [
        "promptTokenCount", "cachedContentTokenCount", "candidatesTokenCount",
        "thoughtsTokenCount", "totalTokenCount",
    ],
    {
        "promptTokensDetails": _ROWS | ODD,
        "cacheTokensDetails": _ROWS | ODD,
        "candidatesTokensDetails": _ROWS | ODD,
    },
)  # fmt: skip


def careful(read: Reading, usage: dict[str, Any]) -> NormalisedUsage | Invalid | None:
    try:
        return read(usage)
    except Invalid as error:
        return error


def agrees(quick: NormalisedUsage | None, read: Reading, usage: dict[str, Any]) -> bool:
    return quick is None or quick == careful(read, usage)


@settings(max_examples=1500, deadline=None)
@given(OPENAI)
@example({"prompt_tokens": 1, "completion_tokens": 10**9, "total_tokens": 10**9 + 1})
def test_openai(usage: dict[str, Any]) -> None:
    assert agrees(openai.read_quickly(usage), openai._read_carefully, usage)


@settings(max_examples=1500, deadline=None)
@given(ANTHROPIC)
def test_anthropic(usage: dict[str, Any]) -> None:
    assert agrees(anthropic.read_quickly(usage), anthropic._read_carefully, usage)


@settings(max_examples=1500, deadline=None)
@given(GEMINI)
def test_gemini(usage: dict[str, Any]) -> None:
    assert agrees(gemini.read_quickly(usage), gemini._read_carefully, usage)


def test_common_objects_are_read_quickly() -> None:
    chat = {"prompt_tokens": 5, "completion_tokens": 3, "total_tokens": 8,
            "prompt_tokens_details": {"cached_tokens": 2}}  # fmt: skip
    assert openai.read_quickly(chat) is not None
    lifetimes = {"ephemeral_5m_input_tokens": 2, "ephemeral_1h_input_tokens": 0}
    message = {"input_tokens": 5, "output_tokens": 3, "cache_creation_input_tokens": 2,
               "cache_creation": lifetimes}  # fmt: skip
    assert anthropic.read_quickly(message) is not None
    metadata = {"promptTokenCount": 5, "candidatesTokenCount": 3, "totalTokenCount": 8}
    assert gemini.read_quickly(metadata) is not None
