"""What an organization has agreed to pay for a model, in place of the list price."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from domain.service_tier import DEFAULT


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRate:
    """US dollars for every ``per`` of a token class or unit.

    ``tier_from`` is the prompt size above which it holds, None for every prompt. ``region`` None
    holds in every region.
    """

    class_: str
    unit_price_usd: Decimal
    per: int
    tier_from: int | None = None
    service_tier: str = DEFAULT
    region: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPriceTerms:
    """What an owner decides about a price: ``valid_from`` and ``valid_to`` are half-open UTC days.

    ``provider`` is canonical; ``model`` is any name of the model. A class without a rate here
    keeps its list price.
    """

    provider: str
    model: str
    rates: tuple[OwnRate, ...]
    valid_from: date | None = None
    valid_to: date | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPrice:
    """Terms, and the user who entered them."""

    id: str
    organization_id: str
    terms: OwnPriceTerms
    created_by: str
    created_at: datetime
    updated_at: datetime
