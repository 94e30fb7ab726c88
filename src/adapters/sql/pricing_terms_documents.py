"""Terms as rows of PostgreSQL, and back."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from domain.money import plain
from domain.pricing.terms import (
    AliasTerms,
    DiscountTerms,
    OwnPriceTerms,
    OwnRate,
    Terms,
    TermsKind,
)

_DATED = ("provider", "valid_from", "valid_to", "note")


def to_columns(terms: Terms) -> dict[str, Any]:
    """The values of the columns that terms fill; ``document`` holds what a kind alone has."""
    return {
        **{name: getattr(terms, name) for name in _DATED},
        "kind": terms.kind,
        "name": terms.name,
        "document": _document(terms),
    }


def to_terms(row: Mapping[str, Any]) -> Terms:
    """The terms that ``to_columns`` wrote."""
    dated = {name: row[name] for name in _DATED}
    document = row["document"]
    match TermsKind(row["kind"]):
        case TermsKind.OWN_PRICE:
            rates = tuple(_rate(rate) for rate in document["rates"])
            return OwnPriceTerms(**dated, model=row["name"], rates=rates)
        case TermsKind.DISCOUNT:
            return DiscountTerms(**dated, percent=Decimal(document["percent"]))
        case TermsKind.ALIAS:
            return AliasTerms(**dated, alias=row["name"], **document)


def _document(terms: Terms) -> dict[str, Any]:
    match terms:
        case OwnPriceTerms():
            return {"rates": [_rate_document(rate) for rate in terms.rates]}
        case DiscountTerms():
            return {"percent": plain(terms.percent)}
        case AliasTerms():
            return {"model": terms.model, "model_provider": terms.model_provider}


def _rate_document(rate: OwnRate) -> dict[str, Any]:
    return {
        "class_": str(rate.class_),
        "unit_price_usd": plain(rate.unit_price_usd),
        "per": rate.per,
        "tier_from": rate.tier_from,
        "service_tier": rate.service_tier,
        "region": rate.region,
    }


def _rate(document: Mapping[str, Any]) -> OwnRate:
    return OwnRate(**{**document, "unit_price_usd": Decimal(document["unit_price_usd"])})
