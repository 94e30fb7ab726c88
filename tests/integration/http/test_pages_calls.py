"""Single calls as pages: the list with its filters and pages, and one call explained."""

import re
from urllib.parse import quote

import pytest
from flask import Flask

from tests.http_client import Team, ago, an_event, found
from tests.integration.http.browsing import Browser, Page
from tests.integration.http.page_calls import CALLS, shown_calls


@pytest.fixture(scope="module")
def browser(file_team: Team) -> Browser:
    """The owner's, after the calls have come in."""
    assert file_team.send(*CALLS)["accepted"] == len(CALLS)
    return Browser(file_team.owner.client)


def following(page: Page) -> list[str]:
    """Where a list goes on."""
    return [each for each in page.links if "/dashboard" in each and "cursor=" in each]


def test_calls_are_listed_newest_costliest_or_slowest_first(browser: Browser) -> None:
    costly = shown_calls(browser.open("/dashboard/queries?sort=cost"))
    assert costly == ["dear", "cheap", "other", "failed", "unknown"]
    slow = shown_calls(browser.open("/dashboard/queries?sort=latency"))
    assert slow[:3] == ["other", "dear", "cheap"]
    assert set(shown_calls(browser.open("/dashboard/queries?sort=nonsense"))) == set(costly)


@pytest.mark.parametrize(
    ("query", "calls"),
    [
        ("user=ada", {"dear"}),
        ("status=error", {"failed"}),
        ("project=checkout&project=nothing", {"other"}),
        ("tag.team=search+%26+find", {"cheap"}),
        ("provider=acme&user=ada", set()),
        ("api_key=nonsense", set()),
    ],
)
def test_filters_select_calls_and_are_shown_as_chips(
    browser: Browser, query: str, calls: set[str]
) -> None:
    page = browser.open(f"/dashboard/queries?{query}")
    assert set(shown_calls(page)) == calls
    assert page.html.count('class="chip"') == query.count("=")


def test_a_chip_is_taken_off_by_its_link(browser: Browser) -> None:
    page = browser.open("/dashboard/queries?user=ada&status=success&tz=Asia/Kolkata")
    assert "/dashboard/queries?tz=Asia%2FKolkata&status=success" in page.links
    assert "/dashboard/queries?tz=Asia%2FKolkata" in page.links


def test_the_next_page_goes_on_where_the_last_one_ended(team: Team) -> None:
    sent = [an_event(id=f"n{number:03}", timestamp=ago(seconds=number)) for number in range(60)]
    team.send(*sent)
    browser = Browser(team.owner.client)
    first = browser.open("/dashboard/queries?days=7")
    (link,) = following(first)
    second = browser.open(link)
    assert shown_calls(first) + shown_calls(second) == [str(each["id"]) for each in sent]
    assert following(second) == []


def test_a_made_up_cursor_is_refused(browser: Browser) -> None:
    page = browser.open("/dashboard/queries?cursor=nonsense")
    assert page.status == 422
    assert "Is not a cursor of this list." in page.text


def test_a_call_is_explained_line_by_line(browser: Browser) -> None:
    """200 x $3 and 100 x $15 for a million: $0.0006 + $0.0015 = $0.0021."""
    text = browser.open("/dashboard/queries/cheap").text
    assert "$0.0021" in text
    assert "$3 per 1M $0.0006" in text
    assert "$15 per 1M $0.0015" in text
    assert "Total $0.0021" in text
    assert "anthropic / claude-sonnet-4-5" in text
    assert "search & find" in text


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ({"provider": "acme", "model": "x"}, "Unknown is not free."),
        ({"usage": None, "status": "error"}, "failed before it produced anything"),
        ({"provider_cost_usd": "0.5"}, "The provider stated this cost"),
        ({"usage_status": "estimated"}, "that the sender estimated"),
        ({"usage_status": "partial"}, "Sum of what is known"),
        ({"usage": {"input": 1, "input_audio": 5}}, "Without a price: input audio."),
        ({"service_tier": "gold"}, "priced as default"),
        ({"provider_usage": {"input_tokens": 5, "x": 0.1}}, '"x": 0.1'),
    ],
)
def test_a_call_says_where_its_cost_comes_from(
    team: Team, event: dict[str, object], said: str
) -> None:
    team.send(an_event(id="it", **event))
    page = Browser(team.owner.client).open("/dashboard/queries/it")
    assert page.status == 200
    assert said in page.text.replace("&#34;", '"')


@pytest.mark.parametrize("event_id", ["a/b", "a/../b", "//x", "100%", "ä?#&", "<b>", "a\nb"])
def test_calls_of_any_id_can_be_opened_from_the_list(team: Team, event_id: str) -> None:
    team.send(an_event(id=event_id))
    browser = Browser(team.owner.client)
    (link,) = shown_calls(browser.open("/dashboard/queries"))
    assert link == quote(event_id, safe="")
    assert browser.open(f"/dashboard/queries/{link}").status == 200


def test_an_unknown_call_is_a_page_that_says_so(browser: Browser) -> None:
    page = browser.open("/dashboard/queries/nothing")
    assert page.status == 404
    assert "There is no such event." in page.text


def test_another_organizations_calls_are_not_found(app: Flask, browser: Browser) -> None:
    stranger = Browser(found(app, "Other").owner.client)
    assert browser.open("/dashboard/queries/dear").status == 200
    assert stranger.open("/dashboard/queries/dear").status == 404
    assert "dear" not in stranger.open("/dashboard/queries").text


def test_times_are_shown_in_the_zone_of_the_address(team: Team) -> None:
    team.send(an_event(id="it", timestamp=ago(hours=2)))
    browser = Browser(team.owner.client)
    pages = [browser.open(f"/dashboard/queries{tz}").text for tz in ("", "?tz=Asia/Kathmandu")]
    times = [re.search(r"\d\d:(\d\d):\d\d", page) for page in pages]
    minutes = [int(found[1]) for found in times if found]
    # Nepal is 5 hours and 45 minutes ahead.
    assert (minutes[1] - minutes[0]) % 60 == 45
    assert "(Asia/Kathmandu)" in pages[1]
