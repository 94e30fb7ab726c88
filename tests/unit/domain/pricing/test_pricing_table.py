"""Which price applies to a call."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from domain.pricing.circumstances import (
    REGION_NOT_PRICED,
    SERVICE_TIER_NOT_PRICED,
    SPEED_NOT_PRICED,
)
from domain.pricing.quote import Quote
from domain.usage.token_usage import TokenClass, TokenUsage
from tests.builders import a_prompt
from tests.unit.domain.pricing.books import NOON, shop

TABLE = shop()


def quote(
    model: str,
    provider: str = "acme",
    *,
    at: datetime = NOON,
    prompt_tokens: int = 0,
    service_tier: str | None = None,
    speed: str | None = None,
    region: str | None = None,
) -> Quote | None:
    return TABLE.quote(
        provider,
        model,
        at=at,
        usage=a_prompt(prompt_tokens),
        service_tier=service_tier,
        speed=speed,
        region=region,
    )


def input_price(found: Quote | None) -> Decimal:
    assert found is not None
    return found.rates["input"].unit_price_usd


def test_an_unknown_model_or_provider_has_no_quote() -> None:
    assert quote("unheard-of") is None
    assert quote("tiered", provider="nobody") is None
    assert quote("") is None


def test_a_quote_names_its_price() -> None:
    found = quote("served")
    assert found is not None
    assert (found.provider, found.model, found.book_version) == ("acme", "served", "2026-11-23")
    assert (found.source, found.source_version, found.service_tier) == ("test", "1", "default")
    assert (found.tier, found.disputed, found.notes) == (None, False, ())


def test_a_tier_applies_to_every_class_of_the_call() -> None:
    usage = TokenUsage(
        tokens={TokenClass.INPUT: 1000, TokenClass.CACHE_READ: 199_001, TokenClass.OUTPUT: 1000}
    )
    found = quote("tiered", prompt_tokens=usage.prompt_tokens)
    assert found is not None
    assert found.tier == 200_000
    # (1000 x 6 + 199001 x 0.6 + 1000 x 22.5) / 10^6
    assert found.cost_of(usage).amount_usd == Decimal("0.1479006")


def test_what_a_call_wrote_is_not_held_against_a_threshold_of_its_prompt() -> None:
    table = shop()
    long_answer = TokenUsage(tokens={TokenClass.INPUT: 1, TokenClass.OUTPUT: 300_000})
    for _ in range(2):  # as it is found, and as it is remembered
        asked = (long_answer, a_prompt(200_001), a_prompt(200_000))
        found = [table.quote("acme", "tiered", at=NOON, usage=usage) for usage in asked]
        assert [quote and quote.tier for quote in found] == [None, 200_000, None]


def test_a_prompt_of_exactly_the_threshold_is_below_the_tier() -> None:
    found = quote("tiered", prompt_tokens=200_000)
    assert found is not None
    assert found.tier is None
    assert input_price(found) == 3


@pytest.mark.parametrize(
    ("day", "usd"), [((2026, 8, 31), 10), ((2026, 9, 1), 8), ((2026, 10, 31), 8)]
)
def test_the_price_of_the_day_applies(day: tuple[int, int, int], usd: int) -> None:
    assert input_price(quote("dated", at=datetime(*day, 23, 59, tzinfo=UTC))) == usd


def test_a_known_model_without_a_known_price_has_no_quote() -> None:
    assert quote("dated", at=datetime(2026, 11, 1, tzinfo=UTC)) is None


def test_the_time_of_day_decides_and_is_noted() -> None:
    night, day = quote("nightly", at=NOON.replace(hour=23)), quote("nightly")
    assert input_price(night) == 1
    assert input_price(day) == 4
    assert night is not None
    assert night.notes == ("time_of_day:22:00-06:00Z",)


@pytest.mark.parametrize(
    ("asked", "applied", "usd", "notes"),
    [
        ((None, None), ("default", "standard"), 4, ()),
        (("standard", "standard"), ("default", "standard"), 4, ()),
        (("batch", None), ("batch", "standard"), 2, ()),
        ((" BATCH ", None), ("batch", "standard"), 2, ()),
        ((None, "fast"), ("default", "fast"), 9, ()),
        (("scale", None), ("default", "standard"), 4, (SERVICE_TIER_NOT_PRICED,)),
        ((None, "ludicrous"), ("default", "standard"), 4, (SPEED_NOT_PRICED,)),
        (("batch", "fast"), ("batch", "standard"), 2, (SPEED_NOT_PRICED,)),
        (("scale", "fast"), ("default", "fast"), 9, (SERVICE_TIER_NOT_PRICED,)),
        (
            ("scale", "slow"),
            ("default", "standard"),
            4,
            (SERVICE_TIER_NOT_PRICED, SPEED_NOT_PRICED),
        ),
    ],
)
def test_tier_and_speed_choose_the_price_and_what_is_not_priced_is_noted(
    asked: tuple[str | None, str | None],
    applied: tuple[str, str],
    usd: int,
    notes: tuple[str, ...],
) -> None:
    found = quote("served", service_tier=asked[0], speed=asked[1])
    assert found is not None
    assert input_price(found) == usd
    assert (found.service_tier, found.speed) == applied
    assert found.notes == notes


def test_a_region_without_a_price_of_its_own_is_noted() -> None:
    found = quote("served", region="eu")
    assert found is not None
    assert found.notes == (REGION_NOT_PRICED,)


def test_a_reseller_without_a_price_sells_at_the_makers() -> None:
    found = quote("served", provider="reseller")
    assert found is not None
    assert found.provider == "acme"
    assert input_price(found) == 4
    assert input_price(quote("own", provider="reseller")) == 1


def test_the_makers_special_tiers_are_not_the_resellers() -> None:
    found = quote("served", provider="reseller", service_tier="batch")
    assert found is not None
    assert input_price(found) == 4
    assert found.notes == (SERVICE_TIER_NOT_PRICED,)


def test_equal_questions_get_the_same_quote() -> None:
    assert quote("tiered", prompt_tokens=1) is quote("tiered", prompt_tokens=199_999)


def test_made_up_names_do_not_fill_the_memory() -> None:
    table = shop()
    for number in range(20_000):
        table.find("acme", f"made-up-{number}")
    assert len(table._found) <= 8192
    assert table.find("acme", "served") is not None


def test_the_rows_of_a_model_carry_all_its_rates() -> None:
    (row,) = TABLE.prices(provider="acme", model="tiered")
    assert (row.provider, row.model, row.source) == ("acme", "tiered", "test")
    inputs = [(r.unit_price_usd, r.per, r.tier_from) for r in row.rates if r.class_ == "input"]
    assert inputs == [(Decimal(3), 10**6, None), (Decimal(6), 10**6, 200_000)]


def test_the_tiers_of_service_share_a_row_and_days_do_not() -> None:
    (served,) = TABLE.prices(provider="acme", model="served")
    assert [(r.service_tier, r.speed) for r in served.rates] == [
        ("default", "standard"), ("batch", "standard"), ("default", "fast"),
    ]  # fmt: skip
    dated = TABLE.prices(provider="acme", model="dated")
    assert [(row.valid_from, row.valid_to) for row in dated] == [
        (None, datetime(2026, 9, 1, tzinfo=UTC).date()),
        (datetime(2026, 9, 1, tzinfo=UTC).date(), datetime(2026, 11, 1, tzinfo=UTC).date()),
    ]


def test_rows_can_be_narrowed() -> None:
    at = datetime(2026, 9, 15, tzinfo=UTC)
    assert len(TABLE.prices(provider="acme", model="dated", at=at)) == 1
    assert [row.model for row in TABLE.prices(model="served")] == ["served"]
    assert {row.provider for row in TABLE.prices(provider="reseller")} == {"reseller"}
    assert {row.provider for row in TABLE.prices()} == {"acme", "reseller"}
    assert TABLE.prices(provider="nobody") == []
    assert TABLE.prices(provider="acme", model="unheard-of") == []
    assert [row.provider for row in TABLE.prices(provider="reseller", model="served")] == ["acme"]
