"""Prices through pages: looking one up, entering terms, and repairing what is unpriced."""

from collections.abc import Callable

import pytest

from tests.http_client import Team, an_event
from tests.integration.http.browsing import Browser

PRICES, OWN, UNPRICED = "/dashboard/prices", "/dashboard/prices/own", "/dashboard/prices/unpriced"
USAGE = {"prompt_tokens": 1000, "completion_tokens": 0, "total_tokens": 1000}


@pytest.fixture
def owner(team: Team) -> Browser:
    return Browser(team.owner.client)


def test_a_price_is_looked_up_by_any_name_with_its_sources(owner: Browser) -> None:
    page = owner.open(f"{PRICES}?provider=aws&model=us.anthropic.claude-haiku-4-5-20251001-v1:0")
    assert page.status == 200
    assert "$1.1 per 1M" in page.text
    assert "sources agree" in page.text
    assert "genai-prices" in page.text


def test_a_price_has_the_day_that_is_asked_for(owner: Browser) -> None:
    assert "$10 per 1M" in owner.open(f"{PRICES}?provider=openai&model=o3&at=2025-06-09").text
    assert "$2 per 1M" in owner.open(f"{PRICES}?provider=openai&model=o3").text


def test_a_name_without_a_price_says_so_and_a_wrong_day_too(owner: Browser) -> None:
    assert "No price" in owner.open(f"{PRICES}?model=unheard-of").text
    wrong = owner.open(f"{PRICES}?model=gpt-4o&at=someday")
    assert (wrong.status, "must be a date" in wrong.text.lower()) == (422, True)


def test_an_alias_repairs_past_calls_from_the_page_of_unpriced_models(
    team: Team, owner: Browser, price_again: Callable[[], None]
) -> None:
    team.send(
        an_event(id="a", provider="azure", model="acme-gpt-4o", usage=None, provider_usage=USAGE)
    )
    assert team.event("a")["cost_usd"] is None
    page = owner.open(UNPRICED)
    assert "acme-gpt-4o" in page.text
    assert "means gpt-4o?" in page.text
    fields = {"provider": "azure", "alias": "acme-gpt-4o", "model": "gpt-4o"}
    assert owner.submit(f"{OWN}/aliases/new", **fields).location == f"{OWN}?notice=terms-saved"
    price_again()
    # 1,000 x $2.50 per million
    assert team.event("a")["cost_usd"] == "0.0025"
    assert "Everything has a price" in owner.open(UNPRICED).text
    assert "alias" in owner.open(OWN).text


def test_what_is_unpriced_says_which_filters_it_was_asked_with(team: Team, owner: Browser) -> None:
    for project in ("here", "there"):
        team.send(an_event(model=f"acme-{project}", project=project))
    page = owner.open(f"{UNPRICED}?project=here")
    assert "acme-here" in page.text
    assert "acme-there" not in page.text
    assert UNPRICED in page.links
    assert "Remove the filter project here" in page.html


def test_an_alias_that_leads_to_no_price_says_so_where_it_was_entered(owner: Browser) -> None:
    notices = {"useful": "terms-saved", "mistyped": "alias-saved-without-price"}
    for alias, model in (("useful", "gpt-4o"), ("mistyped", "gtp-4o")):
        fields = {"provider": "azure", "alias": alias, "model": model}
        saved = owner.submit(f"{OWN}/aliases/new", **fields)
        assert saved.location == f"{OWN}?notice={notices[alias]}"
    told = owner.open(f"{OWN}?notice=alias-saved-without-price").text
    assert "no price is known for what it means" in told
    page = owner.open(OWN).text
    assert page.count("no price known") == 1
    assert page.index("mistyped") < page.index("no price known")


def test_a_suggestion_of_another_providers_model_repairs_as_it_stands(
    team: Team, owner: Browser, price_again: Callable[[], None]
) -> None:
    """A gateway in front of OpenAI: the names are known, and who sells them has to be said."""
    by_gateway = {"provider": "openai", "api_base": "http://gateway.example/v1"}
    team.send(an_event(id="a", **by_gateway, model="gpt-4o", usage=None, provider_usage=USAGE))
    page = owner.open(UNPRICED)
    assert "means gpt-4o of openai?" in page.text
    (link,) = (link for link in page.links if "model=gpt-4o&" in link)
    form = owner.open(link)
    names = ("provider", "alias", "model", "model_provider")
    fields = {name: form.value(name) for name in names}
    assert fields["model_provider"] == "openai"
    assert owner.submit(f"{OWN}/aliases/new", **fields).status == 303
    price_again()
    assert team.event("a")["cost_usd"] == "0.0025"


def test_terms_are_entered_changed_and_removed(owner: Browser) -> None:
    assert owner.open(OWN).text.count("None yet.") == 3
    price = {
        "provider": "OpenAI", "model": "gpt-4o", "rate_input": "$2.00", "rate_output": "8",
        "rates": "input 1.5 above 200,000\noutput 4 batch", "valid_from": "2026-01-01",
        "note": "Agreement 7",
    }  # fmt: skip
    assert owner.submit(f"{OWN}/prices/new", **price).status == 303
    (entered,) = owner.client.get("/api/v1/prices/own").json["data"]  # type: ignore[index]
    assert entered["provider"] == "openai"
    assert [(r["class"], r["unit_price_usd"], r["tier_from"]) for r in entered["rates"]] == [
        ("input", "2", None), ("output", "8", None), ("input", "1.5", 200_000),
        ("output", "4", None),
    ]  # fmt: skip
    path = f"{OWN}/prices/{entered['id']}"
    form = owner.open(path)
    typed = {name: form.value(name) for name in price}
    assert typed["rates"] == "input 1.5 above 200000\noutput 4 tier batch"
    assert owner.submit(path, **typed | {"rate_output": "7"}).status == 303
    (changed,) = owner.client.get("/api/v1/prices/own").json["data"]  # type: ignore[index]
    assert changed["rates"][1]["unit_price_usd"] == "7"
    removed = owner.submit(f"{path}/remove", on=OWN)
    assert removed.location == f"{OWN}?notice=terms-removed"


@pytest.mark.parametrize(
    ("kind", "fields", "said"),
    [
        ("prices", {"provider": "openai", "model": "gpt-4o"}, "at least one price"),
        ("prices", {"provider": "openai", "model": "gpt-4o", "rate_input": "lots"}, "decimal"),
        ("prices", {"provider": "openai", "model": "gpt-4o", "rates": "hope 3"}, "no token class"),
        ("discounts", {"provider": "openai", "percent": "0"}, "above 0"),
        ("discounts", {"provider": "", "percent": "5"}, "Must not be empty"),
        ("discounts", {"provider": "x", "percent": "5", "valid_from": "soon"}, "Must be a date"),
        ("aliases", {"provider": "azure", "alias": "a", "model": "A"}, "not be the alias itself"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(
    owner: Browser, kind: str, fields: dict[str, str], said: str
) -> None:
    page = owner.submit(f"{OWN}/{kind}/new", **fields)
    assert page.status == 422
    assert said in page.text


def test_members_see_prices_and_not_the_terms(team: Team) -> None:
    member = Browser(team.hire("member").client)
    assert member.open(PRICES).status == 200
    assert "Your terms" not in member.open(UNPRICED).text
    assert member.open(OWN).status == 403


def test_a_calls_page_says_the_discount_that_it_was_priced_with(team: Team, owner: Browser) -> None:
    discount = {"provider": "anthropic", "percent": "10", "valid_from": "2020-01-01"}
    assert owner.submit(f"{OWN}/discounts/new", **discount).status == 303
    team.send(an_event(id="discounted"))
    assert "discount of 10 %" in owner.open("/dashboard/queries/discounted").text
