"""The files of what the pages show: exactly the range, the filters and the chart of the page."""

import csv
import io
import re
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from tests.http_client import Team, ago, an_event, body_of, found, problem_of
from tests.integration.http.browsing import Browser, Page
from tests.integration.http.page_calls import CALLS
from tests.integration.http.page_files import linked, rows_at


@pytest.fixture(scope="module")
def browser(file_team: Team) -> Browser:
    """The owner's, after the calls have come in."""
    assert file_team.send(*CALLS)["accepted"] == len(CALLS)
    return Browser(file_team.owner.client)


def file_of(page: Page, ending: str, view: str) -> str:
    """Where the file of a view is."""
    (link,) = [
        its["href"]
        for tag, its in page.elements
        if tag == "a" and re.fullmatch(rf"truecompute-{view}-.*\.{ending}", its.get("download", ""))
    ]
    return link


def document(browser: Browser, page: Page, view: str) -> dict[str, Any]:
    return body_of(browser.client.get(file_of(page, "json", view)))


def table(browser: Browser, page: Page, view: str) -> list[dict[str, str]]:
    answer = browser.client.get(file_of(page, "csv", view))
    assert answer.mimetype == "text/csv"
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


@pytest.mark.parametrize("view", ["series", "providers", "models"])
def test_each_chart_and_table_of_the_overview_has_its_files(browser: Browser, view: str) -> None:
    page = browser.open("/dashboard?days=7&user=ada&tz=Asia/Kathmandu")
    data = document(browser, page, view)
    assert (data["view"], data["timezone"]) == (view, "Asia/Kathmandu")
    assert len(table(browser, page, view)) == len(data["data"])
    for ending in ("csv", "json"):
        query = parse_qs(urlsplit(file_of(page, ending, view)).query)
        assert query["user"] == ["ada"]


@pytest.mark.parametrize("by", ["model", "project", "environment", "user", "api_key", "tag.team"])
def test_the_charts_files_are_taken_apart_as_the_chart_is(browser: Browser, by: str) -> None:
    page = browser.open(f"/dashboard?days=7&by={by}")
    data = document(browser, page, "series")
    assert data["group_by"] == by
    assert sum(Decimal(row["cost_usd"] or 0) for row in data["data"]) == Decimal("12.00505")
    assert len({row["start"] for row in data["data"]}) == page.html.count('class="chart-slot"') == 7


def test_the_files_of_one_bar_are_the_overviews(browser: Browser) -> None:
    page = browser.open("/dashboard?days=7&by=total")
    data = document(browser, page, "overview")
    assert data["totals"]["cost_usd"] == "12.00505"
    rows = table(browser, page, "overview")
    assert [row["cost_usd"] for row in rows] == [
        point["cost_usd"] or "" for point in data["series"]
    ]


def test_the_files_end_when_the_page_was_made(team: Team) -> None:
    team.send(an_event())
    browser = Browser(team.owner.client)
    page = browser.open("/dashboard")
    team.send(an_event(timestamp=ago()))
    assert sum(row["calls"] for row in document(browser, page, "series")["data"]) == 1


def test_what_changed_is_in_its_file_whole(team: Team) -> None:
    team.send(
        *(an_event(timestamp=ago(days=9), model=f"m{n}", provider_cost_usd="1") for n in range(7)),
        an_event(timestamp=ago(days=2), model="new", provider_cost_usd="5"),
    )
    browser = Browser(team.owner.client)
    page = browser.open("/dashboard?days=7")
    assert "2 further models, less each." in page.text
    rows = table(browser, page, "changes")
    assert rows[0]["model"] == "new"
    assert [row["cause"] for row in rows] == ["new", *["gone"] * 7]
    assert document(browser, page, "changes")["change"]["difference_usd"] == "-2"


def test_a_name_of_a_tag_that_no_call_can_have_is_no_way_of_stacking(browser: Browser) -> None:
    page = browser.open(f"/dashboard?by=tag.{'x' * 65}")
    assert document(browser, page, "series")["group_by"] == "provider"


def a_budget(team: Team, **terms: object) -> str:
    body = {"name": "=Tight", "limit_usd": "0.002", "period": "month", **terms}
    answer = team.owner.client.post("/api/v1/budgets", json=body)
    return str(body_of(answer)["id"])


def test_a_budgets_periods_are_files_with_what_the_page_shows(team: Team) -> None:
    budget = a_budget(team, period="day", limit_usd="0.01")
    team.send(an_event(timestamp=ago(days=2)), an_event(timestamp=ago()))
    browser = Browser(team.owner.client)
    page = browser.open(f"/dashboard/budgets/{budget}")
    as_csv, as_json = linked(page, f"/api/v1/budgets/{budget}/periods")
    document = body_of(browser.client.get(as_json))
    assert document["next_cursor"] is None
    days = document["data"]
    assert [day["spent_usd"] for day in days] == ["0.0021", "0", "0.0021"]
    assert [day["limit_usd"] for day in days] == ["0.01", None, None]
    assert [day["used_share"] for day in days] == [0.21, None, None]
    assert [day["period_end"] for day in days[1:]] == [day["period_start"] for day in days[:-1]]
    rows = rows_at(browser, as_csv)
    assert [row["spent_usd"] for row in rows] == [day["spent_usd"] for day in days]
    assert rows[0].keys() == days[0].keys()


def test_periods_are_of_ones_own_budgets(app: Flask, team: Team) -> None:
    budget = a_budget(found(app, "Other"))
    assert problem_of(team.owner.client.get(f"/api/v1/budgets/{budget}/periods"), 404)


def test_alerts_are_files_that_go_on_from_the_page_that_is_shown(team: Team) -> None:
    for limit in range(60):
        a_budget(team, limit_usd=f"0.0001{limit:02}", thresholds=[100], forecast_thresholds=[])
    team.send(an_event(timestamp=ago()))
    browser = Browser(team.owner.client)
    first = browser.open("/dashboard/alerts")
    (older,) = [link for link in first.links if "after=" in link]
    second = browser.open(older)
    found_rows = [rows_at(browser, linked(page, "/api/v1/alerts")[0]) for page in (first, second)]
    assert [len(rows) for rows in found_rows] == [60, 10]
    assert found_rows[0][50:] == found_rows[1]
    assert {row["budget_name"] for row in found_rows[0]} == {"'=Tight"}
    assert {row["spent_usd"] for row in found_rows[0]} == {"0.0021"}
    listed = body_of(browser.client.get(linked(second, "/api/v1/alerts")[1]))["data"]
    assert [row["id"] for row in found_rows[1]] == [alert["id"] for alert in listed]


def test_a_part_of_the_alerts_names_the_next_one(team: Team) -> None:
    for _ in range(3):
        a_budget(team, thresholds=[100], forecast_thresholds=[])
    team.send(an_event(timestamp=ago()))
    answer = team.owner.client.get("/api/v1/alerts?limit=2&format=csv")
    following = answer.headers["Link"].removeprefix("<").partition(">")[0]
    assert len(rows_at(Browser(team.owner.client), following)) == 1


def test_what_is_unpriced_is_there_as_files(team: Team) -> None:
    team.send(
        an_event(model="=evil", provider="acme", user="ada"),
        an_event(model="other", provider="acme", user="bob"),
    )
    browser = Browser(team.owner.client)
    page = browser.open("/dashboard/prices/unpriced?user=ada&tz=Asia/Kathmandu")
    as_csv, as_json = linked(page, "/api/v1/unpriced")
    (row,) = rows_at(browser, as_csv)
    assert (row["model"], row["reason"], row["calls"]) == ("'=evil", "unknown_model", "1")
    document = body_of(browser.client.get(as_json))
    assert [each["model"] for each in document["data"]] == ["=evil"]
    assert document["timezone"] == "Asia/Kathmandu"


@pytest.mark.parametrize(
    ("path", "first"), [("/api/v1/alerts", "id"), ("/api/v1/unpriced", "provider")]
)
def test_a_file_without_rows_names_its_columns(team: Team, path: str, first: str) -> None:
    answer = team.owner.client.get(f"{path}?format=csv")
    (header,) = csv.reader(io.StringIO(answer.text, newline=""))
    assert header[0] == first
