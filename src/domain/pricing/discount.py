"""A percentage that a provider takes off its list prices for an organization."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscountTerms:
    """``percent`` off every list price of a canonical ``provider``, on half-open UTC days."""

    provider: str
    percent: Decimal
    valid_from: date | None = None
    valid_to: date | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Discount:
    """Terms, and the user who entered them."""

    id: str
    organization_id: str
    terms: DiscountTerms
    created_by: str
    created_at: datetime
    updated_at: datetime
