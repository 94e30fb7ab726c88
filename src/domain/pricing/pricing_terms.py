"""What makes an organization's prices differ from the list, and who entered it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeAlias, TypeGuard, TypeVar

from domain.pricing.terms import AliasTerms, DiscountTerms, OwnPriceTerms, Terms

_Terms_co = TypeVar("_Terms_co", bound=Terms, covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Generic[_Terms_co]):
    """Terms, and the user who entered them."""

    id: str
    organization_id: str
    terms: _Terms_co
    created_by: str
    created_at: datetime
    updated_at: datetime


OwnPrice: TypeAlias = Entry[OwnPriceTerms]
Discount: TypeAlias = Entry[DiscountTerms]
Alias: TypeAlias = Entry[AliasTerms]


@dataclass(frozen=True, slots=True, kw_only=True)
class PricingTerms:
    """``revision`` grows with every change, so that equal revisions mean equal terms."""

    organization_id: str
    revision: int
    own_prices: tuple[OwnPrice, ...] = ()
    discounts: tuple[Discount, ...] = ()
    aliases: tuple[Alias, ...] = ()


def pricing_terms(
    organization_id: str, revision: int, entries: Iterable[Entry[Terms]]
) -> PricingTerms:
    """Entries sorted by their kind, each kind in the order given."""
    found = tuple(entries)
    return PricingTerms(
        organization_id=organization_id,
        revision=revision,
        own_prices=tuple(e for e in found if is_own_price(e)),
        discounts=tuple(e for e in found if is_discount(e)),
        aliases=tuple(e for e in found if is_alias(e)),
    )


def is_own_price(entry: Entry[Terms]) -> TypeGuard[OwnPrice]:
    return isinstance(entry.terms, OwnPriceTerms)


def is_discount(entry: Entry[Terms]) -> TypeGuard[Discount]:
    return isinstance(entry.terms, DiscountTerms)


def is_alias(entry: Entry[Terms]) -> TypeGuard[Alias]:
    return isinstance(entry.terms, AliasTerms)
