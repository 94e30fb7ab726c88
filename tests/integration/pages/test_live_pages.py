"""Open pages that follow what comes in, in a real browser, by themselves."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from entrypoints.http.cookies import SESSION_COOKIE
from tests.http_client import Team, ago, an_event, found
from tests.integration.pages.looking import Reader, a_reader

#: The product promises five seconds; a machine that is shared may take longer over everything.
PATIENCE_MS = 30_000
#: Each costs $0.0021; the first two are there before anybody looks.
FIRST = 2


@dataclass(frozen=True, slots=True)
class Desk:
    """A browser, the address of the application, and a team with ``FIRST`` calls."""

    browser: Browser
    url: str
    team: Team

    def reader(self) -> Reader:
        return a_reader(self.browser, self.url, self.team.owner.session)

    def open(self, path: str) -> Page:
        """The page in a tab of its own."""
        page = self.reader().page
        page.goto(path)
        return page


@pytest.fixture
def desk(app_and_url: tuple[Flask, str], browser: Browser) -> Desk:
    app, url = app_and_url
    team = found(app)
    team.send(*(an_event(timestamp=ago(hours=number + 1)) for number in range(FIRST)))
    return Desk(browser, url, team)


def mark(page: Page) -> None:
    """Leave something in the document that a reload would take away."""
    page.evaluate("document.documentElement.dataset.mark = 'here'")


def expect_no_reload(page: Page) -> None:
    assert page.evaluate("document.documentElement.dataset.mark") == "here"


def total(page: Page) -> str:
    return page.locator(".hero-amount strong").inner_text()


def test_a_new_call_is_on_the_overview_within_seconds_and_nobody_is_disturbed(desk: Desk) -> None:
    reader = desk.reader()
    page = reader.page
    page.set_viewport_size({"width": 1280, "height": 500})
    page.goto("/dashboard")
    assert total(page) == "$0.0042"
    mark(page)
    page.get_by_text("The figures of this chart").click()
    page.locator(".range summary").first.click()
    page.get_by_label("First day").focus()
    page.evaluate("scrollTo(0, 120)")

    desk.team.send(an_event(timestamp=ago(seconds=1)))

    expect(page.locator(".hero-amount strong")).to_have_text("$0.0063", timeout=PATIENCE_MS)
    expect_no_reload(page)
    expect(page.get_by_label("First day")).to_be_focused()
    assert page.locator("details.chart-data").get_attribute("open") is not None
    assert page.evaluate("scrollY") == 120
    assert reader.findings == []


def test_a_new_call_comes_on_top_of_the_list_and_the_rows_stay_the_same(desk: Desk) -> None:
    reader = desk.reader()
    page = reader.page
    page.goto("/dashboard/queries")
    mark(page)
    rows = page.locator("tbody tr")
    before = [rows.nth(number).get_attribute("data-key") for number in range(FIRST)]
    page.get_by_text("Filter", exact=True).click()
    page.get_by_label("Value", exact=True).fill("half a na")
    rows.nth(1).get_by_role("link").evaluate("link => { link.dataset.mine = 'yes'; }")

    desk.team.send(an_event(timestamp=ago(seconds=1), id="newest", model="claude-haiku-4-5"))

    expect(rows).to_have_count(FIRST + 1, timeout=PATIENCE_MS)
    assert [rows.nth(n).get_attribute("data-key") for n in range(3)] == ["newest", *before]
    expect_no_reload(page)
    expect(page.get_by_label("Value", exact=True)).to_be_focused()
    expect(page.get_by_label("Value", exact=True)).to_have_value("half a na")
    assert reader.findings == []


def test_the_focus_on_a_call_stays_on_that_call(desk: Desk) -> None:
    page = desk.open("/dashboard/queries")
    last = page.locator("tbody tr").nth(FIRST - 1)
    call = last.get_attribute("data-key")
    last.get_by_role("link").focus()
    desk.team.send(an_event(timestamp=ago(seconds=1)))
    expect(page.locator("tbody tr")).to_have_count(FIRST + 1, timeout=PATIENCE_MS)
    focused = page.evaluate("document.activeElement.closest('tr').dataset.key")
    assert focused == call


def test_an_organizations_first_budget_in_danger_comes_above_what_stays(desk: Desk) -> None:
    page = desk.open("/dashboard")
    page.get_by_text("The figures of this chart").click()
    budget = {"name": "Tight", "limit_usd": "0.004"}
    assert desk.team.owner.client.post("/api/v1/budgets", json=budget).status_code == 201
    desk.team.send(an_event(timestamp=ago(seconds=1)))
    section = page.get_by_role("region", name="Budgets in danger")
    expect(section.get_by_text("Tight")).to_be_visible(timeout=PATIENCE_MS)
    assert page.locator("details.chart-data").get_attribute("open") is not None


def test_a_server_that_is_gone_is_told_until_it_is_back(desk: Desk) -> None:
    page = desk.open("/dashboard?tz=Asia/Kolkata")
    told = page.locator("[data-lost]")
    button = page.get_by_role("button", name="Live")
    dot = "button => getComputedStyle(button.querySelector('.live-dot')).backgroundColor"
    green = button.evaluate(dot)
    page.route(re.compile("/dashboard"), lambda route: route.abort())
    expect(told).to_have_text(re.compile(r"^Not connected since \d\d:\d\d$"), timeout=PATIENCE_MS)
    expect(page.get_by_role("status")).to_contain_text("Not connected")
    assert button.evaluate(dot) != green
    page.unroute(re.compile("/dashboard"))
    expect(told).to_be_empty(timeout=PATIENCE_MS)
    assert button.evaluate(dot) == green


def test_what_is_not_followed_is_not_told_to_be_lost(desk: Desk) -> None:
    page = desk.open("/dashboard")
    page.route(re.compile("/dashboard"), lambda route: route.abort())
    expect(page.locator("[data-lost]")).not_to_be_empty(timeout=PATIENCE_MS)
    page.get_by_role("button", name="Live").click()
    expect(page.locator("[data-lost]")).to_be_empty()


def test_an_unchanged_page_is_answered_without_a_body(desk: Desk) -> None:
    page = desk.reader().page
    page.goto("/dashboard")
    with page.expect_response(re.compile(r"/dashboard\?tz=UTC$")) as asked:
        pass
    assert asked.value.status == 304


def test_without_scripts_the_page_is_as_it_was(desk: Desk) -> None:
    context = desk.browser.new_context(base_url=desk.url, java_script_enabled=False)
    token = desk.team.owner.session
    context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": desk.url}])
    page = context.new_page()
    page.goto("/dashboard")
    assert total(page) == "$0.0042"
    assert not page.get_by_role("button", name="Live").is_visible()


#: Stands in for the network, so that only the page's own clock decides when it asks.
_NO_NETWORK = """Object.assign(window, { asked: 0, status: 304, fetch: async () => {
    window.asked += 1;
    return new Response(null, { status: window.status });
} })"""


class Clocked:
    """The overview whose time stands still until a test moves it."""

    def __init__(self, desk: Desk) -> None:
        self.page = desk.reader().page
        self.page.add_init_script(_NO_NETWORK)
        now = datetime.now(UTC)
        self.page.clock.install(time=now)
        self.page.clock.pause_at(now + timedelta(seconds=1))
        self.page.goto("/dashboard")

    @property
    def asked(self) -> int:
        """How often the page has asked."""
        return int(self.page.evaluate("asked"))

    def answers(self, status: int) -> None:
        self.page.evaluate("status => { window.status = status; }", status)

    def after(self, seconds: int) -> int:
        """How often it has asked after as much more time."""
        for _ in range(seconds):
            self.page.clock.run_for(1000)
        return self.asked


def test_the_button_stops_the_page_and_lets_it_go_on(desk: Desk) -> None:
    clocked = Clocked(desk)
    button = clocked.page.get_by_role("button", name="Live")
    assert clocked.after(7) == 2
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    assert clocked.after(30) == 2
    button.click()
    assert clocked.asked == 3
    assert clocked.after(3) == 4


def test_a_hidden_page_does_not_ask_until_it_is_seen_again(desk: Desk) -> None:
    clocked = Clocked(desk)
    turn = """(hidden) => {
        Object.defineProperty(document, "hidden", { configurable: true, value: hidden });
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    clocked.page.evaluate(turn, arg=True)
    assert clocked.after(30) == 0
    clocked.page.evaluate(turn, arg=False)
    assert clocked.asked == 1
    assert clocked.after(3) == 2


def test_a_server_that_errs_is_asked_less_and_less_often(desk: Desk) -> None:
    clocked = Clocked(desk)
    clocked.answers(503)
    # After 3, 9, 21 and 45 seconds; the next time after 93, and from then on as usual.
    assert clocked.after(92) == 4
    clocked.answers(304)
    assert clocked.after(5) == 6


def test_a_page_whose_range_has_ended_shows_its_last_state_and_asks_no_more(desk: Desk) -> None:
    page = desk.open("/dashboard")
    button = page.get_by_role("button", name="Live")
    expect(button).to_be_visible()
    ended = page.request.get("/dashboard").text().replace("data-live", "data-ended")
    asked = re.compile(r"/dashboard\?tz=UTC$")
    page.route(asked, lambda route: route.fulfill(body=ended.replace("Total cost", "All")))
    expect(page.get_by_text("All", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    expect(button).to_be_hidden()


def test_a_page_whose_reader_was_signed_out_asks_no_more_and_stays_readable(desk: Desk) -> None:
    page = desk.open("/dashboard")
    button = page.get_by_role("button", name="Live")
    expect(button).to_be_visible()
    assert desk.team.owner.client.post("/api/auth/signout").status_code == 204
    expect(button).to_be_hidden(timeout=PATIENCE_MS)
    assert total(page) == "$0.0042"
