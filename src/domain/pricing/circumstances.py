"""Which of a model's prices a call asks for, and what has to be given up where there is none."""

from collections.abc import Iterable, Iterator

from domain.pricing.price import STANDARD_SPEED, Price
from domain.service_tier import DEFAULT, plain_region, plain_service_tier

#: The price of the ordinary tier was applied: the book has none for the stated one.
SERVICE_TIER_NOT_PRICED = "service_tier_not_priced"
#: The price of the ordinary speed was applied: the book has none for the stated one.
SPEED_NOT_PRICED = "speed_not_priced"
#: A region is stated and the price does not depend on one.
REGION_NOT_PRICED = "region_not_priced"

Notes = tuple[str, ...]
#: Prices in the order in which they are tried, each with what it gives up; the first that holds
#: at the time of a call is its price.
Schedule = tuple[tuple[Price, Notes], ...]


def schedule_of(
    prices: Iterable[Price],
    service_tier: str | None,
    speed: str | None,
    region: str | None,
    *,
    is_list_only: bool = False,
) -> Schedule:
    """The prices that come near to what was asked for, the nearest first.

    Of the prices for one circumstance the last one wins. ``is_list_only`` takes no special tier,
    speed or region, because they are another seller's.
    """
    latest_first = tuple(prices)[::-1]
    tier = plain_service_tier(service_tier) or DEFAULT
    wanted_speed = (speed or "").strip().lower() or STANDARD_SPEED
    wanted_region = plain_region(region)
    return tuple(
        (price, _given_up(price, tier, wanted_speed, wanted_region))
        for wanted in _wishes(tier, wanted_speed, wanted_region, is_list_only=is_list_only)
        for price in latest_first
        if (price.service_tier, price.speed, price.region) == wanted
    )


def _wishes(
    tier: str, wanted_speed: str, wanted_region: str | None, *, is_list_only: bool
) -> Iterator[tuple[str, str, str | None]]:
    """Circumstances from the one asked for to the ordinary one, each once."""
    if is_list_only:
        yield DEFAULT, STANDARD_SPEED, None
        return
    combinations = (
        (tier, wanted_speed),
        (tier, STANDARD_SPEED),
        (DEFAULT, wanted_speed),
        (DEFAULT, STANDARD_SPEED),
    )
    yield from dict.fromkeys(
        (*pair, where) for pair in combinations for where in (wanted_region, None)
    )


def _given_up(price: Price, tier: str, wanted_speed: str, wanted_region: str | None) -> Notes:
    notes = []
    if price.service_tier != tier:
        notes.append(SERVICE_TIER_NOT_PRICED)
    if price.speed != wanted_speed:
        notes.append(SPEED_NOT_PRICED)
    if price.region != wanted_region:
        notes.append(REGION_NOT_PRICED)
    return tuple(notes)
