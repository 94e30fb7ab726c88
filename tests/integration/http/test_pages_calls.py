"""Single calls as pages: the list with its filters and pages, and one call explained."""

import re
from itertools import pairwise
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
    return _led_to(page, "next")


def previous(page: Page) -> list[str]:
    """Where it goes back."""
    return _led_to(page, "prev")


def _led_to(page: Page, rel: str) -> list[str]:
    return [found["href"] for tag, found in page.elements if tag == "a" and found.get("rel") == rel]


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


@pytest.mark.parametrize("sort", ["timestamp", "cost", "latency"])
def test_the_way_back_leads_through_the_same_pages(team: Team, sort: str) -> None:
    """Of 120 calls, a third with the same cost and a third without one."""
    shapes = ({"usage": None}, {"usage": {"input": 10}}, {"latency_ms": 7})
    sent = [
        an_event(id=f"n{number:03}", timestamp=ago(seconds=number // 4), **shapes[number % 3])
        for number in range(120)
    ]
    team.send(*sent)
    browser = Browser(team.owner.client)
    address = f"/dashboard/queries?days=7&user=&sort={sort}"
    pages = [browser.open(address)]
    while links := following(pages[-1]):
        pages.append(browser.open(links[0]))
    assert [len(shown_calls(page)) for page in pages] == [50, 50, 20]
    assert previous(pages[0]) == []
    for earlier, page in pairwise(pages):
        (link,) = previous(page)
        answer = browser.open(link)
        assert answer.status == 302
        assert shown_calls(browser.open(str(answer.location))) == shown_calls(earlier)
    assert browser.open(previous(pages[1])[0]).location == f"/dashboard/queries?days=7&sort={sort}"


def test_the_way_back_ends_at_the_first_page_whatever_has_come_in(team: Team) -> None:
    team.send(*(an_event(id=f"old-{n:02}", timestamp=ago(hours=1, seconds=n)) for n in range(60)))
    browser = Browser(team.owner.client)
    second = browser.open(following(browser.open("/dashboard/queries"))[0])
    team.send(*(an_event(id=f"new-{n}", timestamp=ago(minutes=1 + n)) for n in range(3)))
    before = browser.open(str(browser.open(previous(second)[0]).location))
    assert shown_calls(before) == [f"old-{n:02}" for n in range(50)]
    top = browser.open(str(browser.open(previous(before)[0]).location))
    assert shown_calls(top) == ["new-0", "new-1", "new-2", *(f"old-{n:02}" for n in range(47))]
    assert previous(top) == []


@pytest.mark.parametrize("name", ["cursor", "before"])
def test_a_made_up_cursor_is_refused(browser: Browser, name: str) -> None:
    page = browser.open(f"/dashboard/queries?{name}=nonsense")
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
