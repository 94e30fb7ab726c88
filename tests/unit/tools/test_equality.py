"""Two hundred random usages of every model, at three dates, cost what each source says."""

from datetime import UTC, datetime
from decimal import Decimal
from random import Random

import pytest

from domain.usage.token_usage import TokenClass, TokenUsage, Unit
from tests.unit.tools.genai_oracle import CHAT, MODELS, TABLE, agrees
from tests.unit.tools.known_errors import KNOWN_ERRORS
from tests.unit.tools.litellm_oracle import Literal, prices_by_model
from tools.price_book import litellm, pins
from tools.price_book.__main__ import DAY, build
from tools.price_book.litellm import Listing
from tools.price_book.merge import Verdict

DATES = [datetime(2025, 6, 1, 12, tzinfo=UTC), datetime(2026, 3, 1, 12, tzinfo=UTC),
         datetime(2026, 11, 26, 12, tzinfo=UTC)]  # fmt: skip
USAGES = 200
CHUNKS = 24
SIZES = (0, 1, 999, 31_999, 127_999, 199_999, 200_000, 200_001, 272_001, 1_000_000)


def usages(seed: str) -> list[dict[str, int]]:
    """Counts of every class; some sizes stand at the thresholds of tiers."""
    random = Random(seed)  # noqa: S311 - the same in every run
    return [
        {name: random.choice((random.choice(SIZES), random.randrange(10**6))) for name in CHAT}
        for _ in range(USAGES)
    ]


def cost_by(prices: dict[str, Literal], counts: dict[str, int]) -> Decimal:
    """The source's literals times the counts, the tier of the whole prompt applied."""
    prompt = sum(number for name, number in counts.items() if name != "output")
    return sum((n * prices[name].of(prompt) for name, n in counts.items()), start=Decimal(0))


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_every_model_of_genai_prices_costs_the_same(chunk: int) -> None:
    differing = [
        (case.seller, case.name, at.date(), counts)
        for case in MODELS[chunk::CHUNKS]
        if case.name not in KNOWN_ERRORS
        for counts in usages(f"{case.seller} {case.name}")
        for at in DATES
        if not agrees(case, counts, at)
    ]
    assert differing[:5] == []


def test_the_models_are_all_there() -> None:
    assert len(MODELS) > 2000


@pytest.mark.parametrize("chunk", range(4))
def test_every_model_of_litellm_costs_the_same_where_the_sources_agree(chunk: int) -> None:
    at = datetime(DAY.year, DAY.month, DAY.day, 12, tzinfo=UTC)
    agreeing = [
        listing
        for listing in AGREEING
        if listing.off_peak is None and (listing.provider, listing.name) in LITERALS
    ]
    assert len(agreeing) > 500
    differing = []
    for listing in agreeing[chunk::4]:
        prices = LITERALS[listing.provider, listing.name]
        for counts in usages(f"{listing.provider} {listing.name}"):
            known = {name: number for name, number in counts.items() if name in prices}
            usage = TokenUsage(tokens={TokenClass(name): n for name, n in known.items()})
            quote = TABLE.quote(listing.provider, listing.name, at=at, usage=usage)
            assert quote is not None
            if Unit.REQUESTS in quote.rates:
                continue  # Perplexity's fee for a request, which this source states by its size
            if quote.total_of(usage).amount_usd != cost_by(prices, known):
                differing.append((listing.provider, listing.name, known))
    assert differing[:5] == []


def _agreeing() -> list[Listing]:
    _, findings = build()
    agreed = {(f.provider, f.name) for f in findings if f.verdict is Verdict.AGREES}
    return [
        listing
        for listing in litellm.listings()
        if (listing.provider, listing.name) in agreed and litellm.ORDINARY in listing.rates
    ]


AGREEING, LITERALS = _agreeing(), prices_by_model()


def test_every_pin_decides_something() -> None:
    _, findings = build()
    used = {finding.pin for finding in findings}
    assert [pin for pin in pins.load().pins if pin not in used] == []
