"""What one organization pays: the list's prices, its own, its discounts and its names."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from domain.pricing.agreement import Agreement
from domain.pricing.effective_rates import (
    discounted,
    marked_as_list,
    own_rates,
    prices_tier,
    tier_of_own,
)
from domain.pricing.price import STANDARD_SPEED
from domain.pricing.prices import Prices
from domain.pricing.pricing_table import Applied, PricingTable
from domain.pricing.pricing_terms import Alias, Discount, OwnPrice, PricingTerms
from domain.pricing.quote import Quote
from domain.pricing.rates import UnitRate, lend, stated_rates
from domain.pricing.terms_of_model import TermsOfModel, holding, terms_of_model
from domain.service_tier import DEFAULT, plain_region, plain_service_tier
from domain.usage.token_usage import TokenUsage

#: The source of a price that the organization entered itself.
OWN_PRICE_SOURCE = "own price"
_MOST_REMEMBERED = 8192


@dataclass(frozen=True, slots=True)
class _Call:
    """What matters of a call beside its model."""

    service_tier: str
    region: str | None
    prompt_tokens: int


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The terms that hold for a call."""

    alias: Alias | None
    own: OwnPrice | None
    discount: Discount | None

    @property
    def agreement(self) -> Agreement | None:
        if self.alias is None and self.own is None and self.discount is None:
            return None
        return Agreement(
            own_price_id=self.own.id if self.own else None,
            discount_id=self.discount.id if self.discount else None,
            discount_percent=self.discount.terms.percent if self.discount else None,
            alias_id=self.alias.id if self.alias else None,
        )


class OrganizationPrices(Prices):
    """The table in force under an organization's terms; safe to share between threads.

    An own price comes before the list, class by class; a discount comes off what stays at list
    price. An own price for ordinary calls leaves a batch call, say, at the list's batch price
    where the list has one, and a call in fast mode likewise. The list's quote is kept beside the
    effective one.
    """

    def __init__(self, table: PricingTable, terms: PricingTerms) -> None:
        self.book_version = table.book_version
        self._table = table
        self._terms = terms
        self._of_models: dict[tuple[str, str], TermsOfModel] = {}
        self._quotes: dict[tuple[object, ...], Quote] = {}

    def quote(
        self,
        provider: str,
        model: str,
        *,
        at: datetime,
        usage: TokenUsage,
        service_tier: str | None = None,
        speed: str | None = None,
        region: str | None = None,
    ) -> Quote | None:
        chosen, prompt_tokens = self._chosen(provider, model, at), usage.prompt_tokens
        seller, name = _meant(provider, model, chosen.alias)
        applied = self._table.apply(
            seller,
            name,
            at=at,
            prompt_tokens=prompt_tokens,
            service_tier=service_tier,
            speed=speed,
            region=region,
        )
        call = _Call(
            plain_service_tier(service_tier) or DEFAULT, plain_region(region), prompt_tokens
        )
        if chosen.own is not None and not _covers(chosen.own, call, applied):
            chosen = replace(chosen, own=None)
        agreement = chosen.agreement
        if agreement is None:
            return applied.quote if applied else None
        return self._effective(provider, chosen, agreement, call, applied)

    def _chosen(self, provider: str, model: str, at: datetime) -> _Chosen:
        day = at.astimezone(UTC).date()
        terms = self._of_model(provider, model)
        alias = holding(terms.aliases, day)
        own = holding(terms.own_prices, day)
        if own is None and alias is not None:
            own = holding(self._of_model(provider, alias.terms.model).own_prices, day)
        return _Chosen(alias, own, holding(terms.discounts, day))

    def _of_model(self, provider: str, model: str) -> TermsOfModel:
        found = self._of_models.get((provider, model))
        if found is None:
            if len(self._of_models) >= _MOST_REMEMBERED:
                self._of_models.clear()
            found = terms_of_model(self._terms, self._table, provider, model)
            self._of_models[provider, model] = found
        return found

    def _effective(
        self,
        provider: str,
        chosen: _Chosen,
        agreement: Agreement,
        call: _Call,
        applied: Applied | None,
    ) -> Quote | None:
        own = chosen.own
        tier = tier_of_own(own.terms.rates, call.prompt_tokens) if own else None
        digest = applied.quote.digest if applied else None
        key = (digest, agreement, tier, call.service_tier, call.region)
        quote = self._quotes.get(key)
        if quote is None:
            rates = _rates(provider, chosen, call, applied)
            listed = applied.quote if applied else None
            if own is not None:
                quote = self._agreed(own, call, listed, rates)
            elif listed is not None:
                quote = replace(listed, rates=rates)
            else:
                return None
            quote = replace(
                quote,
                notes=(*_named(chosen.alias), *quote.notes),
                agreement=agreement,
                list_quote=listed,
            )
            self._remember(key, quote)
        return quote

    def _remember(self, key: tuple[object, ...], quote: Quote) -> None:
        if len(self._quotes) >= _MOST_REMEMBERED:
            self._quotes.clear()
        self._quotes[key] = quote

    def _agreed(
        self, own: OwnPrice, call: _Call, listed: Quote | None, rates: dict[str, UnitRate]
    ) -> Quote:
        return Quote(
            provider=listed.provider if listed else own.terms.provider,
            model=listed.model if listed else own.terms.model,
            book_version=self.book_version,
            source=OWN_PRICE_SOURCE,
            source_version=own.updated_at.date().isoformat(),
            rates=rates,
            service_tier=_tier_of(own, call),
            speed=listed.speed if listed else STANDARD_SPEED,
            region=call.region,
            valid_from=own.terms.valid_from,
            valid_to=own.terms.valid_to,
            tier=tier_of_own(own.terms.rates, call.prompt_tokens),
            notes=listed.notes if listed else (),
        )


def _named(alias: Alias | None) -> tuple[str, ...]:
    return (f"alias:{alias.terms.alias}",) if alias else ()


def _meant(provider: str, model: str, alias: Alias | None) -> tuple[str, str]:
    if alias is None:
        return provider, model
    return alias.terms.model_provider or provider, alias.terms.model


def _tier_of(own: OwnPrice, call: _Call) -> str:
    return call.service_tier if prices_tier(own.terms.rates, call.service_tier) else DEFAULT


def _covers(own: OwnPrice, call: _Call, applied: Applied | None) -> bool:
    """Whether something is agreed for the call's tier, or the list has nothing nearer to it.

    Nothing can be agreed for another speed than the ordinary one.
    """
    if applied is not None and applied.price.speed != STANDARD_SPEED:
        return False
    if prices_tier(own.terms.rates, call.service_tier):
        return True
    if not prices_tier(own.terms.rates, DEFAULT):
        return False
    return applied is None or applied.price.service_tier == DEFAULT


def _rates(
    provider: str, chosen: _Chosen, call: _Call, applied: Applied | None
) -> dict[str, UnitRate]:
    """The list's rates, less the discount, under the organization's own; then what is borrowed."""
    rates: dict[str, UnitRate] = {}
    if applied is not None:
        rates = stated_rates(applied.price, call.prompt_tokens)
    if chosen.discount is not None:
        rates = discounted(rates, chosen.discount.terms.percent)
    if chosen.own is not None:
        agreed = own_rates(
            chosen.own.terms.rates,
            service_tier=_tier_of(chosen.own, call),
            region=call.region,
            prompt_tokens=call.prompt_tokens,
        )
        listed = marked_as_list(rates, applied.price.source) if applied else {}
        rates = {**listed, **agreed}
    lend(rates, applied.price.provider if applied else provider)
    return rates
