"""Prices from the data file of the ``litellm`` package, whose code is never imported."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time
from decimal import Decimal
from importlib.metadata import distribution
from typing import Any

from domain.money import EXACT
from domain.service_tier import DEFAULT
from tools.price_book.litellm_keys import check_key, key_of
from tools.price_book.litellm_names import Place, place_of

SOURCE = "litellm"
_FILE = "model_prices_and_context_window_backup.json"
_MILLION = Decimal(10**6)

#: A tier of service, a speed, and a region: what a price may depend on besides its model.
Circumstance = tuple[str, str, str | None]
ORDINARY: Circumstance = (DEFAULT, "standard", None)
#: Multipliers of the ordinary price, and the circumstance that each is for.
_MULTIPLIERS: Mapping[str, Circumstance] = {
    "regional_processing_uplift_multiplier_eu": (DEFAULT, "standard", "eu"),
    "regional_processing_uplift_multiplier_us": (DEFAULT, "standard", "us"),
}
#: Likewise, in ``provider_specific_entry``: Anthropic's ``inference_geo`` and ``speed``.
_SPECIFIC_MULTIPLIERS: Mapping[str, Circumstance] = {
    "us": (DEFAULT, "standard", "us"),
    "fast": (DEFAULT, "fast", None),
}


@dataclass(frozen=True, slots=True)
class Tiered:
    """US dollars for ``per`` units, with the price above each threshold of prompt tokens."""

    usd: Decimal
    per: int
    tiers: tuple[tuple[int, Decimal], ...] = ()

    def times(self, factor: Decimal) -> "Tiered":
        return Tiered(
            EXACT.multiply(self.usd, factor),
            self.per,
            tuple((above, EXACT.multiply(usd, factor)) for above, usd in self.tiers),
        )


Rates = Mapping[str, Tiered]


@dataclass(frozen=True, slots=True)
class OffPeak:
    """Rates of certain hours: start and end in UTC, and ISO days of the week."""

    rates: Rates
    windows: tuple[tuple[tuple[time, time], tuple[int, ...]], ...]

    @property
    def peak_days(self) -> tuple[int, ...]:
        """The days that are not off-peak around the clock; empty where all are like that."""
        whole = {day for (start, end), days in self.windows if start == end for day in days}
        return tuple(day for day in range(1, 8) if day not in whole) if whole else ()


@dataclass(slots=True)
class Listing:
    """What the source says about one name at one provider, in our classes and circumstances."""

    provider: str
    name: str
    rates: dict[Circumstance, Rates] = field(default_factory=dict)
    off_peak: OffPeak | None = None


def licence() -> str:
    files = distribution(SOURCE).files or ()
    return next(f for f in files if f.name == "LICENSE").read_text()


def listings() -> list[Listing]:
    """Everything that the source lists at a provider of ours, one listing a name, sorted."""
    found: dict[tuple[str, str], Listing] = {}
    for key, entry in sorted(_entries().items(), key=_plain_names_last):
        place = place_of(key, str(entry.get("litellm_provider")))
        if place is None:
            continue
        of_key = _listing(place, entry)
        if not of_key.rates:
            continue
        known = found.setdefault((place.provider, place.name), of_key)
        if known is not of_key:
            known.rates = {**of_key.rates, **known.rates}
    return [found[key] for key in sorted(found)]


def _entries() -> dict[str, dict[str, Any]]:
    files = distribution(SOURCE).files or ()
    data = next(file for file in files if file.name == _FILE)
    content: dict[str, dict[str, Any]] = json.loads(
        data.locate().read_text(encoding="utf-8"),  # type: ignore[attr-defined]
        parse_float=Decimal,
    )
    del content["sample_spec"]
    return content


def _plain_names_last(item: tuple[str, object]) -> tuple[bool, str]:
    """Names with the provider before a slash are kept up better than bare ones."""
    return "/" not in item[0], item[0]


def _listing(place: Place, entry: Mapping[str, Any]) -> Listing:
    listing = Listing(place.provider, place.name)
    for key in entry:
        check_key(key)
    ordinary = _rates(entry, DEFAULT)
    if not ordinary:
        return listing
    listing.rates[DEFAULT, "standard", place.region] = ordinary
    for tier in ("batch", "flex", "priority", "ultrafast"):
        if changed := _rates(entry, tier):
            listing.rates[tier, "standard", place.region] = _of_tier(ordinary, changed)
    if place.region is None:
        listing.rates |= _multiplied(listing.rates, entry)
    listing.off_peak = _off_peak(entry)
    return listing


def _of_tier(ordinary: Rates, changed: Rates) -> Rates:
    """A tier of service in full: what it does not change stays, but that the price of a one-hour

    cache write follows the price of input, as Anthropic's modifiers stack.
    https://platform.claude.com/docs/en/about-claude/pricing
    """
    rates = {**ordinary, **changed}
    if "cache_write_1h" in ordinary and "cache_write_1h" not in changed and "input" in changed:
        share = EXACT.divide(changed["input"].usd, ordinary["input"].usd)
        rates["cache_write_1h"] = ordinary["cache_write_1h"].times(share)
    return rates


def _multiplied(
    rates: Mapping[Circumstance, Rates], entry: Mapping[str, Any]
) -> dict[Circumstance, Rates]:
    """Prices that are a multiple of those of every tier; fees for other things stay."""
    return {
        (tier, speed if speed != "standard" else own_speed, region): {
            name: rate.times(factor) if rate.per == _MILLION else rate
            for name, rate in of_tier.items()
        }
        for (tier, own_speed, _), of_tier in rates.items()
        for (_, speed, region), factor in _multipliers(entry)
    }


def _rates(entry: Mapping[str, Any], service_tier: str) -> dict[str, Tiered]:
    """The rates of one tier of service; a price of zero is one that the source does not know."""
    bases: dict[str, Tiered] = {}
    tiers: dict[str, list[tuple[int, Decimal]]] = {}
    for key, value in entry.items():
        read = key_of(key, str(entry.get("mode")))
        if read is None or read.service_tier != service_tier or not _is_known(value):
            continue
        usd = _per_million(value) if read.per == 10**6 else Decimal(value)
        if read.above is None:
            bases[read.class_] = Tiered(_shortest(usd), read.per)
        else:
            tiers.setdefault(read.class_, []).append((read.above, _shortest(usd)))
    if service_tier == DEFAULT:
        bases |= _ranged(entry) | _searches(entry)
    return {
        name: Tiered(rate.usd, rate.per, rate.tiers or tuple(sorted(tiers.get(name, ()))))
        for name, rate in bases.items()
    }


def _ranged(entry: Mapping[str, Any]) -> dict[str, Tiered]:
    """Prices by ranges of prompt tokens; the first range is the base."""
    ranges = sorted(entry.get("tiered_pricing") or (), key=lambda row: Decimal(row["range"][0]))
    found: dict[str, list[tuple[int, Decimal]]] = {}
    for row in ranges:
        for key, value in row.items():
            read = key_of(key, "chat") if key != "range" else None
            if read is not None and _is_known(value):
                start = int(Decimal(row["range"][0]))
                found.setdefault(read.class_, []).append((start, _shortest(_per_million(value))))
    return {
        name: Tiered(steps[0][1], 10**6, tuple(steps[1:]))
        for name, steps in found.items()
        if steps[0][0] == 0
    }


def _searches(entry: Mapping[str, Any]) -> dict[str, Tiered]:
    """The price of a web search, where it is one price whatever its size of context."""
    prices = {
        Decimal(price) for price in (entry.get("search_context_cost_per_query") or {}).values()
    }
    (price,) = prices if len(prices) == 1 else (Decimal(0),)
    return {"web_searches": Tiered(_shortest(price * 1000), 1000)} if price else {}


def _multipliers(entry: Mapping[str, Any]) -> Iterator[tuple[Circumstance, Decimal]]:
    for key, circumstance in _MULTIPLIERS.items():
        if key in entry:
            yield circumstance, Decimal(entry[key])
    for key, circumstance in _SPECIFIC_MULTIPLIERS.items():
        if key in (entry.get("provider_specific_entry") or {}):
            yield circumstance, Decimal(entry["provider_specific_entry"][key])


def _off_peak(entry: Mapping[str, Any]) -> OffPeak | None:
    stated = entry.get("off_peak_pricing")
    if not stated:
        return None
    windows = [
        (_hours(hours), tuple(window["weekdays"]))
        for window in stated["windows"]
        for hours in _listed(window["hours_utc"])
    ]
    return OffPeak(_rates({**stated, "mode": entry.get("mode")}, DEFAULT), tuple(windows))


def _hours(text: str) -> tuple[time, time]:
    start, end = text.split("-")
    return time.fromisoformat(start), time.fromisoformat(end)


def _listed(hours: str | list[str]) -> list[str]:
    return [hours] if isinstance(hours, str) else hours


def _is_known(value: object) -> bool:
    return isinstance(value, int | Decimal) and value > 0


def _per_million(value: object) -> Decimal:
    return EXACT.multiply(Decimal(str(value)), _MILLION)


def _shortest(usd: Decimal) -> Decimal:
    return usd.normalize() if usd else Decimal(0)
