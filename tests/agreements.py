"""An organization's terms for tests."""

from datetime import date
from decimal import Decimal
from typing import Any

from domain.pricing.pricing_terms import (
    Alias,
    Discount,
    Entry,
    OwnPrice,
    PricingTerms,
    pricing_terms,
)
from domain.pricing.terms import AliasTerms, DiscountTerms, OwnPriceTerms, OwnRate, Terms
from tests.builders import NOW, an_id

MILLION = 10**6


def an_entry(terms: Terms, **changes: Any) -> Entry[Any]:
    """Terms as somebody entered them."""
    fields: dict[str, Any] = {
        "id": an_id(),
        "organization_id": "org",
        "created_by": an_id(),
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Entry(terms=terms, **(fields | changes))


def rate(class_: str, usd: str, **circumstances: Any) -> OwnRate:
    """Dollars for a million."""
    return OwnRate(class_=class_, unit_price_usd=Decimal(usd), per=MILLION, **circumstances)


def own_price(
    model: str,
    *rates: OwnRate,
    provider: str = "acme",
    valid_from: date | None = None,
    valid_to: date | None = None,
    **entered: Any,
) -> OwnPrice:
    terms = OwnPriceTerms(
        provider=provider, model=model, rates=rates, valid_from=valid_from, valid_to=valid_to
    )
    return an_entry(terms, **entered)


def discount(percent: str, *, provider: str = "acme", **entered: Any) -> Discount:
    return an_entry(DiscountTerms(provider=provider, percent=Decimal(percent)), **entered)


def alias(
    name: str,
    model: str,
    *,
    provider: str = "acme",
    model_provider: str | None = None,
    **entered: Any,
) -> Alias:
    terms = AliasTerms(provider=provider, alias=name, model=model, model_provider=model_provider)
    return an_entry(terms, **entered)


def terms_of(*entries: Entry[Terms]) -> PricingTerms:
    return pricing_terms("org", 1, entries)
