"""Usage as span attributes say it: whether the input includes the cache is told by the numbers."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Invalid
from domain.usage.normalise import normalise
from domain.usage.telemetry import ATTRIBUTES
from domain.usage.token_usage import TokenClass

COUNT = st.integers(1, 10_000)
SPELLINGS = (
    ("gen_ai.usage.input_tokens", "gen_ai.usage.cache_read.input_tokens",
     "gen_ai.usage.cache_creation.input_tokens", "gen_ai.usage.output_tokens",
     "gen_ai.usage.total_tokens"),
    ("gen_ai.usage.prompt_tokens", "gen_ai.usage.cache_read_input_tokens",
     "gen_ai.usage.cache_creation_input_tokens", "gen_ai.usage.completion_tokens",
     "llm.usage.total_tokens"),
    ("llm.token_count.prompt", "llm.token_count.prompt_details.cache_read",
     "llm.token_count.prompt_details.cache_write", "llm.token_count.completion",
     "llm.token_count.total"),
)  # fmt: skip


def read(**attributes: Any) -> tuple[dict[str, int], tuple[str, ...]]:
    found = normalise(
        "anthropic", "m", {name.replace("__", "."): n for name, n in attributes.items()}
    )
    return {str(name): n for name, n in found.usage.tokens.items()}, found.notes


@given(st.sampled_from(SPELLINGS), st.booleans(), COUNT, COUNT, COUNT, COUNT)
def test_the_total_tells_whether_the_input_includes_the_cache(
    names: tuple[str, ...],
    is_inclusive: bool,  # noqa: FBT001
    new: int,
    hit: int,
    written: int,
    made: int,
) -> None:
    cached = hit + written
    stated = new + cached if is_inclusive else new
    values = (stated, hit, written, made, new + cached + made)
    found = normalise("anthropic", "m", dict(zip(names, values, strict=True)))
    assert found.usage.tokens == {
        TokenClass.INPUT: new,
        TokenClass.CACHE_READ: hit,
        TokenClass.CACHE_WRITE_5M: written,
        TokenClass.OUTPUT: made,
    }
    assert found.convention == ("otel_inclusive" if is_inclusive else "otel_exclusive")
    assert not found.is_doubtful


@given(st.sampled_from(SPELLINGS), COUNT, COUNT, COUNT)
def test_without_a_total_more_cached_than_the_input_is_beside_it(
    names: tuple[str, ...], new: int, more: int, made: int
) -> None:
    usage = {names[0]: new, names[1]: new + more, names[3]: made}
    found = normalise("openai", "m", usage)
    assert found.usage.tokens[TokenClass.INPUT] == new
    assert found.usage.total_tokens == new + new + more + made


def test_a_writer_that_is_known_to_leave_the_cache_out_is_believed() -> None:
    """OpenLLMetry passes Bedrock's counts on, and adds up a total without the cache."""
    usage = {
        "gen_ai.usage.input_tokens": 1000,
        "gen_ai.usage.cache_read_input_tokens": 400,
        "gen_ai.usage.output_tokens": 50,
        "gen_ai.usage.total_tokens": 1050,
    }
    scope = {"otel.scope.name": "opentelemetry.instrumentation.bedrock"}
    alone, told = (normalise("bedrock", "m", each) for each in (usage, usage | scope))
    assert alone.usage.tokens[TokenClass.INPUT] == 600
    assert told.usage.tokens[TokenClass.INPUT] == 1000
    assert told.usage.total_tokens == 1450
    assert told.notes == ("framework_usage:otel_exclusive",)


def test_without_a_total_the_conventions_rule_holds_and_is_noted() -> None:
    tokens, notes = read(
        gen_ai__usage__input_tokens=100, gen_ai__usage__cache_read__input_tokens=40
    )
    assert tokens == {"input": 60, "cache_read": 40}
    assert notes[0] == "framework_usage:otel_inclusive"


@pytest.mark.parametrize(("total", "output"), [(None, 30), (150, 30), (170, 50)])
def test_reasoning_is_in_the_output_unless_the_total_says_otherwise(
    total: int | None, output: int
) -> None:
    stated = {"gen_ai__usage__total_tokens": total} if total else {}
    tokens, notes = read(
        gen_ai__usage__input_tokens=100,
        gen_ai__usage__output_tokens=50,
        gen_ai__usage__reasoning_tokens=20,
        **stated,
    )
    assert tokens == {"input": 100, "output": output, "reasoning": 20}
    assert len(notes) == 1


def test_the_same_count_under_two_names_counts_once() -> None:
    """langfuse/langfuse#16489: synonyms beside one another."""
    tokens, _ = read(
        gen_ai__usage__input_tokens=100, gen_ai__usage__prompt_tokens=100,
        gen_ai__usage__cache_read__input_tokens=40,
        gen_ai__usage__details__cache_read_input_tokens=40,
        gen_ai__usage__output_tokens=7, llm__usage__completion_tokens=7,
    )  # fmt: skip
    assert tokens == {"input": 60, "cache_read": 40, "output": 7}


def test_numbers_that_fit_no_rule_are_noticed() -> None:
    _, notes = read(gen_ai__usage__input_tokens=5, gen_ai__usage__total_tokens=99)
    assert any(note.startswith("contradictory_usage") for note in notes)


@pytest.mark.parametrize("name", sorted(ATTRIBUTES))
def test_a_value_that_is_no_count_is_refused(name: str) -> None:
    with pytest.raises(Invalid):
        normalise("openai", "m", {name: -1})
