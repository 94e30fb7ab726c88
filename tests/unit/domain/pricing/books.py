"""Small price books for tests; every figure is chosen to be easy to reckon with."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal

from domain.pricing.catalogue import PricedModel
from domain.pricing.matching import Equals, StartsWith
from domain.pricing.price import DailyWindow, Price, Rate, Tier
from domain.pricing.pricing_table import PricingTable

MILLION = 10**6
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def per_million(usd: str, *tiers: tuple[int, str]) -> Rate:
    return Rate(Decimal(usd), MILLION, tuple(Tier(above, Decimal(price)) for above, price in tiers))


def price(model: str, rates: dict[str, Rate], provider: str = "acme") -> Price:
    return Price(provider=provider, model=model, rates=rates, source="test", source_version="1")


def only(*prices: Price) -> PricingTable:
    """A book with one model, known by its name and every name that starts with it."""
    first = prices[0]
    model = PricedModel(first.provider, first.model, StartsWith(first.model), prices)
    return PricingTable("2026-11-23", [model])


TIERED = price(
    "tiered",
    {
        "input": per_million("3", (200_000, "6")),
        "cache_read": per_million("0.3", (200_000, "0.6")),
        "output": per_million("15", (200_000, "22.5")),
    },
)
FLAT = {"input": per_million("1"), "output": per_million("2")}
_AUTUMN, _WINTER = date(2026, 9, 1), date(2026, 11, 1)
DATED = (
    replace(price("dated", {"input": per_million("10")}), valid_to=_AUTUMN),
    replace(price("dated", {"input": per_million("8")}), valid_from=_AUTUMN, valid_to=_WINTER),
    replace(price("dated", {}), valid_from=_WINTER),
)
_NIGHT = DailyWindow(time(22), time(6))
NIGHTLY = (
    price("nightly", {"input": per_million("4")}),
    replace(price("nightly", {"input": per_million("1")}), window=_NIGHT),
)
SERVED = (
    price("served", {"input": per_million("4")}),
    replace(price("served", {"input": per_million("2")}), service_tier="batch"),
    replace(price("served", {"input": per_million("9")}), speed="fast"),
)


def shop() -> PricingTable:
    """All of the above at ``acme``; ``reseller`` sells at ``acme``'s list prices."""
    groups = ((TIERED,), DATED, NIGHTLY, SERVED, (price("own", FLAT, provider="reseller"),))
    models = [PricedModel(p[0].provider, p[0].model, Equals(p[0].model), p) for p in groups]
    return PricingTable("2026-11-23", models, {"reseller": ("acme",)})
