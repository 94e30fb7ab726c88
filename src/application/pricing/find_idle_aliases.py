"""Aliases that help nobody: no price is known for what they mean."""

from collections.abc import Sequence
from datetime import datetime

from application.ports.clock import Clock
from application.ports.pricing_tables import PricingTables
from domain.period import midnight
from domain.pricing.organization_prices import OrganizationPrices
from domain.pricing.pricing_terms import Alias, Entry, pricing_terms
from domain.pricing.terms import Terms
from domain.usage.token_usage import TokenUsage


class FindIdleAliases:
    """Tell which of an organization's aliases leave their calls unpriced, by the entries' ids.

    A mistyped model is found where it was entered, and not by the calls that miss their cost.
    """

    def __init__(self, pricing_tables: PricingTables, clock: Clock) -> None:
        self._pricing_tables = pricing_tables
        self._clock = clock

    def __call__(self, organization_id: str, entries: Sequence[Entry[Terms]]) -> frozenset[str]:
        """``entries`` are all terms; none is looked up here."""
        terms = pricing_terms(organization_id, 0, entries)
        prices = OrganizationPrices(self._pricing_tables.current(), terms)
        now = self._clock.now()
        return frozenset(alias.id for alias in terms.aliases if _is_idle(alias, prices, now))


def _is_idle(alias: Alias, prices: OrganizationPrices, now: datetime) -> bool:
    terms = alias.terms
    begins = now
    if terms.valid_from is not None:
        begins = max(now, midnight(terms.valid_from))
    if terms.valid_to is not None and terms.valid_to <= begins.date():
        return False  # it is over, and nobody waits for it
    return prices.quote(terms.provider, terms.alias, at=begins, usage=TokenUsage()) is None
