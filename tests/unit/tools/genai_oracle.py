"""genai-prices' own calculation, as an oracle for the written book."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

from genai_prices import data, types

from adapters.pricing.book import load_pricing_table
from domain.pricing.quote import Quote
from domain.providers import canonical_provider
from domain.usage.token_usage import TokenClass, TokenUsage
from tests.builders import a_prompt
from tools.price_book import litellm

TABLE = load_pricing_table()
SPRING, AUTUMN = datetime(2026, 3, 1, 12, tzinfo=UTC), datetime(2026, 11, 20, 12, tzinfo=UTC)
CHAT = ("input", "cache_read", "cache_write_5m", "cache_write_1h", "output")


def is_comparable(model: types.ModelInfo) -> bool:
    """Not by the hour of the day, which the book bounds by date and the source cannot."""
    return isinstance(model.prices, types.ModelPrice) or not any(
        isinstance(c.constraint, types.TimeOfDateConstraint) for c in model.prices
    )


def texts_of(clause: types.MatchLogic) -> Iterator[str]:
    """Names that a clause may well match: what it says itself."""
    match clause:
        case types.ClauseOr():
            for part in clause.or_:
                yield from texts_of(part)
        case types.ClauseAnd():
            for part in clause.and_:
                yield from texts_of(part)
        case types.ClauseRegex():
            return
        case _:
            yield from vars(clause).values()


class Case(NamedTuple):
    """A model of the source and a name under which the source finds it."""

    provider: types.Provider
    model: types.ModelInfo
    name: str

    @property
    def seller(self) -> str:
        return canonical_provider(self.provider.id, None)


def cases() -> Iterator[Case]:
    for provider in data.providers:
        for model in provider.models:
            for name in dict.fromkeys((model.id, *texts_of(model.match))):
                found = provider.find_model(name)
                if found is not None and is_comparable(found):
                    yield Case(provider, found, name)


CASES = list(cases())
#: One name for each model of the source.
MODELS = list({(case.seller, case.model.id): case for case in reversed(CASES)}.values())[::-1]


def usage_within(quote: Quote, counts: dict[str, int]) -> TokenUsage:
    """Only what the price states itself: what it borrows, the source bills by other rules."""
    own = {
        name
        for name, rate in quote.rates.items()
        if rate.note is None and rate.source != litellm.SOURCE
    }
    return TokenUsage(tokens={TokenClass(name): n for name, n in counts.items() if name in own})


def oracle(
    case: Case, usage: TokenUsage, at: datetime, context: dict[str, str] | None = None
) -> Decimal:
    counts = {str(name): n for name, n in usage.tokens.items()}
    short, long = counts.get("cache_write_5m", 0), counts.get("cache_write_1h", 0)
    stated = types.Usage(
        input_tokens=usage.prompt_tokens,
        cache_read_tokens=counts.get("cache_read", 0),
        cache_write_tokens=short + long,
        cache_write_1h_tokens=long,
        output_tokens=counts.get("output", 0),
    )
    return case.model.calc_price(
        stated, case.provider, genai_request_timestamp=at, price_context=context
    ).total_price


def agrees(case: Case, counts: dict[str, int], at: datetime) -> bool:
    """Whether a call costs the same by the book and by its source; both may know no price."""
    rough = TABLE.quote(case.seller, case.name, at=at, usage=a_prompt(0))
    if not vars(case.model.get_prices(at)):
        return rough is None or rough.source == litellm.SOURCE
    if rough is None:
        return False
    usage = usage_within(rough, counts)
    quote = TABLE.quote(case.seller, case.name, at=at, usage=usage)
    return quote is not None and quote.cost_of(usage).amount_usd == oracle(case, usage, at)
