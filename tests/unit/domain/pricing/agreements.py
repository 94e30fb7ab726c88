"""An organization's terms for tests."""

from datetime import date
from decimal import Decimal
from typing import Any

from domain.pricing.alias import Alias, AliasTerms
from domain.pricing.discount import Discount, DiscountTerms
from domain.pricing.own_price import OwnPrice, OwnPriceTerms, OwnRate
from domain.pricing.pricing_terms import PricingTerms
from tests.builders import NOW, an_id

MILLION = 10**6
_ENTERED: dict[str, Any] = {
    "organization_id": "org",
    "created_by": "ada",
    "created_at": NOW,
    "updated_at": NOW,
}


def rate(class_: str, usd: str, **circumstances: Any) -> OwnRate:
    """Dollars for a million."""
    return OwnRate(class_=class_, unit_price_usd=Decimal(usd), per=MILLION, **circumstances)


def own_price(model: str, *rates: OwnRate, provider: str = "acme", **days: date | None) -> OwnPrice:
    terms = OwnPriceTerms(provider=provider, model=model, rates=rates, **days)  # type: ignore[arg-type]
    return OwnPrice(id=an_id(), terms=terms, **_ENTERED)


def discount(percent: str, *, provider: str = "acme") -> Discount:
    terms = DiscountTerms(provider=provider, percent=Decimal(percent))
    return Discount(id=an_id(), terms=terms, **_ENTERED)


def alias(name: str, model: str, *, provider: str = "acme", **rest: Any) -> Alias:
    terms = AliasTerms(provider=provider, alias=name, model=model, **rest)
    return Alias(id=an_id(), terms=terms, **_ENTERED)


def terms_of(*entered: OwnPrice | Discount | Alias) -> PricingTerms:
    return PricingTerms(
        organization_id="org",
        revision=1,
        own_prices=tuple(each for each in entered if isinstance(each, OwnPrice)),
        discounts=tuple(each for each in entered if isinstance(each, Discount)),
        aliases=tuple(each for each in entered if isinstance(each, Alias)),
    )
