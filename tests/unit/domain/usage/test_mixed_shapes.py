"""Objects of one maker's shape under another's name: nothing is lost, nothing counted twice."""

from collections.abc import Mapping
from decimal import Decimal

import pytest

from domain.errors import Invalid
from domain.usage.normalise import normalise
from domain.usage.token_usage import TokenClass, Unit

ANYBODY = ("anthropic", "openai", "bedrock", "google", "acme")


def tokens(provider: str, usage: Mapping[str, object], model: str = "m") -> dict[str, int]:
    found = normalise(provider, model, usage).usage.tokens
    return {str(name): number for name, number in found.items()}


@pytest.mark.parametrize("provider", ANYBODY)
@pytest.mark.parametrize(
    ("key", "token_class"),
    [
        ("cacheReadInputTokens", "cache_read"),
        ("cacheReadInputTokenCount", "cache_read"),
        ("cacheWriteInputTokens", "cache_write_5m"),
        ("cacheWriteInputTokenCount", "cache_write_5m"),
        ("cacheCreationInputTokens", "cache_write_5m"),
    ],
)
def test_converses_input_leaves_the_cache_out_whoever_is_named(
    provider: str, key: str, token_class: str
) -> None:
    usage = {"inputTokens": 12, "outputTokens": 300, key: 50_000}
    assert tokens(provider, usage) == {"input": 12, "output": 300, token_class: 50_000}


@pytest.mark.parametrize("provider", ANYBODY)
def test_claude_codes_sums_are_read_with_their_searches_and_without_their_estimate(
    provider: str,
) -> None:
    usage = {
        "inputTokens": 10, "outputTokens": 20, "cacheReadInputTokens": 3000,
        "cacheCreationInputTokens": 400, "webSearchRequests": 2, "costUSD": 9.99,
    }  # fmt: skip
    found = normalise(provider, "claude-haiku-4-5", usage)
    assert tokens(provider, usage) == {
        "input": 10, "output": 20, "cache_read": 3000, "cache_write_5m": 400,
    }  # fmt: skip
    assert found.usage.units == {Unit.WEB_SEARCHES: 2}
    assert found.provider_cost_usd is None
    assert not found.is_doubtful


@pytest.mark.parametrize(
    "mark",
    [
        {"cached_input_tokens": None}, {"cache_read_tokens": None}, {"cache_write_tokens": None},
        {"reasoning_output_tokens": None}, {"cached_input_tokens": 0}, {"cache_read_tokens": 0},
        {"input_token_details": {"cache_read": None}},
    ],
)  # fmt: skip
def test_a_mark_without_a_count_takes_nothing_from_anthropics_own(
    mark: Mapping[str, object],
) -> None:
    usage = {"input_tokens": 5, "cache_read_input_tokens": 9000, "output_tokens": 7, **mark}
    found = normalise("anthropic", "claude-haiku-4-5", usage)
    assert found.convention == "anthropic"
    assert tokens("anthropic", usage) == {"input": 5, "cache_read": 9000, "output": 7}


@pytest.mark.parametrize(("stated", "nested"), [(0, 100_000), (100_000, 0), (100_000, 100_000)])
def test_a_zero_in_one_place_does_not_hide_the_cache_in_another(stated: int, nested: int) -> None:
    usage = {
        "prompt_tokens": 120_000, "completion_tokens": 5, "cache_read_input_tokens": stated,
        "prompt_tokens_details": {"cached_tokens": nested},
    }  # fmt: skip
    assert tokens("anthropic", usage) == {"input": 20_000, "cache_read": 100_000, "output": 5}
    assert not normalise("anthropic", "m", usage).is_doubtful


def test_places_that_differ_are_in_doubt_and_no_token_is_lost() -> None:
    usage = {
        "prompt_tokens": 120, "completion_tokens": 5, "cache_read_input_tokens": 60,
        "prompt_tokens_details": {"cached_tokens": 100},
    }  # fmt: skip
    assert tokens("anthropic", usage) == {"input": 20, "cache_read": 100, "output": 5}
    assert normalise("anthropic", "m", usage).is_doubtful


def test_converses_zero_of_another_spelling_hides_nothing() -> None:
    usage = {"inputTokens": 1, "cacheWriteInputTokens": 70, "cacheCreationInputTokens": 0}
    assert tokens("bedrock", usage) == {"input": 1, "cache_write_5m": 70}


def test_a_zero_under_one_name_of_a_span_hides_nothing_under_another() -> None:
    usage = {
        "gen_ai.usage.input_tokens": 100, "gen_ai.usage.output_tokens": 5,
        "gen_ai.usage.cache_read.input_tokens": 0, "gen_ai.usage.cache_read_input_tokens": 80,
    }  # fmt: skip
    assert tokens("openai", usage)["cache_read"] == 80


LITELLM = {"prompt_tokens": 100, "completion_tokens": 9, "cache_read_input_tokens": 0}
MESSAGE = {"input_tokens": 100, "output_tokens": 9, "cache_read_input_tokens": 0}


@pytest.mark.parametrize("shape", [LITELLM, MESSAGE, {"usage_object": LITELLM}], ids=str)
@pytest.mark.parametrize(
    ("provider", "stated", "cost"),
    [
        ("openrouter", {"cost": 0.25}, "0.25"),
        ("openrouter", {"cost": "0.25"}, "0.25"),
        ("xai", {"cost_in_usd_ticks": 2_500_000_000}, "0.25"),
        ("perplexity", {"cost": {"total_cost": 0.25}}, "0.25"),
    ],
)
def test_what_a_provider_charged_passes_through_every_shape(
    provider: str, stated: Mapping[str, object], cost: str, shape: Mapping[str, object]
) -> None:
    inner = shape.get("usage_object")
    whole = (
        {"usage_object": {**inner, **stated}} if isinstance(inner, Mapping) else {**shape, **stated}
    )
    assert normalise(provider, "m", whole).provider_cost_usd == Decimal(cost)


def test_a_key_of_the_callers_own_adds_the_upstreams_charge_in_every_shape() -> None:
    bill = {"cost": 0.01, "is_byok": True, "cost_details": {"upstream_inference_cost": 0.5}}
    found = normalise("openrouter", "m", {**MESSAGE, **bill})
    assert found.provider_cost_usd == Decimal("0.51")
    assert "upstream_cost_included" in found.notes


@pytest.mark.parametrize("provider", ["openai", "anthropic", "acme"])
def test_a_cost_in_another_providers_object_is_an_estimate_and_not_taken(provider: str) -> None:
    assert normalise(provider, "m", {**LITELLM, "cost": 0.25}).provider_cost_usd is None


@pytest.mark.parametrize(
    "usage",
    [
        {"inputTokens": 50, "outputTokens": 10, "totalTokens": 90, "reasoningTokens": 30},
        {
            "input_tokens": 50, "output_tokens": 10, "total_tokens": 90,
            "output_token_details": {"reasoning": 30},
        },
        {
            "prompt_tokens": 50, "completion_tokens": 10, "total_tokens": 90,
            "cache_read_input_tokens": 0, "completion_tokens_details": {"reasoning_tokens": 30},
        },
    ],
    ids=["vercel", "langchain", "litellm"],
)  # fmt: skip
def test_reasoning_outside_of_the_output_is_told_by_the_total(usage: Mapping[str, object]) -> None:
    found = normalise("google", "gemini-2.5-pro", usage)
    assert found.usage.tokens[TokenClass.OUTPUT] == 10
    assert found.usage.tokens[TokenClass.REASONING] == 30
    assert not found.is_doubtful


@pytest.mark.parametrize("shape", ["input_tokens", "prompt_tokens", "inputTokens"])
def test_a_total_that_is_not_the_sum_is_in_doubt_and_a_missing_one_is_not(shape: str) -> None:
    usage: dict[str, object] = {
        "input_tokens": {"input_tokens": 50, "output_tokens": 10, "cache_read_tokens": 20},
        "prompt_tokens": {
            "prompt_tokens": 50, "completion_tokens": 10, "cache_read_input_tokens": 20,
        },
        "inputTokens": {"inputTokens": 50, "outputTokens": 10, "cachedInputTokens": 20},
    }[shape]  # type: ignore[assignment]  # fmt: skip
    total = "totalTokens" if shape == "inputTokens" else "total_tokens"
    assert not normalise("openai", "m", usage).is_doubtful
    assert not normalise("openai", "m", {**usage, total: 60}).is_doubtful
    assert normalise("openai", "m", {**usage, total: 1000}).is_doubtful


@pytest.mark.parametrize("provider", ["anthropic", "openai", "azure", "bedrock", "zai", "vertex"])
def test_the_agents_sdk_counts_the_cache_into_the_input_of_any_model(provider: str) -> None:
    usage = {
        "requests": 1, "input_tokens": 1000, "output_tokens": 50, "total_tokens": 1050,
        "input_tokens_details": {"cached_tokens": 900},
        "output_tokens_details": {"reasoning_tokens": 20},
    }  # fmt: skip
    assert tokens(provider, usage, "claude-haiku-4-5") == {
        "input": 100, "cache_read": 900, "output": 30, "reasoning": 20,
    }  # fmt: skip


def test_anthropics_own_cache_stays_its_own_beside_empty_details() -> None:
    usage = {
        "input_tokens": 5, "output_tokens": 1, "cache_read_input_tokens": 700,
        "input_tokens_details": {"cached_tokens": 0},
    }  # fmt: skip
    assert tokens("anthropic", usage) == {"input": 5, "cache_read": 700, "output": 1}


TOO_MANY = 10**9


@pytest.mark.parametrize(
    ("provider", "model", "usage"),
    [
        ("perplexity", "sonar-deep-research", {"prompt_tokens": TOO_MANY, "citation_tokens": 1}),
        (
            "bedrock", "titan",
            {"inputTextTokenCount": 1, "results": [{"tokenCount": TOO_MANY}, {"tokenCount": 1}]},
        ),
        (
            "bedrock", "m",
            {"inputTokens": 1, "cacheDetails": [{"ttl": "5m", "inputTokens": TOO_MANY}] * 2},
        ),
        ("google", "m", {"promptTokenCount": TOO_MANY, "toolUsePromptTokenCount": 1}),
        ("openrouter", "m", {
            "prompt_tokens": 1, "cost": 10**6, "is_byok": True,
            "cost_details": {"upstream_inference_cost": 1},
        }),
    ],
    ids=["citations", "results", "lifetimes", "tools", "cost"],
)  # fmt: skip
def test_a_sum_above_what_a_count_may_be_is_refused(
    provider: str, model: str, usage: Mapping[str, object]
) -> None:
    with pytest.raises(Invalid) as refused:
        normalise(provider, model, usage)
    assert refused.value.code == "invalid_usage"


@pytest.mark.parametrize(
    "text",
    ["1_0", "\uff11", "\u0663", " 1", "1 ", "\n1", "+1", "-1", "-0", "-0.0", ".5", "5.", "1e", ""],
)  # fmt: skip
def test_a_text_that_json_would_not_write_as_an_amount_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        normalise("openrouter", "m", {"prompt_tokens": 1, "cost": text})


@pytest.mark.parametrize(("sent", "kept"), [("0.5", "0.5"), ("1E-3", "0.001"), (-0.0, "0.0")])
def test_an_amount_is_kept_as_it_was_written_and_zero_has_no_sign(sent: object, kept: str) -> None:
    found = normalise("openrouter", "m", {"prompt_tokens": 1, "cost": sent})
    assert str(found.provider_cost_usd) == kept


@pytest.mark.parametrize("tier", ["priority", "flex"])
def test_a_tier_alone_marks_langchains_details(tier: str) -> None:
    usage = {"input_tokens": 100, "output_tokens": 5, "input_token_details": {tier: 100}}
    found = normalise("openai", "gpt-5", usage)
    assert (found.convention, found.service_tier) == ("langchain", tier)


@pytest.mark.parametrize("provider", ANYBODY)
def test_the_answer_of_a_vercel_model_is_read_with_its_parts(provider: str) -> None:
    usage = {
        "inputTokens": {"total": 100, "noCache": 30, "cacheRead": 60, "cacheWrite": 10},
        "outputTokens": {"total": 50, "text": 20, "reasoning": 30},
    }
    parts = {"input": 30, "cache_read": 60, "cache_write_5m": 10, "output": 20, "reasoning": 30}
    assert tokens(provider, usage) == parts
    without = {
        "inputTokens": {"noCache": 30, "cacheRead": 60, "cacheWrite": 10},
        "outputTokens": {"text": 20, "reasoning": 30},
    }
    assert tokens(provider, without) == parts
    assert not normalise(provider, "m", usage).is_doubtful


def test_an_input_that_is_its_own_uncached_part_leaves_the_cache_out() -> None:
    usage = {
        "inputTokens": 5, "outputTokens": 1,
        "inputTokenDetails": {"noCacheTokens": 5, "cacheReadTokens": 70},
    }  # fmt: skip
    assert tokens("anthropic", usage) == {"input": 5, "cache_read": 70, "output": 1}


@pytest.mark.parametrize("provider", ANYBODY)
def test_counts_in_an_object_of_unknown_names_are_kept_unread_and_in_doubt(provider: str) -> None:
    found = normalise(provider, "m", {"inputTokens": {"sum": 3}, "outputTokens": {"sum": 4}})
    assert found.usage.is_empty
    assert found.is_doubtful
