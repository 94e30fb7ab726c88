"""The files of what the pages show: exactly the range, the filters and the chart of the page."""

import csv
import io
import re
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.http_client import Team, ago, an_event, body_of
from tests.integration.http.browsing import Browser, Page
from tests.integration.http.page_calls import CALLS


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
