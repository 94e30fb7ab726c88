"""The forms of the reports: whatever the address asks for stays when one is sent."""

import re
from collections.abc import Callable
from html import unescape
from urllib.parse import parse_qs, parse_qsl, quote, urlencode, urlsplit

import pytest
from flask import Flask

from tests.http_client import Team, ago, an_event, found
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


#: Pages with filters, and the order of their rows where it can be chosen.
PAGES = {
    "": "",
    "/providers": "sort=calls&order=asc",
    "/models": "sort=calls",
    "/models/acme/m": "",
    "/queries": "sort=cost",
    "/prices/unpriced": "",
}


def added(browser: Browser, page: str, **fields: str) -> Page:
    """What a browser is answered that sends the form as it comes, but for these fields."""
    path = page.partition("?")[0]
    came = [pair for pair in sent_by(browser.open(page), "Add") if pair[0] not in fields]
    return browser.open(f"{path}?{urlencode([*came, *fields.items()])}")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("range_", [{"days": "7"}, {"from": "2026-11-01", "to": "2026-11-02"}])
def test_a_filter_is_added_beside_whatever_the_address_asks_for(
    browser: Browser, path: str, range_: dict[str, str]
) -> None:
    # A model's page is without filters by another one.
    left_out = {"days", "sort", *(("provider", "model") if path == "/models/acme/m" else ())}
    asked = [*range_.items(), *(pair for pair in VIEW if pair[0] not in left_out)]
    order = parse_qsl(PAGES[path])
    page = f"/dashboard{path}?{urlencode([*asked, ('compare', 'off'), *order])}"
    answer = added(browser, page, add="project", value="new & old")
    assert answer.status == 302
    place, _, query = str(answer.location).partition("?")
    expected = [*asked, ("compare", "off"), ("project", "new & old"), *order]
    # Of the same page, whatever is escaped in its path.
    assert place == ""
    assert sorted(parse_qsl(query)) == sorted(expected)


@pytest.mark.parametrize(
    ("fields", "query"),
    [
        ({"add": "model", "value": "<b>'x"}, "model=%3Cb%3E%27x"),
        ({"add": "tag.a b", "value": "ü=&"}, "tag.a+b=%C3%BC%3D%26"),
        ({"add": "tag.", "tag": "team", "value": "x"}, "tag.team=x"),
        ({"add": "status", "a_status": "error", "value": "not this"}, "status=error"),
        ({"add": "api_key", "a_key": "k", "value": "not this"}, "api_key=k"),
        ({"add": "session", "value": "s"}, "session=s"),
    ],
)
def test_each_kind_of_filter_takes_its_own_field(
    browser: Browser, fields: dict[str, str], query: str
) -> None:
    page = browser.open(f"/dashboard/models?{urlencode(fields)}")
    assert (page.status, page.location) == (302, f"?{query}")


def test_the_same_filter_is_not_added_twice_and_another_value_is_an_alternative(
    browser: Browser,
) -> None:
    page = browser.open("/dashboard?user=ada&add=user&value=ada")
    assert page.location == "?user=ada"
    page = browser.open("/dashboard?user=ada&add=user&value=bob")
    assert page.location == "?user=ada&user=bob"


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("add=model", {"value"}),
        ("add=tag.", {"tag", "value"}),
        ("add=tag.&value=x", {"tag"}),
        ("add=tag.&tag=team", {"value"}),
        ("add=nonsense&value=x", set()),
        ("", set()),
    ],
)
def test_what_is_left_out_is_said_beside_its_field(
    browser: Browser, query: str, wrong: set[str]
) -> None:
    page = browser.open(f"/dashboard/queries?{query}")
    assert page.status == 200
    said = {name for name in ("tag", "value") if f"filter-{name}-error" in page.texts}
    assert said == wrong
    assert {page.error(f"filter-{name}") for name in wrong} <= {"Must not be empty."}
    opened = [found for tag, found in page.elements if tag == "details" and "open" in found]
    assert len(opened) == int(bool(query))


@pytest.mark.parametrize("path", ["", "/providers", "/models", "/queries"])
def test_a_value_that_nothing_has_leaves_its_chip_and_says_so(
    team: Team, browser: Browser, path: str
) -> None:
    team.send(an_event())
    page = browser.open(f"/dashboard{path}")
    place = browser.open(f"/dashboard{path}?add=model&value={quote('<i>none')}").location
    page = browser.open(f"/dashboard{path}{place}")
    assert "Nothing in this range passes these filters." in page.text
    assert page.html.count('class="chip"') == 1
    assert f"/dashboard{path}" in page.links
    assert "&lt;i&gt;none" in page.html


def test_values_that_the_page_shows_are_suggested_and_the_organizations_own_alone(
    app: Flask, team: Team, browser: Browser
) -> None:
    team.send(an_event(model='"><b>', project="p", user="two\nlines", tags={"team": "x"}))
    found(app, "Other").send(an_event(model="secret", tags={"secret": "x"}))
    assert suggestions(browser.open("/dashboard")) == {
        ("provider", "anthropic"), ("model", '"><b>')
    }  # fmt: skip
    assert suggestions(browser.open("/dashboard?by=project")) >= {("project", "p")}
    assert suggestions(browser.open("/dashboard/providers")) == {("provider", "anthropic")}
    assert suggestions(browser.open("/dashboard/models")) >= {("model", '"><b>')}
    assert suggestions(browser.open("/dashboard/queries")) == {
        ("provider", "anthropic"), ("model", '"><b>'), ("project", "p"), ("tag.team", "x")
    }  # fmt: skip


def suggestions(page: Page) -> set[tuple[str, str]]:
    return {
        (found["data-of"], found["value"])
        for tag, found in page.elements
        if tag == "option" and "data-of" in found
    }


def test_keys_and_tags_are_chosen_by_their_names(
    team: Team, browser: Browser, add_up: Callable[[], None]
) -> None:
    team.send(an_event(tags={"</select>&": "x", "team": ""}))
    add_up()
    page = browser.open("/dashboard/models")
    values = [found["value"] for tag, found in page.elements if tag == "option"]
    tags = [value for value in values if value.startswith("tag.")]
    assert tags == ["tag.</select>&", "tag.team", "tag."]
    assert team.key_id in values


def test_the_form_of_the_range_changes_nothing_else(browser: Browser) -> None:
    page = browser.open(f"/dashboard/queries?{urlencode(VIEW)}")
    own = ("from", "to", "tz_before")
    kept = [pair for pair in sent_by(page, "Show") if pair[0] not in own]
    assert sorted(kept) == sorted(pair for pair in VIEW if pair[0] != "days")


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
