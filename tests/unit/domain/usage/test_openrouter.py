"""OpenRouter's convention: OpenAI's, with the cost that was charged."""

from decimal import Decimal

import pytest

from domain.errors import Invalid
from domain.usage.normalise import normalise
from domain.usage.normalised import UPSTREAM_COST_INCLUDED

USAGE = {"prompt_tokens": 194, "completion_tokens": 2, "total_tokens": 196}


def test_the_charged_cost_is_read_exactly() -> None:
    read = normalise("openrouter", "openai/gpt-4o", {**USAGE, "cost": 0.00014, "is_byok": False})
    assert read.convention == "openrouter"
    assert read.usage.tokens == {"input": 194, "output": 2}
    assert read.provider_cost_usd == Decimal("0.00014")


def test_a_free_call_costs_zero_because_openrouter_says_so() -> None:
    read = normalise("openrouter", "some/model:free", {**USAGE, "cost": 0})
    assert read.provider_cost_usd == Decimal(0)


def test_without_a_stated_cost_there_is_none() -> None:
    assert normalise("openrouter", "openai/gpt-4o", USAGE).provider_cost_usd is None


def test_with_the_callers_own_key_the_upstream_charge_is_added_to_the_fee() -> None:
    charged = {"cost": 0.95, "cost_details": {"upstream_inference_cost": 19}}
    own_key = normalise("openrouter", "openai/gpt-4o", {**USAGE, **charged, "is_byok": True})
    assert own_key.provider_cost_usd == Decimal("19.95")
    assert own_key.notes == (UPSTREAM_COST_INCLUDED,)
    credits_used = normalise("openrouter", "openai/gpt-4o", {**USAGE, **charged, "is_byok": False})
    assert credits_used.provider_cost_usd == Decimal("0.95")
    assert credits_used.notes == ()


@pytest.mark.parametrize("cost", ["0.1", 0.1, Decimal("0.1")])
def test_money_may_be_a_number_or_a_decimal_string(cost: object) -> None:
    read = normalise("openrouter", "openai/gpt-4o", {**USAGE, "cost": cost})
    assert read.provider_cost_usd == Decimal("0.1")


@pytest.mark.parametrize("cost", [-1, 10**6 + 1, "free", "", True, {}, float("nan"), 1e-300])
def test_what_cannot_be_a_cost_is_refused(cost: object) -> None:
    with pytest.raises(Invalid) as refused:
        normalise("openrouter", "openai/gpt-4o", {**USAGE, "cost": cost})
    assert refused.value.faults[0].pointer == "/provider_usage/cost"
