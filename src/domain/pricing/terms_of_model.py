"""Which of an organization's terms concern a model, under whatever name it is called."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple, TypeVar

from domain.pricing.matching import spellings
from domain.pricing.pricing_table import PricingTable
from domain.pricing.pricing_terms import Alias, Discount, Entry, OwnPrice, PricingTerms
from domain.pricing.terms import Terms

_Terms = TypeVar("_Terms", bound=Terms)


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


def holding(entries: Iterable[Entry[_Terms]], day: date) -> Entry[_Terms] | None:
    """The first whose half-open days include ``day``."""
    return next((entry for entry in entries if entry.terms.holds_on(day)), None)
