"""The tables by provider and by model: their order, and their files."""

import csv
import io
import re

import pytest

from tests.http_client import Team, an_event, body_of
from tests.integration.http.browsing import Browser, Page
from tests.integration.http.page_calls import CALLS

MODELS = ["claude-sonnet-4-5", "claude-haiku-4-5", "no-such-model"]


@pytest.fixture(scope="module")
def browser(file_team: Team) -> Browser:
    """The owner's, after the calls have come in."""
    assert file_team.send(*CALLS)["accepted"] == len(CALLS)
    return Browser(file_team.owner.client)


def names(page: Page) -> list[str]:
    """The names of the rows, in their order."""
    link = r"<a [^>]*>(?:<svg.*?</svg>)?<span [^>]*>([^<]*)</span></a>"
    return re.findall(rf'<th scope="row" class="name">\s*{link}', page.html)


def files(page: Page) -> list[str]:
    """Where the files of a page are, CSV first."""
    return [link for link in page.links if link.startswith("/api/v1/usage?")]


def sorted_by(page: Page) -> list[str]:
    return [its["aria-sort"] for tag, its in page.elements if tag == "th" and "aria-sort" in its]


def head(page: Page, sort: str) -> str:
    """The link in the head of a column."""
    (link,) = re.findall(rf'<th [^>]*><a href="([^"]*sort={sort}(?:&amp;[^"]*)?)"', page.html)
    return str(link).replace("&amp;", "&")


def test_a_head_sorts_by_its_column_and_then_the_other_way_round(browser: Browser) -> None:
    first = browser.open("/dashboard/models?days=7")
    assert names(first) == MODELS
    assert sorted_by(first) == ["descending"]
    slowest = browser.open(head(first, "latency_p95"))
    assert "days=7" in head(slowest, "latency_p95")
    quickest = browser.open(head(slowest, "latency_p95"))
    assert sorted_by(quickest) == ["ascending"]
    # A latency that is not known is last either way.
    assert names(slowest) == ["claude-haiku-4-5", "claude-sonnet-4-5", "no-such-model"]
    assert names(quickest) == ["claude-sonnet-4-5", "claude-haiku-4-5", "no-such-model"]


def test_a_choice_beside_the_table_sorts_as_the_heads_do(browser: Browser) -> None:
    page = browser.open("/dashboard/models?days=7&sort=latency_p50")
    choice = page.html.partition('<details class="more sort-choice">')[2].partition("</details>")[0]
    assert "Sorted by p50" in choice
    heads = {name: head(page, name) for name in ("name", "calls", "latency_p50", "cache_hit_rate")}
    links = [link.replace("&amp;", "&") for link in re.findall('href="([^"]*)"', choice)]
    assert set(heads.values()) < set(links)
    assert len(links) == 11


def test_the_column_that_a_table_is_sorted_by_is_shown_whatever_the_room(browser: Browser) -> None:
    """Its head, a cell in each row, and one in the foot."""
    page = browser.open("/dashboard/models?sort=latency_p50")
    shown = [its["class"] for tag, its in page.elements if its.get("class", "").endswith(" by")]
    assert shown == ["sorted right very-wide by", *["right very-wide by"] * 3, "very-wide by"]


@pytest.mark.parametrize("query", ["sort=nonsense", "order=nonsense", "sort=&order="])
def test_an_order_that_there_is_not_is_costliest_first(browser: Browser, query: str) -> None:
    assert names(browser.open(f"/dashboard/models?{query}")) == MODELS


def test_the_order_stays_when_the_range_or_a_filter_changes(browser: Browser) -> None:
    page = browser.open("/dashboard/models?sort=calls&order=asc&environment=x&project=y")
    assert "/dashboard/models?days=7&environment=x&project=y&sort=calls&order=asc" in page.links
    assert "/dashboard/models?environment=x&sort=calls&order=asc" in page.links
    assert page.value("sort") == "calls"


@pytest.mark.parametrize("path", ["providers", "models"])
@pytest.mark.parametrize("query", ["", "?sort=name", "?sort=calls&order=asc&status=success"])
def test_files_hold_what_is_shown_in_its_order(browser: Browser, path: str, query: str) -> None:
    page = browser.open(f"/dashboard/{path}{query}")
    as_csv, as_json = files(page)
    answer = browser.client.get(as_csv)
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert [row[path.removesuffix("s")] for row in rows] == names(page)
    named = rf"truecompute-{path}-\d{{4}}-\d\d-\d\d-to-\d{{4}}-\d\d-\d\d\.csv"
    assert re.search(named, answer.headers["Content-Disposition"])
    document = body_of(browser.client.get(as_json))
    assert [each[path.removesuffix("s")] for each in document["data"]] == names(page)


def test_files_of_calls_go_on_from_the_page_that_is_shown(team: Team) -> None:
    team.send(*(an_event(id=f"n{number:02}", user="ada") for number in range(60)))
    team.send(an_event(id="other"))
    browser = Browser(team.owner.client)
    first = browser.open("/dashboard/queries?user=ada&sort=cost")
    (following,) = [each for each in first.links if "/dashboard" in each and "cursor=" in each]
    second = browser.open(following)
    found = [body_of(browser.client.get(files(page)[1]))["data"] for page in (first, second)]
    assert [len(data) for data in found] == [60, 10]


def test_rows_of_the_api_have_an_order_and_calls_have_their_own(browser: Browser) -> None:
    get = browser.client.get
    rows = body_of(get("/api/v1/usage?view=models&sort=name&order=desc"))["data"]
    assert [row["model"] for row in rows] == sorted(MODELS, reverse=True)
    for query in ("view=models&sort=timestamp", "view=queries&sort=calls", "sort=nonsense"):
        assert get(f"/api/v1/usage?{query}").status_code == 422
    assert get("/api/v1/usage?view=queries&order=asc").status_code == 422
