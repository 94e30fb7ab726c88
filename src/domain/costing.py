"""What one call costs: the provider's own figure, or its usage times the price."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from domain.pricing.cost import CostLine, Total
from domain.pricing.quote import Quote
from domain.usage.token_usage import TokenUsage

#: The largest cost of one call that is kept, in US dollars; a price beyond it is a mistake.
MOST_COST_USD = Decimal(10**9)
#: The price makes more of the call than any call costs: its cost is unknown until that is mended.
COST_OUT_OF_RANGE = "cost_out_of_range"


class CostSource(StrEnum):
    """Where the cost of an event comes from, and how far to trust it."""

    PROVIDER_REPORTED = "provider_reported"
    COMPUTED = "computed"
    ESTIMATED = "estimated"
    PARTIAL = "partial"
    UNPRICED = "unpriced"

    @property
    def is_priced(self) -> bool:
        """Whether the cost is the whole and exact one."""
        return self in (CostSource.PROVIDER_REPORTED, CostSource.COMPUTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCost:
    """``cost_usd`` is None exactly when the source is ``unpriced``: unknown is not free.

    ``list_cost_usd`` is the usage at list price, None where no list price is known.
    ``cache_savings_usd`` is what cache reads saved less what cache writes cost above input.
    ``book_version`` is the price book that was asked, also where it knew no price.
    """

    cost_usd: Decimal | None
    list_cost_usd: Decimal | None
    source: CostSource
    cache_savings_usd: Decimal | None = None
    quote: Quote | None = None
    notes: tuple[str, ...] = ()
    book_version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CostExplanation:
    """The lines whose sum is the cost; ``computed_lines`` what we would have computed."""

    lines: tuple[CostLine, ...]
    computed_lines: tuple[CostLine, ...] | None
    unpriced_classes: tuple[str, ...]


class UsageKnowledge(NamedTuple):
    """What is known about a call's usage when its cost is decided."""

    usage: TokenUsage
    failed_before_output: bool
    is_cut_off: bool
    is_estimated: bool


def decide_cost(
    known: UsageKnowledge,
    quote: Quote | None,
    provider_cost_usd: Decimal | None,
    notes: tuple[str, ...] = (),
    book_version: str | None = None,
) -> EventCost:
    """The cost of a call. The provider's own figure wins over a computed one."""
    usage = known.usage
    if usage.is_empty:
        quote = None
    total = quote.total_of(usage) if quote else None
    saved = quote.cache_savings_of(usage) if quote else None
    if total is not None and _is_out_of_range(total.amount_usd, saved):
        total, saved, notes = None, None, (*notes, COST_OUT_OF_RANGE)
    source, amount = _source_and_amount(known, total)
    if provider_cost_usd is not None:
        source, amount = CostSource.PROVIDER_REPORTED, provider_cost_usd
    return EventCost(
        cost_usd=amount,
        list_cost_usd=_list_cost(quote, total, usage),
        source=source,
        cache_savings_usd=saved,
        quote=quote,
        notes=notes,
        book_version=book_version,
    )


def _list_cost(quote: Quote | None, total: Total | None, usage: TokenUsage) -> Decimal | None:
    if quote is None or quote.at_list is None:
        return None
    listed = total if quote.at_list is quote else quote.at_list.total_of(usage)
    is_known = listed and listed.is_priced and not _is_out_of_range(listed.amount_usd)
    return listed.amount_usd if listed and is_known else None


def _is_out_of_range(amount: Decimal, saved: Decimal | None = None) -> bool:
    return amount > MOST_COST_USD or (saved is not None and saved.copy_abs() > MOST_COST_USD)


def _source_and_amount(
    known: UsageKnowledge, total: Total | None
) -> tuple[CostSource, Decimal | None]:
    if known.usage.is_empty and known.failed_before_output:
        return CostSource.COMPUTED, Decimal(0)
    if total is None or not total.is_priced:
        return CostSource.UNPRICED, None
    if known.is_cut_off or not total.is_whole:
        return CostSource.PARTIAL, total.amount_usd
    source = CostSource.ESTIMATED if known.is_estimated else CostSource.COMPUTED
    return source, total.amount_usd


def explain(cost: EventCost, usage: TokenUsage) -> CostExplanation:
    """The arithmetic of a cost, line by line; the sum of the lines is the cost."""
    computed = cost.quote.cost_of(usage) if cost.quote else None
    lines = computed.lines if computed else ()
    unpriced = tuple(sorted(computed.unpriced)) if computed else ()
    if cost.source is not CostSource.PROVIDER_REPORTED or cost.cost_usd is None:
        return CostExplanation(lines=lines, computed_lines=None, unpriced_classes=unpriced)
    return CostExplanation(
        lines=(_reported_line(cost.cost_usd),), computed_lines=lines, unpriced_classes=unpriced
    )


def _reported_line(amount: Decimal) -> CostLine:
    return CostLine(
        class_=CostSource.PROVIDER_REPORTED.value,
        quantity=1,
        unit_price_usd=amount,
        per=1,
        amount_usd=amount,
        note="the provider's own figure",
    )
