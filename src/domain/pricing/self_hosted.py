"""Models on one's own machines: nobody bills a call, so it is free unless a price is set."""

from decimal import Decimal

from domain.pricing.price import Price, Rate
from domain.usage.token_usage import TokenClass, Unit

#: Servers that people run themselves; a price of one's own (for the machine, say) replaces zero.
SELF_HOSTED = frozenset({"ollama", "vllm"})
#: Nobody bills calls to a self-hosted model, and no price of one's own is set.
FREE_SELF_HOSTED = "free_self_hosted"

_FREE = Rate(Decimal(0), 1)


def self_hosted_price(provider: str, model: str) -> Price:
    """Zero for whatever a call may use."""
    return Price(
        provider=provider,
        model=model,
        rates={str(name): _FREE for name in (*TokenClass, *Unit)},
        source="self-hosted",
        source_version="1",
    )
