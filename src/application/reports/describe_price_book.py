"""The price book in force, in a few figures."""

from dataclasses import dataclass

from application.ports.clock import Clock
from application.ports.pricing_tables import PricingTables
from domain.pricing.book_info import BookInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceBookDescription:
    """``is_replaced`` tells a book that an operator put in the place of the bundled one."""

    info: BookInfo
    age_days: int | None
    is_stale: bool
    is_replaced: bool
    models: int


class DescribePriceBook:
    """Version, age and sources of the price book in force; reads no database."""

    def __init__(self, pricing_tables: PricingTables, clock: Clock) -> None:
        self._pricing_tables = pricing_tables
        self._clock = clock

    def __call__(self) -> PriceBookDescription:
        table, today = self._pricing_tables.current(), self._clock.now().date()
        return PriceBookDescription(
            info=table.info,
            age_days=table.info.age_days(today),
            is_stale=table.info.is_stale(today),
            is_replaced=self._pricing_tables.is_replaced(),
            models=table.models,
        )
