"""Which of an organization's terms concern a model, under whatever name it is called."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple, Protocol, TypeVar

from domain.pricing.alias import Alias
from domain.pricing.discount import Discount
from domain.pricing.matching import spellings
from domain.pricing.own_price import OwnPrice
from domain.pricing.pricing_table import PricingTable
from domain.pricing.pricing_terms import PricingTerms


class _Dated(Protocol):
    @property
    def valid_from(self) -> date | None: ...
    @property
    def valid_to(self) -> date | None: ...


class _Entered(Protocol):
    @property
    def terms(self) -> _Dated: ...


_Terms = TypeVar("_Terms", bound=_Entered)


class TermsOfModel(NamedTuple):
    """Of every day: of those of a kind, at most one holds on a day."""

    aliases: tuple[Alias, ...]
    own_prices: tuple[OwnPrice, ...]
    discounts: tuple[Discount, ...]


def terms_of_model(
    terms: PricingTerms, table: PricingTable, provider: str, model: str
) -> TermsOfModel:
    """The terms for calls of ``model`` at ``provider``.

    An own price covers the name that it states, and every name by which the book means the same
    model. Those that state the very name come first.
    """
    names = frozenset(spellings(provider, model))
    entered = [price for price in terms.own_prices if price.terms.provider == provider]
    named = [price for price in entered if price.terms.model.strip().lower() in names]
    found = table.find(provider, model)
    same = [
        price
        for price in entered
        if found is not None and table.find(provider, price.terms.model) is found
    ]
    return TermsOfModel(
        aliases=tuple(
            alias
            for alias in terms.aliases
            if alias.terms.provider == provider and alias.terms.alias.strip().lower() in names
        ),
        own_prices=tuple(dict.fromkeys((*named, *same))),
        discounts=tuple(d for d in terms.discounts if d.terms.provider == provider),
    )


def holding(entered: Iterable[_Terms], day: date) -> _Terms | None:
    """The first whose half-open days include ``day``."""
    return next((entry for entry in entered if _holds(entry.terms, day)), None)


def _holds(terms: _Dated, day: date) -> bool:
    begun = terms.valid_from is None or terms.valid_from <= day
    return begun and (terms.valid_to is None or day < terms.valid_to)
