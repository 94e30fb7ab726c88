"""The price that applied to a call: complete, explainable and kept with the event."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from domain.money import EXACT, plain
from domain.pricing.cost import Cost, CostLine, amount_of
from domain.pricing.price import STANDARD_SPEED
from domain.pricing.rates import UnitRate
from domain.usage.token_usage import TokenClass, TokenUsage, Unit

_ZERO = Decimal(0)
#: A cached class and the class that it would have been billed as without a cache.
_UNCACHED = {
    TokenClass.CACHE_READ: TokenClass.INPUT,
    TokenClass.CACHE_READ_AUDIO: TokenClass.INPUT_AUDIO,
    TokenClass.CACHE_WRITE_5M: TokenClass.INPUT,
    TokenClass.CACHE_WRITE_1H: TokenClass.INPUT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """One price, with its tier applied.

    ``provider`` and ``model`` are the price's: a model on Azure may be quoted at OpenAI's price.
    ``tier`` is the threshold that the prompt exceeded, None below the first. ``rates`` is keyed
    by token class or unit. ``digest`` is the SHA-256 of the document: equal quotes, equal digest.
    """

    provider: str
    model: str
    book_version: str
    source: str
    source_version: str
    rates: Mapping[str, UnitRate]
    service_tier: str
    speed: str = STANDARD_SPEED
    valid_from: date | None = None
    valid_to: date | None = None
    tier: int | None = None
    disputed: bool = False
    notes: tuple[str, ...] = ()
    digest: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        canonical = json.dumps(self.as_document(), sort_keys=True, separators=(",", ":"))
        object.__setattr__(self, "digest", hashlib.sha256(canonical.encode()).hexdigest())

    def __hash__(self) -> int:
        return hash(self.digest)

    def cost_of(self, usage: TokenUsage) -> Cost:
        """The exact cost. What was used and has no rate is named, not priced at zero."""
        lines: list[CostLine] = []
        unpriced: list[str] = []
        total = _ZERO
        for name, quantity in _quantities(usage, self.rates):
            rate = self.rates.get(name)
            if rate is None:
                if quantity:
                    unpriced.append(str(name))
                continue
            amount = amount_of(quantity, rate.unit_price_usd, rate.per)
            total = EXACT.add(total, amount)
            lines.append(
                CostLine(str(name), quantity, rate.unit_price_usd, rate.per, amount, rate.note)
            )
        return Cost(total, tuple(lines), frozenset(unpriced))

    def cache_savings_of(self, usage: TokenUsage) -> Decimal | None:
        """What cache reads saved against the input price, less what writes cost above it.

        None where the usage has cached tokens and a price to compare is not known.
        """
        saved = _ZERO
        for cached, uncached in _UNCACHED.items():
            tokens = usage.tokens.get(cached)
            if not tokens:
                continue
            paid, full = self.rates.get(cached), self.rates.get(uncached)
            if paid is None or full is None:
                return None
            saved = EXACT.add(saved, amount_of(tokens, full.unit_price_usd, full.per))
            saved = EXACT.subtract(saved, amount_of(tokens, paid.unit_price_usd, paid.per))
        return saved

    def as_document(self) -> dict[str, Any]:
        """The quote in JSON's types; money is a decimal string, a date is ISO 8601."""
        return {
            "provider": self.provider,
            "model": self.model,
            "book_version": self.book_version,
            "source": self.source,
            "source_version": self.source_version,
            "valid_from": self.valid_from.isoformat() if self.valid_from else None,
            "valid_to": self.valid_to.isoformat() if self.valid_to else None,
            "tier": self.tier,
            "service_tier": self.service_tier,
            "speed": self.speed,
            "disputed": self.disputed,
            "rates": {
                str(name): {
                    "unit_price_usd": plain(rate.unit_price_usd),
                    "per": rate.per,
                    "note": rate.note,
                }
                for name, rate in self.rates.items()
            },
            "notes": list(self.notes),
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Quote":
        """The quote that ``as_document`` wrote; equal to it in every field."""
        fields = dict(document)
        for day in ("valid_from", "valid_to"):
            fields[day] = date.fromisoformat(fields[day]) if fields[day] else None
        fields["rates"] = {
            name: UnitRate(Decimal(rate["unit_price_usd"]), rate["per"], rate["note"])
            for name, rate in fields["rates"].items()
        }
        fields["notes"] = tuple(fields["notes"])
        return cls(**fields)


def _quantities(
    usage: TokenUsage, rates: Mapping[str, UnitRate]
) -> list[tuple[str, int | Decimal]]:
    """What was used, and the one request that an event implies where requests have a price."""
    found: list[tuple[str, int | Decimal]] = [*usage.tokens.items(), *usage.units.items()]
    if Unit.REQUESTS in rates and Unit.REQUESTS not in usage.units:
        found.append((Unit.REQUESTS, 1))
    return found
