"""In which time zone a page is: the address's, the one chosen, the browser's, or UTC."""

from urllib.parse import parse_qsl, quote, urlsplit

import pytest

from tests.http_client import Team, an_event
from tests.integration.http.browsing import Browser, Page

#: What browsers say where there is no TLS.
FROM_HERE = {"Referer": "http://localhost/dashboard"}
CHOSEN, BROWSERS = "tc_zone", "tc_browser_zone"
REPORTS = ("", "/providers", "/models", "/models/anthropic/a%2Fb", "/queries", "/prices/unpriced")
OTHERS = ("/dashboard/budgets", "/dashboard/keys", "/dashboard/budgets/new", "/settings")


@pytest.fixture
def browser(team: Team) -> Browser:
    team.send(an_event())
    return Browser(team.owner.client)


def shown(page: Page) -> str:
    """The zone that the form of the range stands at."""
    inside = page.html.partition('name="tz"')[2].partition("</select>")[0]
    return inside.partition(" selected")[0].rpartition('value="')[2].rstrip('"')


def reason(page: Page) -> str:
    return page.texts["tz-reason"]


def zones_of_links(page: Page) -> set[str | None]:
    """What the links that ask for something say of the zone."""
    queries = [urlsplit(link).query for link in page.links if link.startswith("/dashboard")]
    return {dict(parse_qsl(query)).get("tz") for query in queries if query}


def choose(browser: Browser, zone: str, before: str, **headers: str) -> Page:
    """Fill in the form of the range; the answer to it."""
    address = f"/dashboard/models/anthropic/a%2Fb?days=7&tz={quote(zone)}&tz_before={quote(before)}"
    answer = browser.client.get(address, headers=headers or FROM_HERE)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"?days=7&tz={quote(zone, safe='')}"
    return browser.open("/dashboard")


@pytest.mark.parametrize("path", REPORTS)
def test_a_report_is_in_the_zone_of_the_browser(browser: Browser, path: str) -> None:
    assert shown(browser.open(f"/dashboard{path}")) == "UTC"
    browser.client.set_cookie(BROWSERS, "Asia/Kathmandu")
    page = browser.open(f"/dashboard{path}")
    assert shown(page) == "Asia/Kathmandu"
    assert "time zone Asia/Kathmandu" in page.text
    assert reason(page) == "This browser's zone. Another choice is remembered."


@pytest.mark.parametrize("own", [None, "Asia/Kathmandu"])
@pytest.mark.parametrize("asked", ["Europe/Berlin", "UTC"])
def test_an_address_that_names_a_zone_wins_and_so_do_its_links(
    browser: Browser, own: str | None, asked: str
) -> None:
    if own:
        browser.client.set_cookie(CHOSEN, own)
    page = browser.open(f"/dashboard?tz={asked}")
    assert shown(page) == asked
    assert zones_of_links(page) == {asked if own or asked != "UTC" else None}
    assert reason(page) == (
        "As the address says. Yours is Asia/Kathmandu." if own
        else "As the address says. Another choice is remembered in this browser."
    )  # fmt: skip


def test_links_name_the_readers_zone_so_that_they_show_others_the_same(browser: Browser) -> None:
    assert zones_of_links(browser.open("/dashboard/queries")) == {None}
    browser.client.set_cookie(BROWSERS, "UTC")
    assert zones_of_links(browser.open("/dashboard/queries")) == {"UTC"}


def test_another_zone_in_the_form_is_remembered(browser: Browser) -> None:
    page = choose(browser, "Europe/Berlin", before="UTC")
    assert shown(page) == "Europe/Berlin"
    assert reason(page) == "Your choice, remembered in this browser."
    browser.client.set_cookie(BROWSERS, "Asia/Kathmandu")
    assert shown(browser.open("/dashboard")) == "Europe/Berlin"


def test_the_cookie_is_out_of_reach_and_lasts_a_year(browser: Browser) -> None:
    address = "/dashboard?tz=Europe/Berlin&tz_before=UTC"
    answer = browser.client.get(address, headers=FROM_HERE)
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("tc_zone=Europe/Berlin;")
    for word in ("Max-Age=31536000", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert word in cookie


def test_who_goes_back_to_the_browsers_zone_follows_the_browser_again(browser: Browser) -> None:
    browser.client.set_cookie(BROWSERS, "Asia/Kathmandu")
    choose(browser, "Europe/Berlin", before="Asia/Kathmandu")
    assert shown(choose(browser, "Asia/Kathmandu", before="Europe/Berlin")) == "Asia/Kathmandu"
    browser.client.set_cookie(BROWSERS, "America/Lima")
    assert shown(browser.open("/dashboard")) == "America/Lima"


def test_other_days_alone_are_no_choice_of_a_zone(browser: Browser) -> None:
    assert shown(choose(browser, "Europe/Berlin", before="Europe/Berlin")) == "UTC"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "cross-site", **FROM_HERE},
        {"Referer": "http://evil.example/"},
        {"Referer": "http://localhost.evil.example/"},
        {"Referer": ""},
    ],
)
def test_a_link_elsewhere_chooses_nothing(browser: Browser, headers: dict[str, str]) -> None:
    assert shown(choose(browser, "Europe/Berlin", before="UTC", **headers)) == "UTC"


def test_a_form_without_a_zone_leads_to_the_zone_that_holds(browser: Browser) -> None:
    answer = browser.client.get("/dashboard?tz_before=UTC", headers=FROM_HERE)
    assert (answer.status_code, answer.headers["Location"]) == (303, "?tz=UTC")


def test_a_link_that_names_a_zone_is_no_choice(browser: Browser) -> None:
    browser.open("/dashboard?tz=Europe/Berlin")
    assert shown(browser.open("/dashboard")) == "UTC"


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "x" * 3_000, '"><script>'])
@pytest.mark.parametrize("cookie", [CHOSEN, BROWSERS])
def test_a_cookie_that_names_no_zone_is_as_none(browser: Browser, cookie: str, zone: str) -> None:
    browser.client.set_cookie(cookie, quote(zone))
    assert shown(browser.open("/dashboard")) == "UTC"
    browser.client.get(f"/dashboard?tz={quote(zone)}&tz_before=UTC", headers=FROM_HERE)
    assert shown(browser.open("/dashboard")) == "UTC"
    refused = browser.open(f"/dashboard?tz={quote(zone)}")
    assert refused.status == 422
    assert '"><script>' not in refused.html


def test_a_choice_that_is_none_is_refused_and_not_kept(browser: Browser) -> None:
    browser.client.set_cookie(CHOSEN, "Asia/Kathmandu")
    answer = browser.client.get("/dashboard?tz=Mars&tz_before=UTC", headers=FROM_HERE)
    assert (answer.status_code, answer.headers["Location"]) == (303, "?tz=Mars")
    assert browser.open("/dashboard?tz=Mars").status == 422
    assert shown(browser.open("/dashboard")) == "Asia/Kathmandu"


@pytest.mark.parametrize("path", OTHERS)
def test_pages_that_are_no_reports_are_in_the_same_zone(browser: Browser, path: str) -> None:
    browser.client.set_cookie(CHOSEN, "Asia/Kathmandu")
    page = browser.open(path)
    assert any("tz=Asia%2FKathmandu" in link for link in page.links)
    if path.endswith("/new"):
        assert '<option value="Asia/Kathmandu" selected>' in page.html


def test_without_a_script_it_is_utc_and_the_page_says_why(browser: Browser) -> None:
    page = browser.open("/dashboard")
    assert reason(page) == "UTC, as this browser has not said its zone. A choice is remembered."


def test_only_a_page_of_a_zone_that_is_not_known_is_loaded_again(browser: Browser) -> None:
    flag = "data-zone-unknown"
    assert flag in browser.open("/dashboard").html
    assert flag not in browser.open("/dashboard?tz=UTC").html
    assert flag not in Browser(browser.client.application.test_client()).open("/login").html
    refused = browser.submit("/dashboard/keys/new", name="")
    assert refused.status == 422
    assert flag not in refused.html, "what was typed would be lost"
    for cookie in (CHOSEN, BROWSERS):
        browser.client.set_cookie(cookie, "UTC")
        assert flag not in browser.open("/dashboard").html
        browser.client.delete_cookie(cookie)
