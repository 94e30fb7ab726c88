"""The price that applied to a call: complete, explainable and kept with the event."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Self

from domain.money import EXACT, exact_sum
from domain.pricing.agreement import Agreement
from domain.pricing.cost import Cost, CostLine, Total, amount_of, quantities_of
from domain.pricing.price import STANDARD_SPEED
from domain.pricing.rates import UnitRate
from domain.pricing.totals import UNCACHED, WholeNumbers, whole_numbers
from domain.usage.token_usage import TokenUsage

_ZERO = Decimal(0)
_multiply, _new = EXACT.multiply, tuple.__new__
#: Fields that JSON takes as they are.
_PLAIN = (
    "provider",
    "model",
    "book_version",
    "source",
    "source_version",
    "tier",
    "service_tier",
    "speed",
    "region",
    "disputed",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """One price, with its tier applied.

    ``provider`` and ``model`` are the price's: a model on Azure may be quoted at OpenAI's price.
    ``tier`` is the threshold that the prompt exceeded, None below the first. ``rates`` is keyed
    by token class or unit. Where an organization's own terms apply, ``agreement`` says which and
    ``list_quote`` is what everybody else pays, None where the list has no price. ``digest`` is
    the SHA-256 of the document: equal quotes, equal digest.
    """

    provider: str
    model: str
    book_version: str
    source: str
    source_version: str
    rates: Mapping[str, UnitRate]
    service_tier: str
    speed: str = STANDARD_SPEED
    region: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    tier: int | None = None
    disputed: bool = False
    notes: tuple[str, ...] = ()
    agreement: Agreement | None = None
    list_quote: "Quote | None" = None
    digest: str = field(init=False, repr=False)
    _whole_numbers: WholeNumbers | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        canonical = json.dumps(self.as_document(), sort_keys=True, separators=(",", ":"))
        object.__setattr__(self, "digest", hashlib.sha256(canonical.encode()).hexdigest())
        object.__setattr__(self, "_whole_numbers", whole_numbers(self.rates))

    def __hash__(self) -> int:
        return hash(self.digest)

    @property
    def at_list(self) -> "Quote | None":
        """The list price of the same call; None where only the organization has a price."""
        return self if self.agreement is None else self.list_quote

    def total_of(self, usage: TokenUsage) -> Total:
        """What ``cost_of`` sums up to, without the lines."""
        whole_numbers = self._whole_numbers
        if whole_numbers is None or usage.units:
            cost = self.cost_of(usage)
            return Total(cost.amount_usd, bool(cost.lines), not cost.unpriced)
        # Here and not one call further down, because every event comes by.
        find, amount, is_priced, is_whole = whole_numbers.find, 0, False, True
        for name, tokens in usage.tokens.items():
            price = find(name)
            if price is not None:
                is_priced = True
                amount += tokens * price
            elif tokens:
                is_whole = False
        # As the named tuple's own constructor does, in half the time.
        return _new(Total, (_multiply(whole_numbers.one, amount), is_priced, is_whole))

    def cost_of(self, usage: TokenUsage) -> Cost:
        """The exact cost. What was used and has no rate is named, not priced at zero."""
        lines: list[CostLine] = []
        unpriced: list[str] = []
        for name, quantity in quantities_of(usage, self.rates):
            rate = self.rates.get(name)
            if rate is not None:
                lines.append(self._line(name, quantity, rate))
            elif quantity:
                unpriced.append(str(name))
        total = exact_sum(line.amount_usd for line in lines)
        return Cost(total, tuple(lines), frozenset(unpriced))

    def cache_savings_of(self, usage: TokenUsage) -> Decimal | None:
        """What cache reads saved against the input price, less what writes cost above it.

        None where the usage has cached tokens and a price to compare is not known.
        """
        if self._whole_numbers is not None:
            return self._whole_numbers.cache_savings_of(usage)
        saved = _ZERO
        for cached, uncached in UNCACHED.items():
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
        document = {name: getattr(self, name) for name in _PLAIN} | {
            "valid_from": self.valid_from.isoformat() if self.valid_from else None,
            "valid_to": self.valid_to.isoformat() if self.valid_to else None,
            "rates": {str(name): rate.as_document() for name, rate in self.rates.items()},
            "notes": list(self.notes),
        }
        if self.agreement is not None:
            document["agreement"] = self.agreement.as_document()
            document["list_quote"] = self.list_quote.as_document() if self.list_quote else None
        return document

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """The quote that ``as_document`` wrote; equal to it in every field."""
        fields = dict(document)
        for day in ("valid_from", "valid_to"):
            fields[day] = date.fromisoformat(fields[day]) if fields[day] else None
        rates = fields["rates"].items()
        fields["rates"] = {name: UnitRate.from_document(rate) for name, rate in rates}
        fields["notes"] = tuple(fields["notes"])
        if fields.get("agreement"):
            fields["agreement"] = Agreement.from_document(fields["agreement"])
        if fields.get("list_quote"):
            fields["list_quote"] = cls.from_document(fields["list_quote"])
        return cls(**fields)

    def _line(self, name: str, quantity: int | Decimal, rate: UnitRate) -> CostLine:
        listed = self.at_list.rates.get(name) if self.at_list else None
        return CostLine(
            class_=str(name),
            quantity=quantity,
            unit_price_usd=rate.unit_price_usd,
            per=rate.per,
            amount_usd=amount_of(quantity, rate.unit_price_usd, rate.per),
            note=rate.note,
            source=rate.source or self.source,
            tier=self.tier,
            service_tier=self.service_tier,
            list_unit_price_usd=None if listed is None else listed.price_per(rate.per),
            list_amount_usd=(
                None if listed is None else amount_of(quantity, listed.unit_price_usd, listed.per)
            ),
        )
