"""The overview and the tables: totals, rows, ranges, and the wait for the first event."""

import re

import pytest
from flask import Flask

from tests.http_client import Team, ago, an_event, new_email, sign_up
from tests.integration.http.browsing import Browser, Page
from tests.integration.http.page_calls import CALLS, shown_calls


@pytest.fixture(scope="module")
def browser(file_team: Team) -> Browser:
    """The owner's, after the calls have come in."""
    assert file_team.send(*CALLS)["accepted"] == len(CALLS)
    return Browser(file_team.owner.client)


@pytest.fixture
def empty(team: Team) -> Browser:
    """Of an organization without an event."""
    return Browser(team.owner.client)


def total_of(page: Page) -> str:
    """The exact total, which stands in the title of the one that is read."""
    found = re.search(r'<strong>\s*<span title="\$([\d.]+)"', page.html)
    assert found is not None
    return found[1]


def test_the_total_is_the_sum_of_what_is_known_to_the_last_digit(browser: Browser) -> None:
    """claude-sonnet-4-5 above 200,000 tokens: $6 and $22.50; below: $3 and $15; haiku $1 and $5.

    2,000,000 x 6 + 100 x 22.5 + 200 x 3 + 100 x 15 + 200 x 1 + 100 x 5
    = 12,000,000 + 2,250 + 600 + 1,500 + 200 + 500 = 12,005,050 millionths.
    """
    page = browser.open("/dashboard")
    assert total_of(page) == "12.00505"
    assert re.search(
        r'aria-hidden="true">\$12.01</span><span class="[^"]*">\$12.00505</span>', page.html
    )
    assert "80% of calls priced" in page.text
    assert "1 call is unpriced" in page.text
    assert "1 failed call" in page.text


def test_what_is_unpriced_leads_to_why_and_to_its_repair(browser: Browser) -> None:
    page = browser.open("/dashboard?days=7")
    (link,) = [each for each in page.links if each.startswith("/dashboard/prices/unpriced?")]
    assert link == "/dashboard/prices/unpriced?days=7"
    repair = browser.open(link)
    assert "no-such-model acme no price is known for this name" in repair.text
    assert any("own/prices" in each and "no-such-model" in each for each in repair.links)


def test_what_is_priced_in_part_leads_there_too(team: Team) -> None:
    team.send(an_event(usage={"input": 10, "output_image": 5}))
    page = Browser(team.owner.client).open("/dashboard")
    assert re.search(r'href="/dashboard/prices/unpriced">1 partial</a>', page.html)


def test_the_figures_of_the_chart_stand_in_a_table_behind_it(browser: Browser) -> None:
    page = browser.open("/dashboard?days=7")
    rows = re.findall(r'<th scope="row" class="name nowrap"><a href="[^"]*">([^<]+)</a>', page.html)
    assert len(rows) == 7
    assert page.html.count('class="chart-slot"') == 7


def test_rows_are_costliest_first_and_unknown_costs_are_not_zero(browser: Browser) -> None:
    page = browser.open("/dashboard/models")
    order = [page.text.index(model) for model in ("claude-sonnet", "claude-haiku", "no-such")]
    assert order == sorted(order)
    assert re.search(r"no-such-model acme 1 call .{0,20} unknown", page.text)
    assert "$12.00505" in page.html
    providers = browser.open("/dashboard/providers")
    assert re.search(r"anthropic 4 calls .*? \$12\.01", providers.text)


def test_a_rows_link_leads_to_its_calls(browser: Browser) -> None:
    page = browser.open("/dashboard/models?days=7")
    own, *calls = [each for each in page.links if "claude-haiku" in each]
    assert own == "/dashboard/models/anthropic/claude-haiku-4-5?days=7"
    assert set(calls) == {
        "/dashboard/queries?days=7&provider=anthropic&model=claude-haiku-4-5",
    }
    assert shown_calls(browser.open(calls[0])) == ["other"]


def test_a_key_is_named_in_its_chip(browser: Browser, file_team: Team) -> None:
    for path in ("/dashboard", "/dashboard/models", "/dashboard/queries"):
        page = browser.open(f"{path}?api_key={file_team.key_id}")
        assert "api key Default key" in page.text


@pytest.mark.parametrize("path", ["", "/providers", "/models", "/queries"])
@pytest.mark.parametrize(
    ("query", "field", "said"),
    [
        ("from=yesterday", "from", "Must be an RFC 3339 time"),
        ("from=2026-11-02&to=2026-11-01", "from", "Must not be after the last day."),
    ],
)
def test_a_refused_range_is_said_beside_its_field_and_kept(
    browser: Browser, path: str, query: str, field: str, said: str
) -> None:
    page = browser.open(f"/dashboard{path}?{query}&user=ada")
    assert page.status == 422
    assert said in page.error(field)
    assert page.value("from") == query.partition("=")[2].partition("&")[0]
    assert page.value("user") == "ada"


def test_an_unknown_time_zone_is_said(browser: Browser) -> None:
    page = browser.open("/dashboard?tz=Mars/Olympus")
    assert page.status == 422
    assert "Must be an IANA time zone" in page.text
    assert browser.open("/dashboard/keys?tz=Mars/Olympus").status == 200


def test_the_empty_dashboard_waits_with_a_command_and_turns_live(team: Team) -> None:
    browser = Browser(team.owner.client)
    waiting = browser.open("/dashboard")
    assert "Waiting for the first event" in waiting.text
    assert "tc_live_YOUR_KEY" in waiting.texts["command"]
    assert browser.open("/dashboard/arrival").status == 204
    team.send(an_event(timestamp=ago(days=80)))
    assert browser.open("/dashboard/arrival").status == 200
    # The event is older than the range shown, but the organization is not new any more.
    assert "Total cost" in browser.open("/dashboard").text


TABLES = ("/dashboard/providers", "/dashboard/models", "/dashboard/queries")


@pytest.mark.parametrize("path", [*TABLES, "/dashboard/prices/unpriced", "/dashboard/models/a/b"])
def test_before_the_first_call_every_report_leads_to_how_one_is_sent(
    empty: Browser, path: str
) -> None:
    page = empty.open(path)
    assert page.status == 200
    assert "No calls yet" in page.text
    assert "Send a first call" in page.text


@pytest.mark.parametrize("path", ["/dashboard", *TABLES])
def test_where_a_range_has_no_calls_a_way_on_is_offered(team: Team, path: str) -> None:
    team.send(an_event(timestamp=ago(days=80)))
    browser = Browser(team.owner.client)
    page = browser.open(path)
    assert "There are none in this range." in page.text
    assert f"{path}?days=90" in page.links
    page = browser.open(f"{path}?days=90&model=none")
    assert "Nothing in this range passes these filters." in page.text
    assert "Take the filters off" in page.text
    assert "No calls here" not in browser.open(f"{path}?days=90").text


def test_the_chart_says_what_it_draws_where_no_cost_is_known(team: Team) -> None:
    browser = Browser(team.owner.client)
    team.send(an_event())
    assert "Only calls without a known cost" not in browser.open("/dashboard").text
    team.send(an_event(timestamp=ago(days=2), model="no-such-model"))
    for by in ("total", "provider"):
        assert "Only calls without a known cost" in browser.open(f"/dashboard?by={by}").text


@pytest.mark.parametrize("page", ["", "/models", "/models/acme/mystery", "/chart.svg"])
def test_a_call_that_failed_for_nothing_does_not_make_the_others_of_a_model_free(
    team: Team, page: str
) -> None:
    own = {"provider": "acme", "model": "mystery"}
    team.send(an_event(**own), an_event(**own, usage=None, status="error"))
    text = Browser(team.owner.client).open(f"/dashboard{page}").text
    shown = text.partition("The figures of this chart")[0].partition("Cache savings")[0]
    assert "unknown" in shown
    assert "$0.00" not in shown.replace("≥ $0.00", "")


def test_budgets_in_danger_stand_above_the_totals(team: Team) -> None:
    budget = {"name": "Tight", "limit_usd": "0.002", "period": "month"}
    answer = team.owner.client.post("/api/v1/budgets", json=budget)
    assert answer.status_code == 201
    browser = Browser(team.owner.client)
    team.send(an_event(timestamp=ago(seconds=1)))
    page = browser.open("/dashboard")
    assert "Tight exceeded $0.0021 of $0.002 this month" in page.text


def test_of_many_budgets_in_danger_the_worst_stand_there_and_the_others_are_counted(
    team: Team,
) -> None:
    """Of sixty, the last ones are the tightest: they are not among the fifty that are oldest."""
    for number in range(60):
        limit = "9" if number < 56 else f"0.00{60 - number}"
        budget = {"name": f"Budget {number}", "limit_usd": limit, "forecast_thresholds": []}
        assert team.owner.client.post("/api/v1/budgets", json=budget).status_code == 201
    team.send(an_event(timestamp=ago(seconds=1)))
    page = Browser(team.owner.client).open("/dashboard")
    card = page.text.partition("Budgets in danger")[2].partition("Total cost")[0]
    assert re.findall(r"Budget (\d+)", card) == ["59", "58", "57"]
    assert card.startswith(" 1 more in danger")


def test_somebody_before_onboarding_is_sent_there(app: Flask) -> None:
    browser = Browser(sign_up(app, new_email()).client)
    for path in ("/dashboard", "/dashboard/queries", "/settings"):
        assert browser.open(path).location == "/onboarding"
