"""The time zone that only a browser knows, and the one that its reader chooses."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from entrypoints.http.cookies import SESSION_COOKIE
from tests.http_client import PASSWORD, Team, an_event, found

HERE, ELSEWHERE = "Asia/Tokyo", "America/Lima"
Opened = Callable[..., Page]


@pytest.fixture
def team(app_and_url: tuple[Flask, str]) -> Team:
    team = found(app_and_url[0])
    team.send(an_event())
    return team


@pytest.fixture
def opened(app_and_url: tuple[Flask, str], browser: Browser, team: Team) -> Iterator[Opened]:
    """A browser in a zone of its own, in which somebody is signed in already, or nobody is."""
    contexts = []

    def opened(*, is_signed_in: bool = True, **options: object) -> Page:
        in_zone = {"timezone_id": HERE, **options}
        context = browser.new_context(base_url=app_and_url[1], **in_zone)  # type: ignore[arg-type]
        contexts.append(context)
        if is_signed_in:
            session = {"name": SESSION_COOKIE, "value": team.owner.session, "url": app_and_url[1]}
            context.add_cookies([session])  # type: ignore[list-item]
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


def expect_zone(page: Page, zone: str) -> None:
    expect(page.locator(".range summary .quiet")).to_have_text(zone)


def choose(page: Page, zone: str) -> None:
    page.locator(".range summary").first.click()
    page.get_by_label("Time zone").select_option(zone)
    page.get_by_role("button", name="Show", exact=True).click()
    expect_zone(page, zone)


def test_a_zone_that_browsers_call_by_its_first_name_has_the_one_in_use(opened: Opened) -> None:
    page = opened(timezone_id="Asia/Calcutta")
    page.goto("/dashboard")
    expect_zone(page, "Asia/Kolkata")
    offer = page.locator("[data-zone-offer]")
    expect(offer).to_have_attribute("hidden", "")


def test_after_signing_in_the_first_page_is_in_the_browsers_zone(
    opened: Opened, team: Team
) -> None:
    page = opened(is_signed_in=False)
    loads = 0

    def count(url: str) -> None:
        nonlocal loads
        loads += url.endswith("/dashboard")

    page.on("request", lambda request: count(request.url))
    page.goto("/login")
    page.get_by_label("E-mail").fill(team.owner.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect_zone(page, HERE)
    assert loads == 1, "the sign-in page has told it"


def test_a_session_from_before_is_shown_in_the_browsers_zone_at_once(opened: Opened) -> None:
    page = opened()
    page.goto("/dashboard")
    expect_zone(page, HERE)
    page.goto("/dashboard?tz=UTC")
    expect_zone(page, "UTC")


def test_a_choice_stays_and_the_offer_takes_it_back(opened: Opened) -> None:
    page = opened()
    page.goto("/dashboard/queries")
    expect_zone(page, HERE)
    choose(page, ELSEWHERE)
    assert "tz_before" not in page.url
    page.goto("/dashboard/models")
    expect_zone(page, ELSEWHERE)
    page.locator(".range summary").first.click()
    page.get_by_role("link", name=f"Show in {HERE}").click()
    expect_zone(page, HERE)
    page.goto("/dashboard")
    expect_zone(page, HERE)


def test_without_scripts_it_is_utc_until_somebody_chooses(opened: Opened) -> None:
    page = opened(java_script_enabled=False)
    page.goto("/dashboard")
    expect_zone(page, "UTC")
    choose(page, ELSEWHERE)
    page.goto("/dashboard/providers")
    expect_zone(page, ELSEWHERE)


def test_a_browser_that_refuses_cookies_is_not_loaded_again_and_again(opened: Opened) -> None:
    page = opened()
    page.add_init_script(
        "Object.defineProperty(Document.prototype, 'cookie', { get: () => '', set: () => {} })"
    )
    loads: list[str] = []
    page.on("framenavigated", lambda frame: loads.append(frame.url))
    page.goto("/dashboard")
    page.locator(".range summary").first.click()
    expect(page.get_by_role("link", name=f"Show in {HERE}")).to_be_visible()
    expect_zone(page, "UTC")
    assert len(loads) == 1
