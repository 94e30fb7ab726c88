"""The search for a call by any name of it, and what happened around a call."""

import re
from urllib.parse import quote

import pytest

from tests.http_client import Team, ago, an_event
from tests.integration.http.browsing import Browser
from tests.integration.http.page_calls import shown_calls


@pytest.fixture
def browser(team: Team) -> Browser:
    return Browser(team.owner.client)


@pytest.mark.parametrize("field", ["trace_id", "session", "provider_request_id"])
def test_calls_are_found_by_the_name_of_what_they_belong_to(
    team: Team, browser: Browser, field: str
) -> None:
    team.send(an_event(id="one", **{field: "a b/<c>"}), an_event(id="other"))
    to = browser.open(f"/dashboard/queries?search={quote(' a b/<c> ')}&user=nobody").location
    assert to is not None
    page = browser.open(to)
    assert shown_calls(page) == ["one"]
    assert page.html.count('class="chip"') == 1
    (link,) = [each for each in browser.open("/dashboard/queries/one").links if field in each]
    assert shown_calls(browser.open(link)) == ["one"]


def test_a_call_is_found_by_its_id_and_a_session_whenever_it_was(
    team: Team, browser: Browser
) -> None:
    team.send(an_event(id="a/b", session="s", timestamp=ago(days=60)))
    assert browser.open("/dashboard/queries?search=a/b").location == "/dashboard/queries/a%2Fb"
    to = browser.open("/dashboard/queries?search=s").location
    assert to is not None
    assert shown_calls(browser.open(to)) == ["a%2Fb"]


@pytest.mark.parametrize("name", ["nothing", "<script>", "x" * 300, "100%"])
def test_a_name_of_nothing_is_said_and_kept(browser: Browser, name: str) -> None:
    page = browser.open(f"/dashboard/queries?search={quote(name)}")
    assert page.status == 200
    assert "Nothing has this id" in page.text
    assert page.value("search") == name


def test_the_calls_around_one_are_in_order_with_the_total_of_the_trace(
    team: Team, browser: Browser
) -> None:
    """Four calls of $0.0021 each."""
    moments = {f"c{number}": ago(seconds=60 - number) for number in range(4)}
    team.send(*(an_event(id=name, trace_id="t", timestamp=at) for name, at in moments.items()))
    page = browser.open("/dashboard/queries/c1")
    assert shown_calls(page) == ["c0", "c2", "c3"]
    assert "Around it: its trace 4 calls" in page.text
    assert page.html.count('title="$0.0084"') == 2
    assert "this call" in page.text
    assert re.search(r"\d\s(ms|s) after", page.text)


def test_a_call_on_its_own_has_nothing_around_it(team: Team, browser: Browser) -> None:
    team.send(an_event(id="alone", trace_id="t", session="s"))
    assert "Around it" not in browser.open("/dashboard/queries/alone").text
