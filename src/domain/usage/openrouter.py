"""OpenRouter's convention: OpenAI's, plus the cost that OpenRouter charged.

Source: https://openrouter.ai/docs/use-cases/usage-accounting.
"""

from collections.abc import Mapping

from domain.money import EXACT
from domain.usage import openai
from domain.usage.fields import details, money
from domain.usage.normalised import UPSTREAM_COST_INCLUDED, NormalisedUsage


def read(usage: Mapping[str, object]) -> NormalisedUsage:
    """A usage object with ``cost`` in credits, one of which is a dollar."""
    return billed(openai.read(usage)._replace(convention="openrouter"), usage)


def billed(read: NormalisedUsage, usage: Mapping[str, object]) -> NormalisedUsage:
    """A reading of the same object, whatever its protocol, with what OpenRouter charged."""
    cost = money(usage, "cost")
    upstream = money(details(usage, "cost_details"), "upstream_inference_cost", "/cost_details")
    if cost is None:
        return read
    notes = read.notes
    if usage.get("is_byok") is True and upstream is not None:
        # With the caller's own key `cost` is only the fee; the upstream charges the call itself.
        cost, notes = EXACT.add(cost, upstream), (*notes, UPSTREAM_COST_INCLUDED)
    return read._replace(provider_cost_usd=cost, notes=notes)
