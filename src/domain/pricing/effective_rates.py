"""An organization's rates for one call: its own first, then the list's, less its discount."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from domain.money import EXACT, plain
from domain.pricing.rates import UnitRate
from domain.pricing.terms import OwnRate

OWN_PRICE = "own price"
LIST_PRICE = "list price: no price of your own for this class"

_HUNDRED = Decimal(100)


def discounted(rates: Mapping[str, UnitRate], percent: Decimal) -> dict[str, UnitRate]:
    """The list's rates with ``percent`` taken off, exactly."""
    share = EXACT.divide(EXACT.subtract(_HUNDRED, percent), _HUNDRED)
    note = f"list price less {plain(percent)} %"
    return {
        name: UnitRate(EXACT.multiply(rate.unit_price_usd, share), rate.per, note, rate.source)
        for name, rate in rates.items()
    }


def marked_as_list(rates: Mapping[str, UnitRate], source: str) -> dict[str, UnitRate]:
    """The list's rates as they stand beside agreed ones: each line says where it comes from."""
    return {
        name: UnitRate(
            rate.unit_price_usd, rate.per, rate.note or LIST_PRICE, rate.source or source
        )
        for name, rate in rates.items()
    }


def own_rates(
    rates: Iterable[OwnRate], *, service_tier: str, region: str | None, prompt_tokens: int
) -> dict[str, UnitRate]:
    """The agreed rates of one circumstance, the tier of the prompt and the region applied."""
    chosen: dict[str, OwnRate] = {}
    for rate in sorted(rates, key=_precedence):
        holds = rate.tier_from is None or prompt_tokens > rate.tier_from
        if rate.service_tier == service_tier and rate.region in (None, region) and holds:
            chosen[rate.class_] = rate
    return {
        name: UnitRate(rate.unit_price_usd, rate.per, OWN_PRICE) for name, rate in chosen.items()
    }


def tier_of_own(rates: Iterable[OwnRate], prompt_tokens: int) -> int | None:
    """The highest threshold of the agreed rates that the prompt exceeds; None below the first."""
    exceeded = (rate.tier_from for rate in rates if rate.tier_from is not None)
    return max((above for above in exceeded if prompt_tokens > above), default=None)


def prices_tier(rates: Iterable[OwnRate], service_tier: str) -> bool:
    """Whether anything is agreed for calls of this tier of service."""
    return any(rate.service_tier == service_tier for rate in rates)


def _precedence(rate: OwnRate) -> tuple[bool, int]:
    """Later ones win: a region before no region, a higher threshold before a lower one."""
    return rate.region is not None, -1 if rate.tier_from is None else rate.tier_from
