"""The forms of the list of calls: whatever the address asks for stays when one is sent."""

import re
from html import unescape
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest

from tests.http_client import Team, ago, an_event
from tests.integration.http.browsing import Browser, Page

#: Of every parameter that belongs to the view; two are repeated, and one is no default of its kind.
VIEW = [
    ("tz", "Asia/Kathmandu"), ("days", "7"), ("by", "project"),
    ("provider", "acme"), ("model", "a"), ("model", "b"), ("project", "p & q"),
    ("environment", "e"), ("user", "ada"), ("user", "bob"), ("operation", "chat"),
    ("status", "error"), ("session", "s"), ("trace_id", "t"), ("provider_request_id", "r"),
    ("tag.team", "x"), ("tag.a b&c", '"<>'), ("sort", "cost"),
]  # fmt: skip


@pytest.fixture
def browser(team: Team) -> Browser:
    return Browser(team.owner.client)


def sent_by(page: Page, button: str) -> list[tuple[str, str]]:
    """What a browser sends of the form with this button, filled in as it comes."""
    forms = re.findall(r"<form .*?</form>", page.html, re.DOTALL)
    (form,) = [each for each in forms if f">{button}</button>" in each]
    fields = re.findall(r'<input [^>]*?name="([^"]*)"[^>]*? value="([^"]*)"', form)
    for name, options in re.findall(r'<select [^>]*name="([^"]*)">(.*?)</select>', form, re.DOTALL):
        (chosen,) = re.findall(r'<option value="([^"]*)" selected>', options) or [""]
        fields.append((name, chosen))
    return [(unescape(name), unescape(value)) for name, value in fields if value]


@pytest.mark.parametrize(
    "range_", [[], [("from", "2026-11-01"), ("to", "2026-11-02T10:00:00+01:00")]]
)
def test_the_filter_form_sends_what_the_address_asks_for(
    browser: Browser, range_: list[tuple[str, str]]
) -> None:
    asked = [*range_, *(pair for pair in VIEW if not range_ or pair[0] != "days")]
    page = browser.open(f"/dashboard/queries?{urlencode(asked)}")
    assert sorted(sent_by(page, "Apply")) == sorted(asked)


def test_the_form_of_the_range_changes_nothing_else(browser: Browser) -> None:
    page = browser.open(f"/dashboard/queries?{urlencode(VIEW)}")
    own = ("from", "to", "tz_before")
    kept = [pair for pair in sent_by(page, "Show") if pair[0] not in own]
    assert sorted(kept) == sorted(pair for pair in VIEW if pair[0] != "days")


@pytest.mark.parametrize("pair", [("api_key", "no-such-key"), ("status", "strange")])
def test_what_a_field_does_not_offer_is_kept_all_the_same(
    browser: Browser, pair: tuple[str, str]
) -> None:
    page = browser.open(f"/dashboard/queries?{urlencode([pair])}")
    assert pair in sent_by(page, "Apply")


def test_a_search_asks_for_everything_but_the_filters(browser: Browser) -> None:
    page = browser.open(f"/dashboard/queries?{urlencode(VIEW)}")
    view = [("tz", "Asia/Kathmandu"), ("days", "7"), ("by", "project"), ("sort", "cost")]
    assert sorted(sent_by(page, "Find")) == sorted(view)


@pytest.mark.parametrize("days_ago", [1, 60])
def test_what_a_search_finds_is_shown_in_the_same_view(
    team: Team, browser: Browser, days_ago: int
) -> None:
    team.send(an_event(session="s", timestamp=ago(days=days_ago)))
    place = browser.open("/dashboard/queries?by=project&tz=Asia/Kathmandu&search=s").location
    query = parse_qs(urlsplit(place or "").query)
    assert (query["by"], query["tz"]) == (["project"], ["Asia/Kathmandu"])


@pytest.mark.parametrize("path", ["queries?sort=cost", "models?sort=calls&order=asc"])
def test_a_refused_range_leaves_the_order_as_it_was(browser: Browser, path: str) -> None:
    page = browser.open(f"/dashboard/{path}&from=yesterday&user={quote('a b')}")
    assert page.status == 422
    asked = dict(pair.split("=") for pair in path.partition("?")[2].split("&"))
    sent = dict(sent_by(page, "Show"))
    assert {**asked, "user": "a b"}.items() <= sent.items()
