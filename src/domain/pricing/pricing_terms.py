"""Everything that makes an organization's prices differ from the list."""

from dataclasses import dataclass

from domain.pricing.alias import Alias
from domain.pricing.discount import Discount
from domain.pricing.own_price import OwnPrice


@dataclass(frozen=True, slots=True, kw_only=True)
class PricingTerms:
    """``revision`` grows with every change, so that equal revisions mean equal terms."""

    organization_id: str
    revision: int
    own_prices: tuple[OwnPrice, ...] = ()
    discounts: tuple[Discount, ...] = ()
    aliases: tuple[Alias, ...] = ()
