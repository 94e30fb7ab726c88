"""The files of prices: the book's, one's own, and what they priced again."""

import re
from collections.abc import Callable

import pytest

from tests.http_client import Team, an_event
from tests.integration.http.browsing import Browser
from tests.integration.http.page_files import linked, listed, made, rows_at


@pytest.fixture
def owner(team: Team) -> Browser:
    return Browser(team.owner.client)


def test_of_own_prices_each_rate_is_a_row(team: Team, owner: Browser) -> None:
    rates = [
        {"class": "input", "unit_price_usd": "2"},
        {"class": "input", "unit_price_usd": "3", "tier_from": 1000},
        {"class": "requests", "unit_price_usd": "0.01", "region": "=eu"},
    ]
    price = made(team, "prices/own", provider="acme", model="@m", note="-1+1", rates=rates)
    made(team, "discounts", provider="acme", percent="7.5")
    made(team, "aliases", provider="acme", alias="=mine", model="gpt-4o")
    page = owner.open("/dashboard/prices/own")
    rows = rows_at(owner, linked(page, "/api/v1/prices/own")[0])
    assert {(row["id"], row["model"], row["note"]) for row in rows} == {(price, "'@m", "'-1+1")}
    assert [
        (row["class"], row["unit_price_usd"], row["per"], row["tier_from"]) for row in rows
    ] == [
        ("input", "2", "1000000", ""),
        ("input", "3", "1000000", "1000"),
        ("requests", "0.01", "1", ""),
    ]
    assert rows[2]["region"] == "'=eu"
    assert {row["created_by_email"] for row in rows} == {team.owner.email}
    (discount,) = rows_at(owner, linked(page, "/api/v1/discounts")[0])
    assert (discount["percent"], discount["valid_from"]) == ("7.5", "")
    (alias,) = rows_at(owner, linked(page, "/api/v1/aliases")[0])
    assert (alias["alias"], alias["model"], alias["model_provider"]) == ("'=mine", "gpt-4o", "")


def test_what_was_priced_again_is_a_file(
    team: Team, owner: Browser, price_again: Callable[[], None]
) -> None:
    team.send(an_event())
    made(team, "discounts", provider="anthropic", percent="50")
    price_again()
    page = owner.open("/dashboard/prices/own")
    as_csv, as_json = linked(page, "/api/v1/repricings")
    (row,) = rows_at(owner, as_csv)
    assert (row["reason"], row["state"]) == ("discount", "done")
    assert (row["seen"], row["changed"]) == ("1", "1")
    assert (row["cost_before_usd"], row["cost_after_usd"]) == ("0.0021", "0.00105")
    assert [row["id"]] == [each["id"] for each in listed(owner, as_json)]
    assert "$0.0021" in page.text


def test_a_price_that_was_looked_up_is_a_file_of_its_rates(owner: Browser) -> None:
    page = owner.open("/dashboard/prices?provider=azure&model=text-embedding-3-large&at=2026-11-26")
    as_csv, as_json = linked(page, "/api/v1/prices")
    assert "at=2026-11-26T12" in as_csv
    rows = rows_at(owner, as_csv)
    assert [
        (row["unit_price_usd"], row["stated_by"], row["applied"], row["disputed"]) for row in rows
    ] == [("0.13", "genai-prices", "true", "true"), ("0.143", "litellm", "false", "true")]
    assert all(f"${row['unit_price_usd']}" in page.text for row in rows)
    (price,) = listed(owner, as_json)
    assert (price["contested_by"], price["confirmed_by"]) == ("litellm", None)


def test_a_price_of_today_is_the_one_that_the_page_shows(owner: Browser) -> None:
    page = owner.open("/dashboard/prices?model=claude-sonnet-4-5")
    rows = rows_at(owner, linked(page, "/api/v1/prices")[0])
    shown = set(re.findall(r"<h2 id=\"price-\d+\">(\S+) ", page.html))
    assert {row["model"] for row in rows} == shown
    assert not [link for link in owner.open("/dashboard/prices").links if "/api/v1/prices" in link]
