"""The price book in force: which price applies to a call."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from domain.pricing.book_info import BookInfo, BookSource
from domain.pricing.catalogue import MOST_REMEMBERED, Catalogue, PricedModel
from domain.pricing.circumstances import Notes, Schedule, schedule_of
from domain.pricing.price import Price
from domain.pricing.prices import Prices
from domain.pricing.quote import Quote
from domain.pricing.rates import rates_of
from domain.pricing.self_hosted import FREE_SELF_HOSTED, SELF_HOSTED, self_hosted_price
from domain.usage.token_usage import TokenUsage

#: Provider, model, tier of service, speed and region, as they are stated.
_Asked = tuple[str, str, str | None, str | None, str | None]


class Applied(NamedTuple):
    """A price as a call meets it: the threshold that its prompt exceeded, and the list's quote."""

    price: Price
    tier: int | None
    quote: Quote


class _Always(NamedTuple):
    """The quote that holds at any time, for prompts of at most ``lowest`` tokens, or for all."""

    quote: Quote
    lowest: int | None


class PricingTable(Catalogue, Prices):
    """An immutable set of prices, compiled once and safe to share between threads."""

    __slots__ = ("_always", "_applied", "_schedules", "book_version", "info")

    def __init__(
        self,
        book_version: str,
        models: Iterable[PricedModel],
        fallbacks: Mapping[str, tuple[str, ...]] | None = None,
        sources: tuple[BookSource, ...] = (),
    ) -> None:
        self.book_version = book_version
        self.info = BookInfo(version=book_version, sources=sources)
        super().__init__(models, fallbacks)
        self._schedules: dict[_Asked, Schedule] = {}
        # Most schedules begin with a price that holds at any time.
        self._always: dict[_Asked, _Always] = {}
        # By identity: what is remembered keeps its price, so that no other one gets its id.
        self._applied: dict[tuple[int, int | None, Notes], Applied] = {}

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
        """The price of a call that started at ``at``, with the tier of its prompt applied.

        None for an unknown model, and for a known one without a known price at that time. A tier
        or speed without a price of its own is quoted at the ordinary price, with a note.
        """
        asked = (provider, model, service_tier, speed, region)
        always = self._always.get(asked)
        if always is not None:
            quote, lowest = always
            # Every event comes by: a prompt is not larger than all that was used, which is a
            # quicker sum, and most are below the lowest threshold.
            if lowest is None or sum(usage.tokens.values()) <= lowest:
                return quote
        found = self._apply(asked, at, usage.prompt_tokens)
        return found.quote if found else None

    def apply(
        self,
        provider: str,
        model: str,
        *,
        at: datetime,
        prompt_tokens: int,
        service_tier: str | None = None,
        speed: str | None = None,
        region: str | None = None,
    ) -> Applied | None:
        """What ``quote`` is made of."""
        return self._apply((provider, model, service_tier, speed, region), at, prompt_tokens)

    def _apply(self, asked: _Asked, at: datetime, prompt_tokens: int) -> Applied | None:
        schedule = self._schedules.get(asked)
        if schedule is None:
            schedule = self._remember(asked, self._schedule(*asked))
        for price, notes in schedule:
            if price.is_always or price.holds_at(at):
                if not price.rates:
                    return None
                if price.is_always and price is schedule[0][0]:
                    ordinary = self._applied_to(price, None, notes).quote
                    self._always[asked] = _Always(ordinary, min(price.thresholds, default=None))
                return self._applied_to(price, price.threshold_for(prompt_tokens), notes)
        return None

    def _schedule(
        self,
        provider: str,
        model: str,
        service_tier: str | None,
        speed: str | None,
        region: str | None,
    ) -> Schedule:
        found = self.find(provider, model)
        if found is None:
            if provider not in SELF_HOSTED:
                return ()
            return ((self_hosted_price(provider, model), (FREE_SELF_HOSTED,)),)
        return schedule_of(
            found.prices,
            service_tier,
            speed,
            region,
            is_list_only=found.provider != provider,
        )

    def _remember(self, key: _Asked, schedule: Schedule) -> Schedule:
        if len(self._schedules) >= MOST_REMEMBERED:
            self._schedules.clear()
            self._always.clear()
            self._applied.clear()
        self._schedules[key] = schedule
        return schedule

    def _applied_to(self, price: Price, tier: int | None, notes: Notes) -> Applied:
        known = self._applied.get((id(price), tier, notes))
        if known is not None:
            return known
        shown = notes if price.window is None else (*notes, f"time_of_day:{price.window}Z")
        quote = Quote(
            provider=price.provider,
            model=price.model,
            book_version=self.book_version,
            source=price.source,
            source_version=price.source_version,
            rates=rates_of(price, 0 if tier is None else tier + 1),
            service_tier=price.service_tier,
            speed=price.speed,
            region=price.region,
            valid_from=price.valid_from,
            valid_to=price.valid_to,
            tier=tier,
            disputed=price.disputed,
            notes=shown,
        )
        applied = self._applied[id(price), tier, notes] = Applied(price, tier, quote)
        return applied
