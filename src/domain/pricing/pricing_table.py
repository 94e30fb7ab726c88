"""The price book in force: which price applies to a call."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.pricing.listing import PriceRow, rows_of
from domain.pricing.matching import Clause, spellings
from domain.pricing.price import STANDARD_SPEED, Price
from domain.pricing.quote import Quote
from domain.pricing.rates import rates_of
from domain.service_tier import DEFAULT, plain_service_tier

#: The price of the ordinary tier was applied: the book has none for the stated one.
SERVICE_TIER_NOT_PRICED = "service_tier_not_priced"
#: The price of the ordinary speed was applied: the book has none for the stated one.
SPEED_NOT_PRICED = "speed_not_priced"
#: A region is stated and the price does not depend on one.
REGION_NOT_PRICED = "region_not_priced"

_ORDINARY = (DEFAULT, STANDARD_SPEED)
#: Look-ups remembered; a sender who makes up names can fill it and no more.
_MOST_REMEMBERED = 8192


@dataclass(frozen=True, slots=True)
class PricedModel:
    """A model, the names that mean it, and its prices; of those that hold, the last one wins."""

    provider: str
    name: str
    clause: Clause
    prices: tuple[Price, ...]


class PricingTable:
    """An immutable set of prices, compiled once and safe to share between threads.

    ``models`` are tried in their order. ``fallbacks`` names, for a provider, those whose prices
    apply when it has none of its own for a model (Azure sells at OpenAI's prices, say).
    """

    __slots__ = ("_by_provider", "_fallbacks", "_found", "_quotes", "book_version")

    def __init__(
        self,
        book_version: str,
        models: Iterable[PricedModel],
        fallbacks: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self.book_version = book_version
        self._by_provider: dict[str, list[PricedModel]] = {}
        for model in models:
            self._by_provider.setdefault(model.provider, []).append(model)
        self._fallbacks = dict(fallbacks or {})
        self._found: dict[tuple[str, str], PricedModel | None] = {}
        self._quotes: dict[tuple[int, int | None, tuple[str, ...]], Quote] = {}

    def find(self, provider: str, model: str) -> PricedModel | None:
        """The model that a canonical ``provider`` means by ``model``; None when unknown."""
        key = (provider, model)
        try:
            return self._found[key]
        except KeyError:
            if len(self._found) >= _MOST_REMEMBERED:
                self._found.clear()
            found = self._found[key] = self._search(provider, model)
            return found

    def quote(
        self,
        provider: str,
        model: str,
        *,
        at: datetime,
        prompt_tokens: int,
        service_tier: str | None = None,
        speed: str | None = None,
        region: str | None = None,
    ) -> Quote | None:
        """The price of a call that started at ``at``, with the tier of its prompt applied.

        None for an unknown model, and for a known one without a known price at that time. A tier
        or speed without a price of its own is quoted at the ordinary price, with a note.
        """
        found = self.find(provider, model)
        if found is None:
            return None
        price, notes = _applicable(found, provider, at, service_tier, speed)
        if price is None or not price.rates:
            return None
        if region and price.region is None:
            notes = (*notes, REGION_NOT_PRICED)
        return self._quoted(price, prompt_tokens, notes)

    def prices(
        self, provider: str | None = None, model: str | None = None, at: datetime | None = None
    ) -> list[PriceRow]:
        """The book's rows, by provider and model; ``at`` keeps what holds at that instant.

        With a provider, ``model`` is any name that means the model there; without, an exact name
        of the book or one that its clause matches.
        """
        if provider is not None and model is not None:
            found = self.find(provider, model)
            return rows_of([found] if found else [], at)
        chosen = [
            entry
            for name, entries in self._by_provider.items()
            if provider in (None, name)
            for entry in entries
            if model is None or entry.name == model or entry.clause.matches(model.strip().lower())
        ]
        return rows_of(chosen, at)

    def _search(self, provider: str, model: str) -> PricedModel | None:
        names = tuple(spellings(provider, model))
        for seller in (provider, *self._fallbacks.get(provider, ())):
            for name in names:
                for entry in self._by_provider.get(seller, ()):
                    if entry.clause.matches(name):
                        return entry
        return None

    def _quoted(self, price: Price, prompt_tokens: int, notes: tuple[str, ...]) -> Quote:
        tier = price.threshold_for(prompt_tokens)
        key = (id(price), tier, notes)  # prices live as long as the table does
        quote = self._quotes.get(key)
        if quote is None:
            quote = self._quotes[key] = self._new_quote(price, tier, notes)
        return quote

    def _new_quote(self, price: Price, tier: int | None, notes: tuple[str, ...]) -> Quote:
        if price.window is not None:
            notes = (*notes, f"time_of_day:{price.window}Z")
        return Quote(
            provider=price.provider,
            model=price.model,
            book_version=self.book_version,
            source=price.source,
            source_version=price.source_version,
            rates=rates_of(price, 0 if tier is None else tier + 1),
            service_tier=price.service_tier,
            speed=price.speed,
            valid_from=price.valid_from,
            valid_to=price.valid_to,
            tier=tier,
            disputed=price.disputed,
            notes=notes,
        )


def _applicable(
    model: PricedModel, provider: str, at: datetime, service_tier: str | None, speed: str | None
) -> tuple[Price | None, tuple[str, ...]]:
    """The price that comes nearest to what was asked for, and what had to be given up."""
    tier = plain_service_tier(service_tier) or DEFAULT
    pace = speed.strip().lower() if speed else STANDARD_SPEED
    if (tier, pace) == _ORDINARY:
        return _holding(model, *_ORDINARY, at), ()
    # Another seller's special tiers are not this one's: only its list price carries over.
    if model.provider == provider:
        for wanted, notes in (
            ((tier, pace), ()),
            ((tier, STANDARD_SPEED), (SPEED_NOT_PRICED,)),
            ((DEFAULT, pace), (SERVICE_TIER_NOT_PRICED,)),
        ):
            if wanted != _ORDINARY and (price := _holding(model, *wanted, at)):
                return price, notes
    given_up = (SERVICE_TIER_NOT_PRICED,) if tier != DEFAULT else ()
    if pace != STANDARD_SPEED:
        given_up = (*given_up, SPEED_NOT_PRICED)
    return _holding(model, *_ORDINARY, at), given_up


def _holding(model: PricedModel, service_tier: str, speed: str, at: datetime) -> Price | None:
    for price in reversed(model.prices):
        if price.service_tier == service_tier and price.speed == speed and price.holds_at(at):
            return price
    return None
