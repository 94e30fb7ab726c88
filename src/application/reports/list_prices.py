"""What the price book says."""

from dataclasses import dataclass
from datetime import datetime

from application.ports.pricing_tables import PricingTables
from domain.pricing.listing import PriceRow
from domain.providers import canonical_provider


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPricesRequest:
    """None leaves a condition out; ``at`` keeps the prices that hold at that instant."""

    provider: str | None = None
    model: str | None = None
    at: datetime | None = None


class ListPrices:
    """The rows of the price book in force, by provider and model."""

    def __init__(self, pricing_tables: PricingTables) -> None:
        self._pricing_tables = pricing_tables

    def __call__(self, request: ListPricesRequest) -> list[PriceRow]:
        provider = canonical_provider(request.provider, None) if request.provider else None
        return self._pricing_tables.current().prices(provider, request.model, request.at)
