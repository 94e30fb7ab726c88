"""Budgets through forms."""

from typing import cast

import pytest

from tests.http_client import Team, ago, an_event, body_of
from tests.integration.http.browsing import Browser

BUDGET = {
    "name": "Checkout",
    "limit_usd": "$25.50",
    "period": "week",
    "timezone": "Europe/Berlin",
    "thresholds": "80, 50 %",
    "forecast_thresholds": "100",
    "enforcement": "alert",
    "unpriced": "block",
    "scope_provider": "AWS",
    "scope_project": "checkout",
    "tags": "team=search\nregion = eu\n",
}
PLAIN = BUDGET | {
    "limit_usd": "6", "timezone": "UTC", "scope_provider": "", "scope_project": "", "tags": "",
}  # fmt: skip
BUDGETS, NEW_BUDGET = "/dashboard/budgets", "/dashboard/budgets/new"


@pytest.fixture
def owner(team: Team) -> Browser:
    return Browser(team.owner.client)


def budgets_of(browser: Browser) -> list[dict[str, object]]:
    """As the API tells them."""
    document = browser.client.get("/api/v1/budgets").json
    assert document is not None
    found: list[dict[str, object]] = document["data"]
    return found


def test_a_budget_is_set_changed_and_deleted(owner: Browser) -> None:
    assert "No budgets yet" in owner.open(BUDGETS).text
    saved = owner.submit(NEW_BUDGET, **BUDGET)
    assert saved.location == f"{BUDGETS}?notice=budget-matches-nothing"
    assert "No call of the last four periods matches its scope" in owner.open(saved.location).text
    (budget,) = budgets_of(owner)
    assert budget["limit_usd"] == "25.5"
    assert budget["thresholds"] == [50, 80]
    assert budget["scope"] == {
        "provider": "bedrock", "project": "checkout", "tags": {"team": "search", "region": "eu"},
    }  # fmt: skip
    path = f"{BUDGETS}/{budget['id']}"
    form = owner.open(f"{path}/edit")
    chosen = ("period", "timezone", "enforcement", "unpriced")
    typed = {name: form.value(name) for name in BUDGET if name not in chosen}
    assert typed["limit_usd"] == "25.5"
    assert typed["tags"] == "team=search\nregion=eu"
    kept = {"period": "day", "timezone": "UTC", "enforcement": "block", "unpriced": "allow"}
    assert owner.submit(f"{path}/edit", **typed | kept | {"limit_usd": "30"}).status == 303
    (changed,) = budgets_of(owner)
    assert changed["limit_usd"] == "30"
    assert changed["scope"] == budget["scope"]
    assert owner.submit(f"{path}/remove", on=path).location == f"{BUDGETS}?notice=budget-removed"
    assert budgets_of(owner) == []


def test_a_scope_that_matches_calls_or_takes_all_is_in_force_without_more_words(
    team: Team, owner: Browser
) -> None:
    team.send(an_event(project="search"))
    for fields in (PLAIN, PLAIN | {"scope_project": "search"}):
        assert owner.submit(NEW_BUDGET, **fields).location == f"{BUDGETS}?notice=budget-created"


def test_a_scope_that_matches_nothing_is_a_warning_to_programs(team: Team) -> None:
    team.send(an_event(project="search"))
    body = {"name": "Trial", "limit_usd": "1", "scope": {"project": "Search"}}
    budget = body_of(team.owner.client.post("/api/v1/budgets", json=body))
    assert [each["code"] for each in budget["warnings"]] == ["matches_nothing"]
    path = f"/api/v1/budgets/{budget['id']}"
    changed = team.owner.client.patch(path, json={"scope": {"project": "search"}})
    assert body_of(changed)["warnings"] == []


def test_a_period_before_the_budget_has_neither_a_limit_nor_a_share_of_it(
    team: Team, owner: Browser
) -> None:
    team.send(an_event(timestamp=ago(days=40), usage=None, provider_cost_usd="3"))
    assert owner.submit(NEW_BUDGET, **PLAIN).status == 303
    path = f"{BUDGETS}/{budgets_of(owner)[0]['id']}"
    periods = owner.open(path).html.partition('id="periods-title"')[2].partition("</table>")[0]
    now, *before = periods.partition("<tbody>")[2].split("</tr>")[:-1]
    assert 'class="share"' in now
    assert any("$3" in each for each in before)
    for each in before:
        assert "There was no budget yet" in each
        assert 'class="share"' not in each


def test_what_blocks_by_the_name_of_a_model_says_that_it_does_not_hold(owner: Browser) -> None:
    said = "an answer may name another one than was asked for"
    of_model = BUDGET | {"enforcement": "block", "scope_model": "gpt-4o"}
    assert owner.submit(NEW_BUDGET, **BUDGET).status == 303
    assert said not in owner.open(BUDGETS).text
    assert budgets_of(owner)[0]["warnings"] == []
    assert said in owner.submit(NEW_BUDGET, **of_model, preview="yes").text
    assert owner.submit(NEW_BUDGET, **of_model).status == 303
    path = f"{BUDGETS}/{budgets_of(owner)[1]['id']}"
    for page in (BUDGETS, path, f"{path}/edit"):
        assert said in owner.open(page).text, page
    (warning,) = cast("list[dict[str, str]]", budgets_of(owner)[1]["warnings"])
    assert warning["code"] == "blocks_by_model"
    assert said in warning["detail"]


def test_what_is_left_is_without_what_is_held(team: Team, owner: Browser) -> None:
    assert owner.submit(NEW_BUDGET, **PLAIN | {"enforcement": "block"}).status == 303
    asked = {"estimate_usd": "2"}
    headers = {"Authorization": f"Bearer {team.key}"}
    answer = team.app.test_client().post("/api/v1/reservations", json=asked, headers=headers)
    assert answer.status_code == 201, answer.text
    assert "$2.00 reserved, $4.00 left" in owner.open(BUDGETS).text
    page = owner.open(f"{BUDGETS}/{budgets_of(owner)[0]['id']}").text
    assert "$2.00 reserved for calls under way or of unknown cost, $4.00 left" in page


@pytest.mark.parametrize(
    ("spent", "forecast", "said"),
    [
        (
            "",
            "90",
            "Alerts when the forecast reaches 90% of the limit, and of nothing that is spent.",
        ),
        ("", "", "It alerts of nothing."),
        ("50", "", "Alerts at 50% of the limit."),
    ],
)
def test_a_budgets_page_says_what_it_alerts_of_and_in_which_zone_its_times_are(
    owner: Browser, spent: str, forecast: str, said: str
) -> None:
    terms = PLAIN | {"thresholds": spent, "forecast_thresholds": forecast}
    assert owner.submit(NEW_BUDGET, **terms).status == 303
    text = owner.open(f"{BUDGETS}/{budgets_of(owner)[0]['id']}").text
    assert said in text
    assert "Alerts times in UTC" in text
    assert "Versions times in UTC" in text


def test_every_wrong_field_of_a_budget_is_said_at_once(owner: Browser) -> None:
    wrong = {
        "name": " ", "limit_usd": "lots", "timezone": "Mars", "period": "year",
        "thresholds": "often", "tags": "nonsense", "scope_model": "gpt-4o",
        "forecast_thresholds": "2000", "unpriced": "estimate", "unpriced_estimate_usd": "",
    }  # fmt: skip
    page = owner.submit(NEW_BUDGET, **BUDGET | wrong)
    assert page.status == 422
    assert page.error("name") == "Must not be empty."
    assert page.error("limit_usd") == "Must be a decimal number."
    assert "IANA time zone" in page.error("timezone")
    assert page.error("period")
    assert "whole percents" in page.error("thresholds")
    assert page.error("forecast_thresholds") == "Must be from 1 to 1000 percent."
    assert "“Allow, for an amount”" in page.error("unpriced_estimate_usd")
    assert "name=value" in page.error("tags")
    assert "The form was not accepted: see the messages beside its fields." in page.text
    assert page.value("limit_usd") == "lots"
    assert page.value("scope_model") == "gpt-4o"
    assert budgets_of(owner) == []


@pytest.mark.parametrize("limit", ["0", "-1", "-0", "1000001", "1e999999", "$-1"])
def test_a_limit_is_above_zero_and_not_absurd(owner: Browser, limit: str) -> None:
    page = owner.submit(NEW_BUDGET, **BUDGET | {"limit_usd": limit})
    assert page.status == 422
    assert page.error("limit_usd") == "Must be above 0 and at most 1,000,000 US dollars."


@pytest.mark.parametrize("limit", ["NaN", "", "1,000"])
def test_a_limit_is_a_number(owner: Browser, limit: str) -> None:
    page = owner.submit(NEW_BUDGET, **BUDGET | {"limit_usd": limit})
    assert page.status == 422
    assert page.error("limit_usd") == "Must be a decimal number."


def test_a_budget_may_go_without_thresholds_and_its_form_says_what_that_means(
    owner: Browser,
) -> None:
    text = owner.open(NEW_BUDGET).text
    assert "At percent spent (optional)" in text
    assert "Without any, nobody hears of what is spent." in text
    assert owner.submit(NEW_BUDGET, **BUDGET | {"thresholds": ""}).status == 303
    (budget,) = budgets_of(owner)
    assert budget["thresholds"] == []


def test_the_mark_of_the_limit_is_explained_where_the_bar_has_one(
    team: Team, owner: Browser
) -> None:
    for name, limit in (("Low", "0.001"), ("High", "1000000")):
        body = {"name": name, "limit_usd": limit}
        assert owner.client.post("/api/v1/budgets", json=body).status_code == 201
    team.send(an_event())
    page = owner.open(BUDGETS)
    assert page.html.count("meter-limit") == page.html.count("limit-key") == 1
    assert "Limit $0.001" in page.text
    low, high = (each for each in page.links if each.startswith(f"{BUDGETS}/0"))
    assert "Limit $0.001 Forecast" in owner.open(low).text
    assert "limit-key" not in owner.open(high).html


def test_a_budgets_card_says_what_it_counts_and_how_it_stands(team: Team, owner: Browser) -> None:
    ada = {
        "name": "Ada",
        "limit_usd": "0.0042",
        "scope_user": "ada",
        "thresholds": "50",
        "period": "month",
        "timezone": "UTC",
        "enforcement": "alert",
        "unpriced": "block",
    }
    owner.submit(NEW_BUDGET, **ada)  # fmt: skip
    team.send(an_event(user="ada"), an_event(user="grace"))
    text = owner.open(BUDGETS).text
    assert "Ada warning $0.0021 of $0.0042 this month 50% used, $0.0021 left" in text
    assert "Counts user ada ." in text


def test_calls_without_a_known_cost_are_said_beside_what_is_spent(
    team: Team, owner: Browser
) -> None:
    owner.submit(NEW_BUDGET, **BUDGET | {"scope_provider": "", "scope_project": "", "tags": ""})
    (budget,) = budgets_of(owner)
    path = f"{BUDGETS}/{budget['id']}"
    team.send(an_event(), an_event())
    assert "cost is not known" not in owner.open(BUDGETS).text + owner.open(path).text
    team.send(an_event(provider="acme", model="acme-1"))
    said = "No budget counts 1 call of the last 30 days whose cost is not known. See why"
    assert said in owner.open(BUDGETS).text
    text = owner.open(path).text
    assert "What is spent is without 1 call whose cost is not known. See why" in text
    assert "without 1 call" in text.partition("Spent")[2]


def test_an_unknown_budget_is_not_found(owner: Browser) -> None:
    unknown = f"{BUDGETS}/0192f3c1-7d3e-7000-8000-00000000abcd"
    assert owner.open(unknown).status == 404
    assert owner.submit(f"{unknown}/remove", on="/settings").status == 404
    assert owner.open(f"{BUDGETS}/nonsense").status == 404
    assert owner.open(f"{BUDGETS}?after=nonsense").status == 404


def test_more_budgets_than_fit_are_behind_a_link(owner: Browser) -> None:
    for number in range(51):
        body = {"name": f"Budget {number:02}", "limit_usd": "1"}
        assert owner.client.post("/api/v1/budgets", json=body).status_code == 201
    first = owner.open(BUDGETS)
    assert "Budget 49" in first.text
    assert "Budget 50" not in first.text
    (link,) = [each for each in first.links if "after=" in each]
    second = owner.open(link)
    assert "Budget 50" in second.text
    (shown,) = [each for each in second.links if each.startswith(f"{BUDGETS}/0")]
    assert "Budget 50" in owner.open(shown).text
    assert owner.open(f"{shown}/edit").value("name") == "Budget 50"
