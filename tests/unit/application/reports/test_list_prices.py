"""What the price book says."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from adapters.pricing.book import BundledPricingTables
from application.reports.list_prices import ListPrices, ListPricesRequest
from domain.pricing.listing import PriceRow

BOOK = BundledPricingTables()
SONNET = "claude-sonnet-4-5-20250929"


def prices(request: ListPricesRequest) -> list[PriceRow]:
    return ListPrices(BOOK)(request)


def test_a_model_is_found_by_any_name_that_means_it() -> None:
    rows = prices(ListPricesRequest(provider="anthropic", model=SONNET))
    assert {(row.provider, row.model) for row in rows} == {("anthropic", "claude-sonnet-4-5")}
    rates = {(rate.class_, rate.unit_price_usd) for row in rows for rate in row.rates}
    assert rates >= {("input", Decimal(3)), ("output", Decimal(15))}


@pytest.mark.parametrize("synonym", ["x-ai", "x_ai", " xAI "])
def test_a_provider_is_found_by_its_synonyms(synonym: str) -> None:
    rows = prices(ListPricesRequest(provider=synonym))
    assert rows
    assert rows == prices(ListPricesRequest(provider="xai"))


def test_without_conditions_the_whole_book_is_listed_in_order() -> None:
    names = [(row.provider, row.model) for row in prices(ListPricesRequest())]
    assert names == sorted(names)
    assert {provider for provider, _ in names} >= {"anthropic", "google", "mistral", "openai"}


def test_an_instant_keeps_the_prices_that_held_then() -> None:
    at = datetime(2026, 11, 23, 12, tzinfo=UTC)
    rows = prices(ListPricesRequest(at=at))
    assert 0 < len(rows) < len(prices(ListPricesRequest()))
    assert all(row.valid_from is None or row.valid_from <= at.date() for row in rows)
    assert all(row.valid_to is None or row.valid_to > at.date() for row in rows)


@pytest.mark.parametrize(
    "request_",
    [
        ListPricesRequest(provider="nobody"),
        ListPricesRequest(provider="openai", model=SONNET),
        ListPricesRequest(provider="\x00", model="\ud800"),
    ],
)
def test_what_the_book_does_not_know_has_no_rows(request_: ListPricesRequest) -> None:
    assert prices(request_) == []
