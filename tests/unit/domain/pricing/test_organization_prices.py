"""What an organization pays: its own prices, its discounts, its names."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.pricing.catalogue import PricedModel
from domain.pricing.matching import StartsWith
from domain.pricing.organization_prices import OWN_PRICE_SOURCE, OrganizationPrices
from domain.pricing.pricing_table import PricingTable
from domain.pricing.pricing_terms import Entry
from domain.pricing.quote import Quote
from domain.pricing.terms import Terms
from domain.usage.token_usage import TokenClass, TokenUsage
from tests.agreements import alias, discount, own_price, rate, terms_of
from tests.builders import a_prompt
from tests.unit.domain.pricing.books import NOON, per_million, price, shop

TABLE = shop()


def quote(
    *entered: Entry[Terms],
    model: str = "tiered",
    provider: str = "acme",
    table: PricingTable = TABLE,
    prompt_tokens: int = 0,
    at: datetime = NOON,
    **circumstances: Any,
) -> Quote | None:
    prices = OrganizationPrices(table, terms_of(*entered))
    return prices.quote(provider, model, at=at, usage=a_prompt(prompt_tokens), **circumstances)


def unit_prices(found: Quote | None) -> dict[str, Decimal]:
    assert found is not None
    return {name: rate.unit_price_usd for name, rate in found.rates.items()}


def tokens(**counts: int) -> TokenUsage:
    return TokenUsage(tokens={TokenClass(name): n for name, n in counts.items()})


def test_without_terms_the_list_price_applies() -> None:
    assert quote() is TABLE.quote("acme", "tiered", at=NOON, usage=a_prompt(0))


def test_an_own_price_comes_before_the_list_class_by_class() -> None:
    found = quote(own_price("tiered", rate("input", "2"), rate("output", "10")))
    assert unit_prices(found) == {
        "input": 2, "output": 10, "cache_read": Decimal("0.3"), "reasoning": 10,
    }  # fmt: skip
    assert found is not None
    assert found.source == OWN_PRICE_SOURCE
    assert found.rates["cache_read"].note == "list price: no price of your own for this class"
    assert found.rates["cache_read"].source == "test"


def test_what_is_borrowed_is_borrowed_from_the_own_price() -> None:
    found = quote(own_price("tiered", rate("output", "10")))
    assert unit_prices(found)["reasoning"] == 10


def test_the_list_price_stays_beside_the_own_one() -> None:
    found = quote(own_price("tiered", rate("input", "2")))
    assert found is not None
    assert found.at_list == TABLE.quote("acme", "tiered", at=NOON, usage=a_prompt(0))
    (line,) = found.cost_of(tokens(input=1000)).lines
    assert (line.amount_usd, line.list_amount_usd) == (Decimal("0.002"), Decimal("0.003"))
    assert (line.unit_price_usd, line.list_unit_price_usd) == (Decimal(2), Decimal(3))


def test_an_own_price_makes_a_price_where_the_list_has_none() -> None:
    found = quote(own_price("house-model", rate("input", "2")), model="house-model")
    assert unit_prices(found) == {"input": 2}
    assert found is not None
    assert found.at_list is None
    assert (found.provider, found.model) == ("acme", "house-model")


def test_an_own_price_holds_under_every_name_of_the_model() -> None:
    models = [PricedModel("acme", "big", StartsWith("big"), (price("big", {}),))]
    entered = own_price("BIG-latest", rate("input", "2"))
    found = quote(entered, model="big-2026-01-01", table=PricingTable("1", models))
    assert unit_prices(found) == {"input": 2}


def test_the_very_name_comes_before_another_name_of_the_model() -> None:
    models = [PricedModel("acme", "big", StartsWith("big"), (price("big", {}),))]
    entered = (own_price("big", rate("input", "2")), own_price("big-b", rate("input", "3")))
    found = quote(*entered, model="big-b", table=PricingTable("1", models))
    assert unit_prices(found) == {"input": 3}


def test_another_providers_own_price_does_not_apply() -> None:
    assert quote(own_price("tiered", rate("input", "2"), provider="other")) is TABLE.quote(
        "acme", "tiered", at=NOON, usage=a_prompt(0)
    )


def test_a_reseller_is_paid_at_the_price_agreed_with_it() -> None:
    entered = own_price("tiered", rate("input", "2"), provider="reseller")
    assert unit_prices(quote(entered, provider="reseller"))["input"] == 2
    assert unit_prices(quote(entered, provider="acme"))["input"] == 3


@pytest.mark.parametrize(
    ("prompt_tokens", "usd", "tier"), [(100_000, 2, None), (100_001, 1, 100_000)]
)
def test_an_own_price_may_have_tiers(prompt_tokens: int, usd: int, tier: int | None) -> None:
    entered = own_price("tiered", rate("input", "2"), rate("input", "1", tier_from=100_000))
    found = quote(entered, prompt_tokens=prompt_tokens)
    assert unit_prices(found)["input"] == usd
    assert found is not None
    assert found.tier == tier


def test_the_lists_tier_still_applies_to_what_stays_at_list_price() -> None:
    found = quote(own_price("tiered", rate("input", "2")), prompt_tokens=200_001)
    assert unit_prices(found)["output"] == Decimal("22.5")


def test_an_own_price_for_ordinary_calls_leaves_batches_at_the_lists_batch_price() -> None:
    entered = own_price("served", rate("input", "3"))
    assert unit_prices(quote(entered, model="served"))["input"] == 3
    assert unit_prices(quote(entered, model="served", service_tier="batch"))["input"] == 2


def test_an_own_price_for_ordinary_calls_holds_where_the_list_has_no_such_tier() -> None:
    entered = own_price("served", rate("input", "3"))
    found = quote(entered, model="served", service_tier="scale")
    assert unit_prices(found)["input"] == 3
    assert found is not None
    assert "service_tier_not_priced" in found.notes


def test_an_own_price_may_be_for_one_tier_of_service_alone() -> None:
    entered = own_price("served", rate("input", "1", service_tier="batch"))
    assert unit_prices(quote(entered, model="served", service_tier="batch"))["input"] == 1
    assert unit_prices(quote(entered, model="served"))["input"] == 4


@pytest.mark.parametrize(("region", "usd"), [("eu", 5), ("us", 2), (None, 2)])
def test_an_own_price_may_differ_by_region(region: str | None, usd: int) -> None:
    entered = own_price("tiered", rate("input", "5", region="eu"), rate("input", "2"))
    assert unit_prices(quote(entered, region=region))["input"] == usd


def test_a_discount_comes_off_every_list_price_of_the_provider() -> None:
    found = quote(discount("10"))
    assert unit_prices(found) == {
        "input": Decimal("2.7"), "output": Decimal("13.5"), "cache_read": Decimal("0.27"),
        "reasoning": Decimal("13.5"),
    }  # fmt: skip
    assert found is not None
    assert found.rates["input"].note == "list price less 10 %"
    assert found.agreement is not None
    assert found.agreement.discount_percent == 10


def test_a_discount_is_the_billing_providers_wherever_the_price_comes_from() -> None:
    entered = discount("50", provider="reseller")
    assert unit_prices(quote(entered, provider="reseller"))["input"] == Decimal("1.5")
    assert unit_prices(quote(entered, provider="acme"))["input"] == 3


def test_a_discount_does_not_touch_an_own_price() -> None:
    found = quote(own_price("tiered", rate("input", "2")), discount("10"))
    assert unit_prices(found)["input"] == 2
    assert unit_prices(found)["output"] == Decimal("13.5")


def test_a_discount_alone_prices_no_unknown_model() -> None:
    assert quote(discount("10"), model="unheard-of") is None


def test_an_alias_is_priced_as_the_model_it_means() -> None:
    found = quote(alias("My-Deployment", "tiered"), model="my-deployment")
    assert unit_prices(found)["input"] == 3
    assert found is not None
    assert found.model == "tiered"
    assert found.notes == ("alias:My-Deployment",)
    assert found.at_list is not None


def test_an_alias_may_mean_another_providers_model() -> None:
    entered = alias("gateway-x", "tiered", provider="gateway", model_provider="acme")
    assert unit_prices(quote(entered, model="gateway-x", provider="gateway"))["input"] == 3


def test_an_alias_wins_over_a_name_that_the_list_knows() -> None:
    assert unit_prices(quote(alias("tiered", "served"), model="tiered"))["input"] == 4


def test_an_alias_that_means_an_unknown_model_prices_nothing() -> None:
    assert quote(alias("mine", "unheard-of"), model="mine") is None


def test_own_prices_and_discounts_hold_for_an_alias() -> None:
    named = alias("mine", "tiered")
    own = own_price("tiered", rate("input", "2"))
    found = quote(named, own, discount("10"), model="mine")
    assert unit_prices(found)["input"] == 2
    assert unit_prices(found)["output"] == Decimal("13.5")
    assert found is not None
    assert found.agreement is not None
    assert (found.agreement.alias_id, found.agreement.own_price_id) == (named.id, own.id)


@pytest.mark.parametrize(
    ("day", "usd"), [(date(2026, 8, 31), 3), (date(2026, 9, 1), 2), (date(2026, 9, 30), 2),
                     (date(2026, 10, 1), 3)],
)  # fmt: skip
def test_terms_hold_on_their_days_alone(day: date, usd: int) -> None:
    entered = own_price(
        "tiered", rate("input", "2"), valid_from=date(2026, 9, 1), valid_to=date(2026, 10, 1)
    )
    at = datetime.combine(day, datetime.max.time(), UTC)
    assert unit_prices(quote(entered, at=at))["input"] == usd


def test_a_quote_under_terms_comes_back_from_its_document() -> None:
    found = quote(alias("mine", "tiered"), own_price("tiered", rate("input", "2")),
                  discount("12.5"), model="mine")  # fmt: skip
    assert found is not None
    assert Quote.from_document(found.as_document()) == found
    assert Quote.from_document(found.as_document()).digest == found.digest


def test_equal_questions_get_the_same_quote_and_other_terms_another() -> None:
    prices = OrganizationPrices(TABLE, terms_of(discount("10")))
    first = prices.quote("acme", "tiered", at=NOON, usage=a_prompt(1))
    assert prices.quote("acme", "tiered", at=NOON, usage=a_prompt(199_999)) is first
    assert prices.quote("acme", "tiered", at=NOON, usage=a_prompt(200_001)) != first


def test_made_up_names_do_not_fill_the_memory() -> None:
    prices = OrganizationPrices(TABLE, terms_of(discount("10")))
    for number in range(9000):
        prices.quote("acme", f"made-up-{number}", at=NOON, usage=a_prompt(0))
    assert len(prices._of_models) <= 8192


@given(
    st.decimals("0.0001", 100, places=4, allow_nan=False),
    st.integers(0, 10**9),
    st.integers(0, 10**9),
)
def test_a_discounted_cost_is_that_share_of_the_list_cost(
    percent: Decimal, prompt: int, output: int
) -> None:
    found = quote(discount(str(percent)), prompt_tokens=prompt)
    assert found is not None
    assert found.at_list is not None
    usage = tokens(input=prompt, output=output)
    listed = found.at_list.total_of(usage).amount_usd
    share = Decimal(100) - percent
    assert found.total_of(usage).amount_usd * 100 == listed * share


def test_terms_replace_nothing_of_a_price_but_what_they_name() -> None:
    listed = TABLE.quote("acme", "tiered", at=NOON, usage=a_prompt(0))
    found = quote(discount("10"))
    assert listed is not None
    assert found is not None
    bare = replace(found, rates=listed.rates, agreement=None, list_quote=None)
    assert bare == listed


def test_an_own_price_for_ordinary_calls_leaves_a_fast_call_at_its_list_price() -> None:
    ordinary = price("tiered", {"input": per_million("3")})
    fast = replace(price("tiered", {"input": per_million("9")}), speed="fast")
    table = PricingTable(
        "1", [PricedModel("acme", "tiered", StartsWith("tiered"), (ordinary, fast))]
    )
    own = own_price("tiered", rate("input", "1"))
    assert unit_prices(quote(own, table=table))["input"] == 1
    found = quote(own, table=table, speed="fast")
    assert unit_prices(found)["input"] == 9
    assert found is not None
    assert found.agreement is None


@pytest.mark.parametrize("region", ["eu", "EU", " Eu "])
def test_a_region_is_compared_as_a_word(region: str) -> None:
    own = own_price("tiered", rate("input", "1"), rate("input", "9", region="Eu"))
    assert unit_prices(quote(own, region=region))["input"] == 9


@pytest.mark.parametrize("tier", ["batch", "Batch", " BATCH"])
def test_a_tier_of_service_is_compared_as_a_word(tier: str) -> None:
    own = own_price("tiered", rate("input", "1"), rate("input", "9", service_tier="Batch"))
    assert unit_prices(quote(own, service_tier=tier))["input"] == 9


def test_an_own_price_of_the_standard_tier_is_one_for_ordinary_calls() -> None:
    own = own_price("tiered", rate("input", "1", service_tier="standard"))
    assert unit_prices(quote(own))["input"] == 1
