"""A provider's usage object, as the demo writes it, says what its convention reads out of it."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.usage.normalise import normalise
from domain.usage.token_usage import TokenUsage
from entrypoints.demo.models import Model
from entrypoints.demo.usage import cut_off, usage_of
from entrypoints.demo.workloads import BACKFILL, WORKLOADS, Workload

CALLS = [(work, choice.model) for work in (*WORKLOADS, BACKFILL) for choice in work.choices]
SHAPED = [(work, model) for work, model in CALLS if model.shape is not None]
HAVE_A_CONVENTION = {
    "anthropic", "azure", "deepseek", "google", "groq", "mistral", "openai", "openrouter", "vllm",
    "xai",
}  # fmt: skip


def stated(usage: TokenUsage) -> tuple[dict[str, int], dict[str, str]]:
    """What was used at all: an object may state a class as zero or leave it out."""
    tokens = {str(name): number for name, number in usage.tokens.items() if number}
    return tokens, {str(name): str(quantity) for name, quantity in usage.units.items()}


@settings(max_examples=300, deadline=None)
@given(chosen=st.sampled_from(SHAPED), rng=st.integers().map(Random))
def test_what_is_written_is_what_is_read(chosen: tuple[Workload, Model], rng: Random) -> None:
    workload, model = chosen
    usage = usage_of(rng, workload, model)
    if workload.is_streamed and rng.random() < 0.5:
        usage = cut_off(rng, usage)
    assert model.shape is not None
    read = normalise(model.provider, model.name, model.shape(usage))
    assert stated(read.usage) == stated(usage)
    assert read.notes == ()


def test_every_provider_with_a_convention_sends_its_own_object() -> None:
    assert {model.provider for _, model in SHAPED} == HAVE_A_CONVENTION


@given(rng=st.integers().map(Random))
def test_openrouter_states_what_it_charged(rng: Random) -> None:
    for workload, model in SHAPED:
        if model.provider == "openrouter" and model.shape is not None:
            read = normalise("openrouter", model.name, model.shape(usage_of(rng, workload, model)))
            assert read.provider_cost_usd is not None
            assert read.provider_cost_usd > 0


def test_the_tier_of_a_batch_stands_in_anthropics_own_object() -> None:
    (batch,) = [it for _, it in CALLS if (it.provider, it.service_tier) == ("anthropic", "batch")]
    assert batch.shape is not None
    read = normalise(batch.provider, batch.name, batch.shape(TokenUsage()))
    assert read.service_tier == "batch"


@settings(max_examples=200, deadline=None)
@given(chosen=st.sampled_from(CALLS), rng=st.integers().map(Random))
def test_sizes_are_whole_positive_and_within_the_models_context(
    chosen: tuple[Workload, Model], rng: Random
) -> None:
    workload, model = chosen
    usage = usage_of(rng, workload, model)
    assert all(number >= 0 for number in usage.tokens.values())
    assert usage.prompt_tokens <= model.context
    assert usage.total_tokens + sum(usage.units.values()) > 0
