"""Quotes: costs, cache savings, documents."""

import json
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from domain.pricing.price import Rate
from domain.pricing.quote import Quote
from domain.pricing.rates import UnitRate
from domain.usage.token_usage import TokenClass, TokenUsage, Unit
from tests.builders import a_prompt
from tests.unit.domain.pricing.books import FLAT, MILLION, NOON, TIERED, only, per_million, price


def quote_of(rates: dict[str, Rate], provider: str = "acme") -> Quote:
    quote = only(price("m", rates, provider)).quote(provider, "m", at=NOON, usage=a_prompt(0))
    assert quote is not None
    return quote


def tokens(**counts: int) -> TokenUsage:
    return TokenUsage(tokens={TokenClass(name): n for name, n in counts.items()})


def test_a_cost_is_the_sum_of_its_lines() -> None:
    cost = quote_of(FLAT).cost_of(tokens(input=1000, output=500))
    assert [(line.class_, line.quantity, line.amount_usd) for line in cost.lines] == [
        ("input", 1000, Decimal("0.001")),
        ("output", 500, Decimal("0.001")),
    ]
    assert cost.amount_usd == Decimal("0.002")
    assert cost.unpriced == frozenset()


def test_a_class_with_tokens_and_no_price_is_named() -> None:
    cost = quote_of(FLAT).cost_of(tokens(input=1000, output_audio=7, input_image=0))
    assert cost.amount_usd == Decimal("0.001")
    assert cost.unpriced == {"output_audio"}


def test_explicit_zeros_cost_zero_and_are_shown() -> None:
    cost = quote_of(FLAT).cost_of(tokens(input=0, output=0))
    assert cost.amount_usd == 0
    assert len(cost.lines) == 2
    assert cost.unpriced == frozenset()


def test_a_price_per_request_implies_one_request() -> None:
    quote = quote_of({"requests": Rate(Decimal(12), 1000)})
    assert quote.cost_of(tokens()).amount_usd == Decimal("0.012")
    three = TokenUsage(units={Unit.REQUESTS: Decimal(3)})
    assert quote.cost_of(three).amount_usd == Decimal("0.036")


def test_a_unit_without_a_price_is_named() -> None:
    searched = TokenUsage(units={Unit.WEB_SEARCHES: Decimal(2)})
    assert quote_of(FLAT).cost_of(searched).unpriced == {"web_searches"}
    priced = quote_of({**FLAT, "web_searches": Rate(Decimal(10), 1000)})
    assert priced.cost_of(searched).amount_usd == Decimal("0.02")


def test_a_borrowed_rate_says_so_on_its_line() -> None:
    (line,) = quote_of(FLAT).cost_of(tokens(reasoning=10)).lines
    assert line.note == "billed as output"


def test_savings_are_reads_below_input_less_writes_above_it() -> None:
    quote = quote_of(
        {
            "input": per_million("3"),
            "cache_read": per_million("0.3"),
            "cache_write_5m": per_million("3.75"),
            "cache_write_1h": per_million("6"),
        }
    )
    # 1000 x (3 - 0.3) - 200 x (3.75 - 3) - 100 x (6 - 3) = 2700 - 150 - 300 = 2250, per million
    usage = tokens(input=5, cache_read=1000, cache_write_5m=200, cache_write_1h=100)
    assert quote.cache_savings_of(usage) == Decimal("0.002250")
    assert quote.cache_savings_of(tokens(input=5)) == 0
    assert quote.cache_savings_of(tokens(cache_write_5m=200)) == Decimal("-0.00015")


def test_savings_are_unknown_where_a_price_is() -> None:
    assert quote_of(FLAT).cache_savings_of(tokens(cache_read=1)) is None
    assert quote_of(FLAT).cache_savings_of(tokens(cache_read=0)) == 0


def test_a_quote_survives_its_document() -> None:
    quote = only(TIERED).quote(
        "acme", "tiered", at=NOON, usage=a_prompt(300_000), service_tier="batch", region="eu"
    )
    assert quote is not None
    document = json.loads(json.dumps(quote.as_document()))
    assert document["rates"]["input"] == {"unit_price_usd": "6", "per": MILLION, "note": None}
    assert document["tier"] == 200_000
    assert Quote.from_document(document) == quote
    assert Quote.from_document(document).digest == quote.digest


words = st.text(max_size=8)
days = st.none() | st.dates()
unit_rates = st.builds(
    UnitRate,
    st.decimals(0, 10**6, allow_nan=False, places=9),
    st.sampled_from([1, 1000, 3600, MILLION]),
    st.none() | words,
)


@given(
    st.builds(
        Quote,
        provider=words,
        model=words,
        book_version=words,
        source=words,
        source_version=words,
        rates=st.dictionaries(words, unit_rates, max_size=4),
        service_tier=words,
        valid_from=days,
        valid_to=days,
        tier=st.none() | st.integers(0, 10**6),
        disputed=st.booleans(),
        notes=st.lists(words, max_size=3).map(tuple),
    )
)
def test_every_quote_survives_its_document(quote: Quote) -> None:
    again = Quote.from_document(json.loads(json.dumps(quote.as_document())))
    assert again == quote
    assert again.digest == quote.digest


def test_the_digest_tells_quotes_apart() -> None:
    one, same, other = quote_of(FLAT), quote_of(FLAT), quote_of({"input": per_million("1.1")})
    assert one.digest == same.digest
    assert len({one, same, other}) == 2
    assert len(one.digest) == 64
    later = Quote.from_document({**one.as_document(), "valid_from": date(2026, 1, 1).isoformat()})
    assert later.digest != one.digest


@given(st.dictionaries(st.sampled_from(TokenClass), st.integers(0, 10**9)))
def test_a_cost_is_always_the_exact_sum_of_its_lines(counts: dict[TokenClass, int]) -> None:
    quote = quote_of({**FLAT, "cache_read": per_million("0.0123"), "requests": Rate(Decimal(7), 9)})
    cost = quote.cost_of(TokenUsage(tokens=counts))
    assert cost.amount_usd == sum(line.amount_usd for line in cost.lines)
    priced = {line.class_ for line in cost.lines}
    assert priced | cost.unpriced == {*quote_names(counts), "requests"}


def quote_names(counts: dict[TokenClass, int]) -> set[str]:
    known = {"input", "output", "cache_read", "reasoning"}
    return {str(name) for name, n in counts.items() if n or name in known}
