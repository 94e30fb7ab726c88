"""The models of a price book: what a name means, and who sells it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.pricing.listing import PriceRow, rows_of
from domain.pricing.matching import Clause, spellings
from domain.pricing.price import Price

#: Look-ups remembered; a sender who makes up names can fill it and no more.
MOST_REMEMBERED = 8192


@dataclass(frozen=True, slots=True)
class PricedModel:
    """A model, the names that mean it, and its prices; of those that hold, the last one wins."""

    provider: str
    name: str
    clause: Clause
    prices: tuple[Price, ...]


class Catalogue:
    """Models by who sells them, tried in their order.

    ``fallbacks`` names, for a provider, those whose prices apply when it has none of its own for
    a model (Azure sells at OpenAI's prices, say).
    """

    __slots__ = ("_by_provider", "_fallbacks", "_found")

    def __init__(
        self,
        models: Iterable[PricedModel],
        fallbacks: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self._by_provider: dict[str, list[PricedModel]] = {}
        for model in models:
            self._by_provider.setdefault(model.provider, []).append(model)
        self._fallbacks = dict(fallbacks or {})
        self._found: dict[tuple[str, str], PricedModel | None] = {}

    @property
    def fallbacks(self) -> frozenset[tuple[str, str]]:
        """Pairs of a provider and another one whose models it sells at their list price."""
        return frozenset(
            (provider, seller)
            for provider, sellers in self._fallbacks.items()
            for seller in sellers
        )

    @property
    def models(self) -> int:
        """How many models the book has."""
        return sum(len(models) for models in self._by_provider.values())

    def find(self, provider: str, model: str) -> PricedModel | None:
        """The model that a canonical ``provider`` means by ``model``; None when unknown."""
        key = (provider, model)
        try:
            return self._found[key]
        except KeyError:
            if len(self._found) >= MOST_REMEMBERED:
                self._found.clear()
            found = self._found[key] = self._search(provider, model)
            return found

    def names(self, provider: str | None = None) -> list[str]:
        """Models with a price: what ``provider`` sells by itself or at another's, or all."""
        sellers = (
            self._by_provider
            if provider is None
            else (provider, *self._fallbacks.get(provider, ()))
        )
        return [
            entry.name
            for seller in sellers
            for entry in self._by_provider.get(seller, ())
            if any(price.rates for price in entry.prices)
        ]

    def seller_of(self, name: str) -> str | None:
        """Who has a price for a model of this name: one at whose prices others sell, if any."""
        makers = (seller for sellers in self._fallbacks.values() for seller in sellers)
        for provider in dict.fromkeys((*makers, *self._by_provider)):
            found = self.find(provider, name)
            if found is not None and any(price.rates for price in found.prices):
                return provider
        return None

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
