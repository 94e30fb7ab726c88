"""Calls as the threads describe them, priced by the bundled book."""

from datetime import UTC, datetime
from typing import Any

from adapters.pricing.book import load_pricing_table
from domain.event import Event, ReportedEvent
from domain.pricing.organization_prices import OrganizationPrices
from domain.pricing.prices import Prices
from domain.pricing.pricing_terms import Entry
from domain.pricing.terms import Terms
from domain.recording import record
from tests.agreements import terms_of

TABLE = load_pricing_table()
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def a_call(
    provider: str,
    model: str,
    provider_usage: dict[str, Any] | None = None,
    *entered: Entry[Terms],
    **reported: Any,
) -> Event:
    """The event of a call, priced under an organization's terms where some are given."""
    fields: dict[str, Any] = {"id": "call", "timestamp": NOON, **reported}
    call = ReportedEvent(provider=provider, model=model, provider_usage=provider_usage, **fields)
    prices: Prices = OrganizationPrices(TABLE, terms_of(*entered)) if entered else TABLE
    return record(call, organization_id="org", api_key_id="key", received_at=NOON, prices=prices)
